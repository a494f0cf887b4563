// SPDX-License-Identifier: Apache-2.0
#include <Random123/philox.h>

#include <cassert>

#include "numerics/elementary.hpp"
#include "va_event/random.hpp"

namespace va_event {

RandomStream::RandomStream(std::uint64_t seed, std::uint64_t purpose, std::uint64_t object, std::uint64_t item) noexcept
    : key_{static_cast<std::uint32_t>(seed), static_cast<std::uint32_t>(seed >> 32U)},
      counter_{static_cast<std::uint32_t>(item), static_cast<std::uint32_t>(object),
               static_cast<std::uint32_t>(purpose)} {
  assert(purpose >> 32U == 0 && object >> 32U == 0 && item >> 32U == 0);
}

// One block of Philox4x32-10 gives four words of 32 bits, which are two of the stream (Salmon et al. 2011, "Parallel
// random numbers: as easy as 1, 2, 3"). The block's number and item, object and purpose are its counter, the seed its
// key.
void RandomStream::refill() noexcept {
  const philox4x32_ctr_t counter = {{static_cast<std::uint32_t>(block_), counter_[0], counter_[1], counter_[2]}};
  const philox4x32_key_t key = {{key_[0], key_[1]}};
  const philox4x32_ctr_t words = philox4x32_R(10, counter, key);
  buffer_[0] = words.v[0] | std::uint64_t{words.v[1]} << 32U;
  buffer_[1] = words.v[2] | std::uint64_t{words.v[3]} << 32U;
  ++block_;
  next_ = 0;
}

void RandomStream::seek(std::uint64_t words) noexcept {
  block_ = words / buffer_.size();
  next_ = buffer_.size();
  if (words % buffer_.size() != 0) {
    refill();
    next_ = words % buffer_.size();
  }
}

// The inverse of the distribution function: one word and one logarithm per number, so that position() is the number
// of draws. (A ziggurat takes a varying number of words.)
double RandomStream::exponential() noexcept {
  // Centres of 2^52 equal cells of (0, 1): neither end occurs, and every one of them is a double.
  const double u = (static_cast<double>((*this)() >> 12U) + 0.5) * 0x1p-52;
  return -numerics::elementary::log(u);
}

}  // namespace va_event

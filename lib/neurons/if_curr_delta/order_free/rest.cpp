// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

#include "neurons/if_curr_delta/order_free/order_free_group.hpp"

namespace va_event::neurons::delta_order_free {

/// The potential approaches y_infinity from where it is.
bool OrderFreeGroup::stays_below(std::size_t i) const {
  constexpr double kMargin = 1e-9;  // [mV]
  return constants(i).y_infinity + std::max(amplitude(i), 0.0) < -kMargin;
}

/// Amplitudes after so many frames, each of which rounds the product, as begin_frame() does.
/// @pre frames > 0, there are no sums @returns whether the last frame changed none of them
bool OrderFreeGroup::decay(std::int64_t frames) {
  constexpr std::size_t kTogether = 4 * kNeuronsPerVector;  // which do not wait for each other
  bool same = true;
  std::array<double, kTogether> factor{};
  factor.fill(frame_.decay);
  for (std::size_t begin = 0; begin < amplitude_.size(); begin += kTogether) {
    const std::size_t count = std::min(kTogether, amplitude_.size() - begin);
    std::array<double, kTogether> some{};
    std::copy_n(amplitude_.data() + begin, count, some.begin());
    if (frame_.own) {
      std::copy_n(decay_.data() + begin, count, factor.begin());
    }
    for (std::int64_t frame = 1; frame < frames; ++frame) {
      for (std::size_t k = 0; k < kTogether; ++k) {
        some[k] *= factor[k];
      }
    }
    for (std::size_t k = 0; k < count; ++k) {
      amplitude_[begin + k] = some[k] * factor[k];
      same = same && amplitude_[begin + k] == some[k];
    }
  }
  return same;
}

/// The first frame adds the sums to the amplitudes.
void OrderFreeGroup::advance_quietly(const Instant& end) {
  const Instant last = frame_containing(end);
  if (!settled_) {
    const auto frames = static_cast<std::int64_t>(since_start(last) / frame_.length);
    if (frames > 0) {
      begin_frame();
    }
    if (frames > 1) {
      settled_ = decay(frames - 1);
    }
  }
  frame_start_ = last;
  time_ = end;
}

}  // namespace va_event::neurons::delta_order_free

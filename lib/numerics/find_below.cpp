// SPDX-License-Identifier: Apache-2.0
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "numerics/find_below.cpp"
#include <hwy/foreach_target.h>
// clang-format off: the order matters
#include <hwy/highway.h>

#include "numerics/lanes-inl.hpp"
// clang-format on
#include <bit>

#include "numerics/find_below.hpp"

// This file is compiled once for each instruction set that the compiler has for the processor's family
// (foreach_target.h includes it again and again, each time with another HWY_NAMESPACE); what stands behind HWY_ONCE is
// compiled once, and calls the best version that the present processor can execute.

HWY_BEFORE_NAMESPACE();
namespace va_event::numerics::HWY_NAMESPACE {
namespace {

void find_below(std::span<const double> values, double limit, std::vector<std::uint32_t>& found) {
  const Doubles d;
  const V bound = hn::Set(d, limit);
  const std::size_t lanes = hn::Lanes(d);
  const auto report = [&](std::size_t at) HWY_ATTR {
    const auto below = hn::LoadU(d, values.data() + at) < bound;
    for (unsigned bits = bits_of(below, lanes); bits != 0; bits &= bits - 1) {
      found.push_back(static_cast<std::uint32_t>(at) + static_cast<std::uint32_t>(std::countr_zero(bits)));
    }
  };
  std::size_t k = 0;
  // Most values are not below the limit: one comparison with the least of four vectors settles all of them.
  for (; k + 4 * lanes <= values.size(); k += 4 * lanes) {
    const double* const from = values.data() + k;
    const V least = hn::Min(hn::Min(hn::LoadU(d, from), hn::LoadU(d, from + lanes)),
                            hn::Min(hn::LoadU(d, from + 2 * lanes), hn::LoadU(d, from + 3 * lanes)));
    if (HWY_UNLIKELY(!hn::AllFalse(d, least < bound))) {
      for (std::size_t n = 0; n < 4; ++n) {
        report(k + n * lanes);
      }
    }
  }
  for (; k + lanes <= values.size(); k += lanes) {
    report(k);
  }
  for (; k < values.size(); ++k) {
    if (values[k] < limit) {
      found.push_back(static_cast<std::uint32_t>(k));
    }
  }
}

}  // namespace
}  // namespace va_event::numerics::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace va_event::numerics {

HWY_EXPORT(find_below);

void find_below(std::span<const double> values, double limit, std::vector<std::uint32_t>& found) {
  HWY_DYNAMIC_DISPATCH(find_below)(values, limit, found);
}

}  // namespace va_event::numerics
#endif

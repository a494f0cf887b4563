// SPDX-License-Identifier: Apache-2.0
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "numerics/exponentials.cpp"
#include <hwy/foreach_target.h>
// clang-format off: the order matters
#include <hwy/highway.h>

#include "numerics/lanes-inl.hpp"
// clang-format on
#include "numerics/elementary.hpp"
#include "numerics/exponentials.hpp"

// Compiled once for each instruction set, as find_below.cpp.

HWY_BEFORE_NAMESPACE();
namespace va_event::numerics::HWY_NAMESPACE {
namespace {

void take_exponentials(std::span<double> values) {
  const Doubles d;
  const std::size_t lanes = hn::Lanes(d);
  std::size_t k = 0;
  for (; k + lanes <= values.size(); k += lanes) {
    hn::StoreU(exp(hn::LoadU(d, values.data() + k)), d, values.data() + k);
  }
  for (; k < values.size(); ++k) {
    values[k] = elementary::exp(values[k]);
  }
}

}  // namespace
}  // namespace va_event::numerics::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace va_event::numerics {

HWY_EXPORT(take_exponentials);

void take_exponentials(std::span<double> values) { HWY_DYNAMIC_DISPATCH(take_exponentials)(values); }

}  // namespace va_event::numerics
#endif

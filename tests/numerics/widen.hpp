// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace va_event::numerics::testing {

/// The same number in a wider type, by way of doubles: GCC 12 sees overflows in Boost's own conversions.
template <class Wider, class Real>
Wider widen_to(const Real& x) {
  if (x == Real(0)) {
    return Wider(0);
  }
  int exponent = 0;
  Real rest = frexp(x, &exponent);
  Wider sum(0);
  for (; !(rest == Real(0)); rest -= Real(static_cast<double>(rest))) {
    sum += Wider(static_cast<double>(rest));
  }
  return ldexp(sum, exponent);
}

}  // namespace va_event::numerics::testing

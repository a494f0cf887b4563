// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <type_traits>

#include "foundation/number_types.hpp"

namespace va_event::foundation {

/// One object for each number type of the engine, chosen by the type: what a model or a rule makes for each of them.
/// A further type is a member here, and the compiler finds what lacks it. @tparam Of  a class template over the number
/// type
template <template <class> class Of>
struct ByNumberType {
  Of<double> in_double;
  Of<Quad> in_quad;
  Of<Digits50> in_digits50;
  Of<Digits100> in_digits100;

  /// The object of the type.
  template <class Real>
  [[nodiscard]] constexpr const Of<Real>& in() const noexcept {
    if constexpr (std::is_same_v<Real, double>) {
      return in_double;
    } else if constexpr (std::is_same_v<Real, Quad>) {
      return in_quad;
    } else if constexpr (std::is_same_v<Real, Digits50>) {
      return in_digits50;
    } else {
      static_assert(std::is_same_v<Real, Digits100>);
      return in_digits100;
    }
  }
};

}  // namespace va_event::foundation

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <new>
#include <utility>
#include <vector>

#include "foundation/large_pages.hpp"

namespace va_event::neurons::order_free_conductances {

/// An allocator with which resize() leaves new numbers as they are in memory: they are written before they are read.
template <class T>
class Unwritten : public foundation::LargePages<T> {
 public:
  template <class U>
  struct rebind {  // NOLINT(readability-identifier-naming): the standard's name
    using other = Unwritten<U>;
  };

  Unwritten() = default;
  template <class U>
  Unwritten(const Unwritten<U>& /*other*/) noexcept {}  // NOLINT(google-explicit-constructor): allocators convert

  template <class U>
  void construct(U* place) noexcept {
    ::new (static_cast<void*>(place)) U;
  }
  template <class U, class... Values>
  void construct(U* place, Values&&... values) {
    ::new (static_cast<void*>(place)) U(std::forward<Values>(values)...);
  }
};

template <class T>
using UnwrittenVector = std::vector<T, Unwritten<T>>;

}  // namespace va_event::neurons::order_free_conductances

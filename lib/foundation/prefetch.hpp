// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <hwy/cache_control.h>

#include <cstddef>
#include <span>

namespace va_event::foundation {

inline constexpr std::size_t kCacheLine = 64;  ///< bytes

/// Asks the memory for what is needed later. Nothing depends on it but speed.
template <class T>
void prefetch(const T* one) {
  hwy::Prefetch(one);
}
template <class T>
void prefetch(std::span<const T> all) {
  constexpr std::size_t kStep = sizeof(T) < kCacheLine ? kCacheLine / sizeof(T) : 1;
  for (std::size_t k = 0; k < all.size(); k += kStep) {
    hwy::Prefetch(all.data() + k);
  }
  if (!all.empty()) {
    hwy::Prefetch(&all.back());
  }
}

}  // namespace va_event::foundation

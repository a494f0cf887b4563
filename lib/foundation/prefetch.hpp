// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <hwy/cache_control.h>

#include <cstddef>
#include <span>

namespace va_event::foundation {

/// Prefetching: the processor is told of addresses that will be read later, so that data comes from memory while other
/// work goes on. Results never depend on it.

inline constexpr std::size_t kCacheLine = 64;  ///< [bytes] of x86-64 and of most Arm processors
/// Tables up to this size stay in the second-level cache, where prefetching costs more than waiting [bytes].
inline constexpr std::size_t kCached = std::size_t{1} << 19U;

/// Prefetches the cache line that `one` points to. Any pointer is allowed: an address that cannot be read is ignored.
template <class T>
void prefetch(const T* one) {
  hwy::Prefetch(one);
#if defined(__GNUC__)
  asm volatile("");  // GCC takes a function that only prefetches for one without effects, and leaves out its calls
#endif
}
/// Prefetches every cache line of the elements.
template <class T>
void prefetch(std::span<const T> all) {
  constexpr std::size_t kStep = sizeof(T) < kCacheLine ? kCacheLine / sizeof(T) : 1;
  for (std::size_t k = 0; k < all.size(); k += kStep) {
    prefetch(all.data() + k);
  }
  if (!all.empty()) {
    prefetch(&all.back());
  }
}

}  // namespace va_event::foundation

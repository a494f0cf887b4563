// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <limits>
#include <memory>
#include <new>
#include <utility>
#include <vector>

#ifdef __linux__
#include <sys/mman.h>
#endif

namespace va_event::foundation {

/// An allocator for tables that are read at random places, such as synapse tables. With pages of 4 kB nearly every read
/// of a table of gigabytes misses the processor's cache of page addresses (TLB), and the address is looked up in
/// memory. Pages of 2 MB need 512 times fewer entries there. The system is advised to use them, which it may decline;
/// nothing but speed depends on it.

/// Allocates blocks of at least kLarge bytes at multiples of kPage, with the advice for large pages, and smaller ones
/// as std::allocator does. Has no state.
template <class T>
class LargePages {
 public:
  using value_type = T;

  LargePages() = default;
  template <class U>
  LargePages(const LargePages<U>& /*other*/) noexcept {}  // NOLINT(google-explicit-constructor): allocators convert

  /// @throws std::bad_array_new_length, std::bad_alloc
  [[nodiscard]] T* allocate(std::size_t count) {
    if (count > std::numeric_limits<std::size_t>::max() / 2 / sizeof(T)) {
      throw std::bad_array_new_length();
    }
    const std::size_t bytes = count * sizeof(T);
    if (bytes < kLarge) {
      return std::allocator<T>().allocate(count);
    }
    const std::size_t whole = (bytes + kPage - 1) / kPage * kPage;
    void* const memory = ::operator new (whole, std::align_val_t{kPage});
#ifdef MADV_HUGEPAGE
    static_cast<void>(madvise(memory, whole, MADV_HUGEPAGE));  // declining it is no error
#endif
    return static_cast<T*>(memory);
  }
  void deallocate(T* memory, std::size_t count) noexcept {
    if (count * sizeof(T) < kLarge) {
      std::allocator<T>().deallocate(memory, count);
    } else {
      ::operator delete (memory, std::align_val_t{kPage});
    }
  }

  friend bool operator==(const LargePages& /*a*/, const LargePages& /*b*/) noexcept { return true; }

 private:
  static constexpr std::size_t kPage = std::size_t{1} << 21U;  ///< [bytes] of x86-64 and of most Arm systems
  static constexpr std::size_t kLarge = 2 * kPage;  ///< [bytes]; below that rounding up to pages would waste too much
  static_assert(alignof(T) <= kPage);
};

/// A vector whose elements lie in large pages once there are many.
template <class T>
using LargeVector = std::vector<T, LargePages<T>>;

/// The same for elements that are all assigned before they are read: resize() leaves new ones without a value. So the
/// memory is not written twice, and its pages belong to the threads that write them first.
template <class T>
class UninitialisedLargePages : public LargePages<T> {
 public:
  template <class U>
  struct rebind {                              // NOLINT(readability-identifier-naming): as allocators name it
    using other = UninitialisedLargePages<U>;  // NOLINT(readability-identifier-naming)
  };

  UninitialisedLargePages() = default;
  template <class U>
  UninitialisedLargePages(const UninitialisedLargePages<U>& /*other*/) noexcept {
  }  // NOLINT(google-explicit-constructor)

  template <class U>
  void construct(U* place) noexcept {
    ::new (static_cast<void*>(place)) U;
  }
  template <class U, class... Arguments>
  void construct(U* place, Arguments&&... arguments) {
    ::new (static_cast<void*>(place)) U(std::forward<Arguments>(arguments)...);
  }
};

template <class T>
using LargeArray = std::vector<T, UninitialisedLargePages<T>>;

}  // namespace va_event::foundation

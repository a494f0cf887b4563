// SPDX-License-Identifier: Apache-2.0
#include "foundation/large_pages.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <limits>
#include <new>

namespace va_event::foundation {
namespace {

TEST(LargePages, KeepWhatIsInThemWhileTheyGrowFromSmallToLarge) {
  LargeVector<std::uint32_t> grown;
  constexpr std::uint32_t kCount = 3'000'000;  // 12 MB
  for (std::uint32_t k = 0; k < kCount; ++k) {
    grown.push_back(k * 2654435761U);
  }
  LargeVector<std::uint32_t> copy = grown;
  grown.clear();
  grown.shrink_to_fit();
  for (std::uint32_t k = 0; k < kCount; ++k) {
    ASSERT_EQ(copy[k], k * 2654435761U);
  }
}

TEST(LargePages, BeginWhereAPageDoes) {
  struct alignas(64) Line {
    double numbers[8];
  };
  const LargeVector<Line> large(100'000), small(10);
  EXPECT_EQ(reinterpret_cast<std::uintptr_t>(large.data()) % (1U << 21U), 0U);
  EXPECT_EQ(reinterpret_cast<std::uintptr_t>(small.data()) % 64U, 0U);
}

TEST(LargePages, RefuseCountsThatNoAddressReaches) {
  EXPECT_THROW(static_cast<void>(LargePages<double>().allocate(std::numeric_limits<std::size_t>::max() / 4)),
               std::bad_array_new_length);
}

}  // namespace
}  // namespace va_event::foundation

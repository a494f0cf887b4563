// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <array>
#include <random>

#include "events/instant.hpp"
#include "foundation/number_types.hpp"

namespace va_event::events {
namespace {

template <class Real>
class WideInstant : public ::testing::Test {};
using Types = ::testing::Types<foundation::Quad, foundation::Digits50, foundation::Digits100>;
TYPED_TEST_SUITE(WideInstant, Types);

TYPED_TEST(WideInstant, TimeAndTailsAddUpToEveryBitOfIt) {
  std::mt19937_64 random(3);
  constexpr int kDigits = std::numeric_limits<TypeParam>::digits;
  for (int i = 0; i < 1000; ++i) {
    TypeParam offset(0);
    for (int shift = 60; shift < kDigits + 10; shift += 50) {
      offset += ldexp(TypeParam(static_cast<double>(random() >> 14U)), 14 - shift);
    }
    if (i % 10 == 0) {  // just below a whole number: the fraction rounds up to it
      offset = TypeParam(i % 16 + 1) - ldexp(TypeParam(1), 8 - kDigits);
    }
    const Instant<TypeParam> t = normalised<TypeParam>(7, offset);
    std::array<double, kTails<TypeParam>> tails{};
    const Time time = to_time<TypeParam>(t, tails);
    ASSERT_EQ(time, to_time(t));
    TypeParam sum = TypeParam(static_cast<double>(time.whole() - t.epoch * kEpoch)) + TypeParam(time.fraction());
    double before = 0x1p-53;
    for (const double tail : tails) {
      ASSERT_LE(std::abs(tail), before) << "a tail is at most half a last bit of the number before it";
      before = std::abs(tail) * 0x1p-53;
      sum += TypeParam(tail);
    }
    ASSERT_TRUE(sum == t.offset) << i;
  }
}

TYPED_TEST(WideInstant, TimesOfTheUserAreTheNumbersThatDoubleSees) {
  std::mt19937_64 random(4);
  for (int i = 0; i < 1000; ++i) {
    const Time time =
        Time::from_parts(static_cast<std::int64_t>(random() >> 20U), static_cast<double>(random() >> 11U) * 0x1p-53);
    const auto narrow = to_instant<double>(time);
    const auto wide = to_instant<TypeParam>(time);
    ASSERT_EQ(wide.epoch, narrow.epoch);
    ASSERT_TRUE(wide.offset == TypeParam(narrow.offset));
    ASSERT_EQ(round_up(wide), narrow);
  }
}

TYPED_TEST(WideInstant, RoundsUpToTheNextDouble) {
  const TypeParam little = ldexp(TypeParam(1), -80);
  EXPECT_EQ(round_up(Instant<TypeParam>{2, TypeParam(1) + little}), (Instant<double>{2, 1.0 + 0x1p-52}));
  EXPECT_EQ(round_up(Instant<TypeParam>{2, TypeParam(1) - little}), (Instant<double>{2, 1.0}));
  EXPECT_EQ(round_up(Instant<TypeParam>{2, TypeParam(16) - little}), (Instant<double>{3, 0.0}));
}

}  // namespace
}  // namespace va_event::events

// SPDX-License-Identifier: Apache-2.0
#include "random/philox.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <string>

#include "tests/neurons/every_target.hpp"
#include "va_event/random.hpp"

namespace va_event::random {
namespace {

/// From the known answers of Random123 (kat_vectors).
TEST(Philox, GivesTheKnownAnswersOfItsAuthors) {
  EXPECT_EQ(philox({0, 0}, {0, 0, 0, 0}), (PhiloxBlock{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}));
  EXPECT_EQ(philox({~0U, ~0U}, {~0U, ~0U, ~0U, ~0U}), (PhiloxBlock{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}));
  EXPECT_EQ(philox({0xa4093822, 0x299f31d0}, {0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}),
            (PhiloxBlock{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}));
}

TEST(Philox, IsTheGeneratorOfRandomStreams) {
  RandomStream stream(0x123456789abcdef0, 3, 7, 11);
  for (std::uint32_t block = 0; block < 5; ++block) {
    const PhiloxBlock words = philox({0x9abcdef0, 0x12345678}, {block, 11, 7, 3});
    EXPECT_EQ(stream(), words[0] | std::uint64_t{words[1]} << 32U);
    EXPECT_EQ(stream(), words[2] | std::uint64_t{words[3]} << 32U);
  }
}

TEST(Philox, HasTheSameBlocksInVectorsOfEveryInstructionSet) {
  neurons::testing::on_every_target([](const std::string& target) {
    RandomStream random(1, 2, 3);
    for (int k = 0; k < 100; ++k) {
      const std::uint64_t a = random(), b = random(), c = random();
      const auto low = [](std::uint64_t x) { return static_cast<std::uint32_t>(x); };
      const PhiloxKey key{low(a), low(a >> 32U)};
      const PhiloxBlock counter{low(b), low(b >> 32U), low(c), low(c >> 32U)};
      PhiloxRow row;
      philox_row(key, counter, row);
      for (std::uint32_t j = 0; j < kPhiloxRow; ++j) {
        const PhiloxBlock words = philox(key, {counter[0], counter[1], counter[2], counter[3] + j});
        ASSERT_EQ(row[2 * j], words[0] | std::uint64_t{words[1]} << 32U) << target;
        ASSERT_EQ(row[2 * j + 1], words[2] | std::uint64_t{words[3]} << 32U) << target;
      }
    }
  });
}

}  // namespace
}  // namespace va_event::random

// SPDX-License-Identifier: Apache-2.0
#include "numerics/find_below.hpp"

#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <limits>
#include <random>
#include <string>
#include <vector>

#include "tests/neurons/every_target.hpp"

namespace va_event::numerics {
namespace {

TEST(FindBelow, GivesEveryIndexWhoseValueIsBelowTheLimit) {
  std::mt19937_64 random(4);
  neurons::testing::on_every_target([&random](const std::string& target) {
    for (std::size_t size = 0; size < 70; ++size) {
      std::vector<double> values(size);
      std::vector<std::uint32_t> expected, found;
      for (std::size_t k = 0; k < size; ++k) {
        values[k] =
            k % 5 == 0 ? std::numeric_limits<double>::infinity() : std::uniform_real_distribution<double>()(random);
        values[k] = k % 11 == 0 ? 0.5 : values[k];  // the limit itself is not below it
        if (values[k] < 0.5) {
          expected.push_back(static_cast<std::uint32_t>(k));
        }
      }
      find_below(values, 0.5, found);
      ASSERT_EQ(found, expected) << target << ", " << size << " values";
    }
  });
}

}  // namespace
}  // namespace va_event::numerics

// SPDX-License-Identifier: Apache-2.0
#include "network/parallel.hpp"

#include <gtest/gtest.h>

#include <stdexcept>
#include <string>

namespace va_event::network {
namespace {

TEST(ForEachPart, callsEachPartOnce) {
  for (const unsigned threads : {1U, 2U, 5U}) {
    for (const std::size_t parts : {0U, 1U, 3U, 1000U}) {
      std::vector<int> calls(parts, 0);
      for_each_part(threads, parts, [&](std::size_t part) { ++calls[part]; });
      EXPECT_EQ(calls, std::vector<int>(parts, 1));
    }
  }
}

TEST(ForEachPart, throwsWhatTheFirstFailingPartThrows) {
  for (const unsigned threads : {1U, 2U, 5U}) {
    for (int repeat = 0; repeat < 100; ++repeat) {
      std::string what;
      try {
        for_each_part(threads, 50, [](std::size_t part) {
          if (part % 7 == 6) {
            throw std::runtime_error(std::to_string(part));
          }
        });
      } catch (const std::runtime_error& error) {
        what = error.what();
      }
      EXPECT_EQ(what, "6");
    }
  }
}

}  // namespace
}  // namespace va_event::network

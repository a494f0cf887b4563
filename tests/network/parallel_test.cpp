// SPDX-License-Identifier: Apache-2.0
#include "network/parallel.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <cstddef>
#include <future>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

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

/// Two parts on two threads, both of which throw: `last` when the other one is about to, and a while later.
std::string what_is_thrown(std::size_t last) {
  using namespace std::chrono_literals;
  std::promise<void> last_begins, other_throws;
  std::future<void> begun = last_begins.get_future();
  std::future<void> thrown = other_throws.get_future();
  try {
    for_each_part(2, 2, [&](std::size_t part) {
      if (part == last) {
        last_begins.set_value();
        thrown.wait_for(10s);
        std::this_thread::sleep_for(20ms);
      } else {
        begun.wait_for(10s);
        other_throws.set_value();
      }
      throw std::runtime_error(std::to_string(part));
    });
  } catch (const std::runtime_error& error) {
    return error.what();
  }
  return "nothing";
}

TEST(ForEachPart, throwsWhatTheFirstFailingPartThrows) {
  EXPECT_EQ(what_is_thrown(0), "0");
  EXPECT_EQ(what_is_thrown(1), "0");
}

TEST(ForEachPart, beginsNoPartAfterOneHasThrown) {
  std::size_t calls = 0;
  EXPECT_THROW(for_each_part(1, 50,
                             [&calls](std::size_t part) {
                               ++calls;
                               if (part == 6) {
                                 throw std::runtime_error("");
                               }
                             }),
               std::runtime_error);
  EXPECT_EQ(calls, 7U);
}

}  // namespace
}  // namespace va_event::network

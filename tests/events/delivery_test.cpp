// SPDX-License-Identifier: Apache-2.0
#include "events/delivery.hpp"

#include <gtest/gtest.h>

#include <random>
#include <vector>

#include "event_samples.hpp"

namespace va_event::events {
namespace {

template <class Event>
class EventOrder : public ::testing::Test {
 protected:
  std::vector<Event> sample(std::size_t n) {
    std::mt19937_64 generator(20240612);
    std::vector<Event> events;
    for (std::size_t k = 0; k < n; ++k) {
      events.push_back(EventSample<Event>::draw(generator));
    }
    return events;
  }
};

using EventTypes = ::testing::Types<Delivery<double>, CellEvent<double>, Candidate<double>>;
TYPED_TEST_SUITE(EventOrder, EventTypes);

TYPED_TEST(EventOrder, IsTheLexicographicOrderOfTheContents) {
  const auto events = this->sample(600);
  for (const auto& a : events) {
    for (const auto& b : events) {
      ASSERT_EQ(a < b, EventSample<TypeParam>::contents(a) < EventSample<TypeParam>::contents(b));
    }
  }
}

TYPED_TEST(EventOrder, IsStrictAndTotal) {
  const auto events = this->sample(600);
  for (const auto& a : events) {
    ASSERT_FALSE(a < a);
    for (const auto& b : events) {
      // Exactly one of: before, after, same contents.
      const bool same = EventSample<TypeParam>::contents(a) == EventSample<TypeParam>::contents(b);
      ASSERT_EQ((a < b) + (b < a) + same, 1);
    }
  }
}

TYPED_TEST(EventOrder, IsTransitive) {
  const auto events = this->sample(120);
  for (const auto& a : events) {
    for (const auto& b : events) {
      for (const auto& c : events) {
        ASSERT_TRUE(!(a < b && b < c) || a < c);
      }
    }
  }
}

TEST(Delivery, TimeDecidesBeforeSourceRouteSynapseAndEmission) {
  const Delivery<double> base{{1, 2.0}, 5, 1, 7, {0, 3.0}};
  Delivery<double> other = base;
  other.emitted = {0, 4.0};
  EXPECT_LT(base, other);
  other.position = 6;
  EXPECT_LT(other, base);
  other.route = 2;
  EXPECT_LT(base, other);
  other.source = 4;
  EXPECT_LT(other, base);
  other.arrival = {1, 2.5};
  EXPECT_LT(base, other);
  other.arrival = {0, 15.0};
  EXPECT_LT(other, base);
}

}  // namespace
}  // namespace va_event::events

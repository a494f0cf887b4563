// SPDX-License-Identifier: Apache-2.0
#include "events/event_queue.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <iterator>
#include <random>
#include <set>
#include <vector>

#include "event_samples.hpp"
#include "events/delivery.hpp"

namespace va_event::events {
namespace {

/// What every queue of events promises, whatever the events and whatever it is made of.
template <class Event>
class EventQueueContract : public ::testing::Test {
 protected:
  using Sample = EventSample<Event>;

  Event draw() { return Sample::draw(generator_); }
  std::vector<Event> draw(std::size_t n) {
    std::vector<Event> events(n);
    std::generate(events.begin(), events.end(), [this] { return draw(); });
    return events;
  }
  static bool same(const Event& a, const Event& b) { return Sample::contents(a) == Sample::contents(b); }
  static std::vector<Event> drain(EventQueue<Event>& queue) {
    std::vector<Event> events;
    while (!queue.empty()) {
      events.push_back(queue.take());
    }
    return events;
  }
  static void expect_same(const std::vector<Event>& a, const std::vector<Event>& b) {
    ASSERT_EQ(a.size(), b.size());
    for (std::size_t k = 0; k < a.size(); ++k) {
      ASSERT_TRUE(same(a[k], b[k])) << "event " << k;
    }
  }

  std::mt19937_64 generator_{20240613};
};

using EventTypes = ::testing::Types<Delivery<double>, CellEvent<double>, Candidate<double>>;
TYPED_TEST_SUITE(EventQueueContract, EventTypes);

TYPED_TEST(EventQueueContract, ANewQueueIsEmpty) {
  const EventQueue<TypeParam> queue;
  EXPECT_TRUE(queue.empty());
  EXPECT_EQ(queue.size(), 0U);
}

TYPED_TEST(EventQueueContract, AgreesWithASortedMultisetUnderRandomPushesAndPops) {
  EventQueue<TypeParam> queue;
  std::multiset<TypeParam> model;
  queue.reserve(64);
  for (int round = 0; round < 200'000; ++round) {
    // The share of pushes swings, so that the queue grows to hundreds and empties again.
    const double share = round % 4000 < 2000 ? 0.6 : 0.4;
    if (model.empty() || std::bernoulli_distribution(share)(this->generator_)) {
      const TypeParam event = this->draw();
      queue.push(event);
      model.insert(event);
    } else if (round % 2 == 0) {
      queue.pop();
      model.erase(model.begin());
    } else {
      ASSERT_TRUE(this->same(queue.take(), *model.begin()));
      model.erase(model.begin());
    }
    ASSERT_EQ(queue.size(), model.size());
    ASSERT_EQ(queue.empty(), model.empty());
    ASSERT_TRUE(model.empty() || this->same(queue.top(), *model.begin()));
  }
}

TYPED_TEST(EventQueueContract, GivesTheSameOrderWhateverTheOrderOfInsertion) {
  std::vector<TypeParam> events = this->draw(500);
  std::vector<TypeParam> sorted = events;
  std::sort(sorted.begin(), sorted.end());
  for (int permutation = 0; permutation < 50; ++permutation) {
    std::shuffle(events.begin(), events.end(), this->generator_);
    EventQueue<TypeParam> queue;
    for (const TypeParam& event : events) {
      queue.push(event);
    }
    this->expect_same(this->drain(queue), sorted);
  }
}

TYPED_TEST(EventQueueContract, KeepsEqualEventsAsOftenAsTheyCame) {
  EventQueue<TypeParam> queue;
  const TypeParam event = this->draw();
  for (int k = 0; k < 7; ++k) {
    queue.push(event);
  }
  this->expect_same(this->drain(queue), std::vector<TypeParam>(7, event));
}

TYPED_TEST(EventQueueContract, ErasesExactlyTheEventsOfThePredicate) {
  for (const std::size_t n : {0U, 1U, 2U, 17U, 500U}) {
    const std::vector<TypeParam> events = this->draw(n);
    const TypeParam border = this->draw();
    const auto doomed = [&border](const TypeParam& event) { return event < border; };
    EventQueue<TypeParam> queue;
    for (const TypeParam& event : events) {
      queue.push(event);
    }
    queue.erase_if(doomed);
    std::vector<TypeParam> kept;
    std::copy_if(events.begin(), events.end(), std::back_inserter(kept),
                 [&doomed](const TypeParam& e) { return !doomed(e); });
    std::sort(kept.begin(), kept.end());
    ASSERT_EQ(queue.size(), kept.size());
    this->expect_same(this->drain(queue), kept);
  }
}

TYPED_TEST(EventQueueContract, IsEmptyAfterClearAndWorksOn) {
  EventQueue<TypeParam> queue;
  for (const TypeParam& event : this->draw(100)) {
    queue.push(event);
  }
  queue.clear();
  EXPECT_TRUE(queue.empty());
  const TypeParam event = this->draw();
  queue.push(event);
  EXPECT_TRUE(this->same(queue.take(), event));
  EXPECT_TRUE(queue.empty());
}

}  // namespace
}  // namespace va_event::events

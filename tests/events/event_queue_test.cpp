// SPDX-License-Identifier: Apache-2.0
#include "events/event_queue.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <random>
#include <set>
#include <vector>

#include "event_samples.hpp"
#include "events/delivery.hpp"
#include "events/orderly_queue.hpp"

namespace va_event::events {
namespace {

/// What every queue of events promises, whatever the events and whatever it is made of.
template <class Queue>
class EventQueueContract : public ::testing::Test {
 protected:
  using Event = typename Queue::Event;
  using Sample = EventSample<Event>;

  Event draw() { return Sample::draw(generator_); }
  std::vector<Event> draw(std::size_t n) {
    std::vector<Event> events(n);
    std::generate(events.begin(), events.end(), [this] { return draw(); });
    return events;
  }
  static bool same(const Event& a, const Event& b) { return Sample::contents(a) == Sample::contents(b); }
  static std::vector<Event> drain(Queue& queue) {
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

template <template <class> class Queue, class E>
struct QueueOf : Queue<E> {
  using Event = E;
};
using Queues = ::testing::Types<QueueOf<EventQueue, Delivery<double>>, QueueOf<EventQueue, CellEvent<double>>,
                                QueueOf<EventQueue, Candidate<double>>, QueueOf<OrderlyQueue, Delivery<double>>,
                                QueueOf<OrderlyQueue, CellEvent<double>>>;
TYPED_TEST_SUITE(EventQueueContract, Queues);

TYPED_TEST(EventQueueContract, ANewQueueIsEmpty) {
  const TypeParam queue;
  EXPECT_TRUE(queue.empty());
  EXPECT_EQ(queue.size(), 0U);
}

TYPED_TEST(EventQueueContract, AgreesWithASortedMultisetUnderRandomPushesAndPops) {
  TypeParam queue;
  std::multiset<typename TypeParam::Event> model;
  for (int round = 0; round < 200'000; ++round) {
    // The share of pushes swings, so that the queue grows to hundreds and empties again.
    const double share = round % 4000 < 2000 ? 0.6 : 0.4;
    if (model.empty() || std::bernoulli_distribution(share)(this->generator_)) {
      const typename TypeParam::Event event = this->draw();
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
  std::vector<typename TypeParam::Event> events = this->draw(500);
  std::vector<typename TypeParam::Event> sorted = events;
  std::sort(sorted.begin(), sorted.end());
  for (int permutation = 0; permutation < 50; ++permutation) {
    std::shuffle(events.begin(), events.end(), this->generator_);
    TypeParam queue;
    for (const typename TypeParam::Event& event : events) {
      queue.push(event);
    }
    this->expect_same(this->drain(queue), sorted);
  }
}

TYPED_TEST(EventQueueContract, KeepsEqualEventsAsOftenAsTheyCame) {
  TypeParam queue;
  const typename TypeParam::Event event = this->draw();
  for (int k = 0; k < 7; ++k) {
    queue.push(event);
  }
  this->expect_same(this->drain(queue), std::vector<typename TypeParam::Event>(7, event));
}

TYPED_TEST(EventQueueContract, ErasesExactlyTheEventsOfThePredicate) {
  for (const std::size_t n : {0U, 1U, 2U, 17U, 500U}) {
    const std::vector<typename TypeParam::Event> events = this->draw(n);
    const typename TypeParam::Event border = this->draw();
    const auto doomed = [&border](const typename TypeParam::Event& event) { return event < border; };
    TypeParam queue;
    for (const typename TypeParam::Event& event : events) {
      queue.push(event);
    }
    queue.erase_if(doomed);
    std::vector<typename TypeParam::Event> kept;
    std::copy_if(events.begin(), events.end(), std::back_inserter(kept),
                 [&doomed](const typename TypeParam::Event& e) { return !doomed(e); });
    std::sort(kept.begin(), kept.end());
    ASSERT_EQ(queue.size(), kept.size());
    this->expect_same(this->drain(queue), kept);
  }
}

TYPED_TEST(EventQueueContract, IsEmptyAfterClearAndWorksOn) {
  TypeParam queue;
  for (const typename TypeParam::Event& event : this->draw(100)) {
    queue.push(event);
  }
  queue.clear();
  EXPECT_TRUE(queue.empty());
  const typename TypeParam::Event event = this->draw();
  queue.push(event);
  EXPECT_TRUE(this->same(queue.take(), event));
  EXPECT_TRUE(queue.empty());
}

TEST(OrderlyQueue, MixesEventsThatComeInOrderWithOthers) {
  // Like the ends of refractory periods, most of them of one length.
  std::mt19937_64 generator(20240614);
  OrderlyQueue<CellEvent<double>> queue;
  std::multiset<CellEvent<double>> model;
  double now = 0.0;
  for (std::uint32_t round = 0; round < 100'000; ++round) {
    now += std::exponential_distribution<double>(10.0)(generator);
    const double length = std::bernoulli_distribution(0.9)(generator) ? 5.0 : 3.0;
    const CellEvent<double> event{normalised<double>(0, now + length), round};
    queue.push(event);
    model.insert(event);
    while (!model.empty() && model.begin()->time < normalised<double>(0, now)) {
      ASSERT_EQ(queue.take().cell, model.begin()->cell);
      model.erase(model.begin());
    }
    ASSERT_EQ(queue.size(), model.size());
  }
}

}  // namespace
}  // namespace va_event::events

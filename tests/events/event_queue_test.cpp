// SPDX-License-Identifier: Apache-2.0
#include "events/event_queue.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <limits>
#include <map>
#include <random>
#include <set>
#include <type_traits>
#include <utility>
#include <vector>

#include "event_samples.hpp"
#include "events/delivery.hpp"
#include "events/lane_queue.hpp"
#include "events/slice_queue.hpp"

namespace va_event::events {
namespace {

/// What every queue of events promises, whatever the events and whatever it is made of.
template <class Q>
class EventQueueContract : public ::testing::Test {
 protected:
  using Queue = Q;
  using Event = std::decay_t<decltype(std::declval<Queue>().top())>;
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

using Queues =
    ::testing::Types<SliceQueue<Candidate<double>>, EventQueue<Delivery<double>>, EventQueue<CellEvent<double>>,
                     EventQueue<Candidate<double>>, LaneQueue<Delivery<double>>, LaneQueue<CellEvent<double>>,
                     LaneQueue<Candidate<double>>>;
TYPED_TEST_SUITE(EventQueueContract, Queues);

/// Of those that show all their events.
template <class Queue>
class VisitedQueueContract : public EventQueueContract<Queue> {};
using VisitedQueues =
    ::testing::Types<EventQueue<Delivery<double>>, EventQueue<CellEvent<double>>, EventQueue<Candidate<double>>,
                     LaneQueue<Delivery<double>>, LaneQueue<CellEvent<double>>, LaneQueue<Candidate<double>>>;
TYPED_TEST_SUITE(VisitedQueueContract, VisitedQueues);

/// Of those that events can be taken out of.
template <class Queue>
class ErasingQueueContract : public EventQueueContract<Queue> {};
using ErasingQueues =
    ::testing::Types<EventQueue<Delivery<double>>, EventQueue<CellEvent<double>>, EventQueue<Candidate<double>>>;
TYPED_TEST_SUITE(ErasingQueueContract, ErasingQueues);

TYPED_TEST(EventQueueContract, ANewQueueIsEmpty) {
  const TypeParam queue;
  EXPECT_TRUE(queue.empty());
  EXPECT_EQ(queue.size(), 0U);
}

TYPED_TEST(EventQueueContract, AgreesWithASortedMultisetUnderRandomPushesAndPops) {
  using Item = typename TestFixture::Event;
  TypeParam queue;
  std::multiset<Item> model;
  for (int round = 0; round < 200'000; ++round) {
    // The share of pushes swings, so that the queue grows to hundreds and empties again.
    const double share = round % 4000 < 2000 ? 0.6 : 0.4;
    if (model.empty() || std::bernoulli_distribution(share)(this->generator_)) {
      const Item event = this->draw();
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
  using Item = typename TestFixture::Event;
  std::vector<Item> events = this->draw(500);
  std::vector<Item> sorted = events;
  std::sort(sorted.begin(), sorted.end());
  for (int permutation = 0; permutation < 50; ++permutation) {
    std::shuffle(events.begin(), events.end(), this->generator_);
    TypeParam queue;
    for (const Item& event : events) {
      queue.push(event);
    }
    this->expect_same(this->drain(queue), sorted);
  }
}

TYPED_TEST(EventQueueContract, KeepsEqualEventsAsOftenAsTheyCame) {
  using Item = typename TestFixture::Event;
  TypeParam queue;
  const Item event = this->draw();
  for (int k = 0; k < 7; ++k) {
    queue.push(event);
  }
  this->expect_same(this->drain(queue), std::vector<Item>(7, event));
}

TYPED_TEST(ErasingQueueContract, ErasesExactlyTheEventsOfThePredicate) {
  using Item = typename TestFixture::Event;
  for (const std::size_t n : {0U, 1U, 2U, 17U, 500U}) {
    const std::vector<Item> events = this->draw(n);
    const Item border = this->draw();
    const auto doomed = [&border](const Item& event) { return event < border; };
    TypeParam queue;
    for (const Item& event : events) {
      queue.push(event);
    }
    queue.erase_if(doomed);
    std::vector<Item> kept;
    std::copy_if(events.begin(), events.end(), std::back_inserter(kept),
                 [&doomed](const Item& e) { return !doomed(e); });
    std::sort(kept.begin(), kept.end());
    ASSERT_EQ(queue.size(), kept.size());
    this->expect_same(this->drain(queue), kept);
  }
}

TYPED_TEST(EventQueueContract, IsEmptyAfterClearAndWorksOn) {
  using Item = typename TestFixture::Event;
  TypeParam queue;
  for (const Item& event : this->draw(100)) {
    queue.push(event);
  }
  queue.clear();
  EXPECT_TRUE(queue.empty());
  const Item event = this->draw();
  queue.push(event);
  EXPECT_TRUE(this->same(queue.take(), event));
  EXPECT_TRUE(queue.empty());
}

TYPED_TEST(VisitedQueueContract, VisitsEveryEventOnce) {
  using Item = typename TestFixture::Event;
  TypeParam queue;
  std::multiset<Item> model;
  for (int k = 0; k < 2000; ++k) {
    const Item event = this->draw();
    queue.push(event);
    model.insert(event);
    if (k % 3 == 0) {
      queue.pop();
      model.erase(model.begin());
    }
  }
  std::vector<Item> visited;
  const auto visit = [&visited](const Item& event) { visited.push_back(event); };
  queue.for_each(visit);
  std::sort(visited.begin(), visited.end());
  this->expect_same(visited, std::vector<Item>(model.begin(), model.end()));
}

TEST(SliceQueue, OrdersEventsInsideAndOutsideOfItsFrame) {
  SliceQueue<Candidate<double>> queue;
  std::mt19937_64 random(8);
  for (const double width : {1.0, 1e-3, 100.0}) {
    queue.set_slice(5.0, 5.0 + width);
    std::multiset<Candidate<double>> model;
    for (int k = 0; k < 5000; ++k) {
      const double time = k % 10 == 0   ? 5.0 + width * static_cast<double>(random() % 65) / 64
                          : k % 50 == 1 ? std::numeric_limits<double>::infinity()
                                        : std::uniform_real_distribution<double>(4.9, 5.0 + 1.2 * width)(random);
      queue.push({time, static_cast<std::uint32_t>(random() % 3)});
      model.insert({time, 0});
      if (k % 3 == 0) {
        ASSERT_EQ(queue.take().time, model.begin()->time);
        model.erase(model.begin());
      }
    }
    queue.clear();
  }
}

TEST(LaneQueue, NamesEventsThatWaitAndNoOthersAhead) {
  std::mt19937_64 random(3);
  LaneQueue<CellEvent<double>> queue;
  std::multiset<std::pair<double, std::uint32_t>> waiting;
  for (std::uint32_t k = 0; k < 3000; ++k) {
    if (random() % 3 != 0 || queue.empty()) {
      const CellEvent<double> event{{0, 0.001 * k + (random() % 8 == 0 ? 0.5 : 0.0)}, k};
      queue.push(event);
      waiting.insert({event.time.offset, event.cell});
    } else {
      const CellEvent<double> event = queue.take();
      waiting.erase({event.time.offset, event.cell});
    }
    for (const std::size_t ahead : {0U, 1U, 7U, 1000000U}) {
      if (const CellEvent<double>* const event = queue.ahead(ahead)) {
        ASSERT_TRUE(waiting.contains({event->time.offset, event->cell}));
        ASSERT_LT(ahead, queue.size());
      }
    }
  }
}

TEST(LaneQueue, NamesAnEventOnceOnlyHoweverManyComeFromTheHeapInBetween) {
  LaneQueue<CellEvent<double>> queue;
  for (std::uint32_t k = 0; k < 100; ++k) {  // in order: the lane
    queue.push({{1, 0.01 * k}, k});
  }
  for (std::uint32_t k = 0; k < 1000; ++k) {  // earlier ones: the heap
    queue.push({{0, 0.001 * k}, 100 + k});
    queue.push({{1, 0.001 * k}, 1100 + k});
  }
  std::map<std::uint32_t, int> named;
  while (!queue.empty()) {
    queue.pop();
    if (const CellEvent<double>* const event = queue.ahead(2)) {
      ++named[event->cell];
    }
  }
  EXPECT_GT(named.size(), 90U);
  for (const auto& [cell, times] : named) {
    EXPECT_EQ(times, 1) << cell;
  }
}

TEST(LaneQueue, TakesEventsThatComeInTheirOrderAndOthersInBetween) {
  LaneQueue<CellEvent<double>> queue;
  std::multiset<CellEvent<double>> model;
  std::mt19937_64 random(7);
  double now = 0.0;
  for (int k = 0; k < 100'000; ++k) {
    now += 1.0;
    const bool late = random() % 10 == 0;
    const CellEvent<double> event{{static_cast<std::int64_t>(now), late ? 0.0 : 0.5},
                                  static_cast<std::uint32_t>(random() % 4)};
    for (std::uint64_t more = k % 1000 < 500 ? 2 : 0; more > 0; --more) {
      queue.push(event);
      model.insert(event);
    }
    if (!model.empty()) {
      const CellEvent<double> first = queue.take();
      ASSERT_TRUE(first.time == model.begin()->time && first.cell == model.begin()->cell);
      model.erase(model.begin());
    }
    ASSERT_EQ(queue.size(), model.size());
  }
}

}  // namespace
}  // namespace va_event::events

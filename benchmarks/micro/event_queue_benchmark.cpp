// SPDX-License-Identifier: Apache-2.0
// Cost of taking the earliest delivery and putting back a later one ("hold"), which is what the event loop does once
// for each spike and delay, with as many spikes in flight as small and large networks have. Rivals of the engine's
// queue: the standard library's binary heap and Boost's of other arities. Each of them has to give the deliveries in
// exactly the same order; otherwise the program ends with an error.
#include <benchmark/benchmark.h>

#include <boost/heap/d_ary_heap.hpp>
#include <cstddef>
#include <cstdint>
#include <queue>
#include <random>
#include <vector>

#include "events/delivery.hpp"
#include "events/event_queue.hpp"

namespace {

using namespace va_event::events;
using Event = Delivery<double>;

struct Later {
  bool operator()(const Event& a, const Event& b) const noexcept { return b < a; }
};

/// Gives one of the rivals the interface of EventQueue.
template <class Heap>
class Rival {
 public:
  void push(const Event& event) { heap_.push(event); }
  Event take() {
    Event event = heap_.top();
    heap_.pop();
    return event;
  }

 private:
  Heap heap_;
};

using StandardBinary = Rival<std::priority_queue<Event, std::vector<Event>, Later>>;
template <unsigned arity>
using BoostHeap = Rival<boost::heap::d_ary_heap<Event, boost::heap::arity<arity>, boost::heap::compare<Later>>>;

/// Delays of a network, drawn once so that random numbers are not measured.
const std::vector<double>& delays() {
  static const std::vector<double> values = [] {
    std::mt19937_64 generator(1);
    std::vector<double> drawn(1U << 14U);
    for (double& delay : drawn) {
      delay = std::uniform_real_distribution(0.1, 3.0)(generator);
    }
    return drawn;
  }();
  return values;
}

template <class Queue>
Queue filled(std::size_t in_flight) {
  Queue queue;
  for (std::size_t k = 0; k < in_flight; ++k) {
    const double arrival = delays()[k % delays().size()] + 1e-9 * static_cast<double>(k % 7919);
    queue.push({normalised<double>(0, arrival), static_cast<std::uint32_t>(k), 0, 0, {0, 0.0}});
  }
  return queue;
}

/// The earliest delivery is replaced by the next one of its spike.
template <class Queue>
Event record_after_spike(Queue& queue, std::size_t k) {
  const Event event = queue.take();
  Event next = event;
  next.arrival = later(event.arrival, delays()[k % delays().size()]);
  ++next.position;
  queue.push(next);
  return event;
}

template <class Queue>
bool agrees_with_the_standard(std::size_t in_flight) {
  auto queue = filled<Queue>(in_flight);
  auto standard = filled<StandardBinary>(in_flight);
  for (std::size_t k = 0; k < 100'000; ++k) {
    const Event a = record_after_spike(queue, k);
    const Event b = record_after_spike(standard, k);
    if (a < b || b < a) {
      return false;
    }
  }
  return true;
}

template <class Queue>
void hold_deliveries(benchmark::State& state) {
  const auto in_flight = static_cast<std::size_t>(state.range(0));
  if (!agrees_with_the_standard<Queue>(in_flight)) {
    state.SkipWithError("deliveries in another order than std::priority_queue's");
    return;
  }
  auto queue = filled<Queue>(in_flight);
  std::size_t k = 0;
  for ([[maybe_unused]] auto _ : state) {
    benchmark::DoNotOptimize(record_after_spike(queue, k++));
  }
  state.SetItemsProcessed(state.iterations());
}

constexpr int kFew = 1 << 8;
constexpr int kMany = 1 << 20;
BENCHMARK(hold_deliveries<EventQueue<Event>>)->RangeMultiplier(64)->Range(kFew, kMany);
BENCHMARK(hold_deliveries<StandardBinary>)->RangeMultiplier(64)->Range(kFew, kMany);
BENCHMARK(hold_deliveries<BoostHeap<2>>)->RangeMultiplier(64)->Range(kFew, kMany);
BENCHMARK(hold_deliveries<BoostHeap<8>>)->RangeMultiplier(64)->Range(kFew, kMany);

}  // namespace

/// Google Benchmark's own main() ends with success whatever happened.
int main(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  for (const std::size_t in_flight : {std::size_t{kFew}, std::size_t{kMany}}) {
    if (!agrees_with_the_standard<EventQueue<Event>>(in_flight)) {
      return 1;
    }
  }
  benchmark::RunSpecifiedBenchmarks();
  benchmark::Shutdown();
  return 0;
}

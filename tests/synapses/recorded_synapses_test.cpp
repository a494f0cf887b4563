// SPDX-License-Identifier: Apache-2.0
// Recorded variables of synapses of every kind: every change against sums over all pairs of spikes and iteration, both
// in 50 digits; samples against the values of runs that end at their times.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "trained_network.hpp"

namespace va_event {
namespace {

using testing_support::Digits;
using testing_support::plastic_kinds;
using testing_support::TrainedNetwork;

constexpr double kEnd = 99.0;

Digits digits(const Time& time) { return Digits(static_cast<double>(time.whole())) + time.fraction(); }

class RecordedSynapses : public ::testing::TestWithParam<std::size_t> {
 protected:
  [[nodiscard]] static const reference::Plasticity& kind() { return plastic_kinds()[GetParam()].second; }
};

/// The recorded changes of one synapse.
struct Changes {
  std::vector<Digits> times;
  std::vector<double> values;
};
Changes of(const SynapseChanges& all, std::size_t synapse) {
  Changes mine;
  for (std::size_t k = 0; k < all.size(); ++k) {
    if (all.synapses[k] == synapse) {
      mine.times.push_back(digits(all.times[k]));
      mine.values.push_back(all.values[k]);
    }
  }
  return mine;
}

/// Every change of a weight by brute force, but those to the same weight. In doubles a change may be too small to be
/// one.
void compare_weights(const TrainedNetwork& network, const SynapseChanges& recorded, bool wide) {
  for (std::size_t s = 0; s < network.synapses().size(); ++s) {
    auto expected = network.by_pairs(network.synapses()[s]);
    expected.advance(kEnd);
    const Changes mine = of(recorded, s);
    std::size_t k = 0;
    Digits before(expected.initial());
    for (const auto& change : expected.changes()) {
      if (change.weight == before) {
        continue;
      }
      const bool is_there = k < mine.times.size() && abs(Digits(mine.times[k] - change.time)) < 1e-12;
      if (!is_there) {
        ASSERT_FALSE(wide) << "synapse " << s << " lacks a change at " << static_cast<double>(change.time) << " ms";
        ASSERT_LE(static_cast<double>(abs(Digits(change.weight - before))), 2.0 * change.error + 1e-17);
        continue;
      }
      const double bound = wide ? 0x1.0001p-53 * std::abs(static_cast<double>(change.weight)) : change.error + 1e-17;
      ASSERT_LE(static_cast<double>(abs(Digits(mine.values[k] - change.weight))), bound)
          << "synapse " << s << " at " << static_cast<double>(change.time) << " ms";
      before = change.weight;
      ++k;
    }
    EXPECT_EQ(k, mine.times.size()) << "synapse " << s << " changes more often than it should";
  }
}

/// u, x and delivered_weight of every spike of the source that has reached a synapse.
void compare_releases(const TrainedNetwork& network, const Projection& projection) {
  const bool short_term = network.numbers_of(network.synapses()[0]).short_term;
  const SynapseChanges delivered = projection.changes("delivered_weight");
  for (std::size_t s = 0; s < network.synapses().size(); ++s) {
    const ListedConnection& synapse = network.synapses()[s];
    const reference::Plasticity& p = network.numbers_of(synapse);
    const double fraction = p.learns ? p.fraction : 0.0;
    auto by_pairs = network.by_pairs(synapse);
    reference::ShortTermByIteration<Digits> release(p, network.tau_syn());
    const Changes mine = of(delivered, s);
    const Changes u = short_term ? of(projection.changes("u"), s) : Changes{};
    const Changes x = short_term ? of(projection.changes("x"), s) : Changes{};
    std::size_t k = 0;
    for (const Digits& t : network.times_before(synapse)) {
      const Digits arrival = t + (1 - Digits(fraction)) * *synapse.delay;
      if (arrival >= kEnd) {
        break;
      }
      ASSERT_LT(k, mine.times.size());
      ASSERT_LE(static_cast<double>(abs(Digits(mine.times[k] - arrival))), 1e-13);
      const auto expected = by_pairs.deliver();
      ASSERT_LE(static_cast<double>(abs(Digits(mine.values[k] - expected.value))), expected.error + 1e-17)
          << "synapse " << s << " at " << static_cast<double>(arrival) << " ms";
      if (short_term) {
        static_cast<void>(release.release(t, 0.0));
        const auto state = release.after(0);
        ASSERT_LE(static_cast<double>(abs(Digits(u.values[k] - state.u))), state.error);
        ASSERT_LE(static_cast<double>(abs(Digits(x.values[k] - state.x))), state.error);
        ASSERT_EQ(u.times[k], mine.times[k]);
      }
      ++k;
    }
    EXPECT_EQ(k, mine.times.size());
  }
}

TEST_P(RecordedSynapses, HaveEveryChangeThatSumsOverAllPairsHave) {
  std::size_t changes = 0;
  for (const bool grid : {false, true}) {
    for (std::uint64_t seed = 1; seed <= 4; ++seed) {
      SCOPED_TRACE("seed " + std::to_string(seed) + (grid ? " on a grid" : ""));
      TrainedNetwork network(kind(), seed,
                             {.grid = grid, .own_numbers = seed % 2 == 0, .own_delays = seed > 2, .negative = !grid});
      network.projection().record(network.projection().variables());
      network.simulation.run_until(kEnd);
      compare_weights(network, network.projection().changes("weight"), false);
      compare_releases(network, network.projection());
      changes += network.projection().changes("weight").size();
    }
  }
  EXPECT_TRUE(kind().learns ? changes > 200 : changes == 0) << changes;
}

TEST_P(RecordedSynapses, HaveThemToTheLastBitInWiderArithmetic) {
  TrainedNetwork network(kind(), 3, {.precision = Precision::quad()});
  network.projection().record(network.projection().variables());
  network.simulation.run_until(kEnd);
  compare_weights(network, network.projection().changes("weight"), true);
  compare_releases(network, network.projection());
}

TEST_P(RecordedSynapses, AreSampledAsInARunThatEndsAtTheTimeOfTheSample) {
  constexpr double kInterval = 3.6875;  // a double, as are its multiples
  for (const bool own : {false, true}) {
    TrainedNetwork sampled(kind(), 7, {.own_numbers = own, .own_delays = own});
    const std::vector<std::string> all = sampled.projection().variables();
    const std::vector<std::string> variables(all.begin(), all.end() - 1);  // all but delivered_weight
    sampled.projection().record(variables, {.sampling_interval = kInterval});
    sampled.simulation.run_until(kEnd);
    TrainedNetwork cut(kind(), 7, {.own_numbers = own, .own_delays = own});
    for (std::size_t row = 0; static_cast<double>(row) * kInterval < kEnd; ++row) {
      cut.simulation.run_until(static_cast<double>(row) * kInterval);
      for (const std::string& variable : variables) {
        const SynapseSignal signal = sampled.projection().signal(variable);
        ASSERT_LT(row, signal.samples());
        const std::vector<double> values(
            signal.values.begin() + static_cast<std::ptrdiff_t>(row * cut.kSynapses),
            signal.values.begin() + static_cast<std::ptrdiff_t>((row + 1) * cut.kSynapses));
        ASSERT_EQ(values, cut.projection().value(variable)) << variable << " at " << signal.time(row);
        if (variable == "weight") {
          ASSERT_EQ(values, cut.projection().weights());
        }
      }
    }
  }
}

TEST_P(RecordedSynapses, HaveAtAnyTimeWhatTheirDynamicsDecayTo) {
  if (!kind().short_term) {
    return;
  }
  for (const double now : {0.0, 2.2, 17.0, 63.1, kEnd}) {
    TrainedNetwork network(kind(), 9, {});
    network.simulation.run_until(now);
    const std::vector<double> u = network.projection().value("u");
    const std::vector<double> x = network.projection().value("x");
    for (std::size_t s = 0; s < network.synapses().size(); ++s) {
      const ListedConnection& synapse = network.synapses()[s];
      const reference::Plasticity& p = network.numbers_of(synapse);
      const Digits way = (1 - Digits(p.learns ? p.fraction : 0.0)) * *synapse.delay;
      reference::ShortTermByIteration<Digits> release(p, network.tau_syn());
      Digits last = 0;
      for (const Digits& t : network.times_before(synapse)) {
        if (t + way < now) {
          static_cast<void>(release.release(t, 0.0));
          last = t;
        }
      }
      const Digits h = now - way - last;
      const auto state = release.after(h > 0 ? h : Digits(0));
      ASSERT_LE(static_cast<double>(abs(Digits(u[s] - state.u))), 1e-14) << s << " at " << now;
      ASSERT_LE(static_cast<double>(abs(Digits(x[s] - state.x))), 1e-14 + state.error) << s << " at " << now;
    }
  }
}

TEST_P(RecordedSynapses, HaveTheSameChangesHoweverOftenARunIsCut) {
  TrainedNetwork whole(kind(), 4, {});
  whole.projection().record(whole.projection().variables());
  whole.simulation.run_until(kEnd);
  TrainedNetwork cut(kind(), 4, {.threads = 2});
  cut.projection().record(cut.projection().variables());
  const SynapseChanges delivered = whole.projection().changes("delivered_weight");
  std::vector<Time> cuts{0.3, 16.0, 16.0, 47.1};
  for (std::size_t k = 0; k < delivered.size(); k += 5) {
    cuts.push_back(delivered.times[k]);
  }
  std::sort(cuts.begin(), cuts.end());
  for (const Time& time : cuts) {
    cut.simulation.run_until(time);
  }
  cut.simulation.run_until(kEnd);
  for (const std::string& variable : whole.projection().variables()) {
    EXPECT_TRUE(cut.projection().changes(variable) == whole.projection().changes(variable)) << variable;
  }
}

INSTANTIATE_TEST_SUITE_P(Kinds, RecordedSynapses, ::testing::Range<std::size_t>(0, plastic_kinds().size()),
                         [](const auto& test) { return plastic_kinds()[test.param].first; });

}  // namespace
}  // namespace va_event

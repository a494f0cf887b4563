// SPDX-License-Identifier: Apache-2.0
// A rule of a program's own by which synapses change, which touches nothing else: every spike halves the weight of the
// synapses that it passes.
#include <gtest/gtest.h>

#include <cmath>
#include <memory>
#include <string>
#include <vector>

#include "api/core.hpp"
#include "synapses/synapse_rule.hpp"
#include "va_event/va_event.hpp"

namespace va_event {
namespace {

template <class Real>
class Halving final : public synapses::SynapseDynamics<Real> {
 public:
  explicit Halving(const synapses::TableOnShard<Real>& on_shard) {
    const network::SynapseTable& table = on_shard.block.table;
    for (std::size_t r = 0; r < table.rows(); ++r) {
      const network::SynapseTable::Row row = table.row(r);
      weights_.emplace_back(row.weight.begin(), row.weight.end());
      weights_.back().resize(row.target.size(), Real(table.constant_weight()));
    }
  }

  std::span<const Real> transmit(const synapses::Passage<Real>& spike) override {
    passed_.clear();
    for (std::size_t k = spike.begin; k < spike.end; ++k) {
      Real& weight = weights_[spike.row][k];
      passed_.push_back(weight);
      weight /= 2;
    }
    return passed_;
  }

 private:
  std::vector<std::vector<Real>> weights_;  ///< [rows][synapses]
  std::vector<Real> passed_;
};

std::shared_ptr<const synapses::SynapseRule> halving() {
  return std::make_shared<synapses::SynapseRule>(
      synapses::SynapseRule{.name = "Halving", .parameters = {}, .dynamics = synapses::implement<Halving>()});
}

/// Delays of the synapses: common to all, of their own, or in two classes.
enum class Delays { common, own, classes };

Values delays_of(Delays delays, std::size_t synapses) {
  std::vector<double> values;
  for (std::size_t k = 0; k < synapses; ++k) {
    values.push_back(delays == Delays::common ? 1.5
                     : delays == Delays::own  ? 1.0 + 0.3 * std::sin(k + 1.0)
                                              : 1.0 + k % 2);
  }
  return values;
}

std::vector<double> weights_of(std::size_t synapses) {
  std::vector<double> values;
  for (std::size_t k = 0; k < synapses; ++k) {
    values.push_back(0.02 + 0.01 * std::cos(3.0 * k));
  }
  return values;
}

constexpr std::size_t kNeurons = 12;
constexpr std::size_t kSources = 4;
constexpr std::size_t kSynapses = kNeurons * kSources;

/// When a source spikes [ms].
std::vector<double> times_of(std::size_t source) {
  return {1.0 + 0.1 * source, 2.25 + 0.01 * source, 7.0 + source, 19.5};
}

std::vector<Time> as_times(const std::vector<double>& times) { return {times.begin(), times.end()}; }

struct Neurons {
  Neurons(Delays delays, const std::vector<double>& cuts, bool changes, const SimulationOptions& options)
      : simulation(options), neurons(simulation.create(kNeurons, IfCurrExp{.v_thresh = 0.0})) {
    if (changes) {
      const Population sources = simulation.create(kSources, SpikeSourceArray{});
      for (std::size_t s = 0; s < kSources; ++s) {
        sources.set_spike_times(s, as_times(times_of(s)));
      }
      connect(sources, delays, weights_of(kSynapses));
      simulation.core()->network.projections.back().rule = halving();
    } else {  // the same inputs by static synapses: a source for each spike
      for (std::size_t ordinal = 0; ordinal < times_of(0).size(); ++ordinal) {
        const Population sources = simulation.create(kSources, SpikeSourceArray{});
        for (std::size_t s = 0; s < kSources; ++s) {
          sources.set_spike_times(s, as_times({times_of(s)[ordinal]}));
        }
        std::vector<double> weights = weights_of(kSynapses);
        for (double& weight : weights) {
          weight = std::ldexp(weight, -static_cast<int>(ordinal));
        }
        connect(sources, delays, weights);
      }
    }
    for (const double cut : cuts) {
      simulation.run_until(cut);
    }
    simulation.run_until(25.0);
  }

  void connect(const Population& sources, Delays delays, const std::vector<double>& weights) {
    simulation.connect(sources, neurons, AllToAllConnector(), {weights, delays_of(delays, kSynapses)});
  }

  Simulation simulation;
  Population neurons;
};

class OwnRule : public ::testing::TestWithParam<Delays> {};

TEST_P(OwnRule, GivesTheInputsThatStaticSynapsesOfTheSameWeightsGive) {
  for (const Precision& precision : {Precision(), Precision::quad()}) {
    const std::vector<double> changing = Neurons(GetParam(), {}, true, {.precision = precision}).neurons.value("v");
    const std::vector<double> expected = Neurons(GetParam(), {}, false, {.precision = precision}).neurons.value("v");
    const std::vector<double> rest(kNeurons, IfCurrExp{}.v_rest);
    ASSERT_NE(expected, rest);
    for (std::size_t n = 0; n < kNeurons; ++n) {
      EXPECT_NEAR(changing[n], expected[n], 1e-13) << n;
    }
  }
}

TEST_P(OwnRule, DoesNotDependOnThreadsNorOnCutsOfARun) {
  const std::vector<double> expected = Neurons(GetParam(), {}, true, {}).neurons.value("v");
  EXPECT_EQ(Neurons(GetParam(), {}, true, {.threads = 3}).neurons.value("v"), expected);
  EXPECT_EQ(Neurons(GetParam(), {2.1, 2.5, 8.9, 20.3}, true, {}).neurons.value("v"), expected);
  EXPECT_EQ(Neurons(GetParam(), {2.1, 2.5, 8.9, 20.3}, true, {.threads = 2}).neurons.value("v"), expected);
}

TEST_P(OwnRule, CountsItsSynapticEvents) {
  EXPECT_EQ(Neurons(GetParam(), {}, true, {}).simulation.statistics().synaptic_events, kSynapses * times_of(0).size());
}

TEST(OwnRule, WhoseStateNoCheckpointHoldsIsRefusedThere) {
  const Neurons network(Delays::common, {}, true, {});
  EXPECT_THROW(network.simulation.save_checkpoint(::testing::TempDir() + "own_rule.checkpoint"), StateError);
}

INSTANTIATE_TEST_SUITE_P(Delays, OwnRule, ::testing::Values(Delays::common, Delays::own, Delays::classes),
                         [](const auto& parameter) {
                           return std::string(parameter.param == Delays::common ? "Common"
                                              : parameter.param == Delays::own  ? "Own"
                                                                                : "InClasses");
                         });

}  // namespace
}  // namespace va_event

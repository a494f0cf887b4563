// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <vector>

#include "api/core.hpp"
#include "certificate/side_by_side.hpp"
#include "va_event/va_event.hpp"

namespace va_event {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

constexpr std::size_t kTargets = 100;
constexpr std::size_t kSpikes = 20;
constexpr double kInterval = 10.0;  // [ms]
constexpr double kDuration = 250.0;
constexpr double kLoud = 50.0;    // [nA]; every release makes a spike within some 10 us
constexpr double kSilent = 1e-9;  // [nA]; none does

/// A source onto many neurons.
struct Network {
  explicit Network(const SynapseType& synapse) {
    std::vector<Time> times;
    for (std::size_t k = 1; k <= kSpikes; ++k) {
      times.emplace_back(kInterval * static_cast<double>(k));
    }
    const Population source = simulation.create(1, SpikeSourceArray{times});
    cells = simulation.create(kTargets, IfCurrExp{.v_rest = -65.0, .tau_refrac = 2.0, .tau_syn_E = 0.5});
    simulation.connect(source, *cells, AllToAllConnector(), synapse);
  }
  [[nodiscard]] Spikes run() {
    cells->record("spikes");
    simulation.run(kDuration);
    return cells->spikes();
  }
  Simulation simulation{SimulationOptions{.seed = 8}};
  std::optional<Population> cells{};
};

SimpleStochasticSynapse simple(double p) { return {.weight = kLoud, .delay = 1.0, .p = p}; }

TEST(CertificateOfStochasticSynapses, TheClosestDrawTellsByHowMuchAProbabilityMayChange) {
  const double p = 0.3;
  const Certificate certificate = certify(Network(simple(p)).simulation, kDuration, {.check = std::nullopt});
  EXPECT_TRUE(certificate.complete());
  EXPECT_EQ(certificate.result.draws, kTargets * kSpikes);
  EXPECT_EQ(certificate.result.max_dp, 0.0);  // p is given
  ASSERT_TRUE(certificate.result.closest_draw.has_value());
  const double distance = certificate.result.closest_draw->distance;
  EXPECT_LT(distance, 0.01);  // of 2000 draws
  EXPECT_THAT(certificate.text(), HasSubstr("; closest of 2000 draws at stochastic synapses "));

  const std::size_t releases = Network(simple(p)).run().size();
  EXPECT_NEAR(static_cast<double>(releases), 600.0, 100.0);
  const auto changes = [&](double by) {
    const std::size_t more = Network(simple(p + by)).run().size(), fewer = Network(simple(p - by)).run().size();
    return more - fewer;
  };
  EXPECT_EQ(changes(distance * (1.0 - 1e-6)), 0U);
  EXPECT_EQ(changes(distance * (1.0 + 1e-6)), 1U);
}

TEST(CertificateOfStochasticSynapses, ProbabilitiesOfVesiclesAreComparedBetweenArithmetics) {
  Network network(
      MultiQuantalSynapse{.weight = kLoud, .delay = 1.0, .U = 0.4, .n = 5.0, .tau_rec = 30.0, .tau_facil = 50.0});
  const Certificate certificate = certify(network.simulation, kDuration);
  EXPECT_TRUE(certificate.complete());
  EXPECT_EQ(certificate.result.draws, 2 * kTargets * kSpikes);  // what recovers, and what is released
  EXPECT_GT(certificate.result.max_dp, 0.0);
  EXPECT_LT(certificate.result.max_dp, 1e-14);
  ASSERT_TRUE(certificate.result.closest_draw.has_value());
  EXPECT_GT(certificate.result.closest_draw->distance, certificate.result.max_dp);
  EXPECT_EQ(certificate.check->draws, certificate.result.draws);
  EXPECT_LT(certificate.check->max_dp, 1e-16);  // of distances that are rounded to doubles
}

TEST(CertificateOfStochasticSynapses, WithoutOnesThereAreNoDraws) {
  Network network(TsodyksMarkramSynapse{.weight = kLoud, .delay = 1.0});
  const Certificate certificate = certify(network.simulation, kDuration, {.check = std::nullopt});
  EXPECT_TRUE(certificate.complete());
  EXPECT_EQ(certificate.result.draws, 0U);
  EXPECT_FALSE(certificate.result.closest_draw.has_value());
  EXPECT_THAT(certificate.text(), ::testing::Not(HasSubstr("draws")));
}

/// Double on a network with one recovery time, quad on one with another.
Comparison compare(const Network& tested, const Network& reference) {
  const auto contestant = [](const Network& of, const Precision& precision) {
    const network::Network& network = of.simulation.core()->network;
    return certificate::ComparedRun{precision, [&network, precision](recording::Recorder& recorder) {
                                      return engine::make_engine(precision, network, recorder);
                                    }};
  };
  const std::vector<CellId> ids(tested.cells->ids().begin(), tested.cells->ids().end());
  return certificate::run_side_by_side(contestant(tested, {}), contestant(reference, Precision::quad()), ids, kDuration,
                                       [](double) { return true; })
      .comparison;
}

TEST(CertificateOfStochasticSynapses, ADrawThatFallsOtherwiseEndsWhatIsCertified) {
  const auto with = [](double weight, double tau_rec) {
    return Network(StochasticTsodyksMarkramSynapse{.weight = weight, .delay = 1.0, .U = 0.5, .tau_rec = tau_rec});
  };
  // Where it shows: the first spike that only one of the networks has.
  const Spikes one = with(kLoud, 30.0).run(), other = with(kLoud, 30.1).run();
  std::size_t k = 0;
  while (one.ids[k] == other.ids[k]) {
    ++k;
  }
  const double first = std::min(one.times[k], other.times[k]).ms();
  EXPECT_GT(first, 3.0 * kInterval);

  for (const double weight : {kLoud, kSilent}) {
    const Comparison comparison = compare(with(weight, 30.0), with(weight, 30.1));
    EXPECT_FALSE(comparison.complete);
    EXPECT_THAT(comparison.limited_by, StartsWith("chance at the synapse from cell 0 to cell ")) << weight;
    EXPECT_THAT(comparison.limited_by, HasSubstr("where the recovery was drawn ")) << weight;
    EXPECT_LE(comparison.correct_until_ms, first);
    EXPECT_GT(comparison.correct_until_ms, 0.5 * first);
    EXPECT_GT(comparison.max_dp, 1e-4);  // 1 - e^(-10/30) and with 30.1
    EXPECT_LT(comparison.max_dp, 1e-3);
    EXPECT_EQ(comparison.spikes_matched > 0, weight == kLoud);
    EXPECT_LT(comparison.max_dt_ms, 1e-9);
  }
}

}  // namespace
}  // namespace va_event

// SPDX-License-Identifier: Apache-2.0
// What chance releases: how often, against the distributions that the definitions imply; and the same draws whatever
// the arithmetic, the threads and the cuts of runs are.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include "plasticity_by_pairs.hpp"
#include "synapses/releases.hpp"
#include "tests/network/chi_square.hpp"
#include "va_event/va_event.hpp"

namespace va_event {
namespace {

using network::testing_support::chi_square_p;

/// Of all that is compared here: seeds are fixed, and what is right comes out improbable this rarely.
constexpr double kImprobable = 1e-4;

/// When the sources spike, twice at one time among it, and a delay.
const std::vector<Time> kTimes{2.0, 5.0, 6.5, 6.5, 14.0, 15.0, 40.0, 41.5, 80.0, 81.0};
constexpr double kDelay = 0.25;

/// Targets whose potential counts what they were given: it begins at 0 and never decays.
class Counters {
 public:
  Counters(std::size_t sources, std::size_t targets, const SynapseType& type, SimulationOptions options = {.seed = 3})
      : simulation(std::move(options)),
        sources_(simulation.create(sources, SpikeSourceArray{kTimes})),
        targets_(simulation.create(targets, IfCurrDelta{.v_rest = 0.0, .tau_m = 1e60, .v_thresh = 8192.0})) {
    targets_.initialize("v", 0.0);
    connect(AllToAllConnector(), type);
  }

  void connect(const Connector& connector, const SynapseType& type) {
    simulation.connect(sources_, targets_, connector, type);
  }

  /// What each target has got until `time`.
  [[nodiscard]] std::vector<double> got(double time) {
    simulation.run_until(time);
    return targets_.value("v");
  }
  /// What each target got by each instant of spikes.
  [[nodiscard]] std::vector<std::vector<double>> by_instant() {
    std::vector<std::vector<double>> all;
    std::vector<double> before = got(0.0);
    for (std::size_t k = 0; k < kTimes.size(); ++k) {
      if (k + 1 < kTimes.size() && kTimes[k + 1] == kTimes[k]) {
        continue;
      }
      std::vector<double> now = got(kTimes[k].ms() + 0.5);
      all.push_back(now);
      for (std::size_t n = 0; n < now.size(); ++n) {
        all.back()[n] -= before[n];
      }
      before = now;
    }
    return all;
  }

  Simulation simulation;

 private:
  Population sources_, targets_;
};

double mean(const std::vector<double>& values) {
  double sum = 0.0;
  for (const double value : values) {
    sum += value;
  }
  return sum / static_cast<double>(values.size());
}

/// How often each of the numbers 0 ... n was got.
std::vector<double> histogram(const std::vector<double>& values, std::size_t n) {
  std::vector<double> counts(n + 1, 0.0);
  for (const double value : values) {
    const auto count = static_cast<std::size_t>(std::lround(value));
    EXPECT_NEAR(static_cast<double>(count), value, 1e-9);  // k/n is rounded, and so is v - v_thresh
    EXPECT_LE(count, n);
    counts[std::min(count, n)] += 1.0;
  }
  return counts;
}

std::vector<double> binomial_counts(std::size_t n, double p, double total) {
  std::vector<double> counts;
  for (std::size_t k = 0; k <= n; ++k) {
    const double choose = std::exp(std::lgamma(n + 1.0) - std::lgamma(k + 1.0) - std::lgamma(n - k + 1.0));
    counts.push_back(total * choose * std::pow(p, static_cast<double>(k)) *
                     std::pow(1.0 - p, static_cast<double>(n - k)));
  }
  return counts;
}

TEST(SimpleStochasticSynapses, DeliverEachSpikeWithTheirProbabilityIndependently) {
  constexpr std::size_t kTargets = 4000;
  for (const double p : {0.1, 0.5, 0.97}) {
    Counters one(1, kTargets, SimpleStochasticSynapse{.weight = 1.0, .delay = kDelay, .p = p});
    const std::vector<double> spikes_of_one = one.got(100.0);  // independent from spike to spike
    EXPECT_GT(chi_square_p(histogram(spikes_of_one, kTimes.size()), binomial_counts(kTimes.size(), p, kTargets)),
              kImprobable)
        << p;
    Counters many(12, kTargets, SimpleStochasticSynapse{.weight = 1.0, .delay = kDelay, .p = p});
    const std::vector<double> sources = many.got(3.0);  // and from source to source
    EXPECT_GT(chi_square_p(histogram(sources, 12), binomial_counts(12, p, kTargets)), kImprobable) << p;
    // And from target to target: what all targets get from a spike spreads as a binomial number does.
    double spread = 0.0;
    std::size_t instants = 0;
    for (const std::vector<double>& got : many.by_instant()) {
      if (instants > 0 && instants != 2) {
        const double deviation = (mean(got) - 12 * p) * std::sqrt(kTargets / (12 * p * (1 - p)));
        spread += deviation * deviation;
        EXPECT_LT(std::abs(deviation), 4.5);
      }
      ++instants;
    }
    EXPECT_LT(spread, 30.0);  // of 7 squares of normal numbers
  }
}

TEST(SimpleStochasticSynapses, OfProbabilityOneAndZeroDeliverAllAndNothing) {
  const double all = static_cast<double>(kTimes.size());
  Counters certain(3, 50, SimpleStochasticSynapse{.weight = 0.5, .delay = kDelay, .p = 1.0});
  EXPECT_EQ(certain.got(100.0), std::vector<double>(50, 1.5 * all));
  Counters never(3, 50, SimpleStochasticSynapse{.weight = 0.5, .delay = kDelay, .p = 0.0});
  EXPECT_EQ(never.got(100.0), std::vector<double>(50, 0.0));
}

TEST(SimpleStochasticSynapses, OfOnePairOfCellsDrawIndependently) {
  constexpr std::uint32_t kTargets = 4000;
  Counters network(1, kTargets, SimpleStochasticSynapse{.weight = 1.0, .delay = kDelay, .p = 0.3});
  std::vector<ListedConnection> twice;
  for (std::uint32_t n = 0; n < kTargets; ++n) {
    for (int k = 0; k < 2; ++k) {
      twice.push_back({0, n, {}, {}});
    }
  }
  // Two more of another projection.
  network.connect(FromListConnector(twice), SimpleStochasticSynapse{.weight = 1.0, .delay = kDelay, .p = 0.3});
  EXPECT_GT(chi_square_p(histogram(network.got(3.0), 3), binomial_counts(3, 0.3, kTargets)), kImprobable);
}

/// Means of what the first targets got against what the deterministic synapse releases.
void expect_means(const std::vector<std::vector<double>>& got, const reference::Plasticity& p, double sites) {
  reference::ShortTermByIteration<double> expected(p, 0.0);
  std::size_t instant = 0;
  for (std::size_t k = 0; k < kTimes.size(); ++k) {
    double release = expected.release(kTimes[k].ms(), 0.0).value;
    if (k + 1 < kTimes.size() && kTimes[k + 1] == kTimes[k]) {
      ++k;
      release += expected.release(kTimes[k].ms(), 0.0).value;
    }
    const auto targets = static_cast<double>(got[instant].size());
    // Each site of its own is at most one release per instant.
    const double deviation = std::sqrt(release * (1.0 - release) / (sites * targets));
    EXPECT_NEAR(mean(got[instant]), release, 4.5 * deviation + 1e-12) << "spikes at " << kTimes[k].ms();
    ++instant;
  }
  EXPECT_EQ(instant, got.size());
}

std::vector<reference::Plasticity> dynamics() {
  reference::Plasticity depressing;
  depressing.U = 0.6;
  depressing.tau_rec = 30.0;
  reference::Plasticity facilitating = depressing;
  facilitating.U = 0.1;
  facilitating.tau_rec = 5.0;
  facilitating.tau_facil = 50.0;
  reference::Plasticity begun = facilitating;
  begun.u = 0.7;
  return {depressing, facilitating, begun};
}

TEST(StochasticTsodyksMarkramSynapses, ReleaseOnAverageWhatDeterministicOnesDo) {
  for (const reference::Plasticity& p : dynamics()) {
    Counters network(
        1, 20000,
        StochasticTsodyksMarkramSynapse{
            .weight = 1.0, .delay = kDelay, .U = p.U, .tau_rec = p.tau_rec, .tau_facil = p.tau_facil, .u = p.u});
    const auto got = network.by_instant();
    for (const std::vector<double>& one : got) {
      histogram(one, 1);  // all or nothing
    }
    expect_means(got, p, 1.0);
  }
}

TEST(StochasticTsodyksMarkramSynapses, ReleaseAVesicleThatNeverRecoversOnce) {
  Counters network(1, 3000, StochasticTsodyksMarkramSynapse{.weight = 1.0, .delay = kDelay, .U = 0.3, .tau_rec = 1e50});
  const double spikes = static_cast<double>(kTimes.size());
  const double p = 1.0 - std::pow(0.7, spikes);
  EXPECT_GT(chi_square_p(histogram(network.got(100.0), 1), binomial_counts(1, p, 3000)), kImprobable);
}

TEST(StochasticTsodyksMarkramSynapses, WithCertainReleaseAndRecoveryAreStatic) {
  Counters network(2, 20, StochasticTsodyksMarkramSynapse{.weight = 1.0, .delay = kDelay, .U = 1.0, .tau_rec = 1e-3});
  // The second of two spikes at one time finds no vesicle.
  EXPECT_EQ(network.got(100.0), std::vector<double>(20, 2.0 * static_cast<double>(kTimes.size() - 1)));
}

TEST(MultiQuantalSynapses, ReleaseOnAverageWhatDeterministicOnesDo) {
  for (const reference::Plasticity& p : dynamics()) {
    for (const double n : {1.0, 5.0, 200.0}) {
      Counters network(1, 4000,
                       MultiQuantalSynapse{.weight = 1.0,
                                           .delay = kDelay,
                                           .U = p.U,
                                           .n = n,
                                           .tau_rec = p.tau_rec,
                                           .tau_facil = p.tau_facil,
                                           .u = p.u});
      expect_means(network.by_instant(), p, n);
    }
  }
}

TEST(MultiQuantalSynapses, ReleaseABinomialNumberOfSites) {
  constexpr double kTargets = 4000;
  for (const auto& [n, U] :
       {std::pair(8.0, 0.25), std::pair(8.0, 0.9), std::pair(64.0, 0.5), std::pair(1000.0, 0.97)}) {
    Counters network(1, 4000, MultiQuantalSynapse{.weight = n, .delay = kDelay, .U = U, .n = n, .tau_rec = 1e50});
    const auto sites = static_cast<std::size_t>(n);
    std::vector<double> got = network.got(3.0);
    EXPECT_GT(chi_square_p(histogram(got, sites), binomial_counts(sites, U, kTargets)), kImprobable) << n;
    // Sites that never recover release once: by the second spike each has with 1 - (1 - U)^2.
    got = network.got(5.5);
    const double by_then = 1.0 - (1.0 - U) * (1.0 - U);
    EXPECT_GT(chi_square_p(histogram(got, sites), binomial_counts(sites, by_then, kTargets)), kImprobable) << n;
  }
}

TEST(MultiQuantalSynapses, RecoverABinomialNumberOfSites) {
  // All sites release at 2 ms; at 5 ms those that have recovered release: each with 1 - exp(-3/tau_rec).
  Counters network(1, 4000, MultiQuantalSynapse{.weight = 16.0, .delay = kDelay, .U = 1.0, .n = 16.0, .tau_rec = 6.0});
  EXPECT_EQ(network.got(3.0), std::vector<double>(4000, 16.0));
  std::vector<double> got = network.got(5.5);
  for (double& value : got) {
    value -= 16.0;
  }
  EXPECT_GT(chi_square_p(histogram(got, 16), binomial_counts(16, 1.0 - std::exp(-0.5), 4000)), kImprobable);
}

std::vector<std::pair<std::string, SynapseType>> all_types() {
  return {{"simple", SimpleStochasticSynapse{.weight = 1.0, .delay = kDelay, .p = 0.4}},
          {"simple, own", SimpleStochasticSynapse{.weight = 1.0,
                                                  .delay = RandomDistribution("uniform", {0.1, 0.4}),
                                                  .p = RandomDistribution("uniform", {0.0, 1.0})}},
          {"stochastic", StochasticTsodyksMarkramSynapse{.weight = 1.0, .delay = kDelay, .tau_facil = 20.0}},
          {"stochastic, own", StochasticTsodyksMarkramSynapse{.weight = 1.0,
                                                              .delay = RandomDistribution("uniform", {0.1, 0.4}),
                                                              .U = RandomDistribution("uniform", {0.1, 0.9}),
                                                              .tau_facil = 20.0}},
          {"multi", MultiQuantalSynapse{.weight = 4.0, .delay = kDelay, .n = 4.0, .tau_rec = 30.0}},
          {"multi, own", MultiQuantalSynapse{.weight = 4.0,
                                             .delay = RandomDistribution("uniform", {0.1, 0.4}),
                                             .U = RandomDistribution("uniform", {0.1, 0.9}),
                                             .n = 4.0,
                                             .tau_rec = 30.0}}};
}

TEST(StochasticSynapses, DrawTheSameInAnyArithmeticOnAnyThreadsInAnyPieces) {
  for (const auto& [name, type] : all_types()) {
    SCOPED_TRACE(name);
    const std::vector<double> expected = Counters(5, 30, type, {.seed = 8, .threads = 1}).got(100.0);
    EXPECT_GT(mean(expected), 5.0);
    EXPECT_LT(mean(expected), 4.0 * 5.0 * static_cast<double>(kTimes.size()) - 5.0);
    EXPECT_EQ(Counters(5, 30, type, {.seed = 8, .precision = Precision::quad()}).got(100.0), expected);
    EXPECT_EQ(Counters(5, 30, type, {.seed = 8, .precision = Precision::decimal(50)}).got(100.0), expected);
    EXPECT_EQ(Counters(5, 30, type, {.seed = 8, .threads = 3}).got(100.0), expected);
    Counters in_pieces(5, 30, type, {.seed = 8, .threads = 2});
    for (const double cut : {2.0, 2.1, 5.3, 6.6, 14.0, 40.2, 80.3}) {
      in_pieces.simulation.run_until(cut);
    }
    EXPECT_EQ(in_pieces.got(100.0), expected);
    in_pieces.simulation.reset();
    EXPECT_EQ(in_pieces.got(100.0), expected);
    EXPECT_NE(Counters(5, 30, type, {.seed = 9, .threads = 1}).got(100.0), expected);
  }
}

// What one synapse draws is keyed by its cells and by its number among those of the pair: not by the order in which
// projections were made.
TEST(StochasticSynapses, DrawTheSameInWhateverOrderProjectionsAreMade) {
  const auto got = [](bool first_comes_first) {
    const SynapseType half = SimpleStochasticSynapse{.weight = 1.0, .delay = kDelay, .p = 0.5};
    const SynapseType other = StochasticTsodyksMarkramSynapse{.weight = 3.0, .delay = kDelay, .tau_rec = 20.0};
    Counters network(4, 40, first_comes_first ? half : other, {.seed = 8});
    network.connect(AllToAllConnector(), first_comes_first ? other : half);
    return network.got(100.0);
  };
  EXPECT_EQ(got(true), got(false));
}

TEST(StochasticSynapses, TheDistanceOfADrawIsHowFarItMayMove) {
  RandomStream random(7, 1, 0);
  for (int trial = 0; trial < 2000; ++trial) {
    const auto n = static_cast<std::uint32_t>(20.0 * random.uniform());
    const double p = trial % 10 == 0 ? std::round(random.uniform()) : random.uniform();
    const double uniform = random.uniform();
    const std::uint32_t k = synapses::binomial(n, p, uniform);
    const synapses::Distances distances = synapses::distances_of_binomial(n, p, uniform, k);
    const std::string what = std::to_string(n) + " of " + std::to_string(p) + ", " + std::to_string(uniform);
    const double nearly = 1e-12;
    if (const double end = uniform - distances.below; end > 0.0) {
      EXPECT_EQ(synapses::binomial(n, p, end + nearly), k) << what;
      EXPECT_LT(synapses::binomial(n, p, end - nearly), k) << what;
    } else {
      EXPECT_EQ(synapses::binomial(n, p, 0.0), k) << what;
    }
    if (const double end = uniform + distances.above; end < 1.0 - nearly) {
      EXPECT_EQ(synapses::binomial(n, p, end - nearly), k) << what;
      EXPECT_GT(synapses::binomial(n, p, end + nearly), k) << what;
    } else {
      EXPECT_EQ(synapses::binomial(n, p, 1.0 - 2 * nearly), k) << what;
    }
  }
}

}  // namespace
}  // namespace va_event

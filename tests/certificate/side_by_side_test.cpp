// SPDX-License-Identifier: Apache-2.0
#include "certificate/side_by_side.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <cstddef>
#include <vector>

#include "api/core.hpp"
#include "certificate/spike_stream.hpp"
#include "small_network.hpp"

namespace va_event::certificate {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

constexpr double kDuration = 200.0;  // [ms]
const std::function<bool(double)> kGoOn = [](double) { return true; };

/// The double engine on a copy of the network in which something is wrong, beside a quad engine on the right one.
class SideBySideTest : public ::testing::Test {
 protected:
  SideBySideTest() : cells_(testing_support::add_small_network(simulation_)) {}

  [[nodiscard]] const network::Network& right() const { return simulation_.core()->network; }
  [[nodiscard]] network::Network copy() const { return right(); }
  static ComparedRun contestant(const network::Network& network, const Precision& precision = {}) {
    return {precision, [&network, precision](recording::Recorder& recorder) {
              return engine::make_engine(precision, network, recorder);
            }};
  }
  [[nodiscard]] std::vector<CellId> ids() const { return {cells_.ids().begin(), cells_.ids().end()}; }
  [[nodiscard]] Comparison compare(const network::Network& tested) const {
    return run_side_by_side(contestant(tested), contestant(right(), Precision::quad()), ids(), kDuration, kGoOn)
        .comparison;
  }
  static inline const std::size_t kTauM = parameter_index(IfCondExp::model(), "tau_m"),
                                  kVThresh = parameter_index(IfCondExp::model(), "v_thresh");

  Simulation simulation_;
  Population cells_;
};

TEST_F(SideBySideTest, TheRightNetworkIsRightToTheEnd) {
  const Comparison comparison = compare(right());
  EXPECT_TRUE(comparison.complete) << comparison.limited_by;
  EXPECT_EQ(comparison.correct_until_ms, kDuration);
  EXPECT_GT(comparison.spikes, 500U);
  EXPECT_EQ(comparison.spikes_matched, comparison.spikes);
  EXPECT_GT(comparison.max_dt_ms, 0.0);
  EXPECT_LT(comparison.max_dt_ms, 1e-11);
  EXPECT_LE(comparison.median_dt_ms, comparison.max_dt_ms);
}

TEST_F(SideBySideTest, OneWrongDigitInTheTwelfthPlaceOfAConstantOfTheKernelIsSeen) {
  network::Network wrong = copy();
  wrong.populations[0].parameters[kTauM].set_all(20.0 * (1 + 1e-12));
  const Comparison clean = compare(right());
  const Comparison faulty = compare(wrong);
  EXPECT_GT(faulty.max_dt_ms, 50 * clean.max_dt_ms);
  EXPECT_GT(faulty.median_dt_ms, 50 * clean.median_dt_ms);
}

TEST_F(SideBySideTest, OneWrongDigitInTheTwelfthPlaceShortensTheCorrectTime) {
  // Two neurons that approach the same -45 mV, one by its resting potential and one by a current. Both spike after
  // 20 ln 3 ms; the second starts 1.5e-11 mV lower and is 1.5e-11 * 20/15 = 2e-11 ms later. A longer tau_m delays the
  // first and, because it raises the resistance too, advances the second by 20 (1/5 - 1/15) 15 / 20 ms per ms less the
  // same delay: with 2e-11 ms too much, by 4e-11 ms to the first, which changes their order.
  Simulation simulation;
  const Population resting =
      simulation.create(1, IfCurrExp{.v_rest = -45.0, .cm = 1.0, .v_reset = -60.0, .v_thresh = -50.0});
  const Population driven = simulation.create(
      1, IfCurrExp{.v_rest = -60.0, .cm = 1.0, .i_offset = 0.75, .v_reset = -60.0, .v_thresh = -50.0});
  resting.initialize("v", -60.0);
  driven.initialize("v", -60.0 - 1.5e-11);
  const network::Network& network = simulation.core()->network;
  const auto certify = [&network](const network::Network& tested) {
    return run_side_by_side(contestant(tested), contestant(network, Precision::quad()), {0, 1}, kDuration, kGoOn)
        .comparison;
  };
  const auto with_fault = [&network](double fault) {
    network::Network wrong = network;
    for (auto& population : wrong.populations) {
      population.parameters[kTauM].set_all(20.0 * (1 + fault));
    }
    return wrong;
  };
  const Comparison clean = certify(network);
  EXPECT_TRUE(clean.complete) << clean.limited_by;
  EXPECT_EQ(clean.spikes_matched, clean.spikes);
  EXPECT_GT(clean.spikes, 10U);
  const Comparison faulty = certify(with_fault(1e-12));
  EXPECT_FALSE(faulty.complete);
  EXPECT_THAT(faulty.limited_by, StartsWith("the order of the spikes of neurons 0 and 1 at t = 21.97"));
  EXPECT_THAT(faulty.limited_by, HasSubstr(", which lie 2.00"));
  EXPECT_NEAR(faulty.correct_until_ms, 20.0 * std::log(3.0), 1e-9);
  EXPECT_EQ(faulty.spikes_matched, 0U);
  // A tenth of the fault needs several intervals to use up the same distance.
  EXPECT_GT(certify(with_fault(1e-13)).correct_until_ms, 4.0 * 20.0 * std::log(3.0));
}

TEST_F(SideBySideTest, AFaultThatMovesSpikesPastEachOtherShortensTheCorrectTime) {
  network::Network wrong = copy();
  wrong.populations[0].parameters[kTauM].set_all(20.5);
  const Comparison comparison = compare(wrong);
  EXPECT_FALSE(comparison.complete);
  EXPECT_LT(comparison.correct_until_ms, 0.8 * kDuration);
  EXPECT_GT(comparison.correct_until_ms, 0.0);
  EXPECT_LT(comparison.spikes_matched, comparison.spikes);
}

TEST_F(SideBySideTest, ASpikeThatOneOfThemLacksIsNamed) {
  // A neuron without threshold in one of the two.
  network::Network wrong = copy();
  wrong.populations[0].parameters[kVThresh].set(17, 1e6, 100);
  const Comparison missing = compare(wrong);
  EXPECT_FALSE(missing.complete);
  EXPECT_THAT(missing.limited_by, StartsWith("a missing spike of neuron 17 at t = "));
  const Comparison surplus =
      run_side_by_side(contestant(right()), contestant(wrong, Precision::quad()), ids(), kDuration, kGoOn).comparison;
  EXPECT_THAT(surplus.limited_by, StartsWith("a wrong spike of neuron 17 at t = "));
  EXPECT_NEAR(surplus.correct_until_ms, missing.correct_until_ms, 1e-12);

  // It is the first spike of neuron 17: everything before is correct, and nothing after.
  cells_.record("spikes");
  simulation_.run(kDuration);
  const Spikes spikes = cells_.spikes();
  std::size_t first = 0;
  while (spikes.ids[first] != 17) {
    ++first;
  }
  EXPECT_EQ(missing.spikes_matched, first);
  EXPECT_NEAR(missing.correct_until_ms, spikes.times[first].ms(), 1e-12);
}

TEST_F(SideBySideTest, AChangedOrderIsNamed) {
  // Two cells without synapses, one of which spikes 1e-9 ms earlier in one simulation and later in the other.
  const auto spikes_at = [](double a, double b) {
    Simulation simulation;
    simulation.create(1, SpikeSourceArray{{Time(a)}});
    simulation.create(1, SpikeSourceArray{{Time(b)}});
    return simulation;
  };
  const Simulation one = spikes_at(50.0, 50.0 + 0x1p-30), other = spikes_at(50.0 + 0x1p-29, 50.0 + 0x1p-30);
  const Comparison comparison =
      run_side_by_side(contestant(one.core()->network), contestant(other.core()->network, Precision::quad()), {0, 1},
                       kDuration, kGoOn)
          .comparison;
  EXPECT_FALSE(comparison.complete);
  EXPECT_THAT(comparison.limited_by, StartsWith("the order of the spikes of neurons 1 and 0 at t = 50"));
  EXPECT_THAT(comparison.limited_by, HasSubstr("9.31322574615"));  // 2^-30
  EXPECT_EQ(comparison.correct_until_ms, 50.0);
}

TEST_F(SideBySideTest, ASpikeThatMovesOverTheEndOfAWindowIsNotLost) {
  // In one simulation just before 16 ms, where windows and epochs end, in the other at it.
  const auto spike_at = [](double time) {
    Simulation simulation;
    simulation.create(1, SpikeSourceArray{{Time(time), Time(70.0)}});
    return simulation;
  };
  const Simulation one = spike_at(16.0 - 0x1p-48), other = spike_at(16.0);
  const Comparison comparison = run_side_by_side(contestant(one.core()->network),
                                                 contestant(other.core()->network, Precision::quad()), {0}, 100, kGoOn)
                                    .comparison;
  EXPECT_TRUE(comparison.complete);
  EXPECT_EQ(comparison.spikes_matched, 2U);
  EXPECT_EQ(comparison.max_dt_ms, 0x1p-48);
  EXPECT_EQ(comparison.max_dt_at_ms, 16.0);
  EXPECT_EQ(comparison.median_dt_ms, 0x1p-48);
}

TEST_F(SideBySideTest, StopsWhenItIsToldTo) {
  const Comparison comparison =
      run_side_by_side(contestant(right()), contestant(right(), Precision::quad()), ids(), kDuration, [](double now) {
        return now < 60.0;
      }).comparison;
  EXPECT_FALSE(comparison.complete);
  EXPECT_THAT(comparison.limited_by, StartsWith("a request to stop at "));
  EXPECT_LE(comparison.correct_until_ms, 64.0);
  EXPECT_GE(comparison.correct_until_ms, 32.0);
}

TEST(DifferenceOfTimes, IsExactWhereTheyNearlyCancel) {
  const std::array<double, 2> tails{0x1p-60, 0x1p-115}, others{0x1p-60, -0x1p-116};
  EXPECT_EQ(difference(Time(3.25), tails, Time(3.25), others), 0x1p-115 + 0x1p-116);
  EXPECT_EQ(difference(Time(4.0), others, Time(4.0), {}), 0x1p-60 - 0x1p-116);
  EXPECT_EQ(difference(Time(4.0), {}, Time::from_parts(3, 1 - 0x1p-53), {}), 0x1p-53);
  // The same moment, split in two ways.
  const std::array<double, 1> below{-0x1p-54}, above{0x1p-54};
  EXPECT_EQ(difference(Time(4.0), below, Time::from_parts(3, 1 - 0x1p-53), above), 0.0);
}

}  // namespace
}  // namespace va_event::certificate

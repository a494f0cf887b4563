// SPDX-License-Identifier: Apache-2.0
#include "va_event/certificate.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <vector>

#include "small_network.hpp"
#include "va_event/error.hpp"

namespace va_event {
namespace {

using ::testing::HasSubstr;
using testing_support::add_small_network;

TEST(Certificate, CertifiesASmallNetworkToItsEnd) {
  Simulation simulation;
  const Population cells = add_small_network(simulation);
  const Certificate certificate = certify(simulation, 120.0);
  EXPECT_TRUE(certificate.complete()) << certificate.text();
  EXPECT_EQ(certificate.correct_until_ms(), 120.0);
  EXPECT_LT(certificate.result.max_dt_ms, 1e-11);
  EXPECT_EQ(certificate.result.tested, Precision());
  EXPECT_EQ(certificate.result.reference, Precision::quad());
  ASSERT_TRUE(certificate.check.has_value());
  EXPECT_EQ(certificate.check->spikes_matched, certificate.result.spikes_matched);
  EXPECT_LT(certificate.check->max_dt_ms, 1e-27);
  EXPECT_GT(certificate.check->max_dt_ms, 0.0);
  ASSERT_TRUE(certificate.closest_approach.has_value());
  EXPECT_GT(certificate.closest_approach->distance_mv, certificate.result.max_dt_ms);

  // Its numbers are those of the simulation itself, which can still run.
  cells.record("spikes");
  simulation.run(120.0);
  EXPECT_EQ(cells.spikes().size(), certificate.result.spikes_matched);
  EXPECT_THAT(certificate.text(), HasSubstr("correct until t = 120 ms: "));
  EXPECT_THAT(certificate.text(),
              HasSubstr("limited by the end of the run; reference: quad, checked against 50 digits"));
}

TEST(Certificate, GivesTheErrorsOfPlasticWeights) {
  Simulation simulation;
  const Population cells = add_small_network(simulation);
  StdpMechanism stdp{.timing_dependence = TripletRule{.A_plus = 0.01},
                     .weight_dependence = GutigWeightDependence{.w_max = 0.008},
                     .weight = 0.004,
                     .delay = RandomDistribution("uniform", {0.2, 2.0})};
  stdp.dendritic_delay_fraction = 0.4;
  stdp.short_term = ShortTermDynamics{.tau_facil = 30.0};
  const Projection plastic = simulation.connect(cells, cells, FixedProbabilityConnector(0.1), stdp);
  const Certificate certificate = certify(simulation, 120.0);
  EXPECT_TRUE(certificate.complete()) << certificate.text();
  EXPECT_EQ(certificate.result.plastic_synapses, plastic.size());
  EXPECT_LT(certificate.result.max_dw, 1e-15);  // [uS]
  EXPECT_GT(certificate.result.max_dw, 0.0);
  EXPECT_LT(certificate.check->max_dw, 1e-30);  // of weights that are rounded to doubles: the same ones
  EXPECT_LT(certificate.check->max_dt_ms, 1e-27);
  EXPECT_THAT(certificate.text(), HasSubstr("plastic weights"));
}

TEST(Certificate, GrowthAddsUpToTheWhole) {
  Simulation simulation;
  add_small_network(simulation);
  const Certificate certificate = certify(simulation, 250.0, {.check = std::nullopt});
  const Comparison& result = certificate.result;
  ASSERT_EQ(result.growth.size(), 3U);
  std::uint64_t spikes = 0;
  double largest = 0.0, from = 0.0;
  for (const SpikeErrors& part : result.growth) {
    EXPECT_EQ(part.from_ms, from);
    from = part.to_ms;
    spikes += part.spikes;
    largest = std::max(largest, part.max_dt_ms);
  }
  EXPECT_EQ(from, 250.0);
  EXPECT_EQ(spikes, result.spikes_matched);
  EXPECT_EQ(largest, result.max_dt_ms);
  EXPECT_EQ(result.growth[0].max_dt_ms, result.max_dt_first_100_ms);
  EXPECT_FALSE(certificate.check.has_value());
  EXPECT_THAT(certificate.text(), HasSubstr("not checked"));
}

TEST(Certificate, ClosestGrazingIsThePeakOfAnEpspThatNearlyMakesASpike) {
  // One EPSP; its peak is known in closed form, and the threshold lies 2^-20 mV above or below it.
  const double tau_m = 20.0, tau = 5.0, weight = 1.0;  // R = tau_m/cm = 20 MOhm: mV = 20 nA
  const double t_peak = std::log(tau_m / tau) * tau_m * tau / (tau_m - tau);
  const double peak = 20.0 * weight * tau / (tau_m - tau) * (std::exp(-t_peak / tau_m) - std::exp(-t_peak / tau));
  for (const double distance : {0x1p-20, -0x1p-20}) {
    Simulation simulation;
    const Population source = simulation.create(1, SpikeSourceArray{{Time(1.0)}});
    const Population cell = simulation.create(
        1,
        IfCurrExp{
            .v_rest = 0.0, .cm = 1.0, .tau_m = tau_m, .tau_syn_E = tau, .v_reset = -10.0, .v_thresh = peak + distance});
    cell.initialize("v", 0.0);
    simulation.connect(source, cell, AllToAllConnector(), {.weight = weight, .delay = 0.5});
    const Certificate certificate = certify(simulation, 50.0, {.check = std::nullopt});
    ASSERT_TRUE(certificate.closest_approach.has_value());
    EXPECT_EQ(certificate.closest_approach->cell, cell.first_id());
    EXPECT_EQ(certificate.result.spikes, distance < 0.0 ? 1U : 0U);
    EXPECT_NEAR(certificate.closest_approach->distance_mv, 0x1p-20, 1e-10);
    EXPECT_NEAR(certificate.closest_approach->time_ms, 1.5 + t_peak, 0.1);
  }
}

TEST(Certificate, ClosestGrazingIsWhereInhibitionEndsARise) {
  // A drift towards the threshold that a strong inhibition stops shortly before it: v = -20 - 40 e^{-t/20}.
  Simulation simulation;
  const Population source = simulation.create(1, SpikeSourceArray{{Time(0.5)}});
  const Population cell = simulation.create(1, IfCurrExp{.v_rest = -60.0, .cm = 1.0, .tau_m = 20.0, .i_offset = 2.0});
  cell.initialize("v", -60.0);
  simulation.connect(source, cell, AllToAllConnector(), {.weight = -20.0, .delay = 4.5},
                     {.receptor_type = "inhibitory"});
  const Certificate certificate = certify(simulation, 30.0, {.check = std::nullopt});
  ASSERT_TRUE(certificate.closest_approach.has_value());
  EXPECT_EQ(certificate.result.spikes, 0U);
  EXPECT_NEAR(certificate.closest_approach->distance_mv, -50.0 + 20.0 + 40.0 * std::exp(-5.0 / 20.0), 1e-9);
  EXPECT_NEAR(certificate.closest_approach->time_ms, 5.0, 1e-9);
}

TEST(Certificate, ClosestGrazingOfAConductanceModelIsWhereInhibitionEndsARise) {
  // As above; without conductance before the inhibition, the rise is the same exponential.
  Simulation simulation;
  const Population source = simulation.create(1, SpikeSourceArray{{Time(0.5)}});
  const Population cell =
      simulation.create(1, IfCondExp{.v_rest = -60.0, .cm = 1.0, .tau_m = 20.0, .e_rev_I = -80.0, .i_offset = 2.0});
  cell.initialize("v", -60.0);
  simulation.connect(source, cell, AllToAllConnector(), {.weight = 2.0, .delay = 4.5}, {.receptor_type = "inhibitory"});
  const Certificate certificate = certify(simulation, 30.0, {.check = std::nullopt});
  ASSERT_TRUE(certificate.closest_approach.has_value());
  EXPECT_EQ(certificate.closest_approach->cell, cell.first_id());
  EXPECT_EQ(certificate.result.spikes, 0U);
  EXPECT_NEAR(certificate.closest_approach->distance_mv, -50.0 + 20.0 + 40.0 * std::exp(-5.0 / 20.0), 1e-9);
  EXPECT_NEAR(certificate.closest_approach->time_ms, 5.0, 1e-9);
}

TEST(Certificate, AWideSimulationIsCertifiedByAWiderOne) {
  Simulation simulation({.seed = 1, .precision = Precision::quad()});
  add_small_network(simulation);
  const Certificate certificate =
      certify(simulation, 20.0, {.reference = Precision::decimal(50), .check = std::nullopt});
  EXPECT_TRUE(certificate.complete());
  EXPECT_LT(certificate.result.max_dt_ms, 1e-29);
}

TEST(Certificate, ReportsProgressAndStopsWhenItIsToldTo) {
  Simulation simulation;
  add_small_network(simulation);
  std::vector<CertifyProgress> seen;
  const Certificate certificate = certify(simulation, 160.0, {.on_progress = [&seen](const CertifyProgress& now) {
                                            seen.push_back(now);
                                            return now.part == 1 || now.progress.now_ms < 50.0;
                                          }});
  ASSERT_FALSE(seen.empty());
  EXPECT_EQ(seen.front().part, 1);
  EXPECT_EQ(seen.back().part, 2);
  EXPECT_EQ(seen.back().parts, 2);
  EXPECT_EQ(seen.front().progress.stop_ms, 160.0);
  EXPECT_TRUE(certificate.result.complete);
  EXPECT_FALSE(certificate.complete());
  EXPECT_LT(certificate.correct_until_ms(), 65.0);
  EXPECT_GT(certificate.correct_until_ms(), 0.0);
  EXPECT_THAT(certificate.text(), HasSubstr("a request to stop at "));
}

TEST(Certificate, OfASilentNetworkIsCompleteToo) {
  Simulation simulation;
  simulation.create(2, IfCurrExp{});
  const Certificate certificate = certify(simulation, 40.0);
  EXPECT_TRUE(certificate.complete());
  EXPECT_EQ(certificate.result.spikes, 0U);
  EXPECT_TRUE(certificate.result.growth.empty());
  EXPECT_FALSE(certificate.text().empty());
}

TEST(Certificate, NeedsTheNetworkAsItIsAtTimeZero) {
  Simulation simulation;
  add_small_network(simulation);
  simulation.run(1.0);
  EXPECT_THROW((void)certify(simulation, 10.0), StateError);
  simulation.reset();
  EXPECT_TRUE(certify(simulation, 10.0, {.check = std::nullopt}).complete());
}

TEST(Certificate, RefusesDurationsAndPrecisionsThatMakeNoSense) {
  Simulation simulation;
  add_small_network(simulation);
  for (const double duration :
       {0.0, -1.0, std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::infinity()}) {
    EXPECT_THROW((void)certify(simulation, duration), ParameterError) << duration;
  }
  EXPECT_THROW((void)certify(simulation, 10.0, {.reference = Precision()}), ParameterError);
  EXPECT_THROW((void)certify(simulation, 10.0, {.reference = Precision::decimal(50)}), ParameterError);
  try {
    (void)certify(simulation, 10.0, {.check = Precision::quad()});
    FAIL();
  } catch (const ParameterError& error) {
    EXPECT_STREQ(error.what(), "check = quad: must be wider than the precision of the reference, quad");
  }
}

}  // namespace
}  // namespace va_event

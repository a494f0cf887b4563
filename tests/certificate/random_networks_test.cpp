// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <memory>
#include <random>
#include <vector>

#include "va_event/certificate.hpp"
#include "va_event/va_event.hpp"

namespace va_event {
namespace {

/// Connectors of every kind between 20 cells and 20 cells with positions.
std::vector<std::shared_ptr<Connector>> every_connector() {
  std::vector<ListedConnection> list;
  for (std::uint32_t k = 0; k < 40; ++k) {
    list.push_back({k % 20, (7 * k) % 20, {}, 0.3 + 0.01 * k});
  }
  return {std::make_shared<AllToAllConnector>(false),
          std::make_shared<OneToOneConnector>(),
          std::make_shared<FixedProbabilityConnector>(0.2),
          std::make_shared<FixedNumberPreConnector>(3),
          std::make_shared<FixedNumberPostConnector>(4, false, true),
          std::make_shared<FixedTotalNumberConnector>(60),
          std::make_shared<FromListConnector>(list),
          std::make_shared<DistanceDependentProbabilityConnector>([](double d) { return d < 3.0 ? 0.5 : 0.0; }),
          std::make_shared<CSAConnector>(csa::random(0.15))};
}

/// Two populations of 20 cells, heterogeneous in parameters, initial values, weights and delays; Poisson input.
void build(Simulation& simulation, unsigned seed) {
  std::mt19937 random(seed);
  const auto uniform = [&random](double low, double high) {
    return std::uniform_real_distribution<double>(low, high)(random);
  };
  const auto draw = [](double low, double high) { return RandomDistribution("uniform", {low, high}); };
  const bool conductance_based = seed % 2 == 0;
  std::vector<Population> populations;
  for (int k = 0; k < 2; ++k) {
    const PopulationOptions line{.label = {}, .structure = Line{}};
    const Population cells = conductance_based ? simulation.create(20, IfCondExp{.cm = 0.2}, line)
                                               : simulation.create(20, IfCurrExp{.cm = 0.2}, line);
    cells.set("tau_m", draw(5.0, 30.0));
    cells.set("tau_refrac", draw(0.0, 4.0));
    cells.set("tau_syn_E", draw(1.0, 12.0));
    cells.set("tau_syn_I", k == 0 ? Values(5.0) : Values(draw(2.0, 20.0)));
    cells.set("i_offset", draw(0.0, 0.2));
    cells.initialize("v", draw(-65.0, -50.0));
    if (seed % 3 == 1) {  // some with sinusoids from the start, some from later on
      cells.slice(4 * static_cast<std::size_t>(k), 14).inject(ACSource{0.2, 0.05, 31.0 + 200.0 * k, 40.0, 7.7 * k});
    }
    populations.push_back(cells);
  }
  const double scale = conductance_based ? 0.1 : 1.0;  // [uS] or [nA]
  const Population input = simulation.create(20, SpikeSourcePoisson{.rate = 60.0}, {.label = {}, .structure = Line{}});
  simulation.connect(input, populations[0], AllToAllConnector(), {.weight = 0.1 * scale, .delay = 0.5});
  const auto connectors = every_connector();
  for (int k = 0; k < 4; ++k) {
    const auto& connector = connectors[(seed + static_cast<unsigned>(k)) % connectors.size()];
    const bool excitatory = k < 2;
    const double weight = (excitatory ? 0.1 : conductance_based ? 0.2 : -0.2) * scale;
    const Values weights = weight > 0 ? Values(draw(0.0, weight)) : Values(draw(weight, 0.0));
    simulation.connect(populations[random() % 2], populations[random() % 2], *connector,
                       {.weight = weights, .delay = k % 2 == 0 ? Values(uniform(0.01, 3.0)) : Values(draw(1e-3, 20.0))},
                       {.receptor_type = excitatory ? "excitatory" : "inhibitory"});
  }
}

/// Rounding errors of a potential are some 1e-14 mV, and a potential that crosses its threshold at the slope of these
/// networks (0.01 mV/ms and more) turns them into some 1e-12 ms; 100 ms of recurrent activity may multiply that.
constexpr double kLargestError = 1e-9;  // [ms]

TEST(RandomNetworks, OfAllConnectorsAreCorrectSpikeBySpike) {
  std::uint64_t spikes = 0;
  for (unsigned seed = 0; seed < 18; ++seed) {
    Simulation simulation({seed});
    build(simulation, seed);
    const Certificate certificate = certify(simulation, 100.0, {.check = std::nullopt});
    ASSERT_TRUE(certificate.complete()) << "seed " << seed << ": " << certificate.text();
    ASSERT_LE(certificate.result.max_dt_ms, kLargestError) << "seed " << seed << ": " << certificate.text();
    spikes += certificate.result.spikes;
  }
  EXPECT_GT(spikes, 18U * 100U);
}

TEST(RandomNetworks, TheQuadReferenceAgreesWithFiftyAndAHundredDigits) {
  for (unsigned seed = 0; seed < 2; ++seed) {
    Simulation simulation({seed});
    build(simulation, seed);
    const Certificate certificate =
        certify(simulation, 20.0, {.reference = Precision::decimal(50), .check = Precision::decimal(100)});
    ASSERT_TRUE(certificate.complete()) << certificate.text();
    EXPECT_LE(certificate.check->max_dt_ms, 1e-44);
    const Certificate quad = certify(simulation, 20.0);
    ASSERT_TRUE(quad.complete()) << quad.text();
    EXPECT_LE(quad.check->max_dt_ms, 1e-27);
  }
}

}  // namespace
}  // namespace va_event

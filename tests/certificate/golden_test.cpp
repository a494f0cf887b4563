// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <boost/multiprecision/cpp_bin_float.hpp>
#include <fstream>
#include <string>
#include <utility>
#include <vector>

#include "foundation/decimal_text.hpp"
#include "vogels_abbott.hpp"

namespace va_event {
namespace {

using Exact = boost::multiprecision::cpp_bin_float_100;
using cli::Benchmark;

struct GoldenSpike {
  CellId cell;
  Exact time;  ///< [ms], 30 digits behind the point
};

/// golden/make_golden.py makes these files.
std::vector<GoldenSpike> golden(const std::string& name) {
  std::ifstream file(VA_EVENT_GOLDEN_FOLDER "/" + name + "_100ms_30_digits.txt");
  std::vector<GoldenSpike> spikes;
  CellId cell = 0;
  for (std::string time; file >> cell >> time;) {
    spikes.push_back({cell, Exact(time)});
  }
  return spikes;
}

class GoldenFile : public ::testing::TestWithParam<Benchmark> {
 protected:
  [[nodiscard]] static std::string name() { return GetParam() == Benchmark::coba ? "coba" : "cuba"; }

  /// The network of the file, simulated in `precision`, by `method` has the file's spikes before `until`
  /// within `error` [ms].
  static void check(const Precision& precision, SimulationMethod method, double until, double error) {
    SCOPED_TRACE(name_of(method));
    Simulation simulation({.seed = 1, .precision = precision, .method = method});
    const cli::VogelsAbbott network =
        cli::build(simulation, cli::VogelsAbbottParameters(GetParam()), [](const std::string&) {});
    const Assembly cells = network.exc + network.inh;
    cells.record("spikes");
    simulation.run(until);
    const Spikes spikes = cells.spikes();
    const std::vector<GoldenSpike> expected = golden(name());
    ASSERT_GT(expected.size(), 2000U);
    ASSERT_LT(spikes.size(), expected.size() + 1);
    ASSERT_TRUE(spikes.size() == expected.size() || expected[spikes.size()].time > Exact(until - error));
    ASSERT_GT(spikes.size(), 400U);
    Exact largest(0);
    for (std::size_t k = 0; k < spikes.size(); ++k) {
      ASSERT_EQ(spikes.ids[k], expected[k].cell) << "spike " << k;
      const Exact time(foundation::decimal_text(spikes.times[k], spikes.tails_of(k), 60));
      largest = std::max(largest, Exact(abs(Exact(time - expected[k].time))));
    }
    EXPECT_LE(largest, Exact(error));
    RecordProperty("largest", largest.str(3));
  }
};

TEST_P(GoldenFile, TheDoubleEngineHasEverySpikeWithinATrillionthOfAMillisecond) {
  for (const SimulationMethod method : {SimulationMethod::one_by_one, SimulationMethod::near_spikes}) {
    check(Precision(), method, 100.0, 1e-12);
  }
}

TEST_P(GoldenFile, TheQuadEngineHasEveryDigitThatIsWritten) {
  check(Precision::quad(), SimulationMethod::automatic, 20.0, 1.5e-28);
}

INSTANTIATE_TEST_SUITE_P(VogelsAbbott, GoldenFile, ::testing::Values(Benchmark::cuba, Benchmark::coba),
                         [](const auto& test) { return test.param == Benchmark::coba ? "COBA" : "CUBA"; });

}  // namespace
}  // namespace va_event

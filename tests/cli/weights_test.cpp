// SPDX-License-Identifier: Apache-2.0
#include "weights.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <nlohmann/json.hpp>
#include <numeric>
#include <string>
#include <vector>

#include "output.hpp"

namespace va_event::cli {
namespace {

using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::SizeIs;

TEST(Weights, AreSummarizedByMeanDeviationExtremesAndAHistogramBetweenTheBounds) {
  // 0.5, 1.5, ..., 19.5 have mean 10 and variance (20^2 - 1)/12.
  std::vector<double> weights;
  for (int i = 0; i < 20; ++i) {
    weights.push_back(i + 0.5);
  }
  const WeightSummary summary = summarize(weights, 0.0, 20.0);
  EXPECT_EQ(summary.count, 20U);
  EXPECT_DOUBLE_EQ(summary.mean, 10.0);
  EXPECT_DOUBLE_EQ(summary.sd, std::sqrt(399.0 / 12.0));
  EXPECT_EQ(summary.smallest, 0.5);
  EXPECT_EQ(summary.largest, 19.5);
  EXPECT_THAT(summary.histogram, Each(1U));
  EXPECT_THAT(summary.histogram, SizeIs(20));
}

TEST(Weights, OfTheBoundsAreInTheOutermostBins) {
  const WeightSummary summary = summarize({1.0, 3.0, 3.0, 2.0}, 1.0, 3.0);
  EXPECT_EQ(summary.histogram.front(), 1U);
  EXPECT_EQ(summary.histogram[10], 1U);
  EXPECT_EQ(summary.histogram.back(), 2U);
  EXPECT_EQ(std::accumulate(summary.histogram.begin(), summary.histogram.end(), std::uint64_t{0}), 4U);
}

TEST(Weights, ThatAreAllEqualHaveNoDeviation) {
  const WeightSummary summary = summarize(std::vector<double>(1000, 0.1), 0.1, 0.1);
  EXPECT_EQ(summary.mean, 0.1);
  EXPECT_EQ(summary.sd, 0.0);
  EXPECT_EQ(summary.histogram.front(), 1000U);
}

TEST(Weights, InJsonHaveOneEdgeMoreThanBins) {
  const auto json = to_json(summarize({0.004}, 0.001, 0.008), "uS");
  const auto edges = json["histogram"]["edges"].get<std::vector<double>>();
  EXPECT_THAT(edges, SizeIs(21));
  EXPECT_EQ(edges.front(), 0.001);
  EXPECT_EQ(edges.back(), 0.008);
  EXPECT_EQ(text(summarize({0.004, 0.006}, 0.001, 0.008), "uS"), "mean 0.005 uS, s.d. 0.001, from 0.004 to 0.006");
}

TEST(Weights, AreWrittenOnceForEachKindOfFileAndOnlyWhereTheyChange) {
  Options options;
  const auto files_of_weights = [&options] {
    std::vector<std::string> paths;
    for (const DataFile& file : data_files(options)) {
      if (file.content == kWeightsContent) {
        paths.push_back(file.path);
      }
    }
    return paths;
  };
  options.formats = {"gdf", "npz", "h5", "csv"};
  EXPECT_THAT(files_of_weights(), ElementsAre());
  options.network.plasticity.kind = PlasticityKind::tsodyks_markram;
  EXPECT_THAT(files_of_weights(), ElementsAre());
  options.network.plasticity.kind = PlasticityKind::stdp;
  EXPECT_THAT(files_of_weights(),
              ElementsAre("results/va_COBA_weights.csv", "results/va_COBA_weights.npz", "results/va_COBA_weights.h5"));
  options.formats = {"npz"};
  EXPECT_THAT(files_of_weights(), ElementsAre("results/va_COBA_weights.npz"));
  options.formats = {};
  EXPECT_THAT(files_of_weights(), ElementsAre());
}

TEST(Weights, OverTimeAreOfSynapsesSpreadEvenlyOverAllExcitatoryOnes) {
  for (const std::uint64_t wanted : {std::uint64_t{1}, std::uint64_t{7}, std::uint64_t{1} << 60U}) {
    Simulation sim;
    VogelsAbbottParameters parameters(Benchmark::coba);
    parameters.n = 60;
    parameters.pconn = 0.2;
    parameters.plasticity.kind = PlasticityKind::stdp;
    const VogelsAbbott network = build(sim, parameters, [](const std::string&) {}, {});
    record_weights(network, 2.5, wanted);
    sim.run(10.0);
    const Connections all = excitatory_synapses(network, "uS");
    const SynapseSignal signal = recorded_weights(network, "uS");
    const std::size_t count = std::min<std::size_t>(wanted, all.size());
    ASSERT_THAT(signal.synapses, SizeIs(count));
    EXPECT_EQ(signal.samples(), 4U);
    for (std::size_t k = 0; k < count; ++k) {
      EXPECT_EQ(signal.synapses[k], k * all.size() / count);
      EXPECT_EQ(signal.pre[k], all.pre[signal.synapses[k]]);
      EXPECT_EQ(signal.post[k], all.post[signal.synapses[k]]);
      EXPECT_EQ(signal.at(0, k), parameters.w_exc());
    }
  }
}

}  // namespace
}  // namespace va_event::cli

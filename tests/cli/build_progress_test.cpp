// SPDX-License-Identifier: Apache-2.0
#include "build_progress.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <optional>
#include <sstream>
#include <string>
#include <thread>
#include <tuple>
#include <utility>
#include <vector>

#include "va_event/va_event.hpp"

namespace va_event::cli {
namespace {

using ::testing::HasSubstr;

/// The connections of a projection of 600 to 400 cells, and what was told while it was built.
struct Built {
  std::vector<double> told;
  std::vector<std::tuple<std::uint32_t, std::uint32_t, std::optional<double>>> connections;
};

Built build(const Connector& connector, double expected, unsigned threads, bool watched) {
  Simulation simulation({.seed = 5, .threads = threads});
  const Population pre = simulation.create(600, IfCurrExp{});
  const Population post = simulation.create(400, IfCurrExp{});
  Built built;
  const WatchedConnector watching(connector, expected, [&](double done) { built.told.push_back(done); });
  const StaticSynapse synapse{.weight = RandomDistribution("normal", {0.1, 0.01}), .delay = 1.5};
  const Projection projection = simulation.connect(pre, post, watched ? watching : connector, synapse);
  for (const ListedConnection& connection : projection.connections()) {
    built.connections.emplace_back(connection.pre, connection.post, connection.weight);
  }
  EXPECT_EQ(watching.name(), connector.name());
  return built;
}

TEST(BuildProgress, ConnectorsThatAreWatchedGiveTheSameProjectionAndTellHowFarItIs) {
  const FixedProbabilityConnector by_post(0.9);
  const FixedProbabilityConnector once(0.9, NumpyRandom(3));
  const FixedTotalNumberConnector by_pre(200000);
  const std::vector<std::pair<const Connector*, double>> all = {
      {&by_post, 216000.0}, {&once, 216000.0}, {&by_pre, 200000.0}};
  for (const auto& [connector, expected] : all) {
    for (const unsigned threads : {1U, 3U}) {
      const Built plain = build(*connector, expected, threads, false);
      const Built seen = build(*connector, expected, threads, true);
      EXPECT_TRUE(seen.connections == plain.connections);
      EXPECT_TRUE(std::is_sorted(seen.told.begin(), seen.told.end()));
      if (threads == 1) {  // of several threads, others may do most of the work
        ASSERT_GT(seen.told.size(), 2U) << connector->name();
        EXPECT_LT(seen.told.front(), 0.5);
        EXPECT_GT(seen.told.back(), 0.98);
      }
    }
  }
}

TEST(BuildProgress, IsToldByTheThreadThatBuildsOnly) {
  const FixedProbabilityConnector connector(0.9);
  Simulation simulation({.threads = 3});
  const Population cells = simulation.create(700, IfCurrExp{});
  std::vector<std::thread::id> tellers;
  const WatchedConnector watched(connector, 441000.0,
                                 [&](double /*done*/) { tellers.push_back(std::this_thread::get_id()); });
  simulation.connect(cells, cells, watched, {0.1, 1.0});
  EXPECT_TRUE(std::all_of(tellers.begin(), tellers.end(),
                          [](std::thread::id teller) { return teller == std::this_thread::get_id(); }));
}

TEST(BuildProgress, IsABarOnATerminalThatIsErasedInTheEnd) {
  std::ostringstream out;
  {
    BuildDisplay display(out, ProgressDisplay::Style::bar, std::chrono::milliseconds(0));
    display.update(0.25);
    EXPECT_THAT(out.str(), HasSubstr("[======>                 ]  25 %  of the synapses  ETA 0:0"));
  }
  EXPECT_EQ(out.str().substr(out.str().size() - 5), "\r\x1b[2K");
}

TEST(BuildProgress, IsNeitherWrittenIntoFilesNorShownOfSmallNetworks) {
  std::ostringstream out;
  for (const auto style : {ProgressDisplay::Style::lines, ProgressDisplay::Style::none}) {
    BuildDisplay display(out, style, std::chrono::milliseconds(0));
    display.update(0.5);
  }
  {
    BuildDisplay display(out, ProgressDisplay::Style::bar, std::chrono::hours(1));
    display.update(0.5);
  }
  EXPECT_EQ(out.str(), "");
}

}  // namespace
}  // namespace va_event::cli

// SPDX-License-Identifier: Apache-2.0
// What cannot be held is refused before memory is taken, and long calls can be interrupted.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "tests/recording/child_process.hpp"
#include "va_event/va_event.hpp"

/// The address sanitizer would keep freed memory, which counts for the limits that tests set. It reads this when the
/// program starts.
extern "C" const char* __asan_default_options() {  // NOLINT(bugprone-reserved-identifier)
  return "quarantine_size_mb=0:thread_local_quarantine_size_kb=0";
}

namespace va_event {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::StartsWith;
using testing_support::failure_in_child;
using testing_support::limit_memory;

std::string complaint(const std::function<void()>& call) {
  try {
    call();
  } catch (const UserError& error) {
    return error.what();
  }
  return "";
}

TEST(Guards, MemoryThatIsAvailableIsKnown) {
  EXPECT_GT(available_memory(), 1e6);
  EXPECT_LT(available_memory(), 1e16);
}

TEST(Guards, ProjectionsThatCannotBeHeldAreRefusedAtOnce) {
  Simulation simulation;
  const Population cells = simulation.create(1'000'000, IfCurrDelta{});
  const auto connect = [&](const Connector& connector) {
    return complaint([&] { simulation.connect(cells, cells, connector, {}); });
  };
  EXPECT_THAT(connect(AllToAllConnector()), HasSubstr("connections = 1e+12: must be fewer in one projection"));
  EXPECT_THAT(connect(FixedTotalNumberConnector(1'000'000'000'000)), HasSubstr("FixedTotalNumberConnector"));
  EXPECT_THAT(connect(FixedProbabilityConnector(0.9)), HasSubstr("MB of memory are needed"));
  EXPECT_THAT(connect(FixedNumberPreConnector(500'000)), HasSubstr("are available"));
  EXPECT_THAT(connect(FixedNumberPostConnector(500'000)), HasSubstr("5e+11"));
  EXPECT_EQ(complaint([&] { simulation.connect(cells.slice(0, 9), cells.slice(0, 9), AllToAllConnector(), {}); }), "");
}

TEST(Guards, ConnectorsForeseeTheirConnectionsWhereTheyCan) {
  EXPECT_EQ(OneToOneConnector().expected_connections(70.0, 70.0), 70.0);
  EXPECT_EQ(FromListConnector({{0, 1, {}, {}}, {0, 2, {}, {}}}).expected_connections(70.0, 80.0), 2.0);
}

/// A connector of a user that goes on and on, and foresees nothing.
class EndlessConnector : public Connector {
 public:
  explicit EndlessConnector(bool one_by_one) : one_by_one_(one_by_one) {}
  void connect(const ConnectionContext& context, ConnectionSink& sink) const override {
    const std::vector<std::uint32_t> pre(1000, 0);
    for (std::uint64_t k = 0; k < 1'000'000'000; k += one_by_one_ ? 1 : pre.size()) {
      one_by_one_ ? sink.add(0, k % context.n_post(), 0.5, 1.0)
                  : sink.add(pre.data(), pre.size(), k % context.n_post());
    }
  }
  [[nodiscard]] std::string name() const override { return "EndlessConnector"; }

 private:
  bool one_by_one_;
};

/// What is thrown with 160 MB left.
std::string complaint_of(const Connector& connector) {
  return failure_in_child([&] {
    Simulation simulation;
    const Population cells = simulation.create(6000, IfCurrDelta{}, {.structure = Line{}});
    limit_memory(160e6);
    simulation.connect(cells, cells, connector, {});
  });
}

TEST(Guards, ConnectionsThatNobodyForesawAreRefusedWhileTheyCome) {
  const auto refused = [](const char* name) {
    return AllOf(StartsWith("connections = more than "), HasSubstr("must be fewer in one projection ("),
                 HasSubstr(name), HasSubstr("MB of memory are needed and "), HasSubstr("MB are available"));
  };
  EXPECT_THAT(complaint_of(EndlessConnector(false)), refused("EndlessConnector"));
  EXPECT_THAT(complaint_of(EndlessConnector(true)), refused("EndlessConnector"));
  EXPECT_THAT(complaint_of(CSAConnector(csa::full())), refused("CSAConnector"));
  EXPECT_THAT(complaint_of(DistanceDependentProbabilityConnector([](double) { return 1.0; })),
              refused("DistanceDependentProbabilityConnector"));
  EXPECT_EQ(complaint_of(CSAConnector(csa::random(0.05))), "");
}

/// The names of fields and rules, for what would be spikes without end.
TEST(Guards, RatesThatNoRunCanKeepUpWithAreRefused) {
  const auto create = [](const CellType& type) { static_cast<void>(Simulation().create(1, type)); };
  EXPECT_EQ(complaint([&] { create(SpikeSourcePoisson{.rate = 1e12}); }), "rate = 1e+12 Hz: must be <= 1e+09 Hz");
  EXPECT_EQ(complaint([&] { create(SpikeSourcePoissonRefractory{.rate = 1e12}); }),
            "rate = 1e+12 Hz: must be <= 1e+09 Hz");
  EXPECT_EQ(complaint([&] { create(SpikeSourceGamma{.beta = 1e12}); }), "beta = 1e+12 Hz: must be <= 1e+09 Hz");
  EXPECT_EQ(complaint([&] { create(SpikeSourceGamma{.alpha = 1e-300}); }), "alpha = 1e-300: must be >= 1e-6");
  EXPECT_EQ(complaint([&] { create(SpikeSourceGamma{.alpha = 1e-3, .beta = 1e9}); }),
            "alpha = 0.001: must be >= beta / (1e+09 Hz), so that the mean rate is at most that");
  Simulation simulation;
  const Population poisson = simulation.create(2, SpikeSourcePoisson{.rate = 1e9});
  EXPECT_EQ(complaint([&] { poisson.set("rate", 2e9); }), "rate = 2e+09 Hz: must be <= 1e+09 Hz");
  const Population gamma = simulation.create(2, SpikeSourceGamma{.alpha = 1e-3, .beta = 1e6});
  EXPECT_THAT(complaint([&] { gamma.set("beta", 2e6); }), StartsWith("alpha = 0.001: must be >= beta / "));
  EXPECT_EQ(gamma.get("beta"), (std::vector<double>{1e6, 1e6}));
}

TEST(Guards, ExtremesOfSpikeSourcesAreRefusedOrGiveAnEndOfSpikes) {
  const std::vector<CellType> types = {SpikeSourcePoisson{}, SpikeSourcePoissonRefractory{}, SpikeSourceGamma{}};
  for (const CellType& type : types) {
    for (std::size_t p = 0; p < type.values().size(); ++p) {
      const std::string field(type.model().parameters[p].name);
      for (const double value :
           {0.0, 5e-324, 1e-300, 1e-60, 1e-6, 1.0, 1e9, 1e12, 1e60, 1e300, std::numeric_limits<double>::infinity()}) {
        SCOPED_TRACE(std::string(type.model().name) + ": " + field + " = " + std::to_string(value));
        Simulation simulation({.threads = 1});
        std::vector<double> values = type.values();
        values[p] = value;
        const std::string message = complaint([&] {
          simulation.create(1, CellType(type.model(), values));
          simulation.run(1e-3);
        });
        EXPECT_TRUE(message.empty() || message.find(": must be ") != std::string::npos) << message;
        EXPECT_LT(simulation.statistics().source_spikes, 1'000'000U);
      }
    }
  }
}

TEST(Guards, SamplesThatCannotBeHeldAreRefusedBeforeTheRun) {
  Simulation simulation;
  const Population cells = simulation.create(10, IfCurrDelta{});
  cells.record("v", 1e-9);
  EXPECT_THAT(complaint([&] { simulation.run(1000.0); }), HasSubstr("sampling_interval = 1e-09 ms: must be longer"));
  EXPECT_EQ(simulation.now(), Time());
  simulation.run(1e-6);
  EXPECT_EQ(cells.signal("v").samples(), 1000U);
}

TEST(Guards, SamplesOfSeveralRecordingsAreAddedUp) {
  const auto complaint_of_recording = [](const std::vector<std::string>& variables) {
    return failure_in_child([&] {
      Simulation simulation({.threads = 1});
      const Population cells = simulation.create(10, IfCondExp{});
      for (const std::string& variable : variables) {
        cells.record(variable, 1e-3);
      }
      simulation.on_progress([](const Progress&) { return false; });
      limit_memory(400e6);
      simulation.run(1000.0);  // 10^7 samples of each, which are there twice when it ends
    });
  };
  EXPECT_EQ(complaint_of_recording({"v"}), "");
  EXPECT_EQ(complaint_of_recording({"gsyn_exc", "gsyn_inh"}), "");
  EXPECT_THAT(complaint_of_recording({"v", "gsyn_exc", "gsyn_inh"}),
              HasSubstr("sampling_interval = 0.001 ms: must be longer: for v of 10 cells and 2 more of such recordings "
                        "until 1000 ms about 480 MB of memory are needed"));
}

/// A source that fills memory, and a neuron.
struct Flood {
  explicit Flood(unsigned threads) : simulation({.threads = threads}) {
    source = simulation.create(1, SpikeSourcePoisson{.rate = 1e9});
    neurons = simulation.create(4, IfCurrExp{.i_offset = 0.9});
    simulation.connect(*neurons, *neurons, AllToAllConnector(), {.weight = 0.1, .delay = 1.0});
    source->record("spikes");
    neurons->record("v", 0.1);
  }
  Simulation simulation;
  std::optional<Population> source, neurons;
};

void require(bool fact, const std::string& otherwise) {
  if (!fact) {
    throw std::runtime_error(otherwise);
  }
}

TEST(Guards, ARunThatMemoryEndsKeepsWhatIsRecordedAndCanGoOn) {
  EXPECT_EQ(failure_in_child([] {
              Flood flood(1);
              flood.simulation.run(0.25);
              const std::size_t before = flood.source->spikes().size();
              limit_memory(200e6);
              const std::string message = complaint([&] { flood.simulation.run(1e3); });
              require(message.find("recorded spikes = 1") == 0, message);
              require(message.find("of memory are left") != std::string::npos, message);
              const std::size_t kept = flood.source->spikes().size();
              require(kept > before && kept == flood.source->spike_counts()[0], "spikes were lost");
              require(flood.neurons->signal("v").samples() == std::size_t(flood.simulation.now().ms() * 10.0) + 1,
                      "samples were lost");
              limit_memory(2e9);
              flood.simulation.run_until(2.0);
              Flood uncut(1);
              uncut.simulation.run_until(2.0);
              require(flood.source->spikes() == uncut.source->spikes(), "other spikes");
              require(flood.neurons->signal("v") == uncut.neurons->signal("v"), "other samples");
            }),
            "");
}

TEST(Guards, SeveralThreadsThatMemoryEndsKeepWhatIsRecordedUntilTheyAreReset) {
  EXPECT_EQ(failure_in_child([] {
              Flood flood(2);
              flood.simulation.run(0.25);
              const Spikes before = flood.source->spikes();
              limit_memory(200e6);
              const std::string message = complaint([&] { flood.simulation.run(1e3); });
              require(message.find("of memory are left") != std::string::npos, message);
              const Spikes kept = flood.source->spikes();
              require(kept.size() >= before.size() &&
                          std::equal(before.times.begin(), before.times.end(), kept.times.begin()),
                      "spikes were lost");
              limit_memory(2e9);
              const std::string refusal = "simulation = stopped by an error within a run: must be reset";
              const std::string again = complaint([&] { flood.simulation.run(1.0); });
              require(again.find(refusal) == 0, "it ran on: " + again);
              const std::string saved = complaint([&] { flood.simulation.save_checkpoint("/dev/null/none"); });
              require(saved.find(refusal) == 0, "it was saved: " + saved);
              flood.simulation.reset();
              flood.simulation.run(0.25);
              require(flood.source->spikes() == before, "other spikes after reset()");
            }),
            "");
}

TEST(Guards, SpikesOfOneExchangeWindowThatCannotBeHeldEndTheRun) {
  EXPECT_THAT(failure_in_child([] {
                Simulation simulation({.threads = 2});
                simulation.create(40, SpikeSourcePoisson{.rate = 1e9}).record("spikes");
                limit_memory(280e6);
                simulation.run(10.0);
              }),
              AllOf(StartsWith("spikes within an exchange window = "), HasSubstr("MB of memory are left")));
}

TEST(Guards, SpikesWithoutEndCanBeInterrupted) {
  Simulation simulation({.threads = 1});
  const Population cell = simulation.create(1, IfCurrDelta{.tau_refrac = 0.0, .i_offset = 1e12});  // 1e10 per ms
  cell.record("spikes");
  simulation.on_progress([](const Progress&) { return false; });
  simulation.run(1.0);
  EXPECT_GT(cell.spikes().size(), 0U);
  EXPECT_LE(cell.spikes().size(), std::size_t{1} << 21U);
}

}  // namespace
}  // namespace va_event

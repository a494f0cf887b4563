// SPDX-License-Identifier: Apache-2.0
#include "report.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <sstream>
#include <string>

namespace va_event::cli {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

Report lively() {
  Report report;
  report.synapses = {{"e2e", 10}, {"e2i", 20}, {"i2e", 30}, {"i2i", 40}};
  report.external_synapses = {{"ext2e", 5}, {"ext2i", 6}};
  report.simulated_ms = 1000.0;
  report.rate_exc_hz = 14.25;
  report.rate_inh_hz = 15.5;
  report.cv_isi = 1.5;
  report.last_spike_ms = 999.5;
  report.statistics.spikes = 58000;
  report.statistics.synaptic_events = 4000000;
  report.work.intervals = 1000;
  report.work.settled_by_sign = 800;
  report.work.settled_by_bound = 150;
  report.work.settled_by_search = 25;
  report.work.settled_by_refractory = 20;
  report.work.settled_by_spike = 5;
  report.build_s = 0.25;
  report.simulation_s = 0.5;
  report.writing_s = 0.125;
  return report;
}

std::string printed(const Report& report) {
  std::ostringstream out;
  print(out, report);
  return out.str();
}

TEST(Report, HasTheLinesOfTheSeedScript) {
  const std::string text = printed(lively());
  for (const char* line :
       {"\n--- Vogels-Abbott Network Simulation ---\n", "Nodes                  : 1\n",
        "Simulation type        : COBA\n", "Number of Neurons      : 4000\n",
        "Number of Synapses     : 10 e→e  20 e→i  30 i→e  40 i→i\n", "Excitatory conductance : 4 nS\n",
        "Inhibitory conductance : 51 nS\n", "Excitatory rate        : 14.25 Hz\n", "Inhibitory rate        : 15.5 Hz\n",
        "Build time             : 0.25 s\n", "Simulation time        : 0.5 s\n",
        "Writing time           : 0.125 s\n"}) {
    EXPECT_THAT(text, HasSubstr(line));
  }
}

TEST(Report, SaysMoreThanTheSeedScript) {
  const std::string text = printed(lively());
  for (const char* line :
       {"External synapses      : 5 ext→e  6 ext→i\n", "Speed                  : 2 times real time\n",
        "Synaptic events        : 4000000\n", "Time per event         : 125 ns\n", "CV of ISI              : 1.5\n",
        "Last spike             : 999.5 ms\n", "  sign                 :        800   80.00 %",
        "  bound                :        150   15.00 %", "  search               :         25    2.50 %",
        "  refractory           :         20    2.00 %", "  spike                :          5    0.50 %"}) {
    EXPECT_THAT(text, HasSubstr(line));
  }
}

TEST(Report, CountsOfWorkAreThoseOfTheMethodsThatWereUsed) {
  Report report = lively();
  EXPECT_EQ(printed(report).find("Looks"), std::string::npos);
  report.work = {.looks = 1234};
  EXPECT_EQ(printed(report).find("Intervals"), std::string::npos);
  EXPECT_THAT(printed(report), HasSubstr("Looks at neurons       : 1234\n"));
  EXPECT_EQ(to_json(report)["looks"], 1234);
}

TEST(Report, ProjectionsToTheWholeNetworkAreWrittenAsInTheSeedScript) {
  Report report = lively();
  report.synapses = {{"e2e,i", 30}, {"i2e,i", 70}};
  EXPECT_THAT(printed(report), HasSubstr("Number of Synapses     : 30 e→e,i  70 i→e,i\n"));
}

TEST(Report, JsonHasEveryPromisedKey) {
  const auto json = to_json(lively());
  for (const char* key :
       {"benchmark",       "neurons",       "synapses", "spikes",       "synaptic_events", "rate_exc_hz",
        "rate_inh_hz",     "cv_isi",        "build_s",  "simulation_s", "writing_s",       "ns_per_synaptic_event",
        "realtime_factor", "last_spike_ms", "seed",     "duration_ms",  "version",         "files",
        "intervals",       "looks",         "died_out", "interrupted"}) {
    EXPECT_TRUE(json.contains(key)) << key;
  }
  EXPECT_EQ(json["synapses"], 100);
  EXPECT_EQ(json["external_synapses"], 11);
  EXPECT_EQ(json["projections"]["i2e"], 30);
  EXPECT_EQ(json["ns_per_synaptic_event"], 125.0);
  EXPECT_EQ(json["realtime_factor"], 2.0);
  EXPECT_EQ(json["intervals"]["total"], 1000);
  EXPECT_EQ(json["intervals"]["search"], 25);
  EXPECT_EQ(json["died_out"], false);
}

TEST(Report, MethodsAreInTextOnceAndInJsonInRows) {
  Report report = lively();
  report.options.method = SimulationMethod::automatic;
  report.methods = {{"population", "exc", "order-free", "dense input"},
                    {"population", "inh", "order-free", "dense input"},
                    {"population", "ext", "source", "it has no inputs"},
                    {"projection", "e2i", "pulled", "own delays"}};
  const auto json = to_json(report);
  EXPECT_EQ(json["method"], "automatic");
  ASSERT_EQ(json["methods"].size(), 4);
  EXPECT_EQ(json["methods"][3]["kind"], "projection");
  EXPECT_EQ(json["methods"][3]["label"], "e2i");
  EXPECT_EQ(json["methods"][3]["method"], "pulled");
  EXPECT_EQ(json["methods"][3]["reason"], "own delays");
  std::ostringstream text;
  print(text, report);
  EXPECT_THAT(text.str(), testing::ContainsRegex("Method +: order-free\n"));
}

TEST(Report, NumbersThatDoNotExistAreNullInJsonAndNoneInText) {
  const Report empty;
  const auto json = to_json(empty);
  for (const char* key :
       {"rate_exc_hz", "rate_inh_hz", "cv_isi", "last_spike_ms", "ns_per_synaptic_event", "realtime_factor"}) {
    EXPECT_TRUE(json[key].is_null()) << key;
  }
  EXPECT_THAT(printed(empty), HasSubstr("Last spike             : none\n"));
  EXPECT_EQ(printed(empty).find("nan"), std::string::npos);
}

TEST(Report, ActivityHasDiedOutAfterSilenceOfMoreThanATenthOfASecond) {
  Report report = lively();
  EXPECT_FALSE(report.died_out());
  EXPECT_THAT(warnings(report), IsEmpty());
  report.last_spike_ms = 900.0;
  EXPECT_FALSE(report.died_out());
  report.last_spike_ms = 899.0;
  EXPECT_TRUE(report.died_out());
  EXPECT_THAT(warnings(report), ElementsAre(HasSubstr("the last spike is at 899 ms of 1000 ms")));
  report.last_spike_ms.reset();
  EXPECT_TRUE(report.died_out());
  EXPECT_THAT(warnings(report), ElementsAre(HasSubstr("no neuron fired")));
  report.simulated_ms = 100.0;
  EXPECT_FALSE(report.died_out()) << "a run this short proves nothing";
}

TEST(Report, WarningsOfTheSimulationComeFirst) {
  Report report = lively();
  report.warnings = {"The system did not start 1 more thread(s)."};
  report.last_spike_ms = 899.0;
  EXPECT_THAT(warnings(report), ElementsAre(report.warnings[0], HasSubstr("died out")));
  EXPECT_EQ(to_json(report)["warnings"].size(), 2U);
}

}  // namespace
}  // namespace va_event::cli

// SPDX-License-Identifier: Apache-2.0
#include "va_event/current_sources.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "va_event/error.hpp"

namespace va_event {
namespace {

using testing::ElementsAre;

TEST(StepCurrentSource, keepsTimesAndAmplitudes) {
  const StepCurrentSource source({1.5, 2.25}, {0.1, -0.2});
  EXPECT_THAT(source.times(), ElementsAre(Time(1.5), Time(2.25)));
  EXPECT_THAT(source.amplitudes(), ElementsAre(0.1, -0.2));
}

TEST(StepCurrentSource, refusesBadListsAndNamesTheField) {
  const auto field = [](std::vector<Time> times, std::vector<double> amplitudes) -> std::string {
    try {
      StepCurrentSource source(std::move(times), std::move(amplitudes));
      return "accepted";
    } catch (const UserError& error) {
      return error.field();
    }
  };
  EXPECT_EQ(field({}, {}), "accepted");
  EXPECT_EQ(field({1.0}, {}), "amplitudes");
  EXPECT_EQ(field({1.0, 1.0}, {0.0, 0.0}), "times");
  EXPECT_EQ(field({2.0, 1.0}, {0.0, 0.0}), "times");
  EXPECT_EQ(field({1.0}, {std::nan("")}), "amplitude");
  EXPECT_EQ(field({1.0}, {HUGE_VAL}), "amplitude");
}

TEST(DCSource, isAStepUpAndAStepDown) {
  const StepCurrentSource source = DCSource{0.3, 5.0, 7.0};
  EXPECT_THAT(source.times(), ElementsAre(Time(5.0), Time(7.0)));
  EXPECT_THAT(source.amplitudes(), ElementsAre(0.3, 0.0));
  const StepCurrentSource endless = DCSource{0.3};
  EXPECT_THAT(endless.times(), ElementsAre(Time(0.0)));
  EXPECT_THAT(endless.amplitudes(), ElementsAre(0.3));
}

TEST(DCSource, refusesBadTimesAndAmplitudes) {
  const auto field = [](const DCSource& source) -> std::string {
    try {
      static_cast<void>(static_cast<StepCurrentSource>(source));
      return "accepted";
    } catch (const ParameterError& error) {
      return error.field();
    }
  };
  EXPECT_EQ(field({std::nan(""), 0.0, 1.0}), "amplitude");
  EXPECT_EQ(field({HUGE_VAL, 0.0, 1.0}), "amplitude");
  EXPECT_EQ(field({1.0, -1.0, 1.0}), "start");
  EXPECT_EQ(field({1.0, std::nan(""), 1.0}), "start");
  EXPECT_EQ(field({1.0, HUGE_VAL, HUGE_VAL}), "start");
  EXPECT_EQ(field({1.0, 1.0, 1.0}), "stop");
  EXPECT_EQ(field({1.0, 1.0, 0.5}), "stop");
  EXPECT_EQ(field({1.0, 1.0, std::nan("")}), "stop");
}

TEST(ACSource, RefusesBadValuesAndNamesTheField) {
  const auto field = [](const ACSource& source) -> std::string {
    try {
      source.check();
      return "accepted";
    } catch (const ParameterError& error) {
      return error.field();
    }
  };
  EXPECT_EQ(field({}), "accepted");
  EXPECT_EQ(field({-0.5, -0.1, 0.0, -400.0, 0.0, HUGE_VAL}), "accepted");
  EXPECT_EQ(field({.frequency = 1e9}), "accepted");
  for (const double bad : {std::nan(""), HUGE_VAL}) {
    EXPECT_EQ(field({.amplitude = bad}), "amplitude");
    EXPECT_EQ(field({.offset = bad}), "offset");
    EXPECT_EQ(field({.frequency = bad}), "frequency");
    EXPECT_EQ(field({.phase = bad}), "phase");
    EXPECT_EQ(field({.start = bad}), "start");
  }
  EXPECT_EQ(field({.frequency = -1.0}), "frequency");
  EXPECT_EQ(field({.frequency = 1.1e9}), "frequency");
  EXPECT_EQ(field({.start = -1.0}), "start");
  EXPECT_EQ(field({.start = 1.0, .stop = 1.0}), "stop");
  EXPECT_EQ(field({.start = 1.0, .stop = std::nan("")}), "stop");
}

}  // namespace
}  // namespace va_event

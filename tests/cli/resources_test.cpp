// SPDX-License-Identifier: Apache-2.0
#include "resources.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/recording/child_process.hpp"
#include "va_event/error.hpp"

namespace va_event::cli {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

std::string complaint(const Options& options) {
  try {
    require_memory(options);
  } catch (const ParameterError& error) {
    return error.what();
  }
  return "";
}

TEST(Resources, TheBenchmarkFitsAnyMachine) {
  EXPECT_LT(memory_needed(Options()), 10e6);
  EXPECT_EQ(complaint(Options()), "");
}

TEST(Resources, ANetworkThatNoMachineCanHoldIsRefusedBeforeItIsBuilt) {
  Options options;
  options.network.n = 4'000'000'000;
  EXPECT_THAT(complaint(options), HasSubstr("--neurons = 4000000000: must be less"));
}

TEST(Resources, WhatIsComparedIsTheMemoryThatIsAvailableNow) {
  Options options;
  options.network.n = 100'000;  // 800 MB of synapses
  EXPECT_EQ(complaint(options), "");
  EXPECT_THAT(testing_support::failure_in_child([&options] {
                testing_support::limit_memory(500e6);
                require_memory(options);
              }),
              AllOf(HasSubstr("--neurons = 100000: must be less"), HasSubstr("MB are available")));
}

TEST(Resources, SamplesThatNoMachineCanHoldAreRefused) {
  Options options;
  options.duration = 1e15;
  EXPECT_THAT(complaint(options), HasSubstr("--record-cells = 2: must be less"));
  options.record = {"spikes"};
  EXPECT_EQ(complaint(options), "") << "spikes alone are not foreseen";
}

TEST(Resources, SamplesAreCountedPerCellAndFile) {
  Options options;
  options.duration = 99.95;
  options.sampling_interval = 0.1;  // 0.0 ... 99.9: 1000 samples
  options.record_cells = 5;
  options.formats = {"gdf", "csv", "npz"};  // the signals of gdf are those of csv
  EXPECT_DOUBLE_EQ(disk_needed(options), 2 * 1000 * 5 * 20.0);
}

}  // namespace
}  // namespace va_event::cli

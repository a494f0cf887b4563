// SPDX-License-Identifier: Apache-2.0
#include "va_event/error.hpp"

#include <gtest/gtest.h>

#include <limits>
#include <string>

namespace va_event {
namespace {

TEST(Error, SaysFieldValueUnitAndRuleInOneSentence) {
  const ParameterError error("tau_m", -20.0, "ms", "must be > 0");
  EXPECT_STREQ(error.what(), "tau_m = -20 ms: must be > 0");
  EXPECT_EQ(error.field(), "tau_m");
  EXPECT_EQ(error.value(), "-20");
  EXPECT_EQ(error.unit(), "ms");
  EXPECT_EQ(error.rule(), "must be > 0");
}

TEST(Error, LeavesOutAMissingUnitWithItsSpace) {
  const UnknownNameError error("recordable", "\"w\"", "", "must be one of v, spikes");
  EXPECT_STREQ(error.what(), "recordable = \"w\": must be one of v, spikes");
}

TEST(Error, ShowsNumbersWithoutLosingOrInventingDigits) {
  EXPECT_EQ(ParameterError("cm", 0.1, "nF", "").value(), "0.1");
  EXPECT_EQ(ParameterError("cm", 0.1 + 0.2, "nF", "").value(), "0.30000000000000004");
  EXPECT_EQ(ParameterError("cm", 1e300, "nF", "").value(), "1e+300");
  EXPECT_EQ(ParameterError("cm", 0.0, "nF", "").value(), "0");
  EXPECT_EQ(ParameterError("cm", std::numeric_limits<double>::quiet_NaN(), "nF", "").value(), "nan");
  EXPECT_EQ(ParameterError("cm", -std::numeric_limits<double>::infinity(), "nF", "").value(), "-inf");
}

TEST(Error, NamesTheFileAndWhatTheSystemSaid) {
  const FileError error("out/spikes.gdf", "No space left on device");
  EXPECT_STREQ(error.what(), "out/spikes.gdf: No space left on device");
  EXPECT_EQ(error.path(), "out/spikes.gdf");
  EXPECT_EQ(error.reason(), "No space left on device");
}

TEST(Error, IsCaughtByItsKindAndByItsBase) {
  EXPECT_THROW(throw IndexError("id", "7", "", "must be < 7"), UserError);
  EXPECT_THROW(throw SizeError("v", "3", "", "must be 4"), Error);
  EXPECT_THROW(throw FileError("x", "y"), Error);
}

}  // namespace
}  // namespace va_event

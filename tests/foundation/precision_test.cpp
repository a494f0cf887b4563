// SPDX-License-Identifier: Apache-2.0
#include "va_event/precision.hpp"

#include <gtest/gtest.h>

#include "va_event/error.hpp"

namespace va_event {
namespace {

TEST(Precision, IsDoubleUnlessOneAsksForMore) {
  EXPECT_EQ(Precision(), Precision::parse("double"));
  EXPECT_EQ(Precision().digits(), 15);
  EXPECT_EQ(Precision().name(), "double");
}

TEST(Precision, ReadsWhatItIsCalled) {
  for (const Precision& precision : {Precision(), Precision::quad(), Precision::decimal(50), Precision::decimal(100)}) {
    EXPECT_EQ(Precision::parse(precision.name()), precision) << precision.name();
  }
  EXPECT_EQ(Precision::quad().description(), "quad");
  EXPECT_EQ(Precision::decimal(50).description(), "50 digits");
}

TEST(Precision, HasAtLeastTheDigitsThatWereAskedFor) {
  for (int digits = 1; digits <= 100; ++digits) {
    EXPECT_GE(Precision::decimal(digits).digits(), digits);
    EXPECT_EQ(Precision::parse(std::to_string(digits)), Precision::decimal(digits));
  }
  EXPECT_EQ(Precision::decimal(1).digits(), 50);
  EXPECT_EQ(Precision::decimal(50).digits(), 50);
  EXPECT_EQ(Precision::decimal(51).digits(), 100);
}

TEST(Precision, RefusesOtherNumbersAndWords) {
  for (const int digits : {0, -1, 101}) {
    EXPECT_THROW((void)Precision::decimal(digits), ParameterError) << digits;
  }
  for (const char* number : {"0", "-3", "101", "99999999999"}) {
    EXPECT_THROW((void)Precision::parse(number), ParameterError) << number;
  }
  for (const char* word : {"", "float", "Quad", "12.5", "1e2", "nan", " 50", "50 "}) {
    EXPECT_THROW((void)Precision::parse(word), UnknownNameError) << word;
  }
  try {
    (void)Precision::parse("101");
    FAIL();
  } catch (const ParameterError& error) {
    EXPECT_STREQ(error.what(), "precision = 101 digits: must be from 1 to 100");
  }
}

}  // namespace
}  // namespace va_event

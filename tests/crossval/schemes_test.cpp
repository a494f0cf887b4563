// SPDX-License-Identifier: Apache-2.0
#include "va_crossval/schemes.hpp"

#include <gtest/gtest.h>

#include "va_event/error.hpp"

namespace va_event::crossval {
namespace {

using cli::Benchmark;

TEST(Schemes, AreMethodsTimesKindsOfSpikes) {
  EXPECT_EQ(schemes(Benchmark::cuba).size(), 15U);
  EXPECT_EQ(schemes(Benchmark::coba).size(), 12U);  // without the exact method
}

TEST(Schemes, HaveTheOrderOfTheWeakerPart) {
  EXPECT_EQ((Scheme{Method::rk4, SpikeTiming::grid}.order()), 1);
  EXPECT_EQ((Scheme{Method::rk4, SpikeTiming::linear}.order()), 2);
  EXPECT_EQ((Scheme{Method::rk4, SpikeTiming::cubic}.order()), 4);
  EXPECT_EQ((Scheme{Method::rk2, SpikeTiming::cubic}.order()), 2);
  EXPECT_EQ((Scheme{Method::exact, SpikeTiming::cubic}.order()), 4);
  EXPECT_EQ((Scheme{Method::forward_euler, SpikeTiming::cubic}.order()), 1);
}

TEST(ReadSchemes, TakesMethodsAndSchemes) {
  const auto chosen = read_schemes({{"--methods", "rk4/cubic,exact"}}, Benchmark::cuba, "rk2");
  ASSERT_EQ(chosen.size(), 4U);
  EXPECT_EQ(name(chosen.front()), "exact/grid");
  EXPECT_EQ(name(chosen.back()), "rk4/cubic");
  EXPECT_EQ(read_schemes({{"--methods", "rk4/cubic,exact"}}, Benchmark::coba, "rk2").size(), 1U);
  EXPECT_EQ(read_schemes({}, Benchmark::coba, "rk2").size(), 3U);
}

TEST(ReadSchemes, RejectsWhatThereIsNot) {
  for (const char* text : {"", "rk3", "rk4/", "rk4/quintic", "rk4,,rk2", "RK4"}) {
    EXPECT_THROW(static_cast<void>(read_schemes({{"--methods", text}}, Benchmark::cuba, "rk2")), UnknownNameError)
        << text;
  }
}

TEST(ReadSteps, SortsAndRejects) {
  EXPECT_EQ(read_steps({{"--dt", "0.05,0.1,0.05"}}, {}), (std::vector{0.1, 0.05}));
  EXPECT_EQ(read_steps({}, {0.25}), std::vector{0.25});
  for (const char* text : {"", "0", "-0.1", "nan", "inf", "11", "0.1,", "0.1;0.2", "x"}) {
    EXPECT_THROW(static_cast<void>(read_steps({{"--dt", text}}, {})), ParameterError) << text;
  }
}

TEST(ReadBenchmarks, TakesBothWithoutAName) {
  EXPECT_EQ(read_benchmarks({}).size(), 2U);
  EXPECT_EQ(read_benchmarks({{"benchmark", "cuba"}}), std::vector{Benchmark::cuba});
  EXPECT_THROW(static_cast<void>(read_benchmarks({{"benchmark", "CABA"}})), UnknownNameError);
}

}  // namespace
}  // namespace va_event::crossval

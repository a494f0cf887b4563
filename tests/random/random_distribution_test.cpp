// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <boost/math/distributions/binomial.hpp>
#include <boost/math/distributions/exponential.hpp>
#include <boost/math/distributions/gamma.hpp>
#include <boost/math/distributions/lognormal.hpp>
#include <boost/math/distributions/normal.hpp>
#include <boost/math/distributions/poisson.hpp>
#include <cmath>
#include <functional>
#include <limits>
#include <map>
#include <string>
#include <vector>

#include "va_event/error.hpp"
#include "va_event/random.hpp"

namespace va_event {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

std::vector<double> draw(const RandomDistribution& distribution, std::size_t count) {
  RandomStream stream(123, 4, 5, 6);
  std::vector<double> values(count);
  for (double& value : values) {
    value = distribution.draw(stream);
  }
  return values;
}

/// Kolmogorov-Smirnov: 1.95 is exceeded with probability 0.001.
void expect_follows(const RandomDistribution& distribution, const std::function<double(double)>& cdf) {
  constexpr std::size_t kDraws = 300000;
  std::vector<double> values = draw(distribution, kDraws);
  std::sort(values.begin(), values.end());
  double distance = 0.0;
  for (std::size_t i = 0; i < kDraws; ++i) {
    const double expected = cdf(values[i]);
    distance = std::max(
        {distance, expected - static_cast<double>(i) / kDraws, static_cast<double>(i + 1) / kDraws - expected});
  }
  EXPECT_LT(distance * std::sqrt(double{kDraws}), 1.95) << distribution.name();
}

/// Chi-square over the values that are expected at least 20 times, all others lumped together.
void expect_follows_discrete(const RandomDistribution& distribution, const std::function<double(int)>& pdf,
                             int highest) {
  constexpr std::size_t kDraws = 50000;
  std::map<int, double> counts;
  for (const double value : draw(distribution, kDraws)) {
    ASSERT_EQ(value, std::floor(value));
    counts[static_cast<int>(value)] += 1.0;
  }
  double chi_square = 0.0;
  double rest_expected = kDraws;
  double rest = kDraws;
  int freedom = 0;
  for (int k = 0; k <= highest; ++k) {
    const double expected = kDraws * pdf(k);
    if (expected < 20.0) {
      continue;
    }
    chi_square += (counts[k] - expected) * (counts[k] - expected) / expected;
    rest_expected -= expected;
    rest -= counts[k];
    ++freedom;
  }
  if (rest_expected > 1.0) {
    chi_square += (rest - rest_expected) * (rest - rest_expected) / rest_expected;
  } else {
    EXPECT_LT(rest, 20.0);
    --freedom;
  }
  EXPECT_LT(chi_square, freedom + 4.0 * std::sqrt(2.0 * freedom) + 4.0) << distribution.name();
}

TEST(RandomDistribution, continuousOnesFollowTheirDistributionFunctions) {
  namespace bm = boost::math;
  const auto cdf = [](const auto& distribution) {
    return [distribution](double x) { return bm::cdf(distribution, x); };
  };
  expect_follows({"uniform", {-60.0, -50.0}}, [](double x) { return (x + 60.0) / 10.0; });
  expect_follows({"normal", {-3.0, 2.0}}, cdf(bm::normal(-3.0, 2.0)));
  expect_follows({"lognormal", {0.5, 0.7}}, cdf(bm::lognormal(0.5, 0.7)));
  expect_follows({"exponential", {2.5}}, cdf(bm::exponential(1.0 / 2.5)));
  for (const double k : {0.1, 0.5, 1.0, 2.0, 30.0}) {
    expect_follows({"gamma", {k, 0.3}}, cdf(bm::gamma_distribution<>(k, 0.3)));
  }
  const bm::normal normal(1.0, 2.0);
  const double below = bm::cdf(normal, 0.0);
  const double share = bm::cdf(normal, 4.0) - below;
  expect_follows({"normal_clipped", {1.0, 2.0, 0.0, 4.0}},
                 [&](double x) { return (bm::cdf(normal, x) - below) / share; });
}

TEST(RandomDistribution, discreteOnesFollowTheirProbabilities) {
  namespace bm = boost::math;
  for (const double lambda : {0.3, 4.0, 80.0}) {
    const bm::poisson poisson(lambda);
    expect_follows_discrete(
        {"poisson", {lambda}}, [&](int k) { return bm::pdf(poisson, k); }, 200);
  }
  for (const double p : {0.02, 0.4, 0.9}) {
    const bm::binomial binomial(60.0, p);
    expect_follows_discrete(
        {"binomial", {60.0, p}}, [&](int k) { return bm::pdf(binomial, k); }, 60);
  }
  expect_follows_discrete(
      {"uniform_int", {3.0, 8.0}}, [](int k) { return k >= 3 && k < 8 ? 0.2 : 0.0; }, 20);
}

TEST(RandomDistribution, clippingToTheBoundaryMovesWhatFallsOutside) {
  const std::vector<double> clipped = draw({"normal_clipped_to_boundary", {0.0, 1.0, -0.5, kInfinity}}, 10000);
  const std::vector<double> normal = draw({"normal", {0.0, 1.0}}, 10000);
  for (std::size_t i = 0; i < normal.size(); ++i) {
    EXPECT_EQ(clipped[i], std::max(normal[i], -0.5));
  }
}

TEST(RandomDistribution, degenerateOnesGiveTheirOnlyValue) {
  EXPECT_THAT(draw({"uniform", {2.0, 2.0}}, 10), testing::Each(2.0));
  EXPECT_THAT(draw({"uniform_int", {2.0, 3.0}}, 10), testing::Each(2.0));
  EXPECT_THAT(draw({"normal", {2.0, 0.0}}, 10), testing::Each(2.0));
  EXPECT_THAT(draw({"normal_clipped", {2.0, 0.0, 1.0, 3.0}}, 10), testing::Each(2.0));
  EXPECT_THAT(draw({"exponential", {0.0}}, 10), testing::Each(0.0));
  EXPECT_THAT(draw({"poisson", {0.0}}, 10), testing::Each(0.0));
  EXPECT_THAT(draw({"binomial", {0.0, 0.5}}, 10), testing::Each(0.0));
  EXPECT_THAT(draw({"binomial", {7.0, 0.0}}, 10), testing::Each(0.0));
  EXPECT_THAT(draw({"binomial", {7.0, 1.0}}, 10), testing::Each(7.0));
}

TEST(RandomDistribution, refusesUnknownNamesAndListsTheKnownOnes) {
  try {
    RandomDistribution("cauchy", {0.0, 1.0});
    FAIL();
  } catch (const UnknownNameError& error) {
    EXPECT_THAT(error.what(), testing::HasSubstr("cauchy"));
    EXPECT_THAT(error.what(), testing::HasSubstr("normal_clipped_to_boundary"));
  }
}

TEST(RandomDistribution, refusesAnotherNumberOfParameters) {
  EXPECT_THROW(RandomDistribution("uniform", {1.0}), SizeError);
  EXPECT_THROW(RandomDistribution("uniform", {1.0, 2.0, 3.0}), SizeError);
  EXPECT_THROW(RandomDistribution("exponential", {}), SizeError);
  EXPECT_THROW(RandomDistribution("normal_clipped", {0.0, 1.0}), SizeError);
}

TEST(RandomDistribution, refusesParametersOutOfTheirRangeAndNamesThem) {
  struct Bad {
    std::string name;
    std::vector<double> parameters;
    std::string field;
  };
  const std::vector<Bad> all{
      {"uniform", {1.0, 0.0}, "high"},
      {"uniform", {kNaN, 0.0}, "low"},
      {"uniform", {0.0, kInfinity}, "high"},
      {"uniform", {-1e308, 1e308}, "high"},
      {"uniform_int", {0.5, 2.0}, "low"},
      {"uniform_int", {2.0, 2.0}, "high"},
      {"normal", {0.0, -1.0}, "sigma"},
      {"normal", {kInfinity, 1.0}, "mu"},
      {"normal_clipped", {0.0, 1.0, 1.0, 0.0}, "high"},
      {"normal_clipped", {0.0, 1.0, kNaN, 0.0}, "low"},
      {"normal_clipped", {0.0, 1.0, 8.0, 9.0}, "high"},
      {"normal_clipped", {0.0, 0.0, 8.0, 9.0}, "high"},
      {"normal_clipped_to_boundary", {0.0, 1.0, 1.0, 0.0}, "high"},
      {"lognormal", {0.0, -0.5}, "sigma"},
      {"lognormal", {800.0, 0.5}, "mu"},
      {"exponential", {-1.0}, "beta"},
      {"gamma", {0.0, 1.0}, "k"},
      {"gamma", {1.0, -1.0}, "theta"},
      {"poisson", {-1.0}, "lambda_"},
      {"poisson", {kInfinity}, "lambda_"},
      {"binomial", {1.5, 0.5}, "n"},
      {"binomial", {-1.0, 0.5}, "n"},
      {"binomial", {5.0, 1.5}, "p"},
  };
  for (const Bad& bad : all) {
    try {
      RandomDistribution(bad.name, bad.parameters);
      ADD_FAILURE() << bad.name << " accepted a bad " << bad.field;
    } catch (const ParameterError& error) {
      EXPECT_EQ(error.field(), bad.field) << bad.name;
    }
  }
}

}  // namespace
}  // namespace va_event

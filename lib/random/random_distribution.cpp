// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <boost/random/binomial_distribution.hpp>
#include <boost/random/normal_distribution.hpp>
#include <boost/random/poisson_distribution.hpp>
#include <boost/random/uniform_int_distribution.hpp>
#include <cmath>
#include <cstdint>
#include <span>
#include <string>

#include "numerics/elementary.hpp"
#include "va_event/error.hpp"
#include "va_event/random.hpp"

// PyNN's distributions: for each a function that checks its parameters, once, and one that draws, joined by a table.
// Where a value is a function of random numbers, that function is of numerics/elementary.hpp, so that the same seed
// gives the same bits on every machine. Boost's normal, Poisson and binomial distributions are used as they are: in
// them functions of the C library enter comparisons only, whose outcome their last bit hardly ever decides.

namespace va_event {
namespace {

using numerics::elementary::exp;
using numerics::elementary::log;
using Parameters = std::vector<double>;

/// Integers up to here are doubles, and Boost's integer distributions do not overflow.
constexpr double kMaxInteger = 0x1p53;

/// A clipped normal distribution redraws what falls outside; below this share of accepted draws it is refused,
/// where PyNN gives up after 1000 redraws.
constexpr double kMinAcceptance = 1e-3;

/// @throws ParameterError unless `ok`
void require(bool ok, std::string_view field, double value, std::string_view rule) {
  if (!ok) {
    throw ParameterError(field, value, "", rule);
  }
}

/// @throws ParameterError unless the value is an integer within kMaxInteger
void require_integer(std::string_view field, double value) {
  require(std::abs(value) <= kMaxInteger && std::floor(value) == value, field, value,
          "must be an integer, at most 2^53 in size");
}

// Draws: p has the parameters in the order of kKinds, which have been checked.

/// With mean 0 and standard deviation 1.
double draw_normal(RandomStream& stream) { return boost::random::normal_distribution<double>()(stream); }

double draw_uniform(const Parameters& p, RandomStream& stream) { return p[0] + (p[1] - p[0]) * stream.uniform(); }

double draw_uniform_int(const Parameters& p, RandomStream& stream) {
  const auto low = static_cast<std::int64_t>(p[0]);
  const auto high = static_cast<std::int64_t>(p[1]);
  return static_cast<double>(boost::random::uniform_int_distribution<std::int64_t>(low, high - 1)(stream));
}

double draw_scaled_normal(const Parameters& p, RandomStream& stream) { return p[0] + p[1] * draw_normal(stream); }

/// Redraws until the value is within [low, high].
double draw_clipped(const Parameters& p, RandomStream& stream) {
  for (;;) {
    const double value = draw_scaled_normal(p, stream);
    if (value >= p[2] && value <= p[3]) {
      return value;
    }
  }
}

double draw_clipped_to_boundary(const Parameters& p, RandomStream& stream) {
  return std::clamp(draw_scaled_normal(p, stream), p[2], p[3]);
}

// Not Boost's: that one returns std::exp, whose last bit depends on the machine.
double draw_lognormal(const Parameters& p, RandomStream& stream) {
  return exp(std::min(draw_scaled_normal(p, stream), numerics::elementary::kMaxExponent));
}

double draw_exponential(const Parameters& p, RandomStream& stream) { return p[0] * stream.exponential(); }

/// Marsaglia & Tsang 2000, ACM Trans. Math. Softw. 26:363: with d = k - 1/3, c = 1/sqrt(9 d), x normal and
/// v = (1 + c x)^3, d v has the distribution of shape k >= 1 if accepted with log u < x^2/2 + d - d v + d log v, u
/// uniform. Not Boost's, whose results hold std::tan and std::exp.
double draw_gamma(const Parameters& p, RandomStream& stream) {
  const double shape = p[0] < 1.0 ? p[0] + 1.0 : p[0];
  const double d = shape - 1.0 / 3.0;
  const double c = 1.0 / std::sqrt(9.0 * d);
  for (;;) {
    const double x = draw_normal(stream);
    const double root = 1.0 + c * x;
    if (root <= 0.0) {
      continue;
    }
    const double v = root * root * root;
    const double e = stream.exponential();  // -log of a uniform number
    if (-e < 0.5 * x * x + d - d * v + d * log(v)) {
      // Shapes below 1: gamma(k) = gamma(k + 1) * u^(1/k), page 371.
      const double boost = p[0] < 1.0 ? exp(-stream.exponential() / p[0]) : 1.0;
      return p[1] * d * v * boost;
    }
  }
}

double draw_poisson(const Parameters& p, RandomStream& stream) {
  if (p[0] == 0.0) {
    return 0.0;
  }
  return static_cast<double>(boost::random::poisson_distribution<std::int64_t>(p[0])(stream));
}

double draw_binomial(const Parameters& p, RandomStream& stream) {
  return static_cast<double>(
      boost::random::binomial_distribution<std::int64_t>(static_cast<std::int64_t>(p[0]), p[1])(stream));
}

// Checks of parameters, which throw ParameterError.

void check_range(double low, double high) {
  require(high >= low, "high", high, "must be >= low");
  require(std::isfinite(high - low), "high", high, "must leave high - low finite");
}

void check_uniform(const Parameters& p) { check_range(p[0], p[1]); }

/// Integers from low to high - 1, as numpy's randint.
void check_uniform_int(const Parameters& p) {
  require_integer("low", p[0]);
  require_integer("high", p[1]);
  require(p[1] > p[0], "high", p[1], "must be > low (it is not among the numbers)");
}

void check_normal(const Parameters& p) { require(p[1] >= 0.0, "sigma", p[1], "must be >= 0"); }

/// Ten standard deviations above the mean are reached once in 1e23 draws.
void check_lognormal(const Parameters& p) {
  check_normal(p);
  require(p[0] + 10.0 * p[1] <= numerics::elementary::kMaxExponent, "mu", p[0],
          "must leave exp(mu + 10 sigma) representable");
}

void check_boundary(const Parameters& p) {
  check_normal(p);
  require(p[3] >= p[2], "high", p[3], "must be >= low");
}

/// The share of draws that are accepted is Phi((high - mu)/sigma) - Phi((low - mu)/sigma), Phi by erfc.
void check_clipped(const Parameters& p) {
  check_boundary(p);
  const auto below = [&p](double x) { return 0.5 * std::erfc((p[0] - x) / (p[1] * std::sqrt(2.0))); };
  const bool enough = p[1] == 0.0 ? p[2] <= p[0] && p[0] <= p[3] : below(p[3]) - below(p[2]) >= kMinAcceptance;
  require(enough, "high", p[3], "must leave at least 0.1 % of the normal distribution between low and high");
}

void check_exponential(const Parameters& p) { require(p[0] >= 0.0, "beta", p[0], "must be >= 0"); }

void check_gamma(const Parameters& p) {
  require(p[0] > 0.0, "k", p[0], "must be > 0");
  require(p[1] > 0.0, "theta", p[1], "must be > 0");
}

void check_poisson(const Parameters& p) {
  require(p[0] >= 0.0 && p[0] <= 1e15, "lambda_", p[0], "must be in [0, 1e15]");
}

void check_binomial(const Parameters& p) {
  require_integer("n", p[0]);
  require(p[0] >= 0.0, "n", p[0], "must be >= 0");
  require(p[1] >= 0.0 && p[1] <= 1.0, "p", p[1], "must be in [0, 1]");
}

/// A distribution by its name: the function that checks its parameters, and the one that draws.
struct Kind {
  std::string_view name;
  std::array<std::string_view, 4> parameters;  ///< names; the rest is empty
  void (*check)(const Parameters&);            ///< of parameters that are finite
  double (*draw)(const Parameters&, RandomStream&);

  [[nodiscard]] std::size_t size() const {
    return static_cast<std::size_t>(
        std::count_if(parameters.begin(), parameters.end(), [](std::string_view text) { return !text.empty(); }));
  }
};

constexpr std::array<Kind, 10> kKinds{{
    {"uniform", {"low", "high"}, check_uniform, draw_uniform},
    {"uniform_int", {"low", "high"}, check_uniform_int, draw_uniform_int},
    {"normal", {"mu", "sigma"}, check_normal, draw_scaled_normal},
    {"normal_clipped", {"mu", "sigma", "low", "high"}, check_clipped, draw_clipped},
    {"normal_clipped_to_boundary", {"mu", "sigma", "low", "high"}, check_boundary, draw_clipped_to_boundary},
    {"lognormal", {"mu", "sigma"}, check_lognormal, draw_lognormal},
    {"exponential", {"beta"}, check_exponential, draw_exponential},
    {"gamma", {"k", "theta"}, check_gamma, draw_gamma},
    {"poisson", {"lambda_"}, check_poisson, draw_poisson},
    {"binomial", {"n", "p"}, check_binomial, draw_binomial},
}};

/// The index in kKinds. @throws UnknownNameError, which lists the names
int find_kind(std::string_view name) {
  const auto* kind = std::find_if(kKinds.begin(), kKinds.end(), [name](const Kind& k) { return k.name == name; });
  if (kind == kKinds.end()) {
    std::string rule = "must be one of ";
    for (const Kind& known : kKinds) {
      rule += std::string(&known == kKinds.data() ? "" : ", ") + std::string(known.name);
    }
    throw UnknownNameError("distribution", std::string(name), "", rule);
  }
  return static_cast<int>(kind - kKinds.begin());
}

}  // namespace

RandomDistribution::RandomDistribution(std::string_view name, std::vector<double> parameters)
    : name_(name), parameters_(std::move(parameters)), kind_(find_kind(name)) {
  const Kind& kind = kKinds[static_cast<std::size_t>(kind_)];
  if (parameters_.size() != kind.size()) {
    throw SizeError("parameters of " + name_, std::to_string(parameters_.size()) + " numbers", "",
                    "must be " + std::to_string(kind.size()));
  }
  const bool clipped = kind.check == check_clipped || kind.check == check_boundary;
  for (std::size_t i = 0; i < parameters_.size(); ++i) {
    const bool may_be_infinite = clipped && i >= 2 && !std::isnan(parameters_[i]);
    require(may_be_infinite || std::isfinite(parameters_[i]), kind.parameters[i], parameters_[i], "must be finite");
  }
  kind.check(parameters_);
}

double RandomDistribution::draw(RandomStream& stream) const {
  return kKinds[static_cast<std::size_t>(kind_)].draw(parameters_, stream);
}

}  // namespace va_event

// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <boost/random/binomial_distribution.hpp>
#include <cmath>
#include <cstdint>
#include <utility>

#include "network/connectors/rows.hpp"
#include "network/connectors/sampling.hpp"
#include "va_event/connectors.hpp"

namespace va_event {
namespace {

std::uint64_t draw_binomial(RandomStream& stream, std::uint64_t n, double p) {
  boost::random::binomial_distribution<std::int64_t> distribution(static_cast<std::int64_t>(n), p);
  return static_cast<std::uint64_t>(distribution(stream));
}

/// How many of `drawn` things, taken without replacement out of `all`, are among the first `part`: hypergeometric.
///
/// Rejection from the binomial distribution B(part, drawn/all). The ratio of the two probabilities, R(k), obeys
/// R(k+1)/R(k) = (drawn-k)(1-p) / ((all-part-drawn+k+1) p) and is largest at k = floor(drawn (part-1)/all) + 1, which
/// accepts a share of about sqrt(1 - part/all). It needs no factorials, whose logarithms depend on the machine.
std::uint64_t draw_hypergeometric(RandomStream& stream, std::uint64_t part, std::uint64_t all, std::uint64_t drawn) {
  if (drawn == 0 || drawn == all || part == all) {
    return std::min(part, drawn);
  }
  const auto a = static_cast<double>(part);
  const auto m = static_cast<double>(drawn);
  const auto others = static_cast<double>(all - part);
  const double p = m / static_cast<double>(all);
  const double odds = (1.0 - p) / p;
  const double lowest = std::max(0.0, m - others);
  const double highest = std::min(a, m);
  const double mode = std::clamp(std::floor(p * (a - 1.0)) + 1.0, lowest, highest);
  const auto growth = [&](double k) { return (m - k) / (others - m + k + 1.0) * odds; };
  for (;;) {
    const auto k = static_cast<double>(draw_binomial(stream, part, p));
    if (k < lowest || k > highest) {
      continue;
    }
    double ratio = 1.0;  // R(k) / R(mode)
    for (double i = mode; i < k; ++i) {
      ratio *= growth(i);
    }
    for (double i = k; i < mode; ++i) {
      ratio /= growth(i);
    }
    if (stream.uniform() < ratio) {
      return static_cast<std::uint64_t>(k);
    }
  }
}

}  // namespace

FixedTotalNumberConnector::FixedTotalNumberConnector(std::size_t n, bool allow_self_connections, bool with_replacement)
    : n_(n), allow_self_connections_(allow_self_connections), with_replacement_(with_replacement) {}

// First the number of connections of each pre cell, from one stream that every part of the machine repeats: conditional
// binomials make a multinomial draw, hypergeometric ones the draw without replacement. Then the post cells of each pre
// cell, from its own stream. Together that is a uniform draw from all pairs, and nothing has to be sorted by pre cell.
std::unique_ptr<ConnectionRows> FixedTotalNumberConnector::rows(const ConnectionContext& context) const {
  std::vector<std::optional<std::size_t>> self;
  if (!allow_self_connections_) {
    self = network::as_post(context);
  }
  const auto available_to = [&](std::size_t pre) {
    return network::DrawnRows::drawer(pre, context.n_post(), self).available();
  };
  std::size_t pairs = 0;
  for (std::size_t pre = 0; pre < context.n_pre(); ++pre) {
    pairs += available_to(pre);
  }
  network::check_count(n_, pairs, with_replacement_, "pairs of cells");
  std::size_t left = n_;
  std::vector<std::size_t> sizes(context.n_pre(), 0);
  RandomStream counts = context.stream(0, 1);
  for (std::size_t pre = 0; pre < context.n_pre(); ++pre) {
    const std::size_t available = available_to(pre);
    if (available == 0) {
      continue;
    }
    const double share = static_cast<double>(available) / static_cast<double>(pairs);
    sizes[pre] = !with_replacement_   ? draw_hypergeometric(counts, available, pairs, left)
                 : available == pairs ? left
                                      : draw_binomial(counts, left, share);
    pairs -= available;
    left -= sizes[pre];
  }
  return std::make_unique<network::DrawnRows>(context, std::move(self), std::move(sizes), with_replacement_);
}

void FixedTotalNumberConnector::connect(const ConnectionContext& context, ConnectionSink& sink) const {
  network::connect_by_rows(*rows(context), context, sink);
}

std::string FixedTotalNumberConnector::name() const { return "FixedTotalNumberConnector"; }

}  // namespace va_event

// SPDX-License-Identifier: Apache-2.0
#include "network/connectors/sampling.hpp"

#include <string>

#include "numerics/elementary.hpp"
#include "random/bounded.hpp"
#include "va_event/error.hpp"

namespace va_event::network {
namespace {

/// -log(1 - p) without cancellation for small p: the rounding of 1 - p is undone by the factor p / (1 - u) (W. Kahan's
/// log1p). Not std::log1p, whose last bit depends on the machine.
double minus_log_of_complement(double p) {
  const double u = 1.0 - p;
  return u == 1.0 ? p : -numerics::elementary::log(u) * (p / (1.0 - u));
}

}  // namespace

void check_probability(std::string_view field, double p) {
  if (!(p >= 0.0 && p <= 1.0)) {
    throw ParameterError(field, p, "", "must be in [0, 1]");
  }
}

Skipping::Skipping(double p) : p_(p) {
  if (p > 0.0 && p < 1.0) {
    scale_ = 1.0 / minus_log_of_complement(p);
  }
}

CellDrawer::CellDrawer(std::size_t n, std::optional<std::size_t> skipped)
    : skipped_(skipped.value_or(n)), available_(skipped ? n - 1 : n) {}

void CellDrawer::draw(RandomStream& stream, std::size_t count, bool with_replacement, CellBits& bits,
                      std::vector<std::uint32_t>& drawn) const {
  drawn.clear();
  if (with_replacement) {
    drawn.resize(count);
    random::HalfWords halves(stream);
    for (std::uint32_t& one : drawn) {
      one = cell(random::uniform_below(halves, static_cast<std::uint32_t>(available_)));
    }
    return;
  }
  // R. W. Floyd (Bentley & Floyd 1987, CACM 30:754): every subset of that size is equally likely.
  for (std::size_t last = available_ - count; last < available_; ++last) {
    const std::uint32_t number = random::uniform_below(stream, static_cast<std::uint32_t>(last + 1));
    bits.set(bits.test(number) ? last : number);
  }
  bits.for_each([&](std::uint32_t number) { drawn.push_back(cell(number)); });
  bits.clear();
}

void check_count(std::size_t count, std::size_t available, bool with_replacement, std::string_view of_what) {
  if (count > 0 && (available == 0 || (!with_replacement && count > available))) {
    const std::string rule = "must be <= " + std::to_string(available) + ", the number of " + std::string(of_what) +
                             (with_replacement ? "" : " (drawn without replacement)");
    throw ParameterError("n", static_cast<double>(count), "", rule);
  }
}

}  // namespace va_event::network

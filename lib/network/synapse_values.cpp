// SPDX-License-Identifier: Apache-2.0
#include "network/synapse_values.hpp"

#include <cmath>
#include <string>

#include "foundation/ranges.hpp"
#include "va_event/error.hpp"

namespace va_event::network {
namespace {

template <class Next>
void fill_own(std::span<double> values, const Next& next) {
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (values[i] == kProjectionsOwn) {
      values[i] = next(i);
    }
  }
}

}  // namespace

double checked_weight(double weight, const CellModel& target) {
  if (!std::isfinite(weight)) {
    throw ParameterError("weight", weight, target.weight_unit, "must be finite");
  }
  if (target.conductance_based && weight < 0.0) {
    throw ParameterError("weight", weight, target.weight_unit, "must be >= 0 for " + std::string(target.name));
  }
  foundation::check_range("weight", weight, target.weight_unit, false);
  return weight + 0.0;
}

double checked_delay(double delay) {
  if (!(delay > 0.0 && std::isfinite(delay))) {
    throw ParameterError("delay", delay, "ms", "must be > 0 and finite");
  }
  if (delay > foundation::range_of("ms").largest) {  // any smallest delay is possible
    foundation::check_range("delay", delay, "ms", false);
  }
  return delay;
}

SynapseValues::SynapseValues(const Values& values, std::string_view field, random::Purpose purpose,
                             const ProjectionContext& context)
    : values_(values), purpose_(static_cast<std::uint64_t>(purpose)), context_(context) {
  const std::size_t pairs = context.n_pre() * context.n_post();
  if (values.each() != nullptr && values.each()->size() != pairs) {
    throw SizeError(std::string(field), std::to_string(values.each()->size()) + " values", "",
                    "must be n_pre * n_post = " + std::to_string(pairs) + ", element [pre * n_post + post]");
  }
}

void SynapseValues::fill(std::size_t post, std::span<const std::uint32_t> pre, std::span<double> values) const {
  if (const double* constant = values_.constant()) {
    fill_own(values, [constant](std::size_t) { return *constant; });
  } else if (const std::vector<double>* each = values_.each()) {
    fill_own(values, [&](std::size_t i) { return (*each)[pre[i] * context_.n_post() + post]; });
  } else if (const RandomDistribution* distribution = values_.distribution()) {
    RandomStream stream = context_.value_stream(purpose_, post);
    fill_own(values, [&](std::size_t) { return distribution->draw(stream); });
  } else {
    const auto& function = values_.of_distance()->function;
    fill_own(values, [&](std::size_t i) { return function(context_.distance(pre[i], post)); });
  }
}

}  // namespace va_event::network

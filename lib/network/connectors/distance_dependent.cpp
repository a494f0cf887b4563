// SPDX-License-Identifier: Apache-2.0
#include "foundation/number_text.hpp"
#include "va_event/connectors.hpp"
#include "va_event/error.hpp"

namespace va_event {

DistanceDependentProbabilityConnector::DistanceDependentProbabilityConnector(std::function<double(double)> probability,
                                                                             bool allow_self_connections)
    : probability_(std::move(probability)), allow_self_connections_(allow_self_connections) {
  if (!probability_) {
    throw UserError("probability", "an empty function", "", "must be callable");
  }
}

// One number for each pair, since the probabilities differ: the shortcut of equal probabilities (Skipping) does not
// apply.
void DistanceDependentProbabilityConnector::connect(const ConnectionContext& context, ConnectionSink& sink) const {
  std::vector<std::uint32_t> pre;
  for (std::size_t post = context.local_post_begin(); post < context.local_post_end(); ++post) {
    const std::optional<std::size_t> self = allow_self_connections_ ? std::nullopt : context.as_pre(post);
    RandomStream stream = context.stream(post);
    pre.clear();
    for (std::size_t i = 0; i < context.n_pre(); ++i) {
      const double distance = context.distance(i, post);
      const double p = probability_(distance);
      if (!(p >= 0.0 && p <= 1.0)) {
        throw ParameterError("probability", p, "",
                             "must be in [0, 1] (at distance " + foundation::shortest_text(distance) + " um)");
      }
      if (stream.uniform() < p && self != i) {
        pre.push_back(static_cast<std::uint32_t>(i));
      }
    }
    sink.add(pre.data(), pre.size(), post);
  }
}

std::string DistanceDependentProbabilityConnector::name() const { return "DistanceDependentProbabilityConnector"; }

}  // namespace va_event

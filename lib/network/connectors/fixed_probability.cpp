// SPDX-License-Identifier: Apache-2.0
#include "network/connectors/sampling.hpp"
#include "va_event/connectors.hpp"

namespace va_event {
namespace {

/// Draws as PyNN does: n_pre numbers for each post cell in order. The generator has no streams for single post cells,
/// so every process draws the numbers of all post cells before its own ones.
void connect_as_pynn(double p, NumpyRandom rng, bool allow_self, const ConnectionContext& context,
                     ConnectionSink& sink) {
  std::vector<std::uint32_t> pre;
  for (std::size_t post = 0; post < context.local_post_end(); ++post) {
    const std::optional<std::size_t> self = allow_self ? std::nullopt : context.as_pre(post);
    pre.clear();
    for (std::size_t i = 0; i < context.n_pre(); ++i) {
      if (rng.uniform() < p && self != i) {
        pre.push_back(static_cast<std::uint32_t>(i));
      }
    }
    if (post >= context.local_post_begin()) {
      sink.add(pre.data(), pre.size(), post);
    }
  }
}

}  // namespace

FixedProbabilityConnector::FixedProbabilityConnector(double p_connect, bool allow_self_connections)
    : p_connect_(p_connect), allow_self_connections_(allow_self_connections) {
  network::check_probability("p_connect", p_connect);
}

FixedProbabilityConnector::FixedProbabilityConnector(double p_connect, NumpyRandom rng, bool allow_self_connections)
    : p_connect_(p_connect), numpy_(std::move(rng)), allow_self_connections_(allow_self_connections) {
  network::check_probability("p_connect", p_connect);
}

void FixedProbabilityConnector::connect(const ConnectionContext& context, ConnectionSink& sink) const {
  if (numpy_) {
    connect_as_pynn(p_connect_, *numpy_, allow_self_connections_, context, sink);
    return;
  }
  const network::Skipping skipping(p_connect_);
  std::vector<std::uint32_t> pre;
  for (std::size_t post = context.local_post_begin(); post < context.local_post_end(); ++post) {
    RandomStream stream = context.stream(post);
    const std::size_t self = (allow_self_connections_ ? std::nullopt : context.as_pre(post)).value_or(context.n_pre());
    pre.clear();
    skipping.run(stream, context.n_pre(), [&pre, self](std::size_t i) {
      if (i != self) {
        pre.push_back(static_cast<std::uint32_t>(i));
      }
    });
    sink.add(pre.data(), pre.size(), post);
  }
}

std::string FixedProbabilityConnector::name() const { return "FixedProbabilityConnector"; }

}  // namespace va_event

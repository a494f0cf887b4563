// SPDX-License-Identifier: Apache-2.0
#include <numeric>

#include "va_event/connectors.hpp"
#include "va_event/error.hpp"

namespace va_event {

AllToAllConnector::AllToAllConnector(bool allow_self_connections) : allow_self_connections_(allow_self_connections) {}

// A column is the list of all pre cells, without the post cell itself where self-connections are not allowed.
void AllToAllConnector::connect(const ConnectionContext& context, ConnectionSink& sink) const {
  std::vector<std::uint32_t> all(context.n_pre());
  std::iota(all.begin(), all.end(), 0U);
  for (std::size_t post = context.local_post_begin(); post < context.local_post_end(); ++post) {
    const std::optional<std::size_t> self = allow_self_connections_ ? std::nullopt : context.as_pre(post);
    if (self) {
      sink.add(all.data(), *self, post);
      sink.add(all.data() + *self + 1, all.size() - *self - 1, post);
    } else {
      sink.add(all.data(), all.size(), post);
    }
  }
}

std::string AllToAllConnector::name() const { return "AllToAllConnector"; }

void OneToOneConnector::connect(const ConnectionContext& context, ConnectionSink& sink) const {
  if (context.n_pre() != context.n_post()) {
    throw SizeError("post", std::to_string(context.n_post()) + " cells", "",
                    "must be " + std::to_string(context.n_pre()) + ", as many as pre cells, for OneToOneConnector");
  }
  for (std::size_t post = context.local_post_begin(); post < context.local_post_end(); ++post) {
    const auto pre = static_cast<std::uint32_t>(post);
    sink.add(&pre, 1, post);
  }
}

std::string OneToOneConnector::name() const { return "OneToOneConnector"; }

}  // namespace va_event

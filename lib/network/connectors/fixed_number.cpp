// SPDX-License-Identifier: Apache-2.0
#include <utility>

#include "network/connectors/rows.hpp"
#include "network/connectors/sampling.hpp"
#include "va_event/connectors.hpp"

namespace va_event {

FixedNumberPreConnector::FixedNumberPreConnector(std::size_t n, bool allow_self_connections, bool with_replacement)
    : n_(n), allow_self_connections_(allow_self_connections), with_replacement_(with_replacement) {}

// The stream of a post cell draws its pre cells, so that processes draw for their own post cells only.
void FixedNumberPreConnector::connect(const ConnectionContext& context, ConnectionSink& sink) const {
  network::CellBits bits(context.n_pre());
  std::vector<std::uint32_t> pre;
  for (std::size_t post = context.local_post_begin(); post < context.local_post_end(); ++post) {
    const network::CellDrawer drawer(context.n_pre(), allow_self_connections_ ? std::nullopt : context.as_pre(post));
    network::check_count(n_, drawer.available(), with_replacement_, "pre cells");
    RandomStream stream = context.stream(post);
    drawer.draw(stream, n_, with_replacement_, bits, pre);
    sink.add(pre.data(), pre.size(), post);
  }
}

std::string FixedNumberPreConnector::name() const { return "FixedNumberPreConnector"; }

FixedNumberPostConnector::FixedNumberPostConnector(std::size_t n, bool allow_self_connections, bool with_replacement)
    : n_(n), allow_self_connections_(allow_self_connections), with_replacement_(with_replacement) {}

// The draws belong to the pre cells, so every process repeats all of them and keeps those onto its own post cells.
std::unique_ptr<ConnectionRows> FixedNumberPostConnector::rows(const ConnectionContext& context) const {
  std::vector<std::optional<std::size_t>> self;
  if (!allow_self_connections_) {
    self = network::as_post(context);
  }
  for (std::size_t pre = 0; pre < context.n_pre(); ++pre) {
    const std::size_t available = network::DrawnRows::drawer(pre, context.n_post(), self).available();
    network::check_count(n_, available, with_replacement_, "post cells");
  }
  return std::make_unique<network::DrawnRows>(context, std::move(self), std::vector<std::size_t>(context.n_pre(), n_),
                                              with_replacement_);
}

void FixedNumberPostConnector::connect(const ConnectionContext& context, ConnectionSink& sink) const {
  network::connect_by_rows(*rows(context), context, sink);
}

std::string FixedNumberPostConnector::name() const { return "FixedNumberPostConnector"; }

}  // namespace va_event

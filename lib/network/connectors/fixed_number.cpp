// SPDX-License-Identifier: Apache-2.0
#include <numeric>

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

// The draws belong to the pre cells, so every process repeats all of them and keeps those onto its own post cells. They
// are made twice, once to count and once to fill the columns: that is cheaper than keeping the draws of the others.
void FixedNumberPostConnector::connect(const ConnectionContext& context, ConnectionSink& sink) const {
  const std::size_t begin = context.local_post_begin();
  const std::size_t end = context.local_post_end();
  std::vector<std::optional<std::size_t>> self(context.n_pre());
  if (!allow_self_connections_) {
    for (std::size_t post = 0; post < context.n_post(); ++post) {
      if (const std::optional<std::size_t> pre = context.as_pre(post)) {
        self[*pre] = post;
      }
    }
  }
  network::CellBits bits(context.n_post());
  std::vector<std::uint32_t> drawn;
  const auto for_each_local = [&](const auto& visit) {
    for (std::size_t pre = 0; pre < context.n_pre(); ++pre) {
      const network::CellDrawer drawer(context.n_post(), self[pre]);
      network::check_count(n_, drawer.available(), with_replacement_, "post cells");
      RandomStream stream = context.stream(pre);
      drawer.draw(stream, n_, with_replacement_, bits, drawn);
      for (const std::uint32_t post : drawn) {
        if (post >= begin && post < end) {
          visit(static_cast<std::uint32_t>(pre), post - begin);
        }
      }
    }
  };
  std::vector<std::size_t> next(end - begin + 2, 0);  // after filling, next[post] is where the column begins
  for_each_local([&](std::uint32_t, std::size_t post) { ++next[post + 2]; });
  std::partial_sum(next.begin(), next.end(), next.begin());
  std::vector<std::uint32_t> columns(next.back());
  for_each_local([&](std::uint32_t pre, std::size_t post) { columns[next[post + 1]++] = pre; });
  for (std::size_t post = begin; post < end; ++post) {
    const std::size_t first = next[post - begin];
    sink.add(columns.data() + first, next[post - begin + 1] - first, post);
  }
}

std::string FixedNumberPostConnector::name() const { return "FixedNumberPostConnector"; }

}  // namespace va_event

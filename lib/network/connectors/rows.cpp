// SPDX-License-Identifier: Apache-2.0
#include "network/connectors/rows.hpp"

#include <numeric>
#include <utility>

namespace va_event::network {

std::vector<std::optional<std::size_t>> as_post(const ConnectionContext& context) {
  std::vector<std::optional<std::size_t>> self(context.n_pre());
  for (std::size_t post = 0; post < context.n_post(); ++post) {
    if (const std::optional<std::size_t> pre = context.as_pre(post)) {
      self[*pre] = post;
    }
  }
  return self;
}

DrawnRows::DrawnRows(const ConnectionContext& context, std::vector<std::optional<std::size_t>> self,
                     std::vector<std::size_t> size, bool with_replacement)
    : context_(context), self_(std::move(self)), size_(std::move(size)), with_replacement_(with_replacement) {}

void DrawnRows::list(std::size_t pre, std::vector<std::uint32_t>& post) const {
  RandomStream stream = context_.stream(pre);
  CellBits bits(with_replacement_ ? 0 : context_.n_post());
  drawer(pre, context_.n_post(), self_).draw(stream, size_[pre], with_replacement_, bits, post);
}

void connect_by_rows(const ConnectionRows& rows, const ConnectionContext& context, ConnectionSink& sink) {
  const std::size_t begin = context.local_post_begin();
  const std::size_t end = context.local_post_end();
  std::vector<std::uint32_t> row;
  const auto for_each_local = [&](const auto& visit) {
    for (std::size_t pre = 0; pre < context.n_pre(); ++pre) {
      rows.list(pre, row);
      for (const std::uint32_t post : row) {
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

}  // namespace va_event::network

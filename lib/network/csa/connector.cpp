// SPDX-License-Identifier: Apache-2.0
#include <optional>
#include <utility>

#include "network/csa/node.hpp"
#include "va_event/error.hpp"

namespace va_event {
namespace csa {

ConnectionSet cset(Mask mask) { return {std::move(mask), {}, {}}; }

ConnectionSet cset(Mask mask, double weight, double delay) {
  return {std::move(mask), [weight](std::size_t, std::size_t) { return weight; },
          [delay](std::size_t, std::size_t) { return delay; }};
}

ConnectionSet cset(Mask mask, std::function<double(std::size_t, std::size_t)> weight,
                   std::function<double(std::size_t, std::size_t)> delay) {
  return {std::move(mask), std::move(weight), std::move(delay)};
}

}  // namespace csa

namespace {

constexpr std::size_t kMaxRandomMasks = (1U << 16U) - 1;  // parts of ConnectionContext::stream, 0 left out

using ValueSet = std::function<double(std::size_t, std::size_t)>;

std::optional<double> value(const ValueSet& set, std::size_t pre, std::size_t post) {
  return set ? std::optional<double>(set(pre, post)) : std::nullopt;
}

}  // namespace

CSAConnector::CSAConnector(csa::ConnectionSet set) : set_(std::move(set)) {}
CSAConnector::CSAConnector(csa::Mask mask) : set_(csa::cset(std::move(mask))) {}

void CSAConnector::connect(const ConnectionContext& context, ConnectionSink& sink) const {
  std::vector<const csa::Mask::Node*> random_masks;
  set_.mask.node().list_random_masks(random_masks);
  if (random_masks.size() > kMaxRandomMasks) {
    throw SizeError("mask", std::to_string(random_masks.size()) + " random masks", "",
                    "must be <= " + std::to_string(kMaxRandomMasks));
  }
  network::CellBits bits(context.n_pre());
  std::vector<std::uint32_t> pre;
  for (std::size_t post = context.local_post_begin(); post < context.local_post_end(); ++post) {
    bits.clear();
    set_.mask.node().evaluate({context, random_masks, post}, bits);
    pre.clear();
    bits.for_each([&pre](std::uint32_t cell) { pre.push_back(cell); });
    if (!set_.weight && !set_.delay) {
      sink.add(pre.data(), pre.size(), post);
      continue;
    }
    for (const std::uint32_t cell : pre) {
      sink.add(cell, post, value(set_.weight, cell, post), value(set_.delay, cell, post));
    }
  }
}

std::string CSAConnector::name() const { return "CSAConnector"; }

}  // namespace va_event

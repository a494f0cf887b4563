// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "engine/run/methods.hpp"
#include "network/network.hpp"
#include "network/share.hpp"

namespace va_event::engine {

/// Which cells of each population belong to one part of this process's share; results do not depend on it.
///
/// Most populations are cut into equal ranges, one for each part. Those with order-free sums stand in a line, and the
/// line is cut, where the expected work up to there is a multiple of the same: so at most count - 1 of them are cut. A
/// row of synapses onto a population that is not cut is read by one part only, and all of it.
inline std::vector<network::Share::Range> cells_of_part(const network::Network& network,
                                                        const std::vector<PopulationMethod>& methods,
                                                        network::Share part) {
  constexpr double kFrame = 4000.0;  // frames per second, each of which costs a neuron as much as some inputs do
  const auto work_of = [&](std::size_t p) {
    const double size = network.populations[p].size;
    return methods[p].method != SimulationMethod::order_free || network.populations[p].size == 0
               ? 0.0
               : static_cast<double>(methods[p].events) / 1000.0 / size + kFrame / 2;  // of one neuron
  };
  double whole = 0.0;
  for (std::size_t p = 0; p < methods.size(); ++p) {
    whole += work_of(p) * network.populations[p].size;
  }
  std::vector<network::Share::Range> own;
  double before = 0.0;  // the work of the populations before this one
  for (std::size_t p = 0; p < methods.size(); ++p) {
    const network::Share::Range share = network.share.of(network.populations[p].size);
    const double work = work_of(p);
    if (work == 0.0) {
      own.push_back(part.of(share));
      continue;
    }
    const std::uint32_t size = share.end - share.begin;
    const double all = work * network.populations[p].size;
    // Every part computes the same cuts.
    const auto cut = [&](std::uint32_t k) {
      const double fraction = k == part.count ? 1.0 : (whole * k / part.count - before) / all;
      return share.begin + static_cast<std::uint32_t>(std::lround(std::clamp(fraction, 0.0, 1.0) * size));
    };
    own.push_back({cut(part.index), cut(part.index + 1)});
    before += all;
  }
  return own;
}

}  // namespace va_event::engine

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cmath>
#include <cstddef>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "plasticity_by_pairs.hpp"

namespace va_event::testing_support {

/// Every rule with every scheme of pairs, every dependence on the weight, alone and with short-term dynamics.
inline const std::vector<std::pair<std::string, reference::Plasticity>>& plastic_kinds() {
  using reference::Dependence;
  using reference::Pairs;
  using reference::Plasticity;
  using reference::Timing;
  static const auto kinds = [] {
    std::vector<std::pair<std::string, Plasticity>> all;
    const auto add = [&all](const std::string& name, Timing timing, Pairs pairs, Dependence dependence,
                            bool short_term = false) {
      Plasticity kind;
      kind.timing = timing;
      kind.pairs = pairs;
      kind.dependence = dependence;
      kind.short_term = short_term;
      kind.group = all.size();
      all.emplace_back(name, kind);
    };
    add("AllPairsAdditive", Timing::pairs, Pairs::all, Dependence::additive);
    add("AllPairsMultiplicative", Timing::pairs, Pairs::all, Dependence::multiplicative);
    add("AllPairsAdditiveMultiplicative", Timing::pairs, Pairs::all, Dependence::additive_multiplicative);
    add("AllPairsGutig", Timing::pairs, Pairs::all, Dependence::gutig);
    add("SymmetricAdditive", Timing::pairs, Pairs::nearest_symmetric, Dependence::additive);
    add("SymmetricGutig", Timing::pairs, Pairs::nearest_symmetric, Dependence::gutig);
    add("PresynapticMultiplicative", Timing::pairs, Pairs::nearest_presynaptic, Dependence::multiplicative);
    add("PresynapticAdditive", Timing::pairs, Pairs::nearest_presynaptic, Dependence::additive);
    add("ReducedAdditive", Timing::pairs, Pairs::nearest_reduced, Dependence::additive);
    add("ReducedAdditiveMultiplicative", Timing::pairs, Pairs::nearest_reduced, Dependence::additive_multiplicative);
    add("TripletsAdditive", Timing::triplets, Pairs::all, Dependence::additive);
    add("TripletsMultiplicative", Timing::triplets, Pairs::all, Dependence::multiplicative);
    add("TripletsNearestAdditive", Timing::triplets, Pairs::nearest_symmetric, Dependence::additive);
    add("TripletsNearestGutig", Timing::triplets, Pairs::nearest_symmetric, Dependence::gutig);
    add("Vogels", Timing::vogels, Pairs::all, Dependence::additive);
    add("AllPairsAdditiveShortTerm", Timing::pairs, Pairs::all, Dependence::additive, true);
    add("VogelsShortTerm", Timing::vogels, Pairs::all, Dependence::additive, true);
    add("TsodyksMarkram", Timing::pairs, Pairs::all, Dependence::additive, true);
    all.back().second.learns = false;
    return all;
  }();
  return kinds;
}

/// Random numbers for a kind, of a size that moves the weight a lot in some ten spikes.
/// @param weight  that the synapse begins with, not 0; it lies between the bounds
template <class Generator>
reference::Plasticity random_numbers(reference::Plasticity kind, double weight, Generator& generator) {
  const auto uniform = [&](double low, double high) { return std::uniform_real_distribution(low, high)(generator); };
  const auto log_uniform = [&](double low, double high) { return std::exp(uniform(std::log(low), std::log(high))); };
  const auto one_of = [&](const std::vector<double>& list) { return list[generator() % list.size()]; };
  const auto strength = [&] { return one_of({uniform(0.02, 0.2), uniform(0.02, 0.2), uniform(-0.1, 0.1), 0.0}); };
  reference::Plasticity p = kind;
  p.tau_plus = log_uniform(2.0, 60.0);
  p.tau_minus = log_uniform(2.0, 60.0);
  p.A_plus = strength();
  p.A_minus = strength();
  p.tau_x = log_uniform(5.0, 120.0);
  p.tau_y = log_uniform(5.0, 120.0);
  p.A3_plus = 0.5 * strength();
  p.A3_minus = 0.5 * strength();
  p.tau = log_uniform(2.0, 40.0);
  p.eta = std::abs(weight) * uniform(-0.02, 0.1);
  p.rho = uniform(0.0, 0.05);
  const double high = weight * uniform(1.0, 2.0);
  const double low = weight * one_of({0.0, uniform(0.0, 0.9)});
  const bool swapped = weight < 0.0 && generator() % 2 == 0;
  p.w_max = swapped ? low : high;
  p.w_min = swapped ? high : low;
  p.mu_plus = one_of({0.0, 1.0, 0.5, uniform(0.1, 2.0)});
  p.mu_minus = one_of({0.0, 1.0, 0.5, uniform(0.1, 2.0)});
  p.fraction = one_of({0.0, 0.3, 0.5, 1.0, uniform(0.0, 1.0)});
  p.U = uniform(0.05, 1.0);
  p.tau_rec = log_uniform(2.0, 500.0);
  p.tau_facil = one_of({0.0, log_uniform(2.0, 500.0)});
  p.u = one_of({0.0, uniform(0.0, 1.0)});
  return p;
}

}  // namespace va_event::testing_support

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "foundation/number_bytes.hpp"
#include "network/cell_index.hpp"
#include "network/synapse_column.hpp"
#include "random/purposes.hpp"
#include "synapses/draw.hpp"
#include "synapses/source_history.hpp"
#include "synapses/synapse_dynamics.hpp"
#include "va_event/random.hpp"

namespace va_event::synapses {

/// What fraction of its weight a spike delivers: all of it, or what short-term dynamics or chance release.
enum class Release { all, tsodyks_markram, simple_stochastic, stochastic_tsodyks_markram, multi_quantal };

/// The places of the parameters that releases need, in the list of the rule; -1: it has none such.
struct ReleaseParameters {
  Release kind = Release::all;
  int U = -1, tau_rec = -1, tau_facil = -1, u = -1;
  int p = -1;
  int n = -1;
};

/// How many of n release, each with probability p: the least k for which a binomial variable is <= k with a probability
/// above `uniform`.
template <class Real>
[[nodiscard]] std::uint32_t binomial(std::uint32_t n, const Real& p, double uniform) {
  if (p > Real(0.5)) {
    return n - binomial(n, Real(Real(1) - p), 1.0 - 0x1p-53 - uniform);
  }
  Real term(1);
  for (std::uint32_t i = 0; i < n; ++i) {
    term *= Real(1) - p;
  }
  const Real odds = p / (Real(1) - p);
  Real sum = term;
  std::uint32_t k = 0;
  while (k < n && !(Real(uniform) < sum)) {
    term *= Real(static_cast<double>(n - k)) / Real(static_cast<double>(k + 1)) * odds;
    sum += term;
    ++k;
  }
  return k;
}

/// How far a random number is from where binomial() would have given another result.
struct Distances {
  double below = std::numeric_limits<double>::infinity();  ///< to a smaller one
  double above = std::numeric_limits<double>::infinity();  ///< to a larger one
};

/// @param k  binomial(n, p, uniform)
template <class Real>
[[nodiscard]] Distances distances_of_binomial(std::uint32_t n, const Real& p, double uniform, std::uint32_t k) {
  if (p > Real(0.5)) {
    const Distances mirrored = distances_of_binomial(n, Real(Real(1) - p), 1.0 - 0x1p-53 - uniform, n - k);
    return {mirrored.above, mirrored.below};
  }
  Real term(1);
  for (std::uint32_t i = 0; i < n; ++i) {
    term *= Real(1) - p;
  }
  const Real odds = p / (Real(1) - p);
  Real fewer(0);
  Real sum = term;
  for (std::uint32_t i = 0; i < k; ++i) {
    term *= Real(static_cast<double>(n - i)) / Real(static_cast<double>(i + 1)) * odds;
    fewer = sum;
    sum += term;
  }
  Distances distances;
  if (k > 0) {
    distances.below = static_cast<double>(Real(Real(uniform) - fewer));
  }
  if (k < n) {
    distances.above = static_cast<double>(Real(sum - Real(uniform)));
  }
  return distances;
}

/// The releases of one table's synapses onto one shard. Where their parameters are common, what a spike releases is
/// worked out once for all synapses of its source; else, and what chance decides, for each.
///
/// Random numbers are keyed by the synapse (its cells, and its number among those of the pair, by what they hold) and
/// count with the spikes of its source from t = 0: they depend neither on times nor on the shards, and wider arithmetic
/// draws the same.
template <class Real>
class Releases {
 public:
  using Spike = SourceSpike<Real>;

  Releases(const TableOnShard<Real>& table, const ReleaseParameters& places) : table_(table), places_(places) {
    if (places_.kind == Release::all) {
      return;
    }
    read_time_constants();
    read_parameters();
    if (places_.kind != Release::tsodyks_markram) {
      key_ = RandomStream(table.network.seed, static_cast<std::uint64_t>(random::Purpose::release), 0)();
      number_pairs();
    }
  }

  [[nodiscard]] bool releases_all() const noexcept { return places_.kind == Release::all; }
  /// Whether all synapses of a source release the same: SourceSpike::release.
  [[nodiscard]] bool is_common() const noexcept { return places_.kind == Release::tsodyks_markram && !own_; }
  /// How many variables of each synapse it keeps, from `first` on.
  [[nodiscard]] std::size_t variables() const noexcept {
    switch (places_.kind) {
      case Release::all:
      case Release::simple_stochastic:
        return 0;
      case Release::tsodyks_markram:
        return own_ ? 3 : 0;
      default:
        return own_ ? 2 : 1;
    }
  }
  /// @param first  number of the first one among those of the table, which exist
  void set_first_variable(std::size_t first) noexcept { first_ = first; }
  /// A synapse at t = 0.
  void begin(std::size_t synapse) {
    if (places_.kind == Release::tsodyks_markram && own_) {
      variable(0, synapse) = Real(at(places_.u, synapse));
      variable(1, synapse) = variable(2, synapse) = Real(0);
    } else if (variables() > 0) {
      variable(0, synapse) = Real(sites(synapse));
      if (own_) {
        variable(1, synapse) = Real(at(places_.u, synapse));
      }
    }
  }

  /// What is common to the synapses of a row.
  /// @param before  the spike before, or null
  void source_spiked(Spike& spike, const Spike* before) const {
    if (own_ || places_.kind == Release::all || places_.kind == Release::simple_stochastic) {
      return;
    }
    spike.short_term = before != nullptr ? before->short_term : ShortTerm<Real>{common_u_, Real(0), Real(0)};
    const Real h = since(spike, before);
    if (places_.kind == Release::tsodyks_markram) {
      spike.release = release(spike.short_term, h, common_);
    } else {
      spike.short_term.u = use_at_spike(spike.short_term.u, h, common_.U, common_.tau_facil);
    }
  }

  /// What a synapse keeps between spikes: the first variables() numbers of it.
  using State = std::array<Real, 3>;
  [[nodiscard]] State state_of(std::size_t synapse) const {
    State state{};
    for (std::size_t v = 0; v < variables(); ++v) {
      state[v] = table_.states.variables[first_ + v][synapse];
    }
    return state;
  }

  /// The factor of a synapse's weight for a spike that passes it.
  [[nodiscard]] Real factor(const Spike& spike, const Spike* before, std::size_t row, std::uint32_t target,
                            std::size_t synapse) {
    if (places_.kind == Release::all || is_common() || places_.kind == Release::simple_stochastic) {
      State none;
      return factor(none, spike, before, row, target, synapse, kept_draws());
    }
    State state = state_of(synapse);
    const Real released = factor(state, spike, before, row, target, synapse, kept_draws());
    for (std::size_t v = 0; v < variables(); ++v) {
      variable(v, synapse) = state[v];
    }
    return released;
  }
  /// The same from a state that need not be the one that is kept.
  /// @param draws  gets what chance decides; null: nobody wants to know
  [[nodiscard]] Real factor(State& state, const Spike& spike, const Spike* before, std::size_t row,
                            std::uint32_t target, std::size_t synapse, std::vector<Draw>* draws = nullptr) const {
    switch (places_.kind) {
      case Release::all:
        return Real(1);
      case Release::tsodyks_markram:
        return own_ ? own_release(state, since(spike, before), synapse, target) : spike.release;
      case Release::simple_stochastic:
        return by_fixed_chance(spike, row, target, synapse, draws);
      default:
        return by_chance(state, spike, since(spike, before), row, target, synapse, draws);
    }
  }

  /// See SynapseDynamics.
  void keep_draws() { draws_.emplace(); }
  void take_draws(std::vector<Draw>& draws) {
    if (draws_) {
      draws.insert(draws.end(), draws_->begin(), draws_->end());
      draws_->clear();
    }
  }

  /// u, and of Tsodyks-Markram dynamics y and z, just after a spike that has passed a synapse, which left `state`.
  /// @param last  null: at t = 0
  [[nodiscard]] ShortTerm<Real> short_term(const State& state, const Spike* last) const {
    if (own_) {
      return places_.kind == Release::tsodyks_markram ? ShortTerm<Real>{state[0], state[1], state[2]}
                                                      : ShortTerm<Real>{state[1], Real(0), Real(0)};
    }
    return last != nullptr ? last->short_term : ShortTerm<Real>{common_u_, Real(0), Real(0)};
  }
  /// The same after h without a spike.
  [[nodiscard]] ShortTerm<Real> later(ShortTerm<Real> now, const Real& h, std::size_t synapse,
                                      std::uint32_t target) const {
    if (!(h > Real(0))) {
      return now;
    }
    const ShortTermParameters<Real> p = parameters_of(synapse, target);
    now.u = decayed(now.u, h, p.tau_facil);
    if (places_.kind == Release::tsodyks_markram) {
      recover(now, h, p);
    }
    return now;
  }

  /// Of new parameters.
  void read_parameters() {
    if (!own_ && places_.kind != Release::all && places_.kind != Release::simple_stochastic) {
      common_ = parameters_of(0, 0);
      common_u_ = Real(at(places_.u, 0));
    }
  }

 private:
  [[nodiscard]] double at(int place, std::size_t synapse) const {
    return table_.block.parameters[static_cast<std::size_t>(place)].at(synapse);
  }
  [[nodiscard]] bool is_constant(int place) const {
    return table_.block.parameters[static_cast<std::size_t>(place)].is_constant();
  }
  [[nodiscard]] Real& variable(std::size_t number, std::size_t synapse) {
    return table_.states.variables[first_ + number][synapse];
  }
  [[nodiscard]] double sites(std::size_t synapse) const { return places_.n < 0 ? 1.0 : at(places_.n, synapse); }

  /// The time since the spike before, or since t = 0.
  [[nodiscard]] static Real since(const Spike& spike, const Spike* before) {
    return duration(before != nullptr ? before->t : events::Instant<Real>{}, spike.t);
  }

  /// Of the targets' receptor, as of the first run; and whether all is common: a property of the network, the same in
  /// all shards.
  void read_time_constants() {
    if (places_.kind == Release::simple_stochastic) {
      return;
    }
    own_ = !(is_constant(places_.U) && is_constant(places_.tau_rec) && is_constant(places_.tau_facil) &&
             is_constant(places_.u));
    const network::PopulationData& population = table_.network.populations[table_.block.post_population];
    const std::string_view name = table_.projection.receptor == "excitatory" ? "tau_syn_E" : "tau_syn_I";
    for (std::size_t p = 0; p < population.model->parameters.size(); ++p) {
      for (std::uint32_t i = 0; places_.kind == Release::tsodyks_markram &&
                                population.model->parameters[p].name == name && i < population.size;
           ++i) {
        tau_syn_.push_back(population.parameters[p].at(i));
        own_ = own_ || tau_syn_[i] != tau_syn_[0];
      }
    }
  }

  [[nodiscard]] ShortTermParameters<Real> parameters_of(std::size_t synapse, std::uint32_t target) const {
    return {Real(at(places_.U, synapse)), Real(at(places_.tau_rec, synapse)), Real(at(places_.tau_facil, synapse)),
            Real(tau_syn_.empty() ? 0.0 : tau_syn_[target])};
  }

  [[nodiscard]] Real own_release(State& own, const Real& h, std::size_t synapse, std::uint32_t target) const {
    ShortTerm<Real> state{own[0], own[1], own[2]};
    const Real released = release(state, h, parameters_of(synapse, target));
    own = {state.u, state.y, state.z};
    return released;
  }

  [[nodiscard]] Real by_fixed_chance(const Spike& spike, std::size_t row, std::uint32_t target, std::size_t synapse,
                                     std::vector<Draw>* draws) const {
    const double uniform = stream(spike, row, target, synapse).uniform();
    const double p = at(places_.p, synapse);
    const bool released = uniform < p;
    if (draws != nullptr) [[unlikely]] {
      const Distances distances{released ? std::numeric_limits<double>::infinity() : uniform - p,
                                released ? p - uniform : std::numeric_limits<double>::infinity()};
      keep(*draws, spike, row, target, synapse, {.outcome = released ? 1U : 0U, .distances = distances});
    }
    return released ? Real(1) : Real(0);
  }

  /// Vesicles: those that are gone recover each with probability 1 - e^(-h/tau_rec), then those that are there are
  /// released with probability u.
  [[nodiscard]] Real by_chance(State& state, const Spike& spike, const Real& h, std::size_t row, std::uint32_t target,
                               std::size_t synapse, std::vector<Draw>* draws) const {
    Real u = spike.short_term.u;
    if (own_) {
      u = use_at_spike(state[1], h, Real(at(places_.U, synapse)), Real(at(places_.tau_facil, synapse)));
      state[1] = u;
    }
    const auto n = static_cast<std::uint32_t>(sites(synapse));
    const auto full = static_cast<std::uint32_t>(static_cast<double>(state[0]));
    RandomStream random = stream(spike, row, target, synapse);
    const Real recovery = -numerics::elementary::expm1(Real(-h / Real(at(places_.tau_rec, synapse))));
    const double first = random.uniform();
    const double second = random.uniform();
    const std::uint32_t there = full + binomial(n - full, recovery, first);
    const std::uint32_t released = binomial(there, u, second);
    state[0] = Real(static_cast<double>(there - released));
    if (draws != nullptr) [[unlikely]] {
      keep(*draws, spike, row, target, synapse,
           {.outcome = there - full,
            .distances = distances_of_binomial(n - full, recovery, first, there - full),
            .is_release = false});
      keep(*draws, spike, row, target, synapse,
           {.outcome = released, .distances = distances_of_binomial(there, u, second, released)});
    }
    return Real(static_cast<double>(released)) / Real(static_cast<double>(n));
  }

  /// Where decisions are kept; null: nowhere.
  [[nodiscard]] std::vector<Draw>* kept_draws() { return draws_ ? &*draws_ : nullptr; }

  struct Decision {
    std::uint32_t outcome = 0;
    Distances distances{};
    bool is_release = true;
  };
  /// For take_draws().
  void keep(std::vector<Draw>& draws, const Spike& spike, std::size_t row, std::uint32_t target, std::size_t synapse,
            const Decision& decision) const {
    if (table_.own.contains(target)) {
      draws.push_back({.key = {(*table_.projection.pre)[row], table_.block.post_first + target, number_of(synapse),
                               spike.ordinal, decision.is_release},
                       .outcome = decision.outcome,
                       .below = decision.distances.below,
                       .above = decision.distances.above,
                       .time_ms = events::to_time(spike.t).ms() + table_.block.table.delay_of(synapse)});
    }
  }

  [[nodiscard]] std::uint32_t number_of(std::size_t synapse) const { return numbers_.empty() ? 0 : numbers_[synapse]; }
  [[nodiscard]] RandomStream stream(const Spike& spike, std::size_t row, std::uint32_t target,
                                    std::size_t synapse) const {
    constexpr std::uint64_t kWords = 2;
    RandomStream random(key_, number_of(synapse), (*table_.projection.pre)[row], table_.block.post_first + target);
    random.seek(kWords * spike.ordinal);
    return random;
  }

  /// The number of each synapse among those of its pair of cells, where a pair has several: those of the tables before
  /// this one come first. So it does not matter whether synapses are made in one projection or in several.
  void number_pairs() {
    const network::SynapseTable& synapses = table_.block.table;
    std::vector<std::uint32_t> numbers(synapses.size(), 0);
    std::vector<std::uint32_t> count(table_.network.populations[table_.block.post_population].size, 0);
    std::vector<network::CellIndex> rows_before;
    for (const TableOfProjection& other : table_.before) {
      rows_before.emplace_back(*other.projection->pre);
    }
    bool several = false;
    for (std::size_t row = 0, synapse = 0; row < synapses.rows(); ++row) {
      const std::span<const std::uint32_t> targets = synapses.row(row).target;
      const auto for_each_before = [&](const auto& visit) {
        for (std::size_t k = 0; k < rows_before.size() && !targets.empty(); ++k) {
          if (const auto theirs = rows_before[k].find((*table_.projection.pre)[row])) {
            for (const std::uint32_t target : table_.before[k].block->table.row(*theirs).target) {
              visit(target);
            }
          }
        }
      };
      for_each_before([&count](std::uint32_t target) { ++count[target]; });
      for (const std::uint32_t target : targets) {
        numbers[synapse] = count[target]++;
        several = several || numbers[synapse] > 0;
        ++synapse;
      }
      for_each_before([&count](std::uint32_t target) { count[target] = 0; });
      for (const std::uint32_t target : targets) {
        count[target] = 0;
      }
    }
    if (several) {
      numbers_ = std::move(numbers);
    }
  }

  TableOnShard<Real> table_;
  ReleaseParameters places_;
  std::size_t first_ = 0;        ///< of its variables
  bool own_ = false;             ///< parameters differ between the synapses of a source
  std::vector<double> tau_syn_;  ///< of the post population's cells [ms]; empty: they have none
  ShortTermParameters<Real> common_{};
  Real common_u_{};
  std::uint64_t key_ = 0;
  std::vector<std::uint32_t> numbers_;      ///< by synapse; empty: no pair has several
  std::optional<std::vector<Draw>> draws_;  ///< kept for take_draws()
};

}  // namespace va_event::synapses

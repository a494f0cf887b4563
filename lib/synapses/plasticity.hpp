// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <type_traits>
#include <vector>

#include "events/instant_bytes.hpp"
#include "synapses/plastic_rows.hpp"
#include "synapses/source_history.hpp"
#include "synapses/stdp_rule.hpp"
#include "synapses/synapse_dynamics.hpp"
#include "synapses/target_spikes.hpp"

namespace va_event::synapses {

/// Is told of the changes that a synapse goes through: weight() after each, passed() when a spike of the source has
/// passed it. Weights are magnitudes, to be multiplied by `sign`. This one ignores them.
struct IgnoreChanges {
  template <class Real>
  void weight(const events::Instant<Real>& /*time*/, const Real& /*weight*/, const Real& /*sign*/) const {}
  template <class Real>
  void passed(const SourceSpike<Real>& /*spike*/, const SourceSpike<Real>* /*before*/,
              const events::Instant<Real>& /*time*/, const Real& /*weight*/, const Real& /*sign*/) const {}
};

/// The plastic weights of one table's synapses onto one shard (spike-timing-dependent plasticity).
///
/// A weight is brought up to date when a spike of its source passes the synapse, when the user asks for it, or in a
/// sweep of all, which comes when the targets have spiked often: so the memory is bounded however long a source is
/// silent. It follows the arrivals in their order, one change for each. What a change is computed from (the traces and
/// the time since the last spike of the source that passed) does not depend on when it is computed, so the bits do not.
///
/// Traces are common to the synapses of a source and of a target where their time constants are; the weight is then all
/// that a synapse has of its own. Otherwise each synapse has its own traces: variables 1 ... 4.
template <class Real>
class Plasticity {
 public:
  using Instant = events::Instant<Real>;
  using Source = SourceSpike<Real>;

  Plasticity(const TableOnShard<Real>& table, const StdpChoice& choice)
      : table_(table), choice_(choice), targets_(table.own), rows_(choice, table.own) {
    const auto is_constant = [&](StdpParameter p) {
      return choice_.places[p] < 0 || column_of(choice_, table_.block, p).is_constant();
    };
    own_traces_ = choice_.pairs == SpikePairs::nearest_presynaptic ||
                  !(is_constant(kTauPlus) && is_constant(kTauMinus) && is_constant(kTauX) && is_constant(kTauY));
    read_parameters();
  }

  [[nodiscard]] std::size_t variables() const noexcept { return own_traces_ ? 5 : 1; }
  /// A synapse at t = 0.
  void begin(std::size_t synapse) {
    weight(synapse) = magnitude_in_table(synapse);
    for (std::size_t v = 1; v < variables(); ++v) {
      table_.states.variables[v][synapse] = Real(0);
    }
  }

  void read_parameters() {
    common_ = std::all_of(table_.block.parameters.begin(), table_.block.parameters.end(),
                          [](const network::SynapseColumn& one) { return one.is_constant(); });
    if (common_ || !own_traces_) {
      shared_ = values_of(0);
    }
    if constexpr (std::is_same_v<Real, double>) {
      together_ = common_ && !own_traces_ && table_.block.table.has_constant_delay() &&
                  choice_.pairs != SpikePairs::nearest_reduced;
      if (together_) {
        rows_.set_parameters(shared_, table_.block.table.constant_delay());
      }
    }
    find_latest_of_all();
  }

  void source_spiked(Source& spike, const Source* before) const {
    if (own_traces_ || before == nullptr) {
      return;
    }
    const Real h = duration(before->t, spike.t);
    spike.before = {faded(trace_after(choice_, before->before[0]), h, shared_.rate_plus),
                    faded(trace_after(choice_, before->before[1]), h, shared_.rate_x)};
  }

  void target_spiked(std::uint32_t target, const Instant& t) {
    const std::vector<TargetSpike<Real>>& spikes = targets_.of(target);
    TargetSpike<Real> spike{t, {}};
    if (!spikes.empty() && !own_traces_) {
      const TargetSpike<Real>& last = spikes.back();
      const Real h = duration(last.t, t);
      spike.before = {faded(trace_after(choice_, last.before[0]), h, shared_.rate_minus),
                      faded(trace_after(choice_, last.before[1]), h, shared_.rate_y)};
    }
    targets_.add(target, spike);
    find_latest(target);
  }

  /// A spike of the source passes a synapse. @returns the weight that it delivers, with its sign
  [[nodiscard]] Real pass(const Source& spike, const Source* before, std::uint32_t target, std::size_t synapse,
                          double delay) {
    StdpValues<Real> own;
    Synapse at = synapse_of(target, synapse, delay, common_ ? shared_ : own = values_of(synapse));
    follow(at, spike, before, IgnoreChanges{});
    keep(at);
    return at.p.sign * at.weight;
  }

  /// Whether synapses of a row may be passed together by a spike.
  [[nodiscard]] bool passes_together(const Source* before) const {
    if constexpr (std::is_same_v<Real, double>) {
      return together_ && (!set_at_ || (before != nullptr && *set_at_ < rows_.arrival_of(*before)));
    } else {
      return false;
    }
  }
  /// The same for consecutive synapses of a row. @pre passes_together(before)
  /// @returns what they deliver, one for each target, but for the sign; valid until the next change of the weights
  [[nodiscard]] std::span<const Real> pass_together(const Source& spike, const Source* before,
                                                    std::span<const std::uint32_t> targets, std::size_t first_synapse) {
    const std::span<Real> kept(table_.states.variables[0].data() + first_synapse, targets.size());
    if constexpr (std::is_same_v<Real, double>) {
      const std::span<const std::uint32_t> left = rows_.pass(spike, before, targets, kept.data());
      for (const std::uint32_t k : left) {
        targets_.prefetch(targets[k]);
      }
      for (const std::uint32_t k : left) {
        static_cast<void>(pass(spike, before, targets[k], first_synapse + k, table_.block.table.constant_delay()));
      }
    }
    return kept;
  }
  /// Of all weights. @pre passes_together()
  [[nodiscard]] Real sign() const { return shared_.sign; }
  /// Prefetches what pass_together() will read of targets.
  void prefetch(std::span<const std::uint32_t> targets) const {
    if (together_) {
      rows_.prefetch(targets);
    }
  }

  /// Tells `changes` (as IgnoreChanges) what pass() is going to do; nothing changes.
  template <class Changes>
  void tell_pass(const Source& spike, const Source* before, std::uint32_t target, std::size_t synapse, double delay,
                 Changes& changes) const {
    const StdpValues<Real> own = common_ ? StdpValues<Real>{} : values_of(synapse);
    Synapse at = synapse_of(target, synapse, delay, common_ ? shared_ : own);
    follow(at, spike, before, changes);
  }
  /// And what sweep() is going to do.
  template <class Changes>
  void tell_sweep(const Instant& until, const Source* passed, std::uint32_t target, std::size_t synapse, double delay,
                  Changes& changes) const {
    const StdpValues<Real> own = common_ ? StdpValues<Real>{} : values_of(synapse);
    Synapse at = synapse_of(target, synapse, delay, common_ ? shared_ : own);
    follow_targets(
        at, passed, [&](const Instant& /*b*/, const Instant& t) { return t < until; }, changes);
  }
  /// The magnitude of the weight that a synapse keeps: of its last change that was worked out.
  [[nodiscard]] const Real& kept_weight(std::size_t synapse) const { return table_.states.variables[0][synapse]; }
  /// The part of a synapse's delay that spikes of its source take to reach it [ms].
  [[nodiscard]] Real axonal(std::size_t synapse, double delay) const {
    return (Real(1) - (common_ ? shared_ : values_of(synapse)).dendritic_fraction) * Real(delay);
  }

  /// The present weight of a synapse. @param passed  the last spike that has passed it, or null
  /// @param on_the_way  those after it @param changes  is told how it comes about, as IgnoreChanges
  template <class Changes = IgnoreChanges>
  [[nodiscard]] Real weight_at(const Instant& now, const Source* passed, std::span<const Source> on_the_way,
                               std::uint32_t target, std::size_t synapse, double delay,
                               Changes&& changes = IgnoreChanges{}) const {
    StdpValues<Real> own;
    Synapse at = synapse_of(target, synapse, delay, common_ ? shared_ : own = values_of(synapse));
    for (const Source& spike : on_the_way) {
      if (!(arrival_of(at, spike) < now)) {
        break;
      }
      follow(at, spike, passed, changes);
      passed = &spike;
    }
    follow_targets(
        at, passed, [&](const Instant& b, const Instant& /*t*/) { return b < now; }, changes);
    return at.p.sign * at.weight;
  }

  /// Whether a sweep would free enough to be worth its time.
  [[nodiscard]] bool needs_sweep() const noexcept { return targets_.needs_sweep(); }
  /// Until when a sweep at `now` follows the targets: no spike on its way passes a synapse before one of these reaches
  /// it.
  [[nodiscard]] Instant swept_at(const Instant& now) const {
    const Real back = Real(2) * Real(table_.longest_delay);
    const Real epochs = back / Real(static_cast<double>(events::kEpoch));
    using std::floor;
    if (Real(static_cast<double>(now.epoch)) + Real(1) < epochs) {
      return {0, Real(0)};
    }
    const Real whole = floor(epochs);
    const auto first = now.epoch - static_cast<std::int64_t>(whole);
    const Real rest = now.offset - (back - whole * Real(static_cast<double>(events::kEpoch)));
    if (first < 0 || (first == 0 && rest < Real(0))) {
      return {0, Real(0)};
    }
    return events::normalised<Real>(first, rest);
  }
  /// Until when a sweep at `now` follows them that is to be quick: after that most sources have spiked.
  [[nodiscard]] Instant partly_swept_at(const Instant& now) const {
    const Instant all = swept_at(now);
    const Instant most = targets_.most_before(now);
    return most < all ? most : all;
  }
  /// Follows the targets' spikes before `until` at one synapse.
  void sweep(const Instant& until, const Source* passed, std::uint32_t target, std::size_t synapse, double delay) {
    StdpValues<Real> own;
    Synapse at = synapse_of(target, synapse, delay, common_ ? shared_ : own = values_of(synapse));
    follow_targets(
        at, passed, [&](const Instant& /*b*/, const Instant& t) { return t < until; }, IgnoreChanges{});
    keep(at);
  }
  /// All synapses have been swept.
  void end_sweep(const Instant& until) {
    targets_.end_sweep(until);
    find_latest_of_all();
  }

  /// The user sets the weights, and then each of them.
  void weights_set(const Instant& now) { set_at_ = now; }
  void weight_set(std::size_t synapse) { weight(synapse) = magnitude_in_table(synapse); }

  void save_table(foundation::ByteWriter& out) const {
    out.put<std::uint8_t>(set_at_ ? 1 : 0);
    events::put_instant(out, set_at_ ? *set_at_ : Instant{});
    targets_.save_sweep(out);
  }
  /// @pre all targets have been loaded
  void load_table(foundation::ByteReader& in) {
    const bool set = in.get<std::uint8_t>() != 0;
    const auto at = events::get_instant<Real>(in);
    set_at_ = set ? std::optional(at) : std::nullopt;
    targets_.load_sweep(in);
    find_latest_of_all();
  }
  void save_target(std::uint32_t target, foundation::ByteWriter& out) const { targets_.save(target, out); }
  void load_target(std::uint32_t target, foundation::ByteReader& in) { targets_.load(target, in); }

 private:
  /// The state of a synapse while it follows its spikes.
  struct Synapse {
    std::size_t number;
    const std::vector<TargetSpike<Real>>& targets;
    const StdpValues<Real>& p;
    Real dendritic, axonal;     ///< parts of the delay [ms]
    Real weight;                ///< its magnitude
    std::array<Real, 4> own{};  ///< own traces: of the source before its last spike (see pairs), and of the target
  };

  void find_latest(std::uint32_t target) {
    if constexpr (std::is_same_v<Real, double>) {
      if (together_) {
        rows_.find_latest(target, targets_);
      }
    }
  }
  void find_latest_of_all() {
    if constexpr (std::is_same_v<Real, double>) {
      if (together_) {
        rows_.find_latest_of_all(targets_);
      }
    }
  }

  [[nodiscard]] Real& weight(std::size_t synapse) { return table_.states.variables[0][synapse]; }
  [[nodiscard]] Real magnitude_in_table(std::size_t synapse) const {
    return Real(std::fabs(table_.block.table.weight_of(synapse)));
  }

  [[nodiscard]] StdpValues<Real> values_of(std::size_t synapse) const {
    return stdp_values<Real>(choice_, table_.block, synapse);
  }

  [[nodiscard]] Synapse synapse_of(std::uint32_t target, std::size_t synapse, double delay,
                                   const StdpValues<Real>& p) const {
    const Real dendritic = p.dendritic_fraction * Real(delay);
    const Real axonal = (Real(1) - p.dendritic_fraction) * Real(delay);
    Synapse at{synapse, targets_.of(target), p, dendritic, axonal, table_.states.variables[0][synapse], {}};
    for (std::size_t v = 0; v + 1 < variables(); ++v) {
      at.own[v] = table_.states.variables[v + 1][synapse];
    }
    return at;
  }
  void keep(const Synapse& at) {
    weight(at.number) = at.weight;
    for (std::size_t v = 0; v + 1 < variables(); ++v) {
      table_.states.variables[v + 1][at.number] = at.own[v];
    }
  }

  [[nodiscard]] static Instant arrival_of(const Synapse& at, const Source& spike) {
    return events::later(spike.t, at.axonal);
  }
  [[nodiscard]] static Instant arrival_of(const Synapse& at, const TargetSpike<Real>& spike) {
    return events::later(spike.t, at.dendritic);
  }
  /// A change of the weight at this time counts: it is not before the user set the weight.
  [[nodiscard]] bool counts(const Instant& time) const { return !set_at_ || !(time < *set_at_); }

  /// The number of the first of the target's spikes that the synapse has not followed.
  [[nodiscard]] std::size_t first_to_follow(const Synapse& at, const Source* passed) const {
    if (passed == nullptr && !own_traces_) {
      return at.targets.size();  // nothing to potentiate
    }
    const Instant last = passed != nullptr ? arrival_of(at, *passed) : Instant{};
    std::size_t first = at.targets.size();
    while (first > 0 && !targets_.is_swept(at.targets[first - 1]) &&
           !(passed != nullptr && arrival_of(at, at.targets[first - 1]) < last)) {
      --first;
    }
    return first;
  }

  /// Potentiates at the spikes of the target that the synapse has not followed, in their order.
  /// @param passed  the last spike of the source that has passed, or null
  /// @param wanted  whether to go on, by the time at the synapse and the time of emission
  /// @param changes  is told of them, as IgnoreChanges
  template <class Wanted, class Changes>
  void follow_targets(Synapse& at, const Source* passed, const Wanted& wanted, Changes&& changes) const {
    const Instant last = passed != nullptr ? arrival_of(at, *passed) : Instant{};
    for (std::size_t j = first_to_follow(at, passed); j < at.targets.size(); ++j) {
      const TargetSpike<Real>& post = at.targets[j];
      const Instant b = arrival_of(at, post);
      if (!wanted(b, post.t)) {
        return;
      }
      std::array<Real, 2> before = post.before;
      if (own_traces_) {
        before = own_target_traces(at, j);
        at.own[2] = before[0];
        at.own[3] = before[1];
      }
      if (passed != nullptr) {
        const Real amount =
            source_trace(at, *passed, duration(last, b), j, last) * (at.p.a_plus + at.p.a3_plus * before[1]);
        potentiate(at, amount, b);
        changes.weight(b, at.weight, at.p.sign);
      }
    }
  }

  /// The target's traces just before its spike number j, from those before the one in front of it.
  [[nodiscard]] std::array<Real, 2> own_target_traces(const Synapse& at, std::size_t j) const {
    if (j == 0) {
      return {Real(0), Real(0)};
    }
    const Real h = duration(at.targets[j - 1].t, at.targets[j].t);
    return {faded(trace_after(choice_, at.own[2]), h, at.p.rate_minus),
            faded(trace_after(choice_, at.own[3]), h, at.p.rate_y)};
  }

  /// The trace of the source that a spike of the target reads, x after the last spike of the source. Equal times at
  /// the synapse are no pair, but in Vogels2011Rule.
  [[nodiscard]] Real source_trace(Synapse& at, const Source& passed, const Real& x, std::size_t j,
                                  const Instant& last) const {
    const bool apart = x > Real(0) || choice_.timing == Timing::vogels;
    if (choice_.pairs == SpikePairs::nearest_presynaptic) {  // own[0]: just after the last spike, without what is done
      const Real trace = apart ? faded(at.own[0], x, at.p.rate_plus) : Real(at.own[0] - Real(1));
      at.own[0] = apart ? Real(0) : Real(1);
      return trace;
    }
    if (choice_.pairs == SpikePairs::nearest_reduced) {
      const bool first = j == 0 || !(last < arrival_of(at, at.targets[j - 1]));
      return apart && first ? faded(Real(1), x, at.p.rate_plus) : Real(0);
    }
    const Real& before = own_traces_ ? at.own[0] : passed.before[0];
    return apart ? faded(trace_after(choice_, before), x, at.p.rate_plus) : before;
  }

  void potentiate(Synapse& at, const Real& amount, const Instant& time) const {
    if (counts(time)) {
      at.weight = with_potentiation(choice_, at.weight, amount, at.p);
    }
  }

  /// A spike of the source passes: first the target's spikes before it, then the change at its own arrival.
  /// @param changes  is told of them, as IgnoreChanges
  template <class Changes>
  void follow(Synapse& at, const Source& spike, const Source* before, Changes&& changes) const {
    const Instant a = arrival_of(at, spike);
    follow_targets(
        at, before, [&](const Instant& b, const Instant& /*t*/) { return b < a; }, changes);
    Real r2 = spike.before[1];
    if (own_traces_) {
      follow_source(at, spike, before);
      r2 = at.own[1];
    }
    const Real o1 = target_trace(at, a, before);
    if (counts(a)) {
      at.weight = with_depression(choice_, at.weight, o1, r2, at.p);
      changes.weight(a, at.weight, at.p.sign);
    }
    changes.passed(spike, before, a, at.weight, at.p.sign);
  }

  void follow_source(Synapse& at, const Source& spike, const Source* before) const {
    const bool presynaptic = choice_.pairs == SpikePairs::nearest_presynaptic;
    if (before == nullptr) {
      at.own[0] = presynaptic ? Real(1) : Real(0);
      at.own[1] = Real(0);
      return;
    }
    const Real h = duration(before->t, spike.t);
    at.own[0] = presynaptic ? Real(faded(at.own[0], h, at.p.rate_plus) + Real(1))
                            : faded(trace_after(choice_, at.own[0]), h, at.p.rate_plus);
    at.own[1] = faded(trace_after(choice_, at.own[1]), h, at.p.rate_x);
  }

  /// The trace of the target that a spike of the source reads when it arrives at `a`.
  [[nodiscard]] Real target_trace(const Synapse& at, const Instant& a, const Source* before) const {
    std::size_t end = at.targets.size();
    while (end > 0 && !(arrival_of(at, at.targets[end - 1]) < a)) {
      --end;
    }
    if (end == 0) {
      return Real(0);
    }
    const TargetSpike<Real>& post = at.targets[end - 1];
    const Instant b = arrival_of(at, post);
    if (choice_.pairs == SpikePairs::nearest_reduced && before != nullptr && b < arrival_of(at, *before)) {
      return Real(0);
    }
    const Real trace = own_traces_ && choice_.pairs == SpikePairs::all ? trace_after(choice_, at.own[2])
                                                                       : target_trace_after(choice_, post.before[0]);
    return faded(trace, duration(b, a), at.p.rate_minus);
  }

  TableOnShard<Real> table_;
  StdpChoice choice_;
  bool own_traces_ = false;    ///< each synapse has its own
  bool common_ = false;        ///< all parameters are common
  bool together_ = false;      ///< rows may be taken together
  StdpValues<Real> shared_{};  ///< of all synapses, if common_; else only the time constants are
  TargetSpikes<Real> targets_;
  std::optional<Instant> set_at_;  ///< when the user last set the weights
  PlasticRows rows_;               ///< if together_
};

}  // namespace va_event::synapses

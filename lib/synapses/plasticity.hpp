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
#include "foundation/number_bytes.hpp"
#include "numerics/exponentials.hpp"
#include "synapses/source_history.hpp"
#include "synapses/synapse_dynamics.hpp"
#include "synapses/weight_dependence.hpp"
#include "va_event/synapses.hpp"

namespace va_event::synapses {

enum class Timing { pairs, triplets, vogels };

/// The parameters of spike-timing-dependent plasticity, of all rules.
enum StdpParameter : std::size_t {
  kTauPlus,   ///< of Vogels2011Rule: tau
  kTauMinus,  ///< likewise
  kTauX,
  kTauY,
  kAPlus,   ///< of Vogels2011Rule: eta
  kAMinus,  ///< of Vogels2011Rule: alpha = 2 rho tau follows from rho, which stands here
  kA3Plus,
  kA3Minus,
  kWMin,
  kWMax,
  kMuPlus,
  kMuMinus,
  kDendriticDelayFraction,
  kStdpParameters
};

/// A rule of plasticity, and the places of its parameters in the list of the rule; -1: it has none such.
struct StdpChoice {
  Timing timing = Timing::pairs;
  SpikePairs pairs = SpikePairs::all;
  Dependence dependence = Dependence::additive;
  std::array<int, kStdpParameters> places{};
};

/// A spike of a target, with what is common to its synapses.
template <class Real>
struct TargetSpike {
  events::Instant<Real> t;          ///< of emission
  std::array<Real, 2> before{};     ///< the target's traces just before the spike
  events::Instant<Real> arrival{};  ///< at its synapses, where all have one dendritic delay
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
      : table_(table),
        choice_(choice),
        targets_(table.own.end - table.own.begin),
        latest_(table.own.end - table.own.begin) {
    const auto is_constant = [&](StdpParameter p) { return choice_.places[p] < 0 || column(p).is_constant(); };
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
      shared_ = parameters_of(0);
    }
    together_ = common_ && !own_traces_ && table_.block.table.has_constant_delay() &&
                choice_.pairs != SpikePairs::nearest_reduced;
    axonal_ = (Real(1) - shared_.dendritic_fraction) * Real(table_.block.table.constant_delay());
    dendritic_ = shared_.dendritic_fraction * Real(table_.block.table.constant_delay());
  }

  void source_spiked(Source& spike, const Source* before) const {
    if (own_traces_ || before == nullptr) {
      return;
    }
    const Real h = duration(before->t, spike.t);
    spike.before = {decayed(after(before->before[0]), h, shared_.tau_plus),
                    decayed(after(before->before[1]), h, shared_.tau_x)};
  }

  void target_spiked(std::uint32_t target, const Instant& t) {
    std::vector<TargetSpike<Real>>& spikes = targets_[target - table_.own.begin];
    TargetSpike<Real> spike{t, {}, arrival_of_target(t)};
    if (!spikes.empty() && !own_traces_) {
      const TargetSpike<Real>& last = spikes.back();
      const Real h = duration(last.t, t);
      spike.before = {decayed(after(last.before[0]), h, shared_.tau_minus),
                      decayed(after(last.before[1]), h, shared_.tau_y)};
    }
    spikes.push_back(spike);
    ++stored_;
    find_latest(target - table_.own.begin);
  }

  /// A spike of the source passes a synapse. @returns the weight that it delivers, with its sign
  [[nodiscard]] Real pass(const Source& spike, const Source* before, std::uint32_t target, std::size_t synapse,
                          double delay) {
    const Parameters own = common_ ? Parameters{} : parameters_of(synapse);
    Synapse at = synapse_of(target, synapse, delay, common_ ? shared_ : own);
    follow(at, spike, before);
    keep(at);
    return at.p.sign * at.weight;
  }

  /// The same for consecutive synapses of a row, whose parameters and delay are common: exponentials are taken
  /// together.
  /// @param weights  with their sign, one for each target
  void pass_together(const Source& spike, const Source* before, std::span<const std::uint32_t> targets,
                     std::size_t first_synapse, std::span<Real> weights) {
    const Instant a = events::later(spike.t, axonal_);
    const Instant last = before != nullptr ? events::later(before->t, axonal_) : Instant{};
    exponents_.resize(2 * targets.size());
    kinds_.resize(targets.size());
    several_.clear();
    for (std::size_t k = 0; k < targets.size(); ++k) {
      const Latest& latest = latest_[targets[k] - table_.own.begin];
      const bool follows = before != nullptr && !(latest.arrival < last) && !(latest.o2 < Real(0));
      const bool single =
          latest.arrival < a && (before == nullptr || latest.arrival_before < last || latest.swept_before);
      exponents_[2 * k] = follows ? Real(-duration(last, latest.arrival) / shared_.tau_plus) : Real(0);
      exponents_[2 * k + 1] = Real(-duration(latest.arrival, a) / shared_.tau_minus);
      kinds_[k] = !single ? Kind::several : follows ? Kind::one : Kind::none;
      if (!single) {
        several_.push_back(spikes_to_follow(targets_[targets[k] - table_.own.begin], before != nullptr, last, a));
        exponents_[2 * k + 1] = several_.back().depression;
      }
    }
    take_exponentials();
    const auto potentiate_at = [&](const Real& weight, const Instant& arrival, const Real& factor, const Real& o2) {
      const bool apart = last < arrival || choice_.timing == Timing::vogels;
      const Real trace = apart ? Real(after(before->before[0]) * factor) : before->before[0];
      return with_potentiation(weight, Real(trace * (shared_.a_plus + shared_.a3_plus * o2)), shared_);
    };
    const Several* several = several_.data();
    Real* const kept = table_.states.variables[0].data() + first_synapse;
    for (std::size_t k = 0; k < targets.size(); ++k) {
      const Latest& latest = latest_[targets[k] - table_.own.begin];
      Real weight = kept[k];
      Real o1 = latest.o1;
      if (kinds_[k] == Kind::one) {
        weight = potentiate_at(weight, latest.arrival, exponents_[2 * k], latest.o2);
      } else if (kinds_[k] == Kind::several) {
        for (std::size_t j = 0; j < several->count; ++j) {
          const TargetSpike<Real>& post = several->first[j];
          weight = potentiate_at(weight, post.arrival, exponents_[several->factors + j], post.before[1]);
        }
        o1 = several->o1;
        ++several;
      }
      weight = with_depression(weight, Real(o1 * exponents_[2 * k + 1]), spike.before[1], shared_);
      kept[k] = weight;
      weights[k] = shared_.sign * weight;
    }
  }
  /// Whether pass_together() may be used for a spike.
  [[nodiscard]] bool passes_together(const Source* before) const {
    return together_ && (!set_at_ || (before != nullptr && *set_at_ < events::later(before->t, axonal_)));
  }

  /// The present weight of a synapse. @param passed  the last spike that has passed it, or null
  /// @param on_the_way  those after it
  [[nodiscard]] Real weight_at(const Instant& now, const Source* passed, std::span<const Source> on_the_way,
                               std::uint32_t target, std::size_t synapse, double delay) const {
    const Parameters own = common_ ? Parameters{} : parameters_of(synapse);
    Synapse at = synapse_of(target, synapse, delay, common_ ? shared_ : own);
    for (const Source& spike : on_the_way) {
      if (!(arrival_of(at, spike) < now)) {
        break;
      }
      follow(at, spike, passed);
      passed = &spike;
    }
    follow_targets(at, passed, [&](const Instant& b, const Instant& /*t*/) { return b < now; });
    return at.p.sign * at.weight;
  }

  /// Whether a sweep would free enough to be worth its time.
  [[nodiscard]] bool needs_sweep() const noexcept {
    return stored_ > left_by_sweep_ + left_by_sweep_ / 2 + kSpikesPerTarget * (targets_.size() + 4);
  }
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
  /// Follows the targets' spikes before `until` at one synapse.
  void sweep(const Instant& until, const Source* passed, std::uint32_t target, std::size_t synapse, double delay) {
    const Parameters own = common_ ? Parameters{} : parameters_of(synapse);
    Synapse at = synapse_of(target, synapse, delay, common_ ? shared_ : own);
    follow_targets(at, passed, [&](const Instant& /*b*/, const Instant& t) { return t < until; });
    keep(at);
  }
  /// All synapses have been swept.
  void end_sweep(const Instant& until) {
    swept_until_ = swept_until_ < until ? until : swept_until_;
    stored_ = 0;
    for (std::vector<TargetSpike<Real>>& spikes : targets_) {
      std::size_t done = 0;  // the last of those that are done stays, since traces decay from it
      while (done + 1 < spikes.size() && spikes[done + 1].t < swept_until_) {
        ++done;
      }
      spikes.erase(spikes.begin(), spikes.begin() + static_cast<std::ptrdiff_t>(done));
      stored_ += spikes.size();
    }
    left_by_sweep_ = stored_;
    find_latest_of_all();
  }

  /// The user sets the weights, and then each of them.
  void weights_set(const Instant& now) { set_at_ = now; }
  void weight_set(std::size_t synapse) { weight(synapse) = magnitude_in_table(synapse); }

  void save_table(foundation::ByteWriter& out) const {
    out.put<std::uint8_t>(set_at_ ? 1 : 0);
    events::put_instant(out, set_at_ ? *set_at_ : Instant{});
    events::put_instant(out, swept_until_);
  }
  void load_table(foundation::ByteReader& in) {
    const bool set = in.get<std::uint8_t>() != 0;
    const auto at = events::get_instant<Real>(in);
    set_at_ = set ? std::optional(at) : std::nullopt;
    swept_until_ = events::get_instant<Real>(in);
    find_latest_of_all();
  }
  void save_target(std::uint32_t target, foundation::ByteWriter& out) const {
    const std::vector<TargetSpike<Real>>& spikes = targets_[target - table_.own.begin];
    out.put<std::uint64_t>(spikes.size());
    for (const TargetSpike<Real>& spike : spikes) {
      events::put_instant(out, spike.t);
      foundation::put_number(out, spike.before[0]);
      foundation::put_number(out, spike.before[1]);
    }
  }
  void load_target(std::uint32_t target, foundation::ByteReader& in) {
    std::vector<TargetSpike<Real>>& spikes = targets_[target - table_.own.begin];
    stored_ -= spikes.size();
    spikes.clear();
    for (auto count = in.get<std::uint64_t>(); count > 0; --count) {
      const auto t = events::get_instant<Real>(in);
      TargetSpike<Real> spike{t, {}, arrival_of_target(t)};
      in.require(spikes.empty() || !(spike.t < spikes.back().t), "holds spikes of a neuron that go back in time");
      spike.before[0] = foundation::get_number<Real>(in);
      spike.before[1] = foundation::get_number<Real>(in);
      spikes.push_back(spike);
    }
    stored_ += spikes.size();
    find_latest(target - table_.own.begin);
  }

 private:
  struct Parameters {
    Real tau_plus{}, tau_minus{}, tau_x{}, tau_y{};
    Real a_plus{}, a_minus{}, a3_plus{}, a3_minus{};
    WeightBounds<Real> bounds{};
    Real sign{1};
    Real dendritic_fraction{};
  };
  /// The state of a synapse while it follows its spikes.
  struct Synapse {
    std::size_t number;
    const std::vector<TargetSpike<Real>>& targets;
    const Parameters& p;
    Real dendritic, axonal;     ///< parts of the delay [ms]
    Real weight;                ///< its magnitude
    std::array<Real, 4> own{};  ///< own traces: of the source before its last spike (see pairs), and of the target
  };

  void take_exponentials() {
    if constexpr (std::is_same_v<Real, double>) {
      numerics::take_exponentials(exponents_);
    } else {
      for (Real& exponent : exponents_) {
        exponent = numerics::elementary::exp(exponent);
      }
    }
  }

  struct Several {
    const TargetSpike<Real>* first;  ///< that potentiates
    std::size_t count;
    std::size_t factors;  ///< the place of their exponents
    Real o1, depression;  ///< the trace of the target, and the exponent of its decay until the arrival
  };
  /// Of spikes of a target those that a spike finds which arrives at `a` after one at `last`; adds their exponents.
  [[nodiscard]] Several spikes_to_follow(const std::vector<TargetSpike<Real>>& posts, bool potentiates,
                                         const Instant& last, const Instant& a) {
    std::size_t end = posts.size();
    while (end > 0 && !(posts[end - 1].arrival < a)) {
      --end;
    }
    std::size_t begin = end;
    while (potentiates && begin > 0 && !(posts[begin - 1].arrival < last) && !(posts[begin - 1].t < swept_until_)) {
      --begin;
    }
    Several found{posts.data() + begin, end - begin, exponents_.size(), Real(0), Real(0)};
    for (std::size_t j = begin; j < end; ++j) {
      exponents_.push_back(Real(-duration(last, posts[j].arrival) / shared_.tau_plus));
    }
    if (end > 0) {
      found.o1 = trace_of_target(posts[end - 1]);
      found.depression = Real(-duration(posts[end - 1].arrival, a) / shared_.tau_minus);
    }
    return found;
  }

  void find_latest_of_all() {
    for (std::size_t target = 0; target < targets_.size(); ++target) {
      find_latest(target);
    }
  }
  /// Notes what most spikes of sources need of a target.
  void find_latest(std::size_t target) {
    const std::vector<TargetSpike<Real>>& spikes = targets_[target];
    if (spikes.empty()) {
      return;
    }
    const TargetSpike<Real>& last = spikes.back();
    const auto is_swept = [this](const TargetSpike<Real>& spike) { return spike.t < swept_until_; };
    latest_[target] = {
        last.arrival, {-1, Real(0)}, trace_of_target(last), is_swept(last) ? Real(-1) : last.before[1], true};
    if (spikes.size() > 1) {
      latest_[target].arrival_before = spikes[spikes.size() - 2].arrival;
      latest_[target].swept_before = is_swept(spikes[spikes.size() - 2]);
    }
  }

  [[nodiscard]] const network::SynapseColumn& column(StdpParameter p) const {
    return table_.block.parameters[static_cast<std::size_t>(choice_.places[p])];
  }
  [[nodiscard]] Real& weight(std::size_t synapse) { return table_.states.variables[0][synapse]; }
  [[nodiscard]] Real magnitude_in_table(std::size_t synapse) const {
    return Real(std::fabs(table_.block.table.weight_of(synapse)));
  }

  [[nodiscard]] Parameters parameters_of(std::size_t synapse) const {
    const auto at = [&](StdpParameter p) {
      const bool is_there = choice_.places[p] >= 0 && (column(p).is_constant() || synapse < table_.block.table.size());
      return is_there ? Real(column(p).at(synapse)) : Real(0);
    };
    Parameters p;
    p.tau_plus = at(kTauPlus);
    p.tau_minus = choice_.timing == Timing::vogels ? p.tau_plus : at(kTauMinus);
    p.tau_x = at(kTauX);
    p.tau_y = at(kTauY);
    p.a_plus = at(kAPlus);
    p.a_minus = choice_.timing == Timing::vogels ? Real(Real(2) * at(kAMinus) * p.tau_plus) : at(kAMinus);
    p.a3_plus = at(kA3Plus);
    p.a3_minus = at(kA3Minus);
    Real min = at(kWMin);
    Real max = at(kWMax);
    if (min < Real(0) || max < Real(0)) {
      p.sign = Real(-1);
      min = -min;
      max = -max;
    }
    p.bounds = {min < max ? min : max, min < max ? max : min, at(kMuPlus), at(kMuMinus)};
    p.dendritic_fraction = at(kDendriticDelayFraction);
    return p;
  }

  [[nodiscard]] Synapse synapse_of(std::uint32_t target, std::size_t synapse, double delay, const Parameters& p) const {
    const Real dendritic = p.dendritic_fraction * Real(delay);
    const Real axonal = (Real(1) - p.dendritic_fraction) * Real(delay);
    Synapse at{synapse, targets_[target - table_.own.begin], p, dendritic,
               axonal,  table_.states.variables[0][synapse], {}};
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
  [[nodiscard]] Instant arrival_of_target(const Instant& t) const {
    return together_ ? events::later(t, dendritic_) : t;
  }
  /// A trace just after a spike of its cell.
  [[nodiscard]] Real after(const Real& before) const {
    return choice_.pairs == SpikePairs::all || choice_.pairs == SpikePairs::nearest_presynaptic ? Real(before + Real(1))
                                                                                                : Real(1);
  }
  [[nodiscard]] static Real decayed(const Real& trace, const Real& h, const Real& tau) {
    return tau > Real(0) ? Real(trace * numerics::elementary::exp(Real(-h / tau))) : Real(0);
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
    while (first > 0 && !(at.targets[first - 1].t < swept_until_) &&
           !(passed != nullptr && arrival_of(at, at.targets[first - 1]) < last)) {
      --first;
    }
    return first;
  }

  /// Potentiates at the spikes of the target that the synapse has not followed, in their order.
  /// @param passed  the last spike of the source that has passed, or null
  /// @param wanted  whether to go on, by the time at the synapse and the time of emission
  template <class Wanted>
  void follow_targets(Synapse& at, const Source* passed, const Wanted& wanted) const {
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
      }
    }
  }

  /// The target's traces just before its spike number j, from those before the one in front of it.
  [[nodiscard]] std::array<Real, 2> own_target_traces(const Synapse& at, std::size_t j) const {
    if (j == 0) {
      return {Real(0), Real(0)};
    }
    const Real h = duration(at.targets[j - 1].t, at.targets[j].t);
    return {decayed(after(at.own[2]), h, at.p.tau_minus), decayed(after(at.own[3]), h, at.p.tau_y)};
  }

  /// The trace of the source that a spike of the target reads, x after the last spike of the source. Equal times at
  /// the synapse are no pair, but in Vogels2011Rule.
  [[nodiscard]] Real source_trace(Synapse& at, const Source& passed, const Real& x, std::size_t j,
                                  const Instant& last) const {
    const bool apart = x > Real(0) || choice_.timing == Timing::vogels;
    if (choice_.pairs == SpikePairs::nearest_presynaptic) {  // own[0]: just after the last spike, without what is done
      const Real trace = apart ? decayed(at.own[0], x, at.p.tau_plus) : Real(at.own[0] - Real(1));
      at.own[0] = apart ? Real(0) : Real(1);
      return trace;
    }
    if (choice_.pairs == SpikePairs::nearest_reduced) {
      const bool first = j == 0 || !(last < arrival_of(at, at.targets[j - 1]));
      return apart && first ? decayed(Real(1), x, at.p.tau_plus) : Real(0);
    }
    const Real& before = own_traces_ ? at.own[0] : passed.before[0];
    return apart ? decayed(after(before), x, at.p.tau_plus) : before;
  }

  void potentiate(Synapse& at, const Real& amount, const Instant& time) const {
    if (counts(time)) {
      at.weight = with_potentiation(at.weight, amount, at.p);
    }
  }
  [[nodiscard]] Real with_potentiation(const Real& weight, const Real& amount, const Parameters& p) const {
    if (amount == Real(0)) {
      return weight;
    }
    return choice_.timing == Timing::vogels ? clipped(Real(weight + amount), p.bounds)
                                            : potentiated(choice_.dependence, weight, amount, p.bounds);
  }
  /// A spike of the source reads the traces o1 and r2.
  [[nodiscard]] Real with_depression(const Real& weight, const Real& o1, const Real& r2, const Parameters& p) const {
    if (choice_.timing == Timing::vogels) {
      return clipped(Real(weight + p.a_plus * (o1 - p.a_minus)), p.bounds);
    }
    const Real amount = o1 * (p.a_minus + p.a3_minus * r2);
    return amount == Real(0) ? weight : depressed(choice_.dependence, weight, amount, p.bounds);
  }

  /// A spike of the source passes: first the target's spikes before it, then the change at its own arrival.
  void follow(Synapse& at, const Source& spike, const Source* before) const {
    const Instant a = arrival_of(at, spike);
    follow_targets(at, before, [&](const Instant& b, const Instant& /*t*/) { return b < a; });
    Real r2 = spike.before[1];
    if (own_traces_) {
      follow_source(at, spike, before);
      r2 = at.own[1];
    }
    const Real o1 = target_trace(at, a, before);
    if (counts(a)) {
      at.weight = with_depression(at.weight, o1, r2, at.p);
    }
  }

  void follow_source(Synapse& at, const Source& spike, const Source* before) const {
    const bool presynaptic = choice_.pairs == SpikePairs::nearest_presynaptic;
    if (before == nullptr) {
      at.own[0] = presynaptic ? Real(1) : Real(0);
      at.own[1] = Real(0);
      return;
    }
    const Real h = duration(before->t, spike.t);
    at.own[0] = presynaptic ? Real(decayed(at.own[0], h, at.p.tau_plus) + Real(1))
                            : decayed(after(at.own[0]), h, at.p.tau_plus);
    at.own[1] = decayed(after(at.own[1]), h, at.p.tau_x);
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
    const Real trace = own_traces_ && choice_.pairs == SpikePairs::all ? after(at.own[2]) : trace_of_target(post);
    return decayed(trace, duration(b, a), at.p.tau_minus);
  }
  /// Just after its spike.
  [[nodiscard]] Real trace_of_target(const TargetSpike<Real>& post) const {
    return choice_.pairs == SpikePairs::all ? Real(post.before[0] + Real(1)) : Real(1);
  }

  TableOnShard<Real> table_;
  StdpChoice choice_;
  bool own_traces_ = false;  ///< each synapse has its own
  bool common_ = false;      ///< all parameters are common
  Parameters shared_{};      ///< of all synapses, if common_; else only the time constants are
  std::vector<std::vector<TargetSpike<Real>>> targets_;  ///< spikes of the shard's targets that may be needed
  static constexpr std::size_t kSpikesPerTarget = 16;    ///< that a sweep is worth
  std::size_t stored_ = 0;                               ///< how many they are
  std::size_t left_by_sweep_ = 0;                        ///< how many they were after the last sweep
  Instant swept_until_{0, Real(0)};                      ///< all synapses have followed the targets' spikes before
  std::optional<Instant> set_at_;                        ///< when the user last set the weights

  // Of pass_together():
  bool together_ = false;
  Real axonal_{}, dendritic_{};  ///< parts of the common delay [ms]
  /// The last spike of a target and when the one before it arrived: of most, this is all that a spike of a source
  /// needs.
  struct alignas(64) Latest {
    Instant arrival{-1, Real(0)};
    Instant arrival_before{-1, Real(0)};
    Real o1{};                 ///< just after it
    Real o2{-1};               ///< just before it; -1: all synapses have followed it
    bool swept_before = true;  ///< all have followed the one before it, or there is none
  };
  /// How many of the target's spikes a synapse is to follow.
  enum class Kind : std::uint8_t { none, one, several };
  std::vector<Latest> latest_;
  std::vector<Kind> kinds_;
  std::vector<Several> several_;
  std::vector<Real> exponents_;
};

}  // namespace va_event::synapses

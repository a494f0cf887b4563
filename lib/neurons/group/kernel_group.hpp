// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <type_traits>
#include <utility>
#include <vector>

#include "foundation/large_pages.hpp"
#include "foundation/number_bytes.hpp"
#include "foundation/prefetch.hpp"
#include "neurons/crossing.hpp"
#include "neurons/group/neuron_group.hpp"
#include "neurons/group/parameter_sets.hpp"
#include "neurons/group/searches.hpp"
#include "neurons/if_cond_exp/deferred_inputs_of_group.hpp"
#include "neurons/if_curr_exp/batch.hpp"
#include "neurons/if_curr_exp/running_bound.hpp"
#include "neurons/state.hpp"
#include "numerics/find_below.hpp"

namespace va_event::neurons {

/// A NeuronGroup for one kernel (neurons/<model>/<model>.hpp): loops around its pure functions, in batches where the
/// kernel has them (neurons/<model>/batch.hpp).
template <class Kernel, class Real>
class KernelGroup final : public NeuronGroup<Real> {
 public:
  using Constants = typename Kernel::Constants;
  using State = neurons::State<Real>;
  using Row = neurons::RowOf<Kernel, Real>;
  using Moment = typename Kernel::Moment;
  static_assert(neurons::kEpoch == events::kEpoch);

  void reserve(std::size_t count) override {
    rows_.reserve(count);
    safe_.reserve(count);
    cold_.reserve(count);
    set_of_.reserve(count);
    if constexpr (kBacklogs) {
      backlogs_.reserve(count);
    }
    if constexpr (kReserves) {  // while nothing has come close yet, every neuron may come closer
      searches_.reserve(count);
    }
  }

  std::uint32_t add(const network::PopulationData& population, std::uint32_t begin, std::uint32_t end,
                    std::span<const double> injected) override {
    const auto first = static_cast<std::uint32_t>(rows_.size());
    std::vector<double> parameters(population.parameters.size());
    std::vector<double> variables(population.initial.size());
    for (std::uint32_t n = begin; n < end; ++n) {
      for (std::size_t p = 0; p < parameters.size(); ++p) {
        parameters[p] = population.parameters[p].at(n);
      }
      for (std::size_t x = 0; x < variables.size(); ++x) {
        variables[x] = population.initial[x].at(n);
      }
      const std::uint32_t set = sets_.add_user(parameters, injected[n - begin]);
      cold_.push_back({.cell = population.first + n});
      set_of_.push_back(set);
      safe_.push_back(infinity());
      rows_.emplace_back();
      if constexpr (kBacklogs) {
        backlogs_.add_neuron();
      }
      begin_interval(rows_.size() - 1, Kernel::make_state(sets_[set], variables));
    }
    const auto last = static_cast<std::uint32_t>(rows_.size());
    if (last > first) {
      const std::uint32_t set = set_of_[first];
      const bool same = std::all_of(set_of_.begin() + first, set_of_.end(), [set](auto other) { return other == set; });
      ranges_.push_back({first, last, same ? std::optional(set) : std::nullopt});
    }
    return first;
  }

  void deliver(const Real& t, std::size_t receptor, std::span<const neurons::Targets> targets,
               Candidates<Real>& candidates) override;

  std::size_t receive(std::span<const neurons::Input<Real>> inputs, Candidates<Real>& candidates) override;

  void prefetch(std::size_t i) const override {
    foundation::prefetch(&rows_[i]);
    foundation::prefetch(&safe_[i]);
    foundation::prefetch(&cold_[i]);
    if constexpr (kBacklogs) {
      backlogs_.prefetch(i);
    }
  }

  void prefetch_targets(std::span<const std::uint32_t> targets, std::uint32_t offset) const override {
    for (const std::uint32_t target : targets) {
      const std::uint32_t i = offset + target;
      if constexpr (kBacklogs) {
        backlogs_.prefetch(i);
      } else {
        foundation::prefetch(&rows_[i]);
      }
    }
  }

  [[nodiscard]] Real safe_until(std::size_t i) const override { return safe_[i]; }

  Verdict<Real> examine(std::size_t i) override;

  Real fire(std::size_t i, const Real& t) override {
    --this->counts_[number(Interval::by_search)];
    ++this->counts_[number(Interval::crossing)];
    ++this->counts_[number(Interval::refractory)];
    note(i, searches_.find(cold_[i].search, rows_[i].t)->decision.distance, static_cast<double>(t));
    searches_.remove(cold_[i].search);
    if constexpr (kBacklogs) {
      rows_[i] = Kernel::row_with(constants(i), rows_[i], Real(neurons::kHeld), t);
    } else if constexpr (kReserves) {
      rows_[i] = Kernel::hold(constants(i), rows_[i], t);
    } else {
      rows_[i] = Kernel::row_of(constants(i), Kernel::held_at(constants(i), rows_[i], t));
    }
    cold_[i].held_y = constants(i).y_reset;
    safe_[i] = infinity();
    renew_backlog(i);
    return constants(i).tau_refrac;
  }

  void wake(std::size_t i, const Real& t, Candidates<Real>& candidates) override {
    settle(i);
    if constexpr (kBacklogs) {
      rows_[i] = Kernel::row_with(constants(i), rows_[i], cold_[i].held_y, t);
      begin_interval(i, Kernel::moment(constants(i), t));
    } else if constexpr (kReserves) {
      const Moment at = Kernel::moment(constants(i), t);
      rows_[i] = Kernel::awake(constants(i), rows_[i], at, cold_[i].held_y);
      begin_interval(i, at);
    } else {
      State state = Kernel::held_at(constants(i), rows_[i], t);
      state.y = cold_[i].held_y;
      begin_interval(i, state);
    }
    candidates.offer(safe_[i], cold_[i].cell);
  }

  void set_parameters(std::size_t i, std::span<const double> parameters, double injected, const Real& t,
                      Candidates<Real>& candidates) override {
    settle(i);
    State state = state_at(i, t);
    const bool is_refractory = refractory(i);
    const Real threshold_before = constants(i).v_thresh;
    const bool at_reset = cold_[i].held_y == constants(i).y_reset;
    own_set(i, sets_.change_user(set_of_[i], parameters, injected));
    const Real shift = threshold_before - constants(i).v_thresh;
    if (!is_refractory) {
      state.y += shift;
    } else if (at_reset) {  // a v that the user has set meanwhile is kept
      cold_[i].held_y = constants(i).y_reset;
    } else {
      cold_[i].held_y += shift;
    }
    change(i, state, candidates);
  }

  Retired<Real> retire(std::size_t i, const Real& t) override {
    settle(i);
    const Retired<Real> last{state_at(i, t), cold_[i].held_y};
    rows_[i] = Kernel::row_of(constants(i), {Real(neurons::kHeld), Real(0), Real(0), t});
    safe_[i] = infinity();
    renew_backlog(i);
    return last;
  }

  void set_variable(std::size_t i, std::size_t variable, double value, const Real& t,
                    Candidates<Real>& candidates) override {
    settle(i);
    State state = state_at(i, t);
    const State present = visible(i, state);
    std::array<double, kVariables> variables{};
    for (std::size_t x = 0; x < kVariables; ++x) {
      variables[x] = static_cast<double>(Kernel::variable(constants(i), present, x));
    }
    variables[variable] = value;
    const State fresh = Kernel::make_state(constants(i), variables);
    (variable == 0   ? (refractory(i) ? cold_[i].held_y : state.y)
     : variable == 1 ? state.exc
                     : state.inh) = variable == 0   ? fresh.y
                                    : variable == 1 ? fresh.exc
                                                    : fresh.inh;
    change(i, state, candidates);
  }

  [[nodiscard]] double variable(std::size_t i, std::size_t variable, const Real& t) override {
    settle(i);
    return static_cast<double>(Kernel::variable(constants(i), visible(i, state_at(i, t)), variable));
  }

  void next_epoch(std::int64_t epoch) override {
    settle_all();
    for (std::size_t i = 0; i < cold_.size(); ++i) {
      Search<Real>* const search = refractory(i) ? nullptr : searches_.find(cold_[i].search, rows_[i].t);
      if (search != nullptr && search->counted) {
        *search = {.counted = true};
      } else {
        searches_.remove(cold_[i].search);
      }
    }
    epoch_ = epoch;
    for (const Range& range : ranges_) {
      if (range.set && in_batches(*range.set)) {
        next_epoch_batch(range);
      } else {
        for (std::uint32_t i = range.begin; i < range.end; ++i) {
          begin_epoch(i);
        }
      }
    }
    if constexpr (kBacklogs) {
      backlogs_.begin_epoch();
    }
  }

  void settle() override { settle_all(); }

  void offer_all(Candidates<Real>& candidates) const override {
    if constexpr (std::is_same_v<Real, double>) {
      std::vector<std::uint32_t> soon;
      numerics::find_below(safe_, candidates.frame_end(), soon);
      for (const std::uint32_t i : soon) {
        candidates.offer(safe_[i], cold_[i].cell);
      }
    } else {
      for (std::size_t i = 0; i < safe_.size(); ++i) {
        candidates.offer(safe_[i], cold_[i].cell);
      }
    }
  }

  void save(std::size_t i, foundation::ByteWriter& out) override {
    settle(i);
    const Row& row = rows_[i];
    for (const Real& x : {row.y, row.exc, row.inh, row.t, cold_[i].held_y}) {
      foundation::put_number(out, x);
    }
    if constexpr (kReserves) {  // the last event says whether there is none
      foundation::put_number(out, has_reserve(i) || refractory(i) ? row.reserve : Real(neurons::reserve::kNone));
    }
    out.put<std::uint8_t>(!refractory(i) && counted(i) ? 1 : 0);
  }

  void load(std::size_t i, foundation::ByteReader& in, const events::Instant<Real>& now) override {
    epoch_ = now.epoch;
    Row& row = rows_[i];
    for (Real* x : {&row.y, &row.exc, &row.inh, &row.t, &cold_[i].held_y}) {
      *x = foundation::get_number<Real>(in);
    }
    in.require(Real(0) <= row.t && row.t <= now.offset, "holds a neuron of another time");
    if constexpr (kReserves) {
      row.reserve = foundation::get_number<Real>(in);
    }
    searches_.remove(cold_[i].search);
    if (in.get<std::uint8_t>() != 0) {
      searches_.find_or_add(cold_[i].search, row.t).counted = true;
    }
    if (refractory(i)) {
      safe_[i] = infinity();
      renew_backlog(i);
      return;
    }
    if (has_reserve(i)) {
      safe_[i] = infinity();
      expect_touch(i);
      return;
    }
    // The looks at the neuron since its last event, once more: they follow from it.
    predict(i, Kernel::moment(constants(i), row.t));
    while (safe_[i] < now.offset) {
      in.require(!examine(i).spikes, "holds a neuron that should have spiked");
    }
  }

 private:
  static constexpr std::size_t kVariables = 3;
  static constexpr bool kBacklogs = Backlogs<Kernel>::kExist;
  static constexpr bool kReserves = neurons::HasReserve<Kernel>;
  /// How far a closer look has to move the bound [ms] so that the neuron is left alone until then; and below what all
  /// pieces of the drive are looked at. The sequence of looks follows from the neuron's state, not from who asks when.
  static constexpr double kLookAgain = 0.05;
  static constexpr double kSearchBelow = 1e-4;

  /// What synaptic events do not touch.
  struct Cold {
    Real held_y = Real(0);  ///< y while the neuron is refractory
    CellId cell = 0;
    SearchPlace search{};  ///< in the interval since its last event
  };

  /// The neurons of one population, and the set of all of them if they have the same.
  struct Range {
    std::uint32_t begin;
    std::uint32_t end;
    std::optional<std::uint32_t> set;
  };

  static Real infinity() { return std::numeric_limits<Real>::infinity(); }
  static constexpr std::size_t number(Interval kind) { return static_cast<std::size_t>(kind); }

  [[nodiscard]] const Constants& constants(std::size_t i) const noexcept { return sets_[set_of_[i]]; }
  [[nodiscard]] bool refractory(std::size_t i) const noexcept { return rows_[i].y == Real(neurons::kHeld); }
  /// Whether the neuron is known not to spike in this epoch, and inputs may come without a look at it.
  [[nodiscard]] bool has_reserve(std::size_t i) const noexcept {
    if constexpr (kReserves) {
      return rows_[i].reserve < 0 && !refractory(i);
    } else {
      return false;
    }
  }

  /// Whether the present interval was counted as a search.
  [[nodiscard]] bool counted(std::size_t i) const {
    const Search<Real>* const search = searches_.find(cold_[i].search, rows_[i].t);
    return search != nullptr && search->counted;
  }

  /// The parameter set of all neurons of the population that a part belongs to, if they have the same.
  [[nodiscard]] std::optional<std::uint32_t> common_set(const neurons::Targets& part) const {
    return range_of(static_cast<std::uint32_t>(part.offset + part.index[0])).set;
  }
  [[nodiscard]] const Range& range_of(std::size_t i) const {
    return *std::upper_bound(ranges_.begin(), ranges_.end(), i,
                             [](std::size_t index, const Range& range) { return index < range.end; });
  }

  [[nodiscard]] bool in_batches(std::uint32_t set) const noexcept {
    if constexpr (kBacklogs) {
      return sets_[set].framed;
    } else if constexpr (neurons::Batch<Kernel>::kExists) {
      return neurons::Batch<Kernel>::applies(sets_[set]);
    } else {
      return false;
    }
  }

  void deliver_batch(std::uint32_t set, const Real& t, std::size_t receptor, std::span<const neurons::Targets> targets,
                     Candidates<Real>& candidates);

  [[nodiscard]] neurons::SetsOf<Constants> constants_of_all() const noexcept {
    return {sets_.all().data(), sets_.all().size() == 1 ? nullptr : set_of_.data()};
  }

  /// The neurons whose turn has come.
  void settle_due(const neurons::SetsOf<Constants>& constants, Candidates<Real>& candidates);
  /// All that are behind. (Who is about to spike never is.)
  void settle_all(Candidates<Real>* candidates = nullptr);
  [[nodiscard]] auto settle_all_for(Candidates<Real>& candidates) {
    return [this, &candidates] { settle_all(&candidates); };
  }
  /// A neuron that somebody asks for.
  void settle(std::size_t i);
  void settle(const neurons::SetsOf<Constants>& constants, std::span<const std::uint32_t> who,
              Candidates<Real>* candidates);
  /// The neuron's row has changed.
  void renew_backlog(std::size_t i, bool safe = false) {
    if constexpr (kBacklogs) {
      backlogs_.renew(i, constants(i), rows_[i], safe);
    }
  }

  /// Inputs in vectors, whatever their times and the constants are. @returns how many
  std::size_t receive_batch(std::span<const neurons::Input<Real>> inputs, Candidates<Real>& candidates);

  /// An event where an epoch begins begins an interval, too, although the neuron's clock said 0 before.
  void begin_at_epoch(std::uint32_t i, const Real& t) {
    if (Search<Real>* search = t == Real(0) ? searches_.find(cold_[i].search, t) : nullptr) {
      search->counted = false;
    }
  }

  void take_report(Candidates<Real>& candidates);

  /// Neurons with parameters of their own.
  void deliver_each(const Real& t, std::size_t receptor, std::span<const neurons::Targets> targets,
                    Candidates<Real>& candidates);

  void deliver_one_by_one(std::optional<std::uint32_t> set, const Real& t, std::size_t receptor,
                          std::span<const neurons::Targets> targets, Candidates<Real>& candidates);

  void next_epoch_batch(const Range& range);

  /// What looks at a neuron start from: its row, as a state where that is cheaper for several looks.
  [[nodiscard]] auto state_of_row(std::size_t i) const {
    if constexpr (kBacklogs) {
      return Kernel::state_now(constants(i), rows_[i], backlogs_.moment(i, constants(i), rows_[i].t));
    } else {
      return rows_[i];
    }
  }
  /// The state of an awake neuron at `t`.
  template <class Start>
  [[nodiscard]] State state_from(std::size_t i, const Start& start, const Real& t) const {
    if constexpr (kBacklogs) {
      State state = Kernel::advance(constants(i), start, t - start.t);
      state.t = t;
      return state;
    } else {
      return Kernel::state_at(constants(i), start, t);
    }
  }

  /// The state at `t` without input since the last event; y of a refractory neuron is kHeld.
  [[nodiscard]] State state_at(std::size_t i, const Real& t) const {
    return refractory(i) ? Kernel::held_at(constants(i), rows_[i], t) : Kernel::state_at(constants(i), rows_[i], t);
  }

  /// A state as users see it: y is the potential also while the neuron is refractory.
  [[nodiscard]] State visible(std::size_t i, const State& state) const {
    State seen = state;
    if (refractory(i)) {
      seen.y = cold_[i].held_y;
    }
    return seen;
  }

  /// Until when is an awake neuron certainly silent?
  neurons::SafeInterval<Real> predict(std::size_t i, const Moment& at) {
    if constexpr (kReserves) {
      const auto bound = Kernel::look(constants(i), rows_[i], at);
      safe_[i] = rows_[i].t + bound.duration;
      expect_touch(i);
      return bound;
    } else {
      const auto bound = Kernel::safe_after(constants(i), rows_[i], at);
      safe_[i] = rows_[i].t + bound.duration;
      renew_backlog(i, bound.by_sign);
      return bound;
    }
  }

  /// An interval of an awake neuron begins with what its row says.
  void begin_interval(std::size_t i, const Moment& at) {
    searches_.remove(cold_[i].search);
    ++this->counts_[number(predict(i, at).by_sign ? Interval::by_sign : Interval::by_bound)];
  }
  void begin_interval(std::size_t i, const State& state) {
    rows_[i] = Kernel::row_of(constants(i), state);
    begin_interval(i, Kernel::moment(constants(i), state.t));
  }

  void begin_epoch(std::size_t i) {
    Kernel::next_epoch(constants(i), rows_[i]);
    if (!refractory(i)) {
      predict(i, Kernel::moment(constants(i), Real(0)));
    } else {
      renew_backlog(i);
    }
  }

  /// The user has changed something.
  void change(std::size_t i, const State& state, Candidates<Real>& candidates) {
    if (refractory(i)) {
      rows_[i] = Kernel::row_of(constants(i), state);
      renew_backlog(i);
      ++this->counts_[number(Interval::refractory)];
      return;
    }
    begin_interval(i, state);
    candidates.offer(safe_[i], cold_[i].cell);
  }

  void receive(std::uint32_t i, const Moment& at, std::size_t receptor, const Real& weight,
               Candidates<Real>& candidates);

  /// Whether a crossing follows soon after `t`, until which there is none; then it is known.
  template <class Start>
  bool search_near(std::size_t i, const Start& start, const State& there, const Real& t);

  /// The next crossing or that there is none.
  void search(std::size_t i);

  /// Since the neuron's last event, by the pieces of the drive.
  std::optional<Real> first_crossing(std::size_t i, neurons::Decision& decision);

  /// The search of this interval ends: with a spike at `time`, or with none, +inf.
  void found(std::size_t i, const Real& time, const neurons::Decision& decision);

  /// Whether the looks may have passed a peak that came closer to the threshold than any so far: only the search tells.
  [[nodiscard]] bool may_be_past_grazing(std::size_t i, const State& there) const;

  /// Only what is reported depends on this, neither the looks nor what they find.
  void note_peak_before(std::size_t i, const Real& t);

  /// A neuron with a reserve may come closer to its threshold than any so far: that is to be noted, unless an event
  /// comes first. Only what is reported depends on this.
  void expect_touch([[maybe_unused]] std::size_t i);

  /// An event that ends a rise decides, too, whether there is a spike.
  void note_fall(std::size_t i, const Moment& at) { note_fall(i, Kernel::state_now(constants(i), rows_[i], at)); }
  void note_fall(std::size_t i, const State& state);

  /// So does an event that is about to pull v down while it rises.
  void note_rise(std::size_t i, const Moment& at, const Real& weight);

  /// @param time in the present epoch [ms]
  void note(std::size_t i, double distance, double time);

  /// The neuron has this set from now on, and maybe no longer that of the others of its population.
  void own_set(std::size_t i, std::uint32_t set) {
    if (set_of_[i] != set) {
      set_of_[i] = set;
      const auto range = std::find_if(ranges_.begin(), ranges_.end(), [i](const Range& one) { return i < one.end; });
      range->set.reset();
    }
  }

  std::int64_t epoch_ = 0;  ///< number of the present one
  foundation::LargeVector<Row>
      rows_;  ///< as of each neuron's last event, in the kernel's form; y of a refractory one is kHeld
  foundation::LargeVector<Real> safe_;  ///< no spike before this time unless an event comes
  std::vector<std::uint32_t> set_of_;   ///< the number of each neuron's constants
  foundation::LargeVector<Cold> cold_;
  Searches<Real> searches_;
  ParameterSets<Kernel> sets_;
  std::vector<Range> ranges_;  ///< all neurons, in their order
  neurons::BatchReport report_;
  Backlogs<Kernel> backlogs_;
  neurons::BacklogReport backlog_report_;
  std::vector<std::uint32_t> pending_;
  std::vector<neurons::Input<Real>> inputs_;
};

}  // namespace va_event::neurons

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <map>
#include <numeric>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "engine/neuron_group.hpp"
#include "kernels/batch.hpp"
#include "kernels/crossing.hpp"
#include "kernels/state.hpp"

namespace va_event::engine {

/// A NeuronGroup for one kernel (kernels/<model>.hpp): loops around its pure functions, in batches where the kernel has
/// them (kernels/batch.hpp).
template <class Kernel, class Real>
class KernelGroup final : public NeuronGroup<Real> {
 public:
  using Constants = typename Kernel::Constants;
  using State = kernels::State<Real>;

  std::uint32_t add(const network::PopulationData& population, std::span<const double> injected) override {
    const auto first = static_cast<std::uint32_t>(states_.size());
    std::vector<double> parameters(population.parameters.size());
    std::vector<double> variables(population.initial.size());
    for (std::size_t n = 0; n < population.size; ++n) {
      for (std::size_t p = 0; p < parameters.size(); ++p) {
        parameters[p] = population.parameters[p].at(n);
      }
      for (std::size_t x = 0; x < variables.size(); ++x) {
        variables[x] = population.initial[x].at(n);
      }
      std::vector<double> key = parameters;
      key.push_back(injected[n]);
      const auto next = static_cast<std::uint32_t>(sets_.size());
      const auto [entry, is_new] = known_.try_emplace(std::move(key), next);
      if (is_new) {
        sets_.push_back({Kernel::prepare(parameters, injected[n]), 0});
      }
      ++sets_[entry->second].users;
      cold_.push_back({.cell = population.first + static_cast<CellId>(n), .set = entry->second});
      safe_.push_back(infinity());
      states_.push_back(Kernel::make_state(sets_[entry->second].constants, variables));
      begin_interval(states_.size() - 1);
    }
    return first;
  }

  void deliver(const Real& t, std::size_t receptor, std::span<const kernels::Targets> targets,
               Candidates<Real>& candidates) override {
    if constexpr (kernels::Batch<Kernel>::kExists) {
      if (in_batches()) {
        std::uint64_t count = 0;
        for (const kernels::Targets& part : targets) {
          count += part.index.size();
        }
        run_batch({t, t, receptor}, targets, {candidates.frame_end(), this->closest_.distance});
        this->counts_[number(Interval::by_sign)] += report_.by_sign;
        this->counts_[number(Interval::refractory)] += report_.refractory;
        this->counts_[number(Interval::by_bound)] +=
            count - report_.serial.size() - report_.by_sign - report_.refractory;
        for (const std::uint32_t i : report_.noticed) {
          note_fall(i, t);
          candidates.offer(safe_[i], cold_[i].cell);
        }
        for (const kernels::SerialInput& input : report_.serial) {
          receive(input.index, t, receptor, Real(input.weight), candidates);
        }
        return;
      }
    }
    for (const kernels::Targets& part : targets) {
      for (std::size_t k = 0; k < part.index.size(); ++k) {
        receive(part.offset + part.index[k], t, receptor,
                Real(part.weight.empty() ? part.constant_weight : part.weight[k]), candidates);
      }
    }
  }

  [[nodiscard]] Real safe_until(std::size_t i) const override { return safe_[i]; }

  Verdict<Real> examine(std::size_t i) override {
    const State& start = states_[i];
    Cold& cold = cold_[i];
    if (cold.searched_from == start.t) {
      if (cold.crosses) {
        return {true, safe_[i]};
      }
      note(i, cold.decision.distance, cold.decision.time);
      safe_[i] = infinity();
      return {};
    }
    // Closer looks, each from where the last one proved that nothing happens before. They approach a crossing like
    // Newton's method does, and never pass it.
    Real x = safe_[i] - start.t;
    State there = Kernel::advance(constants(i), start, x);
    auto bound = Kernel::safe_interval(constants(i), there);
    while (bound.duration > kSearchBelow && bound.duration < kLookAgain) {
      x += bound.duration;
      there = Kernel::advance(constants(i), start, x);
      bound = Kernel::safe_interval(constants(i), there);
    }
    if (bound.duration > kSearchBelow) {
      safe_[i] = start.t + (x + bound.duration);
    } else {
      safe_[i] = start.t + x;
      search(i, there, x, bound.duration);
    }
    return {};
  }

  Real fire(std::size_t i, const Real& t) override {
    Cold& cold = cold_[i];
    --this->counts_[number(Interval::by_search)];
    ++this->counts_[number(Interval::crossing)];
    ++this->counts_[number(Interval::refractory)];
    note(i, cold.decision.distance, static_cast<double>(t));
    State& state = states_[i];
    state = Kernel::advance_refractory(constants(i), state, t - state.t);
    state.t = t;
    hold(i, constants(i).y_reset);
    return constants(i).tau_refrac;
  }

  void wake(std::size_t i, const Real& t, Candidates<Real>& candidates) override {
    move_to(i, t);
    states_[i].y = cold_[i].held_y;
    begin_interval(i);
    candidates.offer(safe_[i], cold_[i].cell);
  }

  void set_parameters(std::size_t i, std::span<const double> parameters, double injected, const Real& t,
                      Candidates<Real>& candidates) override {
    move_to(i, t);
    const Real threshold_before = constants(i).v_thresh;
    const bool at_reset = cold_[i].held_y == constants(i).y_reset;
    ParameterSet& mine = own_set(i);
    mine.constants = Kernel::prepare(parameters, injected);
    const Real shift = threshold_before - mine.constants.v_thresh;
    if (!refractory(i)) {
      states_[i].y += shift;
    } else if (at_reset) {  // a v that the user has set meanwhile is kept
      cold_[i].held_y = mine.constants.y_reset;
    } else {
      cold_[i].held_y += shift;
    }
    resume_after_change(i, candidates);
  }

  void set_variable(std::size_t i, std::size_t variable, double value, const Real& t,
                    Candidates<Real>& candidates) override {
    move_to(i, t);
    const State present = visible(i, states_[i]);
    std::array<double, kVariables> variables{};
    for (std::size_t x = 0; x < kVariables; ++x) {
      variables[x] = static_cast<double>(Kernel::variable(constants(i), present, x));
    }
    variables[variable] = value;
    const State fresh = Kernel::make_state(constants(i), variables);
    State& state = states_[i];
    (variable == 0   ? (refractory(i) ? cold_[i].held_y : state.y)
     : variable == 1 ? state.exc
                     : state.inh) = variable == 0   ? fresh.y
                                    : variable == 1 ? fresh.exc
                                                    : fresh.inh;
    resume_after_change(i, candidates);
  }

  [[nodiscard]] double variable(std::size_t i, std::size_t variable, const Real& t) const override {
    return static_cast<double>(Kernel::variable(constants(i), visible(i, state_at(i, t)), variable));
  }

  void next_epoch(std::int64_t epoch) override {
    for (std::size_t i = 0; i < states_.size(); ++i) {
      Cold& cold = cold_[i];
      cold.counted_from = cold.counted_from == states_[i].t ? Real(0) : Real(-1);
      cold.searched_from = Real(-1);
    }
    epoch_ = epoch;
    const Real end(events::kEpoch);
    if constexpr (kernels::Batch<Kernel>::kExists) {
      if (in_batches()) {
        // An event of weight 0 for everybody.
        if (everybody_.size() != states_.size()) {
          everybody_.resize(states_.size());
          std::iota(everybody_.begin(), everybody_.end(), 0U);
        }
        const kernels::Targets all{everybody_};
        run_batch({end, Real(0), 0}, {&all, 1}, {-infinity(), 0.0});
        for (const kernels::SerialInput& input : report_.serial) {
          begin_epoch(input.index, end);
        }
        return;
      }
    }
    for (std::size_t i = 0; i < states_.size(); ++i) {
      begin_epoch(i, end);
    }
  }

  void offer_all(Candidates<Real>& candidates) const override {
    constexpr std::size_t kBlock = 16;
    const Real end = candidates.frame_end();
    for (std::size_t begin = 0; begin < safe_.size(); begin += kBlock) {
      const std::size_t block_end = std::min(begin + kBlock, safe_.size());
      bool any = false;
      for (std::size_t i = begin; i < block_end; ++i) {
        any |= safe_[i] < end;
      }
      for (std::size_t i = begin; any && i < block_end; ++i) {
        candidates.offer(safe_[i], cold_[i].cell);
      }
    }
  }

 private:
  static constexpr std::size_t kVariables = 3;
  /// How far a closer look has to move the bound [ms] so that the neuron is left alone until then; and below what the
  /// root finder is called. The sequence of looks follows from the neuron's state, not from who asks when.
  static constexpr double kLookAgain = 0.05;
  static constexpr double kSearchBelow = 1e-4;

  struct ParameterSet {
    Constants constants;
    std::size_t users;
  };

  /// What synaptic events do not touch.
  struct Cold {
    CellId cell = 0;
    std::uint32_t set = 0;
    Real held_y = Real(0);          ///< y while the neuron is refractory
    Real searched_from = Real(-1);  ///< the root finder's last answer is about the interval that begins here [ms]
    Real counted_from = Real(-1);   ///< the same for the count of searches, which new epochs do not begin anew
    kernels::Decision decision{};   ///< of that search, its time in the present epoch
    bool crosses = false;           ///< its answer: a spike at safe_until
  };

  static Real infinity() { return std::numeric_limits<Real>::infinity(); }
  static constexpr std::size_t number(Interval kind) { return static_cast<std::size_t>(kind); }

  [[nodiscard]] const Constants& constants(std::size_t i) const noexcept { return sets_[cold_[i].set].constants; }
  [[nodiscard]] bool refractory(std::size_t i) const noexcept { return states_[i].y == Real(kernels::kHeld); }

  [[nodiscard]] bool in_batches() const noexcept requires(kernels::Batch<Kernel>::kExists) {
    return sets_.size() == 1 && kernels::Batch<Kernel>::applies(sets_[0].constants);
  }

  void run_batch(const kernels::Arrival& arrival, std::span<const kernels::Targets> targets,
                 const kernels::Watch& watch) requires(kernels::Batch<Kernel>::kExists) {
    report_.noticed.clear();
    report_.serial.clear();
    report_.by_sign = report_.refractory = 0;
    kernels::Batch<Kernel>::deliver(sets_[0].constants, {states_.data(), safe_.data()}, arrival, targets, watch,
                                    report_);
  }

  /// The state at `t` without input since the last event.
  [[nodiscard]] State state_at(std::size_t i, const Real& t) const {
    const State& state = states_[i];
    return refractory(i) ? Kernel::advance_refractory(constants(i), state, t - state.t)
                         : Kernel::advance(constants(i), state, t - state.t);
  }

  /// A state as users see it: y is the potential also while the neuron is refractory.
  [[nodiscard]] State visible(std::size_t i, State state) const {
    if (refractory(i)) {
      state.y = cold_[i].held_y;
    }
    return state;
  }

  /// Ends the present interval at `t`.
  void move_to(std::size_t i, const Real& t) {
    states_[i] = state_at(i, t);
    states_[i].t = t;
    cold_[i].searched_from = cold_[i].counted_from = Real(-1);
  }

  void hold(std::size_t i, const Real& y) {
    cold_[i].held_y = y;
    states_[i].y = Real(kernels::kHeld);
    safe_[i] = infinity();
  }

  /// Until when is an awake neuron certainly silent?
  kernels::SafeInterval<Real> predict(std::size_t i) {
    const auto bound = Kernel::safe_interval(constants(i), states_[i]);
    safe_[i] = states_[i].t + bound.duration;
    return bound;
  }

  void begin_interval(std::size_t i) {
    ++this->counts_[number(predict(i).by_sign ? Interval::by_sign : Interval::by_bound)];
  }

  void begin_epoch(std::size_t i, const Real& end) {
    states_[i] = state_at(i, end);
    states_[i].t = Real(0);
    if (!refractory(i)) {
      predict(i);
    }
  }

  void resume_after_change(std::size_t i, Candidates<Real>& candidates) {
    if (refractory(i)) {
      ++this->counts_[number(Interval::refractory)];
      return;
    }
    begin_interval(i);
    candidates.offer(safe_[i], cold_[i].cell);
  }

  void receive(std::uint32_t i, const Real& t, std::size_t receptor, const Real& weight, Candidates<Real>& candidates) {
    move_to(i, t);
    Kernel::add_input(states_[i], receptor, weight);
    if (refractory(i)) {
      ++this->counts_[number(Interval::refractory)];
      return;
    }
    note_fall(i, t);
    begin_interval(i);
    candidates.offer(safe_[i], cold_[i].cell);
  }

  /// The crossing itself: a function of the state at the neuron's last event alone.
  /// @param there    the state `x` after that event
  /// @param distance lower bound of the time from there to a crossing [ms]
  void search(std::size_t i, const State& there, const Real& x, const Real& distance) {
    const State& start = states_[i];
    Cold& cold = cold_[i];
    const Real h_max = Real(events::kEpoch) - start.t;
    cold.decision = {};
    std::optional<Real> crossing;
    const auto near = kernels::near_crossing<Kernel, Real>(constants(i), start, there, x, distance, h_max);
    if (near) {
      crossing = near->time;
    }
    if (!near || near->after < Real(this->closest_.distance)) {  // only the whole story tells how close it was
      const auto first = kernels::first_crossing<Kernel, Real>(constants(i), start, h_max, &cold.decision);
      crossing = near ? crossing : first;
    }
    cold.decision.time += static_cast<double>(start.t);
    cold.searched_from = start.t;
    cold.crosses = crossing.has_value();
    if (!(cold.counted_from == start.t)) {
      cold.counted_from = start.t;
      --this->counts_[number(Interval::by_bound)];
      ++this->counts_[number(Interval::by_search)];
    }
    if (crossing) {
      safe_[i] = start.t + *crossing;
    } else if (const Real touch(cold.decision.time); touch > safe_[i]) {
      safe_[i] = touch;  // to be noted then, unless an event comes
    } else {
      note(i, cold.decision.distance, cold.decision.time);
      safe_[i] = infinity();
    }
  }

  /// An event that ends a rise decides, too, whether there is a spike.
  void note_fall(std::size_t i, const Real& t) {
    const State& state = states_[i];
    if (-state.y < this->closest_.distance && Kernel::slope(constants(i), state) < Real(0)) {
      note(i, static_cast<double>(kernels::magnitude(state.y)), static_cast<double>(t));
    }
  }

  /// @param time in the present epoch [ms]
  void note(std::size_t i, double distance, double time) {
    if (distance < this->closest_.distance) {
      this->closest_ = {distance, cold_[i].cell, {epoch_, time}};
    }
  }

  /// A parameter set that no other neuron uses, so that it can be changed.
  ParameterSet& own_set(std::size_t i) {
    ParameterSet& present = sets_[cold_[i].set];
    if (present.users == 1) {
      return present;
    }
    --present.users;
    const ParameterSet copy{present.constants, 1};
    cold_[i].set = static_cast<std::uint32_t>(sets_.size());
    sets_.push_back(copy);
    return sets_.back();
  }

  std::int64_t epoch_ = 0;     ///< number of the present one
  std::vector<State> states_;  ///< as of each neuron's last event; y of a refractory one is kHeld
  std::vector<Real> safe_;     ///< no spike before this time unless an event comes
  std::vector<Cold> cold_;
  std::vector<ParameterSet> sets_;                      ///< one for each distinct set of parameters
  std::map<std::vector<double>, std::uint32_t> known_;  ///< parameters and current -> index in sets_
  kernels::BatchReport report_;
  std::vector<std::uint32_t> everybody_;  ///< 0, 1, 2, ...
};

}  // namespace va_event::engine

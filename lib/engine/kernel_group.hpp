// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>
#include <map>
#include <span>
#include <utility>
#include <vector>

#include "engine/neuron_group.hpp"
#include "kernels/crossing.hpp"
#include "kernels/state.hpp"

namespace va_event::engine {

/// A NeuronGroup for one kernel (kernels/<model>.hpp): loops around its pure functions.
template <class Kernel, class Real>
class KernelGroup final : public NeuronGroup<Real> {
 public:
  using Constants = typename Kernel::Constants;
  using State = kernels::State<Real>;

  KernelGroup(const network::PopulationData& population, std::span<const double> injected)
      : first_(population.first),
        states_(population.size),
        safe_(population.size, infinity()),
        interval_(population.size, Interval::by_sign),
        decisions_(population.size) {
    std::map<std::vector<double>, std::uint32_t> known;  // parameters and current -> index of their constants
    std::vector<double> parameters(population.parameters.size());
    std::vector<double> variables(population.initial.size());
    set_of_.resize(population.size);
    for (std::size_t i = 0; i < population.size; ++i) {
      for (std::size_t p = 0; p < parameters.size(); ++p) {
        parameters[p] = population.parameters[p].at(i);
      }
      for (std::size_t x = 0; x < variables.size(); ++x) {
        variables[x] = population.initial[x].at(i);
      }
      std::vector<double> key = parameters;
      key.push_back(injected[i]);
      const auto next = static_cast<std::uint32_t>(sets_.size());
      const auto [entry, is_new] = known.try_emplace(std::move(key), next);
      if (is_new) {
        sets_.push_back({Kernel::prepare(parameters, injected[i]), 0});
      }
      set_of_[i] = entry->second;
      ++sets_[entry->second].users;
      states_[i] = Kernel::make_state(constants(i), variables);
      predict(i);
    }
  }

  void deliver(const Real& t, std::size_t receptor, std::span<const std::uint32_t> targets, double weight,
               Candidates<Real>& candidates) override {
    const Real w(weight);
    for (const std::uint32_t i : targets) {
      receive(i, t, receptor, w, candidates);
    }
  }

  void deliver(const Real& t, std::size_t receptor, std::span<const std::uint32_t> targets,
               std::span<const double> weights, Candidates<Real>& candidates) override {
    for (std::size_t k = 0; k < targets.size(); ++k) {
      receive(targets[k], t, receptor, Real(weights[k]), candidates);
    }
  }

  [[nodiscard]] Real safe_until(std::size_t i) const override { return safe_[i]; }

  Verdict<Real> examine(std::size_t i) override {
    if (interval_[i] == Interval::crossing) {
      return {true, safe_[i]};
    }
    const State& start = states_[i];
    // A closer look from here, on a copy: a better bound, most of the time.
    const auto bound = Kernel::safe_interval(constants(i), Kernel::advance(constants(i), start, safe_[i] - start.t));
    if (bound.duration > kSearchBelow) {
      safe_[i] += bound.duration;
      interval_[i] = Interval::by_bound;
    } else {
      // The crossing itself: a function of the state at the neuron's last event alone.
      kernels::Decision& decision = decisions_[i] = {};
      const auto crossing =
          kernels::first_crossing<Kernel, Real>(constants(i), start, Real(events::kEpoch) - start.t, &decision);
      decision.time += static_cast<double>(start.t);
      interval_[i] = crossing ? Interval::crossing : Interval::by_search;
      safe_[i] = crossing ? start.t + *crossing : infinity();
    }
    return {};
  }

  Real fire(std::size_t i, const Real& t) override {
    this->counts_[static_cast<std::size_t>(Interval::crossing)] += 1;
    note(i, decisions_[i].distance, static_cast<double>(t));
    State& state = states_[i];
    state = Kernel::advance_refractory(constants(i), state, t - state.t);
    state.y = constants(i).y_reset;
    state.t = t;
    interval_[i] = Interval::refractory;
    safe_[i] = infinity();
    return constants(i).tau_refrac;
  }

  void wake(std::size_t i, const Real& t, Candidates<Real>& candidates) override {
    move_to(i, t);
    interval_[i] = Interval::by_bound;
    predict(i);
    candidates.offer(safe_[i], first_ + static_cast<std::uint32_t>(i));
  }

  void set_parameters(std::size_t i, std::span<const double> parameters, double injected, const Real& t,
                      Candidates<Real>& candidates) override {
    move_to(i, t);
    const Real threshold_before = constants(i).v_thresh;
    const bool at_reset = states_[i].y == constants(i).y_reset;
    ParameterSet& mine = own_set(i);
    mine.constants = Kernel::prepare(parameters, injected);
    if (interval_[i] == Interval::refractory && at_reset) {  // a v that the user has set meanwhile is kept
      states_[i].y = mine.constants.y_reset;
      return;
    }
    states_[i].y += threshold_before - mine.constants.v_thresh;
    if (interval_[i] != Interval::refractory) {
      predict(i);
      candidates.offer(safe_[i], first_ + static_cast<std::uint32_t>(i));
    }
  }

  void set_variable(std::size_t i, std::size_t variable, double value, const Real& t,
                    Candidates<Real>& candidates) override {
    move_to(i, t);
    std::array<double, kVariables> variables{};
    for (std::size_t x = 0; x < kVariables; ++x) {
      variables[x] = static_cast<double>(Kernel::variable(constants(i), states_[i], x));
    }
    variables[variable] = value;
    const State fresh = Kernel::make_state(constants(i), variables);
    State& state = states_[i];
    (variable == 0   ? state.y
     : variable == 1 ? state.exc
                     : state.inh) = variable == 0   ? fresh.y
                                    : variable == 1 ? fresh.exc
                                                    : fresh.inh;
    if (interval_[i] != Interval::refractory) {
      predict(i);
      candidates.offer(safe_[i], first_ + static_cast<std::uint32_t>(i));
    }
  }

  [[nodiscard]] double variable(std::size_t i, std::size_t variable, const Real& t) const override {
    return static_cast<double>(Kernel::variable(constants(i), state_at(i, t), variable));
  }

  void next_epoch(std::int64_t epoch) override {
    const Real end(events::kEpoch);
    for (std::size_t i = 0; i < states_.size(); ++i) {
      if (interval_[i] == Interval::by_search) {
        note(i, decisions_[i].distance, decisions_[i].time);
      }
      states_[i] = state_at(i, end);
      states_[i].t = Real(0);
      if (interval_[i] != Interval::refractory) {
        predict(i);
      }
    }
    epoch_ = epoch;
  }

  void offer_all(Candidates<Real>& candidates) const override {
    for (std::size_t i = 0; i < safe_.size(); ++i) {
      candidates.offer(safe_[i], first_ + static_cast<std::uint32_t>(i));
    }
  }

 private:
  static constexpr std::size_t kVariables = 3;
  /// Bounds that move by less than this [ms] give way to the root finder. Decides only who works, never what comes out
  /// (benchmarks/networks).
  static constexpr double kSearchBelow = 0.05;

  struct ParameterSet {
    Constants constants;
    std::size_t users;
  };

  static Real infinity() { return std::numeric_limits<Real>::infinity(); }

  [[nodiscard]] const Constants& constants(std::size_t i) const noexcept { return sets_[set_of_[i]].constants; }

  /// The state at `t` without input since the last event.
  [[nodiscard]] State state_at(std::size_t i, const Real& t) const {
    const State& state = states_[i];
    return interval_[i] == Interval::refractory ? Kernel::advance_refractory(constants(i), state, t - state.t)
                                                : Kernel::advance(constants(i), state, t - state.t);
  }

  /// Ends the present interval at `t`.
  void move_to(std::size_t i, const Real& t) {
    const Interval kind = interval_[i] == Interval::crossing ? Interval::by_search : interval_[i];
    if (interval_[i] == Interval::by_search && decisions_[i].time <= static_cast<double>(t)) {
      note(i, decisions_[i].distance, decisions_[i].time);
    }
    this->counts_[static_cast<std::size_t>(kind)] += 1;
    states_[i] = state_at(i, t);
    states_[i].t = t;
  }

  /// Begins an interval of an awake neuron: until when is it certainly silent?
  void predict(std::size_t i) {
    const auto bound = Kernel::safe_interval(constants(i), states_[i]);
    interval_[i] = bound.by_sign ? Interval::by_sign : Interval::by_bound;
    safe_[i] = states_[i].t + bound.duration;
  }

  void receive(std::uint32_t i, const Real& t, std::size_t receptor, const Real& weight, Candidates<Real>& candidates) {
    move_to(i, t);
    Kernel::add_input(states_[i], receptor, weight);
    if (interval_[i] != Interval::refractory) {
      if (-states_[i].y < this->closest_.distance && Kernel::slope(constants(i), states_[i]) < Real(0)) {
        note(i, static_cast<double>(kernels::magnitude(states_[i].y)), static_cast<double>(t));
      }
      predict(i);
      candidates.offer(safe_[i], first_ + i);
    }
  }

  /// @param time in the present epoch [ms]
  void note(std::size_t i, double distance, double time) {
    if (distance < this->closest_.distance) {
      this->closest_ = {distance, static_cast<std::uint32_t>(i), {epoch_, time}};
    }
  }

  /// A parameter set that no other neuron uses, so that it can be changed.
  ParameterSet& own_set(std::size_t i) {
    ParameterSet& present = sets_[set_of_[i]];
    if (present.users == 1) {
      return present;
    }
    --present.users;
    const ParameterSet copy{present.constants, 1};
    set_of_[i] = static_cast<std::uint32_t>(sets_.size());
    sets_.push_back(copy);
    return sets_.back();
  }

  std::int64_t epoch_ = 0;     ///< number of the present one
  std::uint32_t first_;        ///< cell id of neuron 0
  std::vector<State> states_;  ///< as of each neuron's last event
  std::vector<Real> safe_;     ///< no spike before this time unless an event comes
  std::vector<Interval> interval_;
  std::vector<kernels::Decision> decisions_;  ///< the root finder's last, times in the present epoch
  std::vector<ParameterSet> sets_;            ///< one for each distinct set of parameters
  std::vector<std::uint32_t> set_of_;         ///< by neuron
};

}  // namespace va_event::engine

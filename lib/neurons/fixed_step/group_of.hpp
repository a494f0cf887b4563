// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The neurons of one population in fixed steps, whatever the model and the method: for the source of a model, which
/// instantiates fixed_step_form(). In most steps nothing happens to a neuron, and all neurons take the whole step in
/// one loop of vectors; those with an event in the step (an input off the grid, a threshold crossing, an end of
/// refractoriness) are advanced once more, one by one, from event to event.
#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <memory>
#include <string_view>
#include <type_traits>
#include <vector>

#include "neurons/fixed_step/fixed_step_form.hpp"
#include "neurons/fixed_step/interpolation.hpp"
#include "neurons/fixed_step/neuron_group.hpp"
#include "neurons/fixed_step/steppers.hpp"

namespace va_event::fixed_step {

namespace detail {

/// Neurons with equal parameters (except for the constant current) that stand side by side: one loop with constants in
/// registers.
template <class Stepper>
struct Run {
  std::size_t begin, end;                ///< indices of neurons in the population
  Membrane membrane;                     ///< their parameters
  typename Stepper::Factors whole_step;  ///< of a step dt
  double v_thresh, v_reset;              ///< [mV]
  GridTime refractory;                   ///< tau_refrac; whole steps where spikes are on the grid
};

/// The membrane of a neuron with these parameters.
/// @tparam has_conductances then reversal potentials are among the parameters
/// @tparam Parameters       the public struct of a model
template <bool has_conductances, class Parameters>
Membrane membrane_of(const Parameters& p) {
  Membrane m{p.v_rest, 1.0 / p.cm, 1.0 / p.tau_m, 1.0 / p.tau_syn_E, 1.0 / p.tau_syn_I, 0.0, 0.0};
  if constexpr (has_conductances) {
    m.e_rev_e = p.e_rev_E;
    m.e_rev_i = p.e_rev_I;
  }
  return m;
}

/// The public struct of the model whose parameters the table lists.
template <const auto& table>
using ParametersOf = typename std::remove_cvref_t<decltype(table)>::Parameters;

/// Two neighbours differ in nothing but i_offset.
template <const auto& table>
bool same_run(const network::PopulationData& population, std::size_t a, std::size_t b) {
  constexpr std::size_t i_offset = table.index_of(&ParametersOf<table>::i_offset);
  for (std::size_t p = 0; p < population.parameters.size(); ++p) {
    if (p != i_offset && population.parameters[p].at(a) != population.parameters[p].at(b)) {
      return false;
    }
  }
  return true;
}

/// The loop that takes most of the time: all neurons of a run by dt, without regard to threshold and refractoriness.
/// That the arrays do not overlap is declared at the parameters, because there GCC makes use of it and vectorises the
/// loop; at local pointers it does not.
template <class Stepper>
void whole_step(const Run<Stepper>& run, const double* __restrict v, const double* __restrict e,
                const double* __restrict i, const double* __restrict current, double* __restrict next_v,
                double* __restrict next_e, double* __restrict next_i) {
  const Membrane membrane = run.membrane;
  const typename Stepper::Factors factors = run.whole_step;
  const std::size_t end = run.end;
  for (std::size_t n = run.begin; n < end; ++n) {
    const State next = Stepper::advance(membrane, factors, {v[n], e[n], i[n]}, current[n]);
    next_v[n] = next.v;
    next_e[n] = next.e;
    next_i[n] = next.i;
  }
}

/// The neurons of a population, one array per variable. Between two steps all neurons are at the present grid point;
/// within a step each neuron is where `reached_` says, and finish_step() brings all to the next grid point.
/// Spikes: with SpikeTiming::grid a neuron that is at or above the threshold at a grid point spikes there (crossings in
/// between that are over by then are missed, as in other clock-driven simulators); otherwise the crossing is
/// interpolated within the piece in which v reached the threshold, and the neuron goes on from there.
/// @tparam table the model's network::ParameterTable @tparam Stepper one of steppers.hpp
template <const auto& table, class Stepper>
class GroupOf final : public NeuronGroup {
 public:
  /// All neurons with their initial values at time 0.
  GroupOf(const network::PopulationData& population, const FixedStepOptions& options)
      : grid_(options.dt), timing_(options.spikes), run_of_(population.size) {
    const std::size_t size = population.size;
    for (std::size_t n = 0; n < size; ++n) {
      const auto p = table.read(population, n);
      if (n == 0 || !same_run<table>(population, n - 1, n)) {
        const Membrane membrane = membrane_of<Stepper::kHasConductances>(p);
        runs_.push_back({n, n, membrane, Stepper::factors(membrane, options.dt), p.v_thresh, p.v_reset,
                         on_grid() ? GridTime{grid_.nearest(p.tau_refrac), 0.0} : grid_.duration(p.tau_refrac)});
      }
      runs_.back().end = n + 1;
      run_of_[n] = static_cast<std::uint32_t>(runs_.size() - 1);
      v_.push_back(population.initial[0].at(n));
      e_.push_back(population.initial[1].at(n));
      i_.push_back(population.initial[2].at(n));
      current_.push_back(p.i_offset);
    }
    next_v_.resize(size), next_e_.resize(size), next_i_.resize(size);
    reached_.assign(size, 0.0);
    wake_.assign(size, GridTime{});
    apart_.assign(size, 0);
  }

  void spike_at_start() override {
    for (std::size_t n = 0; n < v_.size(); ++n) {
      if (v_[n] >= run(n).v_thresh) {
        spike(n, {0, 0.0});
        apart_[n] = 1;
      }
    }
  }

  void deliver(double offset, std::size_t receptor, std::span<const std::uint32_t> targets, double weight) override {
    advance_all(targets, offset);
    std::vector<double>& synapse = receptor == 0 ? e_ : i_;
    for (const std::uint32_t target : targets) {
      synapse[target] += weight;
    }
  }

  void deliver(double offset, std::size_t receptor, std::span<const std::uint32_t> targets,
               std::span<const double> weights) override {
    advance_all(targets, offset);
    std::vector<double>& synapse = receptor == 0 ? e_ : i_;
    for (std::size_t k = 0; k < targets.size(); ++k) {
      synapse[targets[k]] += weights[k];
    }
  }

  void set_current(std::size_t neuron, double offset, double current) override {
    advance(neuron, offset);
    current_[neuron] = current;
  }

  /// First the whole step for all neurons, in vectors; then again, one by one, for the neurons that have an event in
  /// it.
  void finish_step() override {
    for (const Run<Stepper>& r : runs_) {
      whole_step(r, v_.data(), e_.data(), i_.data(), current_.data(), next_v_.data(), next_e_.data(), next_i_.data());
      for (std::size_t n = r.begin; n < r.end; ++n) {
        if (apart_[n] != 0 || next_v_[n] >= r.v_thresh) {
          finish_apart(n);
        }
      }
    }
    v_.swap(next_v_), e_.swap(next_e_), i_.swap(next_i_);
    ++step_;
  }

  [[nodiscard]] double variable(std::size_t neuron, std::size_t variable) const override {
    const std::array<const std::vector<double>*, 3> variables{&v_, &e_, &i_};
    return (*variables[variable])[neuron];
  }

 private:
  /// The run that a neuron is in.
  [[nodiscard]] const Run<Stepper>& run(std::size_t n) const { return runs_[run_of_[n]]; }
  [[nodiscard]] bool on_grid() const noexcept { return timing_ == SpikeTiming::grid; }

  /// Takes a neuron to the end of the step by itself; what the whole step has computed for it is overwritten.
  void finish_apart(std::size_t n) {
    advance(n, grid_.dt());
    const GridTime end{step_ + 1, 0.0};
    if (on_grid() && v_[n] >= run(n).v_thresh) {
      spike(n, end);
    }
    next_v_[n] = v_[n], next_e_[n] = e_[n], next_i_[n] = i_[n];
    reached_[n] = 0.0;
    apart_[n] = static_cast<std::uint8_t>(end < wake_[n]);
  }

  /// Brings neurons to `offset`; at 0, the grid point, they already are.
  void advance_all(std::span<const std::uint32_t> neurons, double offset) {
    if (offset > 0.0) {
      for (const std::uint32_t neuron : neurons) {
        advance(neuron, offset);
      }
    }
  }

  /// Brings one neuron from where it is to `offset` of the present step, over the end of its refractory period and, if
  /// spikes are interpolated, over any number of spikes.
  void advance(std::size_t n, double offset) {
    while (reached_[n] < offset) {
      apart_[n] = 1;
      const double end_refractoriness = wake_[n].step > step_    ? std::numeric_limits<double>::infinity()
                                        : wake_[n].step == step_ ? wake_[n].offset
                                                                 : 0.0;
      if (end_refractoriness > reached_[n]) {
        decay_synapses(n, std::min(end_refractoriness, offset));
      } else {
        integrate(n, offset);
      }
    }
  }

  /// To `offset` with v held where it is: the neuron is refractory, or about to be reset.
  void decay_synapses(std::size_t n, double offset) {
    const Run<Stepper>& r = run(n);
    const double h = offset - reached_[n];
    const Decay decay = h == grid_.dt() ? r.whole_step.decay : Stepper::decay(r.membrane, h);
    e_[n] *= decay.e;
    i_[n] *= decay.i;
    reached_[n] = offset;
  }

  /// One piece of the solution; ends at a spike if there is an interpolated one.
  void integrate(std::size_t n, double offset) {
    const Run<Stepper>& r = run(n);
    const double h = offset - reached_[n];
    const State begin{v_[n], e_[n], i_[n]};
    const State end = Stepper::advance(r.membrane, h == grid_.dt() ? r.whole_step : Stepper::factors(r.membrane, h),
                                       begin, current_[n]);
    if (!on_grid() && end.v >= r.v_thresh) {
      const double crossing = reached_[n] + h * crossing_within(r, begin, end, h, current_[n]);
      // At least one bit on: without refractoriness and with a huge drive the crossing may round to the beginning of
      // the piece, and there would be spikes at one moment for ever.
      const double next = std::nextafter(reached_[n], std::numeric_limits<double>::infinity());
      decay_synapses(n, std::clamp(crossing, std::min(next, offset), offset));
      spike(n, grid_.normalised(step_, reached_[n]));
      return;
    }
    v_[n] = end.v, e_[n] = end.e, i_[n] = end.i;
    reached_[n] = offset;
  }

  /// Where v reaches the threshold in a piece of length h that ends at or above it, in [0, 1] of the piece.
  [[nodiscard]] double crossing_within(const Run<Stepper>& r, const State& begin, const State& end, double h,
                                       double current) const {
    const PieceEnd left{begin.v - r.v_thresh, Stepper::slope(r.membrane, begin, current)};
    const PieceEnd right{end.v - r.v_thresh, Stepper::slope(r.membrane, end, current)};
    return timing_ == SpikeTiming::linear ? linear_crossing(left, right) : CubicPiece(left, right, h).first_crossing();
  }

  /// A spike at `time`: reset of v, and the time until which the neuron is refractory.
  void spike(std::size_t n, const GridTime& time) {
    spikes_.push_back({static_cast<std::uint32_t>(n), time});
    v_[n] = run(n).v_reset;
    wake_[n] = grid_.later(time, run(n).refractory);
  }

  Grid grid_;
  SpikeTiming timing_;
  std::int64_t step_ = 0;
  std::vector<Run<Stepper>> runs_;
  std::vector<std::uint32_t> run_of_;
  // By neuron:
  std::vector<double> v_, e_, i_;                 ///< State [mV, nA or uS] at `reached_` of the present step
  std::vector<double> next_v_, next_e_, next_i_;  ///< at the end of the step, while it is being finished
  std::vector<double> current_;                   ///< i_offset and injected current [nA]
  std::vector<double> reached_;                   ///< offset in the present step [ms]
  std::vector<GridTime> wake_;                    ///< end of the last refractory period
  std::vector<std::uint8_t> apart_;               ///< cannot take the step as a whole: refractory, or has begun it
};

/// The longest step h of a method over the time constant tau of dy/dt = -y/tau for which y does not grow: one step
/// multiplies y by R(-x), x = h/tau, R the Taylor polynomial of exp of the method's order, and |R(-x)| <= 1 for
/// 0 <= x <= the result. Rk4: R(-x) = 1 at the real root of 1 - x/2 + x^2/6 - x^3/24, 2.7853, rounded down. (Hairer &
/// Wanner, Solving Ordinary Differential Equations II, IV.2.) Infinite for methods that take exponentials.
inline double stability_interval(Method method) {
  switch (method) {
    case Method::forward_euler:
    case Method::rk2:
      return 2.0;
    case Method::rk4:
      return 2.785;
    case Method::exact:
    case Method::exponential_euler:
      break;
  }
  return std::numeric_limits<double>::infinity();
}

/// The limit of the shortest of all time constants of all neurons.
template <const auto& table>
StabilityLimit stability_limit(const network::PopulationData& population, Method method) {
  StabilityLimit limit{std::numeric_limits<double>::infinity(), "", 0.0};
  const double interval = stability_interval(method);
  using Parameters = ParametersOf<table>;
  for (const auto member : {&Parameters::tau_m, &Parameters::tau_syn_E, &Parameters::tau_syn_I}) {
    const std::size_t index = table.index_of(member);
    for (std::size_t n = 0; n < population.size; ++n) {
      const double tau = population.parameters[index].at(n);
      if (interval * tau < limit.dt) {
        limit = {interval * tau, table.infos()[index].name, tau};
      }
    }
  }
  return limit;
}

/// A group that is advanced by the method of the options; by `ExactMethod`, if the model has one, where that is exact.
template <const auto& table, class Model, class ExactMethod>
std::unique_ptr<NeuronGroup> make_group(const network::PopulationData& population, const FixedStepOptions& options) {
  switch (options.method) {
    case Method::exponential_euler:
      return std::make_unique<GroupOf<table, ExponentialEuler<Model>>>(population, options);
    case Method::forward_euler:
      return std::make_unique<GroupOf<table, ForwardEuler<Model>>>(population, options);
    case Method::rk2:
      return std::make_unique<GroupOf<table, Rk2<Model>>>(population, options);
    case Method::rk4:
      return std::make_unique<GroupOf<table, Rk4<Model>>>(population, options);
    case Method::exact:
      break;
  }
  if constexpr (std::is_void_v<ExactMethod>) {
    return nullptr;
  } else {
    return std::make_unique<GroupOf<table, ExactMethod>>(population, options);
  }
}

}  // namespace detail

/// The form of a model with two synapses, given by its right-hand side and, where there is one, its exact propagator.
/// @tparam table the model's network::ParameterTable
template <const auto& table, class Model, class ExactMethod = void>
[[nodiscard]] constexpr FixedStepForm fixed_step_form() {
  return {!std::is_void_v<ExactMethod>, detail::stability_limit<table>, detail::make_group<table, Model, ExactMethod>};
}

}  // namespace va_event::fixed_step

// SPDX-License-Identifier: Apache-2.0
#include "tests/neurons/own_model/perfect_integrator.hpp"

#include <array>
#include <cstddef>
#include <limits>
#include <span>
#include <string_view>

#include "neurons/implement.hpp"
#include "neurons/parameter_rules.hpp"
#include "neurons/state_records.hpp"
#include "numerics/elementary.hpp"

namespace va_event::testing {

namespace {

template <class Real>
struct IntegratorState {
  Real y;     ///< v - v_thresh [mV]
  Real isyn;  ///< [nA]
  Real w;     ///< [nA]
  Real t;     ///< [ms]

  [[nodiscard]] std::array<Real*, 4> numbers() noexcept { return {&y, &isyn, &w, &t}; }
};

template <class Real>
struct IntegratorKernel : neurons::StateRecords<IntegratorKernel<Real>, Real, IntegratorState<Real>> {
  using State = IntegratorState<Real>;
  static constexpr bool kInputsMoveV = false;
  static constexpr bool kTakesSinusoids = false;

  struct Constants {
    Real y_reset, v_thresh, tau_refrac;
    Real tau_m;  ///< of the drive at threshold: any time, since nothing leaks [ms]
    Real horizon;
    Real tau_syn, tau_w, b, i_offset, per_capacitance;
  };

  static Constants prepare(std::span<const double> p, double injected) {
    return {Real(p[6]) - Real(p[7]),
            Real(p[7]),
            Real(p[1]),
            Real(1),
            std::numeric_limits<Real>::infinity(),
            Real(p[2]),
            Real(p[3]),
            Real(p[4]),
            Real(p[5]) + Real(injected),
            Real(1) / Real(p[0])};
  }
  static State make_state(const Constants& c, std::span<const double> variables) {
    return {Real(variables[0]) - c.v_thresh, Real(variables[1]), Real(variables[2]), Real(0)};
  }
  static State advance(const Constants& c, const State& state, const Real& h) {
    State end = advance_refractory(c, state, h);
    const Real charge = c.i_offset * h - state.isyn * c.tau_syn * numerics::elementary::expm1(Real(-h / c.tau_syn)) +
                        state.w * c.tau_w * numerics::elementary::expm1(Real(-h / c.tau_w));
    end.y += charge * c.per_capacitance;
    return end;
  }
  static State advance_refractory(const Constants& c, const State& state, const Real& h) {
    return {state.y, state.isyn * numerics::elementary::exp(Real(-h / c.tau_syn)),
            state.w * numerics::elementary::exp(Real(-h / c.tau_w)), state.t};
  }
  static void add_input(State& state, std::size_t /*receptor*/, const Real& weight) { state.isyn += weight; }
  static void after_spike(const Constants& c, State& state) { state.w += c.b; }
  static Real variable(const Constants& c, const State& state, std::size_t index) {
    return index == 0 ? Real(state.y + c.v_thresh) : index == 1 ? state.isyn : state.w;
  }
  static void set_variable(const Constants& c, State& state, std::size_t index, double value) {
    (index == 0   ? state.y
     : index == 1 ? state.isyn
                  : state.w) = index == 0 ? Real(Real(value) - c.v_thresh) : Real(value);
  }
  static numerics::ExponentialSum<Real> drive_at_threshold(const Constants& c, const State& state) {
    return {c.i_offset * c.per_capacitance, state.isyn * c.per_capacitance, -state.w * c.per_capacitance,
            Real(1) / c.tau_syn, Real(1) / c.tau_w};
  }
  static Real slope(const Constants& c, const State& state) {
    return (c.i_offset + state.isyn - state.w) * c.per_capacitance;
  }
  static Real scale(const Constants& c, const State& state) {
    return neurons::magnitude(state.y) + neurons::magnitude(Real(state.isyn * c.tau_syn * c.per_capacitance)) +
           neurons::magnitude(Real(state.w * c.tau_w * c.per_capacitance));
  }
  static neurons::SafeInterval<Real> safe_interval(const Constants& c, const State& state) {
    return neurons::safe_interval(Real(-state.y), drive_at_threshold(c, state).upper_bound(), Real(0), c.tau_m,
                                  scale(c, state));
  }
};

}  // namespace

const CellModel& PerfectIntegrator::model() {
  static constexpr std::array<ParameterInfo, 8> kParameters = {
      {{"cm", "nF", 1.0, Bound::positive, "capacitance"},
       {"tau_refrac", "ms", 0.0, Bound::non_negative, "refractory period"},
       {"tau_syn", "ms", 5.0, Bound::positive, "decay of the synaptic current"},
       {"tau_w", "ms", 50.0, Bound::positive, "decay of the adaptation current"},
       {"b", "nA", 0.0, Bound::any, "what a spike adds to it"},
       {"i_offset", "nA", 0.0, Bound::any, "constant current"},
       {"v_reset", "mV", -65.0, Bound::any, "potential after a spike"},
       {"v_thresh", "mV", -50.0, Bound::any, "threshold"}}};
  static constexpr std::array<VariableInfo, 3> kVariables = {{{"v", "mV", -65.0, "membrane potential"},
                                                              {"isyn", "nA", 0.0, "synaptic current"},
                                                              {"w", "nA", 0.0, "adaptation current"}}};
  static constexpr std::array<std::string_view, 1> kReceptors = {"synapse"};
  static constexpr neurons::NeuronImplementation kImplementation = neurons::implement<IntegratorKernel>();
  static const CellModel kModel{
      .name = "PerfectIntegrator",
      .parameters = kParameters,
      .variables = kVariables,
      .receptors = kReceptors,
      .check = [](std::span<const double> values) { neurons::check_reset(values[6], values[7]); },
      .neuron = &kImplementation};
  return kModel;
}

}  // namespace va_event::testing

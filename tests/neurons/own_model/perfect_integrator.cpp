// SPDX-License-Identifier: Apache-2.0
#include "tests/neurons/own_model/perfect_integrator.hpp"

#include <array>
#include <cstddef>
#include <limits>
#include <string_view>

#include "network/parameter_table.hpp"
#include "neurons/implement.hpp"
#include "neurons/parameter_rules.hpp"
#include "neurons/state_records.hpp"
#include "neurons/variables.hpp"
#include "numerics/elementary.hpp"

namespace va_event::testing {

namespace {

using P = PerfectIntegrator;
constexpr network::ParameterTable<P> kParameters{
    {{{&P::cm, "cm", "nF", Bound::positive, "capacitance"},
      {&P::tau_refrac, "tau_refrac", "ms", Bound::non_negative, "refractory period"},
      {&P::tau_syn, "tau_syn", "ms", Bound::positive, "decay of the synaptic current"},
      {&P::tau_w, "tau_w", "ms", Bound::positive, "decay of the adaptation current"},
      {&P::b, "b", "nA", Bound::any, "what a spike adds to it"},
      {&P::i_offset, "i_offset", "nA", Bound::any, "constant current"},
      {&P::v_reset, "v_reset", "mV", Bound::any, "potential after a spike"},
      {&P::v_thresh, "v_thresh", "mV", Bound::any, "threshold"}}}};

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

  using Parameters = PerfectIntegrator;
  static constexpr const auto& kParameters = testing::kParameters;
  static constexpr neurons::VariableTable<State, 3> kVariables{
      {{{&State::y, "v", "mV", -65.0, Bound::any, "membrane potential"},
        {&State::isyn, "isyn", "nA", 0.0, Bound::any, "synaptic current"},
        {&State::w, "w", "nA", 0.0, Bound::any, "adaptation current"}}}};

  static Constants prepare(const PerfectIntegrator& p, double injected) {
    return {Real(p.v_reset) - Real(p.v_thresh),    Real(p.v_thresh),    Real(p.tau_refrac), Real(1),
            std::numeric_limits<Real>::infinity(), Real(p.tau_syn),     Real(p.tau_w),      Real(p.b),
            Real(p.i_offset) + Real(injected),     Real(1) / Real(p.cm)};
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
  static constexpr std::array<std::string_view, 1> kReceptors = {"synapse"};
  static constexpr neurons::NeuronImplementation kImplementation = neurons::implement<IntegratorKernel>();
  static const CellModel kModel{.name = "PerfectIntegrator",
                                .parameters = kParameters.infos(),
                                .variables = IntegratorKernel<double>::kVariables.infos(),
                                .receptors = kReceptors,
                                .check = neurons::check_reset<kParameters>,
                                .neuron = &kImplementation};
  return kModel;
}

PerfectIntegrator::operator CellType() const { return {model(), kParameters.values_of(*this)}; }

}  // namespace va_event::testing

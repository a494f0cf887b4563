// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <span>
#include <string_view>
#include <vector>

#include "va_event/time.hpp"

namespace va_event {

namespace neurons {
struct NeuronImplementation;
}
namespace sources {
struct SourceImplementation;
}

/// Cell types: what is known of a kind of cell (CellModel), and a struct of parameters for each of the library's kinds.
/// Names, units and defaults are PyNN's.

/// Which numbers a parameter may take. They are finite, but for a duration: >= 0, and infinite when it never ends.
enum class Bound { any, positive, non_negative, duration };

/// One parameter of a cell model.
struct ParameterInfo {
  std::string_view name;     ///< PyNN's
  std::string_view unit;     ///< "ms", "mV", "nA", "nF", "uS" or "Hz"; "" for a number without unit
  double default_value;      ///< PyNN's
  Bound bound;               ///< which numbers it may take; beyond that see the ranges below
  std::string_view meaning;  ///< "membrane time constant"
};

/// One state variable: it can be initialised and recorded.
struct VariableInfo {
  std::string_view name;     ///< PyNN's: "v", "gsyn_exc", "isyn_inh", ...
  std::string_view unit;     ///< "mV", "uS", "nA"
  double default_value;      ///< initial value
  std::string_view meaning;  ///< "membrane potential"
  Bound bound = Bound::any;  ///< which numbers it may be set to
};

/// Description of a kind of cell; one static object per kind.
struct CellModel {
  std::string_view name;                        ///< PyNN's: "IF_cond_exp"
  std::span<const ParameterInfo> parameters;    ///< in the order of CellType::values()
  std::span<const VariableInfo> variables;      ///< empty for spike sources
  std::span<const std::string_view> receptors;  ///< {"excitatory", "inhibitory"}; empty for spike sources
  bool conductance_based = false;               ///< then weights are >= 0
  /// Rules between parameters (v_reset < v_thresh). Gets one value per parameter, in order.
  /// @throws ParameterError
  void (*check)(std::span<const double> parameters) = nullptr;
  std::string_view weight_unit = "nA";  ///< of synapses onto such cells: "nA", "uS" or "mV"

  // What simulates it, one of the two (lib/neurons/neuron_implementation.hpp, lib/sources/source_group.hpp):
  const neurons::NeuronImplementation* neuron = nullptr;
  const sources::SourceImplementation* source = nullptr;

  [[nodiscard]] bool is_source() const noexcept { return source != nullptr; }
};

/// A cell model with values for its parameters. Made from one of the structs below.
class CellType {
 public:
  /// @param model a static object: it is referred to
  /// @param values one for each parameter, in the order and the units of the model
  /// @param spike_times of a SpikeSourceArray, in any order; else empty
  /// @throws ParameterError when a value is out of its range, SizeError when their number is wrong.
  CellType(const CellModel& model, std::vector<double> values, std::vector<Time> spike_times = {});

  [[nodiscard]] const CellModel& model() const noexcept { return *model_; }
  [[nodiscard]] const std::vector<double>& values() const noexcept { return values_; }
  [[nodiscard]] const std::vector<Time>& spike_times() const noexcept { return spike_times_; }

 private:
  const CellModel* model_;
  std::vector<double> values_;
  std::vector<Time> spike_times_;
};

// Beside the bounds that each field states, all parameters, variables, weights and currents are at most 1e60 in
// magnitude (rates 1e9 Hz), and what must be > 0 is at least 1e-60: within that no product of the closed forms
// overflows. A time constant of 1e60 ms means no decay, a threshold of 1e60 mV no spikes.

/// Leaky integrate-and-fire neuron with exponentially decaying synaptic currents ("CUBA"):
///   dv/dt = (v_rest - v)/tau_m + (isyn_exc + isyn_inh + i_offset)/cm,  d isyn_x/dt = -isyn_x/tau_syn_x;
/// an event adds its weight [nA, either sign] to isyn_x. v >= v_thresh: a spike, then v = v_reset for tau_refrac.
struct IfCurrExp {
  double v_rest = -65.0;    ///< resting potential [mV]
  double cm = 1.0;          ///< membrane capacitance [nF], > 0
  double tau_m = 20.0;      ///< membrane time constant [ms], > 0
  double tau_refrac = 0.1;  ///< refractory period [ms], >= 0, never rounded
  double tau_syn_E = 5.0;   ///< decay of the excitatory current [ms], > 0, any relation to tau_m
  double tau_syn_I = 5.0;   ///< decay of the inhibitory current [ms], > 0
  double i_offset = 0.0;    ///< constant current [nA]
  double v_reset = -65.0;   ///< potential after a spike [mV], < v_thresh
  double v_thresh = -50.0;  ///< threshold [mV]

  [[nodiscard]] static const CellModel& model();
  operator CellType() const;  // NOLINT(google-explicit-constructor)
};

/// Leaky integrate-and-fire neuron with exponentially decaying synaptic conductances ("COBA"):
///   dv/dt = (v_rest - v)/tau_m + (gsyn_exc (e_rev_E - v) + gsyn_inh (e_rev_I - v) + i_offset)/cm,
///   d gsyn_x/dt = -gsyn_x/tau_syn_x; an event adds its weight [uS], >= 0, to gsyn_x.
struct IfCondExp {
  double v_rest = -65.0;    ///< resting potential [mV]
  double cm = 1.0;          ///< membrane capacitance [nF], > 0
  double tau_m = 20.0;      ///< membrane time constant [ms], > 0
  double tau_refrac = 0.1;  ///< refractory period [ms], >= 0, never rounded
  double tau_syn_E = 5.0;   ///< decay of the excitatory conductance [ms], > 0
  double tau_syn_I = 5.0;   ///< decay of the inhibitory conductance [ms], > 0
  double e_rev_E = 0.0;     ///< excitatory reversal potential [mV]
  double e_rev_I = -70.0;   ///< inhibitory reversal potential [mV]
  double v_thresh = -50.0;  ///< threshold [mV]
  double v_reset = -65.0;   ///< potential after a spike [mV], < v_thresh
  double i_offset = 0.0;    ///< constant current [nA]

  [[nodiscard]] static const CellModel& model();
  operator CellType() const;  // NOLINT(google-explicit-constructor)
};

/// Leaky integrate-and-fire neuron whose potential jumps at every event:
///   dv/dt = (v_rest - v)/tau_m + i_offset/cm; an event adds its weight [mV, either sign] to v at once.
/// Events at one instant are added up before v is compared with v_thresh; an event on a refractory neuron is lost.
struct IfCurrDelta {
  double v_rest = -65.0;    ///< resting potential [mV]
  double cm = 1.0;          ///< membrane capacitance [nF], > 0
  double tau_m = 20.0;      ///< membrane time constant [ms], > 0
  double tau_refrac = 0.1;  ///< refractory period [ms], >= 0, never rounded
  double i_offset = 0.0;    ///< constant current [nA]
  double v_reset = -65.0;   ///< potential after a spike [mV], < v_thresh
  double v_thresh = -50.0;  ///< threshold [mV]

  [[nodiscard]] static const CellModel& model();
  operator CellType() const;  // NOLINT(google-explicit-constructor)
};

/// A Poisson process in continuous time on [start, start + duration): nothing is rounded to a grid.
struct SpikeSourcePoisson {
  double rate = 1.0;       ///< [Hz], >= 0
  double start = 0.0;      ///< [ms], >= 0
  double duration = 1e10;  ///< [ms], >= 0; infinite: never ends

  [[nodiscard]] static const CellModel& model();
  operator CellType() const;  // NOLINT(google-explicit-constructor)
};

/// A Poisson process with a dead time, on [start, start + duration): intervals are tau_refrac plus an exponential time,
/// whose mean makes the mean interval 1000 / rate. The first spike comes one such interval after the start.
struct SpikeSourcePoissonRefractory {
  double rate = 1.0;        ///< [Hz], >= 0
  double tau_refrac = 0.0;  ///< [ms], >= 0 and < 1000 / rate
  double start = 0.0;       ///< [ms], >= 0
  double duration = 1e10;   ///< [ms], >= 0; infinite: never ends

  [[nodiscard]] static const CellModel& model();
  operator CellType() const;  // NOLINT(google-explicit-constructor)
};

/// A gamma process on [start, start + duration): independent intervals with the gamma distribution of shape alpha and
/// mean 1000 alpha / beta ms. The first spike comes one such interval after the start.
struct SpikeSourceGamma {
  double alpha = 2.0;      ///< shape, >= 1e-6 and >= beta / 1e9 Hz; 1 is a Poisson process
  double beta = 1.0;       ///< rate parameter [Hz], >= 0
  double start = 0.0;      ///< [ms], >= 0
  double duration = 1e10;  ///< [ms], >= 0; infinite: never ends

  [[nodiscard]] static const CellModel& model();
  operator CellType() const;  // NOLINT(google-explicit-constructor)
};

/// Spikes at given times, in any order; equal times are equal numbers of spikes.
struct SpikeSourceArray {
  std::vector<Time> spike_times;  ///< [ms], >= 0

  [[nodiscard]] static const CellModel& model();
  operator CellType() const;  // NOLINT(google-explicit-constructor)
};

/// Every cell model, for listings.
[[nodiscard]] std::span<const CellModel* const> list_standard_models();

/// The index of a name in the model's list. @throws UnknownNameError, which lists those that exist
[[nodiscard]] std::size_t parameter_index(const CellModel& model, std::string_view name);
[[nodiscard]] std::size_t variable_index(const CellModel& model, std::string_view name);
[[nodiscard]] std::size_t receptor_index(const CellModel& model, std::string_view name);

/// Checks one value. @throws ParameterError unless `value` obeys `info.bound` and is within the range of its unit
void check_parameter(const ParameterInfo& info, double value);

}  // namespace va_event

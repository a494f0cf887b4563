// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/multiprecision/cpp_bin_float.hpp>
#include <cstddef>
#include <limits>
#include <vector>

#include "../synapses/plasticity_by_pairs.hpp"

/// A second simulator, slow and simple, written from the equations and the rules of event order alone: it shares no
/// code, no formula and no algorithm with the library. Neurons are integrated by Taylor series of their differential
/// equations (the library: closed forms and quadrature), spikes are looked for by dense scanning (the library: signs of
/// the drive at threshold), and the pending events stand in one sorted set of single synaptic events.
namespace reference {

/// 113 bits, as IEEE binary128: what rounding does here is invisible in a double.
using Wide = boost::multiprecision::number<
    boost::multiprecision::cpp_bin_float<113, boost::multiprecision::backends::digit_base_2>,
    boost::multiprecision::et_off>;

/// One neuron of either model. Units and names as in PyNN.
struct Neuron {
  bool conductance_based = false;
  double v_rest = -65.0, cm = 1.0, tau_m = 20.0, tau_refrac = 0.1, tau_syn_E = 5.0, tau_syn_I = 5.0;
  double e_rev_E = 0.0, e_rev_I = -70.0;  ///< conductance-based only
  double v_thresh = -50.0, v_reset = -65.0, i_offset = 0.0;
  double v = -65.0, exc = 0.0, inh = 0.0;  ///< at time 0
  struct Step {
    double time;       ///< [ms]
    double amplitude;  ///< injected from then on [nA]
  };
  std::vector<Step> injected;  ///< ascending times
  /// amplitude sin(2 pi frequency (t - start)/1000 + phase pi/180) + offset on [start, stop).
  struct Sine {
    double amplitude, offset;  ///< [nA]
    double frequency;          ///< [Hz]
    double phase;              ///< [degrees]
    double start, stop;        ///< [ms]
  };
  std::vector<Sine> sines;
};

/// From a cell to a neuron. Cells count sources first, then neurons.
struct Synapse {
  std::size_t pre = 0;
  std::size_t post = 0;  ///< neuron: counts from 0
  bool inhibitory = false;
  double weight = 0.0;  ///< [nA] or [uS]
  double delay = 1.0;   ///< [ms]
  int plasticity = -1;  ///< number in Description::plasticity; -1: static
};

struct Description {
  std::vector<std::vector<double>> sources;  ///< spike times, ascending [ms]
  std::vector<Neuron> neurons;
  std::vector<Synapse> synapses;
  std::vector<Plasticity> plasticity = {};
  double duration = 0.0;           ///< [ms]
  double sampling_interval = 1.0;  ///< of v [ms]
  std::size_t max_spikes = 300;    ///< of neurons; excitatory loops without refractoriness make infinitely many
};

struct Spike {
  Wide time;  ///< [ms]
  std::size_t cell = 0;
  double error = 0.0;  ///< how far a simulation in double precision may be from this [ms]
};

struct Sample {
  Wide time;           ///< [ms]
  Wide v;              ///< [mV]
  double error = 0.0;  ///< how far a simulation in double precision may be from this [mV]; +inf beside a jump
};

struct Result {
  std::vector<Spike> spikes;                 ///< in the order of occurrence, those of sources included
  std::vector<std::vector<Sample>> samples;  ///< by neuron
  /// By synapse: how its weight changed, in the order of time; empty for static ones.
  std::vector<std::vector<SynapseByPairs<Wide>::Change>> changes;
  /// From here on either max_spikes were exceeded, or a double cannot decide what happens: v came so close to the
  /// threshold without a crossing, or crossed it so flatly, that rounding errors decide between a spike and none.
  double reliable_until = std::numeric_limits<double>::infinity();
};

/// Errors of a double run are followed to first order, beside the solution itself:
///  - every event of a neuron adds kRounding to the error of its v;
///  - an input that comes by dt too late or too early adds (jump of dv/dt that it causes) * dt;
///  - between events errors fade with twice the longest time constant: an error of v fades with tau_m or faster, and
///  the
///    difference between two shifted postsynaptic potentials, at worst (1 - x) exp(-x), stays below exp(-x/2);
///  - a spike is off by (error of v)/(dv/dt at the crossing) plus the resolution of time; when the neuron wakes, v is
///  off
///    by that times dv/dt;
///  - the weight of a plastic synapse is as uncertain as the times of the spikes that changed it make it
///    (SynapseByPairs), and what it delivers moves v by 2 tau_syn times that at most.
/// The bounds in Spike and Sample are these, and `reliable_until` is where they exceed kUndecided.
inline constexpr double kRounding = 1e-13;        ///< [mV]: some ten units in the last place of 50 mV
inline constexpr double kTimeResolution = 4e-15;  ///< [ms]: rounding of a crossing and of an arrival, 2^-49 ms each
inline constexpr double kUndecided = 1e-9;        ///< [ms]

[[nodiscard]] Result simulate(const Description& description);

}  // namespace reference

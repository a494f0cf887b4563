// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "events/candidates.hpp"
#include "foundation/bytes.hpp"
#include "network/network.hpp"
#include "neurons/group/closest_approach.hpp"
#include "neurons/inputs.hpp"
#include "neurons/state.hpp"

namespace va_event::neurons {

/// How an interval of a neuron (from one of its events to the next) is known to hold no spike, or to end with one.
enum class Interval : std::uint8_t { by_sign, by_bound, by_search, refractory, crossing };
inline constexpr std::size_t kIntervalKinds = 5;
using IntervalCounts = std::array<std::uint64_t, kIntervalKinds>;

/// Neurons of one model, of any number of populations: what every group has. Inputs are delivered to its neurons, users
/// read and change them, and checkpoints contain them. All times are offsets in the present epoch [ms].
///
/// How the neurons get on in time is one of two further interfaces of the same object: the event loop looks at them
/// when they might spike (CandidateGroup), or they are advanced together from window to window (WindowedGroup).
template <class Real>
class NeuronGroup {
 public:
  using Candidates = events::Candidates<Real>;

  NeuronGroup() = default;
  NeuronGroup(const NeuronGroup&) = delete;
  NeuronGroup& operator=(const NeuronGroup&) = delete;
  virtual ~NeuronGroup() = default;

  /// An input at `t` on each target; a target may occur several times.
  virtual void deliver(const Real& t, std::size_t receptor, std::span<const TargetsOf<Real>> targets,
                       Candidates& candidates) = 0;
  /// Inputs in the order of their times: the first, and those after it until one comes whose neuron has had another
  /// input meanwhile, or might spike before it. @returns how many they were
  virtual std::size_t receive(std::span<const Input<Real>> inputs, Candidates& candidates) = 0;

  /// Asks the memory for what deliver() needs of neurons, long before it is called.
  virtual void prefetch_targets(std::span<const std::uint32_t> targets, std::uint32_t offset) const = 0;

  /// New parameters (in the order of the model) and injected current [nA] from `t` on; the variables stay.
  virtual void set_parameters(std::size_t index, std::span<const double> parameters, double injected, const Real& t,
                              Candidates& candidates) = 0;
  /// Sets state variable number `variable` at `t`.
  virtual void set_variable(std::size_t index, std::size_t variable, double value, const Real& t,
                            Candidates& candidates) = 0;
  /// The exact value of a state variable at `t`, which is not before the neuron's last event.
  [[nodiscard]] virtual double variable(std::size_t index, std::size_t variable, const Real& t) = 0;

  /// What a checkpoint holds of a neuron: its last event, from which all else follows.
  virtual void save(std::size_t index, foundation::ByteWriter& out) = 0;
  /// Takes it over at `now`. @pre the neuron has its present parameters @returns whether it is refractory
  /// @throws foundation::BadBytes when no neuron of these parameters can be like that
  virtual bool load(std::size_t index, foundation::ByteReader& in, const events::Instant<Real>& now) = 0;
  /// What there is to report so far; before load().
  virtual void set_report(const IntervalCounts& counts, const ClosestApproach& closest) {
    counts_ = counts;
    closest_ = closest;
  }
  /// How many intervals there were, by kind, the present ones included.
  [[nodiscard]] virtual IntervalCounts interval_counts() const { return counts_; }
  /// Of all potentials: where the root finder found a crossing or that there is none, and where an event ended a rise.
  [[nodiscard]] virtual ClosestApproach closest_approach() const { return closest_; }

 protected:
  [[nodiscard]] std::uint64_t& count(Interval kind) noexcept { return counts_[static_cast<std::size_t>(kind)]; }

  IntervalCounts counts_{};
  ClosestApproach closest_;
};

/// A group that holds its neurons itself. Populations are added before anything is simulated.
template <class Real>
class StoredNeuronGroup : public NeuronGroup<Real> {
 public:
  /// So many neurons will be added: large tables need not move.
  virtual void reserve(std::size_t count) = 0;
  /// Adds neurons begin ... end-1 of a population. @returns the index in the group of the first of them
  /// @param injected current at time 0 of each of them [nA]
  virtual std::uint32_t add(const network::PopulationData& population, std::uint32_t begin, std::uint32_t end,
                            std::span<const double> injected) = 0;
};

/// A neuron as it leaves a group.
template <class Real, class State>
struct RemovedNeuron {
  State state;        ///< y is kRefractory while the neuron is refractory
  Real refractory_y;  ///< what y is then
  Real v_thresh;      ///< that y is relative to [mV]
  Real y_reset;       ///< v_reset - v_thresh [mV]
};

/// A group whose neurons can leave it, to be held elsewhere.
template <class Real, class State>
class ModelGroup : public StoredNeuronGroup<Real> {
 public:
  /// The neuron leaves at `t`. Its place stays, takes no inputs and never spikes.
  virtual RemovedNeuron<Real, State> remove_neuron(std::size_t index, const Real& t) = 0;
};

}  // namespace va_event::neurons

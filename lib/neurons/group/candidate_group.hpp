// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

#include "events/candidates.hpp"
#include "neurons/group/neuron_group.hpp"

namespace va_event::neurons {

/// What the event loop learns about a candidate.
template <class Real>
struct LookResult {
  bool spikes = false;
  Real time = Real(0);  ///< of the spike [ms]
};

/// What a group has, beside NeuronGroup, whose neurons are candidates of the event loop: the loop looks at each of them
/// when it might spike, lets it spike, and ends its refractoriness. All times are offsets in the present epoch [ms].
///
/// Between two of its own events a neuron's record is not touched: a value or a crossing in between is a function of
/// that record, so that nothing depends on when they were read.
template <class Real>
class CandidateGroup {
 public:
  CandidateGroup() = default;
  CandidateGroup(const CandidateGroup&) = delete;
  CandidateGroup& operator=(const CandidateGroup&) = delete;
  virtual ~CandidateGroup() = default;

  /// Asks the memory for what look_at() and end_refractoriness() need of a neuron, long before they are called.
  virtual void prefetch(std::size_t index) const = 0;
  /// Before this time the neuron does not spike unless an event comes; +inf: not within this epoch.
  [[nodiscard]] virtual Real safe_until(std::size_t index) const = 0;
  /// Looks closer at a neuron at its `safe_until`: it spikes there, or it is safe until a later time.
  virtual LookResult<Real> look_at(std::size_t index) = 0;
  /// The neuron spikes at `t` and becomes refractory. Returns tau_refrac [ms].
  virtual Real spike_at(std::size_t index, const Real& t) = 0;
  /// Refractoriness ends at `t`.
  virtual void end_refractoriness(std::size_t index, const Real& t, events::Candidates<Real>& candidates) = 0;
  /// Offers every neuron.
  virtual void offer_all(events::Candidates<Real>& candidates) const = 0;

  /// Advances every neuron to the end of the epoch, which becomes time 0 of the epoch with number `epoch`.
  virtual void next_epoch(std::int64_t epoch) = 0;
  /// Whether next_epoch() would change nothing, however often: no neuron spikes without an event, and no record changes
  /// by a bit.
  [[nodiscard]] virtual bool at_rest() = 0;
  /// Epochs pass in which nothing happens. @pre at_rest()
  virtual void skip_to_epoch(std::int64_t epoch) = 0;
};

/// A group of candidates as its factory makes it.
template <class Real>
struct NewCandidateGroup {
  std::unique_ptr<StoredNeuronGroup<Real>> group;
  CandidateGroup<Real>* candidates = nullptr;  ///< the same object
};

}  // namespace va_event::neurons

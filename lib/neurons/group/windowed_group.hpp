// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "events/delivery.hpp"
#include "events/instant.hpp"
#include "network/share.hpp"
#include "network/synapse_table.hpp"
#include "neurons/group/neuron_group.hpp"

namespace va_event::neurons {

/// What a group must know of its neurons' inputs before there are any, the same in all processes.
struct InputScale {
  double largest_weight = 0.0;  ///< of the magnitudes of all synapses onto the population [nA] or [mV]
  /// Largest sum of the magnitudes of the weights of one neuron's inputs in 1 ms [nA] or [mV]; any upper bound.
  double largest_sum = 0.0;
};

/// A spike on its way through synapses with delays of their own.
template <class Real>
struct RowInFlight {
  events::Instant<Real> emitted;
  network::SynapseTable::Row row;
  double constant_weight;  ///< where the row has no weights
  std::uint32_t offset;    ///< of targets: index in the group minus index in the population, modulo 2^32
  std::uint32_t receptor;
  network::Share::Range own;  ///< targets that belong to the group, as indices in the population
  bool whole;                 ///< all targets of the row do
};

/// How far a row has been delivered.
struct RowProgress {
  std::size_t position;   ///< the first synapse that is left
  std::size_t delivered;  ///< synapses that were passed now
};

/// A group whose neurons are advanced together, from one time to another: all inputs that arrive in between are given
/// to it before, in any order, by deliver(), receive() and deliver_row(). None of its neurons is ever a candidate of
/// the event loop, which does not look at them. A neuron's spikes do not depend on where time was cut.
template <class Real>
class WindowedGroup {
 public:
  virtual ~WindowedGroup() = default;

  /// Every input before `end` has come: advances to `end` and appends the spikes, in any order.
  /// @param end at most next_stop()
  virtual void advance(const events::Instant<Real>& end, std::vector<events::CellEvent<Real>>& spikes) = 0;
  /// The latest time that the next advance() may go to.
  [[nodiscard]] virtual events::Instant<Real> next_stop() const = 0;

  /// Adds the inputs of a row that arrive before `end`, from synapse `position` on.
  /// @param end in the present epoch, not after next_stop() @param epoch the present one
  virtual RowProgress deliver_row(const RowInFlight<Real>& spike, std::size_t position, std::int64_t epoch,
                                  const Real& end) = 0;

  /// When the neuron's refractoriness ends; nothing: it is not refractory.
  [[nodiscard]] virtual std::optional<events::Instant<Real>> refractory_until(std::size_t index) const = 0;
  /// Whether neurons with these parameters can be in this group.
  [[nodiscard]] virtual bool takes(std::span<const double> parameters) const = 0;
  /// Other weights, from the present time on.
  virtual void set_scale(const InputScale& scale) = 0;
  /// load() of every neuron follows. @param now the time from which the group goes on
  virtual void begin_load(const events::Instant<Real>& now) = 0;
};

/// A windowed group as its factory makes it.
template <class Real>
struct NewWindowedGroup {
  std::unique_ptr<StoredNeuronGroup<Real>> group;
  WindowedGroup<Real>* windowed = nullptr;  ///< the same object
};

}  // namespace va_event::neurons

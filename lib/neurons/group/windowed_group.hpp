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
#include "foundation/bytes.hpp"
#include "network/share.hpp"
#include "neurons/group/neuron_group.hpp"
#include "neurons/group/row_slices.hpp"

namespace va_event::neurons {

/// What a group must know of its neurons' inputs before there are any, the same in all processes.
struct InputScale {
  double largest_weight = 0.0;  ///< of the magnitudes of all synapses onto the population [nA] or [mV]
  /// Largest sum of the magnitudes of the weights of one neuron's inputs in 1 ms [nA] or [mV]; any upper bound.
  double largest_sum = 0.0;
  /// Of one neuron, expected, through synapses with a common delay. (Others come by slices of rows, which are the
  /// shorter the shorter frames are.)
  double inputs_per_ms = 0.0;
  double all_inputs_per_ms = 0.0;  ///< of one neuron, expected, through all synapses
};

/// Spikes of sources each of which has a single synapse, all of them onto one receptor.
template <class Real>
struct SourceArrivals {
  std::span<const Real> t;                ///< of each arrival, in the present epoch [ms]
  std::span<const std::uint32_t> source;  ///< of each
  std::span<const std::uint32_t> target;  ///< of each source: index in the group
  std::span<const double> weight;         ///< of each source, or one number of all
  std::uint32_t receptor;

  [[nodiscard]] double weight_of(std::uint32_t from) const { return weight[weight.size() == 1 ? 0 : from]; }
};

/// Sources each of which has a single synapse, all of them onto one receptor and with one delay. All spikes of a slot
/// of time are known when the first of them arrives.
struct SlotSources {
  std::span<const std::uint32_t> target;  ///< of each source: index in the group
  std::span<const double> weight;         ///< of each source, or one number of all
  std::uint32_t receptor;
  int exponent;  ///< slots are 2^exponent ms long, and begin at multiples of that
  double delay;  ///< [ms]
};

/// Their spikes in one slot, source by source, of each in no order.
struct SlotSpikes {
  static constexpr double kTick = 0x1p-49;  ///< [ms]
  events::Instant<double> start;            ///< of the slot
  std::span<const std::uint8_t> counts;     ///< by source
  std::span<const std::uint64_t> ticks;     ///< of each spike, from the slot's start, in kTick
  std::span<const std::uint32_t> source;    ///< of each spike
  double delay;                             ///< [ms]
};

/// A group whose neurons are advanced together, from one time to another: all inputs that arrive in between are given
/// to it before, in any order, by deliver(), receive() and deliver_slices(); by the latter perhaps long before. None of
/// its neurons is ever a candidate of the event loop, which does not look at them. A neuron's spikes do not depend on
/// where time was cut.
template <class Real>
class WindowedGroup {
 public:
  virtual ~WindowedGroup() = default;

  /// Every input before `end` has come: advances to `end` and appends the spikes, in any order.
  /// @param end at most next_stop()
  virtual void advance(const events::Instant<Real>& end, std::vector<events::CellEvent<Real>>& spikes) = 0;
  /// The latest time that the next advance() may go to.
  [[nodiscard]] virtual events::Instant<Real> next_stop() const = 0;

  // Rest. Where no input is on its way, windows need not be gone through one by one.

  /// Whether no neuron spikes from the present time on, however long, unless an input comes or users change something.
  /// Asked once in an epoch without events; the answer may be no although it is so.
  [[nodiscard]] virtual bool is_quiet() { return false; }
  /// Advances to `end`, however late, with the bits of many calls of advance().
  /// @pre is_quiet(), and no input comes before
  virtual void advance_quietly(const events::Instant<Real>& end) {
    std::vector<events::CellEvent<Real>> none;
    while (next_stop() < end) {
      advance(next_stop(), none);
    }
    advance(end, none);
  }
  /// Whether advance_quietly() would change nothing but the time, however late `end`: then it takes no time.
  [[nodiscard]] virtual bool is_settled() const { return false; }

  /// Whether variable() may be asked for a later time than the present one, before the next advance() goes beyond it,
  /// when all inputs before that time have come and no others. So windows need not end where users read.
  [[nodiscard]] virtual bool reads_ahead() const { return false; }
  /// Whether deliver() keeps views of its targets and their weights until advance(), instead of adding them at once.
  [[nodiscard]] virtual bool keeps_targets() const { return true; }

  /// Inputs through synapses with delays of their own, which arrive before next_stop() and not before the present time.
  /// The slices' memory stays until take_back(), or until next_stop() has passed.
  /// @param slices with origins relative to the present epoch @param own see RowSlices; null: all targets are in the
  /// group
  /// @returns how many inputs
  virtual std::size_t deliver_slices(std::span<const RowSlice> slices, const network::Share::Range* own) = 0;
  /// Takes out again the inputs of slices that arrive at the present time or later: users may change what synapses are
  /// worth. Their rounded sums are undone exactly.
  virtual void take_back() = 0;

  /// Takes inputs of sources, which stay where they are until advance() is done.
  /// @returns false: it takes them by receive() only
  virtual bool receive_from_sources(const SourceArrivals<Real>& /*arrivals*/) { return false; }

  /// Whether it takes the spikes of these sources by whole slots, from the present time on. @returns their number for
  /// receive_slot(); nothing: it does not
  virtual std::optional<std::size_t> hold_sources(const SlotSources& /*sources*/) { return std::nullopt; }
  /// The inputs of a slot, some of which arrive before the end of the next advance(), and none at an earlier time than
  /// the present one.
  virtual void receive_slot(std::size_t /*sources*/, const SlotSpikes& /*spikes*/) {}
  /// Takes out again all inputs of slots that arrive at the present time or later, and forgets all these sources.
  virtual void release_sources() {}

  /// When the neuron's refractoriness ends; nothing: it is not refractory.
  [[nodiscard]] virtual std::optional<events::Instant<Real>> refractory_until(std::size_t index) const = 0;
  /// Whether neurons with these parameters can be in this group.
  [[nodiscard]] virtual bool takes(std::span<const double> parameters) const = 0;
  /// Other weights, from the present time on.
  virtual void set_scale(const InputScale& scale) = 0;
  /// What a checkpoint holds of all neurons together: the choices made when the group was made, which its factory takes
  /// over in place of new ones, and what set_scale() has made of them.
  virtual void save_choices(foundation::ByteWriter& out) const = 0;
  /// load() of every neuron follows. @param now the time from which the group goes on
  virtual void begin_load(const events::Instant<Real>& now) = 0;

  /// How often a neuron was looked at, since its bound did not exclude a spike: a count of work, which depends on where
  /// time was cut.
  [[nodiscard]] std::uint64_t look_count() const noexcept { return look_count_; }

 protected:
  std::uint64_t look_count_ = 0;
};

/// A windowed group as its factory makes it.
template <class Real>
struct NewWindowedGroup {
  std::unique_ptr<StoredNeuronGroup<Real>> group;
  WindowedGroup<Real>* windowed = nullptr;  ///< the same object
};

}  // namespace va_event::neurons

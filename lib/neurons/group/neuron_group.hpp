// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cassert>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <span>
#include <vector>

#include "events/delivery.hpp"
#include "events/event_queue.hpp"
#include "events/frame_queue.hpp"
#include "foundation/bytes.hpp"
#include "network/network.hpp"
#include "neurons/inputs.hpp"
#include "neurons/sinusoid/sine_source.hpp"
#include "neurons/state.hpp"

namespace va_event::neurons {

/// How an interval of a neuron (from one of its events to the next) is known to hold no spike, or to end with one.
enum class Interval : std::uint8_t { by_sign, by_bound, by_search, refractory, crossing };
inline constexpr std::size_t kIntervalKinds = 5;

/// The neurons that might spike before the end of the present check frame, earliest first. Entries are never removed
/// when a neuron's prospects change; an entry is valid exactly if its time still is the neuron's `safe_until`.
template <class Real>
class Candidates {
 public:
  /// Takes the neuron in if it might spike before the end of the frame.
  void offer(const Real& time, std::uint32_t cell) {
    if (time < frame_end_) {
      queue_.push({time, cell});
    }
  }
  /// Takes in a neuron that an input has lifted to its threshold: it spikes at `time` unless the other inputs of that
  /// instant, which come first, pull it down again.
  void lift(const Real& time, std::uint32_t cell) { lifted_.push({time, cell}); }
  [[nodiscard]] const Real& frame_end() const noexcept { return frame_end_; }
  /// Forgets all and begins the frame from frame_end() to `time`.
  void begin_frame(const Real& time) {
    queue_.clear();
    queue_.set_frame(static_cast<double>(frame_end_), static_cast<double>(time));
    frame_end_ = time;
  }
  /// A new frame will begin at `time`.
  void set_frame_end(const Real& time) { frame_end_ = time; }
  [[nodiscard]] events::FrameQueue<events::Candidate<Real>>& queue() noexcept { return queue_; }
  [[nodiscard]] events::EventQueue<events::Candidate<Real>>& lifted() noexcept { return lifted_; }

 private:
  events::FrameQueue<events::Candidate<Real>> queue_;
  events::EventQueue<events::Candidate<Real>> lifted_;
  Real frame_end_ = Real(0);
};

/// What the event loop found out about a candidate.
template <class Real>
struct Verdict {
  bool spikes = false;
  Real time = Real(0);  ///< of the spike [ms]
};

/// Where a potential decided by a small distance from the threshold whether there is a spike.
struct Touch {
  double distance = std::numeric_limits<double>::infinity();  ///< of v from v_thresh [mV], >= 0
  CellId cell = 0;
  events::Instant<double> time;

  /// Closer, or as close and earlier, or of a cell that comes first: which of several is reported does not depend on
  /// who saw them in which order.
  friend bool operator<(const Touch& a, const Touch& b) noexcept {
    return a.distance != b.distance ? a.distance < b.distance : a.time != b.time ? a.time < b.time : a.cell < b.cell;
  }
};

/// A neuron as it leaves a group.
template <class Real>
struct Retired {
  neurons::State<Real> state;  ///< y is kHeld while the neuron is refractory
  Real held_y;                 ///< what y is then
};

/// The neurons of one model, of any number of populations: their states and everything that depends on the model. All
/// times are offsets in the present epoch. Between two of its own events a neuron's state is not touched: whoever asks
/// for values or for a crossing in between gets a function of that state, so that nothing depends on who asked when.
template <class Real>
class NeuronGroup {
 public:
  virtual ~NeuronGroup() = default;

  /// So many neurons will be taken in: large tables need not move.
  virtual void reserve(std::size_t /*count*/) {}
  /// Takes neurons begin ... end-1 of a population in. @returns the index in the group of the first of them
  /// @param injected current at time 0 of each of them [nA]
  virtual std::uint32_t add(const network::PopulationData& population, std::uint32_t begin, std::uint32_t end,
                            std::span<const double> injected) = 0;

  /// An event at `t` on each target; a target may occur several times.
  virtual void deliver(const Real& t, std::size_t receptor, std::span<const neurons::Targets> targets,
                       Candidates<Real>& candidates) = 0;

  /// Inputs in the order of their times: the first, and those after it until one comes whose neuron has had another
  /// input meanwhile, or might spike before it. @returns how many they were
  virtual std::size_t receive(std::span<const neurons::Input<Real>> inputs, Candidates<Real>& candidates) = 0;

  /// Asks the memory for what examine() and wake() need of a neuron, long before they are called.
  virtual void prefetch(std::size_t /*index*/) const {}
  /// The same for deliver().
  virtual void prefetch_targets(std::span<const std::uint32_t> /*targets*/, std::uint32_t /*offset*/) const {}

  /// Before this time the neuron does not spike unless an event comes; +inf: not within this epoch.
  [[nodiscard]] virtual Real safe_until(std::size_t index) const = 0;
  /// Looks closer at a neuron at its `safe_until`: it spikes there, or it is safe until a later time.
  virtual Verdict<Real> examine(std::size_t index) = 0;
  /// The neuron spikes at `t` and becomes refractory. Returns tau_refrac [ms].
  virtual Real fire(std::size_t index, const Real& t) = 0;
  /// Refractoriness ends at `t`.
  virtual void wake(std::size_t index, const Real& t, Candidates<Real>& candidates) = 0;

  /// New parameters (in the order of the model) and injected current [nA] from `t` on; v stays.
  virtual void set_parameters(std::size_t index, std::span<const double> parameters, double injected, const Real& t,
                              Candidates<Real>& candidates) = 0;
  /// Sinusoidal currents, too, from `t` on (neurons/sinusoid/driven_group.hpp).
  /// @pre the group was made by make_driven_group(); a neuron that once had sinusoids comes here instead of above
  virtual void set_driven(std::size_t /*index*/, CellId /*cell*/, std::span<const double> /*parameters*/,
                          double /*injected*/, std::span<const neurons::SineSource> /*sines*/, const Real& /*t*/,
                          Candidates<Real>& /*candidates*/) {
    assert(false && "a group without sinusoids");
  }
  /// The neuron leaves the group at `t`. Its place stays, takes no inputs and never spikes.
  virtual Retired<Real> retire(std::size_t index, const Real& t) = 0;
  /// Sets state variable number `variable` at `t`.
  virtual void set_variable(std::size_t index, std::size_t variable, double value, const Real& t,
                            Candidates<Real>& candidates) = 0;
  /// The exact value of a state variable at `t`, which is not before the neuron's last event.
  [[nodiscard]] virtual double variable(std::size_t index, std::size_t variable, const Real& t) = 0;

  /// Advances every neuron to the end of the epoch, which becomes time 0 of the epoch with number `epoch`.
  virtual void next_epoch(std::int64_t epoch) = 0;
  /// Offers every neuron.
  virtual void offer_all(Candidates<Real>& candidates) const = 0;

  /// Brings what there is to report up to date.
  virtual void settle() {}

  /// What a checkpoint holds of a neuron: its last event, from which all else follows.
  virtual void save(std::size_t index, foundation::ByteWriter& out) = 0;
  /// Takes it over at `now`. @pre the neuron has its present parameters
  virtual void load(std::size_t index, foundation::ByteReader& in, const events::Instant<Real>& now) = 0;
  /// What there is to report so far; before load().
  virtual void set_report(const std::array<std::uint64_t, kIntervalKinds>& counts, const Touch& closest) {
    counts_ = counts;
    closest_ = closest;
  }

  /// How many intervals there were, by kind, the present ones included.
  [[nodiscard]] virtual std::array<std::uint64_t, kIntervalKinds> interval_counts() const { return counts_; }

  /// The closest of all touches: where the root finder found a crossing or that there is none, and where an event ended
  /// a rise.
  [[nodiscard]] virtual Touch closest_touch() const { return closest_; }

 protected:
  std::array<std::uint64_t, kIntervalKinds> counts_{};
  Touch closest_;
};

/// An empty group for any neuron model of neurons/models.hpp.
template <class Real>
[[nodiscard]] std::unique_ptr<NeuronGroup<Real>> make_neuron_group(const CellModel& model);

/// The same neurons at the same indices, some of which may get sinusoidal currents.
/// @param epoch number of the present one
template <class Real>
[[nodiscard]] std::unique_ptr<NeuronGroup<Real>> make_driven_group(const CellModel& model,
                                                                   std::unique_ptr<NeuronGroup<Real>> neurons,
                                                                   std::int64_t epoch);

}  // namespace va_event::neurons

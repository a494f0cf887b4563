// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "neurons/group/parameter_sets.hpp"
#include "neurons/group/windowed_group.hpp"
#include "neurons/if_cond_exp/order_free/exact.hpp"
#include "neurons/if_cond_exp/order_free/filter.hpp"
#include "neurons/if_cond_exp/order_free/frame_sums.hpp"
#include "neurons/if_cond_exp/order_free/input_history.hpp"
#include "neurons/if_cond_exp/order_free/look_back.hpp"
#include "neurons/if_cond_exp/order_free/slot_inputs.hpp"

namespace va_event::neurons::order_free_conductances {

/// Neurons of one population of IF_cond_exp with common synaptic time constants, whose inputs are kept, and whose v is
/// computed only where it might reach the threshold (README.md).
///
/// v in a frame is a function of the network alone: at the frame's start it is what the chain of all intervals makes of
/// it, from the neuron's origin on, or from the latest frame before that v has forgotten by then; from there on it goes
/// through the frame's inputs in the order of time. Nothing that is computed for one frame is used for the next.
class OrderFreeConductancesGroup final : public ModelGroup<double, State<double>>, public WindowedGroup<double> {
 public:
  using Instant = events::Instant<double>;
  using Candidates = events::Candidates<double>;

  /// @param tau_exc, tau_inh  synaptic time constants of all neurons [ms] @param unit  InputUnits::unit_for() [uS]
  OrderFreeConductancesGroup(double tau_exc, double tau_inh, double unit);
  /// @param choices what save_choices() wrote @throws foundation::BadBytes
  explicit OrderFreeConductancesGroup(foundation::ByteReader& choices);

  // StoredNeuronGroup
  void reserve(std::size_t count) override;
  std::uint32_t add(const network::PopulationData& population, std::uint32_t begin, std::uint32_t end,
                    std::span<const double> injected) override;
  RemovedNeuron<double, State<double>> remove_neuron(std::size_t index, const double& t) override;

  // NeuronGroup: inputs that the event loop delivers
  void deliver(const double& t, std::size_t receptor, std::span<const Targets> targets,
               Candidates& candidates) override;
  std::size_t receive(std::span<const Input<double>> inputs, Candidates& candidates) override;
  void prefetch_targets(std::span<const std::uint32_t> targets, std::uint32_t offset) const override;

  void set_parameters(std::size_t index, std::span<const double> parameters, double injected, const double& t,
                      Candidates& candidates) override;
  void set_variable(std::size_t index, std::size_t variable, double value, const double& t,
                    Candidates& candidates) override;
  [[nodiscard]] double variable(std::size_t index, std::size_t variable, const double& t) override;
  void save(std::size_t index, foundation::ByteWriter& out) override;
  bool load(std::size_t index, foundation::ByteReader& in, const Instant& now) override;

  // WindowedGroup
  void advance(const Instant& end, std::vector<events::CellEvent<double>>& spikes) override;
  [[nodiscard]] Instant next_stop() const override { return start_of(frame_ + 1); }
  [[nodiscard]] bool is_quiet() override;
  std::size_t deliver_slices(std::span<const RowSlice> slices, const network::Share::Range* own) override;
  void take_back() override { slices_.clear(); }
  bool receive_from_sources(const SourceArrivals<double>& arrivals) override;
  std::optional<std::size_t> hold_sources(const SlotSources& sources) override;
  void receive_slot(std::size_t sources, const SlotSpikes& spikes) override;
  void release_sources() override;
  [[nodiscard]] std::optional<Instant> refractory_until(std::size_t index) const override;
  [[nodiscard]] bool takes(std::span<const double> parameters) const override;
  void set_scale(const InputScale& scale) override;
  void begin_load(const Instant& now) override;
  void save_choices(foundation::ByteWriter& out) const override;

 private:
  /// What save_choices() writes.
  struct Choices {
    double tau_exc, tau_inh, unit;
  };
  explicit OrderFreeConductancesGroup(const Choices& choices);
  [[nodiscard]] static Choices get_choices(foundation::ByteReader& in);

  /// What inputs do not touch.
  struct Neuron {
    CellId cell = 0;
    std::uint32_t set = 0;
    /// From here on v is integrated, beginning with `y`: the end of refractoriness, a change by the user, an anchor.
    Instant origin{};
    double y = 0.0;
    bool listed = false;  ///< in refractory_list_
    // As far as a frame is computed:
    std::int64_t known_in = -1;  ///< its number; another one than that of the present frame: nothing is known
    std::uint32_t taken = 0;     ///< inputs of the frame that `place` contains, without those of slots
    double until = 0.0;          ///< inputs of slots before this time are contained, too [ms]
    Place place;
  };

  [[nodiscard]] const Constants& constants(std::size_t i) const { return sets_[neurons_[i].set]; }
  [[nodiscard]] double present() const { return since_start(frame_, time_); }
  [[nodiscard]] bool refractory(std::size_t i) const { return time_ < neurons_[i].origin; }

  /// Inputs in this frame, some of which may not have arrived.
  struct Slice {
    RowSlice synapses;
    std::uint32_t position;     ///< the first synapse that is left
    network::Share::Range own;  ///< of RowSlice::target
  };

  /// Sources whose spikes come by slots, from the present time on.
  struct Held {
    std::shared_ptr<const HeldSources> sources;
    InputBins bins;
  };

  class Keeper;
  void keep_slices_before(double end);
  /// The sums of the present frame or one of the next ones.
  [[nodiscard]] FrameSums& sums(std::int64_t frame);
  void add_to_frame(const std::shared_ptr<const SlotInputs>& slot);
  void add_to_sums(const std::shared_ptr<const SlotInputs>& slot);
  /// All sums, and those of one neuron in the present frame, from the inputs that are kept.
  void add_up_again();
  void add_up_again(std::size_t i);
  /// The inputs of slots that may arrive before a window's end, for the filter.
  void count_slots_before(const Instant& end);
  /// Where a frame starts within a bin that has been counted, those inputs that its conductances do not hold.
  void count_again(const Instant& start, Held& held);

  /// y at the start of the present frame. @pre the neuron's origin is before
  [[nodiscard]] double potential_at_start(std::size_t i);
  /// Fills ordered_: the inputs of a neuron from the one with number `first` on, and those of slots from one time to
  /// another.
  void order_inputs(std::size_t i, const FrameInputs& frame, std::size_t first, double from, double to);
  /// Where the neuron's computation in this frame begins.
  void begin_frame_of(std::size_t i);
  /// Its state at the present time, without inputs at that time; y is of no meaning while it is refractory.
  [[nodiscard]] Place state_now(std::size_t i);

  void prepare_waking(const Instant& end, double h);
  /// Computes the neuron to the window's end, and finds its spikes. @returns its state there
  Place look(std::size_t i, double end, std::vector<events::CellEvent<double>>& spikes);
  /// Through inputs one after the other, spikes and refractoriness included.
  /// @param k number of the first one
  void walk(std::size_t i, const OrderedInputs& inputs, std::size_t k, double end,
            std::vector<events::CellEvent<double>>& spikes);
  void spike(std::size_t i, double x, std::vector<events::CellEvent<double>>& spikes);
  void list_refractory(std::size_t i);
  /// The bounds of a neuron whose state is known. @param now where windows end or begin [ms]
  void set_bounds(std::size_t i, const Place& place, double now);
  void set_bound_of_potential(std::size_t i, const Place& place);
  void look_at_all(const std::vector<std::uint32_t>& flagged, double end,
                   std::vector<events::CellEvent<double>>& spikes);

  /// v is `y` from now on, once the neuron is not refractory.
  void begin_anew(std::size_t i, double y);
  void next_frame();
  void set_anchors();

  double tau_exc_, tau_inh_;  ///< of all neurons [ms]
  InputUnits units_;
  std::int64_t frame_ = 0;     ///< number of the present one
  Instant time_;               ///< every event before it is done
  double window_begin_ = 0.0;  ///< time_, since the frame's start [ms]
  ParameterSets<Kernel> sets_;
  std::vector<Neuron> neurons_;
  Bounds bounds_;
  InputHistory history_;
  FrameInputs* inputs_;  ///< of the present frame
  /// Of the present frame and those into which slots reach, which are not longer than an epoch: by number, modulo
  /// their count. Empty: there are no inputs.
  std::array<FrameSums, 2 * kFramesOfEpoch> sums_;
  FrameSums* present_sums_ = nullptr;

  /// A neuron whose refractoriness ends within the window.
  struct Waking {
    std::uint32_t index;
    float least;  ///< no bound of v at the window's end may be below [mV]
  };

  std::vector<Waking> waking_;
  std::vector<Slice> slices_;  ///< that are not yet done
  std::vector<Held> held_;
  std::vector<std::shared_ptr<const SlotInputs>> slots_;  ///< that reach into the present frame or beyond it
  std::deque<std::shared_ptr<SlotInputs>> all_slots_;     ///< that are kept, and those that can be used again
  std::vector<CountedInputs> counted_;                    ///< in this window
  std::vector<std::uint32_t> flagged_;                    ///< in this window
  std::vector<std::uint32_t> to_look_at_;                 ///< in the next window, because of what users have set
  /// A neuron that is refractory until then, or longer.
  struct Refractory {
    Instant until;
    std::uint32_t index;
    /// The heap's first one is the first to wake.
    friend bool operator<(const Refractory& a, const Refractory& b) { return b.until < a.until; }
  };
  std::vector<Refractory> refractory_list_;  ///< a heap; at least all that are refractory, each once
  std::vector<double> times_, remaining_;    ///< space for inputs of many neurons
  UnwrittenVector<std::int64_t> numbers_;
  // Space for the work on one neuron:
  GatheredInputs gathered_;
  OrderedInputs ordered_;
  IntervalList intervals_;
  LookBack look_back_;
};

}  // namespace va_event::neurons::order_free_conductances

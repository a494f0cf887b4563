// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <unordered_map>
#include <utility>
#include <vector>

#include "foundation/large_pages.hpp"
#include "foundation/prefetch.hpp"
#include "neurons/group/parameter_sets.hpp"
#include "neurons/group/windowed_group.hpp"
#include "neurons/if_cond_exp/near_spikes/input_lists.hpp"
#include "neurons/if_cond_exp/near_spikes/solve.hpp"

namespace va_event::neurons::near_spikes {

/// Neurons of one population of IF_cond_exp whose v is computed only where a spike may be near (README.md). An input
/// adds to an amplitude and to the neuron's list of inputs; v is a function of that list.
class NearSpikesGroup final : public ModelGroup<double, State<double>>, public WindowedGroup<double> {
 public:
  using Instant = events::Instant<double>;
  using Candidates = events::Candidates<double>;

  NearSpikesGroup() { lists_.clear(0); }

  // StoredNeuronGroup
  void reserve(std::size_t count) override;
  std::uint32_t add(const network::PopulationData& population, std::uint32_t begin, std::uint32_t end,
                    std::span<const double> injected) override;
  RemovedNeuron<double, State<double>> remove_neuron(std::size_t index, const double& t) override;

  // NeuronGroup: inputs that the event loop delivers, in the order of time
  void deliver(const double& t, std::size_t receptor, std::span<const Targets> targets,
               Candidates& candidates) override;
  std::size_t receive(std::span<const neurons::Input<double>> inputs, Candidates& candidates) override;
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
  [[nodiscard]] Instant next_stop() const override { return {time_.epoch + 1, 0.0}; }
  [[nodiscard]] bool reads_ahead() const override { return true; }
  std::size_t deliver_slices(std::span<const RowSlice> /*slices*/, const network::Share::Range* /*own*/) override {
    return 0;  // whole rows are for groups that need no order
  }
  void take_back() override {}
  [[nodiscard]] std::optional<Instant> refractory_until(std::size_t index) const override;
  [[nodiscard]] bool takes(std::span<const double> parameters) const override;
  void set_scale(const InputScale& /*scale*/) override {}
  void save_choices(foundation::ByteWriter& /*out*/) const override {}
  void begin_load(const Instant& now) override;

 private:
  /// After so many inputs, or epochs, a list may begin later.
  static constexpr std::uint32_t kInputsPerBase = 104;
  static constexpr std::int64_t kEpochsPerBase = 8;
  /// Inputs of so many epochs are kept: those since the base, which is followed by the next one, and some more.
  static constexpr std::int64_t kEpochsKept = 2 * kEpochsPerBase + 4;
  /// A list that begins behind this position is renumbered; a multiple of all that positions are divided by.
  static constexpr std::uint32_t kManyPositions = std::uint32_t{1} << 31U;

  /// At a distance of so much the drive mostly is over before v reaches the threshold [mV].
  [[nodiscard]] static double enough_for(double drive) { return 0.1 * drive; }

  /// Of a bound of v from the threshold [mV].
  static constexpr double kLeastDistance = std::numeric_limits<double>::min();

  static constexpr std::uint32_t kSlots = 256;  ///< of an epoch
  static constexpr std::uint32_t kNoSlot = kSlots;
  [[nodiscard]] static std::uint32_t slot_of(double t) {
    return static_cast<std::uint32_t>(std::max(t, 0.0) * (kSlots / kEpoch));
  }

  /// Where a neuron that is not refractory stands. A *run* is a stretch of inputs during which the drive at threshold
  /// may be positive: only in runs v is asked for.
  struct alignas(64) Prospects {
    double distance = 0.0;            ///< v is at least this far below the threshold at `since` [mV]
    double since = 0.0;               ///< in the present epoch [ms]
    double drive = 0.0;               ///< at most this much from then on [mV]
    double conductance = 1.0;         ///< in units of the leak, at most; without inhibition that comes later
    double safe = 0.0;                ///< no spike before this time unless an excitatory input comes [ms]
    std::uint32_t position = 0;       ///< the first inputs of the list, those that the bound includes
    std::uint32_t run_position = 0;   ///< of the present run's beginning, unless run_placed
    std::uint32_t base_position = 0;  ///< that of History::base
    std::uint16_t slot = kNoSlot;     ///< of due_ in which the neuron stands
    bool in_run = false;              ///< the drive was positive after the inputs that the bound includes
    bool run_placed = true;           ///< History::run is of the present run
    bool run_known = false;           ///< run.y is v at `run`
    bool rough = false;               ///< the bound may be far from v
  };
  static_assert(sizeof(Prospects) == 64);
  struct alignas(64) History {
    Point base{};             ///< v there is known, or forgotten by all that is asked for
    Point run{};              ///< the run's beginning or, where v is known, a later input of it
    Point next_base{};        ///< where the list may begin from the next one on
    bool forgotten = false;   ///< v at base
    Instant wake{};           ///< where refractoriness ends
    double refractory_y = 0;  ///< v - v_thresh meanwhile [mV]
    CellId cell = 0;
    bool removed = false;  ///< the neuron is held elsewhere
  };
  /// v at the beginning of a block, for readers.
  struct Reading {
    Point base{};  ///< where the list began when it was computed
    Point at{};
  };
  /// When a neuron's refractoriness ends.
  struct Wake {
    Instant time;
    std::uint32_t index;
    friend bool operator<(const Wake& a, const Wake& b) { return b.time < a.time; }  // the earliest is on top of a heap
  };
  /// What a neuron's way through a window waits for.
  enum class Wait : std::uint8_t { none, potential, crossing };
  /// A neuron's way through a window: its inputs, and in runs whether it spikes before the next one. It goes on as far
  /// as it can without intervals that are to be solved; these are solved for all neurons together.
  struct Look {
    Point now;          ///< after the inputs so far
    double until;       ///< of the present interval without input, in the epoch [ms]
    std::uint32_t i;    ///< the neuron
    std::uint32_t job;  ///< number of what it waits for
    Wait wait;
    bool in_run;
    bool inclusive;  ///< a spike at `until` is before the input there
  };
  enum class Answer : std::uint8_t { no, spike, later };

  [[nodiscard]] const Constants& constants(std::size_t i) const { return sets_[lists_.line(i).set]; }
  /// Whether an input came in the present window.
  [[nodiscard]] bool is_of_window(std::uint32_t number) const {
    return static_cast<std::int32_t>(number - window_begin_) >= 0;
  }
  /// Whether v has been set at or above the threshold: a bound alone is below it.
  [[nodiscard]] static bool is_at_threshold(const Prospects& prospects) {
    return !prospects.rough && prospects.distance < kLeastDistance;
  }
  void set_base(std::size_t i, const Point& base) {
    history_[i].base = base;
    prospects_[i].base_position = base.position;
  }
  void prefetch_look(std::size_t i) const {
    foundation::prefetch(&prospects_[i]);
    lists_.prefetch(i);
    foundation::prefetch(&history_[i].base);
    foundation::prefetch(&history_[i].run);
    foundation::prefetch(&history_[i].wake);
  }
  void notice(std::size_t i) {
    if (lists_.line(i).noticed == 0) {
      lists_.line(i).noticed = 1;
      lists_.line(i).limit = std::numeric_limits<float>::infinity();  // set when it has been looked at
      noticed_.push_back(static_cast<std::uint32_t>(i));
    }
  }
  void receive_one(std::size_t i, std::uint32_t number, const Input& input, const Kernel::DriveFactors& drive);
  template <bool kInhibitory>
  void deliver_to_falling(const Input& input, std::uint32_t number, const Kernel::DriveFactors& drive,
                          std::span<const std::uint32_t> targets, std::uint32_t offset);
  void follow_bound(std::size_t i, double exc_before, const Input& input, const Kernel::DriveFactors& drive);
  [[nodiscard]] bool is_safe_until(std::size_t i, double window_end);
  bool begin_bound(std::size_t i, double exc, double inh);
  void deliver_to_all(const Input& input, const Constants& c, const Kernel::SharedExponentials& at,
                      std::span<const std::uint32_t> targets, std::uint32_t offset);
  void deliver_to_set(const Constants& c, double t, std::size_t receptor, const Targets& targets);
  void deliver_to_each(double t, std::size_t receptor, const Targets& targets);
  void receive_some(std::span<const neurons::Input<double>> inputs);
  void complete_block(std::size_t i, double exc, double inh, std::uint32_t number);
  void check_list(std::size_t i);
  [[nodiscard]] Input input_of(const Kernel::SharedExponentials& at, std::size_t receptor, double weight) const;

  void look_at(std::span<const std::uint32_t> neurons, const Instant& end,
               std::vector<events::CellEvent<double>>& spikes);
  void look_ahead(std::size_t i, const Instant& end);
  void begin_look(std::size_t i, Look& look);
  [[nodiscard]] bool go_on(Look& look, const Instant& end, std::vector<events::CellEvent<double>>& spikes);
  void wake_up(Look& look);
  bool begin_list(std::size_t i, const Point& now);
  bool wakes_quietly(std::size_t i, double window_end);
  void take_input(Look& look, const Input& next);
  [[nodiscard]] Answer spikes_until(Look& look);
  [[nodiscard]] Answer resume(Look& look, std::vector<events::CellEvent<double>>& spikes);
  [[nodiscard]] Answer ask_potential(Look& look);
  [[nodiscard]] Answer with_potential(Look& look);
  [[nodiscard]] Answer with_crossing(Look& look, std::vector<events::CellEvent<double>>& spikes);
  void enter_epoch();
  /// Begins anew with what is known at the present time, as after an event.
  void restart(std::size_t i, double y, double exc, double inh);
  void set_limit(std::size_t i);
  void wait_until_safe(std::size_t i);
  void wake_later(std::size_t i);
  void notice_due(const Instant& end);
  void clear_due();
  [[nodiscard]] std::uint32_t stored(const Input& input);

  [[nodiscard]] static double largest_drive(const Constants& c, const Point& point);
  [[nodiscard]] static bool drive_may_be_positive(const Constants& c, const Point& point);
  [[nodiscard]] Point point_at(std::size_t i, double t) const;
  [[nodiscard]] Point present_point(std::size_t i) const { return point_at(i, time_.offset); }
  double list_intervals(Chains& chains, std::size_t i, Point& point, std::uint32_t position, std::size_t k) const;
  void gather(Chains& chains, std::size_t i, const Point& end) const;
  [[nodiscard]] double potential_at(std::size_t i, const Point& point);
  [[nodiscard]] bool is_forgotten(std::size_t i, const Point& from, const Point& to) const;
  void renew_base(std::size_t i, const Point& now);
  void place_run(std::size_t i);
  std::uint32_t list_run(std::size_t i, std::uint32_t position);
  Point run_at_last_input(std::size_t i);
  [[nodiscard]] double potential_now(std::size_t i, const Point& now);
  void begin_run(std::size_t i, const Point& point);
  [[nodiscard]] static double carried_distance(const Constants& c, const Prospects& prospects, double t);
  void set_bound(std::size_t i, double y, const Point& at);
  [[nodiscard]] double distance_from_last_inputs(std::size_t i, const Point& point, double enough) const;

  Instant time_;                        ///< every event before it is done
  Kernel::SharedExponentials known_{};  ///< the last one that was needed
  const Constants* known_for_ = nullptr;
  Kernel::SharedExponentials at_begin_{};  ///< of the window, for
  const Constants* at_begin_for_ = nullptr;
  std::uint32_t window_begin_ = 0;  ///< number of the window's first input
  ParameterSets<Kernel> sets_;
  InputLists lists_;
  foundation::LargeVector<Prospects> prospects_;
  foundation::LargeVector<History> history_;
  std::vector<std::uint32_t> noticed_;  ///< neurons to be looked at when the window ends
  std::vector<Wake> wakes_;             ///< a heap
  /// Neurons to be looked at, by the time in the epoch; some only seem to be due.
  std::array<std::vector<std::uint32_t>, kSlots> due_;
  std::uint32_t slot_ = 0;                                       ///< the first that may have some
  std::vector<std::uint32_t> waiting_;                           ///< scratch
  std::unordered_multimap<double, std::uint32_t> known_inputs_;  ///< numbers by time, while a checkpoint is read
  std::unordered_map<std::uint32_t, Reading> readings_;          ///< of neurons that are read
  std::vector<events::CellEvent<double>> early_spikes_;          ///< of the present window, found for a reader
  // Scratch.
  std::vector<std::uint32_t> risen_;  ///< neurons whose drive at threshold an input has made positive
  std::vector<double> exc_before_;    ///< their excitatory amplitudes before it [uS]
  std::vector<Look> looks_;
  std::vector<std::uint32_t> under_way_;  ///< looks that are not at the window's end
  Chains chains_, next_chains_;           ///< solved, and being listed
  Chains alone_;
  Searches searches_, next_searches_;
};

}  // namespace va_event::neurons::near_spikes

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <utility>
#include <vector>

#include "foundation/large_pages.hpp"
#include "neurons/group/framed_group.hpp"
#include "neurons/group/parameter_sets.hpp"
#include "neurons/if_curr_delta/order_free/add_inputs.hpp"
#include "neurons/if_curr_delta/order_free/all_neurons.hpp"
#include "neurons/if_curr_delta/order_free/frame.hpp"

namespace va_event::neurons::delta_order_free {

/// With shorter ones frames would be shorter than they pay for, and 1/tau_m larger than amplitudes are made for [ms].
inline constexpr double kShortestTau = 0.1;

/// The shortest and the longest tau_m of those neurons of a population that have at least kShortestTau [ms]; the
/// longest is 0 where there is none.
[[nodiscard]] std::pair<double, double> range_of_tau(const network::PopulationData& population);

/// Neurons of one population of IF_curr_delta, whose inputs are added up without an order (frame.hpp). When a window
/// ends, neurons that might have reached their threshold in it are found (near neurons): only their inputs are then
/// taken one after the other in the order of time. Which neurons are near has no effect on a result. Inputs of
/// refractory neurons are added, too, to sums that are forgotten.
class OrderFreeGroup final : public FramedGroup<NeuronInFrames> {
 public:
  /// @param population its values of tau_m give the frames; takes() says which ones fit
  OrderFreeGroup(const network::PopulationData& population, const InputScale& scale);
  /// @param choices what save_choices() wrote @throws foundation::BadBytes
  explicit OrderFreeGroup(foundation::ByteReader& choices);

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
  std::size_t deliver_slices(std::span<const RowSlice> slices, const network::Share::Range* own) override;
  void take_back() override;
  bool receive_from_sources(const SourceArrivals<double>& arrivals) override;
  void advance_quietly(const Instant& end) override;
  [[nodiscard]] bool takes(std::span<const double> parameters) const override;
  void set_scale(const InputScale& scale) override;
  void save_choices(foundation::ByteWriter& out) const override;
  void begin_load(const Instant& now) override;

 private:
  using Constants = Kernel::Constants;

  static constexpr double kNone = -std::numeric_limits<double>::infinity();

  /// An input of a near neuron.
  struct OrderedInput {
    std::uint32_t near;  ///< the neuron's place in near_
    double x;            ///< [ms]
    double weight;       ///< [mV]
    std::int64_t input;
  };
  struct Wake {
    Instant time;
    std::uint32_t index;
  };
  /// A neuron on its way through the inputs of a window.
  struct Present;

  [[nodiscard]] const Constants& constants(std::size_t i) const { return sets_[rare_[i].set]; }
  [[nodiscard]] Sums sums() { return {raising_.data(), lowering_.data(), frame_.own ? rate_.data() : nullptr}; }
  [[nodiscard]] Neurons all() {
    return {amplitude_.size(), sums(), amplitude_.data(), least_.data(), frame_.own ? decay_.data() : nullptr};
  }
  /// What an input adds to a neuron.
  [[nodiscard]] std::int64_t input_to(std::size_t i, double x, double weight) const {
    return input_of(frame_, x, weight, frame_.own ? rate_[i] : 0.0);
  }

  /// Of a neuron that is not refractory [mV].
  [[nodiscard]] double amplitude(std::size_t i) const;
  /// v - v_thresh [mV]
  [[nodiscard]] double y_at(std::size_t i, double x) const;
  /// y from x on.
  void set_y(std::size_t i, double y, double x);
  void constants_changed(std::size_t i);
  void wait_for_wake(std::size_t i);

  void find_near(double end);
  void order_inputs(double begin);
  void gather_slice(const RowSlice& slice, std::size_t first);
  void gather(std::size_t i, double x, double weight);
  void advance_near(std::size_t i, std::span<OrderedInput> inputs, double begin, double end,
                    std::vector<events::CellEvent<double>>& spikes);
  [[nodiscard]] bool reaches_threshold(const Present& neuron, std::span<OrderedInput> together) const;
  void begin_frame();
  [[nodiscard]] bool stays_below(std::size_t i) const override;
  [[nodiscard]] bool decay(std::int64_t frames);

  Frame frame_;
  ParameterSets<Kernel> sets_;

  // By neuron:
  foundation::LargeVector<std::int64_t> raising_, lowering_;  ///< Sums
  foundation::LargeVector<double> amplitude_;     ///< at the frame's start [mV]; kNone while it is refractory
  foundation::LargeVector<double> least_;         ///< least_amplitude() [mV]
  foundation::LargeVector<double> rate_, decay_;  ///< 1/tau_m [1/ms], decay over a frame; empty where all have the same
  std::vector<std::uint8_t> is_near_;
  std::vector<std::uint32_t> place_in_near_;  ///< where is_near_

  std::vector<Wake> wakes_;                       ///< of all that are refractory, and outdated ones
  std::vector<std::uint32_t> near_;               ///< in this window
  RowSlices slices_;                              ///< in this frame, perhaps arriving after time_
  std::vector<RowSlice> at_once_;                 ///< since time_, each with one time of arrival
  std::vector<SingleInput> singles_;              ///< since time_
  std::vector<SourceArrivals<double>> arrivals_;  ///< since time_
  // Those of near neurons that arrive at time_ or later, as they are found, and by neuron in the order of time:
  std::vector<OrderedInput> gathered_, ordered_;
  std::vector<std::size_t> ordered_end_;  ///< of each near neuron
};

}  // namespace va_event::neurons::delta_order_free

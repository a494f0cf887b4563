// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "foundation/large_pages.hpp"
#include "neurons/group/framed_group.hpp"
#include "neurons/group/parameter_sets.hpp"
#include "neurons/if_curr_exp/order_free/add_inputs.hpp"
#include "neurons/if_curr_exp/order_free/crossing.hpp"
#include "neurons/if_curr_exp/order_free/flagged_neurons.hpp"
#include "neurons/if_curr_exp/order_free/frame.hpp"
#include "neurons/if_curr_exp/order_free/given_inputs.hpp"
#include "neurons/if_curr_exp/order_free/time_constants.hpp"

namespace va_event::neurons::order_free {

struct RareFields : NeuronInFrames {
  bool listed = false;       ///< in refractory_list_
  double quiet_until = 0.0;  ///< in this frame: it does not spike before, unless it gets inputs [ms]
};

/// Neurons of one population of IF_curr_exp, whose inputs are added up without an order (frame.hpp). At the start of a
/// frame each neuron gets a reserve: how far it is certainly below its threshold until the frame ends. Inputs lower it.
/// Only neurons whose reserve is used up are flagged, and only their inputs are then taken one after the other in the
/// order of time. Which neurons are flagged has no effect on a result.
///
/// The memory of an unflagged neuron in a frame: its amplitudes at the frame's start (m_, exc_, inh_) and the sums.
class OrderFreeGroup final : public FramedGroup<RareFields> {
 public:
  /// @param time_constants of all neurons or of each; takes() says which ones fit later
  OrderFreeGroup(TimeConstants time_constants, const InputScale& scale);
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

  [[nodiscard]] const Constants& constants(std::size_t i) const { return sets_[rare_[i].set]; }
  [[nodiscard]] Inbox inbox() { return flagged_.inbox(sums_.data()); }

  /// Of a neuron that is not refractory, or its synapses if it is.
  [[nodiscard]] Potential potential(std::size_t i, const Sums& sums) const;
  [[nodiscard]] Potential potential(std::size_t i) const { return potential(i, sums_[i]); }
  [[nodiscard]] State<double> state_at(std::size_t i, double x) const;
  void set_state(std::size_t i, const State<double>& state, double x);
  /// The potential becomes y at x; currents stay.
  void set_potential(std::size_t i, Sums& sums, double y, double x);
  /// The reserve from x on, anew.
  void arm(std::size_t i, double x);
  [[nodiscard]] double reserve_from(std::size_t i, double x) const;
  void flag(std::size_t i);
  void list_refractory(std::size_t i);

  [[nodiscard]] bool stays_below(std::size_t i) const override;
  void begin_frame();
  void end_tiny_currents();
  struct Decaying;
  [[nodiscard]] bool decay(std::int64_t frames);
  void record_inputs_of_fresh();
  /// The window that is advanced, since the frame's start.
  struct Window {
    Decays begin, end, frame_end;
  };
  [[nodiscard]] Window window(double begin, double end) const;
  void replay(std::size_t i, std::span<std::uint32_t> inputs, const Window& window,
              std::vector<events::CellEvent<double>>& spikes);

  TimeConstants time_constants_;  ///< as they were when the group was made
  Frame frame_;
  ParameterSets<Kernel> sets_;

  // By neuron:
  foundation::LargeVector<Sums> sums_;
  foundation::LargeVector<double> m_, exc_, inh_;          ///< amplitudes at the frame's start [mV]
  foundation::LargeVector<double> y_infinity_;             ///< [mV]
  foundation::LargeVector<double> amplitude_per_current_;  ///< [MOhm]

  std::vector<std::uint32_t> refractory_list_;  ///< at least all that are refractory, each once
  GivenInputs given_;                           ///< since time_, and in this frame
  FlaggedNeurons flagged_;                      ///< in this frame
  /// Neurons with less reserve than this are flagged when a frame begins [units of the sums]. It follows how often
  /// neurons are flagged later, so that their inputs have to be searched for; no result depends on it.
  std::int64_t margin_ = 0;
};

}  // namespace va_event::neurons::order_free

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "neurons/group/windowed_group.hpp"
#include "neurons/if_curr_exp/near_spikes/neurons.hpp"

namespace va_event::neurons::near_spikes_currents {

/// Neurons of IF_curr_exp, of any number of populations. An input is added to its neuron's amplitudes and to a bound of
/// its potential; only neurons whose bound has reached the threshold are looked at (README.md).
class NearSpikesGroup final : public ModelGroup<double, State<double>>, public WindowedGroup<double> {
 public:
  using Candidates = events::Candidates<double>;

  // StoredNeuronGroup
  void reserve(std::size_t count) override;
  std::uint32_t add(const network::PopulationData& population, std::uint32_t begin, std::uint32_t end,
                    std::span<const double> injected) override;
  RemovedNeuron<double, State<double>> remove_neuron(std::size_t index, const double& t) override;

  // NeuronGroup: inputs that the event loop delivers, in the order of time
  void deliver(const double& t, std::size_t receptor, std::span<const Targets> targets,
               Candidates& /*candidates*/) override {
    near_spikes_currents::deliver(neurons_, t, receptor, targets);
  }
  std::size_t receive(std::span<const Input<double>> inputs, Candidates& /*candidates*/) override {
    near_spikes_currents::receive(neurons_, inputs);
    return inputs.size();
  }
  void prefetch_targets(std::span<const std::uint32_t> targets, std::uint32_t offset) const override;

  void set_parameters(std::size_t index, std::span<const double> parameters, double injected, const double& t,
                      Candidates& candidates) override;
  void set_variable(std::size_t index, std::size_t variable, double value, const double& t,
                    Candidates& candidates) override;
  [[nodiscard]] double variable(std::size_t index, std::size_t variable, const double& t) override;
  void save(std::size_t index, foundation::ByteWriter& out) override;
  bool load(std::size_t index, foundation::ByteReader& in, const Instant& now) override;

  // WindowedGroup
  void advance(const Instant& end, std::vector<CellEvent>& spikes) override {
    near_spikes_currents::advance(neurons_, end, spikes);
    look_count_ += std::exchange(neurons_.looks, 0);
  }
  [[nodiscard]] Instant next_stop() const override { return {neurons_.time.epoch + 1, 0.0}; }
  [[nodiscard]] bool is_quiet() override;
  void advance_quietly(const Instant& end) override;
  [[nodiscard]] bool is_settled() const override { return settled_; }
  [[nodiscard]] bool keeps_targets() const override { return false; }
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
  [[nodiscard]] Factors present_factors(std::size_t i);
  [[nodiscard]] State<double> state_of(std::size_t i);
  void set_state(std::size_t i, const State<double>& state, bool refractory);
  void forget_prospects(std::size_t i);

  [[nodiscard]] bool stays_below(std::size_t i) const;
  [[nodiscard]] bool all_decayed() const;

  Neurons neurons_;
  std::size_t not_quiet_ = 0;  ///< a neuron that was not when the group was asked last
  bool settled_ = false;       ///< all neurons are quiet, and their amplitudes 0
};

}  // namespace va_event::neurons::near_spikes_currents

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cassert>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <utility>
#include <vector>

#include "foundation/number_bytes.hpp"
#include "neurons/group/neuron_group.hpp"
#include "neurons/sinusoid/driven_neuron.hpp"
#include "neurons/sinusoid/driven_neuron_group.hpp"
#include "neurons/state.hpp"

namespace va_event::neurons {

/// A NeuronGroup some of whose neurons get sinusoidal currents. Those are held here, one by one and by their states;
/// their places in the group of the others stay, without effect. A Shard puts this in the place of a group when the
/// first of its neurons gets a sinusoid, so that no other neuron becomes slower.
///
/// A neuron that once had a sinusoid stays here, also before it starts and after it has stopped. When it is looked at,
/// and what is found out, follows from its state at its last event alone, as in OneByOneGroup.
///
/// Invariants: a neuron of index i is here if number_[i] > 0, and then the other group neither looks at it nor changes
/// it; every other index is passed on. Constants are a neuron's own, and nothing is computed in vectors.
template <class Kernel, class Real>
class DrivenGroup final : public DrivenNeuronGroup<Real> {
 public:
  using Neuron = DrivenNeuron<Kernel, Real>;
  using Driven = typename Neuron::Driven;
  using Constants = typename Neuron::Constants;
  using State = typename Neuron::State;
  using Candidates = events::Candidates<Real>;

  /// @param others must outlive this @param candidates the same group; null: its neurons are not looked at
  /// @param epoch number of the present one
  DrivenGroup(ModelGroup<Real, State>& others, CandidateGroup<Real>* candidates, std::int64_t epoch)
      : epoch_(epoch), others_(others), other_candidates_(candidates) {}

  /// The targets that are held here get their inputs one by one; the stretches between them go to the other group.
  void deliver(const Real& t, std::size_t receptor, std::span<const neurons::TargetsOf<Real>> targets,
               Candidates& candidates) override {
    parts_.clear();
    for (const neurons::TargetsOf<Real>& part : targets) {
      std::size_t begin = 0;
      const auto pass_on = [&](std::size_t end) {
        if (begin < end) {
          parts_.push_back(part.part(begin, end));
        }
      };
      for (std::size_t k = 0; k < part.index.size(); ++k) {
        if (Neuron* const neuron = find(static_cast<std::uint32_t>(part.offset + part.index[k]))) {
          receive(*neuron, t, receptor, Real(part.weight_of(k)), candidates);
          pass_on(k);
          begin = k + 1;
        }
      }
      pass_on(part.index.size());
    }
    if (!parts_.empty()) {
      others_.deliver(t, receptor, parts_, candidates);
    }
  }

  /// One input to a neuron that is held here, or those before the first of these to the other group.
  std::size_t receive(std::span<const neurons::Input<Real>> inputs, Candidates& candidates) override {
    if (Neuron* const neuron = find(inputs[0].index)) {
      receive(*neuron, inputs[0].t, inputs[0].receptor, inputs[0].weight, candidates);
      return 1;
    }
    std::size_t count = 1;
    while (count < inputs.size() && find(inputs[count].index) == nullptr) {
      ++count;
    }
    return others_.receive(inputs.first(count), candidates);
  }

  void prefetch(std::size_t i) const override {
    if (other_candidates_ != nullptr) {
      other_candidates_->prefetch(i);
    }
  }
  void prefetch_targets(std::span<const std::uint32_t> targets, std::uint32_t offset) const override {
    others_.prefetch_targets(targets, offset);
  }

  [[nodiscard]] Real safe_until(std::size_t i) const override {
    const Neuron* const neuron = find(i);
    return neuron == nullptr ? other_candidates_->safe_until(i) : neuron->safe;
  }

  LookResult<Real> look_at(std::size_t i) override {
    Neuron* const neuron = find(i);
    return neuron == nullptr ? other_candidates_->look_at(i) : look_at(*neuron);
  }

  Real spike_at(std::size_t i, const Real& t) override {
    Neuron* const found = find(i);
    if (found == nullptr) {
      return other_candidates_->spike_at(i, t);
    }
    Neuron& neuron = *found;
    --this->count(Interval::by_search);
    ++this->count(Interval::crossing);
    ++this->count(Interval::refractory);
    record_approach(neuron, neuron.approach.distance, static_cast<double>(t));
    neuron.record = Driven::refractory_at(neuron.constants, neuron.record, t);
    neuron.refractory_y = neuron.constants.plain.y_reset;
    neuron.safe = Neuron::infinity();
    return neuron.constants.plain.tau_refrac;
  }

  void end_refractoriness(std::size_t i, const Real& t, Candidates& candidates) override {
    Neuron* const neuron = find(i);
    if (neuron == nullptr) {
      return other_candidates_->end_refractoriness(i, t, candidates);
    }
    neuron->record = Driven::refractory_at(neuron->constants, neuron->record, t);
    neuron->record.y = neuron->refractory_y;
    begin_interval(*neuron);
    candidates.offer(neuron->safe, neuron->cell);
  }

  void set_parameters(std::size_t i, std::span<const double> parameters, double injected, const Real& t,
                      Candidates& candidates) override {
    assert(find(i) == nullptr);
    others_.set_parameters(i, parameters, injected, t, candidates);
  }

  void set_driven(std::size_t i, CellId cell, std::span<const double> parameters, double injected,
                  std::span<const neurons::SineSource> sines, const Real& t, Candidates& candidates) override {
    Constants fresh = Driven::prepare(Kernel::kParameters.read(parameters), injected, sines, epoch_);
    Neuron* neuron = find(i);
    State state{};
    Real threshold_before(0);
    Real reset_before(0);
    if (neuron == nullptr) {
      const RemovedNeuron<Real, State> last = others_.remove_neuron(i, t);
      neuron = &take_over(i, cell, last, t);
      state = neuron->record;
      threshold_before = last.v_thresh;
      reset_before = last.y_reset;
    } else {
      state = neuron->state_at(t);
      threshold_before = neuron->constants.plain.v_thresh;
      reset_before = neuron->constants.plain.y_reset;
    }
    const Real shift = threshold_before - fresh.plain.v_thresh;
    neuron->constants = std::move(fresh);
    if (!neuron->refractory()) {
      state.y += shift;
    } else if (neuron->refractory_y == reset_before) {
      neuron->refractory_y = neuron->constants.plain.y_reset;
    } else {  // a v that the user has set meanwhile is kept
      neuron->refractory_y += shift;
    }
    neuron->sources.assign(sines.begin(), sines.end());
    change(*neuron, state, candidates);
  }

  [[nodiscard]] bool holds(std::size_t i) const override { return find(i) != nullptr; }

  void set_variable(std::size_t i, std::size_t variable, double value, const Real& t, Candidates& candidates) override {
    Neuron* const neuron = find(i);
    if (neuron == nullptr) {
      return others_.set_variable(i, variable, value, t, candidates);
    }
    State state = neuron->visible(neuron->state_at(t));
    Kernel::set_variable(neuron->constants.plain, state, variable, value);
    if (neuron->refractory()) {
      neuron->refractory_y = state.y;
      state.y = Real(kRefractory);
    }
    change(*neuron, state, candidates);
  }

  /// A driven neuron never is: its phase goes on.
  bool at_rest() override { return neurons_.empty() && (other_candidates_ == nullptr || other_candidates_->at_rest()); }
  void skip_to_epoch(std::int64_t epoch) override {
    if (other_candidates_ != nullptr) {
      other_candidates_->skip_to_epoch(epoch);
    }
    epoch_ = epoch;
  }

  [[nodiscard]] double variable(std::size_t i, std::size_t variable, const Real& t) override {
    const Neuron* const neuron = find(i);
    return neuron == nullptr ? others_.variable(i, variable, t)
                             : static_cast<double>(Kernel::variable(neuron->constants.plain,
                                                                    neuron->visible(neuron->state_at(t)), variable));
  }

  /// States are written anew at the epoch's end, with phases from the new one's start; looks of the old epoch are
  /// forgotten, since bounds follow from the new state alone.
  void next_epoch(std::int64_t epoch) override {
    if (other_candidates_ != nullptr) {
      other_candidates_->next_epoch(epoch);
    }
    for (Neuron& neuron : neurons_) {
      record_approach_before(neuron, Real(neurons::kEpoch));
      neuron.record = neuron.state_at(Real(neurons::kEpoch));
      neuron.record.t = Real(0);
      neuron.set_epoch(epoch);
    }
    epoch_ = epoch;
    for (Neuron& neuron : neurons_) {
      if (!neuron.refractory()) {
        neuron.predict();
      }
    }
  }

  void offer_all(Candidates& candidates) const override {
    if (other_candidates_ != nullptr) {
      other_candidates_->offer_all(candidates);
    }
    for (const Neuron& neuron : neurons_) {
      candidates.offer(neuron.safe, neuron.cell);
    }
  }

  void save(std::size_t i, foundation::ByteWriter& out) override {
    const Neuron* const neuron = find(i);
    if (neuron == nullptr) {
      return others_.save(i, out);
    }
    neuron->save(out);
  }

  bool load(std::size_t i, foundation::ByteReader& in, const events::Instant<Real>& now) override {
    epoch_ = now.epoch;
    Neuron* const found = find(i);
    if (found == nullptr) {
      return others_.load(i, in, now);
    }
    Neuron& neuron = *found;
    neuron.load(in, now.offset);
    neuron.set_epoch(epoch_);
    if (neuron.refractory()) {
      neuron.safe = Neuron::infinity();
      return true;
    }
    // The looks at the neuron since its last event, once more: they follow from it.
    neuron.predict();
    while (neuron.safe < now.offset) {
      in.require(!look_at(neuron).spikes, "holds a neuron that should have spiked");
    }
    return false;
  }

  void set_report(const IntervalCounts& counts, const ClosestApproach& closest) override {
    others_.set_report({}, closest);
    NeuronGroup<Real>::set_report(counts, closest);
  }
  [[nodiscard]] IntervalCounts interval_counts() const override {
    IntervalCounts sum = others_.interval_counts();
    for (std::size_t kind = 0; kind < kIntervalKinds; ++kind) {
      sum[kind] += this->counts_[kind];
    }
    return sum;
  }
  [[nodiscard]] ClosestApproach closest_approach() const override {
    return std::min(others_.closest_approach(), this->closest_);
  }

 private:
  /// Null: the neuron is among the others.
  [[nodiscard]] const Neuron* find(std::size_t i) const {
    return i < number_.size() && number_[i] > 0 ? &neurons_[number_[i] - 1] : nullptr;
  }
  [[nodiscard]] Neuron* find(std::size_t i) { return const_cast<Neuron*>(std::as_const(*this).find(i)); }

  /// Moves a neuron here from the others, as it is at `t`; its constants are the caller's to set.
  Neuron& take_over(std::size_t i, CellId cell, const RemovedNeuron<Real, State>& last, const Real& t) {
    number_.resize(std::max(number_.size(), i + 1));
    Neuron& neuron = neurons_.emplace_back();
    number_[i] = static_cast<std::uint32_t>(neurons_.size());
    neuron.cell = cell;
    neuron.record = last.state;
    neuron.record.t = t;
    neuron.refractory_y = last.refractory_y;
    return neuron;
  }

  /// An interval of a neuron that is not refractory begins with what its record says.
  void begin_interval(Neuron& neuron) {
    neuron.searched = false;
    ++this->count(neuron.predict().by_sign ? Interval::by_sign : Interval::by_bound);
  }

  /// The user, or a current, has changed something.
  void change(Neuron& neuron, const State& state, Candidates& candidates) {
    record_approach_before(neuron, state.t);
    const bool was_refractory = neuron.refractory();
    neuron.record = state;
    if (was_refractory) {
      ++this->count(Interval::refractory);
      return;
    }
    begin_interval(neuron);
    candidates.offer(neuron.safe, neuron.cell);
  }

  /// An input. Where it moves v itself, v may have been closest just before it, or reach the threshold by it.
  void receive(Neuron& neuron, const Real& t, std::size_t receptor, const Real& weight, Candidates& candidates) {
    const bool was_refractory = neuron.refractory();
    record_approach_before(neuron, t);
    neuron.record = neuron.state_at(t);
    if (Kernel::kInputsMoveV && weight < Real(0) && !was_refractory) {
      record_approach_at_turn(neuron, true);
    }
    Kernel::add_input(neuron.record, receptor, weight);
    if (was_refractory) {
      ++this->count(Interval::refractory);
      return;
    }
    begin_interval(neuron);
    record_approach_at_turn(neuron, false);
    if (Kernel::kInputsMoveV && neuron.record.y >= Real(0)) {
      candidates.add_at_threshold(t, neuron.cell);
      return;
    }
    candidates.offer(neuron.safe, neuron.cell);
  }

  /// The interval is settled by search, no longer by bound, from the first piece of the drive on that is looked at.
  LookResult<Real> look_at(Neuron& neuron) {
    record_approach_before(neuron, neuron.safe);
    const bool searched = neuron.searched;
    const LookResult<Real> result = neuron.look();
    if (neuron.searched && !searched) {
      --this->count(Interval::by_bound);
      ++this->count(Interval::by_search);
    }
    return result;
  }

  /// A peak that was foreseen counts when it has come, and no event before it.
  void record_approach_before(Neuron& neuron, const Real& t) {
    if (!neuron.crosses && !(Real(neuron.approach.time) > t)) {
      record_approach(neuron, neuron.approach.distance, neuron.approach.time);
      neuron.approach = {};
    }
  }

  /// An event that ends a rise decides, too, whether there is a spike; so does one that is about to pull v down.
  void record_approach_at_turn(const Neuron& neuron, bool rising) {
    if (-neuron.record.y <= Real(this->closest_.distance)) {
      const Real slope = Driven::slope(neuron.constants, neuron.record);
      if (rising ? slope > Real(0) : slope < Real(0)) {
        record_approach(neuron, static_cast<double>(neurons::magnitude(neuron.record.y)),
                        static_cast<double>(neuron.record.t));
      }
    }
  }

  /// @param time in the present epoch [ms]
  void record_approach(const Neuron& neuron, double distance, double time) {
    this->closest_ = std::min(this->closest_, ClosestApproach{distance, neuron.cell, {epoch_, time}});
  }

  std::int64_t epoch_;  ///< number of the present one
  ModelGroup<Real, State>& others_;
  CandidateGroup<Real>* other_candidates_;  ///< the same group, if its neurons are looked at
  std::vector<std::uint32_t> number_;       ///< by index in the group; 0: among the others, else counts neurons_ from 1
  std::vector<Neuron> neurons_;
  std::vector<neurons::TargetsOf<Real>> parts_;  ///< of deliver(), kept for its memory
};

}  // namespace va_event::neurons

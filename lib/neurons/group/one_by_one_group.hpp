// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <type_traits>
#include <vector>

#include "foundation/number_bytes.hpp"
#include "foundation/prefetch.hpp"
#include "network/cell_values.hpp"
#include "neurons/group/looks.hpp"
#include "neurons/group/neuron_group.hpp"
#include "neurons/group/population_ranges.hpp"
#include "neurons/inputs.hpp"
#include "neurons/neuron_model.hpp"
#include "numerics/find_below.hpp"

namespace va_event::neurons {

/// Neurons of any model in any number type, each input of which is taken by itself, in the order of time: the plain
/// event loop, and what the other methods are compared with. It stands on GroupNeurons (memory) and Looks (looks and
/// searches).
template <class Kernel, class Real>
class OneByOneGroup final : public Looks<Kernel, Real> {
  using Base = Looks<Kernel, Real>;

 public:
  using typename Base::Candidates;
  using typename Base::Constants;
  using typename Base::Record;
  using typename Base::SharedExponentials;
  using typename Base::State;
  static_assert(neurons::kEpoch == events::kEpoch);
  static_assert(NeuronKernel<Kernel, Real>);

  void reserve(std::size_t count) override {
    records_.reserve(count);
    safe_.reserve(count);
    rare_.reserve(count);
    set_of_.reserve(count);
  }

  std::uint32_t add(const network::PopulationData& population, std::uint32_t begin, std::uint32_t end,
                    std::span<const double> injected) override {
    const auto first = static_cast<std::uint32_t>(records_.size());
    std::vector<double> parameters;
    std::vector<double> variables;
    for (std::uint32_t n = begin; n < end; ++n) {
      network::values_at(population.parameters, n, parameters);
      network::values_at(population.initial, n, variables);
      const std::uint32_t set = sets_.add_user(parameters, injected[n - begin]);
      rare_.push_back({.cell = population.first + n});
      set_of_.push_back(set);
      safe_.push_back(infinity());
      records_.emplace_back();
      begin_interval(records_.size() - 1, Kernel::make_state(sets_[set], variables));
    }
    ranges_.add(first, static_cast<std::uint32_t>(records_.size()), set_of_);
    return first;
  }

  void prefetch(std::size_t i) const override {
    foundation::prefetch(&records_[i]);
    foundation::prefetch(&safe_[i]);
    foundation::prefetch(&rare_[i]);
  }

  void prefetch_targets(std::span<const std::uint32_t> targets, std::uint32_t offset) const override {
    for (const std::uint32_t target : targets) {
      foundation::prefetch(&records_[offset + target]);
    }
  }

  void deliver(const Real& t, std::size_t receptor, std::span<const TargetsOf<Real>> targets,
               Candidates& candidates) override {
    this->divide(
        targets,
        [&](std::uint32_t set, std::span<const TargetsOf<Real>> parts) {
          const SharedExponentials at = Kernel::exponentials_at(sets_[set], t);
          for_each_target(
              parts, [&](std::uint32_t i, const Real& weight) { receive_one(i, at, receptor, weight, candidates); });
        },
        [&](std::span<const TargetsOf<Real>> parts) {
          for_each_target(parts, [&](std::uint32_t i, const Real& weight) {
            receive_one(i, Kernel::exponentials_at(constants(i), t), receptor, weight, candidates);
          });
        });
  }

  std::size_t receive(std::span<const Input<Real>> inputs, Candidates& candidates) override {
    const Real begin = inputs[0].t;
    std::size_t count = 0;
    do {
      const Input<Real>& input = inputs[count];
      receive_one(input.index, Kernel::exponentials_at(constants(input.index), input.t), input.receptor, input.weight,
                  candidates);
      ++count;
    } while (count < inputs.size() && records_[inputs[count].index].t < begin &&
             inputs[count].t < safe_[inputs[count].index]);
    return count;
  }

  [[nodiscard]] Real safe_until(std::size_t i) const override { return safe_[i]; }

  Real spike_at(std::size_t i, const Real& t) override {
    --this->count(Interval::by_search);
    ++this->count(Interval::crossing);
    ++this->count(Interval::refractory);
    record_approach(i, searches_.find(rare_[i].search, records_[i].t)->approach.distance, static_cast<double>(t));
    searches_.remove(rare_[i].search);
    State state = Kernel::refractory_at(constants(i), records_[i], t);
    Kernel::after_spike(constants(i), state);
    records_[i] = Kernel::record_of(constants(i), state);
    rare_[i].refractory_y = constants(i).y_reset;
    safe_[i] = infinity();
    return constants(i).tau_refrac;
  }

  void end_refractoriness(std::size_t i, const Real& t, Candidates& candidates) override {
    State state = Kernel::refractory_at(constants(i), records_[i], t);
    state.y = rare_[i].refractory_y;
    begin_interval(i, state);
    candidates.offer(safe_[i], rare_[i].cell);
  }

  void set_parameters(std::size_t i, std::span<const double> parameters, double injected, const Real& t,
                      Candidates& candidates) override {
    State state = state_at(i, t);
    const bool is_refractory = refractory(i);
    const Real threshold_before = constants(i).v_thresh;
    const bool at_reset = rare_[i].refractory_y == constants(i).y_reset;
    set_of_[i] = sets_.change_user(set_of_[i], parameters, injected);
    ranges_.set_changed(static_cast<std::uint32_t>(i), set_of_[i]);
    const Real shift = threshold_before - constants(i).v_thresh;
    if (!is_refractory) {
      state.y += shift;
    } else if (at_reset) {  // a v that the user has set meanwhile is kept
      rare_[i].refractory_y = constants(i).y_reset;
    } else {
      rare_[i].refractory_y += shift;
    }
    change(i, state, candidates);
  }

  RemovedNeuron<Real, State> remove_neuron(std::size_t i, const Real& t) override {
    const RemovedNeuron<Real, State> last{state_at(i, t), rare_[i].refractory_y, constants(i).v_thresh,
                                          constants(i).y_reset};
    State gone{};
    gone.y = Real(neurons::kRefractory);
    gone.t = t;
    records_[i] = Kernel::record_of(constants(i), gone);
    safe_[i] = infinity();
    return last;
  }

  void set_variable(std::size_t i, std::size_t variable, double value, const Real& t, Candidates& candidates) override {
    State state = visible(i, state_at(i, t));
    Kernel::set_variable(constants(i), state, variable, value);
    if (refractory(i)) {
      rare_[i].refractory_y = state.y;
      state.y = Real(neurons::kRefractory);
    }
    change(i, state, candidates);
  }

  [[nodiscard]] double variable(std::size_t i, std::size_t variable, const Real& t) override {
    return static_cast<double>(Kernel::variable(constants(i), visible(i, state_at(i, t)), variable));
  }

  void next_epoch(std::int64_t epoch) override {
    for (std::size_t i = 0; i < rare_.size(); ++i) {
      Search<Real>* const search = refractory(i) ? nullptr : searches_.find(rare_[i].search, records_[i].t);
      if (search != nullptr && search->counted) {
        *search = {.counted = true};
      } else {
        searches_.remove(rare_[i].search);
      }
    }
    epoch_ = epoch;
    for (std::size_t i = 0; i < records_.size(); ++i) {
      Kernel::next_epoch(constants(i), records_[i]);
      if (!refractory(i)) {
        predict(i, Kernel::exponentials_at(constants(i), Real(0)));
      }
    }
  }

  /// Checked from the neuron on that was the last one not at rest: the usual cost is that of one neuron.
  bool at_rest() override {
    for (std::size_t checked = 0; checked < records_.size(); ++checked) {
      not_at_rest_ = not_at_rest_ < records_.size() ? not_at_rest_ : 0;
      if (!is_at_rest(not_at_rest_)) {
        return false;
      }
      ++not_at_rest_;
    }
    return true;
  }

  void skip_to_epoch(std::int64_t epoch) override { epoch_ = epoch; }

  void offer_all(Candidates& candidates) const override {
    if constexpr (std::is_same_v<Real, double>) {
      std::vector<std::uint32_t> soon;
      numerics::find_below(safe_, candidates.slice_end(), soon);
      for (const std::uint32_t i : soon) {
        candidates.offer(safe_[i], rare_[i].cell);
      }
    } else {
      for (std::size_t i = 0; i < safe_.size(); ++i) {
        candidates.offer(safe_[i], rare_[i].cell);
      }
    }
  }

  void save(std::size_t i, foundation::ByteWriter& out) override {
    for (const Real* x : records_[i].numbers()) {
      foundation::put_number(out, *x);
    }
    foundation::put_number(out, rare_[i].refractory_y);
    out.put<std::uint8_t>(!refractory(i) && counted(i) ? 1 : 0);
  }

  bool load(std::size_t i, foundation::ByteReader& in, const events::Instant<Real>& now) override {
    epoch_ = now.epoch;
    Record& record = records_[i];
    for (Real* x : record.numbers()) {
      *x = foundation::get_number<Real>(in);
    }
    rare_[i].refractory_y = foundation::get_number<Real>(in);
    in.require(Real(0) <= record.t && record.t <= now.offset, "holds a neuron of another time");
    require_plausible(i, in);
    searches_.remove(rare_[i].search);
    if (in.get<std::uint8_t>() != 0) {
      searches_.find_or_add(rare_[i].search, record.t).counted = true;
    }
    if (refractory(i)) {
      safe_[i] = infinity();
      return true;
    }
    // The looks at the neuron since its last event, once more: they follow from it.
    predict(i, Kernel::exponentials_at(constants(i), record.t));
    while (safe_[i] < now.offset) {
      in.require(!this->look_at(i).spikes, "holds a neuron that should have spiked");
    }
    return false;
  }

 private:
  using Base::constants;
  using Base::epoch_;
  using Base::infinity;
  using Base::ranges_;
  using Base::rare_;
  using Base::record_approach;
  using Base::record_approach_after_rise;
  using Base::record_approach_before_fall;
  using Base::records_;
  using Base::refractory;
  using Base::safe_;
  using Base::searches_;
  using Base::set_of_;
  using Base::sets_;
  using Base::state_at;

  /// An interval of a neuron that is not refractory begins with what its record says.
  void begin_interval(std::size_t i, const SharedExponentials& at) {
    searches_.remove(rare_[i].search);
    ++this->count(predict(i, at).by_sign ? Interval::by_sign : Interval::by_bound);
  }
  void begin_interval(std::size_t i, const State& state) {
    records_[i] = Kernel::record_of(constants(i), state);
    begin_interval(i, Kernel::exponentials_at(constants(i), state.t));
  }

  SafeInterval<Real> predict(std::size_t i, const SharedExponentials& at) {
    const auto bound = Kernel::safe_after(constants(i), records_[i], at);
    safe_[i] = records_[i].t + bound.duration;
    return bound;
  }

  /// An input, taken by itself.
  void receive_one(std::uint32_t i, const SharedExponentials& at, std::size_t receptor, const Real& weight,
                   Candidates& candidates) {
    if constexpr (Kernel::kInputsMoveV) {
      record_approach_before_fall(i, at, weight);
    }
    Kernel::receive(constants(i), records_[i], at, receptor, weight);
    if (refractory(i)) {
      ++this->count(Interval::refractory);
      return;
    }
    begin_interval(i, at);
    record_approach_after_rise(i, Kernel::state_now(constants(i), records_[i], at));
    if constexpr (Kernel::kInputsMoveV) {
      if (records_[i].y >= Real(0)) {
        candidates.add_at_threshold(at.t, rare_[i].cell);
        return;
      }
    }
    candidates.offer(safe_[i], rare_[i].cell);
  }

  /// Whether the present interval was counted as a search.
  [[nodiscard]] bool counted(std::size_t i) const {
    const Search<Real>* const search = searches_.find(rare_[i].search, records_[i].t);
    return search != nullptr && search->counted;
  }

  /// A state as users see it: y is the potential also while the neuron is refractory.
  [[nodiscard]] State visible(std::size_t i, const State& state) const {
    State seen = state;
    if (refractory(i)) {
      seen.y = rare_[i].refractory_y;
    }
    return seen;
  }

  /// What a checkpoint says of a neuron must be something that a neuron can be: finite, within the bounds of its
  /// variables, and so large at most that nothing that is computed from it overflows.
  void require_plausible(std::size_t i, foundation::ByteReader& in) {
    constexpr double kLargest = 1e100;
    for (const Real* x : records_[i].numbers()) {
      in.require(magnitude(*x) <= Real(kLargest) || (refractory(i) && x == &records_[i].y),
                 "holds a number out of range");
    }
    in.require(magnitude(rare_[i].refractory_y) <= Real(kLargest), "holds a number out of range");
    const State state = visible(i, state_at(i, records_[i].t));
    in.require(magnitude(state.y) <= Real(kLargest), "holds a potential out of range");
    for (std::size_t x = 0; x < Kernel::kVariables.infos().size(); ++x) {
      in.require(Kernel::kVariables.infos()[x].bound != Bound::non_negative ||
                     Kernel::variable(constants(i), state, x) >= Real(0),
                 "holds a variable below 0");
    }
  }

  /// The user has changed something.
  void change(std::size_t i, const State& state, Candidates& candidates) {
    if (refractory(i)) {
      records_[i] = Kernel::record_of(constants(i), state);
      ++this->count(Interval::refractory);
      return;
    }
    begin_interval(i, state);
    candidates.offer(safe_[i], rare_[i].cell);
  }

  [[nodiscard]] bool is_at_rest(std::size_t i) const {
    if (safe_[i] < infinity()) {
      return false;
    }
    Record now = records_[i];
    Record next = records_[i];
    Kernel::next_epoch(constants(i), next);
    const auto before = now.numbers();
    const auto after = next.numbers();
    for (std::size_t k = 0; k < before.size(); ++k) {
      if (!(*before[k] == *after[k])) {
        return false;
      }
    }
    return now.t == Real(0);
  }

  std::size_t not_at_rest_ = 0;  ///< a neuron that was not at rest when the group was asked last
};

}  // namespace va_event::neurons

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "foundation/memory.hpp"
#include "foundation/prefetch.hpp"
#include "synapses/plasticity.hpp"
#include "synapses/releases.hpp"
#include "synapses/source_history.hpp"
#include "synapses/synapse_dynamics.hpp"
#include "va_event/error.hpp"

namespace va_event::synapses {

/// The synapses of every type of the library: a weight, which may be plastic, times what a spike releases. Puts the
/// spikes of sources and targets together with the two.
template <class Real>
class ChangingSynapses final : public SynapseDynamics<Real> {
 public:
  using Instant = events::Instant<Real>;

  ChangingSynapses(const TableOnShard<Real>& table, const ReleaseParameters& release,
                   const std::optional<StdpChoice>& stdp)
      : table_(table), history_(table.block.table.rows(), table.longest_delay), releases_(table, release) {
    if (stdp) {
      plasticity_.emplace(table, *stdp);
    }
    const std::size_t of_weights = plasticity_ ? plasticity_->variables() : 0;
    if (table.states.variables.empty()) {
      allocate(of_weights + releases_.variables());
    }
    releases_.set_first_variable(of_weights);
    for_each_own([this](std::size_t, std::size_t, std::uint32_t, std::size_t synapse) {
      if (plasticity_) {
        plasticity_->begin(synapse);
      }
      releases_.begin(synapse);
    });
  }

  void source_spiked(std::size_t row, const Instant& emitted, const Instant& now) override {
    SourceSpike<Real>& spike = history_.add(row, emitted, now);
    const SourceSpike<Real>* const before = history_.before(row, spike);
    releases_.source_spiked(spike, before);
    if (plasticity_) {
      plasticity_->source_spiked(spike, before);
    }
  }

  void target_spiked(std::uint32_t target, const Instant& emitted, const Instant& now) override {
    if (!plasticity_) {
      return;
    }
    plasticity_->target_spiked(target, emitted);
    if (plasticity_->needs_sweep()) {
      forget_target_spikes(now);
    }
  }

  [[nodiscard]] std::span<const Real> transmit(const Passage<Real>& passage) override {
    SourceSpike<Real>& spike = history_.passing(passage.row, passage.emitted, passage.begin);
    const SourceSpike<Real>* const before = history_.before(passage.row, spike);
    const network::SynapseTable& synapses = table_.block.table;
    const std::size_t first = synapses.begin_of(passage.row);
    const std::span<const std::uint32_t> targets = synapses.row(passage.row).target;
    if (changes_) [[unlikely]] {
      note_passage(spike, before, passage);
    }
    if (plasticity_ && plasticity_->passes_together(before)) {
      const std::span<const std::uint32_t> passed = targets.subspan(passage.begin, passage.end - passage.begin);
      const std::span<const Real> kept = plasticity_->pass_together(spike, before, passed, first + passage.begin);
      const Real sign = plasticity_->sign();
      const bool as_they_are = releases_.releases_all() && sign == Real(1);
      weights_.resize(as_they_are ? 0 : kept.size());
      for (std::size_t k = 0; k < weights_.size(); ++k) {
        const std::size_t position = passage.begin + k;
        weights_[k] = sign * kept[k];
        if (!releases_.releases_all()) {
          weights_[k] *= releases_.factor(spike, before, passage.row, passed[k], first + position);
        }
      }
      spike.delivered_to = passage.end;
      return as_they_are ? kept : std::span<const Real>(weights_);
    }
    weights_.clear();
    if (std::is_same_v<Real, double> && !plasticity_ && synapses.has_constant_weight() && releases_.is_common()) {
      spike.delivered_to = passage.end;
      weights_.push_back(synapses.constant_weight() * spike.release);
      return weights_;
    }
    for (std::size_t k = passage.begin; k < passage.end; ++k) {
      if (!table_.own.contains(targets[k])) {
        weights_.push_back(Real(0));
        continue;
      }
      const std::size_t synapse = first + k;
      const Real weight = plasticity_
                              ? plasticity_->pass(spike, before, targets[k], synapse, synapses.delay_of(synapse))
                              : Real(synapses.weight_of(synapse));
      weights_.push_back(weight * releases_.factor(spike, before, passage.row, targets[k], synapse));
    }
    spike.delivered_to = passage.end;
    return weights_;
  }

  void prefetch_synapses(std::size_t row, std::size_t begin, std::size_t end) const override {
    for (const auto& variable : table_.states.variables) {
      const std::span<const Real> all(variable);
      foundation::prefetch(all.subspan(table_.block.table.begin_of(row) + begin, end - begin));
    }
  }
  void prefetch_targets(std::size_t row, std::size_t begin, std::size_t end) const override {
    if (plasticity_) {
      plasticity_->prefetch(table_.block.table.row(row).target.subspan(begin, end - begin));
    }
  }

  void weights(const Instant& now, std::span<double> weights) override {
    if (!plasticity_) {
      return;
    }
    for_each_own([&](std::size_t row, std::size_t k, std::uint32_t target, std::size_t synapse) {
      std::size_t next = 0;
      const SourceSpike<Real>* const passed = history_.last_delivered(row, k, next);
      weights[synapse] =
          static_cast<double>(plasticity_->weight_at(now, passed, std::span(history_.of(row)).subspan(next), target,
                                                     synapse, table_.block.table.delay_of(synapse)));
    });
  }
  void weights_set(const Instant& now) override {
    if (plasticity_) {
      sweep(now);
      plasticity_->weights_set(now);
      for_each_own(
          [this](std::size_t, std::size_t, std::uint32_t, std::size_t synapse) { plasticity_->weight_set(synapse); });
    }
  }
  void parameters_will_change(const Instant& now) override {
    if (plasticity_) {
      sweep(now);
    }
  }
  void parameters_changed() override {
    releases_.read_parameters();
    if (plasticity_) {
      plasticity_->read_parameters();
    }
  }

  void keep_draws() override { releases_.keep_draws(); }
  void take_draws(std::vector<Draw>& draws) override { releases_.take_draws(draws); }

  [[nodiscard]] double present(SynapseVariable variable, const Instant& now, const SynapsePlace& place) override {
    const std::uint32_t target = target_of(place);
    const double delay = table_.block.table.delay_of(place.synapse);
    std::size_t next = 0;
    const SourceSpike<Real>* passed = history_.last_delivered(place.row, position_of(place), next);
    std::span<const SourceSpike<Real>> on_the_way = std::span(history_.of(place.row)).subspan(next);
    if (variable == SynapseVariable::weight) {
      return plasticity_
                 ? static_cast<double>(plasticity_->weight_at(now, passed, on_the_way, target, place.synapse, delay))
                 : table_.block.table.weight_of(place.synapse);
    }
    auto state = releases_.state_of(place.synapse);
    const Real axonal = axonal_of(place.synapse, delay);
    while (!on_the_way.empty() && events::later(on_the_way.front().t, axonal) < now) {
      static_cast<void>(releases_.factor(state, on_the_way.front(), passed, place.row, target, place.synapse));
      passed = &on_the_way.front();
      on_the_way = on_the_way.subspan(1);
    }
    const Instant last = events::later(passed != nullptr ? passed->t : Instant{0, Real(0)}, axonal);
    const Real h = last < now ? duration(last, now) : Real(0);
    const ShortTerm<Real> found = releases_.later(releases_.short_term(state, passed), h, place.synapse, target);
    return static_cast<double>(variable == SynapseVariable::u ? found.u : Real(Real(1) - found.y - found.z));
  }
  void observe(std::span<const ObservedSynapse> synapses, const Instant& now) override {
    changes_.reset();
    if (!synapses.empty()) {
      changes_ =
          std::make_unique<ChangesOnShard<Real>>(std::vector<ObservedSynapse>(synapses.begin(), synapses.end()), now);
    }
  }
  [[nodiscard]] std::vector<SynapseChange<Real>> take_changes(const Instant& now) override {
    if (!changes_) {
      return {};
    }
    for (const ObservedSynapse& synapse : changes_->synapses()) {  // what has reached them is not all worked out
      if (plasticity_) {
        const SynapsePlace& place = synapse.place;
        std::size_t next = 0;
        const SourceSpike<Real>* const passed = history_.last_delivered(place.row, position_of(place), next);
        Note note(*this, synapse);
        static_cast<void>(plasticity_->weight_at(now, passed, std::span(history_.of(place.row)).subspan(next),
                                                 note.target, place.synapse, note.delay, note));
      }
    }
    return changes_->take(now);
  }

  [[nodiscard]] bool can_be_saved() const override { return true; }
  void prepare_to_save(const Instant& now) override {
    history_.forget(now);
    if (plasticity_) {
      sweep(now);
    }
  }
  void save_table(foundation::ByteWriter& out) override {
    if (plasticity_) {
      plasticity_->save_table(out);
    }
  }
  void load_table(foundation::ByteReader& in) override {
    if (plasticity_) {
      plasticity_->load_table(in);
    }
  }
  void save_row(std::size_t row, foundation::ByteWriter& out) override {
    if (!history_.of(row).empty()) {
      history_.save(row, out);
    }
  }
  void load_row(std::size_t row, const Instant& now, foundation::ByteReader& in) override {
    const network::SynapseTable::Row synapses = table_.block.table.row(row);
    history_.load(row, in, [&](const Instant& emitted) {
      std::size_t position = 0;
      const std::size_t first = table_.block.table.begin_of(row);
      while (position < synapses.target.size() &&
             events::later(emitted, Real(table_.block.table.delay_of(first + position))) < now) {
        ++position;
      }
      return position;
    });
  }
  void save_target(std::uint32_t target, std::span<const std::size_t> synapses, foundation::ByteWriter& out) override {
    if (plasticity_) {
      plasticity_->save_target(target, out);
    }
    for (const std::size_t synapse : synapses) {
      for (const auto& variable : table_.states.variables) {
        foundation::put_number(out, variable[synapse]);
      }
    }
  }
  void load_target(std::uint32_t target, std::span<const std::size_t> synapses, foundation::ByteReader& in) override {
    if (plasticity_) {
      plasticity_->load_target(target, in);
    }
    for (const std::size_t synapse : synapses) {
      for (auto& variable : table_.states.variables) {
        variable[synapse] = foundation::get_number<Real>(in);
      }
    }
  }

 private:
  /// Calls visit(row, position in it, target, number in the table) for each synapse onto the shard's cells.
  template <class Visit>
  void for_each_own(const Visit& visit) const {
    for (std::size_t row = 0; row < table_.block.table.rows(); ++row) {
      for_each_own_of(
          row, [&](std::size_t k, std::uint32_t target, std::size_t synapse) { visit(row, k, target, synapse); });
    }
  }
  /// The same for one row: visit(position in it, target, number in the table).
  template <class Visit>
  void for_each_own_of(std::size_t row, const Visit& visit) const {
    const std::span<const std::uint32_t> targets = table_.block.table.row(row).target;
    const std::size_t first = table_.block.table.begin_of(row);
    for (std::size_t k = 0; k < targets.size(); ++k) {
      if (table_.own.contains(targets[k])) {
        visit(k, targets[k], first + k);
      }
    }
  }
  /// Makes the lists of all shards. @throws ParameterError when memory cannot hold them
  void allocate(std::size_t variables) {
    const std::size_t synapses = table_.block.table.size();
    const double bytes = static_cast<double>(variables * sizeof(Real)) * static_cast<double>(synapses);
    if (const std::string lack = foundation::lack_of_memory(bytes); !lack.empty()) {
      throw ParameterError("synapses", static_cast<double>(synapses), "",
                           "must be fewer in projection \"" + table_.projection.label + "\", which change: " + lack);
    }
    table_.states.variables.resize(variables);
    for (auto& variable : table_.states.variables) {
      variable.resize(synapses);
    }
  }

  [[nodiscard]] std::size_t position_of(const SynapsePlace& place) const {
    return place.synapse - table_.block.table.begin_of(place.row);
  }
  [[nodiscard]] std::uint32_t target_of(const SynapsePlace& place) const {
    return table_.block.table.row(place.row).target[position_of(place)];
  }
  /// The part of the delay before a spike of the source reaches the synapse: all of it without a dendritic one.
  [[nodiscard]] Real axonal_of(std::size_t synapse, double delay) const {
    return plasticity_ ? plasticity_->axonal(synapse, delay) : Real(delay);
  }

  /// Notes what happens to a synapse from the state that it keeps, which stays: told as IgnoreChanges.
  struct Note {
    Note(const ChangingSynapses& all, const ObservedSynapse& synapse)
        : synapses(all),
          of(synapse),
          target(all.target_of(synapse.place)),
          delay(all.table_.block.table.delay_of(synapse.place.synapse)),
          state(all.releases_.state_of(synapse.place.synapse)),
          last_weight(all.plasticity_ ? all.plasticity_->kept_weight(synapse.place.synapse) : Real(0)) {}

    void weight(const Instant& time, const Real& weight, const Real& sign) {
      if (!(weight == last_weight)) {
        last_weight = weight;
        synapses.changes_->note(of, time, SynapseVariable::weight, Real(sign * weight));
      }
    }
    void passed(const SourceSpike<Real>& spike, const SourceSpike<Real>* before, const Instant& time,
                const Real& weight, const Real& sign) {
      const Releases<Real>& releases = synapses.releases_;
      const Real released = releases.factor(state, spike, before, of.place.row, target, of.place.synapse);
      const ShortTerm<Real> now = releases.short_term(state, &spike);
      ChangesOnShard<Real>& changes = *synapses.changes_;
      changes.note(of, time, SynapseVariable::u, now.u);
      changes.note(of, time, SynapseVariable::x, Real(Real(1) - now.y - now.z));
      changes.note(of, time, SynapseVariable::delivered_weight, Real(sign * weight * released));
    }

    const ChangingSynapses& synapses;
    const ObservedSynapse& of;
    std::uint32_t target;
    double delay;
    typename Releases<Real>::State state;
    Real last_weight;
  };
  /// What a spike is going to do to the synapses that it passes.
  void note_passage(const SourceSpike<Real>& spike, const SourceSpike<Real>* before, const Passage<Real>& passage) {
    const std::size_t first = table_.block.table.begin_of(passage.row);
    for (const ObservedSynapse& synapse : changes_->within(first + passage.begin, first + passage.end)) {
      Note note(*this, synapse);
      if (plasticity_) {
        plasticity_->tell_pass(spike, before, note.target, synapse.place.synapse, note.delay, note);
      } else {
        note.passed(spike, before, events::later(spike.t, Real(note.delay)),
                    Real(table_.block.table.weight_of(synapse.place.synapse)), Real(1));
      }
    }
  }

  /// Notes what sweeping the synapses that are observed is going to do. @param sweeps  whether a row is swept
  template <class Sweeps>
  void note_sweep(const Instant& until, const Sweeps& sweeps) {
    if (!changes_) {
      return;
    }
    for (const ObservedSynapse& synapse : changes_->synapses()) {
      std::size_t next = 0;
      const SynapsePlace& place = synapse.place;
      if (!sweeps(place.row)) {
        continue;
      }
      const SourceSpike<Real>* const passed = history_.last_delivered(place.row, position_of(place), next);
      Note note(*this, synapse);
      plasticity_->tell_sweep(until, passed, note.target, place.synapse, note.delay, note);
    }
  }
  /// Brings all synapses up to date.
  void sweep(const Instant& now) {
    const Instant until = plasticity_->swept_at(now);
    note_sweep(until, [](std::size_t /*row*/) { return true; });
    for (std::size_t row = 0; row < table_.block.table.rows(); ++row) {
      sweep_row(row, until);
    }
    plasticity_->end_sweep(until);
  }
  /// So that most spikes of the targets can be forgotten: up to a time after which most sources have spiked, whose rows
  /// have nothing to follow.
  void forget_target_spikes(const Instant& now) {
    const Instant until = plasticity_->partly_swept_at(now);
    const Instant reached = events::later(until, Real(2) * Real(table_.longest_delay));
    const auto sweeps = [&](std::size_t row) { return !history_.has_passed_since(row, reached); };
    note_sweep(until, sweeps);
    for (std::size_t row = 0; row < table_.block.table.rows(); ++row) {
      if (sweeps(row)) {
        sweep_row(row, until);
      }
    }
    plasticity_->end_sweep(until);
  }
  void sweep_row(std::size_t row, const Instant& until) {
    for_each_own_of(row, [&](std::size_t k, std::uint32_t target, std::size_t synapse) {
      std::size_t next = 0;
      const SourceSpike<Real>* const passed = history_.last_delivered(row, k, next);
      plasticity_->sweep(until, passed, target, synapse, table_.block.table.delay_of(synapse));
    });
  }

  TableOnShard<Real> table_;
  SourceHistory<Real> history_;
  Releases<Real> releases_;
  std::optional<Plasticity<Real>> plasticity_;
  std::vector<Real> weights_;                      ///< of the last transmit()
  std::unique_ptr<ChangesOnShard<Real>> changes_;  ///< that are recorded; null: of none
};

}  // namespace va_event::synapses

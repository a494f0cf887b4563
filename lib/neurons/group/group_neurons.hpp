// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include "foundation/large_pages.hpp"
#include "neurons/group/neuron_group.hpp"
#include "neurons/group/parameter_sets.hpp"
#include "neurons/group/population_ranges.hpp"
#include "neurons/group/searches.hpp"
#include "neurons/inputs.hpp"
#include "neurons/neuron_model.hpp"
#include "neurons/state.hpp"

namespace va_event::neurons {

/// The memory of a group's neurons: their records, what inputs do not touch, and the parameter sets that they share. It
/// tells which of a spike's targets have one set.
template <class Kernel, class Real>
class GroupNeurons : public ModelGroup<Real, typename Kernel::State> {
 public:
  using Constants = typename Kernel::Constants;
  using State = typename Kernel::State;
  using Record = typename Kernel::Record;
  using SharedExponentials = typename Kernel::SharedExponentials;
  using Candidates = events::Candidates<Real>;

 protected:
  /// What synaptic events do not touch.
  struct RareFields {
    Real refractory_y = Real(0);  ///< y while the neuron is refractory
    CellId cell = 0;
    SearchHandle search{};  ///< in the interval since its last event
  };

  static Real infinity() { return std::numeric_limits<Real>::infinity(); }

  [[nodiscard]] const Constants& constants(std::size_t i) const noexcept { return sets_[set_of_[i]]; }
  [[nodiscard]] bool refractory(std::size_t i) const noexcept { return records_[i].y == Real(neurons::kRefractory); }

  /// Hands targets on: `common(set, targets)` those that share a parameter set, as many parts at once as possible;
  /// `own(targets)` those of populations without a common set, and exceptional neurons.
  template <class Common, class Own>
  void divide(std::span<const TargetsOf<Real>> targets, const Common& common, const Own& own) {
    for (std::size_t begin = 0; begin < targets.size();) {
      const PopulationRanges::Range& range = range_of(targets[begin]);
      if (!range.exceptions.empty()) {
        divide_part(range, targets[begin], common, own);
        ++begin;
        continue;
      }
      std::size_t end = begin + 1;
      for (; end < targets.size(); ++end) {
        const PopulationRanges::Range& other = range_of(targets[end]);
        if (other.set != range.set || !other.exceptions.empty()) {
          break;
        }
      }
      const auto parts = targets.subspan(begin, end - begin);
      if (range.set) {
        common(*range.set, parts);
      } else {
        own(parts);
      }
      begin = end;
    }
  }

  /// The state at `t` without input since the last event; y of a refractory neuron is kRefractory.
  [[nodiscard]] State state_at(std::size_t i, const Real& t) const {
    return refractory(i) ? Kernel::refractory_at(constants(i), records_[i], t)
                         : Kernel::state_at(constants(i), records_[i], t);
  }

  std::int64_t epoch_ = 0;  ///< number of the present one
  /// As of each neuron's last event, in the kernel's form; y of a refractory one is kRefractory.
  foundation::LargeVector<Record> records_;
  foundation::LargeVector<Real> safe_;  ///< no spike before this time unless an event comes
  std::vector<std::uint32_t> set_of_;   ///< the number of each neuron's constants
  foundation::LargeVector<RareFields> rare_;
  Searches<Real> searches_;
  ParameterSets<Kernel> sets_;
  PopulationRanges ranges_;

 private:
  [[nodiscard]] const PopulationRanges::Range& range_of(const TargetsOf<Real>& part) const {
    return ranges_.range_of(part.offset + part.index[0]);
  }

  /// Of a population with exceptions. @pre the targets ascend
  template <class Common, class Own>
  void divide_part(const PopulationRanges::Range& range, const TargetsOf<Real>& part, const Common& common,
                   const Own& own) {
    PopulationRanges::divide_targets(
        range, part, [&](const TargetsOf<Real>& piece) { common(*range.set, std::span(&piece, 1)); },
        [&own](const TargetsOf<Real>& piece) { own(std::span(&piece, 1)); });
  }
};

}  // namespace va_event::neurons

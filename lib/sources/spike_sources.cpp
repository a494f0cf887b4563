// SPDX-License-Identifier: Apache-2.0
#include <span>

#include "foundation/number_text.hpp"
#include "foundation/ranges.hpp"
#include "sources/parameters.hpp"
#include "sources/source_group.hpp"
#include "va_event/cell_types.hpp"
#include "va_event/error.hpp"

namespace va_event {
namespace {

/// Of a smaller shape nearly all intervals are zero: some 1 / alpha spikes at a time.
void check_gamma(std::span<const double> values) {
  const SpikeSourceGamma p = sources::kGammaParameters.read(values);
  constexpr double kSmallestShape = 1e-6;
  if (p.alpha < kSmallestShape) {
    throw ParameterError("alpha", p.alpha, "", "must be >= 1e-6");
  }
  const double fastest = foundation::range_of("Hz").largest;
  if (p.beta / p.alpha > fastest) {
    throw ParameterError(
        "alpha", p.alpha, "",
        "must be >= beta / (" + foundation::shortest_text(fastest) + " Hz), so that the mean rate is at most that");
  }
}

void check_dead_time(std::span<const double> values) {
  const SpikeSourcePoissonRefractory p = sources::kPoissonRefractoryParameters.read(values);
  if (p.rate > 0.0 && !(p.tau_refrac < 1000.0 / p.rate)) {
    throw ParameterError("tau_refrac", p.tau_refrac, "ms", "must be < 1000 / rate, the mean interval in ms");
  }
}

}  // namespace

const CellModel& SpikeSourcePoisson::model() {
  static const CellModel kModel{.name = "SpikeSourcePoisson",
                                .parameters = sources::kPoissonParameters.infos(),
                                .variables = {},
                                .receptors = {},
                                .weight_unit = "",
                                .source = &sources::kPoisson};
  return kModel;
}

SpikeSourcePoisson::operator CellType() const { return {model(), sources::kPoissonParameters.values_of(*this)}; }

const CellModel& SpikeSourcePoissonRefractory::model() {
  static const CellModel kModel{.name = "SpikeSourcePoissonRefractory",
                                .parameters = sources::kPoissonRefractoryParameters.infos(),
                                .variables = {},
                                .receptors = {},
                                .check = check_dead_time,
                                .weight_unit = "",
                                .source = &sources::kPoissonRefractory};
  return kModel;
}

SpikeSourcePoissonRefractory::operator CellType() const {
  return {model(), sources::kPoissonRefractoryParameters.values_of(*this)};
}

const CellModel& SpikeSourceGamma::model() {
  static const CellModel kModel{.name = "SpikeSourceGamma",
                                .parameters = sources::kGammaParameters.infos(),
                                .variables = {},
                                .receptors = {},
                                .check = check_gamma,
                                .weight_unit = "",
                                .source = &sources::kGamma};
  return kModel;
}

SpikeSourceGamma::operator CellType() const { return {model(), sources::kGammaParameters.values_of(*this)}; }

const CellModel& SpikeSourceArray::model() {
  static const CellModel kModel{.name = "SpikeSourceArray",
                                .parameters = {},
                                .variables = {},
                                .receptors = {},
                                .weight_unit = "",
                                .source = &sources::kArray};
  return kModel;
}

SpikeSourceArray::operator CellType() const { return {model(), {}, spike_times}; }

}  // namespace va_event

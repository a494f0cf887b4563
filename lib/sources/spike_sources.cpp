// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <span>

#include "foundation/number_text.hpp"
#include "foundation/ranges.hpp"
#include "sources/source_group.hpp"
#include "va_event/cell_types.hpp"
#include "va_event/error.hpp"

namespace va_event {
namespace {

/// Of a smaller shape nearly all intervals are zero: some 1 / alpha spikes at a time.
void check_gamma(std::span<const double> p) {
  constexpr double kSmallestShape = 1e-6;
  if (p[0] < kSmallestShape) {
    throw ParameterError("alpha", p[0], "", "must be >= 1e-6");
  }
  const double fastest = foundation::range_of("Hz").largest;
  if (p[1] / p[0] > fastest) {
    throw ParameterError(
        "alpha", p[0], "",
        "must be >= beta / (" + foundation::shortest_text(fastest) + " Hz), so that the mean rate is at most that");
  }
}

}  // namespace

const CellModel& SpikeSourcePoisson::model() {
  static constexpr std::array<ParameterInfo, 3> kParameters = {
      {{"rate", "Hz", 1.0, Bound::non_negative, "mean number of spikes per second"},
       {"start", "ms", 0.0, Bound::non_negative, "first moment at which a spike is possible"},
       {"duration", "ms", 1e10, Bound::duration, "spikes come before start + duration"}}};
  static const CellModel kModel{"SpikeSourcePoisson", kParameters, {}, {}, false, nullptr, "", nullptr,
                                &sources::kPoisson};
  return kModel;
}

SpikeSourcePoisson::operator CellType() const { return {model(), {rate, start, duration}}; }

const CellModel& SpikeSourcePoissonRefractory::model() {
  static constexpr std::array<ParameterInfo, 4> kParameters = {
      {{"rate", "Hz", 1.0, Bound::non_negative, "mean number of spikes per second"},
       {"tau_refrac", "ms", 0.0, Bound::non_negative, "shortest time between two spikes"},
       {"start", "ms", 0.0, Bound::non_negative, "first moment at which a spike is possible"},
       {"duration", "ms", 1e10, Bound::duration, "spikes come before start + duration"}}};
  static const CellModel kModel{"SpikeSourcePoissonRefractory",
                                kParameters,
                                {},
                                {},
                                false,
                                [](std::span<const double> p) {
                                  if (p[0] > 0.0 && !(p[1] < 1000.0 / p[0])) {
                                    throw ParameterError("tau_refrac", p[1], "ms",
                                                         "must be < 1000 / rate, the mean interval in ms");
                                  }
                                },
                                "",
                                nullptr,
                                &sources::kPoissonRefractory};
  return kModel;
}

SpikeSourcePoissonRefractory::operator CellType() const { return {model(), {rate, tau_refrac, start, duration}}; }

const CellModel& SpikeSourceGamma::model() {
  static constexpr std::array<ParameterInfo, 4> kParameters = {
      {{"alpha", "", 2.0, Bound::positive, "shape of the distribution of intervals"},
       {"beta", "Hz", 1.0, Bound::non_negative, "rate parameter: the mean interval is alpha / beta"},
       {"start", "ms", 0.0, Bound::non_negative, "first moment at which a spike is possible"},
       {"duration", "ms", 1e10, Bound::duration, "spikes come before start + duration"}}};
  static const CellModel kModel{"SpikeSourceGamma", kParameters, {}, {}, false, check_gamma, "", nullptr,
                                &sources::kGamma};
  return kModel;
}

SpikeSourceGamma::operator CellType() const { return {model(), {alpha, beta, start, duration}}; }

const CellModel& SpikeSourceArray::model() {
  static const CellModel kModel{"SpikeSourceArray", {}, {}, {}, false, nullptr, "", nullptr, &sources::kArray};
  return kModel;
}

SpikeSourceArray::operator CellType() const { return {model(), {}, spike_times}; }

}  // namespace va_event

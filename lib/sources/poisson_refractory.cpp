// SPDX-License-Identifier: Apache-2.0
#include <cstddef>
#include <cstdint>
#include <span>

#include "sources/renewal_group.hpp"
#include "sources/source_group.hpp"
#include "va_event/cell_types.hpp"
#include "va_event/error.hpp"

namespace va_event {

namespace sources {
namespace {

constexpr network::ParameterTable<SpikeSourcePoissonRefractory> kParameters{
    {{{&SpikeSourcePoissonRefractory::rate, "rate", "Hz", Bound::non_negative, "mean number of spikes per second"},
      {&SpikeSourcePoissonRefractory::tau_refrac, "tau_refrac", "ms", Bound::non_negative,
       "shortest time between two spikes"},
      {&SpikeSourcePoissonRefractory::start, "start", "ms", Bound::non_negative,
       "first moment at which a spike is possible"},
      {&SpikeSourcePoissonRefractory::duration, "duration", "ms", Bound::duration,
       "spikes come before start + duration"}}}};

/// A dead time and an exponential time make an interval, whose mean is 1000 / rate [ms].
class PoissonRefractoryGroup final : public RenewalGroup {
 public:
  PoissonRefractoryGroup(const network::PopulationData& population, std::uint64_t seed)
      : RenewalGroup(population, seed, kParameters) {}

 private:
  using Model = SpikeSourcePoissonRefractory;
  static constexpr std::size_t kRate = kParameters.index_of(&Model::rate);
  static constexpr std::size_t kDeadTime = kParameters.index_of(&Model::tau_refrac);

  double draw(std::size_t i, RandomStream& stream) const override {
    const double rate = parameter(kRate, i);
    const double dead = parameter(kDeadTime, i);
    return rate > 0.0 ? dead + stream.exponential() * (1000.0 / rate - dead) : kNever;
  }
};

void check_dead_time(std::span<const double> values) {
  const SpikeSourcePoissonRefractory p = kParameters.read(values);
  if (p.rate > 0.0 && !(p.tau_refrac < 1000.0 / p.rate)) {
    throw ParameterError("tau_refrac", p.tau_refrac, "ms", "must be < 1000 / rate, the mean interval in ms");
  }
}

}  // namespace
}  // namespace sources

const CellModel& SpikeSourcePoissonRefractory::model() {
  static constexpr sources::SourceImplementation kImplementation =
      sources::implement<sources::PoissonRefractoryGroup>();
  static const CellModel kModel{.name = "SpikeSourcePoissonRefractory",
                                .parameters = sources::kParameters.infos(),
                                .variables = {},
                                .receptors = {},
                                .check = sources::check_dead_time,
                                .weight_unit = "",
                                .source = &kImplementation};
  return kModel;
}

SpikeSourcePoissonRefractory::operator CellType() const { return {model(), sources::kParameters.values_of(*this)}; }

}  // namespace va_event

// SPDX-License-Identifier: Apache-2.0
#include <cstddef>
#include <cstdint>

#include "sources/renewal_group.hpp"
#include "sources/source_group.hpp"
#include "va_event/cell_types.hpp"

namespace va_event {

namespace sources {
namespace {

constexpr network::ParameterTable<SpikeSourcePoisson> kParameters{
    {{{&SpikeSourcePoisson::rate, "rate", "Hz", Bound::non_negative, "mean number of spikes per second"},
      {&SpikeSourcePoisson::start, "start", "ms", Bound::non_negative, "first moment at which a spike is possible"},
      {&SpikeSourcePoisson::duration, "duration", "ms", Bound::duration, "spikes come before start + duration"}}}};

/// Exponential intervals, independent of each other.
class PoissonGroup final : public RenewalGroup {
 public:
  PoissonGroup(const network::PopulationData& population, std::uint64_t seed)
      : RenewalGroup(population, seed, kParameters) {}

 private:
  static constexpr std::size_t kRate = kParameters.index_of(&SpikeSourcePoisson::rate);

  double draw(std::size_t i, RandomStream& stream) const override {
    const double rate = parameter(kRate, i);
    return rate > 0.0 ? stream.exponential() * (1000.0 / rate) : kNever;
  }
};

}  // namespace
}  // namespace sources

const CellModel& SpikeSourcePoisson::model() {
  static constexpr sources::SourceImplementation kImplementation = sources::implement<sources::PoissonGroup>();
  static const CellModel kModel{.name = "SpikeSourcePoisson",
                                .parameters = sources::kParameters.infos(),
                                .variables = {},
                                .receptors = {},
                                .weight_unit = "",
                                .source = &kImplementation};
  return kModel;
}

SpikeSourcePoisson::operator CellType() const { return {model(), sources::kParameters.values_of(*this)}; }

}  // namespace va_event

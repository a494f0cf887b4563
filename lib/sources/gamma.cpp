// SPDX-License-Identifier: Apache-2.0
#include <cstddef>
#include <cstdint>
#include <span>

#include "foundation/number_text.hpp"
#include "foundation/ranges.hpp"
#include "sources/renewal_group.hpp"
#include "sources/source_group.hpp"
#include "va_event/cell_types.hpp"
#include "va_event/error.hpp"
#include "va_event/random.hpp"

namespace va_event {

namespace sources {
namespace {

constexpr network::ParameterTable<SpikeSourceGamma> kParameters{
    {{{&SpikeSourceGamma::alpha, "alpha", "", Bound::positive, "shape of the distribution of intervals"},
      {&SpikeSourceGamma::beta, "beta", "Hz", Bound::non_negative, "rate parameter: the mean interval is alpha / beta"},
      {&SpikeSourceGamma::start, "start", "ms", Bound::non_negative, "first moment at which a spike is possible"},
      {&SpikeSourceGamma::duration, "duration", "ms", Bound::duration, "spikes come before start + duration"}}}};

/// Intervals of the gamma distribution with shape alpha and mean 1000 alpha / beta [ms].
class GammaGroup final : public RenewalGroup {
 public:
  GammaGroup(const network::PopulationData& population, std::uint64_t seed)
      : RenewalGroup(population, seed, kParameters) {}

 private:
  static constexpr std::size_t kAlpha = kParameters.index_of(&SpikeSourceGamma::alpha);
  static constexpr std::size_t kBeta = kParameters.index_of(&SpikeSourceGamma::beta);

  double draw(std::size_t i, RandomStream& stream) const override {
    const double beta = parameter(kBeta, i);
    const double mean = beta > 0.0 ? 1000.0 / beta : kNever;
    return mean < kNever ? intervals(parameter(kAlpha, i), mean).draw(stream) : kNever;
  }

  /// Made anew only where the parameters are not those of the draw before: a distribution allocates memory.
  const RandomDistribution& intervals(double shape, double scale) const {
    if (shape != intervals_.parameters()[0] || scale != intervals_.parameters()[1]) {
      intervals_ = RandomDistribution("gamma", {shape, scale});
    }
    return intervals_;
  }

  mutable RandomDistribution intervals_{"gamma", {1.0, 1.0}};
};

/// Of a smaller shape nearly all intervals are zero: some 1 / alpha spikes at a time.
void check_gamma(std::span<const double> values) {
  const SpikeSourceGamma p = kParameters.read(values);
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

}  // namespace
}  // namespace sources

const CellModel& SpikeSourceGamma::model() {
  static constexpr sources::SourceImplementation kImplementation = sources::implement<sources::GammaGroup>();
  static const CellModel kModel{.name = "SpikeSourceGamma",
                                .parameters = sources::kParameters.infos(),
                                .variables = {},
                                .receptors = {},
                                .check = sources::check_gamma,
                                .weight_unit = "",
                                .source = &kImplementation};
  return kModel;
}

SpikeSourceGamma::operator CellType() const { return {model(), sources::kParameters.values_of(*this)}; }

}  // namespace va_event

// SPDX-License-Identifier: Apache-2.0
#include "sources/source_group.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include "events/instant_bytes.hpp"
#include "random/purposes.hpp"
#include "sources/parameters.hpp"
#include "va_event/random.hpp"

namespace va_event::sources {

namespace {

using Instant = events::Instant<double>;

/// A renewal process in continuous time: independent intervals, each added to the time of the spike before. When a
/// parameter changes it starts anew at that time, which a Poisson process, being without memory, does not feel.
class RenewalGroup : public SourceGroup {
 public:
  /// @param table the model's parameters, `start` and `duration` among them
  template <class Model>
  RenewalGroup(const network::PopulationData& population, std::uint64_t seed,
               const network::ParameterTable<Model>& table)
      : population_(population),
        start_(table.index_of(&Model::start)),
        duration_(table.index_of(&Model::duration)),
        time_(population.size) {
    streams_.reserve(population.size);
    for (std::size_t i = 0; i < population.size; ++i) {
      streams_.emplace_back(seed, static_cast<std::uint64_t>(random::Purpose::poisson_source), population.first + i);
    }
  }

  std::optional<Instant> restart(std::size_t i, const Instant& start) final {
    const Instant first = onset(i);
    time_[i] = start < first ? first : start;
    return next(i);
  }

  std::optional<Instant> next(std::size_t i) final {
    const double interval = draw(i, streams_[i]);
    if (!(interval < kNever)) {
      return std::nullopt;
    }
    time_[i] = events::later(time_[i], interval);
    const double duration = parameter(duration_, i);
    if (std::isinf(duration)) {
      return time_[i];
    }
    const Instant end = events::later(onset(i), std::min(duration, kNever));
    return time_[i] < end ? std::optional(time_[i]) : std::nullopt;
  }

  void save(std::size_t i, foundation::ByteWriter& out) const final {
    events::put_instant(out, time_[i]);
    out.put<std::uint64_t>(streams_[i].position());
  }
  void load(std::size_t i, foundation::ByteReader& in) final {
    time_[i] = events::get_instant<double>(in);
    streams_[i].seek(in.get<std::uint64_t>());
  }

 protected:
  static constexpr double kNever = 1e15;  ///< [ms], 30,000 years

  /// @param which index in the model's table
  [[nodiscard]] double parameter(std::size_t which, std::size_t i) const { return population_.parameters[which].at(i); }

 private:
  /// The next interval of source `i` [ms]; kNever or more when there is none.
  virtual double draw(std::size_t i, RandomStream& stream) const = 0;

  [[nodiscard]] Instant onset(std::size_t i) const {
    return events::to_instant<double>(Time(std::min(parameter(start_, i), kNever)));
  }

  const network::PopulationData& population_;
  std::size_t start_, duration_;  ///< indices of these parameters
  std::vector<Instant> time_;     ///< of the last spike, or where the process starts
  std::vector<RandomStream> streams_;
};

class PoissonGroup final : public RenewalGroup {
 public:
  PoissonGroup(const network::PopulationData& population, std::uint64_t seed)
      : RenewalGroup(population, seed, kPoissonParameters) {}

 private:
  static constexpr std::size_t kRate = kPoissonParameters.index_of(&SpikeSourcePoisson::rate);

  double draw(std::size_t i, RandomStream& stream) const override {
    const double rate = parameter(kRate, i);
    return rate > 0.0 ? stream.exponential() * (1000.0 / rate) : kNever;
  }
};

class PoissonRefractoryGroup final : public RenewalGroup {
 public:
  PoissonRefractoryGroup(const network::PopulationData& population, std::uint64_t seed)
      : RenewalGroup(population, seed, kPoissonRefractoryParameters) {}

 private:
  using Model = SpikeSourcePoissonRefractory;
  static constexpr std::size_t kRate = kPoissonRefractoryParameters.index_of(&Model::rate);
  static constexpr std::size_t kDeadTime = kPoissonRefractoryParameters.index_of(&Model::tau_refrac);

  double draw(std::size_t i, RandomStream& stream) const override {
    const double rate = parameter(kRate, i);
    const double dead = parameter(kDeadTime, i);
    return rate > 0.0 ? dead + stream.exponential() * (1000.0 / rate - dead) : kNever;
  }
};

class GammaGroup final : public RenewalGroup {
 public:
  GammaGroup(const network::PopulationData& population, std::uint64_t seed)
      : RenewalGroup(population, seed, kGammaParameters) {}

 private:
  static constexpr std::size_t kAlpha = kGammaParameters.index_of(&SpikeSourceGamma::alpha);
  static constexpr std::size_t kBeta = kGammaParameters.index_of(&SpikeSourceGamma::beta);

  double draw(std::size_t i, RandomStream& stream) const override {
    const double beta = parameter(kBeta, i);
    const double mean = beta > 0.0 ? 1000.0 / beta : kNever;
    return mean < kNever ? RandomDistribution("gamma", {parameter(kAlpha, i), mean}).draw(stream) : kNever;
  }
};

class ArrayGroup final : public SourceGroup {
 public:
  ArrayGroup(const network::PopulationData& population, std::uint64_t /*seed*/)
      : population_(population), cursor_(population.size, 0) {}

  std::optional<Instant> restart(std::size_t i, const Instant& start) override {
    const std::vector<Time>& times = population_.times_of(i);
    const auto first = std::lower_bound(times.begin(), times.end(), start, [](const Time& time, const Instant& t) {
      return events::to_instant<double>(time) < t;
    });
    cursor_[i] = static_cast<std::size_t>(first - times.begin());
    return next(i);
  }

  std::optional<Instant> next(std::size_t i) override {
    const std::vector<Time>& times = population_.times_of(i);
    return cursor_[i] < times.size() ? std::optional(events::to_instant<double>(times[cursor_[i]++])) : std::nullopt;
  }

  void save(std::size_t i, foundation::ByteWriter& out) const override { out.put<std::uint64_t>(cursor_[i]); }
  void load(std::size_t i, foundation::ByteReader& in) override {
    cursor_[i] = in.get<std::uint64_t>();
    in.require(cursor_[i] <= population_.times_of(i).size(), "holds a source beyond its last spike");
  }

 private:
  const network::PopulationData& population_;
  std::vector<std::size_t> cursor_;  ///< of the next spike time
};

}  // namespace

template <class Group>
std::unique_ptr<SourceGroup> make(const network::PopulationData& population, std::uint64_t seed) {
  return std::make_unique<Group>(population, seed);
}

const SourceImplementation kPoisson{make<PoissonGroup>};
const SourceImplementation kPoissonRefractory{make<PoissonRefractoryGroup>};
const SourceImplementation kGamma{make<GammaGroup>};
const SourceImplementation kArray{make<ArrayGroup>};

std::unique_ptr<SourceGroup> make_source_group(const network::PopulationData& population, std::uint64_t seed) {
  return population.model->source->make(population, seed);
}

}  // namespace va_event::sources

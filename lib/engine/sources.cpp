// SPDX-License-Identifier: Apache-2.0
#include "engine/sources.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <vector>

#include "random/purposes.hpp"
#include "va_event/random.hpp"

namespace va_event::engine {

namespace {

using Instant = events::Instant<double>;

/// A Poisson process in continuous time: exponential intervals, each added to the time of the spike before. Being
/// without memory, it may start anew at any time, for instance when its rate changes.
class PoissonGroup final : public SourceGroup {
 public:
  PoissonGroup(const network::PopulationData& population, std::uint64_t seed)
      : population_(population), time_(population.size) {
    streams_.reserve(population.size);
    for (std::size_t i = 0; i < population.size; ++i) {
      streams_.emplace_back(seed, static_cast<std::uint64_t>(random::Purpose::poisson_source), population.first + i);
    }
  }

  std::optional<Instant> restart(std::size_t i, const Instant& start) override {
    const Instant first = onset(i);
    time_[i] = start < first ? first : start;
    return next(i);
  }

  std::optional<Instant> next(std::size_t i) override {
    const double rate = parameter(kRate, i);
    if (rate <= 0.0) {
      return std::nullopt;
    }
    const double interval = streams_[i].exponential() * (1000.0 / rate);
    if (!(interval < kNever)) {
      return std::nullopt;
    }
    time_[i] = events::later(time_[i], interval);
    const Instant end = events::later(onset(i), std::min(parameter(kDuration, i), kNever));
    return time_[i] < end ? std::optional(time_[i]) : std::nullopt;
  }

 private:
  static constexpr std::size_t kRate = 0, kStart = 1, kDuration = 2;  ///< order of SpikeSourcePoisson::model()
  static constexpr double kNever = 1e15;                              ///< [ms], 30,000 years

  [[nodiscard]] double parameter(std::size_t which, std::size_t i) const { return population_.parameters[which].at(i); }
  [[nodiscard]] Instant onset(std::size_t i) const {
    return events::to_instant<double>(Time(std::min(parameter(kStart, i), kNever)));
  }

  const network::PopulationData& population_;
  std::vector<Instant> time_;  ///< of the last spike, or where the process starts
  std::vector<RandomStream> streams_;
};

class ArrayGroup final : public SourceGroup {
 public:
  explicit ArrayGroup(const network::PopulationData& population)
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

 private:
  const network::PopulationData& population_;
  std::vector<std::size_t> cursor_;  ///< of the next spike time
};

}  // namespace

std::unique_ptr<SourceGroup> make_source_group(const network::PopulationData& population, std::uint64_t seed) {
  if (population.model == &SpikeSourcePoisson::model()) {
    return std::make_unique<PoissonGroup>(population, seed);
  }
  assert(population.model == &SpikeSourceArray::model() && "a spike source without a group in engine/sources.cpp");
  return std::make_unique<ArrayGroup>(population);
}

}  // namespace va_event::engine

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "events/instant_bytes.hpp"
#include "network/parameter_table.hpp"
#include "random/purposes.hpp"
#include "sources/source_group.hpp"
#include "va_event/random.hpp"

namespace va_event::sources {

/// A renewal process in continuous time: independent intervals, each added to the time of the spike before. When a
/// parameter changes it starts anew at that time, which a Poisson process, being without memory, does not feel.
class RenewalGroup : public SourceGroup {
 public:
  using Instant = events::Instant<double>;

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

}  // namespace va_event::sources

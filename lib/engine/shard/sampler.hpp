// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <utility>
#include <vector>

#include "engine/shard/shard_cells.hpp"
#include "events/instant.hpp"
#include "recording/recorder.hpp"

namespace va_event::engine {

/// Samples of the recorded variables of a shard's cells, on the grid of each sampling. The recorder collects them when
/// a run ends.
template <class Real>
class Sampler {
 public:
  /// What was sampled of one sampling: a row for each time, a column for each cell of this shard.
  struct Samples {
    double interval = 0.0;  ///< [ms]
    std::int64_t next = 0;  ///< index on the grid
    struct Column {
      std::size_t position;  ///< in the ids of the sampling
      CellId cell;
      std::size_t variable;
    };
    std::vector<Column> columns;
    std::vector<double> values;  ///< [rows x columns]
  };

  /// Forgets all samples. @param samplings what is sampled from now on, each from its next sample on
  void begin(const std::vector<recording::Sampling>& samplings, const ShardCells<Real>& cells) {
    samples_.clear();
    for (const recording::Sampling& sampling : samplings) {
      Samples mine{sampling.interval, sampling.next_sample(), {}, {}};
      for (std::size_t k = 0; k < sampling.ids.size(); ++k) {
        if (cells.owns(sampling.ids[k])) {
          const CellModel& model = *cells.population_of(sampling.ids[k]).model;
          mine.columns.push_back({k, sampling.ids[k], variable_index(model, sampling.variable)});
        }
      }
      samples_.push_back(std::move(mine));
    }
    find_next();
  }

  /// Takes all samples that are due at next_time(). @param value of a cell and a variable then
  template <class Value>
  void take(const Value& value) {
    for (Samples& samples : samples_) {
      if (!(events::multiple(samples.next, samples.interval) == next_time_)) {
        continue;
      }
      for (const typename Samples::Column& column : samples.columns) {
        samples.values.push_back(value(column.cell, column.variable));
      }
      ++samples.next;
    }
    find_next();
  }

  /// Of the next sample; later than every time if there is none.
  [[nodiscard]] const events::Instant<double>& next_time() const noexcept { return next_time_; }
  /// What was sampled since begin(), in the order of the samplings.
  [[nodiscard]] const std::vector<Samples>& samples() const noexcept { return samples_; }

 private:
  void find_next() {
    next_time_ = {std::numeric_limits<std::int64_t>::max(), 0.0};
    for (const Samples& samples : samples_) {
      const auto next = events::multiple(samples.next, samples.interval);
      if (next < next_time_) {
        next_time_ = next;
      }
    }
  }

  std::vector<Samples> samples_;
  events::Instant<double> next_time_{std::numeric_limits<std::int64_t>::max(), 0.0};
};

}  // namespace va_event::engine

// SPDX-License-Identifier: Apache-2.0
#include "certificate/side_by_side.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <string>

#include "certificate/draw_comparison.hpp"
#include "certificate/spike_stream.hpp"
#include "foundation/number_text.hpp"

namespace va_event::certificate {
namespace {

constexpr double kComparedSpan = 16.0;  // [ms]; short, so that few spikes wait for their partners
constexpr double kFirstPart = 100.0;    // [ms]; of the simulated time
constexpr double kParts = 20.0;         // rows of the table of growth, about, and not finer than kFirstPart
constexpr std::size_t kLookAhead = 64;  // spikes among which a change of order is looked for

std::string text(double x) { return foundation::shortest_text(x); }

/// Collects what is known of the pairs: largest and median difference of their times, and the growth of the largest one
/// over the run, in parts of 100 ms or a multiple of that.
class Statistics {
 public:
  /// @param comparison gets the numbers; must outlive this
  Statistics(Comparison& comparison, double duration_ms)
      : comparison_(comparison), part_(kFirstPart * std::max(1.0, std::ceil(duration_ms / (kFirstPart * kParts)))) {}

  /// A pair. @param time_ms of the reference, not before that of the last one @param dt difference of times [ms]
  void add(CellId cell, double time_ms, double dt) {
    const double size = std::abs(dt);
    sizes_.push_back(size);
    ++comparison_.spikes_matched;
    if (size > comparison_.max_dt_ms) {
      comparison_.max_dt_ms = size;
      comparison_.max_dt_cell = cell;
      comparison_.max_dt_at_ms = time_ms;
    }
    if (time_ms < kFirstPart) {
      comparison_.max_dt_first_100_ms = std::max(comparison_.max_dt_first_100_ms, size);
    }
    std::vector<SpikeErrors>& growth = comparison_.growth;
    while (growth.empty() || time_ms >= growth.back().to_ms) {
      const double from = growth.empty() ? 0.0 : growth.back().to_ms;
      growth.push_back({from, from + part_, 0, 0.0});
    }
    ++growth.back().spikes;
    growth.back().max_dt_ms = std::max(growth.back().max_dt_ms, size);
  }

  /// What is known only at the end: the median, and where the last part ends.
  void finish() {
    if (!sizes_.empty()) {
      const auto middle = sizes_.begin() + static_cast<std::ptrdiff_t>(sizes_.size() / 2);
      std::nth_element(sizes_.begin(), middle, sizes_.end());
      comparison_.median_dt_ms = *middle;
    }
    if (!comparison_.growth.empty()) {
      comparison_.growth.back().to_ms = std::min(comparison_.growth.back().to_ms, comparison_.correct_until_ms);
    }
  }

 private:
  Comparison& comparison_;
  double part_;                ///< of the table of growth [ms]
  std::vector<double> sizes_;  ///< |dt| of all pairs [ms]
};

/// Two simulations and the comparison of their spikes so far. All spikes before those that wait in the two streams are
/// the same.
class SideBySide {
 public:
  SideBySide(const ComparedRun& tested, const ComparedRun& reference, const std::vector<CellId>& cells,
             const std::vector<PlasticProjection>& plastic, double duration_ms)
      : tested_(tested, cells),
        reference_(reference, cells),
        plastic_(plastic),
        duration_ms_(duration_ms),
        statistics_(outcome_.comparison, duration_ms) {
    outcome_.comparison.tested = tested.precision;
    outcome_.comparison.reference = reference.precision;
  }

  Outcome run(const std::function<bool(double)>& keep_going) {
    Comparison& comparison = outcome_.comparison;
    const auto go_on = [&keep_going](const Time& t) { return keep_going(t.ms()); };
    bool same = true;
    for (double reached = 0.0; same && reached < duration_ms_;) {
      const double stop = std::min(reached + kComparedSpan, duration_ms_);
      if (!tested_.advance(Time(stop), go_on) || !reference_.advance(Time(stop), go_on)) {
        comparison.limited_by = "a request to stop at " + text(reached) + " ms";
        break;
      }
      reached = stop;
      same = compare(reached == duration_ms_);
      if (same) {
        compare_weights(reached);
        comparison.correct_until_ms = reached == duration_ms_ ? reached : last_common_time(reached);
      }
      comparison.complete = same && reached == duration_ms_;
    }
    if (comparison.complete) {
      comparison.limited_by = "the end of the run";
    }
    comparison.spikes = comparison.spikes_matched + tested_.waiting();
    comparison.tested_s = tested_.seconds();
    comparison.reference_s = reference_.seconds();
    statistics_.finish();
    if (const auto approach = reference_.engine().closest_approach()) {
      outcome_.closest_approach = {approach->distance_mv, approach->cell, approach->time_ms};
    }
    return std::move(outcome_);
  }

 private:
  /// At a time at which both have had the same spikes.
  void compare_weights(double time_ms) {
    if (tested_.waiting() + reference_.waiting() > 0) {
      return;
    }
    Comparison& comparison = outcome_.comparison;
    comparison.plastic_synapses = 0;
    for (const PlasticProjection& projection : plastic_) {
      std::vector<std::vector<double>> mine;
      for (const std::size_t size : projection.blocks) {
        mine.emplace_back(size);
        comparison.plastic_synapses += size;
      }
      std::vector<std::vector<double>> theirs = mine;
      tested_.engine().weights(projection.index, mine);
      reference_.engine().weights(projection.index, theirs);
      for (std::size_t b = 0; b < mine.size(); ++b) {
        for (std::size_t k = 0; k < mine[b].size(); ++k) {
          if (const double error = std::fabs(mine[b][k] - theirs[b][k]); error > comparison.max_dw) {
            comparison.max_dw = error;
            comparison.max_dw_at_ms = time_ms;
          }
        }
      }
    }
  }

  /// Spikes and draws of the last span. @return whether they are the same so far
  bool compare(bool at_end) {
    draws_.add(tested_.take_draws(), reference_.take_draws());
    std::string why;
    const double flip_ms = draws_.first_difference(std::numeric_limits<double>::infinity(), why);
    bool same = match(at_end, flip_ms);
    if (same && std::isfinite(flip_ms)) {
      outcome_.comparison.correct_until_ms = last_common_time(flip_ms);
      outcome_.comparison.limited_by = why;
      same = false;
    }
    draws_.count(same ? std::numeric_limits<double>::infinity() : outcome_.comparison.correct_until_ms,
                 outcome_.comparison);
    return same;
  }

  /// Pairs the spikes that wait, those before `end_ms`. Where the next two differ, one of the streams may only be late:
  /// a spike at the end of a span in one simulation may lie in the next span in the other, so that the decision waits
  /// until both have kLookAhead spikes, or the run ends. @return whether they are the same so far
  bool match(bool at_end, double end_ms) {
    while (tested_.waiting() > 0 && reference_.waiting() > 0 && last_common_time(end_ms) < end_ms) {
      if (tested_.cell() != reference_.cell()) {
        // A spike that seems to be missing may only come a little later, in the next window.
        const bool decided = at_end || (tested_.waiting() > kLookAhead && reference_.waiting() > kLookAhead);
        return decided ? fail() : true;
      }
      statistics_.add(tested_.cell(), reference_.time().ms(),
                      difference(tested_.time(), tested_.tails(), reference_.time(), reference_.tails()));
      tested_.pop();
      reference_.pop();
    }
    return !at_end || last_common_time(end_ms) >= end_ms || tested_.waiting() + reference_.waiting() == 0 || fail();
  }

  /// A time [ms] before which all spikes are the same.
  [[nodiscard]] double last_common_time(double reached) const {
    double time = reached;
    for (const SpikeStream* stream : {&tested_, &reference_}) {
      if (stream->waiting() > 0) {
        time = std::min(time, stream->time().ms());
      }
    }
    return time;
  }

  /// The place of the next `cell` among the spikes that wait, or kLookAhead.
  [[nodiscard]] static std::size_t find(const SpikeStream& stream, CellId cell) {
    for (std::size_t k = 0; k < std::min(stream.waiting(), kLookAhead); ++k) {
      if (stream.cell(k) == cell) {
        return k;
      }
    }
    return kLookAhead;
  }

  /// Notes what differs, for Comparison::limited_by: two spikes in another order, if each stream has the other's next
  /// spike among those that wait, else a spike that one of them does not have. @return false
  bool fail() {
    outcome_.comparison.correct_until_ms = last_common_time(duration_ms_);
    std::string& why = outcome_.comparison.limited_by;
    const bool both = tested_.waiting() > 0 && reference_.waiting() > 0;
    if (both) {
      const std::size_t later = find(tested_, reference_.cell());
      if (later < kLookAhead && find(reference_, tested_.cell()) < kLookAhead) {
        why = "the order of the spikes of neurons " + std::to_string(reference_.cell()) + " and " +
              std::to_string(tested_.cell()) + " at t = " + text(reference_.time().ms()) + " ms, which lie " +
              text(std::abs(tested_.time(later).minus(tested_.time()))) + " ms apart";
        return false;
      }
    }
    const bool missing = !both ? tested_.waiting() == 0 : reference_.time() < tested_.time();
    const SpikeStream& owner = missing ? reference_ : tested_;
    why = std::string(missing ? "a missing" : "a wrong") + " spike of neuron " + std::to_string(owner.cell()) +
          " at t = " + text(owner.time().ms()) + " ms";
    return false;
  }

  SpikeStream tested_;
  SpikeStream reference_;
  const std::vector<PlasticProjection>& plastic_;
  double duration_ms_;
  Outcome outcome_;
  Statistics statistics_;
  DrawComparison draws_;
};

}  // namespace

Outcome run_side_by_side(const ComparedRun& tested, const ComparedRun& reference, const std::vector<CellId>& cells,
                         double duration_ms, const std::function<bool(double)>& keep_going,
                         const std::vector<PlasticProjection>& plastic) {
  return SideBySide(tested, reference, cells, plastic, duration_ms).run(keep_going);
}

}  // namespace va_event::certificate

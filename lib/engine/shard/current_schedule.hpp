// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "events/instant.hpp"
#include "network/network.hpp"
#include "neurons/sinusoid/sine_source.hpp"

namespace va_event::engine {

/// When injected currents change, and what they are. All sources of a cell are summed in the order in which
/// they were injected, anew at every change: differences would drift. Their times are doubles whatever the engine
/// counts with, so that simulations in every precision get the same input.
class CurrentSchedule {
 public:
  using Instant = events::Instant<double>;

  explicit CurrentSchedule(const network::Network& network) : network_(network) {
    for (std::size_t k = 0; k < network.injections.size(); ++k) {
      add(k, {});
    }
  }

  /// Takes in injection number `injection` of the network at `now`; steps before `now` are done already.
  void add(std::size_t injection, const Instant& now);

  /// The sum of the currents into a cell at present, without sinusoids [nA].
  [[nodiscard]] double current(CellId cell) const;
  /// Whether a cell has, had or will have a sinusoid.
  [[nodiscard]] bool is_driven(CellId cell) const { return driven_.contains(cell); }
  /// The sinusoids into a cell at present. What differs in its amplitude alone is one, and gone when that is 0.
  [[nodiscard]] std::vector<neurons::SineSource> sines(CellId cell) const;

  [[nodiscard]] bool empty() const noexcept { return next_ == steps_.size(); }
  [[nodiscard]] const Instant& next_time() const { return steps_[next_].time; }
  /// Steps made so far of each injection: the whole state of the schedule, beside the injections.
  [[nodiscard]] const std::vector<std::size_t>& made() const noexcept { return made_; }
  /// Goes on from there. @param made one for each injection, not more than it has steps
  void resume(const std::vector<std::size_t>& made);

  /// Makes the next step. Returns the injection that changes; the currents of its cells are new.
  std::size_t step();

 private:
  struct Step {
    Instant time;
    std::size_t injection;
    friend bool operator<(const Step& a, const Step& b) {
      return a.time == b.time ? a.injection < b.injection : a.time < b.time;
    }
  };

  const network::Network& network_;
  std::vector<Step> steps_;  ///< sorted; steps_[next_] is the next one
  std::size_t next_ = 0;
  std::vector<double> amplitude_;  ///< present amplitude of each injection [nA]
  std::vector<std::size_t> made_;  ///< steps made so far of each injection
  std::unordered_map<CellId, std::vector<std::size_t>> injections_of_;
  std::unordered_set<CellId> driven_;
};

}  // namespace va_event::engine

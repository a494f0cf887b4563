// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <ostream>
#include <string>

#include "va_event/simulation.hpp"

namespace va_event::cli {

/// Tells how far the simulation is: a bar that is redrawn on a terminal, a line at every 10 % elsewhere.
class ProgressDisplay {
 public:
  enum class Style { none, lines, bar };

  ProgressDisplay(std::ostream& out, Style style);
  void update(const Progress& progress);
  /// Ends the line of the bar, if there is one.
  void finish(const Progress& progress);

 private:
  using Clock = std::chrono::steady_clock;
  void draw(const Progress& progress);

  std::ostream& out_;
  Style style_;
  Clock::time_point start_, last_drawn_;
  int last_tenth_ = 0;
};

/// A bar for stderr on a terminal that can redraw a line, else lines.
[[nodiscard]] ProgressDisplay::Style style_of_stderr();

/// `[=====>    ]  45 %  what  ETA 0:03`, at most 79 characters.
/// @param done      from 0 to 1
/// @param elapsed_s wall-clock time since the start [s]
[[nodiscard]] std::string progress_bar(double done, const std::string& what, double elapsed_s);

/// `[=====>    ]  45 %  450 of 1000 ms  12 x real time  ETA 0:03`, at most 79 characters.
/// @param elapsed_s wall-clock time since the start [s]
[[nodiscard]] std::string progress_bar(const Progress& progress, double elapsed_s);

}  // namespace va_event::cli

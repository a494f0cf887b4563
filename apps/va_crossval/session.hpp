// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <ostream>
#include <stdexcept>
#include <string>
#include <vector>

#include "interrupt.hpp"
#include "option_values.hpp"
#include "va_crossval/plot.hpp"
#include "va_crossval/study.hpp"
#include "va_event/fixed_step.hpp"
#include "va_event/simulation.hpp"

namespace va_event::crossval {

/// Ctrl-C or SIGTERM came.
class Interrupted : public std::runtime_error {
 public:
  Interrupted() : std::runtime_error("interrupted") {}
};

/// The options of every subcommand.
struct CommonOptions {
  std::string output = "crossval";    ///< folder of all files
  std::string figure_format = "svg";  ///< or "png"
  bool quick = false;                 ///< a small version, in seconds
  bool json = false;                  ///< print the study as JSON instead of tables
};

/// Processor time of this program [s]; unlike the time on the clock it does not count other programs.
[[nodiscard]] double cpu_seconds();

/// What a running subcommand needs of the world around it: where to write, progress, Ctrl-C.
class Session {
 public:
  /// @param command the whole command line, so that the study can be repeated
  Session(CommonOptions options, std::string command, const cli::Interrupt& interrupt);

  [[nodiscard]] const CommonOptions& options() const noexcept { return options_; }
  [[nodiscard]] bool quick() const noexcept { return options_.quick; }
  [[nodiscard]] const std::string& command() const noexcept { return command_; }
  /// For messages that are no result.
  [[nodiscard]] std::ostream& messages() const noexcept { return messages_; }

  /// Begins a work of so many steps.
  void start(std::size_t steps);
  /// Begins the next of them: a line that is redrawn on a terminal, elsewhere a line every 10 %. @throws Interrupted
  void step(const std::string& what);
  /// Ends the redrawn line.
  void finish();

  /// Throws Interrupted when Ctrl-C came; call it at least every second.
  void check() const;
  /// Simulate `duration` [ms] more; Ctrl-C ends it. @throws Interrupted
  void run(Simulation& simulation, double duration) const;
  void run(FixedStepSimulation& simulation, double duration) const;

  /// Draws it into `<output>/<study>_<name>.<format>`, when gnuplot is there. A figure that cannot be written is said
  /// and noted in the study, and makes publish() fail after it has written everything else.
  void draw(Study& study, const std::string& name, const std::string& title, const std::string& caption,
            const Drawing& drawing);
  /// Writes the files of the study and shows it on the terminal.
  void publish(const Study& study);

 private:
  CommonOptions options_;
  std::string command_;
  const cli::Interrupt& interrupt_;
  std::ostream& messages_;
  bool redraws_;
  std::size_t steps_ = 0;
  std::size_t done_ = 0;
  std::size_t shown_percent_ = 0;
  std::string failed_figure_{};  ///< why; "": none failed
};

}  // namespace va_event::crossval

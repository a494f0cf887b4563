// SPDX-License-Identifier: Apache-2.0
#include "va_crossval/session.hpp"

#include <time.h>

#include <algorithm>
#include <filesystem>
#include <iomanip>
#include <iostream>
#include <memory>
#include <sstream>
#include <utility>

#include "gnuplot.hpp"
#include "progress.hpp"
#include "rescue.hpp"

namespace va_event::crossval {
namespace {

constexpr double kSliceMs = 20.0;                // Ctrl-C is noticed after so much simulated time
constexpr std::size_t kLineEvery = 10;           // percent, where lines cannot be redrawn
constexpr std::size_t kLineWidth = 79;           // the narrowest usual terminal
constexpr const char* kClearLine = "\r\x1b[2K";  // ANSI: erase the whole line

}  // namespace

double cpu_seconds() {
  timespec now{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

Session::Session(CommonOptions options, std::string command, const cli::Interrupt& interrupt)
    : options_(std::move(options)),
      command_(std::move(command)),
      interrupt_(interrupt),
      messages_(std::cerr),
      redraws_(cli::style_of_stderr() == cli::ProgressDisplay::Style::bar) {}

void Session::start(std::size_t steps) {
  steps_ = steps;
  done_ = 0;
  shown_percent_ = 0;
}

void Session::step(const std::string& what) {
  check();
  const std::size_t percent = 100 * done_ / std::max<std::size_t>(steps_, 1);
  ++done_;
  std::ostringstream line;
  line << std::setw(3) << percent << " %  " << done_ << " of " << steps_ << "  " << what;
  if (redraws_) {
    messages_ << kClearLine << line.str().substr(0, kLineWidth) << std::flush;
  } else if (done_ == 1 || percent / kLineEvery > shown_percent_ / kLineEvery) {
    shown_percent_ = percent;
    messages_ << line.str() << std::endl;
  }
}

void Session::finish() {
  if (redraws_ && done_ > 0) {
    messages_ << kClearLine << std::flush;
  }
  done_ = 0;
}

void Session::check() const {
  if (interrupt_.signal() != 0) {
    throw Interrupted();
  }
}

void Session::run(Simulation& simulation, double duration) const {
  simulation.on_progress([this](const Progress&) { return interrupt_.signal() == 0; });
  const RunEnd end = simulation.run(duration);
  simulation.on_progress({});
  if (end == RunEnd::interrupted) {
    throw Interrupted();
  }
}

void Session::run(FixedStepSimulation& simulation, double duration) const {
  const Time stop = simulation.now().plus(duration);
  for (double done = kSliceMs; done < duration; done += kSliceMs) {
    simulation.run(kSliceMs);
    check();
  }
  simulation.run_until(stop);
  check();
}

void Session::draw(Study& study, const std::string& name, const std::string& title, const std::string& caption,
                   const Drawing& drawing) {
  const std::string file = study.name + '_' + name + '.' + options_.figure_format;
  // An SVG file names its parts; the names must differ when several figures stand on one page.
  const std::string terminal = options_.figure_format == "png"
                                   ? "pngcairo size " + std::to_string(kFigureWidth) + ',' +
                                         std::to_string(drawing.height) + " enhanced font 'sans,11'"
                                   : "svg size " + std::to_string(kFigureWidth) + ',' + std::to_string(drawing.height) +
                                         " dynamic enhanced font 'sans,14' name '" + study.name + '_' + name +
                                         "' background '#ffffff'";
  if (!cli::gnuplot_draws(terminal)) {
    messages_ << "No figure " << file << ": gnuplot with cairo is missing; on Debian: apt-get install gnuplot-nox"
              << std::endl;
    return;
  }
  try {
    cli::draw_with_gnuplot((std::filesystem::path(options_.output) / file).string(), terminal, drawing.script);
    study.figures.push_back({file, title, caption});
  } catch (const FileError& error) {  // no reason to lose the numbers
    messages_ << "va-crossval: " << error.what() << std::endl;
    study.notes.push_back(std::string("A figure could not be written: ") + error.what() + '.');
    failed_figure_ = error.what();
  }
}

void Session::publish(const Study& study) {
  finish();
  const std::shared_ptr<Processes> alone = single_process();
  cli::RescuingWriter writer(*alone);
  const std::vector<std::string> files = write(study, options_.output, writer);
  for (const cli::FileFailure& failure : writer.failures()) {
    messages_ << "va-crossval: " << failure.text() << std::endl;
  }
  if (options_.json) {
    std::cout << to_json(study).dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) << std::endl;
  } else {
    print(std::cout, study);
    std::cout << "\nWritten: ";
    for (const std::string& file : files) {
      std::cout << file << ' ';
    }
    for (const Figure& figure : study.figures) {
      std::cout << (std::filesystem::path(options_.output) / figure.file).string() << ' ';
    }
    std::cout << std::endl;
  }
  if (!std::cout) {
    throw Error("the study cannot be written to standard output");
  }
  if (!writer.failures().empty()) {
    throw Error(std::to_string(writer.failures().size()) + " files could not be written in their place (see above)");
  }
  if (!failed_figure_.empty()) {
    throw Error(std::exchange(failed_figure_, ""));
  }
}

}  // namespace va_event::crossval

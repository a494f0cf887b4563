// SPDX-License-Identifier: Apache-2.0
#include "progress.hpp"

#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <iomanip>
#include <sstream>
#include <string_view>

namespace va_event::cli {
namespace {

constexpr std::size_t kBarWidth = 24;                      // characters
constexpr std::size_t kLineWidth = 79;                     // the narrowest usual terminal
constexpr std::chrono::milliseconds kRedrawInterval{100};  // smooth, and not felt by the simulation
constexpr const char* kClearLine = "\x1b[2K";              // ANSI: erase the whole line

double fraction(const Progress& progress) {
  return progress.stop_ms > 0.0 ? std::clamp(progress.now_ms / progress.stop_ms, 0.0, 1.0) : 1.0;
}

std::string minutes(double seconds) {
  if (!(seconds < 360000.0)) {
    return "> 100 h";
  }
  const auto whole = static_cast<long>(std::ceil(seconds));
  std::ostringstream out;
  out << whole / 60 << ':' << std::setw(2) << std::setfill('0') << whole % 60;
  return out.str();
}

}  // namespace

std::string progress_bar(double done, const std::string& what, double elapsed_s) {
  const auto filled = static_cast<std::size_t>(done * kBarWidth);
  std::string bar(filled, '=');
  if (filled < kBarWidth) {
    bar += '>';
    bar.resize(kBarWidth, ' ');
  }
  std::ostringstream out;
  out << '[' << bar << "] " << std::setw(3) << static_cast<int>(done * 100.0) << " %  " << what;
  if (elapsed_s > 0.0 && done > 0.0 && done < 1.0) {
    out << "  ETA " << minutes(elapsed_s * (1.0 - done) / done);
  }
  return out.str().substr(0, kLineWidth);
}

std::string progress_bar(const Progress& progress, double elapsed_s) {
  std::ostringstream what;
  what << std::floor(progress.now_ms) << " of " << progress.stop_ms << " ms";
  if (elapsed_s > 0.0 && progress.now_ms > 0.0) {
    what << "  " << std::setprecision(3) << progress.now_ms * 1e-3 / elapsed_s << " x real time";
  }
  return progress_bar(fraction(progress), what.str(), elapsed_s);
}

ProgressDisplay::Style style_of_stderr() {
  const char* const terminal = std::getenv("TERM");
  const bool can_redraw = terminal != nullptr && std::string_view(terminal) != "dumb" && *terminal != '\0';
  return isatty(STDERR_FILENO) != 0 && can_redraw ? ProgressDisplay::Style::bar : ProgressDisplay::Style::lines;
}

ProgressDisplay::ProgressDisplay(std::ostream& out, Style style)
    : out_(out), style_(style), start_(Clock::now()), last_drawn_(start_ - kRedrawInterval) {}

void ProgressDisplay::update(const Progress& progress) {
  if (style_ == Style::bar && Clock::now() - last_drawn_ >= kRedrawInterval) {
    draw(progress);
  } else if (style_ == Style::lines) {
    const int tenth = static_cast<int>(fraction(progress) * 10.0);
    if (tenth > last_tenth_) {
      last_tenth_ = tenth;
      out_ << std::setw(3) << 10 * tenth << " %  " << progress.now_ms << " of " << progress.stop_ms << " ms"
           << std::endl;
    }
  }
}

void ProgressDisplay::finish(const Progress& progress) {
  if (style_ == Style::bar) {
    draw(progress);
    out_ << std::endl;
  } else {
    update(progress);
  }
}

void ProgressDisplay::draw(const Progress& progress) {
  last_drawn_ = Clock::now();
  const double elapsed_s = std::chrono::duration<double>(last_drawn_ - start_).count();
  out_ << '\r' << kClearLine << progress_bar(progress, elapsed_s) << std::flush;
}

}  // namespace va_event::cli

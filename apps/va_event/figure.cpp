// SPDX-License-Identifier: Apache-2.0
#include "figure.hpp"

#include <filesystem>

#include "figure_script.hpp"
#include "gnuplot.hpp"
#include "option_values.hpp"

namespace va_event::cli {
namespace {

std::string terminal_of(const std::string& file) {
  return gnuplot_terminal(lower_case(std::filesystem::path(file).extension().string()));
}

}  // namespace

void require_gnuplot(const std::string& file) {
  if (!gnuplot_draws(terminal_of(file))) {
    throw Error("--plot-figure = " + file +
                ": must have gnuplot with cairo to draw it; on Debian: apt-get install gnuplot-nox");
  }
}

void draw_figure(const std::string& file, const std::string& script) {
  draw_with_gnuplot(file, terminal_of(file), script);
}

void write_figure(const std::string& file, const VogelsAbbott& network, const Report& report, Processes& processes) {
  const std::string script = figure_script(network, report);  // all gather the data for it
  together(processes, [&] {
    if (processes.rank() == 0) {
      draw_figure(file, script);
    }
  });
}

}  // namespace va_event::cli

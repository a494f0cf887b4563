// SPDX-License-Identifier: Apache-2.0
#include "figure.hpp"

#include <cstdio>
#include <filesystem>
#include <system_error>

#include "figure_script.hpp"
#include "option_values.hpp"

namespace va_event::cli {
namespace {

std::string ending_of(const std::string& file) { return lower_case(std::filesystem::path(file).extension().string()); }

/// Runs gnuplot on a script. Its own messages go where `command` sends them.
bool run_gnuplot(const std::string& command, const std::string& script) {
  std::FILE* const pipe = popen(command.c_str(), "w");
  if (pipe == nullptr) {
    return false;
  }
  const bool written = std::fwrite(script.data(), 1, script.size(), pipe) == script.size();
  return pclose(pipe) == 0 && written;
}

}  // namespace

void require_gnuplot(const std::string& file) {
  if (!run_gnuplot("gnuplot >/dev/null 2>&1", "set terminal " + gnuplot_terminal(ending_of(file)) + "\n")) {
    throw Error("--plot-figure = " + file +
                ": must have gnuplot with cairo to draw it; on Debian: apt-get install gnuplot-nox");
  }
}

void write_figure(const std::string& file, const VogelsAbbott& network, const Report& report) {
  const std::string part = file + ".part";
  const bool drawn = run_gnuplot("gnuplot >/dev/null", figure_script(part, ending_of(file), network, report));
  std::error_code error;
  if (!drawn || std::filesystem::file_size(part, error) == 0 || error) {
    std::filesystem::remove(part, error);
    throw FileError(file, "gnuplot could not draw it");
  }
  std::filesystem::rename(part, file, error);
  if (error) {
    const std::string reason = error.message();
    std::filesystem::remove(part, error);
    throw FileError(file, reason);
  }
}

}  // namespace va_event::cli

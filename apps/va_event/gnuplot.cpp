// SPDX-License-Identifier: Apache-2.0
#include "gnuplot.hpp"

#include <cstdio>
#include <filesystem>
#include <system_error>

#include "va_event/error.hpp"

namespace va_event::cli {
namespace {

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

bool gnuplot_draws(const std::string& terminal) {
  return run_gnuplot("gnuplot >/dev/null 2>&1", "set terminal " + terminal + "\n");
}

void draw_with_gnuplot(const std::string& file, const std::string& terminal, const std::string& script) {
  const std::string part = file + ".part";
  const bool drawn = run_gnuplot("gnuplot >/dev/null", "set terminal " + terminal + "\nset output " +
                                                           gnuplot_quoted(part) + '\n' + script + "\nunset output\n");
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

std::string gnuplot_quoted(const std::string& text) {
  std::string result = "'";
  for (const char c : text) {
    result += c == '\'' ? std::string("''") : std::string(1, c);
  }
  return result + "'";
}

}  // namespace va_event::cli

// SPDX-License-Identifier: Apache-2.0
#include "checkpoint.hpp"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <system_error>

#include "option_values.hpp"

namespace va_event::cli {

std::string checkpoint_path(const Options& options) { return options.file_stem() + ".checkpoint"; }

void require_checkpoint(const Options& options) {
  std::error_code unknown;
  if (options.resume && !std::filesystem::is_regular_file(checkpoint_path(options), unknown)) {
    reject("--resume", checkpoint_path(options), "", "must be a file: a run with --checkpoint-every writes it");
  }
}

void resume(Simulation& sim, const Options& options) {
  sim.load_checkpoint(checkpoint_path(options));
  if (Time().plus(options.duration) < sim.now()) {
    throw ParameterError("--duration", options.duration, "ms",
                         "must be >= " + sim.now().to_string() + " ms, the time of " + checkpoint_path(options));
  }
}

Time next_checkpoint(const Time& now, const Options& options) {
  const Time end = Time().plus(options.duration);
  if (!options.checkpoint_every) {
    return end;
  }
  constexpr double kShortest = 1e-9;  // [ms]
  const double every = std::max(*options.checkpoint_every, kShortest);
  const Time next((std::floor(now.ms() / every) + 1.0) * every);
  return std::min(now < next ? next : now.plus(every), end);
}

}  // namespace va_event::cli

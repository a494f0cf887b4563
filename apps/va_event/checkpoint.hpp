// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "options.hpp"
#include "va_event/simulation.hpp"

namespace va_event::cli {

/// Where a run of these options leaves its checkpoint, and where --resume looks for it.
[[nodiscard]] std::string checkpoint_path(const Options& options);

/// --resume needs a file. @throws ParameterError
void require_checkpoint(const Options& options);

/// Goes on from the checkpoint. @throws CheckpointError; ParameterError when it is beyond the duration
void resume(Simulation& sim, const Options& options);

/// When the next checkpoint is due: at the next multiple of --checkpoint-every, or at the end.
[[nodiscard]] Time next_checkpoint(const Time& now, const Options& options);

}  // namespace va_event::cli

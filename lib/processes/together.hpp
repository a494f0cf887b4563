// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <exception>
#include <functional>

#include "va_event/processes.hpp"

namespace va_event::processes {

/// Does `work` in each process; when it fails in one of them, it fails in all. All must call this.
/// @throws what `work` throws; ProcessError in the others
void together(Processes& processes, const std::function<void()>& work);

}  // namespace va_event::processes

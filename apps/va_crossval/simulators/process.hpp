// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <string>
#include <vector>

namespace va_event::crossval {

/// Runs a program, found on the PATH, and waits for its end.
/// @param arguments  the program first
/// @param error_file gets its standard error; "" forgets it
/// @param on_line    is called for every line of its standard output, without its end
/// @param check      is called at least five times a second; when it throws, the program is ended first
/// @return its exit code, 127 when there is no such program, 128 + n when signal n ended it
/// @throws Error when no process can be started; whatever on_line and check throw
int run_process(const std::vector<std::string>& arguments, const std::string& error_file,
                const std::function<void(const std::string& line)>& on_line, const std::function<void()>& check);

}  // namespace va_event::crossval

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "option_values.hpp"
#include "options.hpp"

namespace CLI {
class App;
}

namespace va_event::cli {

/// Declares every option that takes a value or sets a flag: its group, meaning, unit and default (the one that
/// `options` has now). Values go to `texts` unread, flags to `options`.
void declare_options(CLI::App& app, OptionTexts& texts, Options& options);

}  // namespace va_event::cli

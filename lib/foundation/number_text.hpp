// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace va_event::foundation {

/// Numbers as text, for messages and files: the same on every machine, unlike what streams and printf() make of them,
/// which follow the program's locale.

/// The fewest digits that read back as the identical double, whatever the locale: "0.1", "-20", "1e+300", "nan", "inf".
[[nodiscard]] std::string shortest_text(double value);

}  // namespace va_event::foundation

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace va_event::crossval {

/// HTML that shows the figure in a file: .svg as it is, .png as data inside the page. "" when there is no such file.
[[nodiscard]] std::string inline_figure(const std::string& path, std::string_view title);

/// RFC 4648.
[[nodiscard]] std::string base64(std::string_view bytes);

}  // namespace va_event::crossval

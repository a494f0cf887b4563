// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace va_event::crossval {

/// Where and by what a report was made.
struct ReportOrigin {
  std::string version;  ///< of the program
  std::string machine;  ///< "Linux x86_64, Some CPU, 8 cores"
  std::string date;     ///< "2030-01-31"
};

/// One study of the report.
struct ReportEntry {
  nlohmann::ordered_json study;        ///< as to_json() makes it
  std::string summary;                 ///< one sentence: what it shows; "" if unknown
  std::vector<std::string> figures{};  ///< HTML of each of its figures, "" where the file is missing
};

/// Text as it stands between tags and in attributes.
[[nodiscard]] std::string escape_html(std::string_view text);

/// A page that needs nothing else: no scripts, no other files.
[[nodiscard]] std::string report_html(const std::vector<ReportEntry>& entries, const ReportOrigin& origin);

/// The style sheet of the page.
[[nodiscard]] std::string_view report_style();

}  // namespace va_event::crossval

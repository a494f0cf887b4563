// SPDX-License-Identifier: Apache-2.0
#include "va_crossval/report/html.hpp"

#include <algorithm>
#include <iomanip>
#include <sstream>

namespace va_event::crossval {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kOpenRows = 30;  // longer tables are folded, so that the page can be overlooked
constexpr int kDigits = 4;

std::string text_of(const Json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_string() ? escape_html(found->get<std::string>()) : std::string();
}

const Json& list_of(const Json& object, const char* key) {
  static const Json empty = Json::array();
  const auto found = object.find(key);
  return found != object.end() && found->is_array() ? *found : empty;
}

std::string shown(const Json& value) {
  if (value.is_null()) {
    return "–";
  }
  if (value.is_string()) {
    return escape_html(value.get<std::string>());
  }
  if (value.is_number_float()) {
    std::ostringstream out;
    out << std::setprecision(kDigits) << value.get<double>();
    return out.str();
  }
  if (value.is_structured()) {
    std::string text;
    for (const auto& [key, element] : value.items()) {
      text += (text.empty() ? "" : ", ") + (value.is_object() ? escape_html(key) + " = " : "") + shown(element);
    }
    return text;
  }
  return escape_html(value.dump());
}

bool is_text_column(const Json& table, std::size_t column) {
  const Json& rows = list_of(table, "rows");
  return std::any_of(rows.begin(), rows.end(),
                     [column](const Json& row) { return row.size() > column && row[column].is_string(); });
}

void write_table(std::ostream& out, const Json& table) {
  const Json& columns = list_of(table, "columns");
  const Json& rows = list_of(table, "rows");
  std::vector<std::string> classes;
  for (std::size_t c = 0; c < columns.size(); ++c) {
    classes.emplace_back(is_text_column(table, c) ? " class=\"text\"" : "");
  }
  const bool folded = rows.size() > kOpenRows;
  out << "<h3>" << text_of(table, "title") << "</h3>\n";
  if (folded) {
    out << "<details><summary>Show " << rows.size() << " rows</summary>\n";
  }
  out << "<div class=\"table\" tabindex=\"0\"><table><thead><tr>";
  for (std::size_t c = 0; c < columns.size(); ++c) {
    const std::string unit = text_of(columns[c], "unit");
    out << "<th scope=\"col\"" << classes[c] << '>' << text_of(columns[c], "name") << "<small>"
        << (unit.empty() ? "" : "[" + unit + "]") << "</small></th>";
  }
  out << "</tr></thead>\n<tbody>\n";
  for (const Json& row : rows) {
    out << "<tr>";
    for (std::size_t c = 0; c < columns.size(); ++c) {
      out << "<td" << classes[c] << '>' << (c < row.size() ? shown(row[c]) : "") << "</td>";
    }
    out << "</tr>\n";
  }
  out << "</tbody></table></div>\n" << (folded ? "</details>\n" : "");
}

void write_figures(std::ostream& out, const ReportEntry& entry) {
  const Json& figures = list_of(entry.study, "figures");
  for (std::size_t i = 0; i < figures.size(); ++i) {
    const std::string& picture = i < entry.figures.size() ? entry.figures[i] : "";
    out << "<figure><div class=\"scroll\" tabindex=\"0\">"
        << (picture.empty() ? "<p class=\"faint\">The file " + text_of(figures[i], "file") + " is missing.</p>"
                            : picture)
        << "</div><figcaption><b>" << text_of(figures[i], "title") << ".</b> " << text_of(figures[i], "caption")
        << "</figcaption></figure>\n";
  }
}

void write_study(std::ostream& out, const ReportEntry& entry) {
  const Json& study = entry.study;
  const std::string name = text_of(study, "study");
  out << "<section id=\"" << name << "\">\n<h2>" << text_of(study, "title") << "</h2>\n";
  if (!entry.summary.empty()) {
    out << "<p class=\"lead\">" << escape_html(entry.summary) << "</p>\n";
  }
  out << "<pre><code>" << text_of(study, "command") << "</code></pre>\n";
  write_figures(out, entry);
  for (const Json& table : list_of(study, "tables")) {
    write_table(out, table);
  }
  if (const Json& notes = list_of(study, "notes"); !notes.empty()) {
    out << "<h3>How to read it</h3>\n<ul>\n";
    for (const Json& note : notes) {
      out << "<li>" << shown(note) << "</li>\n";
    }
    out << "</ul>\n";
  }
  if (const auto parameters = study.find("parameters"); parameters != study.end() && parameters->is_object()) {
    out << "<details><summary>Parameters</summary><dl>\n";
    for (const auto& [key, value] : parameters->items()) {
      out << "<dt>" << escape_html(key) << "</dt><dd>" << shown(value) << "</dd>\n";
    }
    out << "</dl></details>\n";
  }
  out << "<p class=\"faint\">va-event " << text_of(study, "version") << "</p>\n</section>\n";
}

}  // namespace

std::string escape_html(std::string_view text) {
  std::string escaped;
  for (const char c : text) {
    switch (c) {
      case '&':
        escaped += "&amp;";
        break;
      case '<':
        escaped += "&lt;";
        break;
      case '>':
        escaped += "&gt;";
        break;
      case '"':
        escaped += "&quot;";
        break;
      case '\'':
        escaped += "&#39;";
        break;
      default:
        escaped += c;
    }
  }
  return escaped;
}

std::string report_html(const std::vector<ReportEntry>& entries, const ReportOrigin& origin) {
  std::ostringstream out;
  out << "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
         "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
         "<title>va-event: cross-validation</title>\n<style>\n"
      << report_style()
      << "</style>\n</head>\n<body>\n<header>\n<h1>Cross-validation of va-event</h1>\n"
         "<p class=\"lead\">va-event simulates networks of integrate-and-fire neurons without a time step. Here its "
         "spikes are compared with those of clock-driven methods and of other simulators, on identical networks.</p>\n"
         "</header>\n<nav aria-label=\"Studies\"><ol>\n";
  for (const ReportEntry& entry : entries) {
    out << "<li><a href=\"#" << text_of(entry.study, "study") << "\">" << text_of(entry.study, "title")
        << "</a></li>\n";
  }
  out << "</ol></nav>\n<main>\n";
  for (const ReportEntry& entry : entries) {
    write_study(out, entry);
  }
  out << "</main>\n<footer>Made by va-crossval " << escape_html(origin.version) << " on " << escape_html(origin.date)
      << ", " << escape_html(origin.machine) << ".</footer>\n</body>\n</html>\n";
  return out.str();
}

}  // namespace va_event::crossval

// SPDX-License-Identifier: Apache-2.0
#include "va_crossval/study.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <filesystem>
#include <iomanip>
#include <sstream>

#include "va_event/files.hpp"
#include "va_event/simulation.hpp"

namespace va_event::crossval {
namespace {

using Json = nlohmann::ordered_json;

constexpr int kShownDigits = 4;            // enough for an error, and six columns still fit on a line
constexpr std::size_t kMaxShownRows = 70;  // longer tables are for machines
constexpr std::size_t kGap = 2;            // blanks between columns
constexpr std::size_t kWidth = 100;        // of the notes

bool exists(const Entry& entry) {
  const double* const number = std::get_if<double>(&entry);
  return number != nullptr ? std::isfinite(*number) : !std::holds_alternative<std::monostate>(entry);
}

bool is_text(const Entry& entry) { return std::holds_alternative<std::string>(entry); }

std::string shown(const Entry& entry) {
  if (!exists(entry)) {
    return "-";
  }
  if (const auto* text = std::get_if<std::string>(&entry)) {
    return *text;
  }
  if (const auto* whole = std::get_if<std::int64_t>(&entry)) {
    return std::to_string(*whole);
  }
  std::ostringstream out;
  out << std::setprecision(kShownDigits) << std::get<double>(entry);
  return out.str();
}

/// The fewest digits that give the number back.
std::string exact(double value) {
  std::array<char, 32> buffer{};
  const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value).ptr;
  return {buffer.data(), end};
}

/// RFC 4180.
std::string csv_text(const std::string& text) {
  if (text.find_first_of(",\"\n") == std::string::npos) {
    return text;
  }
  std::string quoted = "\"";
  for (const char c : text) {
    quoted += c == '"' ? std::string("\"\"") : std::string(1, c);
  }
  return quoted + '"';
}

std::string csv_entry(const Entry& entry) {
  if (!exists(entry)) {
    return "";
  }
  if (const auto* text = std::get_if<std::string>(&entry)) {
    return csv_text(*text);
  }
  const auto* number = std::get_if<double>(&entry);
  return number != nullptr ? exact(*number) : std::to_string(std::get<std::int64_t>(entry));
}

Json json_entry(const Entry& entry) {
  if (!exists(entry)) {
    return nullptr;
  }
  if (const auto* text = std::get_if<std::string>(&entry)) {
    return *text;
  }
  const auto* number = std::get_if<double>(&entry);
  return number != nullptr ? Json(*number) : Json(std::get<std::int64_t>(entry));
}

std::string header(const Column& column) {
  return column.unit.empty() ? column.name : column.name + " [" + column.unit + "]";
}

/// Characters on the terminal: UTF-8's continuation bytes have no width of their own.
std::size_t width_of(const std::string& text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

std::string padded(const std::string& text, std::size_t width, bool left) {
  const std::string blanks(width - std::min(width, width_of(text)), ' ');
  return left ? text + blanks : blanks + text;
}

void print_table(std::ostream& out, const Table& table) {
  if (table.rows.size() > kMaxShownRows) {
    out << '\n' << table.title << ": " << table.rows.size() << " rows, in the CSV file " << table.name << '\n';
    return;
  }
  // Name and unit in lines of their own keep the columns narrow.
  std::vector<std::vector<std::string>> lines(2);
  std::vector<std::size_t> widths;
  std::vector<bool> left;
  for (std::size_t c = 0; c < table.columns.size(); ++c) {
    const Column& column = table.columns[c];
    lines[0].push_back(column.name);
    lines[1].push_back(column.unit.empty() ? "" : "[" + column.unit + "]");
    widths.push_back(std::max(width_of(lines[0].back()), width_of(lines[1].back())));
    left.push_back(std::any_of(table.rows.begin(), table.rows.end(), [c](const auto& row) { return is_text(row[c]); }));
  }
  for (const auto& row : table.rows) {
    lines.emplace_back();
    for (std::size_t c = 0; c < row.size(); ++c) {
      lines.back().push_back(shown(row[c]));
      widths[c] = std::max(widths[c], width_of(lines.back().back()));
    }
  }
  out << '\n' << table.title << '\n';
  for (const auto& line : lines) {
    std::string text;
    for (std::size_t c = 0; c < line.size(); ++c) {
      text += std::string(kGap, ' ') + padded(line[c], widths[c], left[c]);
    }
    text.erase(text.find_last_not_of(' ') + 1);
    out << text << '\n';
  }
}

void print_folded(std::ostream& out, const std::string& text) {
  std::istringstream words(text);
  std::string line = "-";
  for (std::string word; words >> word;) {
    if (line.size() + 1 + word.size() > kWidth) {
      out << line << '\n';
      line = " ";
    }
    line += ' ' + word;
  }
  out << line << '\n';
}

}  // namespace

void print(std::ostream& out, const Study& study) {
  out << study.title << '\n';
  for (const Table& table : study.tables) {
    print_table(out, table);
  }
  if (!study.notes.empty()) {
    out << '\n';
  }
  for (const std::string& note : study.notes) {
    print_folded(out, note);
  }
}

Json to_json(const Study& study) {
  Json tables = Json::array();
  for (const Table& table : study.tables) {
    Json columns = Json::array();
    for (const Column& column : table.columns) {
      columns.push_back({{"name", column.name}, {"unit", column.unit}});
    }
    Json rows = Json::array();
    for (const auto& row : table.rows) {
      Json entries = Json::array();
      for (const Entry& entry : row) {
        entries.push_back(json_entry(entry));
      }
      rows.push_back(std::move(entries));
    }
    tables.push_back({{"name", table.name}, {"title", table.title}, {"columns", columns}, {"rows", rows}});
  }
  Json figures = Json::array();
  for (const Figure& figure : study.figures) {
    figures.push_back({{"file", figure.file}, {"title", figure.title}, {"caption", figure.caption}});
  }
  return {{"study", study.name},
          {"title", study.title},
          {"command", study.command},
          {"version", version()},
          {"parameters", study.parameters},
          {"tables", tables},
          {"figures", figures},
          {"notes", study.notes}};
}

std::string to_csv(const Table& table) {
  std::string text;
  for (const Column& column : table.columns) {
    text += (text.empty() ? "" : ",") + csv_text(header(column));
  }
  text += '\n';
  for (const auto& row : table.rows) {
    for (std::size_t c = 0; c < row.size(); ++c) {
      text += (c == 0 ? "" : ",") + csv_entry(row[c]);
    }
    text += '\n';
  }
  return text;
}

std::vector<std::string> write(const Study& study, const std::string& folder, cli::RescuingWriter& writer) {
  const std::string stem = (std::filesystem::path(folder) / study.name).string();
  std::vector<std::string> files;
  const auto write_file = [&](const std::string& path, const std::string& text) {
    const std::string where = writer.write(path, [&text](const std::string& name) { write_text(name, text); });
    if (!where.empty()) {
      files.push_back(where);
    }
  };
  for (const Table& table : study.tables) {
    write_file(stem + '_' + table.name + ".csv", to_csv(table));
  }
  Study described = study;
  for (const cli::FileFailure& failure : writer.failures()) {
    described.notes.push_back("A file could not be written: " + failure.text() + '.');
  }
  write_file(stem + ".json", to_json(described).dump(1, ' ', false, Json::error_handler_t::replace) + '\n');
  return files;
}

}  // namespace va_event::crossval

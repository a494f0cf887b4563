// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <ostream>
#include <string>
#include <variant>
#include <vector>

#include "rescue.hpp"

namespace va_event::crossval {

/// One entry of a table. A number that does not exist is std::monostate, NaN or infinite: "-" on the terminal, empty in
/// the CSV file, null in the JSON file.
using Entry = std::variant<std::monostate, double, std::int64_t, std::string>;

struct Column {
  std::string name;
  std::string unit{};  ///< "" if it has none
};

struct Table {
  std::string name;  ///< part of a file name
  std::string title;
  std::vector<Column> columns;
  std::vector<std::vector<Entry>> rows{};  ///< one entry per column
};

struct Figure {
  std::string file;  ///< in the output folder
  std::string title;
  std::string caption;
};

/// What a study came to: all that the terminal, the files and the HTML report show.
struct Study {
  std::string name;     ///< begins every file name
  std::string title;    ///< one line
  std::string command;  ///< that repeats it
  nlohmann::ordered_json parameters = nlohmann::ordered_json::object();
  std::vector<Table> tables{};
  std::vector<Figure> figures{};
  std::vector<std::string> notes{};  ///< sentences: how to read it, how the numbers are defined
};

/// Tables with aligned columns (of long ones only the size), then the notes.
void print(std::ostream& out, const Study& study);

/// {"study", "title", "command", "version", "parameters": {..},
///  "tables": [{"name", "title", "columns": [{"name", "unit"}], "rows": [[..]]}],
///  "figures": [{"file", "title", "caption"}], "notes": [".."]}
[[nodiscard]] nlohmann::ordered_json to_json(const Study& study);

/// A header line `name [unit],...`, then one line per row; numbers with every digit.
[[nodiscard]] std::string to_csv(const Table& table);

/// Writes `<folder>/<study>_<table>.csv` for every table, then `<folder>/<study>.json`. A file that cannot be written
/// keeps no other from being written; the JSON names those before it. @param writer gets what failed
/// @return where the files are, in this order, without those that could not be written
std::vector<std::string> write(const Study& study, const std::string& folder, cli::RescuingWriter& writer);

}  // namespace va_event::crossval

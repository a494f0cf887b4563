// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cmath>
#include <cstring>
#include <fstream>
#include <limits>
#include <string_view>

#include "va_event/connectors.hpp"
#include "va_event/error.hpp"

namespace va_event {
namespace {

enum class Column { pre, post, weight, delay };
using Columns = std::vector<Column>;

/// The reader of a file of connections. The errors name the line.
class ConnectionFile {
 public:
  explicit ConnectionFile(const std::string& path) : path_(path) {}

  std::vector<ListedConnection> read() {
    errno = 0;
    std::ifstream file(path_);
    if (!file) {
      throw FileError(path_, errno != 0 ? std::strerror(errno) : "cannot be opened");
    }
    std::vector<ListedConnection> connections;
    for (std::string line; std::getline(file, line);) {
      ++line_;
      const std::size_t comment = line.find('#');
      if (comment != std::string::npos) {
        read_header(std::string_view(line).substr(comment + 1));
      }
      const std::vector<std::string_view> words = split(std::string_view(line).substr(0, comment));
      if (!words.empty()) {
        connections.push_back(read_connection(words));
      }
    }
    if (file.bad()) {
      throw FileError(path_, errno != 0 ? std::strerror(errno) : "cannot be read");
    }
    return connections;
  }

 private:
  [[noreturn]] void fail(const std::string& reason) const {
    throw FileError(path_, std::string("line ").append(std::to_string(line_)).append(": ").append(reason));
  }

  static std::vector<std::string_view> split(std::string_view text, std::string_view separators = " \t\r,;") {
    std::vector<std::string_view> words;
    for (std::size_t begin = 0; (begin = text.find_first_not_of(separators, begin)) != std::string_view::npos;) {
      const std::size_t end = std::min(text.find_first_of(separators, begin), text.size());
      words.push_back(text.substr(begin, end - begin));
      begin = end;
    }
    return words;
  }

  /// `columns = ["i", "j", "weight", "delay"]`; any other comment means nothing.
  void read_header(std::string_view comment) {
    const std::vector<std::string_view> words = split(comment, " \t\r,;=[]()\"'");
    if (words.empty() || words.front() != "columns") {
      return;
    }
    columns_.clear();
    for (std::size_t i = 1; i < words.size(); ++i) {
      columns_.push_back(column_of(words[i]));
    }
    const auto count = [this](Column column) { return std::count(columns_.begin(), columns_.end(), column); };
    if (count(Column::pre) != 1 || count(Column::post) != 1 || count(Column::weight) > 1 || count(Column::delay) > 1) {
      fail("the columns must be i and j and perhaps weight and delay, each once");
    }
  }

  [[nodiscard]] Column column_of(std::string_view name) const {
    constexpr std::array<std::string_view, 4> kNames{"i", "j", "weight", "delay"};
    for (std::size_t i = 0; i < kNames.size(); ++i) {
      if (name == kNames[i]) {
        return static_cast<Column>(i);
      }
    }
    fail(std::string("column ").append(name).append(" is none of i, j, weight, delay"));
  }

  ListedConnection read_connection(const std::vector<std::string_view>& words) {
    if (columns_.empty()) {  // no header: the first line decides, as in PyNN
      columns_ = {Column::pre, Column::post};
      if (words.size() == 4) {
        columns_.insert(columns_.end(), {Column::weight, Column::delay});
      }
    }
    if (words.size() != columns_.size()) {
      fail(std::to_string(words.size()) + " numbers where " + std::to_string(columns_.size()) +
           (columns_.size() == 2
                ? " (i j) are expected; weight and delay come together or with a header that names them"
                : " are expected"));
    }
    ListedConnection connection;
    for (std::size_t i = 0; i < words.size(); ++i) {
      switch (columns_[i]) {
        case Column::pre:
          connection.pre = read_index(words[i]);
          break;
        case Column::post:
          connection.post = read_index(words[i]);
          break;
        case Column::weight:
          connection.weight = read_number(words[i]);
          break;
        case Column::delay:
          connection.delay = read_number(words[i]);
          break;
      }
    }
    return connection;
  }

  [[nodiscard]] double read_number(std::string_view word) const {
    double value = 0.0;
    const char* const begin = word.data() + (word.front() == '+' ? 1 : 0);
    const auto [end, error] = std::from_chars(begin, word.data() + word.size(), value);
    if (error != std::errc() || end != word.data() + word.size() || !std::isfinite(value)) {
      fail(std::string(word) + " is not a finite number");
    }
    return value;
  }

  /// PyNN writes indices as floating-point numbers ("3.0").
  [[nodiscard]] std::uint32_t read_index(std::string_view word) const {
    const double value = read_number(word);
    if (value < 0.0 || value > std::numeric_limits<std::uint32_t>::max() || std::floor(value) != value) {
      fail(std::string(word) + " is not the number of a cell");
    }
    return static_cast<std::uint32_t>(value);
  }

  const std::string& path_;
  std::size_t line_ = 0;
  Columns columns_;
};

}  // namespace

FromFileConnector::FromFileConnector(std::string path) : path_(std::move(path)), list_(ConnectionFile(path_).read()) {}

void FromFileConnector::connect(const ConnectionContext& context, ConnectionSink& sink) const {
  list_.connect(context, sink);
}

std::string FromFileConnector::name() const { return "FromFileConnector"; }

}  // namespace va_event

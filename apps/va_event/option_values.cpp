// SPDX-License-Identifier: Apache-2.0
#include "option_values.hpp"

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <sstream>

namespace va_event::cli {
namespace {

/// The number that is the whole of `text`.
template <class Number>
std::optional<Number> read_number(const std::string& text) {
  Number value{};
  const char* const end = text.data() + text.size();
  const auto [last, error] = std::from_chars(text.data(), end, value);
  return error == std::errc() && last == end ? std::optional(value) : std::nullopt;
}

}  // namespace

void reject(const std::string& option, const std::string& text, const std::string& unit, const std::string& rule) {
  throw ParameterError(option, text.empty() ? "''" : text, read_number<double>(text) ? unit : std::string(), rule);
}

void must_be_absent(const OptionTexts& texts, const std::string& option, const std::string& unit,
                    const std::string& reason) {
  if (const auto found = texts.find(option); found != texts.end()) {
    reject(option, found->second, unit, "must be left out for " + reason);
  }
}

void read_real(const OptionTexts& texts, const std::string& option, const std::string& unit, const RealRange& range,
               double& value) {
  const auto found = texts.find(option);
  if (found == texts.end()) {
    return;
  }
  const auto number = read_number<double>(found->second);
  const double low = range.negative ? -range.high : 0.0;
  const bool inside = number && *number <= range.high && (range.zero ? *number >= low : *number > low);
  if (!inside) {  // NaN is inside no range
    std::ostringstream rule;
    rule << "must be a number " << (range.zero ? "from " : "> ") << low << (range.zero ? " to " : " and <= ")
         << range.high;
    reject(option, found->second, unit, rule.str());
  }
  value = *number;
}

void read_integer(const OptionTexts& texts, const std::string& option, std::uint64_t low, std::uint64_t high,
                  std::uint64_t& value) {
  const auto found = texts.find(option);
  if (found == texts.end()) {
    return;
  }
  const auto number = read_number<std::uint64_t>(found->second);
  if (!number || *number < low || *number > high) {
    reject(option, found->second, "",
           "must be a whole number from " + std::to_string(low) + " to " + std::to_string(high));
  }
  value = *number;
}

void read_precision(const OptionTexts& texts, const std::string& option, Precision& value) {
  const auto found = texts.find(option);
  if (found == texts.end()) {
    return;
  }
  try {
    value = Precision::parse(lower_case(found->second));
  } catch (const UserError&) {
    reject(option, found->second, "", "must be double, quad or a number of digits from 1 to 100");
  }
}

void read_method(const OptionTexts& texts, const std::string& option, SimulationMethod& value) {
  const auto found = texts.find(option);
  if (found == texts.end()) {
    return;
  }
  try {
    value = method_named(lower_case(found->second));
  } catch (const UserError& error) {
    reject(option, found->second, "", error.rule());
  }
}

std::vector<std::string> read_list(const std::string& option, const std::string& text,
                                   const std::vector<std::string>& known, const std::string& remark) {
  std::vector<std::string> words;
  for (std::size_t begin = 0; begin <= text.size();) {
    const std::size_t end = std::min(text.find(',', begin), text.size());
    const std::string word = text.substr(begin, end - begin);
    if (std::find(known.begin(), known.end(), word) == known.end()) {
      throw UnknownNameError(option, text.empty() ? "''" : text, "", "must be a comma list of " + join(known) + remark);
    }
    if (std::find(words.begin(), words.end(), word) == words.end()) {
      words.push_back(word);
    }
    begin = end + 1;
  }
  return words;
}

void require_figure_ending(const std::string& option, const std::string& file) {
  const std::string ending = lower_case(std::filesystem::path(file).extension().string());
  if (ending != ".png" && ending != ".svg" && ending != ".pdf") {
    throw UnknownNameError(option, file.empty() ? "''" : file, "", "must end in .png, .svg or .pdf");
  }
}

std::optional<Benchmark> read_benchmark(const std::string& text) {
  const std::string word = lower_case(text);
  if (word == "coba") {
    return Benchmark::coba;
  }
  return word == "cuba" ? std::optional(Benchmark::cuba) : std::nullopt;
}

std::string lower_case(std::string text) {
  // std::tolower depends on the locale.
  std::transform(text.begin(), text.end(), text.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  return text;
}

std::string join(const std::vector<std::string>& words, std::string_view separator) {
  std::string all;
  for (const std::string& word : words) {
    all += all.empty() ? word : std::string(separator) + word;
  }
  return all;
}

}  // namespace va_event::cli

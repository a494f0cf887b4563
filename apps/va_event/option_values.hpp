// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "vogels_abbott.hpp"

namespace va_event::cli {

/// What was written on the command line, by option; an option that is absent keeps its default.
using OptionTexts = std::map<std::string, std::string>;

/// Throws ParameterError: `--delay = -1 ms: must be > 0`. The unit is only written behind a number.
[[noreturn]] void reject(const std::string& option, const std::string& text, const std::string& unit,
                         const std::string& rule);

// Far beyond any sensible use, but numbers that the simulation can still count with.
constexpr double kLongestMs = 1e15;           ///< 30,000 years, which the simulation can still count with [ms]
constexpr std::uint64_t kMostThreads = 1024;  ///< more are a mistake, not a machine

constexpr double kLargestConductance = 1e6;  ///< 100,000 times the leak [nS]

/// The numbers that an option may take: (0, high] or, with `zero`, [0, high], or, with `negative`, [-high, high].
struct RealRange {
  bool zero;
  double high;
  bool negative = false;
};

/// @throws ParameterError if the option was written: `must be left out for <reason>`
void must_be_absent(const OptionTexts& texts, const std::string& option, const std::string& unit,
                    const std::string& reason);

/// Reads a number in `range`, so not infinity and not NaN.
void read_real(const OptionTexts& texts, const std::string& option, const std::string& unit, const RealRange& range,
               double& value);

/// Reads a whole number in [low, high].
void read_integer(const OptionTexts& texts, const std::string& option, std::uint64_t low, std::uint64_t high,
                  std::uint64_t& value);

/// Reads "double", "quad" or a number of digits, in any case.
void read_precision(const OptionTexts& texts, const std::string& option, Precision& value);

/// Reads "automatic", "one-by-one" or "order-free", in any case.
void read_method(const OptionTexts& texts, const std::string& option, SimulationMethod& value);

/// The words of a comma list, each once, all of them `known`; `remark` ends the sentence of the rule.
[[nodiscard]] std::vector<std::string> read_list(const std::string& option, const std::string& text,
                                                 const std::vector<std::string>& known, const std::string& remark = "");

/// @throws UnknownNameError unless `file` ends in what figures are drawn as: .png, .svg or .pdf, in any case.
void require_figure_ending(const std::string& option, const std::string& file);

/// Any case; nullopt for other words.
[[nodiscard]] std::optional<Benchmark> read_benchmark(const std::string& text);

[[nodiscard]] std::string lower_case(std::string text);
[[nodiscard]] std::string join(const std::vector<std::string>& words, std::string_view separator = ", ");

}  // namespace va_event::cli

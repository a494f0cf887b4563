// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <utility>
#include <vector>

#include "option_values.hpp"

namespace va_event::cli {

/// How the programs declare their options by CLI11 and show them. Values are kept as they were written, and read by
/// the functions of option_values.hpp, so that all errors have one form.

/// CLI11's help with our first line, without doubled empty lines, and folded to the width of a terminal.
class HelpFormatter : public CLI::Formatter {
 public:
  explicit HelpFormatter(std::string usage) : usage_(std::move(usage)) {}

  std::string make_usage(const CLI::App* app, std::string name) const override;
  std::string make_group(std::string title, bool is_positional, std::vector<const CLI::Option*> options) const override;
  std::string make_option(const CLI::Option* option, bool is_positional) const override;

 private:
  std::string usage_;  ///< "va-event {COBA|CUBA} [OPTIONS]"
};

/// Declares options; every text says the unit and the default.
class Declaration {
 public:
  /// @param texts  gets what was written for each option
  Declaration(CLI::App& app, OptionTexts& texts) : app_(app), texts_(texts) {}

  /// The title above the options that follow.
  void group(const std::string& title) { group_ = title; }
  CLI::Option* text(const std::string& option, const std::string& placeholder, const std::string& meaning,
                    const std::string& default_value);
  void number(const std::string& option, const std::string& placeholder, const std::string& meaning, double value);
  void flag(const std::string& option, bool& value, const std::string& meaning);
  /// --version and --help.
  void version_and_help(const std::string& program);

  [[nodiscard]] static std::string shown(double value);

 private:
  CLI::App& app_;
  OptionTexts& texts_;
  std::string group_;
};

}  // namespace va_event::cli

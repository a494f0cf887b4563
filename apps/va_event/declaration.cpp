// SPDX-License-Identifier: Apache-2.0
#include "declaration.hpp"

#include <algorithm>
#include <sstream>

namespace va_event::cli {
namespace {

constexpr std::size_t kColumn = 27;  // where the meanings begin
constexpr std::size_t kWidth = 100;

}  // namespace

std::string HelpFormatter::make_usage(const CLI::App* /*app*/, std::string /*name*/) const {
  return "\nUsage: " + usage_ + '\n';
}

std::string HelpFormatter::make_group(std::string title, bool is_positional,
                                      std::vector<const CLI::Option*> options) const {
  std::string text = (is_positional ? "\n" : "") + title + ":\n";
  for (const CLI::Option* option : options) {
    text += make_option(option, is_positional);
  }
  return text + (is_positional ? "\n" : "");
}

std::string HelpFormatter::make_option(const CLI::Option* option, bool is_positional) const {
  std::string text = "  " + make_option_name(option, is_positional) + make_option_opts(option);
  text.resize(std::max(text.size() + 1, kColumn), ' ');
  std::size_t line_begin = 0;
  std::istringstream words(make_option_desc(option));
  for (std::string word; words >> word;) {
    if (text.size() - line_begin + word.size() > kWidth) {
      text.back() = '\n';
      line_begin = text.size();
      text.append(kColumn, ' ');
    }
    text += word + ' ';
  }
  text.back() = '\n';
  return text;
}

CLI::Option* Declaration::text(const std::string& option, const std::string& placeholder, const std::string& meaning,
                               const std::string& default_value) {
  OptionTexts& texts = texts_;
  return app_
      .add_option_function<std::string>(
          option, [&texts, option](const std::string& value) { texts[option] = value; },
          meaning + " (default " + default_value + ")")
      ->type_name(placeholder)
      ->group(group_);
}

void Declaration::number(const std::string& option, const std::string& placeholder, const std::string& meaning,
                         double value) {
  text(option, placeholder, meaning, shown(value));
}

void Declaration::flag(const std::string& option, bool& value, const std::string& meaning) {
  app_.add_flag(option, value, meaning + " (default off)")->group(group_);
}

void Declaration::version_and_help(const std::string& program) {
  app_.set_version_flag("--version", program + ' ' + std::string(version()), "print the version and exit (default off)")
      ->group(group_);
  app_.set_help_flag();  // CLI11 declares it first, and its group would come first
  app_.set_help_flag("-h,--help", "print this and exit (default off)")->group(group_);
}

std::string Declaration::shown(double value) {
  std::ostringstream out;
  out << value;
  return out.str();
}

}  // namespace va_event::cli

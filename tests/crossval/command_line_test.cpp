// SPDX-License-Identifier: Apache-2.0
#include "va_crossval/command_line.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace va_event::crossval {
namespace {

using ::testing::HasSubstr;

NoRun no_run(const std::vector<std::string>& arguments) {
  const auto parsed = parse_command_line(arguments, commands());
  const auto* result = std::get_if<NoRun>(&parsed);
  return result != nullptr ? *result : NoRun{-1, "it would have run"};
}

TEST(CommandLine, LeadsANewcomerToEveryStudy) {
  for (const auto& arguments : {std::vector<std::string>{}, std::vector<std::string>{"--help"}}) {
    const NoRun help = no_run(arguments);
    EXPECT_EQ(help.exit_code, 0);
    for (const Command& command : commands()) {
      EXPECT_THAT(help.text, HasSubstr(command.name));
      EXPECT_THAT(help.text, HasSubstr(command.summary));
      EXPECT_THAT(help.text, HasSubstr(command.run_time));
      EXPECT_THAT(help.text, HasSubstr("va-crossval " + command.example));
    }
  }
}

TEST(CommandLine, ExplainsEveryOptionOfAStudy) {
  for (const Command& command : commands()) {
    const NoRun help = no_run({command.name, "--help"});
    EXPECT_EQ(help.exit_code, 0);
    EXPECT_THAT(help.text, HasSubstr("Usage: va-crossval " + command.name));
    for (const OptionInfo& option : command.options) {
      EXPECT_THAT(help.text, HasSubstr(option.name));
    }
    for (const char* common : {"--output", "--figure-format", "--quick", "--json"}) {
      EXPECT_THAT(help.text, HasSubstr(common));
    }
  }
}

TEST(CommandLine, ReadsOptions) {
  const auto parsed = parse_command_line(
      {"neuron", "CUBA", "--quick", "--json", "--dt", "0.5", "--output", "a folder", "--figure-format", "png"},
      commands());
  const auto& invocation = std::get<Invocation>(parsed);
  EXPECT_EQ(invocation.command.name, "neuron");
  EXPECT_EQ(invocation.texts.at("benchmark"), "CUBA");
  EXPECT_EQ(invocation.texts.at("--dt"), "0.5");
  EXPECT_TRUE(invocation.common.quick);
  EXPECT_TRUE(invocation.common.json);
  EXPECT_EQ(invocation.common.output, "a folder");
  EXPECT_EQ(invocation.common.figure_format, "png");
  EXPECT_EQ(invocation.command_text,
            "va-crossval neuron CUBA --quick --json --dt 0.5 --output 'a folder' --figure-format png");
}

TEST(CommandLine, RejectsWrongUseWithExitCode2) {
  using Arguments = std::vector<std::string>;
  for (const Arguments& arguments :
       {Arguments{"nonsense"}, Arguments{"neuron", "--nonsense"}, Arguments{"neuron", "--figure-format", "gif"},
        Arguments{"neuron", "--figure-format", ""}, Arguments{"neuron", "--output", ""}, Arguments{"neuron", "--dt"},
        Arguments{"--quick"}, Arguments{"neuron", "COBA", "CUBA"}}) {
    const NoRun result = no_run(arguments);
    EXPECT_EQ(result.exit_code, 2) << ::testing::PrintToString(arguments);
    EXPECT_THAT(result.text, HasSubstr("va-crossval --help"));
  }
}

}  // namespace
}  // namespace va_event::crossval

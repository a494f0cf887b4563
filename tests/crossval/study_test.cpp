// SPDX-License-Identifier: Apache-2.0
#include "va_crossval/study.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <limits>
#include <sstream>

#include "rescue.hpp"
#include "va_event/processes.hpp"
#include "va_event/simulation.hpp"

namespace va_event::crossval {
namespace {

Study example() {
  Study study{.name = "example", .title = "A title", .command = "va-crossval example"};
  study.parameters["dt_ms"] = 0.1;
  study.tables.push_back({.name = "numbers",
                          .title = "Some numbers",
                          .columns = {{"name"}, {"count"}, {"error", "ms"}},
                          .rows = {{"first, \"quoted\"", std::int64_t{7}, 0.1},
                                   {"µ", std::int64_t{-123456789}, 1.0 / 3.0},
                                   {"none", std::monostate(), std::numeric_limits<double>::quiet_NaN()}}});
  study.figures.push_back({"example_numbers.svg", "A figure", "What it shows."});
  study.notes.push_back("A sentence.");
  return study;
}

std::string content(const std::filesystem::path& path) {
  std::ifstream file(path);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

TEST(Study, HasTheJsonThatTheReportReads) {
  const auto json = to_json(example());
  EXPECT_EQ(json.at("study"), "example");
  EXPECT_EQ(json.at("title"), "A title");
  EXPECT_EQ(json.at("command"), "va-crossval example");
  EXPECT_EQ(json.at("version"), version());
  EXPECT_EQ(json.at("parameters").at("dt_ms"), 0.1);
  EXPECT_EQ(json.at("tables").at(0).at("columns").at(2), (nlohmann::ordered_json{{"name", "error"}, {"unit", "ms"}}));
  EXPECT_EQ(json.at("tables").at(0).at("rows").at(0).at(1), 7);
  EXPECT_TRUE(json.at("tables").at(0).at("rows").at(2).at(1).is_null());
  EXPECT_TRUE(json.at("tables").at(0).at("rows").at(2).at(2).is_null());
  EXPECT_EQ(json.at("figures").at(0).at("file"), "example_numbers.svg");
  EXPECT_EQ(json.at("notes").at(0), "A sentence.");
  EXPECT_EQ(json.size(), 8U);
}

TEST(Study, HasCsvTablesWithUnitsEveryDigitAndQuotes) {
  EXPECT_EQ(to_csv(example().tables[0]),
            "name,count,error [ms]\n"
            "\"first, \"\"quoted\"\"\",7,0.1\n"
            "µ,-123456789,0.3333333333333333\n"
            "none,,\n");
}

TEST(Study, PrintsAlignedColumns) {
  std::ostringstream out;
  print(out, example());
  EXPECT_EQ(out.str(),
            "A title\n"
            "\nSome numbers\n"
            "  name                  count   error\n"
            "                                 [ms]\n"
            "  first, \"quoted\"           7     0.1\n"
            "  µ                -123456789  0.3333\n"
            "  none                      -       -\n"
            "\n- A sentence.\n");
}

TEST(Study, WritesItsFiles) {
  const auto folder = std::filesystem::temp_directory_path() / "va_crossval_study_test";
  std::filesystem::create_directories(folder);
  const auto alone = single_process();
  cli::RescuingWriter writer(*alone);
  const std::vector<std::string> files = write(example(), folder.string(), writer);
  EXPECT_TRUE(writer.failures().empty());
  ASSERT_EQ(files.size(), 2U);
  EXPECT_EQ(content(folder / "example_numbers.csv"), to_csv(example().tables[0]));
  EXPECT_EQ(nlohmann::ordered_json::parse(content(folder / "example.json")), to_json(example()));
  std::filesystem::remove_all(folder);
}

TEST(Study, WritesAllFilesThatItCanAndNamesTheOthers) {
  const auto folder = std::filesystem::temp_directory_path() / "va_crossval_study_test_failures";
  std::filesystem::create_directories(folder / "example_numbers.csv");  // in the way of the table
  const auto alone = single_process();
  cli::RescuingWriter writer(*alone);
  const std::vector<std::string> files = write(example(), folder.string(), writer);
  ASSERT_EQ(writer.failures().size(), 1U);
  EXPECT_EQ(writer.failures()[0].path, (folder / "example_numbers.csv").string());
  ASSERT_EQ(files.size(), 2U);  // the table in the fallback's folder
  EXPECT_EQ(files[0], writer.failures()[0].written_to);
  EXPECT_EQ(content(files[0]), to_csv(example().tables[0]));
  EXPECT_NE(content(folder / "example.json").find("could not be written"), std::string::npos);
  std::filesystem::remove_all(std::filesystem::path(files[0]).parent_path());
  std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace va_event::crossval

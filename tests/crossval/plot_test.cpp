// SPDX-License-Identifier: Apache-2.0
#include "va_crossval/plot.hpp"

#include <gtest/gtest.h>

#include <regex>
#include <set>
#include <string>

namespace va_event::crossval {
namespace {

std::size_t count(const std::string& text, const std::string& part) {
  std::size_t found = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) {
    ++found;
  }
  return found;
}

Panel panel_of_all_schemes() {
  Panel panel{.title = "all", .x = {.label = "x"}, .y = {.label = "y"}};
  for (const Scheme& scheme : schemes(cli::Benchmark::cuba)) {
    panel.curves.push_back(curve_of(scheme));
    panel.curves.back().points = {{0.1, 1e-3}, {1.0, 1e-1}};
  }
  return panel;
}

TEST(Plot, EveryTitleStandsInTheKeyOnceBelowThePanels) {
  const Drawing drawing = draw_panels({panel_of_all_schemes(), panel_of_all_schemes()});
  double lowest_panel = 1.0;
  double highest_key = 0.0;
  const std::regex panel_bottom("set bmargin at screen ([0-9.e-]+)"), key("set key at screen [0-9.e-]+,([0-9.e-]+)");
  std::size_t entries = 0;
  for (std::sregex_iterator it(drawing.script.begin(), drawing.script.end(), panel_bottom), end; it != end; ++it) {
    if (const double bottom = std::stod((*it)[1]); bottom > 0.0) {  // 0: the plots of the key
      lowest_panel = std::min(lowest_panel, bottom);
    }
  }
  for (std::sregex_iterator it(drawing.script.begin(), drawing.script.end(), key), end; it != end; ++it) {
    const double y = std::stod((*it)[1]);
    EXPECT_GT(y * drawing.height, 20.0) << "the entry does not leave the figure";
    highest_key = std::max(highest_key, y);
    ++entries;
  }
  EXPECT_EQ(entries, 15U);
  EXPECT_GT((lowest_panel - highest_key) * drawing.height, 60.0) << "room for the labels of the axis";
  EXPECT_EQ(count(drawing.script, "title 'rk4/cubic'"), 1U);
}

TEST(Plot, GrowsWithItsKey) {
  Panel small = panel_of_all_schemes();
  small.curves.resize(2);
  EXPECT_LT(draw_panels({small}).height, draw_panels({panel_of_all_schemes()}).height);
}

TEST(Plot, SchemesAreToldApartByTheirStyles) {
  std::set<std::string> styles;
  for (const Scheme& scheme : schemes(cli::Benchmark::cuba)) {
    styles.insert(curve_of(scheme).style);
  }
  EXPECT_EQ(styles.size(), 15U);
}

TEST(Plot, NoTitleOrLabelBeginsALineOfTheScript) {
  const std::string text = "x\n!touch y\n";
  Panel panel{.title = text, .x = {.label = text}, .y = {.label = text}};
  panel.curves.push_back({.title = text, .style = "lines", .points = {{0.25, 1.0}}});
  const std::string script = draw_panels({panel}).script;
  EXPECT_EQ(count(script, "\n!"), 0U);
  EXPECT_EQ(count(script, "'x !touch y '"), 4U);
}

TEST(Plot, LeavesOutWhatALogarithmicAxisCannotShow) {
  Panel panel{.title = "", .x = {.label = ""}, .y = {.label = ""}};
  panel.curves.push_back({.title = "c", .style = "lines", .points = {{0.25, 0.0}, {0.5, 3e-7}, {1.0, 2e-3}}});
  const std::string script = draw_panels({panel}).script;
  EXPECT_EQ(count(script, "0.25 0\n"), 0U);
  EXPECT_EQ(count(script, "0.5 3e-07\n1 0.002\n"), 1U);
  EXPECT_EQ(count(script, "set yrange [1e-7:1e-2]"), 1U);
}

}  // namespace
}  // namespace va_event::crossval

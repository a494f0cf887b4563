// SPDX-License-Identifier: Apache-2.0
#include "gnuplot.hpp"

#include <gtest/gtest.h>

#include <string>

namespace va_event::cli {
namespace {

using namespace std::string_literals;

TEST(Gnuplot, TextStaysOneStringOfTheScript) {
  EXPECT_EQ(gnuplot_quoted("it's v [mV]"), "'it''s v [mV]'");
  for (char control = 1; control < 0x20; ++control) {
    EXPECT_EQ(gnuplot_quoted("x"s + control + "!touch y"), "'x !touch y'") << static_cast<int>(control);
  }
  EXPECT_EQ(gnuplot_quoted("x\0y\x7fz"s), "'x y z'");
  EXPECT_EQ(gnuplot_quoted("µ → é"), "'µ → é'");
}

TEST(Gnuplot, AFigureIsCompleteWithItsBeginningAndItsEnd) {
  const std::string png = "\x89PNG\r\n\x1a\n....\0\0\0\0IEND\xae\x42\x60\x82"s;
  const std::string svg = "<?xml version=\"1.0\"?>\n<svg><path/></svg>\n\n";
  const std::string pdf = "%PDF-1.7\n...\n%%EOF\n";
  for (const std::string& figure : {png, svg, pdf}) {
    EXPECT_TRUE(is_complete_figure(figure));
    EXPECT_FALSE(is_complete_figure(figure.substr(figure.size() - 8)));
    const std::size_t end = figure.find_last_not_of('\n');
    for (std::size_t bytes = 0; bytes <= end; ++bytes) {
      EXPECT_FALSE(is_complete_figure(figure.substr(0, bytes))) << bytes;
    }
  }
}

}  // namespace
}  // namespace va_event::cli

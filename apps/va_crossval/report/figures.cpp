// SPDX-License-Identifier: Apache-2.0
#include "va_crossval/report/figures.hpp"

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "va_crossval/report/html.hpp"

namespace va_event::crossval {
namespace {

constexpr std::string_view kDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

}  // namespace

std::string base64(std::string_view bytes) {
  std::string text;
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    std::uint32_t group = 0;
    for (std::size_t k = 0; k < 3; ++k) {
      group = group << 8U | (i + k < bytes.size() ? static_cast<unsigned char>(bytes[i + k]) : 0U);
    }
    for (std::size_t k = 0; k < 4; ++k) {
      text += i + k <= bytes.size() ? kDigits[group >> (18U - 6U * k) & 63U] : '=';
    }
  }
  return text;
}

std::string inline_figure(const std::string& path, std::string_view title) {
  std::ifstream file(path, std::ios::binary);
  if (!file) {
    return "";
  }
  std::ostringstream content;
  content << file.rdbuf();
  const std::string bytes = content.str();
  if (std::filesystem::path(path).extension() == ".png") {
    return "<img alt=\"" + escape_html(title) + "\" src=\"data:image/png;base64," + base64(bytes) + "\">";
  }
  // What stands before it, the XML declaration and document type, has no place inside a page.
  const std::size_t begin = bytes.find("<svg");
  return begin == std::string::npos ? "" : bytes.substr(begin);
}

}  // namespace va_event::crossval

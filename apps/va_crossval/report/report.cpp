// SPDX-License-Identifier: Apache-2.0
// Command "report": one HTML page of all studies in the output folder.
#include <sys/utsname.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <thread>

#include "va_crossval/command.hpp"
#include "va_crossval/report/figures.hpp"
#include "va_crossval/report/html.hpp"
#include "va_event/files.hpp"

namespace va_event::crossval {
namespace {

using Json = nlohmann::ordered_json;

std::string machine() {
  utsname system{};
  uname(&system);
  std::string text = std::string(system.sysname) + ' ' + system.machine;
  std::ifstream file("/proc/cpuinfo");
  for (std::string line; std::getline(file, line);) {
    if (const std::size_t colon = line.find(": "); line.rfind("model name", 0) == 0 && colon != std::string::npos) {
      text += ", " + line.substr(colon + 2);
      break;
    }
  }
  return text + ", " + std::to_string(std::thread::hardware_concurrency()) + " cores";
}

std::string today() {
  const std::time_t now = std::time(nullptr);
  std::tm calendar{};
  localtime_r(&now, &calendar);
  std::array<char, 16> text{};
  std::strftime(text.data(), text.size(), "%Y-%m-%d", &calendar);
  return text.data();
}

/// A study, or null when the file holds something else. @throws Error when it is no JSON at all
Json read_study(const std::filesystem::path& path) {
  std::ifstream file(path);
  Json study = Json::parse(file, nullptr, false);
  if (study.is_discarded()) {
    throw FileError(path.string(), "it is no JSON");
  }
  const bool is_study = study.is_object() && study.contains("study") && study["study"].is_string() &&
                        study.contains("title") && study.contains("tables");
  return is_study ? study : Json();
}

/// The order of the help; studies of other names follow.
std::size_t rank_of(const Json& study, const std::vector<Command>& known) {
  const std::string name = study.at("study").get<std::string>();
  const auto command = std::find_if(known.begin(), known.end(), [&name](const Command& c) { return c.name == name; });
  return static_cast<std::size_t>(command - known.begin());
}

/// The summary of its command, made a sentence.
std::string summary_of(const Json& study, const std::vector<Command>& known) {
  const std::size_t rank = rank_of(study, known);
  std::string text = rank < known.size() ? known[rank].summary : "";
  if (!text.empty()) {
    text.front() = static_cast<char>(std::toupper(static_cast<unsigned char>(text.front())));
    text += text.back() == '.' ? "" : ".";
  }
  return text;
}

std::vector<ReportEntry> read_entries(const std::filesystem::path& folder) {
  std::vector<std::filesystem::path> paths;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (entry.path().extension() == ".json") {
      paths.push_back(entry.path());
    }
  }
  std::sort(paths.begin(), paths.end());
  const std::vector<Command> known = commands();
  std::vector<ReportEntry> entries;
  for (const auto& path : paths) {
    const Json study = read_study(path);
    if (study.is_null()) {
      continue;
    }
    ReportEntry entry{.study = study, .summary = summary_of(study, known)};
    for (const Json& figure : study.value("figures", Json::array())) {
      // Only the name: a report shows nothing from outside of the folder.
      const auto file = std::filesystem::path(figure.value("file", "")).filename();
      entry.figures.push_back(inline_figure((folder / file).string(), figure.value("title", "")));
    }
    entries.push_back(std::move(entry));
  }
  std::stable_sort(entries.begin(), entries.end(), [&known](const ReportEntry& a, const ReportEntry& b) {
    return rank_of(a.study, known) < rank_of(b.study, known);
  });
  return entries;
}

void run_report(const cli::OptionTexts& texts, Session& session) {
  const std::filesystem::path folder(session.options().output);
  const auto file = texts.find("--file");
  const std::string target = file != texts.end() ? file->second : (folder / "report.html").string();
  const std::vector<ReportEntry> entries = read_entries(folder);
  if (entries.empty()) {
    throw ParameterError("--output", folder.string(), "",
                         "must be a folder with studies; make one first, for example: va-crossval neuron");
  }
  write_text(target, report_html(entries, {std::string(version()), machine(), today()}));
  if (session.options().json) {
    std::cout << Json{{"report", target}, {"studies", entries.size()}}.dump() << std::endl;
  } else {
    std::cout << "Written: " << target << " (studies: " << entries.size() << ")" << std::endl;
  }
}

}  // namespace

Command report_command() {
  return {.name = "report",
          .summary = "one HTML page of all studies in the output folder, to read and to send",
          .run_time = "1 s",
          .example = "report --output crossval",
          .options = {{"--file", "PATH", "the page", "report.html in the output folder"}},
          .run = run_report};
}

}  // namespace va_event::crossval

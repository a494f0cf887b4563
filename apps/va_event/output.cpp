// SPDX-License-Identifier: Apache-2.0
#include "output.hpp"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <system_error>

#include "figure.hpp"
#include "sidecar.hpp"

namespace va_event::cli {
namespace {

std::string signal_ending(const std::string& format) { return format == "gdf" ? "csv" : format; }

/// An estimate of what the signals take on disk [bytes]; spikes take little, and nobody knows how many there will be.
double signal_bytes(const Options& options) {
  constexpr double kBytesPerSample = 20.0;  // shortest decimal digits of a double, comma; binary formats: 8
  const double samples = std::floor(options.duration / options.sampling_interval) + 1.0;
  double files = 0.0;
  for (const DataFile& file : data_files(options)) {
    files += file.content == "spikes" ? 0.0 : 1.0;
  }
  return files * kBytesPerSample * samples * static_cast<double>(options.record_cells);
}

[[noreturn]] void reject_folder(const std::string& option, const std::string& folder, const std::string& reason) {
  throw ParameterError(option, folder, "", "must be a folder that can be written to: " + reason);
}

void prepare(const std::string& option, const std::string& folder) {
  try {
    prepare_folder(folder);
  } catch (const FileError& error) {
    reject_folder(option, folder, error.reason());
  }
}

void require_no_folder(const std::string& option, const std::string& path) {
  std::error_code unknown;  // what cannot be asked cannot be rejected
  if (std::filesystem::is_directory(path, unknown)) {
    throw ParameterError(option, path, "", "must not be a folder");
  }
}

void require_space(const Options& options) {
  std::error_code error;
  const std::filesystem::space_info space = std::filesystem::space(options.output, error);
  const double needed = signal_bytes(options);
  if (!error && (space.available == 0 || static_cast<double>(space.available) < needed)) {
    reject_folder("--output", options.output,
                  std::to_string(space.available / 1000000) + " MB are free on its disk, about " +
                      std::to_string(static_cast<std::uint64_t>(needed / 1e6) + 1) + " MB are needed");
  }
}

}  // namespace

std::vector<DataFile> data_files(const Options& options) {
  std::vector<DataFile> files;
  const auto add = [&files](std::string path, const std::string& content, bool excitatory) {
    const bool known =
        std::any_of(files.begin(), files.end(), [&path](const DataFile& file) { return file.path == path; });
    if (!known) {
      files.push_back({std::move(path), content, excitatory});
    }
  };
  for (const std::string& format : options.formats) {
    for (const std::string& content : options.record) {
      if (content == "spikes") {
        add(options.file_stem() + "_exc." + format, content, true);
        add(options.file_stem() + "_inh." + format, content, false);
      } else {
        add(options.file_stem() + "_" + content + "_exc." + signal_ending(format), content, true);
      }
    }
  }
  return files;
}

void prepare_output(const Options& options) {
  if (options.figure) {
    require_gnuplot(*options.figure);
    const std::string folder = std::filesystem::path(*options.figure).parent_path().string();
    prepare("--plot-figure", folder.empty() ? "." : folder);
    require_no_folder("--plot-figure", *options.figure);
  }
  if (options.formats.empty()) {
    return;
  }
  prepare("--output", options.output);
  for (const DataFile& file : data_files(options)) {
    require_no_folder("--output", file.path);
  }
  require_no_folder("--output", sidecar_path(options));
  require_space(options);
}

void write_output(const Simulation& sim, const VogelsAbbott& network, Report& report) {
  const Options& options = report.options;
  for (const DataFile& file : data_files(options)) {
    (file.excitatory ? network.exc : network.inh).write(file.path, file.content);
    report.files.push_back(file.path);
  }
  if (options.figure) {
    write_figure(*options.figure, network, report);
    report.files.push_back(*options.figure);
  }
  if (!options.formats.empty()) {
    report.files.push_back(sidecar_path(options));
    try {
      write_text(report.files.back(), sidecar(sim, network, report));
    } catch (...) {
      report.files.pop_back();
      throw;
    }
  }
}

}  // namespace va_event::cli

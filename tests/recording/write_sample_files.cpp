// SPDX-License-Identifier: Apache-2.0
// Writes the sample data in every format into the folder that is given; check_files.py reads it.
#include <cstdio>
#include <exception>
#include <filesystem>
#include <string>
#include <string_view>

#include "sample_data.hpp"
#include "va_event/files.hpp"

namespace va_event {
namespace {

void write_all(const std::string& folder) {
  prepare_folder(folder);
  const auto populations = testing_support::sample_populations();
  for (const std::string_view format : file_formats()) {
    const auto path = [&](const char* name) { return (std::filesystem::path(folder) / name).concat(format).string(); };
    write_spikes(path("spikes"), testing_support::sample_spikes(), populations);
    write_spikes(path("no_spikes"), {}, populations);
    write_spikes(path("wide_spikes"), testing_support::sample_wide_spikes(), populations);
    if (format != ".gdf") {
      write_signal(path("signal"), testing_support::sample_signal(), populations);
      Signal early = testing_support::sample_signal();
      early.first_sample = 20;
      write_signal(path("early_signal"), early, populations);
      write_signal(path("unsampled"), testing_support::unsampled_signal(), populations);
      write_signal(path("no_cells"), {}, populations);
      write_connections(path("connections"), testing_support::sample_connections(), populations);
    }
    if (format == ".csv" || format == ".npz") {
      write_synapse_signal(path("synapse_signal"), testing_support::sample_synapse_signal(), populations);
      write_synapse_changes(path("synapse_changes"), testing_support::sample_synapse_changes(), populations);
      write_synapse_changes(path("no_changes"), {}, populations);
    }
  }
}

}  // namespace
}  // namespace va_event

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fputs("usage: write_sample_files FOLDER\n", stderr);
    return 2;
  }
  try {
    va_event::write_all(argv[1]);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
  return 0;
}

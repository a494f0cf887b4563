// SPDX-License-Identifier: Apache-2.0
#include "output.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <functional>
#include <system_error>

#include "checkpoint.hpp"
#include "figure.hpp"
#include "rescue.hpp"
#include "resources.hpp"
#include "sidecar.hpp"

namespace va_event::cli {
namespace {

/// Of signals and weights: .gdf holds spikes only.
std::string signal_ending(const std::string& format) { return format == "gdf" ? "csv" : format; }

void prepare(const std::string& option, const std::string& folder) {
  try {
    prepare_folder(folder);
  } catch (const FileError& error) {
    throw ParameterError(option, folder, "", "must be a folder that can be written to: " + error.reason());
  }
}

void require_no_folder(const std::string& option, const std::string& path) {
  std::error_code unknown;  // what cannot be asked cannot be rejected
  if (std::filesystem::is_directory(path, unknown)) {
    throw ParameterError(option, path, "", "must not be a folder");
  }
}

/// Of weights over time: SONATA has no place for them.
std::string sample_ending(const std::string& format) { return format == "npz" ? format : "csv"; }

/// Called by all processes; the first one writes.
void write_weight_samples(const std::string& path, const VogelsAbbott& network, Benchmark benchmark,
                          const Simulation& sim) {
  const SynapseSignal weights = recorded_weights(network, weight_unit(benchmark));
  const std::vector<PopulationRange> populations = sim.populations();
  together(sim.processes(), [&] {
    if (sim.processes().rank() == 0) {
      write_synapse_signal(path, weights, populations);
    }
  });
}

/// Called by all processes; the first one writes.
void write_weights(const std::string& path, const VogelsAbbott& network, Benchmark benchmark, const Simulation& sim) {
  const Connections synapses = excitatory_synapses(network, weight_unit(benchmark));
  const std::vector<PopulationRange> populations = sim.populations();
  together(sim.processes(), [&] {
    if (sim.processes().rank() == 0) {
      write_connections(path, synapses, populations);
    }
  });
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
  for (const std::string& format : options.formats) {
    if (options.network.plasticity.changes_weights()) {
      add(options.file_stem() + "_weights." + signal_ending(format), kWeightsContent, true);
    }
    if (options.record_weights) {
      add(options.file_stem() + "_weights_over_time." + sample_ending(format), kWeightSamplesContent, true);
    }
  }
  return files;
}

void prepare_file(const std::string& option, const std::string& path) {
  const std::string folder = std::filesystem::path(path).parent_path().string();
  prepare(option, folder.empty() ? "." : folder);
  require_no_folder(option, path);
}

void prepare_output(const Options& options, const Processes& processes) {
  require_checkpoint(options);
  require_memory(options, static_cast<double>(processes.on_this_machine()) / processes.count());
  if (processes.rank() > 0) {
    return;
  }
  if (options.figure) {
    require_gnuplot(*options.figure);
    prepare_file("--plot-figure", *options.figure);
  }
  if (options.formats.empty() && !options.checkpoint_every) {
    return;
  }
  prepare("--output", options.output);
  require_no_folder("--output", checkpoint_path(options));
  for (const DataFile& file : data_files(options)) {
    require_no_folder("--output", file.path);
  }
  require_no_folder("--output", sidecar_path(options));
  require_disk(options);
}

OutputMark::OutputMark(const Options& options, const Processes& processes) {
  if (processes.rank() > 0 || (options.formats.empty() && !options.checkpoint_every)) {
    return;
  }
  mark(options.output);
}

OutputMark::OutputMark(const std::string& folder) { mark(folder); }

void OutputMark::mark(const std::string& folder) {
  descriptor_ = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  taken_ = descriptor_ >= 0 && ::flock(descriptor_, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK;
}

OutputMark::~OutputMark() {
  if (descriptor_ >= 0) {
    (void)::close(descriptor_);
  }
}

void write_output(const Simulation& sim, const VogelsAbbott& network, Report& report) {
  const Options& options = report.options;
  Processes& processes = sim.processes();
  if (processes.rank() == 0 && !options.formats.empty()) {
    std::error_code unknown;  // a folder that was deleted during the run; a failure is said with each file
    std::filesystem::create_directories(options.output, unknown);
  }
  RescuingWriter writer(processes);
  const auto write = [&](const std::string& path, const std::function<void(const std::string&)>& content) {
    const std::string where = writer.write(path, content);
    report.failures = writer.failures();
    if (!where.empty()) {
      report.files.push_back(where);
    }
    return where;
  };
  for (const DataFile& file : data_files(options)) {
    write(file.path, [&](const std::string& path) {
      if (file.content == kWeightsContent) {
        write_weights(path, network, options.network.benchmark, sim);
      } else if (file.content == kWeightSamplesContent) {
        write_weight_samples(path, network, options.network.benchmark, sim);
      } else {
        (file.excitatory ? network.exc : network.inh).write(path, file.content);
      }
    });
  }
  if (options.figure && report.simulated_ms > 0.0) {  // interrupted before that, a run has nothing to show
    write(*options.figure, [&](const std::string& path) { write_figure(path, network, report, processes); });
  }
  if (!options.formats.empty()) {
    report.sidecar = write(sidecar_path(options), [&](const std::string& path) {
      Report complete = report;  // it lists itself
      complete.files.push_back(path);
      const std::string text = sidecar(sim, network, complete);
      together(processes, [&] {
        if (processes.rank() == 0) {
          write_text(path, text);
        }
      });
    });
  }
}

void rewrite_sidecar(const Simulation& sim, const VogelsAbbott& network, const Report& report) {
  if (!report.sidecar.empty()) {
    write_text(report.sidecar, sidecar(sim, network, report));
  }
}

}  // namespace va_event::cli

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <CLI/CLI.hpp>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <fstream>
#include <iostream>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "va_event/va_event.hpp"

/// How a program takes part in published.py: it builds its network, prints a line of JSON about that, then simulates,
/// for each line of its input, so many ms more as stand there, and prints another line of JSON, until its input ends.
namespace va_event::benchmarks {

inline double seconds_since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

/// "VmRSS" or "VmHWM", the memory of this process now or at most [bytes]; 0 where the system does not tell.
inline std::uint64_t memory_of_process(const std::string& name) {
  std::ifstream file("/proc/self/status");
  for (std::string line; std::getline(file, line);) {
    if (line.rfind(name + ":", 0) == 0) {
      return std::stoull(line.substr(name.size() + 1)) * 1024;
    }
  }
  return 0;
}

/// Beside the network itself.
struct SessionOptions {
  unsigned threads = 1;
  std::uint64_t seed = 1;
  std::optional<double> fixed_step;  ///< clock-driven, exact within steps of this length, spikes on the grid [ms]
  std::string spikes;                ///< file for all spikes as pairs of doubles: time [ms], neuron; "": none
};

inline void add_session_options(CLI::App& app, SessionOptions& options) {
  app.add_option("--threads", options.threads);
  app.add_option("--seed", options.seed);
  app.add_option("--fixed-step", options.fixed_step, "clock-driven with steps of this length [ms]");
  app.add_option("--spikes", options.spikes, "file for all spikes: pairs of doubles, time [ms] and neuron");
}

class Session {
 public:
  /// @tparam Network made from a simulation and its options; tells its populations(), cells() and synapses()
  template <class Network, class NetworkOptions>
  static void run_all(const SessionOptions& options, const NetworkOptions& network_options) {
    const std::uint64_t before = memory_of_process("VmRSS");
    const auto start = std::chrono::steady_clock::now();
    Simulation simulation({.seed = options.seed, .threads = options.threads});
    const Network network(simulation, network_options);
    const Assembly cells = network.cells();
    cells.record("spikes");
    simulation.run(0.0);  // compiles the network
    Session session(options, simulation, cells, network.populations());
    if (options.fixed_step) {
      session.clocked_.emplace(
          simulation, FixedStepOptions{Method::exact, *options.fixed_step, SpikeTiming::grid, DelayTiming::grid});
    }
    const double build_s = seconds_since(start);
    say({{"build_s", build_s},
         {"neurons", cells.size()},
         {"synapses", network.synapses()},
         {"memory_bytes", memory_of_process("VmRSS") - before},
         {"peak_bytes", memory_of_process("VmHWM") - before},
         {"settings", options.fixed_step ? "clock-driven, spikes on the grid" : "exact, double"}});
    for (double duration = 0.0; std::cin >> duration;) {
      say(session.run(duration));
    }
    session.write_spikes();
  }

 private:
  Session(const SessionOptions& options, Simulation simulation, Assembly cells, std::vector<Population> populations)
      : options_(options),
        simulation_(std::move(simulation)),
        cells_(std::move(cells)),
        populations_(std::move(populations)),
        told_(populations_.size(), 0) {}

  static void say(const nlohmann::json& line) { std::cout << line << std::endl; }

  [[nodiscard]] std::uint64_t events() const {
    return clocked_ ? clocked_->statistics().synaptic_events : simulation_.statistics().synaptic_events;
  }

  nlohmann::json run(double duration) {
    const std::uint64_t events_before = events();
    const auto start = std::chrono::steady_clock::now();
    if (clocked_) {
      clocked_->run(duration);
    } else {
      simulation_.run(duration);
    }
    const double run_s = seconds_since(start);
    return {{"run_s", run_s}, {"spikes", new_spikes()}, {"synaptic_events", events() - events_before}};
  }

  /// Of each population, since the last call.
  std::vector<std::size_t> new_spikes() {
    const bool kept = clocked_ || !options_.spikes.empty();
    std::vector<std::size_t> counts;
    for (std::size_t k = 0; k < populations_.size(); ++k) {
      const std::size_t all = clocked_ ? clocked_->spikes(populations_[k]).size() : populations_[k].spikes().size();
      counts.push_back(all - told_[k]);
      told_[k] = kept ? all : 0;
    }
    if (!kept) {
      cells_.clear_recorded();
    }
    return counts;
  }

  void write_spikes() const {
    if (options_.spikes.empty()) {
      return;
    }
    const Spikes spikes = clocked_ ? clocked_->spikes(cells_) : cells_.spikes();
    std::vector<double> pairs;
    for (std::size_t k = 0; k < spikes.size(); ++k) {
      pairs.push_back(spikes.times[k].ms());
      pairs.push_back(spikes.ids[k]);
    }
    std::ofstream file(options_.spikes, std::ios::binary);
    file.write(reinterpret_cast<const char*>(pairs.data()),
               static_cast<std::streamsize>(pairs.size() * sizeof(double)));
    if (!file.flush()) {
      throw FileError(options_.spikes, "cannot be written");
    }
  }

  SessionOptions options_;
  Simulation simulation_;
  Assembly cells_;
  std::vector<Population> populations_;
  std::optional<FixedStepSimulation> clocked_;
  std::vector<std::size_t> told_;  // spikes of each population that are kept and were counted before
};

/// The main function of a program: reads the command line, then simulates as it is told.
/// @param app  with the options of this network alone, which set `network` @returns the exit code
template <class Network, class NetworkOptions>
int serve(CLI::App& app, NetworkOptions& network, int argc, const char* const* argv) {
  SessionOptions options;
  app.set_version_flag("--version", std::string(version()));
  app.add_option("--source-delay", network.source_delay, "delay from Poisson sources [ms]");
  add_session_options(app, options);
  CLI11_PARSE(app, argc, argv);
  try {
    Session::run_all<Network>(options, network);
    return 0;
  } catch (const std::exception& error) {
    std::cerr << error.what() << '\n';
    return 1;
  }
}

}  // namespace va_event::benchmarks

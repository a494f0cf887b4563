// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "va_event/data.hpp"

namespace va_event::crossval {

/// A file that a runner consists of.
struct Script {
  std::string_view name;
  std::string_view text;
};
[[nodiscard]] std::vector<Script> peer_scripts();

/// When a simulator takes a spike of a source: at its own time, or at an end of the step in which it is.
enum class InputTime { exact, begin_of_step, end_of_step };

/// Another simulator, which a Python script runs.
struct Peer {
  std::string key;     ///< on the command line: "brian2"
  std::string name;    ///< "Brian2"
  std::string script;  ///< "run_brian2.py"
  InputTime input_time;
  std::string how_to_get;          ///< command lines
  std::string plasticity_needs{};  ///< the same, for what it needs besides when synapses change; "": nothing
};
[[nodiscard]] const std::vector<Peer>& peers();

/// A peer that is installed.
struct FoundPeer {
  std::string python;  ///< interpreter that can import it, and what its script needs
  std::string version;
};

/// One finished simulation.
struct PeerRun {
  double dt = 0.0;       ///< [ms]
  std::string settings;  ///< method
  double build_s = 0.0;  ///< making the network [s of wall time]
  double run_s = 0.0;    ///< simulating it
  Spikes spikes{};
  std::vector<double> weights{};  ///< final ones of synapses that change, in the order of the file [nA]
};

/// What is to be simulated, and where the files are.
struct PeerTask {
  std::string folder;           ///< of the scripts; spikes and messages are written there too
  std::string network;          ///< file of write_network()
  std::string name;             ///< begins the names of the files
  std::vector<double> steps{};  ///< [ms]
  bool quick = false;           ///< rather start soon than run fast
};

/// Writes the scripts. @throws FileError
void write_scripts(const std::string& folder);

/// The first of the interpreters that can import the simulator and what its script needs; nullopt if there is none.
/// @param plastic also what it needs for synapses that change
/// @param check as of run_process()
[[nodiscard]] std::optional<FoundPeer> find_peer(const Peer& peer, const std::string& folder,
                                                 const std::vector<std::string>& interpreters, bool plastic,
                                                 const std::function<void()>& check);

/// Runs it once per step. @param on_run is called after each.
/// @throws Error when it fails, with the last line that it wrote to standard error
[[nodiscard]] std::vector<PeerRun> run_peer(const Peer& peer, const FoundPeer& found, const PeerTask& task,
                                            const std::function<void(const PeerRun&)>& on_run,
                                            const std::function<void()>& check);

}  // namespace va_event::crossval

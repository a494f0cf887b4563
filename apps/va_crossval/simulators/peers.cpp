// SPDX-License-Identifier: Apache-2.0
#include "va_crossval/simulators/peers.hpp"

#include <array>
#include <charconv>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "va_crossval/simulators/network_file.hpp"
#include "va_crossval/simulators/process.hpp"
#include "va_event/error.hpp"
#include "va_event/files.hpp"

namespace va_event::crossval {
namespace {

using Json = nlohmann::json;

/// Runs a script of the output folder without looking for modules there, where a file json.py would take the place of
/// Python's own: Python's search path begins with the folder of a script, or with the present one for a program on the
/// command line. The one module that the scripts share is loaded by its path.
constexpr const char* kLoader = R"python(
import sys
if not getattr(sys.flags, "safe_path", False):
    del sys.path[0]
import importlib.util, os, runpy
sys.argv = sys.argv[1:]
shared = os.path.join(os.path.dirname(sys.argv[0]), "va_network.py")
spec = importlib.util.spec_from_file_location("va_network", shared)
sys.modules["va_network"] = importlib.util.module_from_spec(spec)
spec.loader.exec_module(sys.modules["va_network"])
runpy.run_path(sys.argv[0], run_name="__main__")
)python";

std::string in_folder(const std::string& folder, const std::string& name) {
  return (std::filesystem::path(folder) / name).string();
}

/// The fewest digits that give the number back.
std::string exact(double value) {
  std::array<char, 32> buffer{};
  return {buffer.data(), std::to_chars(buffer.data(), buffer.data() + buffer.size(), value).ptr};
}

std::string last_line(const std::string& path) {
  std::ifstream file(path);
  std::string last = "it has not said why";
  for (std::string line; std::getline(file, line);) {
    if (line.find_first_not_of(" \t\r") != std::string::npos) {
      last = line;
    }
  }
  return last;
}

/// Simulators greet on standard output too: only lines that are JSON objects are ours.
Json answer_of(const std::string& line) {
  Json answer = Json::parse(line, nullptr, false);
  return answer.is_object() && answer.contains("simulator") ? answer : Json();
}

}  // namespace

const std::vector<Peer>& peers() {
  static const std::vector<Peer> all{
      {"brian2", "Brian2", "run_brian2.py", InputTime::begin_of_step,
       "apt-get install python3-brian python3-h5py cython3 g++ (Debian)"},
      {"neuron", "NEURON", "run_neuron.py", InputTime::exact,
       "apt-get install python3-neuron neuron-dev python3-h5py (Debian)",
       "apt-get install python3-pynn (Debian), whose mechanisms it uses"},
      {"nest", "NEST", "run_nest.py", InputTime::end_of_step,
       "python3 -m venv nest && nest/bin/pip install nest-simulator h5py, then add --python "
       "python3,/usr/bin/python3,nest/bin/python"}};
  return all;
}

void write_scripts(const std::string& folder) {
  prepare_folder(folder);
  for (const Script& script : peer_scripts()) {
    write_text(in_folder(folder, std::string(script.name)), script.text);
  }
}

std::optional<FoundPeer> find_peer(const Peer& peer, const std::string& folder,
                                   const std::vector<std::string>& interpreters, bool plastic,
                                   const std::function<void()>& check) {
  for (const std::string& python : interpreters) {
    std::string version;
    const auto on_line = [&version, plastic](const std::string& line) {
      if (const Json answer = answer_of(line); !answer.is_null() && (!plastic || answer.value("plasticity", false))) {
        version = answer.value("version", "");
      }
    };
    if (run_process({python, "-B", "-c", kLoader, in_folder(folder, peer.script), "--probe"}, "", on_line, check) ==
            0 &&
        !version.empty()) {
      return FoundPeer{python, version};
    }
  }
  return std::nullopt;
}

std::vector<PeerRun> run_peer(const Peer& peer, const FoundPeer& found, const PeerTask& task,
                              const std::function<void(const PeerRun&)>& on_run, const std::function<void()>& check) {
  const std::string stem = in_folder(task.folder, task.name + '_' + peer.key);
  const std::string log = stem + ".log";
  std::string steps;
  for (const double dt : task.steps) {
    steps += (steps.empty() ? "" : ",") + exact(dt);
  }
  std::vector<std::string> arguments{found.python, "-B",   "-c",  kLoader,    in_folder(task.folder, peer.script),
                                     task.network, "--dt", steps, "--output", stem};
  if (task.quick) {
    arguments.emplace_back("--quick");
  }
  std::vector<PeerRun> runs;
  const auto on_line = [&](const std::string& line) {
    const Json answer = answer_of(line);
    if (!answer.is_null()) {
      PeerRun run{.dt = answer.at("dt").get<double>(),
                  .settings = answer.at("settings").get<std::string>(),
                  .build_s = answer.at("build_s").get<double>(),
                  .run_s = answer.at("run_s").get<double>()};
      const std::string file = stem + '_' + std::to_string(runs.size()) + ".h5";
      run.spikes = read_spikes(file);
      run.weights = read_weights(file);
      runs.push_back(std::move(run));
      on_run(runs.back());
    }
  };
  const int code = run_process(arguments, log, on_line, check);
  if (code != 0 || runs.size() != task.steps.size()) {
    throw Error(peer.name + " failed with exit code " + std::to_string(code) + " (messages in " + log +
                "): " + last_line(log));
  }
  return runs;
}

}  // namespace va_event::crossval

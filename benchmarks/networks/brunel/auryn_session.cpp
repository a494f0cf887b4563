// SPDX-License-Identifier: Apache-2.0
// Brunel's network in Auryn, for rival_auryn.py:
//   auryn_session delta|exponential <excitatory> <inhibitory> <scale> <dt [s]> <seed>
// talks as session.py tells. Jumps of v are Auryn's own IafPscDeltaGroup, as in its example sim_brunel2k; its group
// with exponential currents resets to the resting potential only, so this file brings one that does not.
#include <chrono>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <fstream>
#include <iostream>
#include <random>
#include <string>
#include <vector>

#include "auryn.h"

namespace {

using namespace auryn;

constexpr double kJump = 0.1e-3;        // of v at an excitatory input [V]
constexpr double kInhibition = -5.0;    // weight of an inhibitory synapse relative to an excitatory one
constexpr double kExternalRate = 20e3;  // [Hz]
constexpr double kDelay = 1.5e-3;       // [s]
constexpr double kTauMem = 20e-3, kTauSyn = 0.5e-3, kTauRef = 2e-3;
constexpr double kReset = 10e-3, kThreshold = 20e-3;  // above rest [V]

/// A synaptic current, in volts of the potential that it would bring about; forward Euler for v, as Auryn's own groups.
class CurrentGroup : public NeuronGroup {
 public:
  explicit CurrentGroup(NeuronID size) : NeuronGroup(size), rest_of_pause_(get_vector_size(), 0) {
    sys->register_spiking_group(this);
    default_exc_target_state = g_ampa;
    default_inh_target_state = g_ampa;
    clear();
  }

  void clear() override {
    clear_spikes();
    mem->set_zero();
    g_ampa->set_zero();
  }

  void evolve() override {
    const NeuronID count = get_rank_size();
    float* v = mem->data;
    const float* current = g_ampa->data;
    int* pause = rest_of_pause_.data();
    for (NeuronID i = 0; i < count; ++i) {
      const float next = v[i] + scale_m_ * (current[i] - v[i]);
      v[i] = pause[i] == 0 ? next : static_cast<float>(kReset);
      pause[i] -= pause[i] > 0 ? 1 : 0;
    }
    for (NeuronID i = 0; i < count; ++i) {
      if (v[i] > static_cast<float>(kThreshold)) {
        push_spike(i);
        v[i] = static_cast<float>(kReset);
        pause[i] = pause_;
      }
    }
    g_ampa->scale(scale_syn_);
  }

 private:
  const float scale_m_ = static_cast<float>(auryn_timestep / kTauMem);
  const float scale_syn_ = static_cast<float>(std::exp(-auryn_timestep / kTauSyn));
  const int pause_ = static_cast<int>(std::lround(kTauRef / auryn_timestep));
  std::vector<int> rest_of_pause_;
};

/// Counts spikes of both populations and keeps them in memory.
class MemoryMonitor : public Device {
 public:
  MemoryMonitor(SpikingGroup* source, NeuronID excitatory) : source_(source), excitatory_(excitatory) {
    sys->register_device(this);
  }
  void execute() override {
    for (const NeuronID id : *source_->get_spikes_immediate()) {
      spikes_.push_back(sys->get_time());
      spikes_.push_back(id);
      ++counts_[id < excitatory_ ? 0 : 1];
    }
  }
  /// Their numbers since the last call; the spikes are forgotten.
  std::vector<long> take() {
    const std::vector<long> taken = counts_;
    counts_ = {0, 0};
    spikes_.clear();
    return taken;
  }

 private:
  SpikingGroup* source_;
  NeuronID excitatory_;
  std::vector<double> spikes_;
  std::vector<long> counts_{0, 0};
};

/// Every neuron gets `inputs` of the sources [first, last), without repetition. Auryn wants synapses by source.
std::size_t connect(NeuronGroup* cells, NeuronID neurons, NeuronID first, NeuronID last, NeuronID inputs, double weight,
                    TransmitterType transmitter, const std::string& name, std::mt19937_64& random) {
  std::vector<std::vector<NeuronID>> targets(last - first);
  std::vector<NeuronID> pool(last - first);
  for (NeuronID k = 0; k < pool.size(); ++k) {
    pool[k] = k;
  }
  for (NeuronID target = 0; target < neurons; ++target) {
    for (NeuronID k = 0; k < inputs; ++k) {  // Fisher-Yates, as far as needed
      const auto other = std::uniform_int_distribution<NeuronID>(k, pool.size() - 1)(random);
      std::swap(pool[k], pool[other]);
      targets[pool[k]].push_back(target);
    }
  }
  auto* synapses = new SparseConnection(cells, cells, transmitter, name);  // Auryn deletes it
  synapses->allocate_manually(static_cast<AurynLong>(neurons) * inputs);
  for (NeuronID source = first; source < last; ++source) {
    for (const NeuronID target : targets[source - first]) {
      synapses->push_back(source, target, static_cast<AurynWeight>(weight));
    }
  }
  synapses->finalize();
  return static_cast<std::size_t>(neurons) * inputs;
}

long memory(const std::string& name) {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.rfind(name + ":", 0) == 0) {
      return 1024 * std::stol(line.substr(name.size() + 1));
    }
  }
  return 0;
}

double seconds_since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 7) {
    std::cerr << "usage: auryn_session delta|exponential excitatory inhibitory scale dt_s seed\n";
    return 2;
  }
  const bool exponential = std::string(argv[1]) == "exponential";
  const auto excitatory = static_cast<NeuronID>(std::stoul(argv[2]));
  const NeuronID neurons = excitatory + static_cast<NeuronID>(std::stoul(argv[3]));
  const double scale = std::stod(argv[4]);
  auryn_timestep = std::stod(argv[5]);
  const auto seed = std::stoul(argv[6]);
  auryn_init(argc, argv, ".", "auryn_session", "", WARNING, WARNING);
  sys->quiet = true;
  const long memory_before = memory("VmRSS");
  const auto build_start = std::chrono::steady_clock::now();

  std::mt19937_64 random(seed);
  NeuronGroup* cells = nullptr;
  const double weight = kJump / scale * (exponential ? kTauMem / kTauSyn : 1.0);
  if (exponential) {
    cells = new CurrentGroup(neurons);
  } else {
    auto* group = new IafPscDeltaGroup(neurons);
    group->set_tau_mem(kTauMem);
    group->set_tau_ref(kTauRef + 1e-9);  // it truncates the number of steps
    group->e_rest = 0.0;
    group->e_reset = kReset;
    group->thr = kThreshold;
    cells = group;
  }
  cells->set_delay(static_cast<int>(std::lround(kDelay / auryn_timestep)));
  for (NeuronID i = 0; i < neurons; ++i) {
    cells->mem->set(i, static_cast<float>(std::uniform_real_distribution<double>(0.0, 19.99e-3)(random)));
  }
  auto* noise =
      new PoissonStimulator(cells, static_cast<AurynFloat>(kExternalRate * scale), static_cast<AurynWeight>(weight));
  noise->seed(static_cast<int>(seed));
  noise->set_target_state(exponential ? "g_ampa" : "mem");
  const TransmitterType transmitter = exponential ? GLUT : MEM;
  const std::size_t synapses =
      connect(cells, neurons, 0, excitatory, excitatory / 10, weight, transmitter, "exc", random) +
      connect(cells, neurons, excitatory, neurons, (neurons - excitatory) / 10, kInhibition * weight, transmitter,
              "inh", random);
  MemoryMonitor monitor(cells, excitatory);
  std::printf(
      "{\"build_s\": %.6f, \"neurons\": %u, \"synapses\": %zu, \"memory_bytes\": %ld, \"peak_bytes\": %ld, "
      "\"settings\": \"forward Euler, float32, %g ms\"}\n",
      seconds_since(build_start), neurons, synapses, memory("VmRSS") - memory_before, memory("VmHWM") - memory_before,
      1e3 * auryn_timestep);
  std::fflush(stdout);
  for (double milliseconds = 0.0; std::cin >> milliseconds;) {
    const auto start = std::chrono::steady_clock::now();
    sys->run(1e-3 * milliseconds + 0.1 * auryn_timestep, false);  // it truncates the number of steps
    const double run_s = seconds_since(start);
    const std::vector<long> spikes = monitor.take();
    std::printf("{\"run_s\": %.6f, \"spikes\": [%ld, %ld]}\n", run_s, spikes[0], spikes[1]);
    std::fflush(stdout);
  }
  // The monitor is ours, Auryn would delete it a second time; the system frees all memory.
  MPI_Finalize();
  std::_Exit(0);
}

// SPDX-License-Identifier: Apache-2.0
// The network that rival_auryn.py has unpacked into the working directory, in Auryn:
//   exported_network COBA|CUBA <neurons> <sources> <dt [s]> <delay [steps]> <duration [s]>
// prints the wall time of the simulation alone [s]; spikes.<rank> gets them as pairs of doubles, time [ms] and neuron.
// COBA is Auryn's own TIFGroup; of CUBA it has no group with synaptic currents, so this file brings one.
#include <chrono>
#include <cstdint>
#include <fstream>
#include <iostream>
#include <string>
#include <vector>

#include "auryn.h"

namespace {

using namespace auryn;

template <class T>
std::vector<T> read(const std::string& name) {
  std::ifstream file(name, std::ios::binary | std::ios::ate);
  std::vector<T> values(static_cast<std::size_t>(file.tellg()) / sizeof(T));
  file.seekg(0);
  file.read(reinterpret_cast<char*>(values.data()), static_cast<std::streamsize>(values.size() * sizeof(T)));
  return values;
}

/// CUBA: v_rest -49 mV, tau_m 20 ms, synaptic currents that decay with 5 and 10 ms, in volts of the potential that they
/// would bring about; forward Euler for v, as Auryn's own groups. The loop over all neurons has no branch, so that the
/// compiler makes vector instructions of it.
class CurrentGroup : public NeuronGroup {
 public:
  explicit CurrentGroup(NeuronID size) : NeuronGroup(size), rest_of_pause_(get_vector_size(), 0) {
    sys->register_spiking_group(this);
    default_exc_target_state = g_ampa;
    default_inh_target_state = g_gaba;
    clear();
  }

  void clear() override {
    clear_spikes();
    mem->set_all(kReset);
    g_ampa->set_zero();
    g_gaba->set_zero();
  }

  void evolve() override {
    const NeuronID count = get_rank_size();
    float* v = mem->data;
    const float* exc = g_ampa->data;
    const float* inh = g_gaba->data;
    int* pause = rest_of_pause_.data();
    for (NeuronID i = 0; i < count; ++i) {
      const float next = v[i] + scale_m_ * ((kRest - v[i]) + exc[i] + inh[i]);
      v[i] = pause[i] == 0 ? next : kReset;
      pause[i] -= pause[i] > 0 ? 1 : 0;
    }
    for (NeuronID i = 0; i < count; ++i) {
      if (v[i] > kThreshold) {
        push_spike(i);
        v[i] = kReset;
        pause[i] = pause_;
      }
    }
    g_ampa->scale(scale_exc_);
    g_gaba->scale(scale_inh_);
  }

 private:
  static constexpr float kRest = -49e-3F, kReset = -60e-3F, kThreshold = -50e-3F;
  const float scale_m_ = static_cast<float>(auryn_timestep / 20e-3);
  const float scale_exc_ = static_cast<float>(std::exp(-auryn_timestep / 5e-3));
  const float scale_inh_ = static_cast<float>(std::exp(-auryn_timestep / 10e-3));
  const int pause_ = static_cast<int>(std::lround(5e-3 / auryn_timestep));
  std::vector<int> rest_of_pause_;
};

/// Keeps spikes in memory, which costs less than Auryn's monitors, which format them while they simulate.
class MemoryMonitor : public Device {
 public:
  explicit MemoryMonitor(SpikingGroup* source) : source_(source) { sys->register_device(this); }
  void execute() override {
    for (const NeuronID id : *source_->get_spikes_immediate()) {
      spikes.push_back(1e3 * sys->get_time());
      spikes.push_back(id);
    }
  }
  std::vector<double> spikes;

 private:
  SpikingGroup* source_;
};

/// One receptor's synapses; they are sorted by their source.
void connect(SpikingGroup* source, NeuronGroup* cells, const std::string& name, TransmitterType receptor) {
  const auto pre = read<std::uint32_t>(name + ".pre");
  const auto post = read<std::uint32_t>(name + ".post");
  const auto weight = read<float>(name + ".weight");
  auto* synapses = new SparseConnection(source, cells, receptor, name);  // Auryn deletes it
  synapses->allocate_manually(pre.size());
  for (std::size_t k = 0; k < pre.size(); ++k) {
    synapses->push_back(pre[k], post[k], weight[k]);
  }
  synapses->finalize();
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 7) {
    std::cerr << "usage: exported_network COBA|CUBA neurons sources dt_s delay_steps duration_s\n";
    return 2;
  }
  const bool conductances = std::string(argv[1]) == "COBA";
  const auto neurons = static_cast<NeuronID>(std::stoul(argv[2]));
  const auto sources = static_cast<NeuronID>(std::stoul(argv[3]));
  auryn_timestep = std::stod(argv[4]);
  const int delay = std::stoi(argv[5]);
  auryn_init(argc, argv, ".", "exported_network", "", WARNING, WARNING);
  sys->quiet = true;

  NeuronGroup* cells = nullptr;
  if (conductances) {
    auto* group = new TIFGroup(neurons);
    group->set_refractory_period(5e-3 + 1e-9);  // it truncates the number of steps
    cells = group;
  } else {
    cells = new CurrentGroup(neurons);
  }
  cells->set_delay(delay);
  const auto v = read<double>("v");
  for (NeuronID i = 0; i < neurons; ++i) {
    if (cells->localrank(i)) {
      cells->mem->set(cells->global2rank(i), static_cast<float>(1e-3 * v[i]));
    }
  }
  connect(cells, cells, "exc", GLUT);
  connect(cells, cells, "inh", GABA);
  if (sources > 0) {
    auto* input = new FileInputGroup(sources, "input.ras");
    input->set_delay(delay);
    connect(input, cells, "ext", GLUT);
  }
  MemoryMonitor monitor(cells);

  mpicommunicator->barrier();
  const auto start = std::chrono::steady_clock::now();
  sys->run(std::stod(argv[6]), false);
  mpicommunicator->barrier();
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  std::ofstream file("spikes." + std::to_string(sys->mpi_rank()), std::ios::binary);
  file.write(reinterpret_cast<const char*>(monitor.spikes.data()),
             static_cast<std::streamsize>(monitor.spikes.size() * sizeof(double)));
  file.close();
  if (sys->mpi_rank() == 0) {
    std::cout << seconds << std::endl;
  }
  // The monitor is ours, Auryn would delete it a second time; the system frees all memory.
  MPI_Finalize();
  std::_Exit(file ? 0 : 1);
}

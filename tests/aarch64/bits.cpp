// SPDX-License-Identifier: Apache-2.0
// Prints a line for each of some networks and tables of random numbers: how many spikes, and hashes of everything that
// was recorded, to the last bit. run.sh compares the lines of builds for different processors.
#include <algorithm>
#include <cinttypes>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <utility>
#include <vector>

#include "foundation/hash.hpp"
#include "va_event/va_event.hpp"

namespace va_event {
namespace {

using foundation::Hash;

std::uint64_t hash_of(const Spikes& spikes) {
  Hash hash;
  for (std::size_t k = 0; k < spikes.size(); ++k) {
    hash.add(static_cast<std::uint64_t>(spikes.times[k].whole())).add(spikes.times[k].fraction());
    hash.add(std::uint64_t{spikes.ids[k]});
  }
  for (const double tail : spikes.tails) {
    hash.add(tail);
  }
  return hash.value();
}

std::uint64_t hash_of(const std::vector<double>& values) {
  Hash hash;
  for (const double value : values) {
    hash.add(value);
  }
  return hash.value();
}

std::uint64_t hash_of_file(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  const std::string bytes(std::istreambuf_iterator<char>(file), {});
  Hash hash;
  for (const char byte : bytes) {
    hash.add(static_cast<std::uint64_t>(static_cast<unsigned char>(byte)));
  }
  return hash.add(static_cast<std::uint64_t>(bytes.size())).value();
}

void print(const std::string& what, std::size_t count, const std::vector<std::uint64_t>& hashes) {
  std::printf("%-56s %8zu", what.c_str(), count);
  for (const std::uint64_t hash : hashes) {
    std::printf(" %016" PRIx64, hash);
  }
  std::printf("\n");
  std::fflush(stdout);
}

// The benchmarks of Vogels and Abbott, with the balanced state's parameters.
enum class Kind { current, conductance, delta };

CellType benchmark_type(Kind kind) {
  switch (kind) {
    case Kind::current:
      return IfCurrExp{
          .v_rest = -49.0, .cm = 0.2, .tau_refrac = 5.0, .tau_syn_E = 5.0, .tau_syn_I = 10.0, .v_reset = -60.0};
    case Kind::conductance:
      return IfCondExp{.v_rest = -60.0,
                       .cm = 0.2,
                       .tau_refrac = 5.0,
                       .tau_syn_E = 5.0,
                       .tau_syn_I = 10.0,
                       .e_rev_I = -80.0,
                       .v_reset = -60.0};
    case Kind::delta:
      break;
  }
  return IfCurrDelta{.v_rest = -49.0, .cm = 0.2, .tau_refrac = 5.0, .v_reset = -60.0};
}

struct Weights {
  double exc, inh;
};
constexpr Weights benchmark_weights(Kind kind) {  // [nA], [uS], [mV]
  return kind == Kind::current ? Weights{0.0162, -0.09}
         : kind == Kind::delta ? Weights{0.3, -1.8}
                               : Weights{4e-3, 51e-3};
}

struct Choice {
  Kind kind = Kind::current;
  std::size_t n = 4000;
  double duration = 200.0;
  bool own_values = false;  ///< delays, weights, time constants and currents that all differ
  bool sinusoids = false;   ///< into some of the cells
  Precision precision = {};
  unsigned threads = 1;
};

struct Network {
  explicit Network(const Choice& choice)
      : simulation({.seed = 7, .precision = choice.precision, .threads = choice.threads}),
        exc(simulation.create(choice.n * 4 / 5, benchmark_type(choice.kind), {.label = "exc"})),
        inh(simulation.create(choice.n - choice.n * 4 / 5, benchmark_type(choice.kind), {.label = "inh"})),
        cells(exc + inh) {
    cells.initialize("v", RandomDistribution("uniform", {-60.0, -50.0}));
    if (choice.own_values) {
      vary(choice.kind);
    }
    if (choice.sinusoids) {
      exc.slice(0, 40).inject(
          ACSource{.amplitude = 0.1, .offset = 0.05, .frequency = 40.0, .phase = 30.0, .start = 3.1});
    }
    const double scale = 4000.0 / static_cast<double>(choice.n);  // as much input in networks that are smaller
    const FixedProbabilityConnector sparse(80.0 / static_cast<double>(choice.n));
    const auto [w_exc, w_inh] = benchmark_weights(choice.kind);
    const bool own = choice.own_values;
    const Values exc_weight =
        own ? Values(RandomDistribution("normal_clipped", {w_exc, 0.3 * w_exc, 0.1 * w_exc, 3.0 * w_exc})) : w_exc;
    const Values delay = own ? Values(RandomDistribution("lognormal", {0.0, 0.5})) : Values(0.2);
    simulation.connect(exc, cells, sparse, {exc_weight, delay}, {.receptor_type = "excitatory"});
    simulation.connect(inh, cells, sparse, {w_inh, delay}, {.receptor_type = "inhibitory"});
    stimulate(w_exc * 2.0, std::min(1.0, 0.05 * scale));
    cells.record("spikes");
    exc.slice(0, 20).record("v", 0.1);
  }

  /// Only such parameters that every kind has.
  void vary(Kind kind) const {
    exc.set("tau_m", RandomDistribution("uniform", {15.0, 25.0}));
    exc.set("v_thresh", RandomDistribution("normal", {-50.0, 0.3}));
    cells.set("i_offset", RandomDistribution("uniform", {-0.01, 0.03}));
    if (kind != Kind::delta) {
      inh.set("tau_syn_E", RandomDistribution("uniform", {3.0, 7.0}));
      inh.set("tau_syn_I", RandomDistribution("uniform", {5.0, 20.0}));
    }
  }

  void stimulate(double weight, double p_connect) {
    const FixedProbabilityConnector random(p_connect);
    const auto connect = [&](const Population& sources) {
      simulation.connect(sources, cells, random, {weight, 0.7}, {.receptor_type = "excitatory"});
    };
    connect(simulation.create(20, SpikeSourcePoisson{.rate = 100.0}));
    connect(simulation.create(5, SpikeSourceGamma{.alpha = 2.5, .beta = 100.0}));
    connect(simulation.create(5, SpikeSourcePoissonRefractory{.rate = 50.0, .tau_refrac = 5.0}));
  }

  Simulation simulation;
  Population exc, inh;
  Assembly cells;
};

void run(const std::string& what, const Choice& choice) {
  Network network(choice);
  network.simulation.run(choice.duration);
  const Spikes spikes = network.cells.spikes();
  print(what, spikes.size(), {hash_of(spikes), hash_of(network.exc.slice(0, 20).signal("v").values)});
}

void run_fixed_step(const std::string& what, const Choice& choice, const FixedStepOptions& options) {
  const Network network(choice);
  FixedStepSimulation steps(network.simulation, options);
  steps.run(choice.duration);
  const Spikes spikes = steps.spikes();
  print(what, spikes.size(), {hash_of(spikes), hash_of(steps.value(network.cells, "v"))});
}

void print_file(const std::string& name, const std::filesystem::path& path) {
  print(name, std::filesystem::file_size(path), {hash_of_file(path)});
}

/// Numbers as text and as bytes.
void write_files(const std::filesystem::path& folder) {
  Network network({.kind = Kind::conductance, .n = 400, .own_values = true});
  network.simulation.run(50.0);
  for (const char* ending : {"csv", "gdf", "npz", "h5"}) {
    const std::string name = std::string("spikes.") + ending;
    network.cells.write(folder / name);
    print_file(name, folder / name);
  }
  network.exc.slice(0, 20).write(folder / "v.csv", "v");
  print_file("v.csv", folder / "v.csv");
}

/// The whole state, which another processor can go on from.
void write_checkpoint(const std::string& what, const std::filesystem::path& folder, Precision precision) {
  Network network({.kind = Kind::conductance, .n = 400, .own_values = true, .precision = precision});
  network.simulation.run(10.0);
  network.simulation.save_checkpoint(folder / "checkpoint");
  print_file(what, folder / "checkpoint");
}

void draw_random_numbers() {
  const std::vector<std::pair<std::string, std::vector<double>>> distributions{
      {"uniform", {-1.0, 2.0}}, {"uniform_int", {0.0, 1e6}}, {"normal", {0.0, 1.0}},      {"lognormal", {0.0, 1.0}},
      {"exponential", {1.0}},   {"gamma", {0.7, 1.0}},       {"gamma", {3.0, 1.0}},       {"poisson", {3.0}},
      {"poisson", {300.0}},     {"binomial", {100.0, 0.03}}, {"binomial", {1000.0, 0.4}},
  };
  constexpr std::size_t kDraws = 100'000;
  for (const auto& [name, parameters] : distributions) {
    const RandomDistribution distribution(name, parameters);
    RandomStream stream(1, 2, 3);
    std::vector<double> draws(kDraws);
    for (double& draw : draws) {
      draw = distribution.draw(stream);
    }
    print("draws of " + name, kDraws, {hash_of(draws)});
  }
}

}  // namespace
}  // namespace va_event

int main(int argc, char** argv) {
  using namespace va_event;
  if (argc != 2) {
    std::fprintf(stderr, "usage: %s FOLDER (for files)\n", argv[0]);
    return 2;
  }
  const Kind current = Kind::current, conductance = Kind::conductance;
  run("CUBA", {.kind = current});
  run("COBA", {.kind = conductance});
  run("CUBA, two threads", {.kind = current, .n = 1000, .threads = 2});
  run("COBA, two threads", {.kind = conductance, .n = 1000, .threads = 2});
  run("CUBA, own delays and parameters", {.kind = current, .own_values = true});
  run("COBA, own delays and parameters", {.kind = conductance, .own_values = true});
  run("CUBA, sinusoids", {.kind = current, .n = 1000, .sinusoids = true});
  run("COBA, sinusoids", {.kind = conductance, .n = 1000, .sinusoids = true});
  run("IF_curr_delta, own delays and parameters", {.kind = Kind::delta, .n = 1000, .own_values = true});
  run("CUBA, quad", {.kind = current, .n = 400, .duration = 50.0, .precision = Precision::quad()});
  run("COBA, quad", {.kind = conductance, .n = 400, .duration = 50.0, .precision = Precision::quad()});
  run("COBA, quad, own delays and parameters",
      {.kind = conductance, .n = 400, .duration = 50.0, .own_values = true, .precision = Precision::quad()});
  run("COBA, 50 digits", {.kind = conductance, .n = 100, .duration = 20.0, .precision = Precision::decimal(50)});
  run_fixed_step("CUBA, steps of rk4", {.kind = current, .n = 400},
                 {.method = Method::rk4, .spikes = SpikeTiming::cubic, .delays = DelayTiming::continuous});
  run_fixed_step("COBA, steps of exponential Euler", {.kind = conductance, .n = 400},
                 {.method = Method::exponential_euler});
  draw_random_numbers();
  write_files(argv[1]);
  write_checkpoint("checkpoint", argv[1], {});
  write_checkpoint("checkpoint, quad", argv[1], Precision::quad());
  return 0;
}

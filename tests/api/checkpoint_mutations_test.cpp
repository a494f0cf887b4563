// SPDX-License-Identifier: Apache-2.0
// A checkpoint is input, also behind its checksum: whatever its numbers are, it is refused or it can be run on.
#include <gtest/gtest.h>

#include <bit>
#include <boost/crc.hpp>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <fstream>
#include <iterator>
#include <limits>
#include <random>
#include <string>
#include <vector>

#include "../recording/temporary_folder.hpp"
#include "va_event/va_event.hpp"

namespace va_event {
namespace {

using testing_support::TemporaryFolder;

constexpr std::size_t kHeader = 24;  // up to where the contents begin
constexpr double kSavedAt = 33.3;    // [ms]

/// Of every kind of cell, synapse, current and record.
std::vector<Population> build(Simulation& simulation) {
  const Population conductance =
      simulation.create(5, IfCondExp{.v_rest = -49.0, .cm = 0.2, .tau_refrac = 4.0, .v_reset = -60.0});
  const Population current =
      simulation.create(5, IfCurrExp{.v_rest = -49.0, .cm = 0.2, .tau_refrac = 4.0, .v_reset = -60.0});
  const Population delta = simulation.create(3, IfCurrDelta{.v_rest = -49.0});
  const Population poisson = simulation.create(2, SpikeSourcePoisson{.rate = 300.0});
  const Population gamma = simulation.create(1, SpikeSourceGamma{.alpha = 2.0, .beta = 400.0});
  const Population array = simulation.create(1, SpikeSourceArray{{Time(1.0), Time(30.0), Time(35.0)}});
  const AllToAllConnector connector;
  const RandomDistribution delay("uniform", {0.5, 20.0});
  simulation.connect(conductance + current + poisson, conductance, connector, {.weight = 0.002, .delay = delay});
  simulation.connect(conductance + gamma + array, current, connector, {.weight = 0.05, .delay = 1.0});
  simulation.connect(current, conductance, connector, {.weight = 0.003, .delay = 1.5}, {.receptor_type = "inhibitory"});
  simulation.connect(conductance + array, delta, connector, {.weight = 0.4, .delay = delay});
  current.slice(0, 1).inject(ACSource{.amplitude = 0.1, .frequency = 50.0});
  conductance.slice(1, 3).inject(DCSource{.amplitude = 0.05, .start = 10.0, .stop = 40.0});
  conductance.record({"spikes", "v", "gsyn_exc"}, 0.5);
  current.record({"spikes", "v"}, 1.0);
  delta.record("spikes");
  return {conductance, current, delta};
}

std::string with_checksum(std::string file) {
  boost::crc_optimal<64, 0x42f0e1eba9ea3693, ~std::uint64_t{0}, ~std::uint64_t{0}, true, true> crc;
  crc.process_bytes(file.data(), file.size() - sizeof(std::uint64_t));
  const std::uint64_t sum = crc.checksum();
  std::memcpy(file.data() + file.size() - sizeof sum, &sum, sizeof sum);
  return file;
}

void write(const std::string& path, const std::string& bytes) { std::ofstream(path, std::ios::binary) << bytes; }

class CheckpointMutations : public ::testing::Test {
 protected:
  CheckpointMutations() {
    Simulation simulation({.seed = 3, .threads = 1});
    build(simulation);
    simulation.run(kSavedAt);
    simulation.save_checkpoint(path);
    std::ifstream in(path, std::ios::binary);
    file.assign(std::istreambuf_iterator<char>(in), {});
  }

  /// @returns whether it was accepted; then it has run on, to finite values
  bool loads(const std::string& mutant) {
    write(path, mutant);
    Simulation simulation({.seed = 3, .threads = 1});
    const std::vector<Population> cells = build(simulation);
    try {
      simulation.load_checkpoint(path);
    } catch (const CheckpointError&) {
      EXPECT_EQ(simulation.now(), Time());
      simulation.run(1.0);  // as if nothing had happened
      return false;
    }
    simulation.run(5.0);
    for (const Population& some : cells) {
      for (const double v : some.value("v")) {
        EXPECT_TRUE(std::isfinite(v));
      }
      EXPECT_LT(some.mean_spike_count(), 10'000.0);
    }
    return true;
  }

  TemporaryFolder folder;
  std::string path = folder / "mutant.checkpoint";
  std::string file;
};

TEST_F(CheckpointMutations, TheFileItselfLoads) {
  EXPECT_EQ(with_checksum(file), file);
  EXPECT_TRUE(loads(file));
}

TEST_F(CheckpointMutations, EndInAnErrorOrInARunThatCompletes) {
  const std::vector<double> numbers = {0.0,
                                       -0.0,
                                       1.0,
                                       -1.0,
                                       -60.0,
                                       15.99,
                                       16.0,
                                       1e3,
                                       -1e3,
                                       1e15,
                                       -1e300,
                                       1e300,
                                       1e-320,
                                       0x1p+900,
                                       -0x1p+900,
                                       std::numeric_limits<double>::infinity(),
                                       -std::numeric_limits<double>::infinity(),
                                       std::numeric_limits<double>::quiet_NaN()};
  const std::vector<std::uint64_t> words = {0, 1, 2, 3, 7, 255, 1000, 1ULL << 31U, 1ULL << 40U, 1ULL << 56U, ~0ULL};
  std::mt19937_64 random(1);
  std::size_t accepted = 0, refused = 0;
  for (int k = 0; k < 1500; ++k) {
    std::string mutant = file;
    const std::size_t size = k % 3 == 0 ? 1 : k % 3 == 1 ? 4 : 8;
    const std::size_t at = kHeader + random() % (file.size() - kHeader - 2 * sizeof(std::uint64_t));
    const std::uint64_t word = random() % 2 == 0 ? std::bit_cast<std::uint64_t>(numbers[random() % numbers.size()])
                                                 : words[random() % words.size()];
    std::memcpy(mutant.data() + at, &word, size);
    SCOPED_TRACE("mutation " + std::to_string(k) + ", " + std::to_string(size) + " bytes at " + std::to_string(at));
    (loads(with_checksum(mutant)) ? accepted : refused) += 1;
    if (HasFailure()) {
      return;
    }
  }
  EXPECT_GT(accepted, 100U);
  EXPECT_GT(refused, 300U);
}

}  // namespace
}  // namespace va_event

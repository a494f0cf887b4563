// SPDX-License-Identifier: Apache-2.0
// Threads that the system does not start. This program's own pthread_create() refuses when a test says so.
#include <dlfcn.h>
#include <pthread.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <string>
#include <thread>

#include "engine/run/pace.hpp"
#include "tests/api/expect_error.hpp"
#include "va_event/va_event.hpp"

namespace {

std::atomic<int> startable{-1};  ///< how many more threads start; negative: all
std::atomic<int> refused{0};

}  // namespace

extern "C" int pthread_create(pthread_t* thread, const pthread_attr_t* attributes, void* (*routine)(void*),
                              void* argument) noexcept {
  using Create = int (*)(pthread_t*, const pthread_attr_t*, void* (*)(void*), void*);
  static const auto create = reinterpret_cast<Create>(dlsym(RTLD_NEXT, "pthread_create"));
  if (startable == 0) {
    ++refused;
    return EAGAIN;
  }
  if (startable > 0) {
    --startable;
  }
  return create(thread, attributes, routine, argument);
}

namespace va_event::engine {
namespace {

class ThreadsThatDoNotStart : public ::testing::Test {
 protected:
  ThreadsThatDoNotStart() { refused = 0; }
  ~ThreadsThatDoNotStart() override { startable = -1; }

  static Population make_network(Simulation& simulation, double delay) {
    const Population cells = simulation.create(
        100, IfCondExp{.v_rest = -49.0, .cm = 0.2, .tau_refrac = 5.0, .e_rev_I = -80.0, .v_reset = -60.0});
    cells.initialize("v", RandomDistribution("uniform", {-60.0, -50.0}));
    simulation.connect(cells, cells, FixedProbabilityConnector(0.5), {.weight = 0.001, .delay = delay});
    cells.record("spikes");
    return cells;
  }
  static Spikes simulate(unsigned threads, const Precision& precision = {}, double delay = 1.0) {
    Simulation simulation({.seed = 5, .precision = precision, .threads = threads});
    const Population cells = make_network(simulation, delay);
    simulation.run(20.0);
    return cells.spikes();
  }
};

TEST_F(ThreadsThatDoNotStart, AreAnErrorWhereTheirNumberIsGiven) {
  for (const int started : {0, 1, 2}) {
    Simulation simulation({.seed = 5, .threads = 4});
    const Population cells = make_network(simulation, 1.0);
    startable = started;
    expect_error<ParameterError>(
        [&] { simulation.run(20.0); }, "threads",
        "must be at most " + std::to_string(started + 1) + ", since the system starts no more");
    startable = -1;
    EXPECT_EQ(simulation.now(), Time());
    simulation.run(20.0);
    EXPECT_TRUE(cells.spikes() == simulate(1)) << "nothing had happened";
  }
}

TEST_F(ThreadsThatDoNotStart, AreDoneWithoutWhereNoNumberIsGiven) {
  const Spikes expected = simulate(1, Precision::quad());
  EXPECT_GT(expected.size(), 50U);
  startable = 0;
  EXPECT_TRUE(simulate(0, Precision::quad()) == expected);
  EXPECT_GE(refused, std::min(static_cast<int>(std::thread::hardware_concurrency()), 2) - 1);
}

TEST_F(ThreadsThatDoNotStart, AreDoneWithoutInTheMiddleOfARun) {
  constexpr double kDelay = 0.1;  // [ms], so that there are many exchange windows
  const Spikes expected = simulate(1, {}, kDelay);
  EXPECT_GT(expected.size(), 50U);
  double (*const clock)() = pace_clock;
  pace_clock = [] {
    static double now = 0.0;
    return now += 1.0;  // [s]: shards leave their threads and start new ones all the time
  };
  startable = 5;  // of two at a time
  EXPECT_TRUE(simulate(3, {}, kDelay) == expected);
  EXPECT_GE(refused, 1);
  pace_clock = clock;
}

}  // namespace
}  // namespace va_event::engine

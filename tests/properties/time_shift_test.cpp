// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <cstdint>
#include <random>
#include <type_traits>
#include <utility>
#include <vector>

#include "va_event/va_event.hpp"

namespace va_event {
namespace {

// The laws of a network do not know what time it is. Shifts are multiples of 16 ms, so that the shifted times are
// exact; 1e7 ms is one of them, where a plain double resolves only 2e-9 ms.
constexpr double kShifts[] = {16.0, 1600.0, 1e7};

template <class CellType>
Spikes driven_network(double shift, double duration) {
  Simulation simulation({4});
  std::mt19937_64 generator(9);
  const Population sources = simulation.create(20, SpikeSourceArray{});
  for (std::size_t k = 0; k < sources.size(); ++k) {
    std::vector<Time> times;
    for (int spike = 0; spike < 30; ++spike) {
      times.push_back(Time(shift).plus(static_cast<double>(generator() >> 17) * 0x1p-40));  // < 128 ms
    }
    sources.set_spike_times(k, std::move(times));
  }
  CellType type;
  type.tau_syn_I = 9.0;
  type.tau_refrac = 2.0;
  const Population neurons = simulation.create(20, type);
  // At rest until the first input, however long that takes.
  neurons.initialize("v", type.v_rest);
  const Values delays = RandomDistribution("uniform", {0.1, 5.0});
  simulation.connect(sources, neurons, FixedProbabilityConnector(0.4),
                     {std::is_same_v<CellType, IfCurrExp> ? 1.5 : 0.03, delays});
  simulation.connect(neurons, neurons, FixedProbabilityConnector(0.3),
                     {std::is_same_v<CellType, IfCurrExp> ? 0.6 : 0.01, delays});
  simulation.connect(neurons, neurons, FixedProbabilityConnector(0.3),
                     {std::is_same_v<CellType, IfCurrExp> ? -0.6 : 0.01, delays}, {"inhibitory", "", {}});
  neurons.slice(0, 10).inject(StepCurrentSource({Time(shift).plus(3.3), Time(shift).plus(40.7)}, {1.0, 0.2}));
  neurons.slice(5, 15).inject(ACSource{0.9, 0.1, 83.7, 25.0, shift + 3.25, shift + 77.5});
  const Assembly all = sources + neurons;
  all.record("spikes");
  simulation.run_until(Time(shift).plus(duration));
  return all.spikes();
}

template <class CellType>
class TimeShift : public ::testing::Test {};
using Models = ::testing::Types<IfCurrExp, IfCondExp>;
TYPED_TEST_SUITE(TimeShift, Models);

TYPED_TEST(TimeShift, OfAllInputsShiftsAllSpikesExactly) {
  constexpr double kDuration = 120.0;
  const Spikes expected = driven_network<TypeParam>(0.0, kDuration);
  EXPECT_GT(expected.size(), 750U);  // 600 of them are inputs
  for (const double shift : kShifts) {
    const Spikes shifted = driven_network<TypeParam>(shift, kDuration);
    ASSERT_EQ(shifted.size(), expected.size()) << shift;
    for (std::size_t k = 0; k < shifted.size(); ++k) {
      ASSERT_EQ(shifted.ids[k], expected.ids[k]);
      const Time& t = expected.times[k];
      ASSERT_EQ(shifted.times[k], Time::from_parts(t.whole() + static_cast<std::int64_t>(shift), t.fraction()))
          << shift;
    }
  }
}

}  // namespace
}  // namespace va_event

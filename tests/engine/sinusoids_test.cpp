// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>
#include <boost/math/constants/constants.hpp>
#include <boost/multiprecision/cpp_bin_float.hpp>
#include <cmath>
#include <cstdint>
#include <functional>
#include <utility>
#include <vector>

#include "../api/expect_error.hpp"
#include "api/core.hpp"
#include "va_event/va_event.hpp"

namespace va_event {
namespace {

// Neurons that get sinusoidal currents, compared with what can be written down in 50 digits. (Random networks of them:
// properties/driven_networks_test.cpp.)

using Wide = boost::multiprecision::cpp_bin_float_50;

constexpr double kTau = 20.0, kCm = 0.5, kRest = -65.0;  // 40 MOhm

Wide exact(const Time& t) { return Wide(t.whole()) + Wide(t.fraction()); }

Wide pi() { return boost::math::constants::pi<Wide>(); }

/// What a source adds to v of a leaky neuron that was at rest when it started.
Wide answer(const ACSource& s, const Wide& t, double acts_from = 0.0) {
  const Wide begin = std::max(s.start, acts_from);
  if (t <= begin) {
    return 0;
  }
  const Wide omega = 2 * pi() * Wide(s.frequency) / 1000;
  const Wide lag = atan(omega * kTau);
  const auto steady = [&](const Wide& time) -> Wide {
    return 40 *
           (s.offset + s.amplitude * cos(lag) * sin(omega * (time - Wide(s.start)) + Wide(s.phase) * pi() / 180 - lag));
  };
  const Wide end = std::isinf(s.stop) || t < Wide(s.stop) ? t : Wide(s.stop);
  return (steady(end) - steady(begin) * exp(-(end - begin) / kTau)) * exp(-(t - end) / kTau);
}

template <class Model>
Model cell(double v_thresh) {
  Model type;
  type.tau_m = kTau;
  type.cm = kCm;
  type.v_rest = kRest;
  type.v_reset = -200.0;
  type.v_thresh = v_thresh;
  return type;
}

template <class Model>
class Sinusoids : public ::testing::Test {};
using Models = ::testing::Types<IfCurrExp, IfCondExp, IfCurrDelta>;
TYPED_TEST_SUITE(Sinusoids, Models);

/// Compares v, sampled every 0.37 ms, with the sum of the sources' answers.
void expect_v(const Population& neuron, const std::vector<ACSource>& sources, double acts_from = 0.0) {
  const Signal v = neuron.signal("v");
  ASSERT_GT(v.samples(), 0U);
  for (std::size_t k = 0; k < v.samples(); ++k) {
    const Wide t = Wide(static_cast<double>(k)) * Wide(v.sampling_interval);
    Wide expected = kRest;
    for (const ACSource& source : sources) {
      expected += answer(source, t, acts_from);
    }
    ASSERT_NEAR(v.at(k, 0), static_cast<double>(expected), 5e-13) << "t = " << t << " ms";
  }
}

TYPED_TEST(Sinusoids, MoveVAsTheClosedFormSays) {
  for (const double frequency : {0.0, 0.7, 8.0, 130.0, 4e3, 1e6, 1e9}) {
    Simulation simulation;
    const Population neuron = simulation.create(1, cell<TypeParam>(0.0));
    const std::vector<ACSource> sources{{0.3, 0.1, frequency, 30.0, 3.3, 61.7},
                                        {-0.2, 0.0, 0.4 * frequency, -1e4, 17.0},
                                        {0.0, 0.1, frequency, 77.0, 20.0, 40.0},
                                        {0.4, -0.05, 33.3, 0.0, 0.0, 50.0}};
    for (const ACSource& source : sources) {
      neuron.inject(source);
    }
    neuron.record("v", 0.37);
    simulation.run_until(80.0);
    expect_v(neuron, sources);
  }
}

TYPED_TEST(Sinusoids, AddUpWithStepsOfCurrent) {
  Simulation simulation;
  const Population neuron = simulation.create(1, cell<TypeParam>(0.0));
  const ACSource sine{0.3, 0.0, 60.0, 10.0, 5.5};
  neuron.inject(DCSource{0.2, 2.0, 30.0});
  neuron.inject(sine);
  neuron.inject(StepCurrentSource({1.0, 7.0, 35.0}, {0.1, -0.3, 0.0}));
  neuron.record("v", 0.37);
  simulation.run_until(60.0);
  // Steps are sinusoids whose amplitude is 0.
  expect_v(neuron,
           {sine, {0.0, 0.2, 1.0, 0.0, 2.0, 30.0}, {0.0, 0.1, 1.0, 0.0, 1.0, 7.0}, {0.0, -0.3, 1.0, 0.0, 7.0, 35.0}});
}

TYPED_TEST(Sinusoids, ThatAreInjectedBetweenRunsActFromThenOnAsIfTheyHadBeenThere) {
  Simulation simulation;
  const Population neuron = simulation.create(1, cell<TypeParam>(0.0));
  neuron.record("v", 0.37);
  simulation.run_until(12.5);
  const ACSource early{0.3, 0.1, 45.0, 10.0, 2.0, 50.0}, late{0.2, 0.0, 80.0, 0.0, 20.0},
      past{5.0, 1.0, 9.0, 0.0, 1.0, 12.0};
  for (const ACSource& source : {early, late, past}) {
    neuron.inject(source);
  }
  simulation.run_until(60.0);
  expect_v(neuron, {early, late}, 12.5);
}

TYPED_TEST(Sinusoids, StayWhenParametersAndVChange) {
  Simulation simulation;
  const Population neuron = simulation.create(1, cell<TypeParam>(0.0));
  const ACSource sine{0.3, 0.0, 60.0, 10.0, 5.5};
  neuron.inject(sine);
  simulation.run_until(21.3);
  neuron.initialize("v", -60.0);
  neuron.set("i_offset", 0.2);
  neuron.set("v_thresh", 10.0);
  simulation.run_until(47.0);
  const Wide decay = exp(-(Wide(47.0) - Wide(21.3)) / kTau);
  const Wide expected =
      kRest + answer(sine, 47.0) + 40 * Wide(0.2) * (1 - decay) + (5 - answer(sine, Wide(21.3))) * decay;
  EXPECT_NEAR(neuron.value("v")[0], static_cast<double>(expected), 2e-13);
  neuron.set("v_thresh", -90.0);  // below v: a spike at once
  simulation.run_until(47.05);
  EXPECT_EQ(neuron.value("v")[0], -200.0);
}

TYPED_TEST(Sinusoids, AreCancelledExactlyByTheirNegatives) {
  const auto run = [](bool cancelled) {
    Simulation simulation;
    const Population neuron = simulation.create(1, cell<TypeParam>(-50.0));
    neuron.record({"v", "spikes"}, 0.5);
    neuron.inject(ACSource{1.9, 0.4, 45.0, 10.0, 2.0, cancelled ? 90.0 : 31.25});
    simulation.run_until(31.25);
    if (cancelled) {
      neuron.inject(ACSource{-1.9, -0.4, 45.0, 10.0, 2.0, 90.0});
    }
    simulation.run_until(85.0);
    return std::pair(neuron.signal("v"), neuron.spikes());
  };
  EXPECT_TRUE(run(true) == run(false));
  EXPECT_GT(run(true).second.size(), 0U);
}

TYPED_TEST(Sinusoids, AreRightAlsoAfterAHundredSeconds) {
  Simulation simulation;
  const Population neuron = simulation.create(1, cell<TypeParam>(0.0));
  const std::vector<ACSource> sources{{0.3, 0.1, 37.77, 30.0, 0.1}, {0.3, 0.0, 1e6 / 3.0, 30.0, 5.7}};
  for (const ACSource& source : sources) {
    neuron.inject(source);
  }
  for (const double t : {1e5, 1e5 + 0.123}) {
    simulation.run_until(t);
    Wide expected = kRest;
    for (const ACSource& source : sources) {
      expected += answer(source, Wide(t));
    }
    EXPECT_NEAR(neuron.value("v")[0], static_cast<double>(expected), 5e-13);
  }
}

TYPED_TEST(Sinusoids, OfZeroHertzAreConstant) {
  const auto spikes = [](bool sine) {
    Simulation simulation;
    const Population neuron = simulation.create(1, cell<TypeParam>(-50.0));
    if (sine) {
      neuron.inject(ACSource{0.5, 0.2, 0.0, 90.0, 3.0, 70.0});
    } else {
      neuron.inject(DCSource{0.7, 3.0, 70.0});
    }
    neuron.record("spikes");
    simulation.run_until(150.0);
    return neuron.spikes();
  };
  const Spikes as_sine = spikes(true), as_step = spikes(false);
  ASSERT_EQ(as_sine.size(), as_step.size());
  ASSERT_GT(as_sine.size(), 0U);
  for (std::size_t k = 0; k < as_sine.size(); ++k) {
    EXPECT_NEAR(as_sine.times[k].minus(as_step.times[k]), 0.0, 1e-11);
  }
}

/// v above rest of a neuron at rest that gets these sources, and where it is largest.
struct Course {
  std::vector<ACSource> sources;

  [[nodiscard]] Wide at(const Wide& t) const {
    Wide sum = 0;
    for (const ACSource& source : sources) {
      sum += answer(source, t);
    }
    return sum;
  }
  /// In (0, end): the highest of all peaks of the values at the multiples of `step`, which parabolas tell apart.
  [[nodiscard]] Wide time_of_maximum(double end, double step) const {
    std::vector<std::pair<double, double>> peaks;  // height, time
    double before = 0.0, here = 0.0;
    for (double t = step; t < end; t += step) {
      const double next = roughly(t);
      if (here > before && here >= next) {
        const double bend = before - 2.0 * here + next;
        peaks.emplace_back(here - (next - before) * (next - before) / (8.0 * bend), t - step);
      }
      before = here;
      here = next;
    }
    const double highest = std::max_element(peaks.begin(), peaks.end())->first;
    Wide best = 0;
    for (const auto& [height, time] : peaks) {
      if (height < highest * (1.0 - 1e-4)) {
        continue;
      }
      Wide low = Wide(time) - step, high = Wide(time) + step;
      for (int i = 0; i < 120; ++i) {  // thirds of a stretch with a single maximum
        const Wide a = low + (high - low) / 3, b = high - (high - low) / 3;
        (at(a) < at(b) ? low : high) = at(a) < at(b) ? a : b;
      }
      const Wide there = (low + high) / 2;
      best = best == 0 || at(there) > at(best) ? there : best;
    }
    return best;
  }

 private:
  [[nodiscard]] double roughly(double t) const {
    double sum = 0.0;
    for (const ACSource& s : sources) {
      const double omega = 2e-3 * M_PI * s.frequency, lag = std::atan(omega * kTau);
      const auto steady = [&](double time) {
        return 40 * (s.offset + s.amplitude * std::cos(lag) * std::sin(omega * time + s.phase * M_PI / 180 - lag));
      };
      sum += steady(t) - steady(0) * std::exp(-t / kTau);
    }
    return sum;
  }
};

TYPED_TEST(Sinusoids, WhoseOneHighestPeakOfThousandsTouchesTheThresholdMakeOneSpike) {
  const std::vector<Course> courses{{{{0.3, 0.0, 41.0, 0.0}, {0.5, 0.0, 57.3, 70.0}}},
                                    {{{0.2, 0.1, 19.0, 20.0}, {4.0, 0.0, 997.0, 70.0}, {6.0, 0.0, 1511.3, 0.0}}},
                                    {{{300.0, 0.1, 50123.0, 0.0}, {200.0, 0.0, 33777.7, 0.0}}}};
  const std::vector<double> steps{0.05, 0.01, 0.0005}, ends{600.0, 600.0, 40.0};
  for (std::size_t k = 0; k < courses.size(); ++k) {
    const Wide t = courses[k].time_of_maximum(ends[k], steps[k]);
    const Wide peak = courses[k].at(t);
    ASSERT_GT(t, 1);
    for (const double above : {-1e-6, -1e-9, -2e-12, 2e-12, 1e-9, 1e-6}) {
      SCOPED_TRACE("course " + std::to_string(k) + ", threshold beside the peak by " + std::to_string(1e12 * above) +
                   "e-12 mV");
      Simulation simulation;
      const Population neuron = simulation.create(1, cell<TypeParam>(static_cast<double>(kRest + peak + Wide(above))));
      for (const ACSource& source : courses[k].sources) {
        neuron.inject(source);
      }
      neuron.record("spikes");
      simulation.run_until(ends[k]);
      const Spikes spikes = neuron.spikes();
      ASSERT_EQ(spikes.size(), above < 0.0 ? 1U : 0U);
      if (above < 0.0) {
        const double early = static_cast<double>(t - exact(spikes.times[0]));
        EXPECT_GE(early, -1e-7);
        EXPECT_LE(early, steps[k]);
        const Wide v = kRest + courses[k].at(exact(spikes.times[0]));
        EXPECT_NEAR(static_cast<double>(v - (kRest + peak + Wide(above))), 0.0, 1e-12);
      } else {
        const auto grazing = simulation.core()->engine->closest_approach();
        ASSERT_TRUE(grazing.has_value());
        EXPECT_NEAR(grazing->distance_mv, above, 1e-12);
        EXPECT_NEAR(grazing->time_ms, static_cast<double>(t), 1e-6);
      }
    }
  }
}

TYPED_TEST(Sinusoids, FasterThanEverythingSpikeIffTheirPeaksReachTheThreshold) {
  for (const double frequency : {2e4, 1e6, 1e8}) {
    const double w = 2e-3 * M_PI * frequency * kTau;
    const double amplitude = 1e-3 / 40.0 * std::sqrt(1.0 + w * w);  // v swings by 1e-3 mV
    for (const double relative : {1.0 - 1e-6, 1.0 + 1e-6}) {
      TypeParam type = cell<TypeParam>(kRest + 1e-3 * relative);
      type.tau_refrac = 1e6;
      Simulation simulation;
      const Population neuron = simulation.create(1, type);
      // Begins where v passes through rest upward, so that nothing has to decay.
      neuron.inject(ACSource{amplitude, 0.0, frequency, std::atan(w) * 180.0 / M_PI});
      neuron.record("spikes");
      simulation.run_until(2e3 / frequency * 100.0);
      const Spikes spikes = neuron.spikes();
      ASSERT_EQ(spikes.size(), relative < 1.0 ? 1U : 0U) << frequency << " Hz, " << relative;
      if (relative < 1.0) {
        EXPECT_NEAR(spikes.times[0].ms() * frequency / 1000.0, 0.25, 1e-3) << "before the first peak";
      }
    }
  }
}

TYPED_TEST(Sinusoids, OfAGigahertzShiftSpikesByNothingThatMattersAndTakeNoTime) {
  const auto spikes = [](double amplitude) {
    TypeParam type = cell<TypeParam>(-50.0);
    type.v_reset = -70.0;
    Simulation simulation;
    const Population neuron = simulation.create(1, type);
    neuron.inject(DCSource{0.7});
    neuron.inject(ACSource{amplitude, 0.0, 1e9});
    neuron.record("spikes");
    simulation.run_until(500.0);  // 5e8 periods: whoever looked at each would not come back
    return neuron.spikes();
  };
  const Spikes with = spikes(0.6), without = spikes(0.0);
  ASSERT_EQ(with.size(), without.size());
  ASSERT_GT(with.size(), 10U);
  for (std::size_t k = 0; k < with.size(); ++k) {
    EXPECT_NEAR(with.times[k].minus(without.times[k]), 0.0, 1e-6 * static_cast<double>(k + 1));
  }
}

TYPED_TEST(Sinusoids, LeaveTheOtherNeuronsAsTheyAre) {
  const auto run = [](bool driven) {
    Simulation simulation({.seed = 3});
    TypeParam type = cell<TypeParam>(-50.0);
    type.i_offset = 0.3;
    const Population neurons = simulation.create(30, type);
    const Population noise = simulation.create(20, SpikeSourcePoisson{.rate = 200.0});
    const double weight = std::is_same_v<TypeParam, IfCurrDelta> ? 1.0
                          : std::is_same_v<TypeParam, IfCondExp> ? 0.01
                                                                 : 0.4;
    simulation.connect(noise, neurons, FixedProbabilityConnector(0.3), {weight, 1.5});
    simulation.connect(noise, neurons, FixedProbabilityConnector(0.3),
                       {weight, RandomDistribution("uniform", {0.1, 5.0})});
    if (driven) {
      neurons.slice(7, 8).inject(ACSource{0.8, 0.0, 70.0});
      neurons.slice(20, 23).inject(ACSource{0.8, 0.0, 170.0, 0.0, 50.0});
    }
    neurons.record("spikes");
    simulation.run_until(200.0);
    const Assembly others = neurons.slice(0, 7) + neurons.slice(8, 20) + neurons.slice(23, 30);
    return std::pair(others.spikes(), neurons.slice(7, 8).spikes());
  };
  const auto with = run(true), without = run(false);
  EXPECT_TRUE(with.first == without.first);
  EXPECT_FALSE(with.second == without.second);
  EXPECT_GT(with.first.size(), 100U);
}

TEST(SinusoidsIntoDeltaNeurons, InputsLiftThemAtOnceAndAreLostWhileTheyAreRefractory) {
  IfCurrDelta type = cell<IfCurrDelta>(-60.0);
  type.tau_refrac = 4.0;
  type.v_reset = kRest;
  Simulation simulation;
  const Population neuron = simulation.create(1, type);
  const ACSource sine{0.1, 0.0, 50.0};
  neuron.inject(sine);
  const Population input = simulation.create(1, SpikeSourceArray{{10.0, 12.0, 30.0, 31.0}});
  simulation.connect(input, neuron, AllToAllConnector(), {6.0, 0.5});
  neuron.record("spikes");
  neuron.record("v", 0.25);
  simulation.run_until(35.0);
  EXPECT_EQ(neuron.spikes().times, (std::vector<Time>{10.5, 30.5}));
  const Signal v = neuron.signal("v");
  EXPECT_NEAR(v.at(42, 0), static_cast<double>(kRest + answer(sine, Wide(10.5))), 1e-12) << "at the instant: before it";
  EXPECT_EQ(v.at(50, 0), kRest);
  // From 14.5 on it starts from rest again.
  const Wide from_rest = answer(sine, Wide(20.0)) - answer(sine, Wide(14.5)) * exp(Wide(-5.5) / kTau);
  EXPECT_NEAR(v.at(80, 0), static_cast<double>(kRest + from_rest), 1e-12);
}

TEST(Sinusoids, OfOtherPrecisionsAreTheSame) {
  const auto spikes = [](const Precision& precision) {
    Simulation simulation({.precision = precision});
    const Population current = simulation.create(2, cell<IfCurrExp>(-55.0));
    const Population conductance = simulation.create(2, cell<IfCondExp>(-55.0));
    const Population input = simulation.create(3, SpikeSourceArray{{10.0, 22.0, 30.0, 41.0}});
    simulation.connect(input, current, AllToAllConnector(), {0.1, 0.5});
    simulation.connect(input, conductance, AllToAllConnector(), {0.01, 0.5});
    (current + conductance).inject(ACSource{0.9, 0.3, 64.0, 10.0, 1.1});
    (current + conductance).initialize("v", std::vector<double>{-65.0, -62.0, -60.0, -58.0});
    (current + conductance).record("spikes");
    simulation.run_until(100.0);
    return (current + conductance).spikes();
  };
  const Spikes expected = spikes(Precision::quad());
  ASSERT_GT(expected.size(), 4U);
  for (const Precision& precision : {Precision(), Precision::decimal(50), Precision::decimal(100)}) {
    const Spikes other = spikes(precision);
    ASSERT_EQ(other.size(), expected.size());
    for (std::size_t k = 0; k < expected.size(); ++k) {
      EXPECT_EQ(other.ids[k], expected.ids[k]);
      EXPECT_NEAR(other.times[k].minus(expected.times[k]), 0.0, precision == Precision() ? 1e-12 : 3e-15);
    }
  }
}

TEST(Sinusoids, AreRefusedWhereTheyCannotBe) {
  Simulation simulation;
  const Population neuron = simulation.create(1, IfCurrExp{});
  const Population source = simulation.create(1, SpikeSourcePoisson{});
  expect_error<ConnectionError>([&] { source.inject(ACSource{}); }, "current source into");
  expect_error<ParameterError>([&] { neuron.inject(ACSource{.frequency = -1.0}); }, "frequency");
  neuron.inject(ACSource{});
  expect_error<ParameterError>([&] { FixedStepSimulation(simulation, {.dt = 0.1}); }, "current source");
}

}  // namespace
}  // namespace va_event

// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>
#include <boost/multiprecision/cpp_bin_float.hpp>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <random>
#include <vector>

#include "neurons/if_curr_delta/order_free/add_inputs.hpp"
#include "neurons/if_curr_delta/order_free/all_neurons.hpp"
#include "neurons/if_curr_delta/order_free/frame.hpp"

namespace va_event::neurons::delta_order_free {
namespace {

using Wide = boost::multiprecision::cpp_bin_float_50;

class Draw {
 public:
  double uniform(double low, double high) { return std::uniform_real_distribution(low, high)(generator_); }
  std::size_t below(std::size_t n) { return generator_() % n; }

 private:
  std::mt19937_64 generator_{7};
};

Frame frame_of(double tau_m, double largest_weight, double longest_tau = 0.0) {
  Frame frame = frame_for(tau_m, longest_tau > tau_m);
  set_unit(frame, unit_for(frame, largest_weight, 1e3 * largest_weight));
  return frame;
}

Kernel::Constants constants_of(double tau_m, double y_infinity) {
  Kernel::Constants c = Kernel::prepare({.tau_m = tau_m}, 0.0);
  c.y_infinity = y_infinity;
  return c;
}

/// Short and long time constants, with polynomials of both degrees.
const std::vector<double>& time_constants() {
  static const std::vector<double> tau = {0.1, 0.25, 0.7, 2.0, 15.9, 16.1, 20.0, 300.0, 1e9};
  return tau;
}

TEST(OrderFreeSumsOfDelta, HaveInputsThatAreRoundedOnceToLessThanTheUnit) {
  Draw draw;
  for (const double tau : time_constants()) {
    const Frame frame = frame_of(tau, 9.0);
    const Frame own = frame_of(tau, 9.0, 2 * tau);
    const double own_tau = draw.uniform(tau, 2 * tau);
    ASSERT_LE(frame.length, std::min(0.125, tau / 2));
    ASSERT_GT(frame.length, std::min(0.124, tau / 4 - 1e-9));
    for (int k = 0; k < 2000; ++k) {
      const double x = k == 0 ? 0.0 : draw.uniform(0.0, frame.length);
      const double weight = draw.uniform(-9.0, 9.0);
      const Wide exact = Wide(weight) * exp(Wide(x) / tau);
      const double error = std::fabs(static_cast<double>(Wide(input_of(frame, x, weight, 0.0)) * frame.unit - exact));
      ASSERT_LE(error, 0.5 * frame.unit + 9e-16 * std::fabs(weight)) << "tau " << tau << ", x " << x;
      const double own_x = draw.uniform(0.0, own.length);
      const Wide own_exact = Wide(weight) * exp(Wide(own_x) / own_tau);
      const double own_error =
          std::fabs(static_cast<double>(Wide(input_of(own, own_x, weight, 1.0 / own_tau)) * own.unit - own_exact));
      ASSERT_LE(own_error, 0.5 * own.unit + 9e-16 * std::fabs(weight)) << "tau " << own_tau << ", x " << own_x;
    }
    const auto largest = static_cast<double>(input_of(frame, frame.length, 9.0, 0.0));
    EXPECT_LE(largest, kLargestAddend);
    EXPECT_GE(largest, kLargestAddend / 4);
  }
}

TEST(OrderFreeSumsOfDelta, HaveAUnitWithWhichTheLargestSumFits) {
  const Frame frame = frame_for(10.0, false);
  for (const double sum : {1.0, 1e3, 1e4, 1e6}) {
    const double unit = unit_for(frame, 1.0, sum);
    EXPECT_LE(sum * frame.rise / unit, 0x1p62);
    EXPECT_LE(frame.rise / unit, 0x1p51);
    EXPECT_GT(std::max(sum * frame.rise / 0x1p62, frame.rise / 0x1p51), unit / 4);
  }
}

TEST(OrderFreeSumsOfDelta, CrossTheThresholdWhenTheClosedFormInWideArithmeticDoes) {
  Draw draw;
  for (const double tau : time_constants()) {
    const Frame frame = frame_of(tau, 9.0);
    for (int k = 0; k < 2000; ++k) {
      const double y_infinity = std::exp(draw.uniform(-3.0, 3.0));
      const double x = draw.uniform(0.0, frame.length);
      const double amplitude = static_cast<double>(-Wide(y_infinity) * exp(Wide(x) / tau));
      const Wide exact = tau * log(-Wide(amplitude) / y_infinity);
      const double error = std::fabs(static_cast<double>(crossing(constants_of(tau, y_infinity), amplitude) - exact));
      // y + y_infinity loses half a unit of the last place; the slope there is y_infinity / tau_m.
      ASSERT_LE(error, 2.5e-16 * (tau + x)) << "tau " << tau << ", x " << x;
    }
    EXPECT_EQ(crossing(constants_of(tau, 1.0), -0.5), 0.0);
  }
}

TEST(OrderFreeSumsOfDelta, AreTheSameFromRowsAndSingleInputsInAnyOrder) {
  Draw draw;
  constexpr std::uint32_t kNeurons = 50;
  constexpr std::uint32_t kOffset = 0U - 1000U;  // targets are numbered from 1000 on
  for (const double tau : time_constants()) {
    for (int round = 0; round < 64; ++round) {
      const bool own = round >= 40;
      const Frame frame = frame_of(tau, 9.0, own ? 3 * tau : tau);
      std::vector<double> rate(kNeurons);
      for (double& one : rate) {
        one = 1.0 / draw.uniform(tau, 3 * tau);
      }
      const double* const rates = own ? rate.data() : nullptr;
      std::vector<std::uint32_t> target(draw.below(40));
      std::vector<double> weight(target.size());
      std::vector<double> delay(target.size());
      for (std::size_t k = 0; k < target.size(); ++k) {
        target[k] = 1000 + static_cast<std::uint32_t>(draw.below(kNeurons));
        weight[k] = draw.uniform(-9.0, 9.0);
        delay[k] = draw.uniform(0.0, frame.length);
      }
      std::sort(delay.begin(), delay.end());
      RowSlice slice{.target = target.data(),
                     .constant_weight = round % 8 < 4 ? 0.37 : -1.7,
                     .time = 15.75 + draw.uniform(0.0, frame.length),
                     .origin = 15.75,
                     .count = static_cast<std::uint32_t>(target.size()),
                     .offset = kOffset};
      if (round % 2 == 1) {
        slice.weight = weight.data();
      }
      if (round % 4 >= 2) {
        slice.delay = delay.data();
        slice.time = 15.75;
      }
      std::vector<std::int64_t> raising(kNeurons), lowering(kNeurons), expected_raising(kNeurons),
          expected_lowering(kNeurons), single_raising(kNeurons), single_lowering(kNeurons);
      std::vector<SingleInput> inputs;
      for (std::size_t k = target.size(); k-- > 0;) {
        const double x = (slice.delay == nullptr ? slice.time : 15.75 + delay[k]) - 15.75;
        const double w = slice.weight == nullptr ? slice.constant_weight : weight[k];
        inputs.push_back({x, w, target[k] - 1000});
        const std::int64_t input = input_of(frame, x, w, rate[target[k] - 1000]);
        (input < 0 ? expected_lowering : expected_raising)[target[k] - 1000] += input;
      }
      if (!inputs.empty()) {  // the same as spikes of sources, each with one synapse
        std::vector<double> t, source_weight;
        std::vector<std::uint32_t> source, source_target;
        for (const SingleInput& input : inputs) {
          t.push_back(15.75 + input.x);
          source.push_back(static_cast<std::uint32_t>(source.size()));
          source_target.push_back(input.index);
          source_weight.push_back(input.weight);
        }
        if (slice.weight == nullptr) {
          source_weight.resize(1);
        }
        std::vector<std::int64_t> from_raising(kNeurons), from_lowering(kNeurons);
        add_arrivals(frame, {t, source, source_target, source_weight, 0}, 15.75,
                     {from_raising.data(), from_lowering.data(), rates});
        ASSERT_EQ(from_raising, expected_raising) << "round " << round << ", tau " << tau;
        ASSERT_EQ(from_lowering, expected_lowering) << "round " << round << ", tau " << tau;
      }
      add_slice(frame, slice, {raising.data(), lowering.data(), rates});
      add_inputs(frame, inputs, {single_raising.data(), single_lowering.data(), rates});
      ASSERT_EQ(raising, expected_raising) << "round " << round << ", tau " << tau;
      ASSERT_EQ(lowering, expected_lowering) << "round " << round << ", tau " << tau;
      ASSERT_EQ(single_raising, expected_raising) << "round " << round << ", tau " << tau;
      ASSERT_EQ(single_lowering, expected_lowering) << "round " << round << ", tau " << tau;
    }
  }
}

/// Whether a neuron reaches its threshold in a frame, and how high it comes, in wide arithmetic.
double highest(const Frame& frame, double y_infinity, double amplitude, std::vector<SingleInput> inputs) {
  std::sort(inputs.begin(), inputs.end(), [](const SingleInput& a, const SingleInput& b) { return a.x < b.x; });
  inputs.push_back({frame.length, 0.0, 0});
  Wide a = amplitude;
  Wide most = y_infinity + a;
  for (const SingleInput& input : inputs) {
    const Wide growth = exp(Wide(input.x) / frame.tau_m);
    most = std::max(most, Wide(y_infinity + a / growth));
    a += Wide(input.weight) * growth;
    most = std::max(most, Wide(y_infinity + a / growth));
  }
  return static_cast<double>(most);
}

TEST(OrderFreeSumsOfDelta, MissNoNeuronThatReachesItsThresholdInTheFrame) {
  Draw draw;
  constexpr std::size_t kCount = 4000;
  std::size_t reaching = 0;
  for (const double tau : {0.3, 8.0, 20.0}) {
    const Frame frame = frame_of(tau, 9.0);
    std::vector<std::int64_t> raising(kCount), lowering(kCount);
    std::vector<double> amplitude(kCount), least(kCount), y_infinity(kCount), most(kCount);
    for (std::uint32_t i = 0; i < kCount; ++i) {
      y_infinity[i] = draw.uniform(-10.0, 5.0);
      amplitude[i] = -y_infinity[i] - draw.uniform(0.0, 5.0);
      least[i] = least_amplitude(frame, constants_of(tau, y_infinity[i]));
      std::vector<SingleInput> inputs(draw.below(6));
      for (SingleInput& input : inputs) {
        input = {draw.uniform(0.0, frame.length), draw.uniform(-2.0, 2.0), i};
      }
      add_inputs(frame, inputs, {raising.data(), lowering.data()});
      most[i] = highest(frame, y_infinity[i], amplitude[i], inputs);
    }
    std::vector<std::uint32_t> near;
    find_near(frame, {kCount, {raising.data(), lowering.data()}, amplitude.data(), least.data(), nullptr}, near);
    EXPECT_TRUE(std::is_sorted(near.begin(), near.end()));
    for (std::uint32_t i = 0; i < kCount; ++i) {
      if (most[i] >= 0.0) {
        ++reaching;
        EXPECT_TRUE(std::binary_search(near.begin(), near.end(), i)) << i;
      }
    }
    EXPECT_LT(near.size(), kCount / 2) << "tau " << tau;
  }
  EXPECT_GT(reaching, 500U);
}

TEST(OrderFreeSumsOfDelta, GoOnIntoTheNextFrameAsThePotentialDoes) {
  Draw draw;
  constexpr std::size_t kCount = 8;
  for (const double tau : time_constants()) {
    const Frame frame = frame_of(tau, 9.0, std::fmod(tau, 1.0) == 0.0 ? 2 * tau : tau);
    std::vector<std::int64_t> raising(kCount), lowering(kCount);
    std::vector<double> amplitude(kCount), least(kCount), decay(kCount);
    std::vector<Wide> expected;
    for (std::size_t i = 0; i < kCount; ++i) {
      const double own_tau = frame.own ? draw.uniform(tau, 2 * tau) : tau;
      decay[i] = std::exp(-frame.length / own_tau);
      amplitude[i] = i == 3 ? -INFINITY : draw.uniform(-20.0, 5.0);
      raising[i] = static_cast<std::int64_t>(draw.uniform(0.0, 1e15));
      lowering[i] = -static_cast<std::int64_t>(draw.uniform(0.0, 1e15));
      expected.push_back((Wide(i == 3 ? 0.0 : amplitude[i]) + Wide(frame.unit) * (raising[i] + lowering[i])) *
                         exp(-Wide(frame.length) / own_tau));
    }
    begin_frame(frame, {kCount, {raising.data(), lowering.data()}, amplitude.data(), least.data(), decay.data()});
    for (std::size_t i = 0; i < kCount; ++i) {
      EXPECT_EQ(raising[i], 0);
      EXPECT_EQ(lowering[i], 0);
      if (i == 3) {  // refractory
        EXPECT_EQ(amplitude[i], -INFINITY);
      } else {
        EXPECT_LE(std::fabs(static_cast<double>(amplitude[i] - expected[i])), 5e-14) << tau;
      }
    }
  }
}

}  // namespace
}  // namespace va_event::neurons::delta_order_free

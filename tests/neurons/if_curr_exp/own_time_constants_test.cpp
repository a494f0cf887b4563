// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <numeric>
#include <random>
#include <span>
#include <string>
#include <vector>

#include "neurons/if_curr_exp/order_free/add_inputs.hpp"
#include "neurons/if_curr_exp/order_free/begin_frame.hpp"
#include "neurons/if_curr_exp/order_free/crossing.hpp"
#include "neurons/if_curr_exp/order_free/frame.hpp"
#include "tests/neurons/every_target.hpp"

namespace va_event::neurons::order_free {
namespace {

class Draw {
 public:
  double uniform(double low, double high) { return std::uniform_real_distribution(low, high)(generator_); }
  double log_uniform(double low, double high) { return std::exp(uniform(std::log(low), std::log(high))); }
  std::size_t below(std::size_t n) { return generator_() % n; }

 private:
  std::mt19937 generator_{3};
};

constexpr std::size_t kNeurons = 16;

/// Neurons with all kinds of time constants from `shortest` on, many of them equal or nearly so.
Frame frame_with_neurons(double shortest, Draw& draw) {
  Frame frame = own_frame(shortest, kLongestFrame);
  set_unit(frame, 0x1p-50);
  frame.own.for_each_array([](auto& array) {
    array.reserve(kNeurons);
    array.assign(kNeurons, {});
  });
  for (std::size_t i = 0; i < kNeurons; ++i) {
    IfCurrExp cell;
    cell.cm = draw.uniform(0.2, 1.0);
    cell.tau_m = i == 0 ? shortest : draw.log_uniform(shortest, 1e3);
    const std::array<double, 4> factors{1.0, 1.0 + std::ldexp(1.0, -static_cast<int>(draw.below(52))), 0.5, 1e6};
    cell.tau_syn_E = std::max(shortest, cell.tau_m * factors[draw.below(4)]);
    cell.tau_syn_I = i == 1 ? shortest : draw.log_uniform(shortest, 1e3);
    frame.own.set(i, Kernel::prepare(cell, 0.0), frame.length);
  }
  return frame;
}

/// Half and a sixteenth of the shortest time constant are reached by different polynomials.
const std::array<double, 6> kShortest{0.5, 0.7, 1.99, 2.0, 5.0, 1.0 / 128};

TEST(OwnTimeConstants, HaveFramesOfAtMostHalfTheShortestAndTheFewestTermsThatReachIt) {
  for (const double shortest : kShortest) {
    const Frame frame = own_frame(shortest, kLongestFrame);
    EXPECT_LE(frame.length, shortest / 2);
    EXPECT_TRUE(frame.length > shortest / 4 || frame.length == kLongestFrame);
    EXPECT_LE(frame.own.shortest(frame.length), shortest);
    EXPECT_EQ(frame.own.slow, shortest >= 8 * frame.length);
  }
}

/// The potential of a charge at time h, of a neuron whose currents decay with rate a and whose membrane does with b.
long double psi(long double a, long double b, long double h) {
  return a == b ? h * std::exp(-a * h) : std::exp(-a * h) * -std::expm1(-(b - a) * h) / (b - a);
}

TEST(OwnTimeConstants, GiveThePotentialOfEachInputAndAReserveThatCoversIt) {
  Draw draw;
  for (const double shortest : kShortest) {
    const Frame frame = frame_with_neurons(shortest, draw);
    for (int trial = 0; trial < 400; ++trial) {
      const std::size_t i = draw.below(kNeurons);
      const std::size_t receptor = draw.below(2);
      const double x = trial == 0 ? 0.0 : draw.uniform(0.0, frame.length);
      const double weight = draw.uniform(-1.0, 1.0);
      const Sums sums = input_of(frame, i, receptor, x, weight);
      const auto amplitude = [&](std::int64_t sum) { return frame.unit * static_cast<double>(sum); };
      const Potential potential{0.0, {amplitude(sums.m), amplitude(sums.exc), amplitude(sums.inh)}, i};
      const long double a = frame.own.rate[1 + receptor][i];
      const long double b = frame.own.rate[0][i];
      for (const double part : {0.0, 0.1, 0.5, 1.0}) {
        const double t = x + part * (frame.length - x);
        const long double exact = weight * psi(a, b, static_cast<long double>(t) - x) / frame.length;
        const double y = value_at(frame, potential, t).y;
        ASSERT_LT(std::fabs(y - exact), 3 * frame.unit) << 1 / a << " " << 1 / b << " " << x << " " << t;
        ASSERT_GE(-amplitude(sums.reserve), y);
      }
    }
  }
}

TEST(OwnTimeConstants, BendPotentialsNoMoreThanTheBoundOfTheReserveSays) {
  Draw draw;
  double tightest = 0.0;
  for (const double shortest : kShortest) {
    const Frame frame = frame_with_neurons(shortest, draw);
    for (int trial = 0; trial < 400; ++trial) {
      const Potential potential{
          0.0, {draw.uniform(-1.0, 1.0), draw.uniform(-1.0, 1.0), draw.uniform(-1.0, 1.0)}, draw.below(kNeurons)};
      const double ends = std::max(value_at(frame, potential, 0.0).y, value_at(frame, potential, frame.length).y);
      const double hump = downward_bend(frame, potential) * frame.length * frame.length / 8;
      for (double x = 0.0; x <= frame.length; x += frame.length / 64) {
        const double above = value_at(frame, potential, x).y - ends;
        ASSERT_LE(above, hump + 1e-15);
        tightest = std::max(tightest, hump > 0.0 ? above / hump : 0.0);
      }
    }
  }
  EXPECT_GT(tightest, 0.5);  // and not much more than it must
}

TEST(OwnTimeConstants, GoThroughFramesAsInOneStep) {
  Draw draw;
  for (const double shortest : {0.5, 2.0}) {
    const Frame frame = frame_with_neurons(shortest, draw);
    std::vector<Sums> sums(kNeurons);
    std::vector<double> m(kNeurons), exc(kNeurons), inh(kNeurons);
    const std::vector<double> y_infinity(kNeurons, -10.0), per_current(kNeurons, 1.0);
    for (std::size_t i = 0; i < kNeurons; ++i) {
      m[i] = draw.uniform(-5.0, 5.0);
      exc[i] = draw.uniform(-1.0, 1.0);
      inh[i] = draw.uniform(-1.0, 1.0);
    }
    const std::vector<double> m_before = m, exc_before = exc, inh_before = inh;
    constexpr int kFrames = 100;
    std::vector<std::uint32_t> flagged;
    for (int k = 0; k < kFrames; ++k) {
      begin_frame(frame,
                  {kNeurons, sums.data(), m.data(), exc.data(), inh.data(), y_infinity.data(), per_current.data()}, 0,
                  flagged);
    }
    const long double t = static_cast<long double>(kFrames) * frame.length;
    for (std::size_t i = 0; i < kNeurons; ++i) {
      const auto rate = [&](std::size_t k) -> long double { return frame.own.rate[k][i]; };
      const long double v = m_before[i] * std::exp(-rate(0) * t) +
                            exc_before[i] * psi(rate(1), rate(0), t) / frame.length +
                            inh_before[i] * psi(rate(2), rate(0), t) / frame.length;
      const Potential potential{y_infinity[i], {m[i], exc[i], inh[i]}, i};
      const double reserve = reserve_of(value_at(frame, potential, 0.0).y, value_at(frame, potential, frame.length).y,
                                        downward_bend(frame, potential) * frame.length * frame.length / 8);
      EXPECT_NEAR(static_cast<double>(sums[i].reserve) * frame.unit, reserve, 0x1p17 * frame.unit);
      const double largest = 5.0 + 100 * (std::fabs(exc_before[i]) + std::fabs(inh_before[i]));
      EXPECT_NEAR(m[i], static_cast<double>(v), 3e-15 * largest);
      EXPECT_NEAR(exc[i], static_cast<double>(exc_before[i] * std::exp(-rate(1) * t)), 1e-14);
      EXPECT_NEAR(inh[i], static_cast<double>(inh_before[i] * std::exp(-rate(2) * t)), 1e-14);
    }
  }
}

/// Inputs of all shapes, and the sums that they add up to one by one.
struct Inputs {
  explicit Inputs(Draw& draw, const Frame& frame) : expected(kNeurons) {
    for (std::size_t k = 0; k < 40; ++k) {
      target.push_back(static_cast<std::uint32_t>(draw.below(kNeurons)));
      weight.push_back(draw.uniform(-1.0, 1.0));
      delay.push_back(draw.uniform(0.0, frame.length));
    }
    for (std::uint32_t count = 1; count <= 11; ++count) {
      const std::size_t first = draw.below(target.size() - count);
      for (std::uint32_t shape = 0; shape < 8; ++shape) {
        slices.push_back({.target = target.data() + first,
                          .weight = (shape & 1U) != 0 ? weight.data() + first : nullptr,
                          .delay = (shape & 2U) != 0 ? delay.data() + first : nullptr,
                          .constant_weight = 0.3,
                          .time = 0.75 * ((shape & 2U) != 0 ? 0.0 : frame.length),
                          .count = count,
                          .receptor = shape / 4});
        for (std::uint32_t k = 0; k < count; ++k) {
          const RowSlice& slice = slices.back();
          expected[slice.index(k)] +=
              input_of(frame, slice.index(k), slice.receptor, slice.arrival(k), slice.weight_of(k));
        }
      }
      for (std::uint32_t k = 0; k < count; ++k) {
        singles.push_back({delay[k], weight[k], target[k], 1});
        expected[target[k]] += input_of(frame, target[k], 1, delay[k], weight[k]);
      }
      sources.resize(count);
      std::iota(sources.begin(), sources.end(), 0U);
    }
    for (const std::uint32_t source : sources) {
      expected[target[source]] += input_of(frame, target[source], 0, delay[source], weight[source]);
    }
  }
  std::vector<std::uint32_t> target, sources;
  std::vector<double> weight, delay;
  std::vector<RowSlice> slices;
  std::vector<SingleInput> singles;
  std::vector<Sums> expected;
};

TEST(OwnTimeConstants, GiveTheSumsOfSingleInputsOnEveryInstructionSet) {
  Draw draw;
  for (const double shortest : kShortest) {
    const Frame frame = frame_with_neurons(shortest, draw);
    const Inputs inputs(draw, frame);
    testing::on_every_target([&](const std::string& target) {
      SCOPED_TRACE(target);
      std::vector<Sums> sums(kNeurons);
      for (Sums& sum : sums) {
        sum.reserve = kHeld;
      }
      std::vector<Flag> flags(kNeurons, Flag::none);
      std::vector<std::uint32_t> flagged;
      std::vector<OrderedInput> recorded;
      const Inbox inbox{sums.data(), flags.data(), flagged, recorded};
      add_slices(frame, inputs.slices, inbox);
      add_inputs(frame, inputs.singles, inbox);
      add_arrivals(frame,
                   {.t = std::span(inputs.delay).first(inputs.sources.size()),
                    .source = inputs.sources,
                    .target = inputs.target,
                    .weight = inputs.weight,
                    .receptor = 0},
                   0.0, inbox);
      for (std::size_t i = 0; i < kNeurons; ++i) {
        EXPECT_EQ(sums[i].m, inputs.expected[i].m);
        EXPECT_EQ(sums[i].exc, inputs.expected[i].exc);
        EXPECT_EQ(sums[i].inh, inputs.expected[i].inh);
        EXPECT_EQ(sums[i].reserve, kHeld + inputs.expected[i].reserve);
      }
    });
  }
}

}  // namespace
}  // namespace va_event::neurons::order_free

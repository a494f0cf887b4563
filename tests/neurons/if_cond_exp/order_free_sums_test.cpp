// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <iostream>
#include <memory>
#include <random>
#include <vector>

#include "neurons/if_cond_exp/order_free/frame_sums.hpp"
#include "neurons/if_cond_exp/order_free/input_history.hpp"

namespace va_event::neurons::order_free_conductances {
namespace {

constexpr double kTauExc = 5.0, kTauInh = 10.0;  // [ms]

/// A frame of one neuron, and its sums.
struct OneNeuron {
  explicit OneNeuron(double largest_weight) : units({kTauExc, kTauInh}, InputUnits::unit_for(largest_weight)) {
    frame.begin(1);
    next.begin(1);
    sums.begin(1);
  }
  void add(double x, std::size_t receptor, double weight) {
    frame.add(0, x, receptor == 0 ? weight : -weight);
    sums.add(0, receptor, InputUnits::rounded(weight, units.remaining(receptor, x)), units.integral(receptor, weight));
  }
  void end() { end_frame(units, sums, frame, next); }
  InputUnits units;
  FrameInputs frame, next;
  FrameSums sums;
};

TEST(FrameSums, OfMoreInputsThanFitAreRight) {
  for (const int count : {100, 3000, 20'000}) {
    constexpr double kWeight = 0.0019999;
    OneNeuron neuron(kWeight);
    long double exact = 0.0L;
    for (int k = 0; k < count; ++k) {
      const double x = kFrame * (0.9 + 0.1 * k / count);
      neuron.add(x, 0, kWeight);
      neuron.add(x, 1, kWeight / 2.0);
      exact += std::exp((static_cast<long double>(x) - kFrame) / kTauExc);
    }
    neuron.end();
    const auto expected = static_cast<double>(exact * kWeight);
    EXPECT_NEAR(neuron.next.at_start[0].exc, expected, 2e-15 * expected) << count << " inputs";
    EXPECT_GT(neuron.next.at_start[0].inh, 0.49 * expected) << count << " inputs";
  }
}

/// The integral over the frame of both conductances, from their closed form.
double integral_of(const std::vector<double>& x, const std::vector<double>& weight, double exc) {
  double sum = exc * kTauExc * -std::expm1(-kFrame / kTauExc);
  for (std::size_t k = 0; k < x.size(); ++k) {
    const double tau = weight[k] < 0.0 ? kTauInh : kTauExc;
    sum += std::fabs(weight[k]) * tau * -std::expm1((x[k] - kFrame) / tau);
  }
  return sum;
}

TEST(FrameSums, KnowTheIntegralOfTheConductances) {
  std::mt19937 generator(7);
  std::uniform_real_distribution<double> uniform;
  for (int trial = 0; trial < 100; ++trial) {
    OneNeuron neuron(0.05);
    neuron.frame.at_start[0] = {0.1 * uniform(generator), 0.0};
    std::vector<double> x, weight;
    for (int k = 0; k < 10; ++k) {
      const std::size_t receptor = generator() % 2;
      x.push_back(kFrame * uniform(generator));
      weight.push_back(uniform(generator) * (receptor == 0 ? 0.01 : -0.05));
      neuron.add(x.back(), receptor, std::fabs(weight.back()));
    }
    neuron.end();
    const double exact = integral_of(x, weight, neuron.frame.at_start[0].exc);
    EXPECT_LE(neuron.frame.integral[0], exact * (1.0 + 1e-6));
    EXPECT_GE(neuron.frame.integral[0], exact * (1.0 - 1e-5));
  }
}

/// Some sources with a slot of spikes.
struct Slot {
  Slot(std::mt19937& generator, std::vector<double> weights, int exponent, double delay) {
    constexpr std::uint32_t kSources = 30;
    held->weight = std::move(weights);
    held->exponent = exponent;
    for (std::uint32_t k = 0; k < kSources; ++k) {
      held->target.push_back(kSources - 1 - k);
      held->source_of.insert(held->source_of.begin(), k);
      counts.push_back(static_cast<std::uint8_t>(generator() % 7));
      for (unsigned spike = 0; spike < counts.back(); ++spike) {
        const std::uint64_t bits = std::uint64_t{generator()} << 32U | generator();
        ticks.push_back(bits >> (64 - 49 - exponent));
        source.push_back(k);
      }
    }
    InputBins bins(kSources, {}, delay);
    inputs->sources = held;
    take_slot({{0, 4.0}, counts, ticks, source, delay}, *inputs, bins);
  }
  std::shared_ptr<HeldSources> held = std::make_shared<HeldSources>();
  std::shared_ptr<SlotInputs> inputs = std::make_shared<SlotInputs>();
  std::vector<std::uint8_t> counts;
  std::vector<std::uint64_t> ticks;
  std::vector<std::uint32_t> source;
};

TEST(FrameSums, AreTheSameWhetherInputsComeOneByOneOrBySlots) {
  std::mt19937 generator(11);
  for (const int exponent : {-3, 1, 3}) {
    for (const bool own_weights : {false, true}) {
      for (const double delay : {0.2, 2.7, 33.3}) {
        std::vector<double> weights{0.0017};
        for (int k = 1; own_weights && k < 30; ++k) {
          weights.push_back(0.001 + 1e-4 * k);
        }
        const Slot slot(generator, weights, exponent, delay);
        const InputUnits units({kTauExc, kTauInh}, InputUnits::unit_for(0.004));
        std::size_t inputs = 0;
        for (std::int64_t frame = 0; frame < 16; ++frame) {
          const SlotInFrame in_frame(slot.inputs, start_of(frame), start_of(frame + 1));
          FrameSums by_slot, one_by_one;
          by_slot.begin(30);
          one_by_one.begin(30);
          UnwrittenVector<std::int64_t> space;
          add_slot(units, in_frame, by_slot, space);
          FrameInputs frame_inputs;
          frame_inputs.begin(30);
          frame_inputs.add(in_frame);
          for (std::size_t i = 0; i < 30; ++i) {
            GatheredInputs gathered;
            frame_inputs.gather(i, 0, 0.0, kFrame, gathered);
            add_neuron(units, gathered, i, one_by_one);
            inputs += gathered.size;
          }
          EXPECT_TRUE(by_slot.neurons == one_by_one.neurons);
        }
        EXPECT_EQ(inputs, slot.ticks.size());
      }
    }
  }
}

/// What is really taken, after the history has been filled twice.
TEST(InputHistory, TakesTheMemoryThatIsExpectedOfIt) {
  std::mt19937 generator(5);
  constexpr std::size_t kNeurons = 300;
  struct Inputs {
    double one_by_one, by_slots;  // of each neuron in 1 ms
  };
  for (const auto& [one_by_one, by_slots] : {Inputs{0.8, 0.0}, Inputs{0.8, 2.0}, Inputs{5.0, 0.0}, Inputs{2.0, 10.0}}) {
    auto history = std::make_unique<InputHistory>();
    std::vector<std::shared_ptr<SlotInputs>> slots;
    std::poisson_distribution<int> count(kFrame * one_by_one), in_slot(std::max(kFrame * by_slots, 1e-9));
    for (std::int64_t frame = 0; frame < 2 * InputHistory::kKept; ++frame) {
      FrameInputs& inputs = (*history)[frame];
      inputs.begin(kNeurons);
      if (frame > 0) {
        inputs.expect((*history)[frame - 1]);
      }
      auto slot = std::make_shared<SlotInputs>();
      std::size_t spikes = 0;
      for (std::size_t i = 0; i < kNeurons; ++i) {
        for (int k = count(generator); k > 0; --k) {
          inputs.add(i, 1.0, 0.001);
        }
        spikes += static_cast<std::size_t>(in_slot(generator));
      }
      slot->arrival.resize(spikes);
      slot->begin.resize(by_slots > 0.0 ? kNeurons + 1 : 0);
      slots.push_back(slot);
    }
    std::size_t bytes = 0;
    for (std::int64_t frame = 0; frame < InputHistory::kKept; ++frame) {
      bytes += (*history)[frame].memory_bytes() + slots[static_cast<std::size_t>(frame)]->memory_bytes();
    }
    const double expected = InputHistory::expected_bytes(kNeurons, one_by_one + by_slots);
    std::cout << one_by_one << ", " << by_slots << " inputs per ms: " << static_cast<double>(bytes) / expected
              << " of the expected memory\n";
    EXPECT_LT(static_cast<double>(bytes), 1.5 * expected);
    EXPECT_GT(static_cast<double>(bytes), 0.5 * expected);
  }
}

}  // namespace
}  // namespace va_event::neurons::order_free_conductances

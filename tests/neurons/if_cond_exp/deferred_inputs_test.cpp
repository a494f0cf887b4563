// SPDX-License-Identifier: Apache-2.0
// On the instruction sets of the deferred inputs, which are more than those of other kernels.
#undef HWY_DISABLED_TARGETS
#define HWY_DISABLED_TARGETS VA_EVENT_SIZELESS_TARGETS
#include "neurons/if_cond_exp/deferred_inputs.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <random>
#include <span>
#include <string>
#include <vector>

#include "tests/neurons/every_target.hpp"

/// Inputs on trust against the scalar kernel that takes each of them at once, bit for bit, on every instruction set of
/// this processor.
namespace va_event::neurons {
namespace {

using testing::on_every_target;
using Kernel = IfCondExpKernel<double>;
using Constants = Kernel::Constants;

constexpr std::uint32_t kNeurons = 200;

std::vector<IfCondExp> all_parameters() {
  // Inhibition slow, excitation slow, both the same; two without a power series; one whose rest is above threshold.
  return {{-60, 0.2, 20, 5, 5, 10, 0, -80, -50, -60, 0},     {-60, 0.2, 10, 5, 8, 4, 0, -80, -50, -60, 0.1},
          {-70, 0.3, 15, 5, 6, 6, 0, -75, -50, -60, 0},      {-60, 0.2, 20, 5, 5, 12, 0, -80, -50, -60, 0},
          {-55, 0.4, 30, 3, 4, 0.3, 0, -80, -50, -60, 0.05}, {-49, 0.2, 20, 5, 5, 10, 0, -80, -50, -60, 0}};
}

struct Group {
  std::vector<Constants> sets;
  std::vector<std::uint32_t> set_of;  ///< empty: all have the first
  std::vector<State<double>> rows;
  std::vector<double> safe;
  std::vector<DeferredInputs> deferred;
  std::vector<StoredInput> inputs;
  std::vector<std::uint64_t> events;  ///< by kind: sign, bound, refractory

  [[nodiscard]] const Constants& constants(std::uint32_t i) const { return sets[set_of.empty() ? 0 : set_of[i]]; }
  [[nodiscard]] DeferringNeurons view() {
    return {{sets.data(), set_of.empty() ? nullptr : set_of.data()}, rows.data(), safe.data(), deferred.data()};
  }
};

/// Some neurons are refractory, the last events are between now and long ago.
Group random_group(std::vector<Constants> sets, std::mt19937_64& random) {
  Group group{std::move(sets), {}, {}, {}, {}, {{0, 1, 1, 0, 0}}, {0, 0, 0}};
  std::uniform_real_distribution<double> v(-62, -50.5), exc(0, 0.06), inh(0, 0.2), t(0, 2);
  for (std::uint32_t i = 0; i < kNeurons; ++i) {
    if (group.sets.size() > 1) {
      group.set_of.push_back(static_cast<std::uint32_t>(random() % group.sets.size()));
    }
    const Constants& c = group.constants(i);
    State<double> state = Kernel::make_state(c, std::vector<double>{v(random), exc(random), inh(random)});
    state.t = i % 5 == 0 ? 0.0 : t(random);
    state.y = i % 7 == 0 ? kRefractory : state.y;
    group.rows.push_back(Kernel::record_of(c, state));
    const auto safe = Kernel::safe_after(c, group.rows[i], Kernel::exponentials_at(c, state.t));
    group.safe.push_back(state.y == kRefractory ? std::numeric_limits<double>::infinity() : state.t + safe.duration);
    group.deferred.push_back({.exc = group.rows[i].exc, .inh = group.rows[i].inh});
    group.deferred[i].set_limit(state.y == kRefractory, !safe.by_sign, c.y_leak);
  }
  return group;
}

void integrate_deferred(Group& group, std::span<const std::uint32_t> who) {
  IntegrationReport report;
  integrate_deferred(group.view(), who, group.inputs.data(), {1e9, 0.0}, report);
  group.events[0] += report.by_sign;
  group.events[1] += report.by_bound;
  group.events[2] += report.refractory;
  // Who might spike is named, and nobody else.
  for (const std::uint32_t i : who) {
    const bool named =
        std::find(report.new_candidates.begin(), report.new_candidates.end(), i) != report.new_candidates.end();
    ASSERT_EQ(named, group.safe[i] < 1e9) << "neuron " << i;
  }
}

/// The same by the scalar kernel at once.
void receive(Group& group, std::uint32_t i, double t, std::size_t receptor, double weight) {
  const Constants& c = group.constants(i);
  const auto at = Kernel::exponentials_at(c, t);
  State<double>& record = group.rows[i];
  Kernel::receive(c, record, at, receptor, weight);
  if (record.y == kRefractory) {
    group.safe[i] = std::numeric_limits<double>::infinity();
    ++group.events[2];
    return;
  }
  const auto safe = Kernel::safe_after(c, record, at);
  group.safe[i] = t + safe.duration;
  ++group.events[safe.by_sign ? 0 : 1];
}

void expect_same(const Group& a, const Group& b, const std::string& where) {
  const auto same = [](double x, double y) {
    return std::bit_cast<std::uint64_t>(x) == std::bit_cast<std::uint64_t>(y);
  };
  for (std::uint32_t i = 0; i < kNeurons; ++i) {
    const State<double>& x = a.rows[i];
    const State<double>& y = b.rows[i];
    ASSERT_TRUE(same(x.y, y.y) && same(x.exc, y.exc) && same(x.inh, y.inh) && same(x.t, y.t) &&
                (same(a.safe[i], b.safe[i]) || x.y == kRefractory))
        << where << ", neuron " << i << ": y " << x.y << " and " << y.y << ", t " << x.t << " and " << y.t << ", safe "
        << a.safe[i] << " and " << b.safe[i];
  }
}

/// Spikes onto groups of one set of constants, and inputs one by one onto groups of several.
void go_on(Group& trusting, Group& scalar, double begin, double mean_gap, std::mt19937_64& random,
           const std::string& where) {
  std::exponential_distribution<double> gap(1 / mean_gap);
  std::uniform_int_distribution<std::uint32_t> any(0, kNeurons - 1);
  std::vector<std::uint32_t> due;
  for (double t = begin + gap(random); t < kEpoch; t += random() % 9 == 0 ? 0.0 : gap(random)) {
    const std::size_t receptor = random() % 5 == 0 ? 1 : 0;
    const double weight = std::uniform_real_distribution<double>(0.001, receptor == 0 ? 0.01 : 0.06)(random);
    std::vector<std::uint32_t> targets(trusting.set_of.empty() ? random() % 60 : 1);
    for (std::uint32_t& i : targets) {
      i = any(random);
    }
    std::sort(targets.begin(), targets.end());
    if (!targets.empty() && random() % 8 == 0) {  // several synapses onto one neuron
      targets.insert(targets.end(), 20, targets.back());
    }
    for (const std::uint32_t i : targets) {
      receive(scalar, i, t, receptor, weight);
    }
    for (std::span<const std::uint32_t> left = targets; !left.empty();) {
      const Constants& c = trusting.constants(left[0]);
      const auto at = Kernel::exponentials_at(c, t);
      const auto number = static_cast<std::uint16_t>(trusting.inputs.size());
      trusting.inputs.push_back(StoredInput::of(at, receptor, weight));
      left = left.subspan(deliver(trusting.deferred.data(), trusting.inputs.back(), number,
                                  {c, at.decay_exc, at.decay_inh}, left, 0, due));
      integrate_deferred(trusting, due);
      due.clear();
    }
    // Whoever might spike is known as exactly as if nothing had been put off.
    for (const std::uint32_t i : targets) {
      if (scalar.safe[i] < std::numeric_limits<double>::infinity()) {
        ASSERT_EQ(trusting.safe[i], scalar.safe[i]) << where << ", neuron " << i;
        ASSERT_EQ(trusting.deferred[i].used, 0) << where << ", neuron " << i;
      }
    }
    ASSERT_LT(trusting.inputs.size(), DeferredInputs::kMaxInputs);
  }
}

std::vector<std::uint32_t> has_deferred(const Group& group) {
  std::vector<std::uint32_t> who;
  for (std::uint32_t i = 0; i < kNeurons; ++i) {
    if (group.deferred[i].used > 0) {
      who.push_back(i);
    }
  }
  return who;
}

void check(std::vector<Constants> sets, double mean_gap, std::mt19937_64& random, const std::string& where) {
  Group trusting = random_group(std::move(sets), random);
  Group scalar = trusting;
  go_on(trusting, scalar, 2.0, mean_gap, random, where);
  Group early = trusting;  // integrated now, or on the way to the next epoch: both the same
  integrate_deferred(early, has_deferred(early));
  expect_same(early, scalar, where);
  EXPECT_EQ(early.events, scalar.events) << where;

  const auto into_next_epoch = [](Group& group) {
    IntegrationReport report;
    integrate_epoch(group.view(), 0, kNeurons, group.inputs.data(), report);
    group.events[0] += report.by_sign;
    group.events[1] += report.by_bound;
    group.events[2] += report.refractory;
    group.inputs = {{0, 1, 1, 0, 0}};
  };
  into_next_epoch(trusting);
  into_next_epoch(early);
  for (std::uint32_t i = 0; i < kNeurons; ++i) {
    const Constants& c = scalar.constants(i);
    Kernel::next_epoch(c, scalar.rows[i]);
    scalar.safe[i] = Kernel::safe_after(c, scalar.rows[i], Kernel::exponentials_at(c, 0.0)).duration;
  }
  expect_same(trusting, scalar, where + ", next epoch");
  expect_same(early, scalar, where + ", next epoch, settled before");
  EXPECT_EQ(trusting.events, scalar.events) << where;

  // And on from there.
  go_on(trusting, scalar, 0.0, mean_gap, random, where);
  integrate_deferred(trusting, has_deferred(trusting));
  expect_same(trusting, scalar, where + ", after the epoch");
  EXPECT_EQ(trusting.events, scalar.events) << where;
}

std::vector<Constants> all_sets() {
  std::vector<Constants> sets;
  for (const auto& parameters : all_parameters()) {
    sets.push_back(Kernel::prepare(parameters, 0.0));
    EXPECT_TRUE(sets.back().in_amplitude_form);
  }
  return sets;
}

TEST(IfCondExpDeferredInputs, GivesTheBitsOfTheScalarKernelOnEveryInstructionSet) {
  on_every_target([](const std::string& target) {
    std::mt19937_64 random(5);
    for (const Constants& constants : all_sets()) {
      for (const double mean_gap : {0.02, 0.3, 2.0}) {  // between spikes; each has one of seven neurons as a target
        check({constants}, mean_gap, random, target + ", every " + std::to_string(mean_gap) + " ms");
      }
    }
  });
}

TEST(IfCondExpDeferredInputs, MixesNeuronsWithConstantsOfTheirOwn) {
  on_every_target([](const std::string& target) {
    std::mt19937_64 random(6);
    for (const double mean_gap : {0.005, 0.02, 0.1}) {
      check(all_sets(), mean_gap, random, target + ", every " + std::to_string(mean_gap) + " ms");
    }
  });
}

TEST(IfCondExpDeferredInputs, LongSilencesAndHugeConductancesFallBackToTheScalarKernel) {
  // A power series in up to 16 parts, more than that, and a leak without conductances.
  on_every_target([](const std::string& target) {
    std::mt19937_64 random(7);
    for (const Constants& constants : all_sets()) {
      Group trusting = random_group({constants}, random);
      for (std::uint32_t i = 0; i < kNeurons; ++i) {
        const double factor = i % 4 == 0 ? 0.0 : std::pow(10.0, i % 4);
        trusting.rows[i].exc *= factor;
        trusting.rows[i].inh *= factor;
        trusting.deferred[i] = {.exc = trusting.rows[i].exc, .inh = trusting.rows[i].inh};
        trusting.deferred[i].set_limit(trusting.rows[i].y == kRefractory, true, constants.y_leak);
      }
      Group scalar = trusting;
      go_on(trusting, scalar, 2.0, 3.0, random, target);
      integrate_deferred(trusting, has_deferred(trusting));
      expect_same(trusting, scalar, target);
    }
  });
}

TEST(IfCondExpDeferredInputs, FindsTheExponentialsOfTheScalarKernel) {
  on_every_target([](const std::string& target) {
    std::mt19937_64 random(8);
    const std::vector<Constants> sets = all_sets();
    std::vector<std::uint32_t> set_of(kNeurons);
    std::vector<Input<double>> inputs;
    for (std::uint32_t i = 0; i < kNeurons; ++i) {
      set_of[i] = static_cast<std::uint32_t>(random() % sets.size());
      inputs.push_back({std::uniform_real_distribution<double>(0, kEpoch)(random), 0.1, i, 0});
    }
    for (const std::size_t count : {std::size_t{1}, std::size_t{7}, std::size_t{kNeurons}}) {
      std::vector<double> exc(count), inh(count);
      find_decays({sets.data(), set_of.data()}, std::span(inputs).first(count), exc.data(), inh.data());
      for (std::size_t k = 0; k < count; ++k) {
        const auto at = Kernel::exponentials_at(sets[set_of[inputs[k].index]], inputs[k].t);
        ASSERT_EQ(exc[k], at.decay_exc) << target;
        ASSERT_EQ(inh[k], at.decay_inh) << target;
      }
    }
  });
}

TEST(IfCondExpDeferredInputs, ReportsEventsCloseToTheThreshold) {
  const Constants c = Kernel::prepare(all_parameters()[0], 0.0);
  std::mt19937_64 random(9);
  Group group = random_group({c}, random);
  for (std::uint32_t i = 0; i < kNeurons; ++i) {
    group.rows[i] = {i == 3 ? -0.01 : -5.0, 0.0, 0.1, 0.0};
    group.deferred[i] = {.exc = 0.0, .inh = 0.1, .last = DeferredInputs::kEpochBegin};
    group.deferred[i].set_limit(false, false, c.y_leak);
  }
  const auto at = Kernel::exponentials_at(c, 0.001);
  group.inputs.push_back(StoredInput::of(at, 1, 0.02));
  std::vector<std::uint32_t> due, targets = {1, 2, 3, 4};
  ASSERT_EQ(deliver(group.deferred.data(), group.inputs[1], 1, {c, at.decay_exc, at.decay_inh}, targets, 0, due), 4U);
  EXPECT_TRUE(due.empty());
  IntegrationReport report;
  integrate_deferred(group.view(), targets, group.inputs.data(), {0.0, 0.5}, report);
  ASSERT_EQ(report.near_threshold.size(), 1U);
  EXPECT_EQ(report.near_threshold[0].index, 3U);
  EXPECT_EQ(report.near_threshold[0].state.y, group.rows[3].y);
  EXPECT_EQ(report.near_threshold[0].state.t, at.t);
  EXPECT_NEAR(report.near_threshold[0].state.inh, 0.1 * std::exp(-0.0001) + 0.02, 1e-16);
}

}  // namespace
}  // namespace va_event::neurons

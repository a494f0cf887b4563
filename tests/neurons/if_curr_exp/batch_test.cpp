// SPDX-License-Identifier: Apache-2.0
#include "neurons/if_curr_exp/batch.hpp"

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

#include "numerics/find_below.hpp"
#include "tests/neurons/every_target.hpp"

/// Vector kernels against the scalar ones, bit for bit, on every instruction set of this processor.
namespace va_event::neurons {
namespace {

using Curr = IfCurrExpKernel<double>;
using testing::on_every_target;

template <class Kernel>
struct Example;
template <>
struct Example<Curr> {
  static std::vector<IfCurrExp> parameters() {
    return {{-49, 0.2, 20, 5, 5, 10, 0, -60, -50},
            {-60, 0.5, 12, 5, 30, 3, 0.1, -65, -50},
            {-50, 1, 4, 2, 1, 0.5, 0, -60, -50}};
  }
  static std::vector<double> variables(std::mt19937_64& random) {
    std::uniform_real_distribution<double> v(-62, -50), e(0, 1), i(-1.5, 0);
    return {v(random), e(random), i(random)};
  }
  static double weight(std::mt19937_64& random, std::size_t receptor) {
    return std::uniform_real_distribution<double>(0.001, 0.1)(random) * (receptor == 0 ? 1 : -1);
  }
};
template <class Kernel>
struct Network {
  typename Kernel::Constants constants;
  std::vector<RecordOf<Kernel, double>> rows;
  std::vector<double> safe;
};

constexpr std::size_t kNeurons = 300;

/// Some neurons are refractory, the last events are between now and long ago. Some have an upper bound, which may be as
/// small as what an input takes.
template <class Kernel>
Network<Kernel> random_network(const typename Kernel::Parameters& parameters, std::mt19937_64& random) {
  Network<Kernel> network{Kernel::prepare(parameters, 0.0), {}, std::vector<double>(kNeurons, 100.0)};
  for (std::size_t i = 0; i < kNeurons; ++i) {
    State<double> state = Kernel::make_state(network.constants, Example<Kernel>::variables(random));
    state.t = i % 17 == 0 ? 0.0 : std::exp(std::uniform_real_distribution<double>(-9.0, std::log(12.0))(random));
    if (i % 7 == 0) {
      state.y = kRefractory;
    }
    network.rows.push_back(Kernel::record_of(network.constants, state));
    if constexpr (HasUpperBound<Kernel>) {
      if (auto& record = network.rows.back(); i % 7 != 0) {
        record.upper_bound = i % 5 == 0   ? upper_bound::kAlreadySearched
                             : i % 5 == 1 ? upper_bound::kNone
                                          : -std::exp(std::uniform_real_distribution<double>(-9.0, 2.0)(random));
      }
    }
  }
  return network;
}

/// @returns whether the neuron was looked at
template <class Kernel>
bool receive(Network<Kernel>& network, std::uint32_t i, double t, std::size_t receptor, double weight) {
  const auto at = Kernel::exponentials_at(network.constants, t);
  auto& record = network.rows[i];
  Kernel::receive(network.constants, record, at, receptor, weight);
  if constexpr (HasUpperBound<Kernel>) {
    if (record.upper_bound < 0) {
      return false;
    }
    network.safe[i] = t + Kernel::look(network.constants, record, at).duration;
  } else {
    network.safe[i] = record.y == kRefractory ? std::numeric_limits<double>::infinity()
                                              : t + Kernel::safe_after(network.constants, record, at).duration;
  }
  return true;
}

template <class Kernel>
void expect_same_bits(const Network<Kernel>& a, const Network<Kernel>& b, const std::string& where) {
  const auto same = [](double x, double y) {
    return std::bit_cast<std::uint64_t>(x) == std::bit_cast<std::uint64_t>(y);
  };
  for (std::size_t i = 0; i < kNeurons; ++i) {
    const auto& x = a.rows[i];
    const auto& y = b.rows[i];
    ASSERT_TRUE(same(x.y, y.y) && same(x.exc, y.exc) && same(x.inh, y.inh) && same(x.t, y.t) &&
                same(a.safe[i], b.safe[i]))
        << where << ", neuron " << i << ": y " << x.y << " and " << y.y << ", safe " << a.safe[i] << " and "
        << b.safe[i];
    if constexpr (HasUpperBound<Kernel>) {
      ASSERT_TRUE(same(x.upper_bound, y.upper_bound))
          << where << ", neuron " << i << ": " << x.upper_bound << ", " << y.upper_bound;
    }
  }
}

TEST(FindBelow, GivesEveryIndexWhoseValueIsBelowTheLimit) {
  std::mt19937_64 random(4);
  on_every_target([&random](const std::string& target) {
    for (std::size_t size = 0; size < 70; ++size) {
      std::vector<double> values(size);
      std::vector<std::uint32_t> expected, found;
      for (std::size_t k = 0; k < size; ++k) {
        values[k] =
            k % 5 == 0 ? std::numeric_limits<double>::infinity() : std::uniform_real_distribution<double>()(random);
        values[k] = k % 11 == 0 ? 0.5 : values[k];  // the limit itself is not below it
        if (values[k] < 0.5) {
          expected.push_back(static_cast<std::uint32_t>(k));
        }
      }
      numerics::find_below(values, 0.5, found);
      ASSERT_EQ(found, expected) << target << ", " << size << " values";
    }
  });
}

template <class Kernel>
class BatchOf : public ::testing::Test {};
using Kernels = ::testing::Types<Curr>;
TYPED_TEST_SUITE(BatchOf, Kernels);

TYPED_TEST(BatchOf, GivesTheBitsOfTheScalarKernelOnEveryInstructionSet) {
  using Kernel = TypeParam;
  on_every_target([](const std::string& target) {
    std::mt19937_64 random(5);
    for (const auto& parameters : Example<Kernel>::parameters()) {
      for (int round = 0; round < 40; ++round) {
        Network<Kernel> batch = random_network<Kernel>(parameters, random);
        ASSERT_TRUE(Batch<Kernel>::applies(batch.constants));
        Network<Kernel> scalar = batch;
        const double t = 13.0 + 0.01 * round;
        const std::size_t receptor = static_cast<std::size_t>(round % 2);
        // Two parts, one with a weight for each synapse; targets come again within a part and in the other one.
        std::vector<std::uint32_t> first(static_cast<std::size_t>(round * 7 % 290)),
            second(static_cast<std::size_t>(round));
        std::vector<double> weights;
        std::uniform_int_distribution<std::uint32_t> any(0, kNeurons - 11);
        for (std::uint32_t& i : first) {
          i = any(random);
        }
        std::sort(first.begin(), first.end());
        for (std::uint32_t& i : second) {
          i = any(random);
          weights.push_back(Example<Kernel>::weight(random, receptor));
        }
        const double weight = Example<Kernel>::weight(random, receptor);
        const std::vector<Targets> parts = {{first, 0, {}, weight}, {second, 10, weights, 0.0}};

        BatchReport report;
        const LookLimits limits{t + 1.0, 0.5};
        Batch<Kernel>::deliver(batch.constants, {batch.rows.data(), batch.safe.data()}, {t, receptor}, parts, limits,
                               report);
        std::vector<bool> looked_at(kNeurons, false), near_threshold(kNeurons, false), again(kNeurons, false);
        std::size_t refractory = 0;
        for (const Targets& part : parts) {
          for (std::size_t k = 0; k < part.index.size(); ++k) {
            const std::uint32_t i = part.offset + part.index[k];
            if constexpr (HasUpperBound<Kernel>) {
              again[i] = again[i] || scalar.rows[i].upper_bound == upper_bound::kAlreadySearched;
            }
            const bool looked =
                receive(scalar, i, t, receptor, part.weight.empty() ? part.constant_weight : part.weight[k]);
            looked_at[i] = looked_at[i] || looked;
            const bool held = scalar.rows[i].y == kRefractory;
            refractory += held ? 1U : 0U;
            if constexpr (HasUpperBound<Kernel>) {
              const double left = scalar.rows[i].upper_bound;
              near_threshold[i] = near_threshold[i] || (!held && left < 0 && left > -limits.distance);
            }
          }
        }
        expect_same_bits(batch, scalar, target + ", round " + std::to_string(round));

        // Who wants a closer look is named, whoever is not does not.
        EXPECT_EQ(report.refractory, refractory);
        for (std::uint32_t i = 0; i < kNeurons; ++i) {
          const bool named =
              std::find(report.new_candidates.begin(), report.new_candidates.end(), i) != report.new_candidates.end();
          const bool soon = looked_at[i] && scalar.safe[i] < limits.until;
          EXPECT_TRUE(named || !soon) << target << ", neuron " << i;
          if constexpr (HasUpperBound<Kernel>) {
            const auto in = [i](const std::vector<std::uint32_t>& list) {
              return std::find(list.begin(), list.end(), i) != list.end();
            };
            EXPECT_TRUE(in(report.near_threshold) || !near_threshold[i]) << target << ", neuron " << i;
            EXPECT_EQ(in(report.again), again[i]) << target << ", neuron " << i;
          }
        }
      }
    }
  });
}

TYPED_TEST(BatchOf, ReceivesInputsWithTimesAndConstantsOfTheirOwnAsTheScalarKernelDoes) {
  using Kernel = TypeParam;
  on_every_target([](const std::string& target) {
    std::mt19937_64 random(7);
    for (int round = 0; round < 120; ++round) {
      const std::string where = target + ", round " + std::to_string(round);
      // All neurons with the same constants, or each with one of all sets.
      const bool one_set = round % 2 == 0;
      const auto parameters = Example<Kernel>::parameters();
      std::vector<typename Kernel::Constants> sets;
      std::vector<std::uint32_t> set_of(kNeurons, 0);
      Network<Kernel> batch{};
      for (std::size_t p = 0; p < parameters.size(); ++p) {
        const std::size_t set = one_set ? static_cast<std::size_t>(round / 2) % parameters.size() : p;
        const Network<Kernel> network = random_network<Kernel>(parameters[set], random);
        sets.push_back(network.constants);
        batch.rows.resize(kNeurons);
        for (std::size_t i = p; i < kNeurons; i += parameters.size()) {
          auto record = network.rows[i];
          record.t = record.t > 0.0 ? 13.0 - record.t : i % 2 == 0 ? 12.5 : 13.0;  // mostly a short time ago
          batch.rows[i] = record;
          set_of[i] = static_cast<std::uint32_t>(p);
        }
      }
      batch.safe.assign(kNeurons, 20.0);
      for (std::size_t i = 0; round % 5 == 0 && i < kNeurons; i += 20) {
        batch.safe[i] = 13.02;  // these might spike before their input
      }
      Network<Kernel> scalar = batch;

      std::vector<Input<double>> inputs;
      std::uniform_int_distribution<std::uint32_t> any(0, round % 3 == 0 ? 40 : kNeurons - 1);
      for (double t = 13.0; inputs.size() < static_cast<std::size_t>(1 + round % 100);
           t += round % 4 == 0 ? 0.0 : 0.003) {
        const std::uint32_t receptor = static_cast<std::uint32_t>(random() % 2);
        inputs.push_back({t, Example<Kernel>::weight(random, receptor), any(random), receptor});
      }
      const std::span<const Input<double>> first = std::span(inputs).first(std::min(inputs.size(), kMaxInputs));
      BatchReport report;
      const LookLimits limits{14.0, 0.5};
      const std::size_t count = Batch<Kernel>::receive({sets.data(), one_set ? nullptr : set_of.data()},
                                                       {batch.rows.data(), batch.safe.data()}, first, limits, report);

      std::size_t refractory = 0;
      std::vector<bool> received(kNeurons, false);
      std::vector<bool> soon(kNeurons, false);
      for (const Input<double>& input : first.first(count)) {
        ASSERT_FALSE(received[input.index]) << where;
        ASSERT_TRUE(&input == &first[0] || scalar.safe[input.index] > input.t) << where;
        received[input.index] = true;
        scalar.constants = sets[set_of[input.index]];
        const bool looked = receive(scalar, input.index, input.t, input.receptor, input.weight);
        refractory += scalar.rows[input.index].y == kRefractory ? 1U : 0U;
        soon[input.index] = looked && scalar.safe[input.index] < limits.until;
      }
      expect_same_bits(batch, scalar, where);
      EXPECT_EQ(report.refractory, refractory) << where;
      for (std::uint32_t i = 0; i < kNeurons; ++i) {
        ASSERT_EQ(
            std::find(report.new_candidates.begin(), report.new_candidates.end(), i) != report.new_candidates.end(),
            soon[i])
            << where;
      }
      if (count < first.size()) {  // there was a reason to stop
        const Input<double>& next = first[count];
        const auto& c = sets[set_of[next.index]];
        const auto record = scalar.rows[next.index];
        const bool takes = c.in_amplitude_form;
        EXPECT_TRUE(!takes || (count > 0 && (record.t >= first[0].t || scalar.safe[next.index] <= next.t))) << where;
      }
    }
  });
}

TYPED_TEST(BatchOf, GoesIntoTheNextEpochAsTheScalarKernelDoes) {
  using Kernel = TypeParam;
  on_every_target([](const std::string& target) {
    std::mt19937_64 random(6);
    for (const auto& parameters : Example<Kernel>::parameters()) {
      Network<Kernel> batch = random_network<Kernel>(parameters, random);
      Network<Kernel> scalar = batch;
      const auto into_next_epoch = [](Network<Kernel>& network, std::size_t i) {
        Kernel::next_epoch(network.constants, network.rows[i]);
        const auto at = Kernel::exponentials_at(network.constants, 0.0);
        const bool held = network.rows[i].y == kRefractory;
        if constexpr (HasUpperBound<Kernel>) {
          network.safe[i] = held ? std::numeric_limits<double>::infinity()
                                 : Kernel::look(network.constants, network.rows[i], at).duration;
        } else {
          network.safe[i] = held ? std::numeric_limits<double>::infinity()
                                 : Kernel::safe_after(network.constants, network.rows[i], at).duration;
        }
      };
      BatchReport report;
      if constexpr (HasUpperBound<Kernel>) {
        Batch<Kernel>::next_epoch(batch.constants, {batch.rows.data(), batch.safe.data()}, kNeurons, {-1.0, 0.5},
                                  report);
      } else {
        Batch<Kernel>::next_epoch(batch.constants, {batch.rows.data(), batch.safe.data()}, kNeurons, report);
      }
      for (std::size_t i = 0; i < kNeurons; ++i) {
        into_next_epoch(scalar, i);
      }
      expect_same_bits(batch, scalar, target);
    }
  });
}

}  // namespace
}  // namespace va_event::neurons

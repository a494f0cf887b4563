// SPDX-License-Identifier: Apache-2.0
#include "neurons/if_curr_exp/upper_bound.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "neurons/if_curr_exp/if_curr_exp.hpp"
#include "tests/neurons/reference.hpp"

namespace va_event::neurons {
namespace {

using testing::RandomCases;
using testing::reference_y;
using testing::Wide;
using testing::widen;
using Kernel = IfCurrExpKernel<double>;
using WideKernel = IfCurrExpKernel<Wide>;
using Case = testing::Case<IfCurrExp>;

Case random_framed_case(RandomCases& random) {
  for (;;) {
    Case example = random.curr_exp();
    if (Kernel::prepare(example.parameters, 0.0).in_amplitude_form) {
      return example;
    }
  }
}

/// A neuron whose potential is followed in 50 digits, without a threshold.
class Exact {
 public:
  Exact(const Case& example, const State<double>& state)
      : constants_(WideKernel::prepare(example.parameters, 0.0)), state_(widen(state)) {}

  [[nodiscard]] Wide y(double t) const { return reference_y(constants_, state_, Wide(t) - state_.t); }
  void receive(double t, std::size_t receptor, double weight) {
    const Wide h = Wide(t) - state_.t;
    state_ = {y(t), state_.exc * exp(-h * constants_.exc.rate), state_.inh * exp(-h * constants_.inh.rate), Wide(t)};
    (receptor == 0 ? state_.exc : state_.inh) += Wide(weight);
  }
  /// The highest y at some of the times from the last event to the end of the epoch.
  [[nodiscard]] Wide highest() const {
    constexpr int kTimes = 24;
    const auto from = static_cast<double>(state_.t);
    Wide highest = y(from);
    for (int k = 1; k <= kTimes; ++k) {
      highest = std::max(highest, y(from + (kEpoch - from) * k / kTimes));
    }
    return highest;
  }

 private:
  WideKernel::Constants constants_;
  State<Wide> state_;
};

TEST(Reserve, IsNeverBelowThePotentialThatFollowsWhateverInputsCome) {
  RandomCases random(91);
  int looks = 0, reserves = 0, inputs = 0;
  double closest = 1e300;
  for (int i = 0; i < 400; ++i) {
    const Case example = random_framed_case(random);
    const auto c = Kernel::prepare(example.parameters, 0.0);
    State<double> state = Kernel::make_state(c, example.variables);
    double t = state.t = random.one_in(3) ? 0.0 : random.uniform(0, 15.9);
    Exact exact(example, state);
    Kernel::Record record = Kernel::record_of(c, state);
    const double size = random.log_uniform(1e-6, 3);
    for (int event = 0; event < 12; ++event) {
      if (!(record.upper_bound < 0)) {
        ++looks;
        static_cast<void>(Kernel::look(c, record, Kernel::exponentials_at(c, t)));
      }
      if (!(record.upper_bound < 0)) {
        break;
      }
      ++reserves;
      const Wide highest = exact.highest();
      ASSERT_LT(highest, Wide(record.upper_bound)) << "case " << i << ", event " << event << " at " << t;
      closest = std::min(closest, static_cast<double>(Wide(record.upper_bound) - highest));
      t = std::min(t + random.log_uniform(1e-4, 4), 15.99);
      const std::size_t receptor = random.one_in(2) ? 0 : 1;
      const double weight = random.sign() * size * random.log_uniform(0.1, 1) / c.resistance;
      Kernel::receive(c, record, Kernel::exponentials_at(c, t), receptor, weight);
      exact.receive(t, receptor, weight);
      ++inputs;
    }
  }
  EXPECT_GT(reserves, 1000);
  EXPECT_LT(2 * looks, inputs) << "the upper_bound should be of use";
  EXPECT_LT(closest, 1e-9) << "the bound should be close where it can be";
}

TEST(Reserve, OfAnInputIsTheHighestPotentialThatItMakesInTheEpoch) {
  RandomCases random(92);
  for (int i = 0; i < 150; ++i) {
    const Case example = random_framed_case(random);
    const auto c = Kernel::prepare(example.parameters, 0.0);
    const double t = random.one_in(4) ? 16.0 - random.log_uniform(1e-9, 1) : random.uniform(0, 16);
    for (const std::size_t receptor : {0U, 1U}) {
      // Into a neuron that rests at 0.
      auto wide = WideKernel::prepare(example.parameters, 0.0);
      wide.y_infinity = 0;
      const State<Wide> start{0, Wide(receptor == 0 ? 1 : 0), Wide(receptor == 0 ? 0 : 1), 0};
      Wide highest = 0;
      constexpr int kTimes = 200;
      for (int k = 1; k <= kTimes; ++k) {
        highest = std::max(highest, reference_y(wide, start, (Wide(kEpoch) - Wide(t)) * k / kTimes));
      }
      const auto input = Kernel::input_at(c, Kernel::exponentials_at(c, t), receptor);
      const double gain = std::fabs(receptor == 0 ? c.gain_exc : c.gain_inh);
      ASSERT_GT(Wide(input.up), highest);
      ASSERT_LT(Wide(input.up), highest * Wide(1.02) + 2 * upper_bound::kSlack * gain) << "case " << i << ", t " << t;
      ASSERT_EQ(input.down, upper_bound::kSlack * gain);
    }
  }
}

TEST(Reserve, CoversTheRoundingOfThousandsOfInputs) {
  RandomCases random(93);
  for (int i = 0; i < 2; ++i) {
    const Case example = random_framed_case(random);
    const auto c = Kernel::prepare(example.parameters, 0.0);
    State<double> state = Kernel::make_state(c, example.variables);
    state.y = -500;  // so that nothing takes the upper bound away
    Exact exact(example, state);
    Kernel::Record record = Kernel::record_of(c, state);
    static_cast<void>(Kernel::look(c, record, Kernel::exponentials_at(c, 0.0)));
    for (int event = 1; event <= 4000 && record.upper_bound < 0; ++event) {
      const double t = event * 0x1p-9;
      const std::size_t receptor = static_cast<std::size_t>(event % 2);
      const double weight = (receptor == 0 ? 1 : -1) * random.log_uniform(1e-9, 1e-3) / c.resistance;
      Kernel::receive(c, record, Kernel::exponentials_at(c, t), receptor, weight);
      exact.receive(t, receptor, weight);
    }
    ASSERT_LT(exact.highest(), Wide(record.upper_bound)) << "case " << i;
  }
}

TEST(Reserve, IsMissingWhereItWouldProveNothing) {
  const auto c = Kernel::prepare(IfCurrExp{-49, 0.2, 20, 5, 5, 10, 0, -60, -50}, 0.0);
  const auto look = [&c](const State<double>& state) {
    Kernel::Record record = Kernel::record_of(c, state);
    const auto safe = Kernel::look(c, record, Kernel::exponentials_at(c, state.t));
    EXPECT_EQ(record.upper_bound < 0, std::isinf(safe.duration) || state.y == kRefractory);
    return record.upper_bound;
  };
  EXPECT_LT(look({-10, 0.01, -0.01, 0}), 0);
  EXPECT_EQ(look({-1e-3, 0.1, 0, 0}), upper_bound::kNone);    // crosses
  EXPECT_EQ(look({0, 0, -1, 0}), upper_bound::kNone);         // at threshold
  EXPECT_EQ(look({-1e-14, 0, -1, 0}), upper_bound::kNone);    // within rounding of it
  EXPECT_EQ(look({-10, 0.01, -1e6, 0}), upper_bound::kNone);  // rounding could be anything
  EXPECT_EQ(look({-INFINITY, 0, 0, 0}), upper_bound::kNone);
  EXPECT_EQ(Kernel::record_of(c, {kRefractory, 0.1, -0.1, 3}).upper_bound, upper_bound::kRefractory);
}

TEST(Reserve, OfNumbersThatAreMarksIsMovedByNoInput) {
  for (const double mark : {upper_bound::kNone, upper_bound::kAlreadySearched, upper_bound::kRefractory}) {
    EXPECT_EQ(mark + upper_bound::of_input(1e6, 1e6, 1.0, 1.0), mark);
  }
}

}  // namespace
}  // namespace va_event::neurons

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <span>
#include <vector>

#include "neurons/if_cond_exp/if_cond_exp.hpp"
#include "neurons/if_curr_delta/if_curr_delta.hpp"
#include "neurons/if_curr_exp/if_curr_exp.hpp"
#include "tests/numerics/random_numbers.hpp"

/// Independent routes to the solutions of both neurons, in 50 digits, and random neurons to compare them on.
namespace va_event::neurons::testing {

using numerics::testing::epsilon;
using numerics::testing::Wide;

/// IF_curr_exp in the textbook's closed form. The differences of exponentials cancel for nearly equal time constants;
/// of 50 digits enough remain.
inline Wide reference_y(const IfCurrExpKernel<Wide>::Constants& c, const State<Wide>& s, const Wide& h) {
  const Wide tau_m = c.tau_m;
  const auto response = [&](const Wide& rate) {
    const Wide tau = 1 / rate;
    return abs(tau - tau_m) < tau_m * Wide("1e-45") ? Wide(h / tau_m * exp(-h / tau_m))
                                                    : Wide((exp(-h / tau) - exp(-h / tau_m)) * tau / (tau - tau_m));
  };
  return c.y_infinity + (s.y - c.y_infinity) * exp(-h / tau_m) +
         c.resistance * (s.exc * response(c.exc.rate) + s.inh * response(c.inh.rate));
}

/// IF_cond_exp by the Taylor series of its differential equation, in steps of half the inverse of the fastest rate.
/// The remainder of one step is below 2^-order/order! of the potentials: 1e-34 for order 26, 1e-75 for order 48.
template <std::size_t order = 26>
Wide reference_y(const IfCondExpKernel<Wide>::Constants& c, const State<Wide>& s, const Wide& h) {
  Wide y = s.y, ge = c.resistance * s.exc, gi = c.resistance * s.inh, rest = h;
  while (rest > 0) {
    Wide rate = (1 + abs(ge) + abs(gi)) / c.tau_m;
    if (abs(ge) > Wide("1e-60")) {
      rate += 1 / c.tau_exc;
    }
    if (abs(gi) > Wide("1e-60")) {
      rate += 1 / c.tau_inh;
    }
    if (abs(ge) < Wide("1e-60") && abs(gi) < Wide("1e-60")) {
      return c.y_leak + (y - c.y_leak) * exp(-rest / c.tau_m);
    }
    const Wide step = std::min(rest, Wide(1 / (2 * rate)));
    std::array<Wide, order + 1> e, i, v;
    e[0] = ge, i[0] = gi, v[0] = y;
    for (std::size_t at = 0; at < order; ++at) {
      Wide product = -v[at] + (at == 0 ? c.y_leak : Wide(0)) + e[at] * c.y_exc + i[at] * c.y_inh;
      for (std::size_t k = 0; k <= at; ++k) {
        product -= (e[k] + i[k]) * v[at - k];
      }
      v[at + 1] = product / (c.tau_m * (at + 1));
      e[at + 1] = -e[at] / (c.tau_exc * (at + 1));
      i[at + 1] = -i[at] / (c.tau_inh * (at + 1));
    }
    Wide sum = v[order];
    for (std::size_t n = order; n-- > 0;) {
      sum = sum * step + v[n];
    }
    y = sum;
    rest -= step;
    ge = abs(ge) < Wide("1e-60") ? Wide(0) : Wide(ge * exp(-step / c.tau_exc));
    gi = abs(gi) < Wide("1e-60") ? Wide(0) : Wide(gi * exp(-step / c.tau_inh));
  }
  return y;
}

template <class Narrow>
State<Wide> widen(const State<Narrow>& s) {
  return {Wide(s.y), Wide(s.exc), Wide(s.inh), Wide(s.t)};
}

/// A neuron's parameters and state, all exact doubles. The threshold is 0 mV, so that y is v.
/// @tparam Parameters the public struct of a model
template <class Parameters>
struct Case {
  Parameters parameters;
  std::vector<double> variables;
};

class RandomCases : public numerics::testing::RandomNumbers {
 public:
  using RandomNumbers::RandomNumbers;

  /// Currents of either sign, time constants in any order, sometimes equal.
  Case<IfCurrExp> curr_exp() {
    const double tau_m = log_uniform(1, 100), resistance = log_uniform(10, 1000);
    const double tau_exc = tau(tau_m), tau_inh = one_in(8) ? tau_exc : tau(tau_m);
    const double v_rest = uniform(-20, 5), i_offset = one_in(3) ? uniform(-20, 20) / resistance : 0.0;
    return {
        {v_rest, tau_m / resistance, tau_m, 2.0, tau_exc, tau_inh, i_offset, -10.0, 0.0},
        {-log_uniform(1e-6, 30), amplitude(sign(), resistance, 1e-2, 300), amplitude(sign(), resistance, 1e-2, 300)}};
  }

  /// Conductances up to 100 times the leak.
  Case<IfCondExp> cond_exp() {
    const double tau_m = log_uniform(1, 100), resistance = log_uniform(10, 1000);
    const double tau_exc = tau(tau_m), tau_inh = one_in(8) ? tau_exc : tau(tau_m);
    const double v_rest = uniform(-20, 5), i_offset = one_in(3) ? uniform(-20, 20) / resistance : 0.0;
    return {{v_rest, tau_m / resistance, tau_m, 2.0, tau_exc, tau_inh, uniform(1, 80), uniform(-40, 2), 0.0, -10.0,
             i_offset},
            {-log_uniform(1e-6, 30), amplitude(1, resistance, 1e-4, 100), amplitude(1, resistance, 1e-4, 100)}};
  }

 private:
  double tau(double tau_m) { return one_in(8) ? tau_m : log_uniform(0.2, 200); }
  double amplitude(double sign, double resistance, double low, double high) {
    return one_in(10) ? 0.0 : sign * log_uniform(low, high) / resistance;
  }
};

template <class Kernel>
struct MakeCase;
template <>
struct MakeCase<IfCurrExpKernel<double>> {
  static Case<IfCurrExp> make(RandomCases& random) { return random.curr_exp(); }
  using WideKernel = IfCurrExpKernel<Wide>;
};
template <>
struct MakeCase<IfCondExpKernel<double>> {
  static Case<IfCondExp> make(RandomCases& random) { return random.cond_exp(); }
  using WideKernel = IfCondExpKernel<Wide>;
};

}  // namespace va_event::neurons::testing

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <type_traits>
#include <utility>

#include "neurons/if_cond_exp/constants.hpp"
#include "neurons/if_cond_exp/intervals/conductance_series.hpp"
#include "neurons/if_cond_exp/intervals/conductances.hpp"
#include "neurons/if_cond_exp/intervals/forgotten_part.hpp"
#include "neurons/if_cond_exp/intervals/formulas.hpp"
#include "neurons/if_cond_exp/intervals/leak.hpp"
#include "neurons/if_cond_exp/intervals/quadrature.hpp"
#include "neurons/state.hpp"

/// By which methods an interval of IF_cond_exp is integrated, of any length and in any number type: one formula where
/// it is enough (formulas.hpp), else steps, without the part that v forgets. The equation, in units of the leak, is
///   tau_m dy/dt = y_leak - y + ge(t) (y_exc - y) + gi(t) (y_inh - y),   gx(t) = gx(0) e^{-t/tau_syn_x}:
/// linear in y, with an integrating factor e^{M(t)}, M(t) = int_0^t (1 + ge + gi)/tau_m, in closed form; the integral
/// that remains is an incomplete gamma function. Rejected: to evaluate it as such, since its terms cancel, and more
/// digits are lost the larger the conductance is (2e-8 mV at 25 times the leak, in doubles).
namespace va_event::neurons::intervals {

/// How an interval that is not for one formula is divided into steps: by quadrature in doubles, by Taylor series in
/// wider types.
template <class Real>
struct Steps {
  /// Quadrature takes three exponentials for each node, which are too slow in wider types.
  static constexpr bool kUsesSeries = !std::is_same_v<Real, double>;
  /// The longest step, in the two numbers of QuadratureLevel: conductance times time over cm, and time over the shorter
  /// synaptic time constant.
  static constexpr double kMaxX = kUsesSeries ? ConductanceSeries<Real>::kMaxX : kQuadratureLevels.back().max_x;
  static constexpr double kMaxZ = kUsesSeries ? ConductanceSeries<Real>::kMaxZ : kQuadratureLevels.back().max_z;
};

/// The state `h` later without input, ignoring the threshold; `t` stays.
/// Each step is as long as the limits allow with the conductances at its start. Conductances decay, so the steps become
/// longer; and the total M of the steps is at most what forgotten_part() leaves.
/// @param h [ms], >= 0; any length: the number of steps is bounded, whatever h and the conductances are
/// Error of y: IfCondExpKernel::kMaxAdvanceError.
template <class Real>
[[nodiscard]] State<Real> advance(const IfCondExpConstants<Real>& c, const State<Real>& state, const Real& h) {
  if constexpr (std::is_same_v<Real, double>) {
    if (const auto interval = transfer(c, state.exc, state.inh, h)) {
      State<Real> end = decay_by_ratio(c, state, h);
      end.y = (*interval)(state.y);
      return end;
    }
  }
  State<Real> now = state;
  Real rest = h;
  for (bool long_memory = true;;) {
    const Load<Real> load = load_of(c, now, rest);
    if (load.leak_only) {
      return decay_to_leak(c, now, rest);
    }
    const Real x = load.conductance * rest * c.rate_m;
    const Real z = rest * load.rate;
    if constexpr (Steps<Real>::kUsesSeries) {
      if (x <= Real(Steps<Real>::kMaxX) && z <= Real(Steps<Real>::kMaxZ)) {
        return by_conductance_series(c, now, rest, load);
      }
    } else {
      if (const std::size_t level = level_for(x, z); level < kQuadratureLevels.size()) {
        State<Real> end = decay_conductances(c, now, rest);
        end.y = quadrature_at_level(level, c, now.exc, now.inh, rest,
                                    std::make_index_sequence<kQuadratureLevels.size()>{})(now.y);
        return end;
      }
    }
    if (long_memory) {  // once, before the first of several steps
      const Real forgotten = forgotten_part(c, now, rest);
      if (forgotten > Real(0)) {
        now = decay_conductances(c, now, forgotten);
        now.y = stationary(c, now);
        rest -= forgotten;
      }
      long_memory = false;
      continue;
    }
    const Real by_x = Real(Steps<Real>::kMaxX) / (load.conductance * c.rate_m);
    const Real by_z = Real(Steps<Real>::kMaxZ) / load.rate;
    const Real part = by_x < by_z ? by_x : by_z;
    if constexpr (Steps<Real>::kUsesSeries) {
      now = by_conductance_series(c, now, part, load);
    } else {
      const auto end = quadrature<kQuadratureLevels.back().nodes>(c, now.exc, now.inh, part);
      const Real y = end(now.y);
      now = decay_conductances(c, now, part);
      now.y = y;
    }
    rest -= part;
  }
}

}  // namespace va_event::neurons::intervals

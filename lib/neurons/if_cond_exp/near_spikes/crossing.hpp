// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <limits>

#include "neurons/crossing.hpp"
#include "neurons/if_cond_exp/near_spikes/bounds.hpp"
#include "neurons/if_cond_exp/near_spikes/input_lists.hpp"

namespace va_event::neurons::near_spikes {

/// What a search for the threshold found.
struct Prospect {
  bool crosses;  ///< at `time`; else not before it
  double time;   ///< since the state [ms], may be +inf
};

/// When v reaches the threshold if no input comes, as far as it matters before `limit`. The steps of the search follow
/// from the state alone: `limit` decides where it may end, never what it finds.
/// @param state  t is 0 @param limit  [ms], >= 0
[[nodiscard]] inline Prospect first_crossing_before(const Constants& c, const State<double>& state, double limit) {
  constexpr double kShortStep = 1e-4;  // [ms]
  constexpr int kMostSteps = 64;
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  if (state.y >= 0.0) {
    return {true, 0.0};
  }
  const auto at = [&](double time) {
    State<double> there = Kernel::advance(c, state, time);
    there.t = time;
    return there;
  };
  State<double> there = state;
  double t = 0.0;
  for (int step = 0;; ++step) {
    const double drive = Kernel::drive_at_threshold(c, there).upper_bound();
    const double bound =
        safe_time(c, -there.y, drive, 1.0 + c.resistance * (there.exc + there.inh), there.exc, there.inh);
    if (t + bound > limit) {
      return {false, t + bound};
    }
    // The distance that near_crossing() looks ahead: only by a polynomial it takes less time than a step.
    if (Kernel::Short::applies(c, there, 2.0 * -there.y * c.tau_m / drive + 1.0 / 128)) {
      if (const auto near = near_crossing<Kernel>(c, at, there, t, kInfinity)) {
        return {true, near->time};
      }
    }
    if (bound <= kShortStep || step == kMostSteps) {
      const auto crossing = first_crossing<Kernel, double>(c, state, kInfinity);
      return crossing ? Prospect{true, *crossing} : Prospect{false, kInfinity};
    }
    t += bound;
    there = at(t);
  }
}

}  // namespace va_event::neurons::near_spikes

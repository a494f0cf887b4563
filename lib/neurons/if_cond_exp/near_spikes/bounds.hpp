// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cmath>
#include <limits>

#include "neurons/if_cond_exp/near_spikes/input_lists.hpp"
#include "neurons/safe_interval.hpp"

namespace va_event::neurons::near_spikes {

/// How long v certainly stays below the threshold without an input. F is the drive at threshold, tau_m dv/dt there
/// [mV].

/// Whether F falls as long as it is positive, and does not become positive again: inhibition that lasts longer.
[[nodiscard]] inline bool drive_only_falls(const Constants& c) {
  return c.y_leak <= 0.0 && c.y_exc >= 0.0 && c.y_inh <= 0.0 && c.rate_exc >= c.rate_inh;
}

/// For how long v stays below the threshold, at least [ms]. Where the drive falls, F(t) <= Q(t) = F(0) - b t + a t^2,
/// as e^-x is between 1 - x and 1 - x + x^2/2. With its mean over [0, h] in place of F, the distance after any time
/// from h on would be smaller, since what comes late weighs most. Behind the zero of Q there is no crossing.
/// @param distance  to the threshold [mV] @param drive, conductance  at most @param exc, inh  conductances [uS]
[[nodiscard]] inline double safe_time(const Constants& c, double distance, double drive, double conductance, double exc,
                                      double inh) {
  constexpr int kSteps = 2;
  double h = neurons::safe_interval(distance, drive, conductance, c.tau_m, c.potentials).duration;
  if (!(h > 0.0) || h == std::numeric_limits<double>::infinity() || !drive_only_falls(c)) {
    return h;
  }
  const double exc_drive = c.resistance * exc * c.y_exc;
  const double b = exc_drive * c.rate_exc + c.resistance * inh * c.y_inh * c.rate_inh;
  const double a = 0.5 * exc_drive * c.rate_exc * c.rate_exc;
  const double discriminant = b * b - 4.0 * a * drive;
  const double zero = discriminant > 0.0 && b > 0.0 ? 2.0 * drive / (b + std::sqrt(discriminant))
                                                    : std::numeric_limits<double>::infinity();
  const double least = b > 0.0 ? 0.5 * b / a : 0.0;  // Q falls until then
  for (int step = 0; step < kSteps && h < std::min(zero, least); ++step) {
    const double mean = drive - h * (0.5 * b - h * (a / 3.0));
    h = neurons::safe_interval(distance, mean, conductance, c.tau_m, c.potentials).duration;
  }
  return h > zero * (1.0 + 0x1p-30) && zero <= least ? std::numeric_limits<double>::infinity() : h;
}

}  // namespace va_event::neurons::near_spikes

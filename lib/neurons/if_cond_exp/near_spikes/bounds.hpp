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

/// The same where drive_only_falls(), in fewer operations, and shorter. As ln(1 + w) >= w (6 + 3 w)/(6 + 6 w + w^2),
/// a constant drive f takes at least u (6 f + 3 G u)/(6 f (f + G u) + (G u)^2) tau_m. In that time the drive falls by
/// at least k per ms, so that its mean is less, and where it falls to 0 there is no crossing.
/// @param drive  > 0 @param exc_drive, inh_drive  the synapses' shares of it [mV]
[[nodiscard]] inline double safe_time_of_falling(const Constants& c, double distance, double drive, double conductance,
                                                 double exc_drive, double inh_drive) {
  constexpr int kSteps = 2;
  const double u =
      distance - neurons::kSafetyMargin * std::numeric_limits<double>::epsilon() * (c.potentials + distance);
  if (!(u > 0.0)) {
    return 0.0;
  }
  const double fall = conductance * u;
  const double scale = neurons::kShrink<double> * u * c.tau_m;
  const auto with = [&](double f) { return scale * (6.0 * f + 3.0 * fall) / (6.0 * f * (f + fall) + fall * fall); };
  double h = with(drive);
  for (int step = 0; step < kSteps; ++step) {
    const double k = exc_drive * c.rate_exc * std::max(0.0, 1.0 - h * c.rate_exc) + inh_drive * c.rate_inh;
    if (!(k > 0.0)) {
      break;
    }
    if (k * h > drive * (1.0 + 0x1p-30)) {
      return std::numeric_limits<double>::infinity();
    }
    h = with(drive - 0.5 * k * h);
  }
  return h;
}

/// A drive closer to 0 than this may have either sign, for rounding [mV].
[[nodiscard]] inline double drive_margin(const Constants& c) { return 1e-9 * c.potentials; }

}  // namespace va_event::neurons::near_spikes

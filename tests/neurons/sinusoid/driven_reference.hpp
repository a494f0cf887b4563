// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/math/constants/constants.hpp>
#include <cstdint>
#include <vector>

#include "neurons/sinusoid/driven.hpp"
#include "tests/neurons/reference.hpp"

/// Independent routes to the solutions of neurons that get sinusoidal currents, in 50 digits.
namespace va_event::neurons::testing {

/// A source as a function of time, from its definition.
struct WideSine {
  Wide size;   ///< [mV]
  Wide omega;  ///< [1/ms]
  Wide angle;  ///< at the moment of the state

  WideSine(const SineSource& source, const Wide& resistance, std::int64_t epoch, const Wide& t)
      : size(resistance * source.amplitude),
        omega(2 * boost::math::constants::pi<Wide>() * Wide(source.frequency) / 1000),
        angle(omega * (16 * Wide(static_cast<double>(epoch - source.start_epoch)) + t - source.start_offset) +
              Wide(source.phase) * boost::math::constants::pi<Wide>() / 180) {}
};

/// What sinusoids add to the potential of a leaky neuron: the textbook's particular solution, and its decay.
inline Wide reference_response(const std::vector<WideSine>& sines, const Wide& tau_m, const Wide& h) {
  Wide sum = 0;
  for (const WideSine& one : sines) {
    const Wide w = one.omega * tau_m;
    const Wide lag = atan(w), size = one.size / sqrt(1 + w * w);
    sum += size * (sin(one.angle + one.omega * h - lag) - exp(-h / tau_m) * sin(one.angle - lag));
  }
  return sum;
}

/// IF_cond_exp by the Taylor series of its differential equation, with steps that resolve everything.
inline Wide reference_y(const IfCondExpKernel<Wide>::Constants& c, const State<Wide>& s, std::vector<WideSine> sines,
                        const Wide& h) {
  constexpr std::size_t order = 28;
  Wide y = s.y, ge = c.resistance * s.exc, gi = c.resistance * s.inh, rest = h;
  Wide fastest = 0;
  for (const WideSine& one : sines) {
    fastest = std::max(fastest, one.omega);
  }
  while (rest > 0) {
    Wide rate = (1 + ge + gi) / c.tau_m + fastest;
    rate += (ge > Wide("1e-30") ? 1 / c.tau_exc : Wide(0)) + (gi > Wide("1e-30") ? 1 / c.tau_inh : Wide(0));
    const Wide step = std::min(rest, Wide(1 / (2 * rate)));
    std::array<Wide, order + 1> e, i, v, drive;
    drive.fill(0);
    for (const WideSine& one : sines) {
      std::array<Wide, 4> derivatives{sin(one.angle), cos(one.angle), -sin(one.angle), -cos(one.angle)};
      Wide factor = one.size;
      for (std::size_t n = 0; n <= order; ++n) {
        drive[n] += factor * derivatives[n % 4];
        factor *= one.omega / (n + 1);
      }
    }
    e[0] = ge > Wide("1e-30") ? ge : Wide(0), i[0] = gi > Wide("1e-30") ? gi : Wide(0), v[0] = y;
    for (std::size_t at = 0; at < order; ++at) {
      Wide product = -v[at] + (at == 0 ? c.y_leak : Wide(0)) + e[at] * c.y_exc + i[at] * c.y_inh + drive[at];
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
    ge *= exp(-step / c.tau_exc);
    gi *= exp(-step / c.tau_inh);
    for (WideSine& one : sines) {
      one.angle += one.omega * step;
    }
  }
  return y;
}

}  // namespace va_event::neurons::testing

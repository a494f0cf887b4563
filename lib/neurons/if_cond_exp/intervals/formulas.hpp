// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <optional>
#include <utility>

#include "neurons/if_cond_exp/constants.hpp"
#include "neurons/if_cond_exp/intervals/conductances.hpp"
#include "neurons/if_cond_exp/intervals/decay_series.hpp"
#include "neurons/if_cond_exp/intervals/quadrature.hpp"
#include "neurons/if_cond_exp/intervals/transfer.hpp"
#include "numerics/elementary.hpp"

/// Which formula takes an interval of IF_cond_exp in doubles: a choice by the time constants and the load alone, so
/// that it is the same wherever an interval is integrated, alone or in vectors (intervals-inl.hpp). Where it applies
/// the power series is preferred: it takes two exponentials, quadrature three for each node.
namespace va_event::neurons::intervals {

/// By which formula an interval is taken, as a number: the power series with ratio 1 or 2, one of kQuadratureLevels, or
/// by none alone.
namespace formula {
inline constexpr std::size_t kRatioOne = 0;
inline constexpr std::size_t kRatioTwo = 1;
inline constexpr std::size_t kQuadrature = 2;
inline constexpr std::size_t kNone = kQuadrature + kQuadratureLevels.size();
}  // namespace formula

/// What decides how a power series takes the interval: the load of decay_series.hpp, without unit, >= 0.
/// @param exc, inh  conductances at the start [uS] @param h  [ms], >= 0
[[nodiscard]] inline double series_load(const IfCondExpConstants<double>& c, double exc, double inh, double h) {
  const double conductance = 1.0 + c.resistance * (magnitude(exc) + magnitude(inh));
  return decay_series::load_of(c.series, c.rate_m, conductance, h);
}

/// The formula that takes the interval `h` from conductances `exc` and `inh` on; kNone when it takes more than one.
/// @param h  [ms], >= 0
[[nodiscard]] inline std::size_t formula_of(const IfCondExpConstants<double>& c, double exc, double inh, double h) {
  if (c.series.ratio != 0) {
    const std::size_t series = c.series.ratio == 1 ? formula::kRatioOne : formula::kRatioTwo;
    return series_load(c, exc, inh, h) < decay_series::kLoadLimit ? series : formula::kNone;
  }
  const Load<double> load = load_of(c, {0.0, exc, inh, 0.0}, h);
  return load.leak_only ? formula::kNone
                        : formula::kQuadrature + level_for(load.conductance * h * c.rate_m, h * load.rate);
}

/// What the interval does to y. @param formula of formula_of() for the same arguments, not kNone
[[nodiscard]] inline Transfer<double> transfer(std::size_t formula, const IfCondExpConstants<double>& c, double exc,
                                               double inh, double h) {
  if (formula >= formula::kQuadrature) {
    return quadrature_at_level(formula - formula::kQuadrature, c, exc, inh, h,
                               std::make_index_sequence<kQuadratureLevels.size()>{});
  }
  const bool exc_is_slow = c.series.excitatory_is_slow;
  const decay_series::Start start{c.y_leak, exc_is_slow ? c.y_exc : c.y_inh, exc_is_slow ? c.y_inh : c.y_exc,
                                  c.resistance * (exc_is_slow ? exc : inh), c.resistance * (exc_is_slow ? inh : exc)};
  return decay_series::transfer(c.series, c.rate_m, start, h, decay_series::order_for(series_load(c, exc, inh, h)));
}

/// Divides an interval of too large a load into parts that a power series takes each, and visits them in their order.
/// The parts have equal lengths, a power of two of them, so that h/parts is exact and the decays are shared.
/// @param visit  called as visit(length [ms], exc, inh), with the conductances at the part's start [uS]
/// @returns how many parts; 0: the series does not apply, or there would be too many
template <class Visit>
unsigned for_parts(const IfCondExpConstants<double>& c, double exc, double inh, double h, const Visit& visit) {
  const unsigned parts = c.series.ratio == 0 ? 0 : decay_series::parts_for(series_load(c, exc, inh, h));
  if (parts > 0) {
    const double part = h * (1.0 / parts);
    const double decay_exc = numerics::elementary::exp(-part * c.rate_exc);
    const double decay_inh = numerics::elementary::exp(-part * c.rate_inh);
    for (unsigned k = 0; k < parts; ++k) {
      visit(part, exc, inh);
      exc *= decay_exc;
      inh *= decay_inh;
    }
  }
  return parts;
}

/// What the interval does to y, by one formula or by parts of the power series; nothing where it takes steps.
[[nodiscard]] inline std::optional<Transfer<double>> transfer(const IfCondExpConstants<double>& c, double exc,
                                                              double inh, double h) {
  if (const std::size_t formula = formula_of(c, exc, inh, h); formula != formula::kNone) {
    return transfer(formula, c, exc, inh, h);
  }
  std::optional<Transfer<double>> all;
  for_parts(c, exc, inh, h, [&](double part, double part_exc, double part_inh) {
    const Transfer<double> one = transfer(formula_of(c, part_exc, part_inh, part), c, part_exc, part_inh, part);
    all = all ? all->then(one) : one;
  });
  return all;
}

}  // namespace va_event::neurons::intervals

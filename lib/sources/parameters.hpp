// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "network/parameter_table.hpp"
#include "va_event/cell_types.hpp"

namespace va_event::sources {

inline constexpr network::ParameterTable<SpikeSourcePoisson> kPoissonParameters{
    {{{&SpikeSourcePoisson::rate, "rate", "Hz", Bound::non_negative, "mean number of spikes per second"},
      {&SpikeSourcePoisson::start, "start", "ms", Bound::non_negative, "first moment at which a spike is possible"},
      {&SpikeSourcePoisson::duration, "duration", "ms", Bound::duration, "spikes come before start + duration"}}}};

inline constexpr network::ParameterTable<SpikeSourcePoissonRefractory> kPoissonRefractoryParameters{
    {{{&SpikeSourcePoissonRefractory::rate, "rate", "Hz", Bound::non_negative, "mean number of spikes per second"},
      {&SpikeSourcePoissonRefractory::tau_refrac, "tau_refrac", "ms", Bound::non_negative,
       "shortest time between two spikes"},
      {&SpikeSourcePoissonRefractory::start, "start", "ms", Bound::non_negative,
       "first moment at which a spike is possible"},
      {&SpikeSourcePoissonRefractory::duration, "duration", "ms", Bound::duration,
       "spikes come before start + duration"}}}};

inline constexpr network::ParameterTable<SpikeSourceGamma> kGammaParameters{
    {{{&SpikeSourceGamma::alpha, "alpha", "", Bound::positive, "shape of the distribution of intervals"},
      {&SpikeSourceGamma::beta, "beta", "Hz", Bound::non_negative, "rate parameter: the mean interval is alpha / beta"},
      {&SpikeSourceGamma::start, "start", "ms", Bound::non_negative, "first moment at which a spike is possible"},
      {&SpikeSourceGamma::duration, "duration", "ms", Bound::duration, "spikes come before start + duration"}}}};

}  // namespace va_event::sources

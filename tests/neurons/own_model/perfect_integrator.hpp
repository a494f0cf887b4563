// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "va_event/cell_types.hpp"

namespace va_event::testing {

/// A neuron model that the library does not have, with an extra variable and one receptor: a perfect integrator with
/// adaptation,
///   dv/dt = (i_offset + isyn - w)/cm,  d isyn/dt = -isyn/tau_syn,  dw/dt = -w/tau_w;
/// an input adds its weight [nA] to isyn, and a spike adds b to w.
struct PerfectIntegrator {
  double cm = 1.0;          ///< [nF], > 0
  double tau_refrac = 0.0;  ///< [ms], >= 0
  double tau_syn = 5.0;     ///< [ms], > 0
  double tau_w = 50.0;      ///< [ms], > 0
  double b = 0.0;           ///< [nA]
  double i_offset = 0.0;    ///< [nA]
  double v_reset = -65.0;   ///< [mV], < v_thresh
  double v_thresh = -50.0;  ///< [mV]

  [[nodiscard]] static const CellModel& model();
  operator CellType() const;  // NOLINT(google-explicit-constructor)
};

}  // namespace va_event::testing

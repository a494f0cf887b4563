// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "neurons/if_cond_exp/intervals/decay_series.hpp"

namespace va_event::neurons {

/// What IF_cond_exp computes once from a parameter set and the injected current, for all neurons that have them. A
/// header of its own, because the integration methods (intervals/) need the constants and the kernel needs the methods.
/// Potentials are distances from v_thresh, conductances are turned into units of the leak by `resistance`, and inverses
/// of time constants are kept because multiplications are faster than divisions.
template <class Real>
struct IfCondExpConstants {
  Real y_reset;                ///< v_reset - v_thresh [mV], < 0
  Real v_thresh;               ///< [mV]
  Real tau_refrac;             ///< [ms]
  Real tau_m;                  ///< [ms]
  Real tau_exc;                ///< [ms]
  Real tau_inh;                ///< [ms]
  Real rate_m;                 ///< 1/tau_m [1/ms]
  Real rate_exc;               ///< 1/tau_syn_E [1/ms]
  Real rate_inh;               ///< 1/tau_syn_I [1/ms]
  Real resistance;             ///< tau_m/cm [MOhm]: turns a conductance [uS] into units of the leak
  Real y_leak;                 ///< v_rest + resistance (i_offset + injected current) - v_thresh [mV]
  Real y_exc;                  ///< e_rev_E - v_thresh [mV]
  Real y_inh;                  ///< e_rev_I - v_thresh [mV]
  Real potentials;             ///< largest magnitude of these three, terms of y_leak added up [mV]
  Real horizon;                ///< [ms]: beyond it nothing that a number of this type resolves changes
  decay_series::Shape series;  ///< of doubles
  bool in_amplitude_form;      ///< records hold amplitudes
  Real epoch_exc;              ///< e^{-epoch/tau_syn_E}, where there is an amplitude form
  Real epoch_inh;              ///< e^{-epoch/tau_syn_I}
};

}  // namespace va_event::neurons

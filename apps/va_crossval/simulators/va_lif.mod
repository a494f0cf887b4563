: SPDX-License-Identifier: Apache-2.0
: Leaky integrate-and-fire neurons with exponential synapses as point processes that leave the potential of their
: section alone: any number of them can stand in one section.

NEURON {
  POINT_PROCESS VaLif
  RANGE v0, v_rest, v_thresh, v_reset, tau_refrac, cm, tau_m, tau_syn_E, tau_syn_I, e_rev_E, e_rev_I, i_offset
  RANGE conductances, awake, v_inf, tau_v
}

UNITS {
  (mV) = (millivolt)
  (nA) = (nanoamp)
  (nF) = (nanofarad)
}

PARAMETER {
  v0 = -60 (mV)
  v_rest = -60 (mV)
  v_thresh = -50 (mV)
  v_reset = -60 (mV)
  tau_refrac = 5 (ms)
  cm = 0.2 (nF)
  tau_m = 20 (ms)
  tau_syn_E = 5 (ms)
  tau_syn_I = 10 (ms)
  e_rev_E = 0 (mV)
  e_rev_I = -80 (mV)
  i_offset = 0 (nA)
  conductances = 1
}

ASSIGNED {
  awake
  v_inf (mV)
  tau_v (ms)
}

STATE {
  vm (mV)
  xe
  xi
}

INITIAL {
  vm = v0
  xe = 0
  xi = 0
  awake = 1
  net_send(0, 1)
}

BREAKPOINT {
  SOLVE states METHOD cnexp
}

: Potential that vm decays to and time constant, for constant synaptic variables. A refractory neuron stays where it is.
PROCEDURE rates() {
  UNITSOFF
  if (awake == 0) {
    tau_v = tau_m
    v_inf = v_reset
  } else if (conductances == 1) {
    tau_v = 1 / (1 / tau_m + (xe + xi) / cm)
    v_inf = tau_v * (v_rest / tau_m + (xe * e_rev_E + xi * e_rev_I + i_offset) / cm)
  } else {
    tau_v = tau_m
    v_inf = v_rest + tau_m * (xe + xi + i_offset) / cm
  }
  UNITSON
}

DERIVATIVE states {
  rates()
  vm' = (v_inf - vm) / tau_v
  xe' = -xe / tau_syn_E
  xi' = -xi / tau_syn_I
}

NET_RECEIVE (w, inhibitory) {
  INITIAL {
    : without this block NEURON sets `inhibitory` to 0
  }
  if (flag == 1) {
    WATCH (vm > v_thresh) 2
  } else if (flag == 2) {
    net_event(t)
    vm = v_reset
    awake = 0
    net_send(tau_refrac, 3)
  } else if (flag == 3) {
    awake = 1
  } else if (inhibitory == 0) {
    xe = xe + w
  } else {
    xi = xi + w
  }
}

# SPDX-License-Identifier: Apache-2.0
"""The exported network in Brian2: exponential Euler (COBA) or exact integration (CUBA), spikes on the grid."""

import brian2
import numpy as np
from brian2 import ms, mV, nA, nF, uS
from va_network import StopWatch, main

COMMON = """
dv/dt = (v_rest - v) / tau_m + (%s + i_offset) / c_m : volt (unless refractory)
"""
CONDUCTANCES = COMMON % "ge * (e_rev_E - v) + gi * (e_rev_I - v)" + """
dge/dt = -ge / tau_syn_E : siemens
dgi/dt = -gi / tau_syn_I : siemens
"""
CURRENTS = COMMON % "ge + gi" + """
dge/dt = -ge / tau_syn_E : amp
dgi/dt = -gi / tau_syn_I : amp
"""
# As PyNN's backend for Brian2 has them: all of the delay lies before the synapse, and each kind of arrival checks one bound.
STDP = """
w : %s
dP/dt = -P / tau_plus : 1 (event-driven)
dM/dt = -M / tau_minus : 1 (event-driven)
"""
STDP_ON_PRE = """
P += A_plus
w = w + w_max * M
w = int(w >= w_min) * w + int(w < w_min) * w_min
ge_post += w
"""
STDP_ON_POST = """
M -= A_minus
w = w + w_max * P
w = int(w > w_max) * w_max + int(w <= w_max) * w
"""
UNITS = {"cm": nF, "i_offset": nA, "tau": ms, "v": mV, "e": mV}  # by name, or by what stands before its first "_"


def unit_of(name):
    return UNITS.get(name) or UNITS[name.split("_")[0]]


def lanes_of(network, dt):
    """For each source spike how many spikes of its source came earlier in the same step.

    Brian2's generators emit one spike in a step; the next ones get a copy of the source in another lane.
    """
    steps = np.floor(network.source_times / dt + 1e-9)
    lanes, seen = [], {}
    for key in zip(network.source_ids, steps):
        lanes.append(seen.get(key, 0))
        seen[key] = lanes[-1] + 1
    return np.array(lanes, dtype=np.int64)


def simulate(network, dt, arguments):
    watch = StopWatch()
    brian2.start_scope()
    brian2.prefs.codegen.target = "numpy" if arguments.quick else "cython"
    brian2.prefs.core.default_float_dtype = np.float64
    brian2.defaultclock.dt = dt * ms
    weight_unit, unit_name = (uS, "siemens") if network.conductances else (nA, "amp")
    # Preparing the exact method takes some ten seconds per run.
    method = "exponential_euler" if network.conductances or arguments.quick else "exact"
    namespace = {name: value * unit_of(name) for name, value in network.parameters.items()}
    namespace["c_m"] = namespace.pop("cm")  # cm is a centimetre
    cells = brian2.NeuronGroup(
        network.n, CONDUCTANCES if network.conductances else CURRENTS, method=method, threshold="v >= v_thresh",
        reset="v = v_reset", refractory=network.parameters["tau_refrac"] * ms, namespace=namespace)
    cells.v = network.v * mV
    monitor = brian2.SpikeMonitor(cells)
    parts, plastic = [cells, monitor], []

    def connect(source, pre, chosen, target, changing=False):
        if len(pre) == 0:
            return
        if changing:
            p = network.plasticity
            constants = {"tau_plus": p["tau_plus"] * ms, "tau_minus": p["tau_minus"] * ms, "A_plus": p["A_plus"],
                         "A_minus": p["A_minus"], "w_min": 0 * weight_unit, "w_max": p["w_max"] * weight_unit}
            synapses = brian2.Synapses(source, cells, STDP % unit_name, on_pre=STDP_ON_PRE, on_post=STDP_ON_POST,
                                       namespace=constants)
            plastic.append((synapses, chosen))
        else:
            synapses = brian2.Synapses(source, cells, f"w : {unit_name}", on_pre=f"{target}_post += w")
        synapses.connect(i=pre, j=network.post[chosen])
        synapses.w = network.weight[chosen] * weight_unit
        (synapses.pre if changing else synapses).delay = network.delay[chosen] * ms
        parts.append(synapses)

    inside = network.pre < network.n
    generator, n_sources, lanes = None, 0, np.array([], dtype=np.int64)
    if len(network.source_ids) > 0:
        n_sources = network.n_sources
        lanes = lanes_of(network, dt)
        indices = network.source_ids - network.n + lanes * n_sources
        generator = brian2.SpikeGeneratorGroup(n_sources * (lanes.max() + 1), indices, network.source_times * ms)
        parts.append(generator)
    for inhibitory, changing, target in ((False, False, "ge"), (True, False, "gi"), (False, True, "ge")):
        of_kind = (network.inhibitory == inhibitory) & (network.changing == changing)
        chosen = np.flatnonzero(inside & of_kind)
        connect(cells, network.pre[chosen], chosen, target, changing)
        if generator is not None:
            chosen = np.flatnonzero(~inside & of_kind)
            copies = np.arange(lanes.max() + 1)
            pre = (network.pre[chosen] - network.n)[:, None] + copies * n_sources
            connect(generator, pre.ravel(), np.repeat(chosen, len(copies)), target, changing)

    net = brian2.Network(parts)
    net.run(0 * ms)  # compiles
    build_s = watch.lap()
    net.run(network.duration * ms)
    run_s = watch.lap()
    weights = np.zeros(len(network.pre))
    for synapses, chosen in plastic:
        weights[chosen] = np.asarray(synapses.w / weight_unit)
    return {
        "times": np.asarray(monitor.t / ms),
        "ids": np.asarray(monitor.i),
        "settings": f"{method}, {brian2.prefs.codegen.target}",
        "build_s": build_s,
        "run_s": run_s,
        **({"weights": weights[network.changing]} if plastic else {}),
    }


if __name__ == "__main__":
    main("Brian2", brian2.__version__, simulate)

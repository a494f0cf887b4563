# SPDX-License-Identifier: Apache-2.0
"""The exported network in NEST 3: iaf_cond_exp (Runge-Kutta-Fehlberg within the step) or iaf_psc_exp (exact
integration), spikes on the grid."""

import nest
import numpy as np
from va_network import StopWatch, main

# NEST's names and its units pF, pA, nS.
COMMON = {"v_rest": ("E_L", 1.0), "cm": ("C_m", 1e3), "tau_refrac": ("t_ref", 1.0), "v_thresh": ("V_th", 1.0),
          "v_reset": ("V_reset", 1.0), "i_offset": ("I_e", 1e3)}
CONDUCTANCES = {**COMMON, "tau_syn_E": ("tau_syn_ex", 1.0), "tau_syn_I": ("tau_syn_in", 1.0),
                "e_rev_E": ("E_ex", 1.0), "e_rev_I": ("E_in", 1.0)}
CURRENTS = {**COMMON, "tau_syn_E": ("tau_syn_ex", 1.0), "tau_syn_I": ("tau_syn_in", 1.0), "tau_m": ("tau_m", 1.0)}
WEIGHT_SCALE = 1e3  # uS to nS, nA to pA
TICS_PER_MS = 80000  # a step is a whole number of them: down to 0.1 ms / 2^6 with halved steps


def parameters_of(network):
    names = CONDUCTANCES if network.conductances else CURRENTS
    values = {nest_name: network.parameters[name] * scale for name, (nest_name, scale) in names.items()}
    if network.conductances:
        values["g_L"] = WEIGHT_SCALE * network.parameters["cm"] / network.parameters["tau_m"]
    return values


def simulate(network, dt, _arguments):
    watch = StopWatch()
    nest.set_verbosity("M_ERROR")
    nest.ResetKernel()
    nest.SetKernelStatus({"tics_per_ms": TICS_PER_MS, "resolution": dt, "local_num_threads": 1})
    model = "iaf_cond_exp" if network.conductances else "iaf_psc_exp"
    cells = nest.Create(model, network.n, params=parameters_of(network))
    cells.V_m = network.v.tolist()
    recorder = nest.Create("spike_recorder")
    nest.Connect(cells, recorder)
    ids = np.array(cells.tolist())
    if len(network.source_ids) > 0:
        n_sources = int(max(network.source_ids.max(), network.pre.max())) + 1 - network.n
        trains = [{"spike_times": network.source_times[network.source_ids == network.n + k].tolist(),
                   "allow_offgrid_times": True} for k in range(n_sources)]
        sources = nest.Create("spike_generator", n_sources, params=trains)
        ids = np.concatenate([ids, sources.tolist()])
    # iaf_cond_exp tells receptors apart by the sign, iaf_psc_exp too, whose weights have it already.
    sign = np.where(network.inhibitory & network.conductances, -1.0, 1.0)
    nest.Connect(ids[network.pre], ids[network.post], "one_to_one",
                 {"weight": WEIGHT_SCALE * sign * network.weight, "delay": network.delay})
    nest.Prepare()
    build_s = watch.lap()
    nest.Run(network.duration)
    run_s = watch.lap()
    nest.Cleanup()
    events = recorder.events
    return {
        "times": events["times"],
        "ids": events["senders"] - ids[0],
        "settings": model,
        "build_s": build_s,
        "run_s": run_s,
    }


if __name__ == "__main__":
    main("NEST", nest.__version__, simulate)

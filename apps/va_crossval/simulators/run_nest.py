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
TICS_PER_MS = 640000  # a step is a whole number of them: down to 0.1 ms / 2^9 and to 1 ms / 2^10


def parameters_of(network):
    names = CONDUCTANCES if network.conductances else CURRENTS
    values = {nest_name: network.parameters[name] * scale for name, (nest_name, scale) in names.items()}
    if network.conductances:
        values["g_L"] = WEIGHT_SCALE * network.parameters["cm"] / network.parameters["tau_m"]
    return values


def synapses_that_change(network):
    """NEST's model of them, and its parameters."""
    p = network.plasticity
    if not network.rule:
        return {}
    if network.rule == "stdp":
        return {"synapse_model": "stdp_synapse", "lambda": p["A_plus"], "alpha": p["A_minus"] / p["A_plus"],
                "tau_plus": p["tau_plus"], "mu_plus": p["mu_plus"], "mu_minus": p["mu_minus"],
                "Wmax": WEIGHT_SCALE * p["w_max"]}
    if network.rule == "simple_stochastic":
        return {"synapse_model": "bernoulli_synapse", "p_transmit": p["p"]}
    if network.rule in ("stochastic_tsodyks_markram", "multi_quantal"):  # u: of the first spike
        return {"synapse_model": "quantal_stp_synapse", "U": p["U"], "tau_rec": p["tau_rec"], "tau_fac": p["tau_facil"],
                "u": p["U"], "n": int(p.get("n", 1)), "a": int(p.get("n", 1))}
    return {"synapse_model": "tsodyks_synapse", "U": p["U"], "tau_rec": p["tau_rec"], "tau_fac": p["tau_facil"],
            "tau_psc": network.parameters["tau_syn_E"], "u": 0.0, "x": 1.0, "y": 0.0}


def final_weights(network, ids):
    """Of the synapses that change, in their order; no pair of cells has two [nA]."""
    data = nest.GetConnections(synapse_model="stdp_synapse").get(["source", "target", "weight"])
    found = dict(zip(zip(data["source"], data["target"]), data["weight"]))
    pairs = zip(ids[network.pre[network.changing]].tolist(), ids[network.post[network.changing]].tolist())
    return [found[pair] / WEIGHT_SCALE for pair in pairs]


def simulate(network, dt, _arguments):
    watch = StopWatch()
    nest.set_verbosity("M_ERROR")
    nest.ResetKernel()
    nest.SetKernelStatus({"tics_per_ms": TICS_PER_MS, "resolution": dt, "local_num_threads": 1})
    model = "iaf_cond_exp" if network.conductances else "iaf_psc_exp"
    parameters = parameters_of(network)
    if network.rule == "stdp":
        parameters["tau_minus"] = network.plasticity["tau_minus"]
    cells = nest.Create(model, network.n, params=parameters)
    cells.V_m = network.v.tolist()
    recorder = nest.Create("spike_recorder")
    nest.Connect(cells, recorder)
    ids = np.array(cells.tolist())
    if len(network.source_ids) > 0:
        # Synapses that change begin at neurons: a parrot repeats each spike 1 ms later, and gets it 1 ms early. That is a
        # whole number of steps; with one step NEST would exchange spikes at every step.
        early = 1.0 if network.rule else 0.0
        trains = [{"spike_times": (network.source_times[network.source_ids == network.n + k] - early).tolist(),
                   "allow_offgrid_times": True} for k in range(network.n_sources)]
        sources = nest.Create("spike_generator", network.n_sources, params=trains)
        if network.rule:
            parrots = nest.Create("parrot_neuron", network.n_sources)
            nest.Connect(sources, parrots, "one_to_one", {"delay": early})
            sources = parrots
        ids = np.concatenate([ids, sources.tolist()])
    # iaf_cond_exp tells receptors apart by the sign, iaf_psc_exp too, whose weights have it already.
    sign = np.where(network.inhibitory & network.conductances, -1.0, 1.0)
    for chosen, model_of_synapse in ((~network.changing, {}), (network.changing, synapses_that_change(network))):
        if np.any(chosen):
            nest.Connect(ids[network.pre[chosen]], ids[network.post[chosen]], "one_to_one",
                         {"weight": (WEIGHT_SCALE * sign * network.weight)[chosen], "delay": network.delay[chosen],
                          **model_of_synapse})
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
        **({"weights": final_weights(network, ids)} if network.rule == "stdp" else {}),
    }


if __name__ == "__main__":
    main("NEST", nest.__version__, simulate)

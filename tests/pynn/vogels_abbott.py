# SPDX-License-Identifier: Apache-2.0
"""The Vogels-Abbott networks (benchmarks 1 and 2 of Brette et al. 2007) as a user of PyNN writes them."""

from types import SimpleNamespace

from pyNN.random import NumpyRNG, RandomDistribution

SEED = 98765


def build(sim, benchmark, groups="populations", n=4000, csa=None, p_connect=0.02, seed=SEED, input_spikes=None, **extra):
    """Makes the network with populations, views or an assembly. With `csa`, connections are its random sets. With
    `input_spikes`, the 20 sources of COBA spike at these times. `extra` goes to setup()."""
    conductance = benchmark == "COBA"
    n_exc = n * 4 // 5
    sim.setup(timestep=0.1, min_delay=0.2, max_delay=1.0, **extra)
    cell = dict(tau_m=20.0, tau_syn_E=5.0, tau_syn_I=10.0, v_rest=-60.0 if conductance else -49.0, v_reset=-60.0,
                v_thresh=-50.0, cm=0.2, tau_refrac=5.0)
    if conductance:
        cell.update(e_rev_E=0.0, e_rev_I=-80.0)
    cell_type = (sim.IF_cond_exp if conductance else sim.IF_curr_exp)(**cell)
    every = None
    if groups == "views":
        every = sim.Population(n, cell_type, label="all")
        exc, inh = every[:n_exc], every[n_exc:]
    else:
        exc, inh = sim.Population(n_exc, cell_type, label="exc"), sim.Population(n - n_exc, cell_type, label="inh")
        every = exc + inh if groups == "assembly" else None
    stimulus = None
    if conductance:
        stimulus = sim.Population(20, sim.SpikeSourcePoisson(rate=100.0, duration=50.0) if input_spikes is None else
                                  sim.SpikeSourceArray(spike_times=input_spikes))

    rng = NumpyRNG(seed=seed, parallel_safe=True)
    potentials = RandomDistribution("uniform", low=-60.0, high=-50.0, rng=rng)
    for group in [every] if groups == "views" else [exc, inh]:
        group.initialize(v=potentials)

    connector = sim.CSAConnector(csa.cset(csa.random(p_connect))) if csa else \
        sim.FixedProbabilityConnector(p_connect, rng=rng)
    weights = (4.0 * 1e-3, 51.0 * 1e-3) if conductance else (1e-3 * 0.27 * 60.0, 1e-3 * 4.5 * -20.0)
    projections = []
    targets = [exc, inh] if every is None else [every]
    for source, weight, receptor in ((exc, weights[0], "excitatory"), (inh, weights[1], "inhibitory")):
        synapse = sim.StaticSynapse(weight=weight, delay=0.2)
        projections += [sim.Projection(source, target, connector, synapse, receptor_type=receptor)
                        for target in targets]
    if stimulus is not None:
        projections += [sim.Projection(stimulus, target, sim.FixedProbabilityConnector(0.01),
                                       sim.StaticSynapse(weight=0.1), receptor_type="excitatory") for target in targets]
    if every is None:
        exc.record("spikes")
        inh.record("spikes")
    else:
        every.record("spikes")
    exc[[0, 1]].record("v")
    return SimpleNamespace(exc=exc, inh=inh, every=every, stimulus=stimulus, projections=projections)

#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The cortical microcircuit of Potjans & Diesmann 2014 (Cereb. Cortex 24:785-806) in PyNN:

    python microcircuit.py va_event --scale 0.1 --duration 1000 --plot-figure microcircuit.png

Four layers, 77,169 neurons and 299 million synapses, whose weights and delays are drawn one by one, and a Poisson process
into each neuron. A scale < 1 keeps means and variances of the inputs (van Albada, Helias & Diesmann, PLoS Comput. Biol.
11:e1004490, 2015): a neuron has `scale` times as many inputs, each is 1/sqrt(scale) times as strong, and a constant current
gives back the part of the mean that is lost.
"""

import numpy as np
from common import Progress, generator, plot, rates, read_options

NAMES = ["L2/3e", "L2/3i", "L4e", "L4i", "L5e", "L5i", "L6e", "L6i"]
NEURONS = np.array([20683, 5834, 21915, 5479, 4850, 1065, 14395, 2948])
EXTERNAL_INPUTS = np.array([1600, 1500, 2100, 1900, 2000, 1900, 2900, 2100])
RATES = np.array([0.903, 2.965, 4.414, 5.876, 7.569, 8.633, 1.105, 7.829])  # of the full network [Hz], from NEST's example
PROBABILITIES = np.array([  # that two neurons are connected, by target and source
    [0.1009, 0.1689, 0.0437, 0.0818, 0.0323, 0.0000, 0.0076, 0.0000],
    [0.1346, 0.1371, 0.0316, 0.0515, 0.0755, 0.0000, 0.0042, 0.0000],
    [0.0077, 0.0059, 0.0497, 0.1350, 0.0067, 0.0003, 0.0453, 0.0000],
    [0.0691, 0.0029, 0.0794, 0.1597, 0.0033, 0.0000, 0.1057, 0.0000],
    [0.1004, 0.0622, 0.0505, 0.0057, 0.0831, 0.3726, 0.0204, 0.0000],
    [0.0548, 0.0269, 0.0257, 0.0022, 0.0600, 0.3158, 0.0086, 0.0000],
    [0.0156, 0.0066, 0.0211, 0.0166, 0.0572, 0.0197, 0.0396, 0.2252],
    [0.0364, 0.0010, 0.0034, 0.0005, 0.0277, 0.0080, 0.0658, 0.1443]])
WEIGHT = 0.0878  # of an excitatory synapse [nA]: 0.15 mV at the peak
INHIBITION = -4.0  # an inhibitory weight relative to it
EXTERNAL_RATE = 8.0  # of one external input [Hz]
DELAYS = [1.5, 0.75]  # mean, excitatory and inhibitory [ms]; the standard deviation is half of it
NEURON = {"v_rest": -65.0, "v_reset": -65.0, "v_thresh": -50.0, "cm": 0.25, "tau_m": 10.0, "tau_refrac": 2.0,
          "tau_syn_E": 0.5, "tau_syn_I": 0.5}

sim, options = read_options(
    ("--scale", "part of the neurons and of the inputs of each", {"type": float, "default": 0.1}),
    ("--input", "external input, as Poisson processes or as a constant current of the same mean",
     {"choices": ["poisson", "current"], "default": "poisson"}))
scale, poisson = options.scale, options.input == "poisson"
inhibitory = np.arange(8) % 2 == 1
weights = WEIGHT * np.where(inhibitory, INHIBITION, 1.0) * np.ones((8, 8))  # [nA], by target and source
weights[0, 2] *= 2.0
# So many draws of a pair connect two given neurons with the probability of the table.
synapses = np.round(np.log1p(-PROBABILITIES) / np.log1p(-1.0 / np.outer(NEURONS, NEURONS)))
external = WEIGHT * EXTERNAL_INPUTS * EXTERNAL_RATE  # [nA Hz]
recurrent = (weights * synapses / NEURONS[:, None] * RATES).sum(axis=1)
lost = 1.0 - np.sqrt(scale)  # part of the mean input
currents = 1e-3 * NEURON["tau_syn_E"] * (lost * recurrent + (lost if poisson else 1.0) * external)  # [nA]

sim.setup(timestep=0.1, min_delay=0.1, max_delay=20.0, **options.setup)
rng = generator(sim, options)
populations = []
for name, size, current in zip(NAMES, np.round(NEURONS * scale).astype(int), currents):
    cells = sim.Population(int(size), sim.IF_curr_exp(i_offset=current, **NEURON), label=name)
    cells.initialize(v=sim.RandomDistribution("normal", mu=-58.0, sigma=10.0, rng=rng))
    populations.append(cells)


def clipped(mean, deviation, low, high):
    """Normal numbers, drawn again where they are not between low and high."""
    return sim.RandomDistribution("normal_clipped", mu=mean, sigma=deviation, low=low, high=high, rng=rng)


total = 0
for target, post in enumerate(populations):
    for source, pre in enumerate(populations):
        count = int(round(synapses[target, source] * scale**2))
        if count > 0:
            weight, delay = weights[target, source] / np.sqrt(scale), DELAYS[source % 2]
            low, high = sorted((0.0, 2.0 * weight))
            synapse = sim.StaticSynapse(weight=clipped(weight, 0.1 * abs(weight), low, high),
                                        delay=clipped(delay, 0.5 * delay, 0.1, 10.0 * delay))
            sim.Projection(pre, post, sim.FixedTotalNumberConnector(count, rng=rng), synapse,
                           receptor_type="inhibitory" if inhibitory[source] else "excitatory")
            total += count
for cells, inputs in zip(populations, EXTERNAL_INPUTS):
    if poisson:  # all external inputs of a neuron are one Poisson process
        sources = sim.Population(cells.size, sim.SpikeSourcePoisson(rate=inputs * scale * EXTERNAL_RATE))
        sim.Projection(sources, cells, sim.OneToOneConnector(), sim.StaticSynapse(weight=WEIGHT / np.sqrt(scale), delay=1.5))

progress = Progress(options)
sim.run(options.warm_up, callbacks=[progress])
for cells in populations:
    cells.record("spikes")
sim.run(options.duration, callbacks=[progress])

print(f"{sum(cells.size for cells in populations)} neurons, {total} synapses")
rates(populations, options, RATES)
plot(populations, options)
sim.end()

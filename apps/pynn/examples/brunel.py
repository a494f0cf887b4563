#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The sparsely connected network of Brunel 2000 (J. Comput. Neurosci. 8:183-208) in PyNN:

    python brunel.py va_event --scale 0.2 --g 5 --eta 2 --plot-figure brunel.png

10,000 excitatory and 2,500 inhibitory neurons, each with inputs from a tenth of either and a Poisson process from outside.
Inhibition is g times as strong as excitation; the external rate is eta times the one that alone would lift a neuron to its
threshold. With a scale < 1 there are fewer neurons, and each keeps its 1000 + 250 inputs.
"""

from common import Progress, generator, plot, rates, read_options

WEIGHT = 0.1  # of an excitatory input [mV]
THRESHOLD = 20.0  # above rest [mV]
TAU_SYN = 0.5  # of the currents of IF_curr_exp [ms]
NEURON = {"v_rest": 0.0, "v_reset": 10.0, "v_thresh": THRESHOLD, "cm": 0.25, "tau_m": 20.0, "tau_refrac": 2.0}
INPUTS = {"excitatory": 1000, "inhibitory": 250}
PUBLISHED = {(6.0, 4.0): 60.7, (5.0, 2.0): 37.7, (4.5, 0.9): 5.5}  # by g and eta: table 1, simulations [Hz]

sim, options = read_options(
    ("--scale", "part of the neurons, from 0.1", {"type": float, "default": 0.2}),
    ("--g", "strength of inhibition relative to excitation", {"type": float, "default": 5.0}),
    ("--eta", "external rate relative to the one that alone reaches the threshold", {"type": float, "default": 2.0}),
    ("--model", "potentials that jump, as published, or synaptic currents that decay within 0.5 ms",
     {"choices": ["IF_curr_delta", "IF_curr_exp"], "default": "IF_curr_delta"}))

sim.setup(timestep=0.1, min_delay=0.1, max_delay=10.0, **options.setup)
rng = generator(sim, options)
if options.model == "IF_curr_delta":
    neuron, weight = sim.IF_curr_delta(**NEURON), WEIGHT  # [mV]
else:  # the same charge [nA]
    neuron, weight = sim.IF_curr_exp(tau_syn_E=TAU_SYN, tau_syn_I=TAU_SYN, **NEURON), WEIGHT * NEURON["cm"] / TAU_SYN
exc = sim.Population(round(10000 * options.scale), neuron, label="exc")
inh = sim.Population(round(2500 * options.scale), neuron, label="inh")
cells = exc + inh
for population in (exc, inh):
    population.initialize(v=sim.RandomDistribution("uniform", low=0.0, high=THRESHOLD, rng=rng))

for population, receptor, strength in ((exc, "excitatory", 1.0), (inh, "inhibitory", -options.g)):
    sim.Projection(population, cells, sim.FixedNumberPreConnector(INPUTS[receptor], rng=rng),
                   sim.StaticSynapse(weight=strength * weight, delay=1.5), receptor_type=receptor)
# All external inputs of a neuron are one Poisson process. At 1000 threshold / (weight tau_m) Hz its mean alone would lift
# the neuron to the threshold.
rate = options.eta * 1000.0 * THRESHOLD / (WEIGHT * NEURON["tau_m"])
for population in (exc, inh):
    sources = sim.Population(population.size, sim.SpikeSourcePoisson(rate=rate))
    sim.Projection(sources, population, sim.OneToOneConnector(), sim.StaticSynapse(weight=weight, delay=1.5))

progress = Progress(options)
sim.run(options.warm_up, callbacks=[progress])
cells.record("spikes")
sim.run(options.duration, callbacks=[progress])

print(f"{cells.size} neurons, {cells.size * sum(INPUTS.values())} synapses")
rates([exc, inh], options, [PUBLISHED.get((options.g, options.eta))] * 2)
plot([exc, inh], options)
sim.end()

#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Inhibitory plasticity that balances a network (Vogels et al. 2011, Science 334:1569-1573) in PyNN:

    python inhibitory_plasticity.py va_event --plot-figure inhibitory_plasticity.png

8000 excitatory and 2000 inhibitory neurons, and a Poisson process into each that alone makes it fire (the paper has a
constant current). Inhibition of the excitatory ones begins at nothing; its synapses learn until these neurons fire at the
target rate. With a scale < 1 there are fewer neurons, and each keeps its 160 + 40 inputs.
"""

import numpy as np
from common import Progress, generator, read_options

NEURONS = {"exc": 8000, "inh": 2000}
P_CONNECT = 0.02  # of the full network
NEURON = {"v_rest": -60.0, "v_reset": -60.0, "v_thresh": -50.0, "cm": 0.2, "tau_m": 20.0, "tau_refrac": 5.0,
          "e_rev_E": 0.0, "e_rev_I": -80.0, "tau_syn_E": 5.0, "tau_syn_I": 10.0}
NOISE, NOISE_RATE = 0.6e-3, 1000.0  # weight [uS] and rate [Hz] of the input from outside
EXCITATION, INHIBITION = 0.3e-3, 3e-3  # weights that do not change [uS]
W_MAX = 0.1  # of those that do [uS]
DELAY = 0.5  # half of it dendritic [ms]
ROWS = 20  # of the table

sim, options = read_options(
    ("--scale", "part of the neurons, from 0.02", {"type": float, "default": 0.1}),
    ("--eta", "learning rate [nS]", {"type": float, "default": 0.1}),
    ("--target", "rate that inhibition aims at [Hz]", {"type": float, "default": 3.0}),
    duration=4000.0, warm_up="in which no weight changes")

sim.setup(timestep=0.1, min_delay=DELAY, max_delay=DELAY, **options.setup)
rng = generator(sim, options)
populations = {name: sim.Population(round(size * options.scale), sim.IF_cond_exp(**NEURON), label=name)
               for name, size in NEURONS.items()}
exc, inh = populations.values()
for population in (exc, inh):
    population.initialize(v=sim.RandomDistribution("uniform", low=-60.0, high=-50.0, rng=rng))
    population.record("spikes")
    noise = sim.Population(population.size, sim.SpikeSourcePoisson(rate=NOISE_RATE))
    sim.Projection(noise, population, sim.OneToOneConnector(), sim.StaticSynapse(weight=NOISE, delay=DELAY))

inputs = {name: sim.FixedNumberPreConnector(round(P_CONNECT * size), rng=rng) for name, size in NEURONS.items()}
sim.Projection(exc, exc + inh, inputs["exc"], sim.StaticSynapse(weight=EXCITATION, delay=DELAY))
sim.Projection(inh, inh, inputs["inh"], sim.StaticSynapse(weight=INHIBITION, delay=DELAY), receptor_type="inhibitory")
plastic = sim.Projection(
    inh, exc, inputs["inh"],
    sim.STDPMechanism(timing_dependence=sim.Vogels2011Rule(tau=20.0, eta=0.0, rho=1e-3 * options.target),
                      weight_dependence=sim.AdditiveWeightDependence(w_min=0.0, w_max=W_MAX),
                      weight=0.0, delay=DELAY, dendritic_delay_fraction=0.5),
    receptor_type="inhibitory")


class Observed:
    """A callback of run() that looks at rates and plastic weights at regular times."""

    def __init__(self, interval):
        self.interval = interval
        self.times, self.rates, self.quartiles = [], [], []
        self.counts = None

    def __call__(self, now):
        counts = np.array([population.mean_spike_count() for population in (exc, inh)])
        if self.counts is not None:
            self.times.append(now)
            self.rates.append((counts - self.counts) / (1e-3 * self.interval))
            weights = np.array(plastic.get("weight", format="list", with_address=False))
            self.quartiles.append(1e3 * np.percentile(weights, (25.0, 50.0, 75.0)))
        self.counts = counts
        return now + self.interval


observed, progress = Observed(options.duration / ROWS), Progress(options)
sim.run(options.warm_up, callbacks=[progress])
plastic.set(eta=1e-3 * options.eta)
sim.run(options.duration, callbacks=[observed, progress])

print(f"{exc.size + inh.size} neurons, {plastic.size()} plastic synapses")
print(f"{'time [ms]':>10}{'exc [Hz]':>11}{'inh [Hz]':>11}{'weights [nS]: quartiles':>32}")
for time, rates, quartiles in zip(observed.times, observed.rates, observed.quartiles):
    print(f"{time:>10.0f}{rates[0]:>11.2f}{rates[1]:>11.2f}   " + "".join(f"{value:>10.4f}" for value in quartiles))

if options.plot_figure:
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    figure, (above, below) = pyplot.subplots(2, sharex=True, figsize=(8.0, 6.0))
    for column, (name, colour) in enumerate((("excitatory", "#0072B2"), ("inhibitory", "#D55E00"))):
        above.plot(observed.times, [rates[column] for rates in observed.rates], color=colour, label=name)
    above.axhline(options.target, color="black", linestyle=":", label="target of the excitatory")
    above.set(ylabel="mean rate [Hz]", ylim=(0.0, None))
    above.legend(frameon=False)
    low, median, high = np.transpose(observed.quartiles)
    below.plot(observed.times, median, color="#D55E00")
    below.fill_between(observed.times, low, high, color="#D55E00", alpha=0.3, linewidth=0.0)
    below.set(xlabel="time [ms]", ylabel="inhibitory weights: quartiles [nS]", ylim=(0.0, None))
    figure.savefig(options.plot_figure)
sim.end()

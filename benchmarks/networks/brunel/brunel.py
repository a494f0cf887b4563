# SPDX-License-Identifier: Apache-2.0
"""The network of Brunel (2000, J. Comput. Neurosci. 8:183) in its asynchronous irregular state: its numbers for simulators
that scripts describe it to. brunel.hpp beside this file has the same ones for va-event; published.py compares both."""

import numpy as np

EXCITATORY, INHIBITORY = 10000, 2500
FRACTION = 0.1  # of the neurons, as inputs of each neuron
JUMP = 0.1  # of v at an excitatory input [mV]
INHIBITION = -5.0  # weight of an inhibitory synapse relative to an excitatory one
DELAY = 1.5  # [ms]
EXTERNAL_RATE = 20000.0  # of each neuron's Poisson source: twice what reaches threshold without noise [Hz]
TAU_M, TAU_REFRAC, V_REST, V_RESET, V_THRESH = 20.0, 2.0, 0.0, 10.0, 20.0  # [ms], [mV]
INITIAL_V = (0.0, 19.99)  # uniform [mV]
CAPACITANCE, TAU_SYN = 0.25, 0.5  # of the variant with synaptic currents [nF], [ms]


class Brunel:
    """scale: which fraction of the neurons is built; each keeps 10 % of them as inputs, of so much higher weight that
    the mean input stays. exponential: currents of the same charge instead of jumps."""

    names = ["excitatory", "inhibitory"]

    def __init__(self, scale=1.0, exponential=False):
        self.exponential = exponential
        self.sizes = np.array([round(EXCITATORY * scale), round(INHIBITORY * scale)])
        self.inputs = np.array([round(FRACTION * size) for size in self.sizes])  # of a neuron, by population
        self.jump = JUMP / scale  # [mV]
        self.weight = self.jump * CAPACITANCE / TAU_SYN if exponential else self.jump  # [nA] or [mV]
        self.external_rate = EXTERNAL_RATE * scale  # [Hz]
        self.synapses = np.outer([1, 1], self.inputs) * self.sizes[:, None]  # by target and source

    def synaptic_events(self, spikes, duration):
        """How many the spikes of each population make, with those of the Poisson sources in `duration` [ms]: by mean
        numbers of synapses and of source spikes, so that it is the same count for all simulators."""
        out_degrees = self.synapses.sum(axis=0) / self.sizes
        return float(out_degrees @ np.asarray(spikes) + self.external_rate * self.sizes.sum() * 1e-3 * duration)

    def draw_sources(self, seed):
        """The inputs of each neuron from a population, without repetition, as (source, target) arrays by population."""
        random = np.random.default_rng(seed)
        count, first = int(self.sizes.sum()), 0
        for size, inputs in zip(self.sizes, self.inputs):
            pre = np.concatenate([random.choice(size, inputs, replace=False, shuffle=False) for _ in range(count)])
            yield first + pre, np.repeat(np.arange(count), inputs)
            first += size

# SPDX-License-Identifier: Apache-2.0
"""What networks have in common whose neurons each get so many synapses from each population, and a Poisson source."""

import numpy as np


class FixedInputs:
    """sizes and inputs of a neuron are by population; external_rate is that of each neuron's source [Hz]."""

    names = ["excitatory", "inhibitory"]

    def __init__(self, sizes, inputs, external_rate):
        self.sizes, self.inputs, self.external_rate = np.array(sizes), np.array(inputs), external_rate
        self.synapses = np.outer(np.ones_like(self.sizes), self.inputs) * self.sizes[:, None]  # by target and source

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

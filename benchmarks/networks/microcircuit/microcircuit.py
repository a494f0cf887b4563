# SPDX-License-Identifier: Apache-2.0
"""The cortical microcircuit of Potjans & Diesmann (2014, Cereb. Cortex 24:785): its numbers for simulators that scripts
describe it to. microcircuit.hpp beside this file has the same ones for va-event; published.py compares both."""

import numpy as np

NAMES = ["L2/3E", "L2/3I", "L4E", "L4I", "L5E", "L5I", "L6E", "L6I"]  # even: excitatory, odd: inhibitory
SIZES = np.array([20683, 5834, 21915, 5479, 4850, 1065, 14395, 2948])
PROBABILITIES = np.array([  # by target and source
    [0.1009, 0.1689, 0.0437, 0.0818, 0.0323, 0.0, 0.0076, 0.0],
    [0.1346, 0.1371, 0.0316, 0.0515, 0.0755, 0.0, 0.0042, 0.0],
    [0.0077, 0.0059, 0.0497, 0.135, 0.0067, 0.0003, 0.0453, 0.0],
    [0.0691, 0.0029, 0.0794, 0.1597, 0.0033, 0.0, 0.1057, 0.0],
    [0.1004, 0.0622, 0.0505, 0.0057, 0.0831, 0.3726, 0.0204, 0.0],
    [0.0548, 0.0269, 0.0257, 0.0022, 0.06, 0.3158, 0.0086, 0.0],
    [0.0156, 0.0066, 0.0211, 0.0166, 0.0572, 0.0197, 0.0396, 0.2252],
    [0.0364, 0.001, 0.0034, 0.0005, 0.0277, 0.008, 0.0658, 0.1443]])
EXTERNAL_INPUTS = np.array([1600, 1500, 2100, 1900, 2000, 1900, 2900, 2100])
RATES = np.array([0.903, 2.965, 4.414, 5.876, 7.569, 8.633, 1.105, 7.829])  # of the full network [Hz]
EXTERNAL_RATE = 8.0  # of each external input [Hz]
TAU_SYN = 0.5  # [ms]
WEIGHT = 0.0878  # of an excitatory synapse: a potential of 0.15 mV [nA]
INHIBITION = -4.0  # weight of an inhibitory synapse relative to it
INITIAL_V = (-58.0, 5.0, -50.001)  # mean, standard deviation, upper limit [mV]
LEAST_DELAY = 0.1  # [ms]


def nearest(number):
    """Half a unit up, as C++ rounds."""
    return int(number + 0.5)


class Microcircuit:
    """neurons, inputs: which fractions of the neurons and of the inputs per neuron are built. Weights and currents make
    up for missing inputs, so that the mean and the variance of a neuron's input stay."""

    names = NAMES

    def __init__(self, neurons=1.0, inputs=1.0, poisson=True, common=False):
        self.poisson, self.common = poisson, common
        self.sizes = np.array([nearest(size * neurons) for size in SIZES])
        full = np.array([[round(np.log1p(-p) / np.log1p(-1.0 / (float(SIZES[target]) * SIZES[source]))) if p else 0
                          for source, p in enumerate(row)] for target, row in enumerate(PROBABILITIES)])
        # By target and source: number of synapses, mean weight [nA], mean delay [ms].
        self.synapses = np.array([[nearest(count * neurons * inputs) for count in row] for row in full])
        full_weights = np.where(np.arange(8) % 2, INHIBITION * WEIGHT, WEIGHT) * np.ones((8, 8))
        full_weights[0, 2] *= 2.0
        self.weights = full_weights / np.sqrt(inputs)
        self.delays = np.where(np.arange(8) % 2, 0.75, 1.5) * np.ones((8, 8))
        self.external_weight = WEIGHT / np.sqrt(inputs)  # [nA]
        self.external_rates = EXTERNAL_RATE * EXTERNAL_INPUTS * inputs * poisson  # of each neuron's source [Hz]
        lost = 1e-3 * TAU_SYN * (1.0 - np.sqrt(inputs))  # charge of 1 nA at 1 Hz [nA]
        recurrent = (full_weights * full / SIZES[:, None] * RATES).sum(axis=1)
        external = WEIGHT * EXTERNAL_INPUTS * EXTERNAL_RATE
        self.currents = lost * recurrent + (lost if poisson else 1e-3 * TAU_SYN) * external  # [nA]

    def synaptic_events(self, spikes, duration):
        """How many the spikes of each population make, with those of the Poisson sources in `duration` [ms]: by mean
        numbers of synapses and of source spikes, so that it is the same count for all simulators."""
        out_degrees = self.synapses.sum(axis=0) / self.sizes
        return float(out_degrees @ np.asarray(spikes) + self.external_rates @ self.sizes * 1e-3 * duration)

# SPDX-License-Identifier: Apache-2.0
"""The network of Brunel (2000, J. Comput. Neurosci. 8:183) in its asynchronous irregular state: its numbers for simulators
that scripts describe it to. brunel.hpp beside this file has the same ones for va-event; published.py compares both."""

from fixed_inputs import FixedInputs

EXCITATORY, INHIBITORY = 10000, 2500
FRACTION = 0.1  # of the neurons, as inputs of each neuron
JUMP = 0.1  # of v at an excitatory input [mV]
INHIBITION = -5.0  # weight of an inhibitory synapse relative to an excitatory one
DELAY = 1.5  # [ms]
EXTERNAL_RATE = 20000.0  # of each neuron's Poisson source: twice what reaches threshold without noise [Hz]
TAU_M, TAU_REFRAC, V_REST, V_RESET, V_THRESH = 20.0, 2.0, 0.0, 10.0, 20.0  # [ms], [mV]
INITIAL_V = (0.0, 19.99)  # uniform [mV]
CAPACITANCE, TAU_SYN = 0.25, 0.5  # of the variant with synaptic currents [nF], [ms]


class Brunel(FixedInputs):
    """scale: which fraction of the neurons is built; each keeps 10 % of them as inputs, of so much higher weight that
    the mean input stays. exponential: currents of the same charge instead of jumps."""

    def __init__(self, scale=1.0, exponential=False):
        sizes = [round(EXCITATORY * scale), round(INHIBITORY * scale)]
        super().__init__(sizes, [round(FRACTION * size) for size in sizes], EXTERNAL_RATE * scale)
        self.exponential = exponential
        self.jump = JUMP / scale  # [mV]
        self.weight = self.jump * CAPACITANCE / TAU_SYN if exponential else self.jump  # [nA] or [mV]

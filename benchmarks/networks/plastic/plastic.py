# SPDX-License-Identifier: Apache-2.0
"""The network of Vogels & Abbott (2005, J. Neurosci. 25:10786) with current-based synapses, of which the excitatory ones
are plastic: its numbers for simulators that scripts describe it to. plastic.hpp beside this file has the same ones for
va-event; published.py compares both."""

from fixed_inputs import FixedInputs

EXCITATORY, INHIBITORY = 3200, 800
INPUTS = (64, 16)  # of a neuron from each: 2 % of them
EXC_WEIGHT, INH_WEIGHT = 0.0162, -0.09  # [nA]
DELAY = 0.2  # [ms]
CAPACITANCE, TAU_M, TAU_REFRAC, TAU_EXC, TAU_INH = 0.2, 20.0, 5.0, 5.0, 10.0  # [nF], [ms]
V_REST, V_RESET, V_THRESH = -49.0, -60.0, -50.0  # [mV]: neurons spike without input
INITIAL_V = (-60.0, -50.01)  # uniform [mV]
TAU_STDP, A_PLUS, A_MINUS = 20.0, 0.001, 0.00105  # all pairs, additive [ms], relative to the largest weight
LARGEST_WEIGHT = 2.0 * EXC_WEIGHT  # [nA]


class Plastic(FixedInputs):
    """scale: how many times the neurons are built; each keeps its number of inputs. stdp: else all synapses are static."""

    def __init__(self, scale=1.0, stdp=True):
        super().__init__([round(EXCITATORY * scale), round(INHIBITORY * scale)], INPUTS, 0.0)
        self.stdp = stdp

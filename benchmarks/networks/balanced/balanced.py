# SPDX-License-Identifier: Apache-2.0
"""A balanced network of conductance-based neurons with a Poisson source each, of the neurons and synapses of Vogels &
Abbott (2005, J. Neurosci. 25:10786), weaker: its numbers for simulators that scripts describe it to. balanced.hpp beside
this file has the same ones for va-event; published.py compares both."""

from fixed_inputs import FixedInputs

EXCITATORY, INHIBITORY = 3200, 800
INPUTS = (64, 16)  # of a neuron from each: 2 % of them
EXC_WEIGHT, INH_WEIGHT, EXTERNAL_WEIGHT = 0.002, 0.051, 0.001  # [uS]
DELAY = 0.2  # [ms]
EXTERNAL_RATE = 2000.0  # of each neuron's Poisson source [Hz]
CAPACITANCE, TAU_M, TAU_REFRAC, TAU_EXC, TAU_INH = 0.2, 20.0, 5.0, 5.0, 10.0  # [nF], [ms]
V_REST, V_RESET, V_THRESH, E_REV_EXC, E_REV_INH = -65.0, -65.0, -50.0, 0.0, -80.0  # [mV]
INITIAL_V = (-65.0, -50.01)  # uniform [mV]


class Balanced(FixedInputs):
    """scale: how many times the neurons are built; each keeps its number of inputs."""

    def __init__(self, scale=1.0):
        super().__init__([round(EXCITATORY * scale), round(INHIBITORY * scale)], INPUTS, EXTERNAL_RATE)

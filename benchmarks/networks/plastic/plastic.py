# SPDX-License-Identifier: Apache-2.0
"""The network of Vogels & Abbott (2005, J. Neurosci. 25:10786) with current-based synapses, of which the excitatory ones
are plastic, driven by its leak or by a Poisson source for each neuron: its numbers for simulators that scripts describe it to. plastic.hpp beside this file has the same ones for
va-event; published.py compares both."""

from fixed_inputs import FixedInputs

EXCITATORY, INHIBITORY = 3200, 800
INPUTS = (64, 16)  # of a neuron from each: 2 % of them
EXC_WEIGHT, INH_WEIGHT = 0.0162, -0.09  # [nA]
DELAY = 0.2  # [ms]
CAPACITANCE, TAU_M, TAU_REFRAC, TAU_EXC, TAU_INH = 0.2, 20.0, 5.0, 5.0, 10.0  # [nF], [ms]
V_REST, V_RESET, V_THRESH = -49.0, -60.0, -50.0  # [mV]: neurons spike without input
V_REST_POISSON = -60.0  # [mV], with a Poisson source for each neuron, whose mean would bring it to -48
EXTERNAL_RATE, EXTERNAL_WEIGHT = 2000.0, 0.012  # of that source [Hz], [nA]
INITIAL_V = (-60.0, -50.01)  # uniform [mV]
TAU_STDP, A_PLUS, A_MINUS = 20.0, 0.001, 0.00105  # all pairs, additive [ms], relative to the largest weight
LARGEST_WEIGHT = 2.0 * EXC_WEIGHT  # [nA]


class Plastic(FixedInputs):
    """scale: how many times the neurons are built; each keeps its number of inputs. drive: "stdp", plastic synapses and
    neurons that spike without input; "static", the same without plasticity; "poisson", plastic synapses and a Poisson
    source for each neuron."""

    def __init__(self, scale=1.0, drive="stdp"):
        self.stdp, self.poisson = drive != "static", drive == "poisson"
        super().__init__([round(EXCITATORY * scale), round(INHIBITORY * scale)], INPUTS,
                         EXTERNAL_RATE if self.poisson else 0.0)
        self.v_rest = V_REST_POISSON if self.poisson else V_REST

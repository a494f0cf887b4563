# SPDX-License-Identifier: Apache-2.0
"""Brian2 in C++ standalone mode: exponential Euler, spikes on the grid, Poisson input by PoissonInput, which draws one
number per neuron and step. Conductances are in units of the leak."""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

import balanced
import brian2_session
from session import serve

EQUATIONS = """
dv/dt = (v_rest - v + exc*(e_exc - v) + inh*(e_inh - v))/tau_m : volt (unless refractory)
dexc/dt = -exc/tau_exc : 1
dinh/dt = -inh/tau_inh : 1
"""
EXTERNAL_INPUTS = 1000  # that share the external rate: their sum is binomial, nearly Poisson


def prepare(task):
    brian2_session.compile_program(task, balanced.Balanced(task.neurons), parts)


def parts(brian2, network, task):
    mv, ms = brian2.mV, brian2.ms
    cells = brian2.NeuronGroup(
        int(network.sizes.sum()), EQUATIONS, method="exponential_euler", threshold=f"v >= {balanced.V_THRESH}*mV",
        reset=f"v = {balanced.V_RESET}*mV", refractory=balanced.TAU_REFRAC * ms,
        namespace={"v_rest": balanced.V_REST * mv, "e_exc": balanced.E_REV_EXC * mv, "e_inh": balanced.E_REV_INH * mv,
                   "tau_m": balanced.TAU_M * ms, "tau_exc": balanced.TAU_EXC * ms, "tau_inh": balanced.TAU_INH * ms})
    low, high = balanced.INITIAL_V
    cells.v = f"({low} + {high - low}*rand())*mV"
    per_leak = balanced.TAU_M / balanced.CAPACITANCE
    made = [cells, brian2.SpikeMonitor(cells, name="recorded"),
            brian2.PoissonInput(cells, "exc", EXTERNAL_INPUTS, network.external_rate / EXTERNAL_INPUTS * brian2.Hz,
                                balanced.EXTERNAL_WEIGHT * per_leak)]
    for target, weight, (pre, post) in zip(("exc", "inh"), (balanced.EXC_WEIGHT, balanced.INH_WEIGHT),
                                           network.draw_sources(task.seed)):
        # One weight and one delay for all synapses: Brian2 is faster so.
        synapses = brian2.Synapses(cells, cells, on_pre=f"{target}_post += weight",
                                   namespace={"weight": weight * per_leak}, delay=balanced.DELAY * ms)
        synapses.connect(i=pre, j=post)
        made.append(synapses)
    return made


if __name__ == "__main__":
    serve(brian2_session.probe, brian2_session.build, prepare)

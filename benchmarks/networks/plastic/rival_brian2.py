# SPDX-License-Identifier: Apache-2.0
"""Brian2 in C++ standalone mode: exact within a step, spikes on the grid. The delay is axonal: that is one pathway less
for each synapse than a dendritic one, and faster. Poisson input by PoissonInput, which draws one number per neuron and
step."""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

import brian2_session
import plastic
from session import serve

EQUATIONS = """
dv/dt = (v_rest - v + exc + inh)/tau_m : volt (unless refractory)
dexc/dt = -exc/tau_exc : volt
dinh/dt = -inh/tau_inh : volt
"""
EXTERNAL_INPUTS = 1000  # that share the external rate: their sum is binomial, nearly Poisson
STDP = {"model": """w : volt
dpre/dt = -pre/tau_stdp : 1 (event-driven)
dpost/dt = -post/tau_stdp : 1 (event-driven)""",
        "on_pre": """pre += 1
w = clip(w - a_minus*post*w_max, 0*volt, w_max)
exc_post += w""",
        "on_post": """post += 1
w = clip(w + a_plus*pre*w_max, 0*volt, w_max)"""}


def prepare(task):
    brian2_session.compile_program(task, plastic.Plastic(task.neurons, task.input), parts)


def parts(brian2, network, task):
    mv, ms = brian2.mV, brian2.ms
    cells = brian2.NeuronGroup(
        int(network.sizes.sum()), EQUATIONS, method="exact", threshold=f"v >= {plastic.V_THRESH}*mV",
        reset=f"v = {plastic.V_RESET}*mV", refractory=plastic.TAU_REFRAC * ms,
        namespace={"v_rest": network.v_rest * mv, "tau_m": plastic.TAU_M * ms, "tau_exc": plastic.TAU_EXC * ms,
                   "tau_inh": plastic.TAU_INH * ms})
    low, high = plastic.INITIAL_V
    cells.v = f"({low} + {high - low}*rand())*mV"
    made = [cells, brian2.SpikeMonitor(cells, name="recorded")]
    resistance = plastic.TAU_M / plastic.CAPACITANCE * mv  # of 1 nA: a current as the potential that it would bring about
    largest = plastic.LARGEST_WEIGHT * resistance
    if network.poisson:
        made.append(brian2.PoissonInput(cells, "exc", EXTERNAL_INPUTS, network.external_rate / EXTERNAL_INPUTS * brian2.Hz,
                                        plastic.EXTERNAL_WEIGHT * resistance))
    for target, weight, (pre, post) in zip(("exc", "inh"), (plastic.EXC_WEIGHT, plastic.INH_WEIGHT),
                                           network.draw_sources(task.seed)):
        if target == "exc" and network.stdp:
            synapses = brian2.Synapses(cells, cells, **STDP, delay={"pre": plastic.DELAY * ms}, namespace={
                "tau_stdp": plastic.TAU_STDP * ms, "a_plus": plastic.A_PLUS, "a_minus": plastic.A_MINUS,
                "w_max": largest})
        else:
            synapses = brian2.Synapses(cells, cells, on_pre=f"{target}_post += weight",
                                       namespace={"weight": weight * resistance}, delay=plastic.DELAY * ms)
        synapses.connect(i=pre, j=post)
        if target == "exc" and network.stdp:
            synapses.w = weight * resistance
        made.append(synapses)
    return made


if __name__ == "__main__":
    serve(brian2_session.probe, brian2_session.build, prepare)

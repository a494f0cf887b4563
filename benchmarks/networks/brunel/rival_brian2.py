# SPDX-License-Identifier: Apache-2.0
"""Brian2 in C++ standalone mode: exact within a step, spikes on the grid, Poisson input by PoissonInput, which draws one
number per neuron and step."""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

import brian2_session
import brunel
from session import serve

EQUATIONS = {False: "dv/dt = -v/tau_m : volt (unless refractory)",
             True: "dv/dt = (i_syn - v)/tau_m : volt (unless refractory)\ndi_syn/dt = -i_syn/tau_syn : volt"}
EXTERNAL_INPUTS = 1000  # that share the external rate: their sum is binomial, nearly Poisson


def prepare(task):
    brian2_session.compile_program(task, brunel.Brunel(task.neurons, task.input == "exponential"), parts)


def parts(brian2, network, task):
    mv, ms = brian2.mV, brian2.ms
    cells = brian2.NeuronGroup(
        int(network.sizes.sum()), EQUATIONS[network.exponential], method="exact", threshold=f"v >= {brunel.V_THRESH}*mV",
        reset=f"v = {brunel.V_RESET}*mV", refractory=brunel.TAU_REFRAC * ms,
        namespace={"tau_m": brunel.TAU_M * ms, "tau_syn": brunel.TAU_SYN * ms})
    low, high = brunel.INITIAL_V
    cells.v = f"({low} + {high - low}*rand())*mV"
    target = "i_syn" if network.exponential else "v"
    # A current as the potential that it would bring about.
    weight = network.jump * (brunel.TAU_M / brunel.TAU_SYN if network.exponential else 1.0) * mv
    made = [cells, brian2.SpikeMonitor(cells, name="recorded"),
            brian2.PoissonInput(cells, target, EXTERNAL_INPUTS, network.external_rate / EXTERNAL_INPUTS * brian2.Hz,
                                weight)]
    for factor, (pre, post) in zip((1.0, brunel.INHIBITION), network.draw_sources(task.seed)):
        # One weight and one delay for all synapses: Brian2 is faster so.
        synapses = brian2.Synapses(cells, cells, on_pre=f"{target}_post += weight", namespace={"weight": factor * weight},
                                   delay=brunel.DELAY * ms)
        synapses.connect(i=pre, j=post)
        made.append(synapses)
    return made


if __name__ == "__main__":
    serve(brian2_session.probe, brian2_session.build, prepare)

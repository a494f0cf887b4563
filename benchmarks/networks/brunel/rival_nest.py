# SPDX-License-Identifier: Apache-2.0
"""NEST: iaf_psc_delta or iaf_psc_exp (exact within a step), spikes on the grid. One poisson_generator gives each neuron
a train of its own."""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

import brunel
import nest_session
from nest_session import PER_N
from session import Building, serve


def build(task):
    nest = nest_session.start(task)
    building = Building()
    network = brunel.Brunel(task.neurons, task.input == "exponential")
    model = "iaf_psc_exp" if network.exponential else "iaf_psc_delta"
    parameters = {"E_L": brunel.V_REST, "V_th": brunel.V_THRESH, "V_reset": brunel.V_RESET, "tau_m": brunel.TAU_M,
                  "t_ref": brunel.TAU_REFRAC, "C_m": PER_N * brunel.CAPACITANCE}
    if network.exponential:
        parameters.update(tau_syn_ex=brunel.TAU_SYN, tau_syn_in=brunel.TAU_SYN)
    weight = (PER_N if network.exponential else 1.0) * network.weight
    cells = nest.Create(model, int(network.sizes.sum()), params=parameters)
    cells.V_m = nest.random.uniform(*brunel.INITIAL_V)
    noise = nest.Create("poisson_generator", params={"rate": network.external_rate})
    nest.Connect(noise, cells, "all_to_all", {"weight": weight, "delay": task.source_delay})
    populations = [cells[:int(network.sizes[0])], cells[int(network.sizes[0]):]]
    for population, inputs, factor in zip(populations, network.inputs, (1.0, brunel.INHIBITION)):
        nest.Connect(population, cells, {"rule": "fixed_indegree", "indegree": int(inputs), "allow_multapses": False},
                     {"weight": factor * weight, "delay": brunel.DELAY})
    runs = nest_session.Runs(nest, populations)
    return building.done(neurons=len(cells), synapses=int(network.synapses.sum()),
                         settings=f"{model}, {task.dt:g} ms"), runs


if __name__ == "__main__":
    serve(nest_session.probe, build)

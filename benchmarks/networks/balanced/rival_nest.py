# SPDX-License-Identifier: Apache-2.0
"""NEST: iaf_cond_exp (Runge-Kutta-Fehlberg with adaptive steps within a step), spikes on the grid. One poisson_generator
gives each neuron a train of its own."""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

import balanced
import nest_session
from nest_session import PER_N
from session import Building, serve

MODEL = "iaf_cond_exp"


def build(task):
    nest = nest_session.start(task)
    building = Building()
    network = balanced.Balanced(task.neurons)
    cells = nest.Create(MODEL, int(network.sizes.sum()), params={
        "E_L": balanced.V_REST, "V_th": balanced.V_THRESH, "V_reset": balanced.V_RESET, "E_ex": balanced.E_REV_EXC,
        "E_in": balanced.E_REV_INH, "C_m": PER_N * balanced.CAPACITANCE, "t_ref": balanced.TAU_REFRAC,
        "g_L": PER_N * balanced.CAPACITANCE / balanced.TAU_M, "tau_syn_ex": balanced.TAU_EXC,
        "tau_syn_in": balanced.TAU_INH})
    cells.V_m = nest.random.uniform(*balanced.INITIAL_V)
    noise = nest.Create("poisson_generator", params={"rate": network.external_rate})
    nest.Connect(noise, cells, "all_to_all", {"weight": PER_N * balanced.EXTERNAL_WEIGHT, "delay": task.source_delay})
    populations = [cells[:int(network.sizes[0])], cells[int(network.sizes[0]):]]
    for population, inputs, weight in zip(populations, network.inputs, (balanced.EXC_WEIGHT, -balanced.INH_WEIGHT)):
        nest.Connect(population, cells, {"rule": "fixed_indegree", "indegree": int(inputs), "allow_multapses": False},
                     {"weight": PER_N * weight, "delay": balanced.DELAY})
    runs = nest_session.Runs(nest, populations)
    return building.done(neurons=len(cells), synapses=int(network.synapses.sum()),
                         settings=f"{MODEL}, {task.dt:g} ms"), runs


if __name__ == "__main__":
    serve(nest_session.probe, build)

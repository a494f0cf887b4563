# SPDX-License-Identifier: Apache-2.0
"""NEST: iaf_psc_exp (exact within a step), spikes on the grid, stdp_synapse_hom with all pairs and mu = 0 (additive). One
poisson_generator gives each neuron a train of its own."""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

import nest_session
import plastic
from nest_session import PER_N
from session import Building, serve

MODEL = "iaf_psc_exp"


def build(task):
    nest = nest_session.start(task)
    building = Building()
    network = plastic.Plastic(task.neurons, task.input)
    cells = nest.Create(MODEL, int(network.sizes.sum()), params={
        "E_L": network.v_rest, "V_th": plastic.V_THRESH, "V_reset": plastic.V_RESET, "tau_m": plastic.TAU_M,
        "C_m": PER_N * plastic.CAPACITANCE, "t_ref": plastic.TAU_REFRAC, "tau_syn_ex": plastic.TAU_EXC,
        "tau_syn_in": plastic.TAU_INH, "tau_minus": plastic.TAU_STDP})
    cells.V_m = nest.random.uniform(*plastic.INITIAL_V)
    if network.poisson:
        noise = nest.Create("poisson_generator", params={"rate": network.external_rate})
        nest.Connect(noise, cells, "all_to_all", {"weight": PER_N * plastic.EXTERNAL_WEIGHT, "delay": task.source_delay})
    excitation = "static_synapse"
    if network.stdp:
        excitation = "stdp"
        nest.CopyModel("stdp_synapse_hom", excitation, {
            "tau_plus": plastic.TAU_STDP, "lambda": plastic.A_PLUS, "alpha": plastic.A_MINUS / plastic.A_PLUS,
            "mu_plus": 0.0, "mu_minus": 0.0, "Wmax": PER_N * plastic.LARGEST_WEIGHT})
    populations = [cells[:int(network.sizes[0])], cells[int(network.sizes[0]):]]
    for population, inputs, weight, model in zip(populations, network.inputs,
                                                 (plastic.EXC_WEIGHT, plastic.INH_WEIGHT),
                                                 (excitation, "static_synapse")):
        nest.Connect(population, cells, {"rule": "fixed_indegree", "indegree": int(inputs), "allow_multapses": False},
                     {"synapse_model": model, "weight": PER_N * weight, "delay": plastic.DELAY})
    runs = nest_session.Runs(nest, populations)
    return building.done(neurons=len(cells), synapses=int(network.synapses.sum()),
                         settings=f"{MODEL}, {excitation}, {task.dt:g} ms"), runs


if __name__ == "__main__":
    serve(nest_session.probe, build)

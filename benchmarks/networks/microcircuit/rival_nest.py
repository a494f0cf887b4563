# SPDX-License-Identifier: Apache-2.0
"""NEST: iaf_psc_exp (exact within a step), spikes and delays on the grid. One poisson_generator for each population
gives each of its neurons a train of its own."""

import pathlib
import sys

import numpy as np

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

import nest_session
from microcircuit import INITIAL_V, LEAST_DELAY, TAU_SYN, Microcircuit
from nest_session import PER_N
from session import Building, serve


def build(task):
    nest = nest_session.start(task)
    building = Building()
    network = Microcircuit(task.neurons, task.inputs, task.input == "poisson", task.synapses == "common")
    cells = [create(nest, int(size), current) for size, current in zip(network.sizes, network.currents)]
    for target, population in enumerate(cells):
        if network.poisson:
            generator = nest.Create("poisson_generator", params={"rate": network.external_rates[target]})
            nest.Connect(generator, population, "all_to_all",
                         {"weight": PER_N * network.external_weight, "delay": task.source_delay})
        for source, others in enumerate(cells):
            connect(nest, network, others, population, target, source)
    runs = nest_session.Runs(nest, cells)
    return building.done(neurons=int(network.sizes.sum()), synapses=int(network.synapses.sum()),
                         settings=f"iaf_psc_exp, {task.dt:g} ms"), runs


def create(nest, size, current):
    cells = nest.Create("iaf_psc_exp", size, params={
        "E_L": -65.0, "V_th": -50.0, "V_reset": -65.0, "C_m": 250.0, "tau_m": 10.0, "t_ref": 2.0, "tau_syn_ex": TAU_SYN,
        "tau_syn_in": TAU_SYN, "I_e": PER_N * current})
    mean, deviation, most = INITIAL_V
    cells.V_m = nest.math.redraw(nest.random.normal(mean=mean, std=deviation), min=-200.0, max=most)
    return cells


def connect(nest, network, pre, post, target, source):
    count = int(network.synapses[target, source])
    if count == 0:
        return
    weight, delay = PER_N * network.weights[target, source], float(network.delays[target, source])
    synapse = {"synapse_model": "static_synapse", "weight": weight, "delay": delay}
    if not network.common:
        low, high = (0.0, np.inf) if weight > 0.0 else (-np.inf, 0.0)
        synapse["weight"] = nest.math.redraw(nest.random.normal(mean=weight, std=0.1 * abs(weight)), min=low, max=high)
        synapse["delay"] = nest.math.redraw(nest.random.normal(mean=delay, std=0.5 * delay), min=LEAST_DELAY,
                                            max=np.inf)
    nest.Connect(pre, post, {"rule": "fixed_total_number", "N": count}, synapse)


if __name__ == "__main__":
    serve(nest_session.probe, build)

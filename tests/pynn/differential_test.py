# SPDX-License-Identifier: Apache-2.0
"""One description of a random network, simulated here and by PyNN's clock-driven simulators with shorter and shorter
steps: their spikes must come to lie where ours are."""

import importlib
import unittest
import warnings

from pyNN.random import NumpyRNG

from support import main, np, sim

DURATION = 60.0  # [ms]


def other(name):
    """PyNN's simulator of that name, or None where it or its simulator is not installed."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            if name == "brian2":
                import brian2
                brian2.prefs.codegen.target = "numpy"  # no compiler for every network
            return importlib.import_module("pyNN." + name)
    except Exception as error:  # whatever these packages raise where they do not fit each other
        print(f"no {name}: {type(error).__name__}: {error}")
        return None


def spikes(simulator, model, seed, timestep):
    """The spike times [ms] of every cell of random network number `seed`. Everything that happens at a given time does
    so on a grid of 0.1 ms, which all steps fit into: what remains are errors of integration."""
    rng = np.random.RandomState(seed)
    simulator.setup(timestep=timestep, min_delay=0.5, max_delay=3.0)
    parameters = {"tau_m": rng.uniform(10.0, 25.0), "tau_syn_E": rng.uniform(2.0, 6.0), "tau_refrac": 2.0,
                  "tau_syn_I": rng.uniform(4.0, 10.0), "v_rest": -62.0, "v_reset": -64.0, "v_thresh": -52.0, "cm": 0.25}
    conductance = model == "IF_cond_exp"
    if conductance:
        parameters.update(e_rev_E=0.0, e_rev_I=-75.0)
    times = [np.unique(rng.randint(1, 500, 12)) / 10.0 for _ in range(15)]
    sources = simulator.Population(15, simulator.SpikeSourceArray(spike_times=[list(train) for train in times]))
    cells = simulator.Population(20, getattr(simulator, model)(**parameters), initial_values={"v": -62.0})
    scale = 1.0 if conductance else 60.0
    for group, weight, receptor in ((sources, 0.003, "excitatory"), (cells[:15], 0.001, "excitatory"),
                                    (cells[15:], 0.01 if conductance else -0.01 / 3.0, "inhibitory")):
        connector = simulator.FixedProbabilityConnector(0.4, rng=NumpyRNG(seed=rng.randint(10**6)))
        synapse = simulator.StaticSynapse(weight=weight * scale, delay=rng.randint(5, 30) / 10.0)
        simulator.Projection(group, cells, connector, synapse, receptor_type=receptor)
    cells.record("spikes")
    simulator.run(DURATION)
    trains = cells.get_data("spikes").segments[0].spiketrains
    result = [np.sort(train.rescale("ms").magnitude) for train in trains]
    simulator.end()
    return result


class Differential(unittest.TestCase):
    def assertConverges(self, name, model):
        simulator = other(name)
        if simulator is None:
            self.skipTest(f"{name} is not installed for PyNN")
        for seed in (1, 2):
            exact = spikes(sim, model, seed, 0.1)
            self.assertGreater(sum(map(len, exact)), 40)
            errors = []
            for timestep in (0.1, 0.025, 0.00625):
                theirs = spikes(simulator, model, seed, timestep)
                # Compared are the spikes of each cell that both have: late ones may fall behind the end.
                pairs = [np.abs(a[:len(b)] - b[:len(a)]) for a, b in zip(exact, theirs)]
                self.assertLessEqual(max(abs(len(a) - len(b)) for a, b in zip(exact, theirs)), 1)
                errors.append(np.concatenate(pairs).mean())
            print(f"{name} {model} {seed}: {sum(map(len, exact))} spikes, mean differences {errors} ms")
            # First order: a sixteenth of the step makes about a sixteenth of the error. Few steps of error are left.
            self.assertLess(errors[2], 0.16 * errors[0])
            self.assertLess(errors[2], 10.0 * 0.00625)

    def test_current_based_networks_of_brian2_converge_to_ours(self):
        self.assertConverges("brian2", "IF_curr_exp")

    def test_conductance_based_networks_of_brian2_converge_to_ours(self):
        self.assertConverges("brian2", "IF_cond_exp")

    def test_current_based_networks_of_neuron_converge_to_ours(self):
        self.assertConverges("neuron", "IF_curr_exp")

    def test_conductance_based_networks_of_neuron_converge_to_ours(self):
        self.assertConverges("neuron", "IF_cond_exp")


if __name__ == "__main__":
    main()

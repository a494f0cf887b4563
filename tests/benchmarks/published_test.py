# SPDX-License-Identifier: Apache-2.0
"""The published networks of benchmarks/networks, and how published.py talks with simulators and compares them."""

import argparse
import pathlib
import sys
import tempfile
import types
import unittest

import numpy as np

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "benchmarks" / "networks"))

import competition
import published
import published_report
from balanced import balanced
from plastic import plastic
from brunel import brunel
from microcircuit import microcircuit

# Talks like a simulator that prints more than it should; it fails in the third run.
SIMULATOR = """
import json, sys
print("greetings")
print(json.dumps({"build_s": 1.0, "neurons": 3, "synapses": 4}), flush=True)
for number, line in enumerate(sys.stdin):
    if number == 2:
        sys.exit("out of time")
    print("working")
    print(json.dumps({"run_s": float(line), "spikes": [number]}), flush=True)
"""


class Networks(unittest.TestCase):
    def test_the_microcircuit_has_the_published_size(self):
        network = microcircuit.Microcircuit()
        self.assertEqual(network.sizes.sum(), 77169)
        self.assertAlmostEqual(network.synapses.sum() / 0.299e9, 1.0, places=2)
        self.assertAlmostEqual(network.external_rates[2], 2100 * 8.0)

    def test_an_excitatory_potential_of_the_microcircuit_peaks_at_150_uV(self):
        c, tau_m, tau_s = 0.25, 10.0, microcircuit.TAU_SYN
        t = np.linspace(0.0, 10.0, 100001)
        psp = microcircuit.WEIGHT / c / (1.0 / tau_s - 1.0 / tau_m) * (np.exp(-t / tau_m) - np.exp(-t / tau_s))
        self.assertAlmostEqual(psp.max(), 0.15, places=4)

    def test_fewer_inputs_keep_mean_and_variance_of_the_input(self):
        def moments(network):
            inputs = network.synapses / network.sizes[:, None] * microcircuit.RATES
            mean = 1e-3 * microcircuit.TAU_SYN * ((network.weights * inputs).sum(axis=1) + network.external_weight
                                                  * network.external_rates) + network.currents
            return mean, (network.weights**2 * inputs).sum(axis=1) + network.external_weight**2 * network.external_rates
        for poisson in (True, False):
            full, part = (moments(microcircuit.Microcircuit(1.0, inputs, poisson)) for inputs in (1.0, 0.25))
            for mine, theirs in zip(full, part):
                np.testing.assert_allclose(mine, theirs, rtol=1e-3)

    def test_a_current_replaces_poisson_sources_by_their_mean(self):
        poisson, current = (microcircuit.Microcircuit(0.5, 0.5, poisson) for poisson in (True, False))
        np.testing.assert_allclose(
            current.currents - poisson.currents,
            1e-3 * microcircuit.TAU_SYN * poisson.external_weight * poisson.external_rates)
        self.assertEqual(current.external_rates.sum(), 0.0)

    def test_a_neuron_of_brunels_network_gets_1250_inputs_without_repetition(self):
        network = brunel.Brunel()
        self.assertEqual(network.synapses.sum(), 12500 * 1250)
        # Twice the rate that reaches the threshold without noise: threshold / (jump * tau_m).
        self.assertAlmostEqual(network.external_rate, 2.0 * 20.0 / (0.1 * 20e-3))
        small = brunel.Brunel(0.02)
        (pre, post), (inhibitory, _) = small.draw_sources(1)
        self.assertEqual(len(set(zip(pre, post))), 250 * 20)
        self.assertTrue(pre.max() < 200 <= inhibitory.min() and inhibitory.max() < 250)

    def test_currents_of_brunels_network_have_the_charge_of_its_jumps(self):
        jumps, currents = brunel.Brunel(1.0, False), brunel.Brunel(1.0, True)
        self.assertAlmostEqual(currents.weight * brunel.TAU_SYN / brunel.CAPACITANCE, jumps.weight)

    def test_the_plastic_network_has_no_input_from_outside(self):
        network = plastic.Plastic(0.5)
        self.assertEqual(network.synapses.sum(), 160000)
        self.assertEqual(network.synaptic_events([10, 1], 100.0), 10 * 80 + 80)

    def test_a_poisson_source_brings_each_plastic_neuron_just_above_its_threshold(self):
        network = plastic.Plastic(2.0, "poisson")
        self.assertTrue(network.stdp)
        self.assertEqual(network.synaptic_events([0, 0], 100.0), 8000 * 2000.0 * 0.1)
        current = 1e-3 * network.external_rate * plastic.TAU_EXC * plastic.EXTERNAL_WEIGHT  # mean [nA]
        mean_v = network.v_rest + current * plastic.TAU_M / plastic.CAPACITANCE
        self.assertTrue(network.v_rest < plastic.V_THRESH < mean_v < plastic.V_THRESH + 3.0)
        self.assertFalse(plastic.Plastic(1.0, "static").stdp)

    def test_seven_of_ten_inputs_of_the_balanced_network_are_from_outside(self):
        network = balanced.Balanced()
        self.assertEqual((network.sizes.sum(), network.synapses.sum()), (4000, 320000))
        self.assertEqual(network.synapses.tolist(), [[64 * 3200, 16 * 3200], [64 * 800, 16 * 800]])
        rate = 10.5
        inside = network.synaptic_events(rate * network.sizes, 0.0)
        self.assertAlmostEqual(network.synaptic_events(0 * network.sizes, 1000.0) / inside, 2000.0 / (80 * rate))
        self.assertEqual(balanced.Balanced(2.0).synapses.sum(), 640000)

    def test_synaptic_events_are_those_of_spikes_and_of_poisson_sources(self):
        self.assertAlmostEqual(brunel.Brunel().synaptic_events([3, 5], 100.0), 8 * 1250 + 12500 * 2000)
        network = microcircuit.Microcircuit()
        self.assertAlmostEqual(network.synaptic_events(network.sizes, 0.0), network.synapses.sum(), places=3)


class Comparison(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.network = types.SimpleNamespace(
            sizes=np.array([100, 50]), synapses=np.array([[4, 2], [2, 2]]), names=["a", "b"],
            synaptic_events=lambda spikes, duration: float(sum(spikes)))
        self.options = argparse.Namespace(
            network="brunel", input="delta", scale=0.5, inputs=0.5, dt=0.1, duration=1000.0, warm_up=100.0,
            source_delay=1.5, rates_within=0.25)

    def entrant(self, name, spikes, times, synapses="own"):
        made = published.Entrant(name, "python", "1", {"threads": 1, "synapses": synapses, "folder": str(self.folder)})
        made.told = {"build_s": 2.0, "memory_bytes": 200, "peak_bytes": 300, "settings": "its"}
        made.runs = [{"run_s": time, "spikes": spikes, "ns_per_event": 1e9 * time / sum(spikes)} for time in times]
        return made

    def test_what_a_simulator_prints_beside_its_answers_is_skipped(self):
        entrant = published.Entrant("any", sys.executable, "1", {"threads": 1, "synapses": "own",
                                                                 "folder": str(self.folder)})
        (self.folder / "simulator.py").write_text(SIMULATOR)
        entrant.command = lambda _network, _action: [sys.executable, self.folder / "simulator.py"]
        entrant.build("brunel")
        self.assertEqual(entrant.told["synapses"], 4)
        self.assertEqual(entrant.simulate(50.0), {"run_s": 50.0, "spikes": [0]})
        self.assertEqual(entrant.simulate(25.0), {"run_s": 25.0, "spikes": [1]})
        with self.assertRaisesRegex(RuntimeError, "out of time"):
            entrant.simulate(25.0)
        entrant.end()
        self.assertIsNone(entrant.process)

    def test_another_size_of_the_network_is_a_failure(self):
        entrant = self.entrant("nest", [1, 1], [])
        entrant.prepare = entrant.build = lambda _network: None
        entrant.told.update(neurons=150, synapses=11)
        published.attempt(entrant, lambda: published.build_one(entrant, self.network, self.options))
        self.assertIn("150 neurons with 11 synapses, not 150 with 10", entrant.failure)

    def test_a_simulator_is_found_in_the_first_interpreter_that_has_it(self):
        script = self.folder / "rival.py"
        script.write_text("print('hello')\nprint('{\"version\": \"3.1\"}')\n")
        (self.folder / "missing.py").write_text("import sys\nsys.exit('not here')\n")
        scripts = {"nest": script, "auryn": self.folder / "missing.py"}
        found = competition.find_all(scripts, ["no_such_interpreter", sys.executable], {"auryn": "build it"})
        self.assertEqual(found, {"nest": (sys.executable, "3.1")})

    def test_apart_each_is_timed_as_often_as_was_asked_for(self):
        self.assertEqual(published.sittings(["a", "b", "c"], 5), [("a", 3), ("b", 3), ("c", 5), ("b", 2), ("a", 2)])
        self.assertEqual(published.sittings(["a", "b"], 1), [("a", 1), ("b", 1)])
        self.assertEqual(published.sittings(["a"], 3), [("a", 3)])

    def test_other_rates_are_a_failure_and_chance_is_not(self):
        field = [self.entrant("va_event", [1000, 500], [1.0]), self.entrant("nest", [1050, 470], [1.0]),
                 self.entrant("brian2", [1000, 800], [1.0]), self.entrant("va_event", [2000, 900], [1.0], "common")]
        published.check_rates(field, self.network, self.options)
        self.assertEqual([entrant.failure for entrant in field], [None, None, "other rates than va_event", None])

    def test_ratios_are_of_the_same_repetition_and_per_event(self):
        first, other = self.entrant("va_event", [100, 0], [1.0, 2.0, 4.0]), self.entrant("nest", [200, 0], [4.0, 4.0, 4.0])
        row = published_report.row_of(other, self.network, [2.0, 0.0], first, self.options)
        self.assertEqual((row["times_first"], row["times_first_min"], row["times_first_max"]), (1.0, 0.5, 2.0))
        self.assertEqual((row["median_s"], row["bytes_per_synapse"]), (4.0, 20.0))
        published_report.write(self.folder, [row], self.options)
        self.assertIn("1.00 (0.50-2.00)", published_report.tables([row], self.network))
        self.assertTrue((self.folder / "brunel_delta_0.5.csv").exists())


if __name__ == "__main__":
    unittest.main()

# SPDX-License-Identifier: Apache-2.0
"""The microcircuit: what is built, and that its activity is that of the publication."""

import math
import unittest

from examples import MICROCIRCUIT, ExampleTest

# Potjans & Diesmann 2014, table 5: label, neurons, and connection probabilities from the eight populations.
TABLE = [
    ("L2/3e", 20683, (0.1009, 0.1689, 0.0437, 0.0818, 0.0323, 0, 0.0076, 0)),
    ("L2/3i", 5834, (0.1346, 0.1371, 0.0316, 0.0515, 0.0755, 0, 0.0042, 0)),
    ("L4e", 21915, (0.0077, 0.0059, 0.0497, 0.135, 0.0067, 0.0003, 0.0453, 0)),
    ("L4i", 5479, (0.0691, 0.0029, 0.0794, 0.1597, 0.0033, 0, 0.1057, 0)),
    ("L5e", 4850, (0.1004, 0.0622, 0.0505, 0.0057, 0.0831, 0.3726, 0.0204, 0)),
    ("L5i", 1065, (0.0548, 0.0269, 0.0257, 0.0022, 0.06, 0.3158, 0.0086, 0)),
    ("L6e", 14395, (0.0156, 0.0066, 0.0211, 0.0166, 0.0572, 0.0197, 0.0396, 0.2252)),
    ("L6i", 2948, (0.0364, 0.001, 0.0034, 0.0005, 0.0277, 0.008, 0.0658, 0.1443)),
]
# Mean rates of the full network, NEST's example Potjans_2014 [Hz].
RATES = (0.903, 2.965, 4.414, 5.876, 7.569, 8.633, 1.105, 7.829)
EXTERNAL_INPUTS = (1600, 1500, 2100, 1900, 2000, 1900, 2900, 2100)
SMALL = ["--scale", "0.02", "--duration", "100"]


def rounded(x):
    """Halves away from zero."""
    return math.floor(x + 0.5)


def synapses(scale):
    """P = 1 - (1 - 1/(N M))^K solved for K, the number of synapses between N and M neurons."""
    total = 0
    for _, targets, probabilities in TABLE:
        for (_, sources, _), probability in zip(TABLE, probabilities):
            full = round(math.log(1 - probability) / math.log(1 - 1 / (targets * sources)))
            total += rounded(full * scale * scale)
    return total


def constant_potential(index, scale):
    """Distance from rest that the constant currents alone lead to [mV]: mean input of the full network from outside, and
    the part of that from inside which a network of this scale lacks; 10 ms / 0.25 nF = 40 MOhm, 0.5 ms, 0.0878 nA."""
    label, targets, probabilities = TABLE[index]
    inputs = EXTERNAL_INPUTS[index] * 8
    for (source, sources, _), probability, rate in zip(TABLE, probabilities, RATES):
        each = math.log(1 - probability) / math.log(1 - 1 / (targets * sources)) / targets
        strength = -4 if source.endswith("i") else 2 if (label, source) == ("L2/3e", "L4e") else 1
        inputs += (1 - math.sqrt(scale)) * each * strength * rate
    return 40 * 0.5e-3 * 0.0878 * inputs


class Microcircuit(ExampleTest):
    def test_the_table_gives_the_published_number_of_synapses(self):
        self.assertAlmostEqual(synapses(1) / 1e9, 0.299, delta=0.001)  # "about 0.3 billion"

    def test_neurons_and_synapses_are_those_of_the_table_at_every_scale(self):
        for scale in [0.001, 0.02, 0.05]:
            with self.subTest(scale=scale):
                result = self.run_json(MICROCIRCUIT, "--scale", str(scale), "--duration", "1", "--warm-up", "0")
                self.assertEqual([population["label"] for population in result["populations"]],
                                 [label for label, _, _ in TABLE])
                self.assertEqual([population["neurons"] for population in result["populations"]],
                                 [rounded(neurons * scale) for _, neurons, _ in TABLE])
                self.assertEqual(result["neurons"], sum(rounded(neurons * scale) for _, neurons, _ in TABLE))
                self.assertEqual(result["synapses"], synapses(scale))

    def test_rates_are_near_the_published_ones(self):
        result = self.run_json(MICROCIRCUIT, "--scale", "0.05", "--duration", "200")
        rates = [population["rate_hz"] for population in result["populations"]]
        self.assertEqual([population["published_rate_hz"] for population in result["populations"]], list(RATES))
        for rate, published, (label, _, _) in zip(rates, RATES, TABLE):
            # A twentieth of the inputs makes the activity somewhat lower.
            self.assertTrue(0.2 * published < rate < 1.5 * published, f"{label}: {rate} Hz")
        for excitatory, inhibitory in zip(rates[::2], rates[1::2]):
            self.assertLess(excitatory, inhibitory * 1.1)

    def test_constant_input_at_a_small_scale_excites_where_it_alone_reaches_the_threshold(self):
        """The constant currents make the network silent but for L6i, which is 15.5 mV above rest."""
        result = self.run_json(MICROCIRCUIT, "--input", "current", "--scale", "0.1", "--duration", "200")
        for index, population in enumerate(result["populations"]):
            with self.subTest(population=population["label"]):
                self.assertEqual(population["rate_hz"] > 0, constant_potential(index, 0.1) > 15)

    def test_any_number_of_threads_gives_the_same_spikes(self):
        self.assert_same_spikes_on_any_threads(MICROCIRCUIT, *SMALL, "--seed", "5")

    def test_another_seed_is_another_network(self):
        for seed in ["5", "6"]:
            self.run_example(MICROCIRCUIT, *SMALL, "--seed", seed, "--spikes", seed + ".gdf")
        self.assertNotEqual(self.read("5.gdf"), self.read("6.gdf"))

    def test_a_scale_that_leaves_a_population_empty_is_refused(self):
        done = self.run_example(MICROCIRCUIT, "--scale", "0.0004", code=2)
        self.assertIn("--scale = 4e-04: must be >= 0.0005", done.stderr)


if __name__ == "__main__":
    unittest.main()

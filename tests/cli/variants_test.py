# SPDX-License-Identifier: Apache-2.0
"""The ways of writing the network down, and the network of PyNN."""

import itertools
import json
import unittest

from program import SMALL, CommandLineTest


class Variants(CommandLineTest):
    def test_every_combination_of_styles_makes_the_same_kind_of_network(self):
        styles = ["--use-views", "--use-assembly", "--use-csa"]
        for benchmark, count in itertools.product(["COBA", "CUBA"], range(4)):
            for chosen in itertools.combinations(styles, count):
                with self.subTest(benchmark=benchmark, styles=chosen):
                    r = self.run_json(benchmark, *SMALL, *chosen, "--format", "none")
                    # Binomial(160000, 0.1): 16000 with a standard deviation of 120; six of them.
                    self.assertAlmostEqual(r["synapses"], 16000, delta=720)
                    grouped = "--use-views" in chosen or "--use-assembly" in chosen
                    internal = {name for name in r["projections"] if not name.startswith("ext")}
                    self.assertEqual(internal, {"e2e,i", "i2e,i"} if grouped else {"e2e", "e2i", "i2e", "i2i"})
                    self.assertGreater(r["spikes"], 0)

    def test_an_assembly_and_views_are_the_same_network(self):
        # Cell ids, projections and their random numbers are the same, so are the results to the last bit.
        keys = ["spikes", "synaptic_events", "last_spike_ms", "cv_isi"]
        views, assembly, both = [
            [self.run_json("COBA", *SMALL, *style)[key] for key in keys]
            for style in (["--use-views"], ["--use-assembly"], ["--use-views", "--use-assembly"])
        ]
        self.assertEqual(views, assembly)
        self.assertEqual(views, both)

    def test_views_write_their_own_cells(self):
        self.run_program("COBA", *SMALL, "--use-views")
        ids = {}
        for group in ["exc", "inh"]:
            with open(self.path("results", f"va_COBA_{group}.gdf")) as file:
                ids[group] = {int(line.split()[0]) for line in file}
        self.assertTrue(ids["exc"] and max(ids["exc"]) < 320)
        self.assertTrue(ids["inh"] and min(ids["inh"]) >= 320 and max(ids["inh"]) < 400)
        with open(self.path("results", "va_COBA.json")) as file:
            sidecar = json.load(file)
        self.assertEqual(sidecar["populations"][0]["label"], "All Cells")
        self.assertEqual(sidecar["groups"][1], {"label": "inh", "first_id": 320, "size": 80})

    def test_the_network_of_pynn_has_the_counts_that_pynn_prints(self):
        done = self.run_program("COBA", "--network", "pynn", "--duration", "1")
        self.assertIn(": 204712 e→e  50753 e→i  50753 i→e  12698 i→i\n", done.stdout)
        self.assertIn(": 624 ext→e  153 ext→i\n", done.stdout)
        cuba = self.run_json("CUBA", "--network", "pynn", "--duration", "1", "--use-views")
        self.assertEqual(sum(cuba["projections"].values()), cuba["synapses"])
        self.assertEqual(cuba["external_synapses"], 0)

    def test_the_network_of_pynn_does_not_depend_on_the_seed(self):
        first, second = [
            self.run_json("CUBA", "--network", "pynn", "--duration", "20", "--seed", seed, "--format", "none")
            for seed in ["1", "2"]
        ]
        for key in ["spikes", "last_spike_ms", "synaptic_events"]:
            self.assertEqual(first[key], second[key])


if __name__ == "__main__":
    unittest.main()

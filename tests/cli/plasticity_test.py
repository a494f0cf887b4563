# SPDX-License-Identifier: Apache-2.0
"""Plastic excitatory synapses: the weights that are written are those that the spikes make, and all ways agree."""

import csv
import json
import math
import random
import shutil
import statistics
import unittest

from program import CommandLineTest

try:
    import numpy
except ImportError:
    numpy = None
try:
    import h5py
except ImportError:
    h5py = None

# Fires for the whole run, unlike the smallest networks of the other tests.
SMALL = ["--neurons", "400", "--probability", "0.1", "--duration", "200"]
STDP = ["--plasticity", "stdp"]
DURATION = 200.0
WEIGHTS = "va_CUBA_weights.csv"
UNITS = {WEIGHTS: "nA", "va_COBA_weights.csv": "uS"}


def clipped_additive(pre, post, weight, *, delay, fraction, a_plus, a_minus, tau_plus, tau_minus, w_max):
    """Weight of one synapse at the end, by brute force over all pairs of spikes, one change at each arrival."""
    arrivals = sorted([(time + (1 - fraction) * delay, "pre") for time in pre]
                      + [(time + fraction * delay, "post") for time in post])
    arrivals = [arrival for arrival in arrivals if arrival[0] < DURATION]
    for time, kind in arrivals:
        others = [time - other for other, other_kind in arrivals if other_kind != kind and other < time]
        if kind == "pre":
            weight -= a_minus * w_max * math.fsum(math.exp(-h / tau_minus) for h in others)
        else:
            weight += a_plus * w_max * math.fsum(math.exp(-h / tau_plus) for h in others)
        weight = min(max(weight, 0.0), w_max)
    return weight


class Plasticity(CommandLineTest):
    def read(self, *names):
        with open(self.path(*names), "rb") as file:
            return file.read()

    def rows(self, *names):
        with open(self.path(*names), newline="", encoding="ascii") as file:
            return [(int(row["pre"]), int(row["post"]), float(row["weight_" + UNITS[names[-1]]]), float(row["delay_ms"]))
                    for row in csv.DictReader(file)]

    def spikes(self, folder):
        times = {}
        for group in ["exc", "inh"]:
            with open(self.path(folder, f"va_CUBA_{group}.gdf"), encoding="ascii") as file:
                for line in file:
                    cell, time = line.split()
                    times.setdefault(int(cell), []).append(float(time))
        return times

    def expect_same_files(self, first, second):
        names = [name for name in self.listing(first) if name.endswith((".gdf", ".csv"))]
        self.assertIn(WEIGHTS, names)
        for name in names:
            self.assertEqual(self.read(first, name), self.read(second, name), name)

    def test_written_weights_are_those_that_pairs_of_the_written_spikes_make(self):
        for fraction, a_plus in [("1", "0.05"), ("0.3", "0.4")]:  # the second one reaches the bounds
            with self.subTest(fraction=fraction, a_plus=a_plus):
                self.run_program("CUBA", *SMALL, *STDP, "--delay", "2.5", "--a-plus", a_plus, "--a-minus", "0.06",
                                 "--tau-plus", "15", "--dendritic-delay-fraction", fraction)
                spikes = self.spikes("results")
                rows = self.rows("results", WEIGHTS)
                self.assertGreater(len(rows), 10000)
                self.assertTrue(all(pre < 320 and post < 400 and delay == 2.5 for pre, post, _, delay in rows))
                self.assertEqual(a_plus == "0.4", any(weight == 0.0324 for _, _, weight, _ in rows))
                for pre, post, weight, _ in random.Random(1).sample(rows, 1000):
                    expected = clipped_additive(
                        spikes.get(pre, []), spikes.get(post, []), 0.0162, delay=2.5, fraction=float(fraction),
                        a_plus=float(a_plus), a_minus=0.06, tau_plus=15.0, tau_minus=20.0, w_max=0.0324)
                    self.assertAlmostEqual(weight, expected, delta=1e-14)

    def test_report_json_and_sidecar_tell_rule_parameters_and_weights(self):
        report = self.run_json("CUBA", *SMALL, *STDP, "--weight-dependence", "gutig", "--mu-plus", "0.25")
        plasticity = report["plasticity"]
        self.assertEqual(plasticity["synapse_type"], "STDPMechanism(SpikePairRule, GutigWeightDependence)")
        self.assertEqual(plasticity["synapses"], report["projections"]["e2e"] + report["projections"]["e2i"])
        self.assertEqual(plasticity["parameters"], {
            "weight": {"value": 0.0162, "unit": "nA"}, "delay": {"value": 0.2, "unit": "ms"},
            "tau_plus": {"value": 20.0, "unit": "ms"}, "tau_minus": {"value": 20.0, "unit": "ms"},
            "A_plus": {"value": 0.01, "unit": ""}, "A_minus": {"value": 0.0105, "unit": ""},
            "w_min": {"value": 0.0, "unit": "nA"}, "w_max": {"value": 0.0324, "unit": "nA"},
            "mu_plus": {"value": 0.25, "unit": ""}, "mu_minus": {"value": 0.5, "unit": ""},
            "dendritic_delay_fraction": {"value": 1.0, "unit": ""}})
        weights = [weight for _, _, weight, _ in self.rows("results", WEIGHTS)]
        told = plasticity["weights"]
        self.assertEqual((told["count"], told["unit"]), (len(weights), "nA"))
        self.assertAlmostEqual(told["mean"], statistics.fmean(weights), delta=1e-15)
        self.assertAlmostEqual(told["sd"], statistics.pstdev(weights), delta=1e-15)
        self.assertGreater(told["sd"], 0)
        self.assertEqual((told["min"], told["max"]), (min(weights), max(weights)))
        edges, counts = told["histogram"]["edges"], told["histogram"]["counts"]
        self.assertEqual((len(edges), edges[0], edges[-1], sum(counts)), (21, 0.0, 0.0324, len(weights)))
        self.assertEqual(counts[8], sum(0.01296 <= weight < 0.01458 for weight in weights))
        with open(self.path("results", "va_CUBA.json"), encoding="utf-8") as file:
            sidecar = json.load(file)
        self.assertEqual(sidecar["results"]["plasticity"], plasticity)
        self.assertEqual(sidecar["options"]["plasticity"], "stdp")
        self.assertEqual(sidecar["data"][-1], {"file": WEIGHTS, "content": "weights", "cells": "exc", "unit": "nA",
                                               "delay_unit": "ms"})
        text = self.run_program("CUBA", *SMALL, *STDP, "--quiet").stdout
        self.assertRegex(text, r"Plasticity +: STDPMechanism\(SpikePairRule, AdditiveWeightDependence\) of \d+ synapses\n")
        self.assertRegex(text, r"Weights +: mean 0\.016\d+ nA, s\.d\. [0-9.e-]+, from [0-9.]+ to [0-9.]+\n")

    def test_without_changes_plastic_synapses_are_static_ones(self):
        still = ["--a-plus", "0", "--a-minus", "0"]
        static = self.run_json("CUBA", *SMALL, "--method", "near-spikes", "--output", "static")
        self.run_json("CUBA", *SMALL, *STDP, *still, "--method", "near-spikes", "--output", "still")
        self.assertEqual(self.read("static", "va_CUBA_exc.gdf"), self.read("still", "va_CUBA_exc.gdf"))
        still += ["--method", "one-by-one"]
        static = self.run_json("CUBA", *SMALL, "--method", "one-by-one", "--output", "static")
        report = self.run_json("CUBA", *SMALL, *STDP, *still, "--output", "still")
        for name in ["va_CUBA_exc.gdf", "va_CUBA_inh.gdf", "va_CUBA_v_exc.csv"]:
            self.assertEqual(self.read("static", name), self.read("still", name), name)
        self.assertEqual(static["plasticity"], None)
        weights = report["plasticity"]["weights"]
        self.assertEqual([weights[key] for key in ["mean", "sd", "min", "max"]], [0.0162, 0, 0.0162, 0.0162])

    def test_depression_releases_less_and_weights_stay(self):
        static = self.run_json("CUBA", *SMALL, "--format", "none")
        report = self.run_json("CUBA", *SMALL, "--plasticity", "tsodyks-markram", "--use", "0.3")
        self.assertLess(report["rate_exc_hz"], static["rate_exc_hz"])
        self.assertGreater(report["rate_exc_hz"], 0)
        plasticity = report["plasticity"]
        self.assertEqual(plasticity["synapse_type"], "TsodyksMarkramSynapse")
        self.assertIsNone(plasticity["weights"])
        self.assertEqual({name: value["value"] for name, value in plasticity["parameters"].items()},
                         {"weight": 0.0162, "delay": 0.2, "U": 0.3, "tau_rec": 100, "tau_facil": 0, "u": 0})
        self.assertNotIn(WEIGHTS, self.listing("results"))

    def test_a_run_that_goes_on_from_a_checkpoint_has_the_same_weights(self):
        for plasticity in [STDP, STDP + ["--timing", "triplet"]]:
            with self.subTest(plasticity=plasticity):
                run = ["CUBA", *SMALL[:-1]]
                self.run_program(*run, "200", *plasticity, "--output", "whole")
                self.run_program(*run, "90", *plasticity, "--checkpoint-every", "40", "--output", "parts")
                self.run_program(*run, "200", *plasticity, "--resume", "--threads", "2", "--output", "parts")
                self.expect_same_files("whole", "parts")
        for other in [[], STDP, STDP + ["--timing", "triplet", "--a-plus", "0.02"],
                      STDP + ["--timing", "triplet", "--w-max", "1"], ["--plasticity", "tsodyks-markram"]]:
            done = self.run_program(*run, "200", *other, "--resume", "--output", "parts", code=2)
            self.assertIn("other synapses of projection 0", done.stderr)

    def test_every_style_writes_the_same_cells(self):
        # The same network up to the order of projections; the ids are those of the files of spikes.
        self.run_program("CUBA", *SMALL, *STDP, "--use-views", "--output", "views")
        self.run_program("CUBA", *SMALL, *STDP, "--use-assembly", "--output", "assembly")
        self.expect_same_files("views", "assembly")
        self.assertEqual({post for _, post, _, _ in self.rows("views", WEIGHTS)}, set(range(400)))

    def test_the_network_of_pynn_can_be_plastic(self):
        report = self.run_json("CUBA", "--network", "pynn", "--duration", "20", *STDP, "--format", "none")
        self.assertEqual(report["plasticity"]["weights"]["count"], 204712 + 50753)
        self.assertGreater(report["plasticity"]["weights"]["sd"], 0)

    def test_a_certificate_covers_plastic_networks(self):
        report = self.run_json("CUBA", *SMALL[:-1], "60", *STDP, "--certify", "--certify-check", "none")
        self.assertEqual(report["certificate"]["correct_until_ms"], 60)
        result = report["certificate"]["result"]
        self.assertGreater(result["spikes_matched"], 100)
        self.assertEqual(result["plastic_synapses"], report["plasticity"]["synapses"])
        self.assertLess(result["max_dw"], 1e-15)
        with open(self.path("results", "va_CUBA.json"), encoding="utf-8") as file:
            self.assertEqual(json.load(file)["results"]["plasticity"], report["plasticity"])

    def test_every_method_makes_the_same_weights(self):
        for benchmark, method in [("CUBA", "order-free"), ("COBA", "near-spikes")]:
            with self.subTest(benchmark=benchmark):
                run = [benchmark, *SMALL[:-1], "50", *STDP, "--delay", "1"]  # the orders of additions differ
                first = self.run_json(*run, "--method", "one-by-one", "--output", "one")
                second = self.run_json(*run, "--method", method, "--output", "other")
                used = {row["method"] for row in second["methods"] if row["kind"] == "population"}
                self.assertIn(method, used)
                self.assertEqual(first["spikes"], second["spikes"])
                self.assertGreater(first["plasticity"]["weights"]["sd"], 0)
                weights = f"va_{benchmark}_weights.csv"
                for one, other in zip(self.rows("one", weights), self.rows("other", weights), strict=True):
                    self.assertEqual(one[:2], other[:2])
                    self.assertAlmostEqual(one[2], other[2], delta=1e-12)

    def table(self, *names):
        with open(self.path(*names), newline="", encoding="ascii") as file:
            header, *rows = csv.reader(file)
        return [int(name) for name in header[1:]], {float(row[0]): list(map(float, row[1:])) for row in rows}

    def test_weights_over_time_are_those_of_shorter_runs(self):
        record = [*STDP, "--record-weights", "50", "--record-synapses", "300"]
        report = self.run_json("CUBA", *SMALL, *record, "--output", "whole")
        file = "va_CUBA_weights_over_time.csv"
        self.assertIn(file, [name.rsplit("/", 1)[-1] for name in report["files"]])
        synapses, weights = self.table("whole", file)
        self.assertEqual((len(synapses), sorted(weights)), (300, [0, 50, 100, 150]))
        self.run_program("CUBA", *SMALL[:-1], "100", *STDP, "--output", "short")
        rows = self.rows("short", WEIGHTS)
        self.assertEqual(weights[100], [rows[synapse][2] for synapse in synapses])
        self.assertEqual(synapses, [k * len(rows) // 300 for k in range(300)])
        with open(self.path("whole", "va_CUBA.json"), encoding="utf-8") as sidecar:
            told = json.load(sidecar)
        self.assertEqual(told["data"][-1], {"file": file, "content": "weights over time", "cells": "exc", "unit": "nA",
                                            "sampling_interval": {"value": 50.0, "unit": "ms"}})
        self.assertEqual(told["options"]["record_weights"], {"value": 50.0, "unit": "ms"})
        parts = ["CUBA", *SMALL[:-1]]
        self.run_program(*parts, "90", *record, "--checkpoint-every", "40", "--output", "parts")
        done = self.run_program(*parts, "200", *record, "--resume", "--threads", "2", "--output", "parts")
        self.assertEqual(self.read("parts", file), self.read("whole", file))
        self.assertRegex(done.stdout, r"Weights over time +: of 300 synapses, every 50 ms\n")
        for wrong, rule in [(["--record-weights", "5"], "without --plasticity stdp"),
                            ([*STDP, "--record-weights", "0"], "must be"),
                            ([*STDP, "--record-synapses", "5"], "without --record-weights")]:
            self.assertIn(rule, self.run_program("CUBA", *wrong, code=2).stderr)

    @unittest.skipUnless(numpy, "numpy is not installed")
    def test_weights_over_time_of_npz_are_those_of_csv(self):
        self.run_program("CUBA", *SMALL, *STDP, "--record-weights", "50", "--format", "csv,npz")
        synapses, weights = self.table("results", "va_CUBA_weights_over_time.csv")
        with numpy.load(self.path("results", "va_CUBA_weights_over_time.npz")) as arrays:
            self.assertEqual(arrays["synapses"].tolist(), synapses)
            self.assertEqual(dict(zip(arrays["times"].tolist(), arrays["values"].tolist())), weights)
            cells = list(zip(arrays["pre"].tolist(), arrays["post"].tolist()))
        rows = self.rows("results", WEIGHTS)
        self.assertEqual(cells, [rows[synapse][:2] for synapse in synapses])

    @unittest.skipUnless(numpy, "numpy is not installed")
    def test_weights_of_npz_are_those_of_csv(self):
        self.run_program("CUBA", *SMALL, *STDP, "--format", "csv,npz")
        with numpy.load(self.path("results", "va_CUBA_weights.npz")) as arrays:
            columns = [arrays[name].tolist() for name in ("pre", "post", "weights", "delays")]
        self.assertEqual(list(zip(*columns)), self.rows("results", WEIGHTS))

    @unittest.skipUnless(h5py, "h5py is not installed")
    def test_weights_of_h5_are_those_of_csv(self):
        self.run_program("CUBA", *SMALL, *STDP, "--format", "csv,h5")
        first_id = {"Excitatory_Cells": 0, "Inhibitory_Cells": 320}
        rows = []
        with h5py.File(self.path("results", "va_CUBA_weights.h5")) as file:
            for name, edges in file["edges"].items():
                pre, post = (first_id[population] for population in name.split("_to_"))
                columns = [edges[column][:].tolist() for column in
                           ("source_node_id", "target_node_id", "0/syn_weight", "0/delay")]
                rows += [(pre + source, post + target, weight, delay) for source, target, weight, delay in zip(*columns)]
        self.assertEqual(sorted(rows), sorted(self.rows("results", WEIGHTS)))

    @unittest.skipUnless(shutil.which("gnuplot"), "gnuplot is not installed")
    def test_the_figure_shows_the_weights(self):
        for arguments, shown in [(STDP, True), (STDP + ["--w-min", "0.27", "--w-max", "0.27"], True),
                                 (["--plasticity", "tsodyks-markram"], False)]:
            done = self.run_program("CUBA", *SMALL, *arguments, "--plot-figure", "x.svg", "--format", "none", "--quiet")
            self.assertEqual(done.stderr, "", "gnuplot has nothing to complain of")
            with open(self.path("x.svg"), encoding="utf-8") as file:
                text = file.read()
            self.assertEqual("Excitatory weights" in text, shown)
            self.assertEqual("weight [nA]" in text, shown)
            self.assertIn("Firing rates of the neurons", text)

    def test_a_network_without_excitatory_synapses_has_no_weights(self):
        report = self.run_json("CUBA", "--neurons", "50", "--probability", "0", *STDP)
        self.assertEqual((report["plasticity"]["synapses"], report["plasticity"]["weights"]), (0, None))
        self.assertEqual(self.read("results", WEIGHTS), b"pre,post,weight_nA,delay_ms\n")


if __name__ == "__main__":
    unittest.main()

# SPDX-License-Identifier: Apache-2.0
"""Inhibitory plasticity: weights grow from 0 until the excitatory neurons fire at the rate that the rule aims at."""

import json
import shutil
import signal
import subprocess
import unittest

from examples import INHIBITORY_PLASTICITY, ExampleTest

class InhibitoryPlasticity(ExampleTest):
    def test_neurons_and_synapses_are_those_of_the_publication(self):
        result = self.run_json(INHIBITORY_PLASTICITY, "--duration", "0.1")
        self.assertEqual([population["neurons"] for population in result["populations"]], [8000, 2000])
        # 1e8 pairs with a probability of 0.02: binomial; six standard deviations.
        self.assertAlmostEqual(result["synapses"], 2e6, delta=8400)

    def test_inhibition_balances_the_network(self):
        # The rule changes weights by pairs of spikes of all neurons, so that it finds its aim within a second.
        result = self.run_json(INHIBITORY_PLASTICITY, "--scale", "0.2", "--interval", "10", "--duration", "1500")
        course = result["course"]
        self.assertEqual([part["to_ms"] for part in course], [10 * k for k in range(1, 151)])
        weights = [part["at_the_end"]["inh to exc weight"]["value"] for part in course]
        rates = [part["rate_hz"]["exc"] for part in course]
        self.assertGreater(max(rates[:5]), 100)  # without inhibition
        mean_rate = sum(rates[-100:]) / 100
        self.assertTrue(1.5 < mean_rate < 12, f"{mean_rate} Hz, aim 3 Hz; most are at first far above")
        self.assertTrue(0 < weights[0] < 0.3 * weights[-1], weights)
        self.assertLess(max(weights), 300 / 0.2**0.5)

    def test_a_lower_aim_takes_more_inhibition(self):
        weights = []
        for rho in ["1", "10", "30"]:
            course = self.run_json(INHIBITORY_PLASTICITY, "--scale", "0.2", "--rho", rho, "--interval", "500",
                                   "--duration", "500")["course"]
            weights.append(course[-1]["at_the_end"]["inh to exc weight"]["value"])
        self.assertEqual(weights, sorted(weights, reverse=True))

    def test_parts_end_with_the_recorded_time(self):
        run = ["--scale", "0.02", "--warm-up", "5", "--duration", "25", "--interval", "10"]
        result = self.run_json(INHIBITORY_PLASTICITY, *run, "--spikes", "all.csv")
        self.assertEqual([(part["from_ms"], part["to_ms"]) for part in result["course"]], [(5, 15), (15, 25), (25, 30)])
        ids_and_times = [line.split(",") for line in self.read("all.csv").splitlines()[1:]]
        count = sum(1 for cell, time in ids_and_times if int(cell) < 160 and 15 <= float(time) < 25)
        self.assertAlmostEqual(result["course"][1]["rate_hz"]["exc"], count / 160 / 0.010, places=9)
        self.assertGreater(count, 0)

    def test_the_table_and_the_figure_show_the_course(self):
        run = ["--scale", "0.02", "--duration", "300", "--interval", "10"]
        text = self.run_example(INHIBITORY_PLASTICITY, *run).stdout
        self.assertRegex(text, r"\n +until \[ms\] +exc \[Hz\] +exc CV +inh \[Hz\] +inh CV +inh to exc weight \[nS\]\n +10 ")
        self.assertRegex(text, r"\n +300( +[-0-9.]+){5}\n")
        if shutil.which("gnuplot"):
            done = self.run_example(INHIBITORY_PLASTICITY, *run, "--plot-figure", "x.svg")
            self.assertNotIn("gnuplot", done.stderr)
            self.assertNotIn("line", done.stderr, "gnuplot has nothing to complain of")
            figure = self.read("x.svg")
            for words in ["Rates", "Coefficient of variation", "inh to exc weight", "[nS]", "exc", "inh", "time [s]"]:
                self.assertIn(words, figure)

    def test_any_number_of_threads_gives_the_same_spikes(self):
        self.assert_same_spikes_on_any_threads(INHIBITORY_PLASTICITY, "--scale", "0.03", "--duration", "50", "--seed", "3")

    def test_ctrl_c_shows_the_parts_so_far(self):
        process = subprocess.Popen(
            [INHIBITORY_PLASTICITY, "--scale", "0.02", "--duration", "1e6", "--interval", "10", "--eta", "1", "--json"],
            cwd=self.folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.addCleanup(process.kill)
        try:
            process.communicate(timeout=1.5)
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGINT)
        out, errors = process.communicate(timeout=120)
        self.assertEqual(process.returncode, 130, errors)
        result = json.loads(out)
        self.assertTrue(result["interrupted"])
        if result["course"]:
            self.assertEqual(result["course"][-1]["to_ms"], result["recorded_ms"])

    def test_a_scale_with_too_few_inputs_is_refused(self):
        done = self.run_example(INHIBITORY_PLASTICITY, "--scale", "0.009", code=2)
        self.assertIn("--scale = 0.009: must be >= 0.01", done.stderr)


if __name__ == "__main__":
    unittest.main()

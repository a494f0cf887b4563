# SPDX-License-Identifier: Apache-2.0
"""The example scripts of apps/pynn/examples at a small scale, and beside the programs of apps/examples."""

import importlib.util
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

from support import main

EXAMPLES = pathlib.Path(__file__).resolve().parents[2] / "apps" / "pynn" / "examples"
# What makes va_event known in a build tree, and then a script with its arguments.
RUN = """
import os, runpy, site, sys
if "VA_EVENT_SITE" in os.environ:
    site.addsitedir(os.path.realpath(os.environ["VA_EVENT_SITE"]))
sys.argv = sys.argv[1:]
sys.path.insert(0, os.path.dirname(sys.argv[0]))
runpy.run_path(sys.argv[0], run_name="__main__")
"""


def run(script, *arguments):
    return subprocess.run([sys.executable, "-B", "-c", RUN, str(EXAMPLES / script), "va_event", *arguments],
                          capture_output=True, text=True, timeout=500)


def table(text):
    """Neurons and rate of every population."""
    rows = re.findall(r"^(\S+) +(\d+) +([0-9.]+) +[0-9.-]+$", text, re.M)
    return {name: (int(neurons), float(rate)) for name, neurons, rate in rows}


class Examples(unittest.TestCase):
    def shown(self, script, *arguments):
        done = run(script, *arguments)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout

    def test_the_microcircuit_has_its_neurons_synapses_and_rates(self):
        text = self.shown("microcircuit.py", "--scale", "0.05", "--duration", "100")
        self.assertIn("3858 neurons, 747205 synapses\n", text)  # tests/examples counts them from the published table
        populations = table(text)
        self.assertEqual({name: neurons for name, (neurons, _) in populations.items()},
                         {"L2/3e": 1034, "L2/3i": 292, "L4e": 1096, "L4i": 274, "L5e": 242, "L5i": 53, "L6e": 720,
                          "L6i": 147})
        for name, published in [("L4e", 4.414), ("L4i", 5.876), ("L5e", 7.569), ("L5i", 8.633), ("L6i", 7.829)]:
            self.assertTrue(0.4 * published < populations[name][1] < 1.5 * published, text)

    def test_constant_input_at_a_small_scale_leaves_all_below_the_threshold(self):
        # The constant currents lead to 10.4 mV at most (tests/examples/microcircuit_test.py).
        rates = table(self.shown("microcircuit.py", "--scale", "0.005", "--input", "current", "--duration", "50"))
        self.assertEqual({rate for _, rate in rates.values()}, {0.0})

    def test_brunels_network_has_its_neurons_synapses_and_rates(self):
        text = self.shown("brunel.py", "--scale", "0.1", "--warm-up", "30", "--duration", "40", "--model", "IF_curr_exp")
        self.assertIn("1250 neurons, 1562500 synapses\n", text)
        for neurons, rate in table(text).values():
            self.assertIn(neurons, (1000, 250))
            self.assertAlmostEqual(rate, 37.95, delta=0.3 * 37.95)  # mean-field theory: tests/examples/brunel_test.py

    def test_brunels_network_is_silent_where_its_input_stays_below_the_threshold(self):
        rates = table(self.shown("brunel.py", "--scale", "0.1", "--warm-up", "20", "--duration", "20", "--eta", "0.5"))
        self.assertEqual({rate for _, rate in rates.values()}, {0.0})

    def test_inhibitory_plasticity_brings_rates_down_by_weights_that_grow(self):
        text = self.shown("inhibitory_plasticity.py", "--scale", "0.05", "--duration", "1000", "--eta", "0.2")
        self.assertIn("500 neurons, 16000 plastic synapses\n", text)
        rows = [[float(number) for number in line.split()] for line in re.findall(r"^[ 0-9.]+$", text, re.M)]
        self.assertEqual([row[0] for row in rows], [100.0 + 50.0 * k for k in range(1, 21)])
        excitatory, medians = [row[1] for row in rows], [row[4] for row in rows]
        self.assertLess(excitatory[-1], 0.2 * excitatory[0], text)
        self.assertEqual(medians, sorted(medians))
        self.assertTrue(1.0 < medians[-1] < 6.0, text)  # [nS]: what balances the input is about 3

    def test_numbers_that_cannot_be_are_refused(self):
        for option, value in [("--scale", "1.5"), ("--duration", "0"), ("--warm-up", "-1")]:
            with self.subTest(option=option, value=value):
                done = run("microcircuit.py", f"{option}={value}")
                self.assertEqual(done.returncode, 2)
                self.assertIn(f"{option} = {float(value):g}: must be ", done.stderr)

    @unittest.skipUnless(importlib.util.find_spec("matplotlib"), "matplotlib is not installed")
    def test_the_figures_are_drawn(self):
        with tempfile.TemporaryDirectory() as folder:
            file = os.path.join(folder, "x.png")
            for script, scale in (("microcircuit.py", "0.01"), ("inhibitory_plasticity.py", "0.02")):
                self.shown(script, "--scale", scale, "--duration", "50", "--plot-figure", file)
                self.assertEqual(pathlib.Path(file).read_bytes()[:8], b"\x89PNG\r\n\x1a\n")
                os.remove(file)


if __name__ == "__main__":
    main()

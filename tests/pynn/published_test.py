# SPDX-License-Identifier: Apache-2.0
"""PyNN's own examples of plasticity and its own scenarios, which are the same for all simulators. They come with PyNN's
source archive, which apps/prepare.sh unpacks in the virtual environment."""

import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unittest
import xml.etree.ElementTree

import plasticity_reference as reference
from examples_test import RUN
from support import main, np

SOURCE = pathlib.Path(sys.prefix) / "source"
if not (SOURCE / "examples").exists():
    print(f"skipped: {sys.prefix} has no source archive of PyNN")
    sys.exit(77)


def run(*arguments, folder):
    return subprocess.run([sys.executable, "-B", *arguments], cwd=folder, capture_output=True, text=True, timeout=500,
                          env={**os.environ, "MPLBACKEND": "Agg", "PYTHONWARNINGS": "ignore"})


class Published(unittest.TestCase):
    def example(self, name, *options):
        with tempfile.TemporaryDirectory() as folder:
            done = run("-c", RUN, str(SOURCE / "examples" / name), "va_event", *options, folder=folder)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout

    def test_examples_of_synapses_that_change_run(self):
        self.assertIn("Local connections : 200", self.example("stdp_network.py"))
        for name in ("tsodyksmarkram", "stochastic_synapses", "stochastic_tsodyksmarkram",
                     "stochastic_deterministic_comparison", "multiquantal_synapses"):
            self.example(f"{name}.py")

    def test_the_simple_example_of_stdp_has_the_weights_of_all_pairs_of_spikes(self):
        rule = {"rule": "SpikePairRule", "pairs": "all", "dependence": "AdditiveWeightDependence", "tau_plus": 20.0,
                "tau_minus": 20.0, "A_plus": 0.01, "A_minus": 0.012, "w_min": 0.0, "w_max": 1e-7}
        for fraction in (0.25, 1.0):
            with self.subTest(fraction=fraction):
                text = self.example("simple_STDP.py", "--dendritic-delay-fraction", str(fraction))
                spikes, weights = (np.array(re.search(rf"{what}: \[(.*?)\]", text, re.S).group(1).split(), dtype=float)
                                   for what in ("spike times", "Final weights"))
                pre = [np.arange(100.0 + j, 1060.0, 100.0) for j in range(-30, 30)]
                expected = [reference.stdp(rule, 5e-8, 3.0, fraction, times, spikes, 1060.0)[0] for times in pre]
                self.assertEqual(len(spikes), 10)
                self.assertLess(np.abs(weights - expected).max(), 1e-15)

    def test_scenarios_pass_but_for_those_of_cells_that_are_missing(self):
        with tempfile.TemporaryDirectory() as folder:
            scenarios = pathlib.Path(folder) / "scenarios"
            shutil.copytree(SOURCE / "test" / "system" / "scenarios", scenarios)
            (scenarios.parent / "conftest.py").write_text(
                'import os, site\nif "VA_EVENT_SITE" in os.environ:\n'
                '    site.addsitedir(os.path.realpath(os.environ["VA_EVENT_SITE"]))\n')
            fixtures = scenarios / "fixtures.py"
            text = fixtures.read_text().replace("for name in sim_names", 'for name in ["va_event"]')
            self.assertIn("va_event", text)
            fixtures.write_text(text)
            done = run("-m", "pytest", "-q", "-p", "no:cacheprovider", "--junitxml=results.xml", "scenarios",
                       folder=folder)
            results = xml.etree.ElementTree.parse(scenarios.parent / "results.xml").findall(".//testcase")
        failures = {case.get("name"): case.find("failure").get("message") for case in results
                    if case.find("failure") is not None}
        for name, message in failures.items():
            self.assertRegex(message, r"^va_event\.pynn\.exceptions\.NotAvailableError: \w+ is not available", name)
            self.assertNotIn("Synapse", message, name)
        passed = [case.get("name") for case in results if len(case) == 0]
        self.assertGreaterEqual(len(passed), 50, done.stdout)
        for name in ("test_all_to_all_tsodyksmarkram", "test_set_synaptic_parameters_multiply_connected",
                     "test_issue505", "test_issue652", "test_scenario3", "test_simple_stochastic_synapse"):
            self.assertIn(f"{name}[va_event]", passed)


if __name__ == "__main__":
    main()

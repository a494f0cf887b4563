# SPDX-License-Identifier: Apache-2.0
"""The scripts of benchmarks/pynn measure what they say. Their times are no subject of tests."""

import csv
import io
import os
import subprocess
import sys
import unittest

import support  # noqa: F401  skips where there is no PyNN

FOLDER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "benchmarks", "pynn")
sys.path.insert(0, FOLDER)


class Benchmarks(unittest.TestCase):
    def test_poisson_sources_drive_their_cells(self):
        import poisson_sources
        result = poisson_sources.measure(40, 10e3, 200.0, threads=1, rng_seed=1)
        self.assertEqual(set(result), {*poisson_sources.PHASES, "mean rate [Hz]"})
        # The mean input is below the threshold: what is above it are fluctuations, which come a few times per second.
        self.assertTrue(0.5 < result["mean rate [Hz]"] < 15.0, result)

    def test_every_connector_makes_about_the_synapses_that_are_asked_for(self):
        ran = subprocess.run([sys.executable, "-B", os.path.join(FOLDER, "connectors.py"), "--synapses", "20000"],
                             check=True, capture_output=True, text=True)
        rows = list(csv.DictReader(io.StringIO(ran.stdout)))
        self.assertGreater(len(rows), 20)
        for row in rows:
            self.assertLess(abs(int(row["synapses"]) - 20000), 3000, row)


if __name__ == "__main__":
    unittest.main(verbosity=2)

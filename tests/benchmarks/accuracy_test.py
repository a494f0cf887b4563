# SPDX-License-Identifier: Apache-2.0
"""How benchmarks/networks compares spikes, on trains whose differences are known."""

import pathlib
import sys
import tempfile
import unittest

import h5py
import numpy as np

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "benchmarks" / "networks"))

from accuracy import Exact, rate_is_right

SPIKES = {0: ["10.5", "20.25", "150.0"], 1: ["30.125", "60.0"], 2: []}  # [ms] by neuron


class Comparison(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        with h5py.File(self.folder / "network.h5", "w") as file:
            file.attrs["model"], file.attrs["duration"] = "IF_curr_exp", 200.0
            file.create_group("parameters")
            file["neurons/v"] = np.zeros(3)
            # Neuron 0 has two synapses, neuron 1 one, source 3 one.
            file["synapses/pre"], file["synapses/post"] = np.array([0, 0, 1, 3]), np.array([1, 2, 2, 0])
            for name in ("weight", "delay", "inhibitory"):
                file[f"synapses/{name}"] = np.ones(4)
            file["source_spikes/ids"], file["source_spikes/times"] = np.array([3, 3, 3]), np.array([1.0, 2.0, 3.0])
        self.write("exact", SPIKES)
        self.exact = Exact(self.folder / "network.h5", self.folder / "exact", True)

    def write(self, name, spikes):
        (self.folder / name).mkdir()
        lines = [f"{neuron}\t{time}\n" for neuron, times in spikes.items() for time in times]
        (self.folder / name / "spikes.gdf").write_text("".join(lines), encoding="utf-8")

    def compare(self, changes):
        spikes = {**SPIKES, **changes}
        pairs = [(float(time), neuron) for neuron, times in spikes.items() for time in times]
        return self.exact.compare(np.array([time for time, _ in pairs]), np.array([neuron for _, neuron in pairs]))

    def test_the_exact_spikes_have_no_error(self):
        self.assertEqual(self.compare({}),
                         {"first_wrong_ms": None, "median_error_ms": 0.0, "right_share_of_100_ms": 1.0})

    def test_small_shifts_are_errors_and_not_wrong_spikes(self):
        found = self.compare({0: ["10.75", "20.0", "150.0"], 1: ["30.375", "60.25"]})
        self.assertIsNone(found["first_wrong_ms"])
        self.assertEqual(found["median_error_ms"], 0.25)

    def test_a_spike_that_is_too_far_off_is_wrong_from_the_earlier_of_the_two_times_on(self):
        self.assertEqual(self.compare({1: ["30.125", "58.0"]})["first_wrong_ms"], 58.0)
        self.assertEqual(self.compare({1: ["30.125", "62.0"]})["first_wrong_ms"], 60.0)
        self.assertEqual(self.compare({1: ["30.125", "62.0"]})["right_share_of_100_ms"], 0.75)

    def test_missing_and_surplus_spikes_are_wrong(self):
        self.assertEqual(self.compare({0: ["10.5", "20.25"]})["first_wrong_ms"], 150.0)
        self.assertEqual(self.compare({2: ["5.0"]})["first_wrong_ms"], 5.0)

    def test_a_spike_at_the_very_end_may_miss_its_partner(self):
        self.assertIsNone(self.compare({2: ["199.5"]})["first_wrong_ms"])

    def test_synaptic_events_are_spikes_times_synapses_and_those_of_the_sources(self):
        self.assertEqual(self.exact.synaptic_events(np.array([0, 0, 0, 1, 1])), 3 * 2 + 2 * 1 + 3 * 1)

    def test_digits_beyond_double_count_for_the_exact_simulator(self):
        self.write("own", {**SPIKES, 1: ["30.12500000000000000002", "60.00000000000000000002"],
                           0: ["10.50000000000000000002", "20.25", "150.0"]})
        self.assertAlmostEqual(self.exact.compare_with_own(self.folder / "own")["median_error_ms"], 2e-20, delta=1e-26)

    def test_other_spikes_of_the_exact_simulator_are_an_error(self):
        self.write("other", {**SPIKES, 2: ["1.0"]})
        with self.assertRaises(ValueError):
            self.exact.compare_with_own(self.folder / "other")

    def test_rates_out_of_the_expected_range_are_noticed(self):
        self.assertTrue(rate_is_right(self.exact, 5.6))
        self.assertFalse(rate_is_right(self.exact, 0.0))
        self.assertFalse(rate_is_right(self.exact, 15.0))


if __name__ == "__main__":
    unittest.main()

# SPDX-License-Identifier: Apache-2.0
"""The statistics of benchmarks/networks/grid_study.py, against brute force and closed forms."""

import argparse
import itertools
import pathlib
import sys
import types
import unittest

import numpy as np

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "benchmarks" / "networks"))

import grid_study

DURATION = 4000.0  # [ms]


def trains(n, seed=1):
    """Spikes of n neurons at rates of 5 to 40 Hz, a third of them at times that all share, and one neuron silent."""
    random = np.random.default_rng(seed)
    shared = random.uniform(0.0, DURATION, 60)
    times, neurons = [], []
    for neuron in range(n):
        own = random.uniform(0.0, DURATION, random.integers(20, 160))
        mine = np.concatenate([own, random.choice(shared, 20, replace=False)])
        times.append(mine)
        neurons.append(np.full(len(mine), neuron if neuron < n // 2 else neuron + 1))
    return np.concatenate(times), np.concatenate(neurons)


class Statistics(unittest.TestCase):
    def test_correlation_is_the_mean_over_all_pairs(self):
        times, neurons = trains(12)
        counts = [np.histogram(times[neurons == k], bins=2000, range=(0.0, DURATION))[0] for k in np.unique(neurons)]
        pairs = [np.corrcoef(a, b)[0, 1] for a, b in itertools.combinations(counts, 2)]
        self.assertGreater(np.mean(pairs), 0.05)
        self.assertAlmostEqual(grid_study.correlation(times, neurons, 2.0, DURATION), np.mean(pairs), places=12)

    def test_equal_trains_have_correlation_1(self):
        times, _ = trains(1)
        both = np.concatenate([times, times]), np.repeat([3, 8], len(times))
        self.assertAlmostEqual(grid_study.correlation(*both, 2.0, DURATION), 1.0, places=12)

    def test_cv_is_that_of_numpy_and_leaves_out_neurons_with_few_intervals(self):
        times, neurons = trains(6)
        few = np.array([1.0, 2.0, 4.0])
        intervals = [np.diff(np.sort(times[neurons == k])) for k in np.unique(neurons)]
        expected = np.mean([np.std(own, ddof=1) / np.mean(own) for own in intervals])
        mixed = np.concatenate([few, times]), np.concatenate([np.full(3, 99), neurons])
        self.assertAlmostEqual(grid_study.irregularity(*mixed, 10), expected, places=9)

    def test_a_regular_train_has_cv_0_and_no_train_none(self):
        self.assertAlmostEqual(grid_study.irregularity(np.arange(0.0, 100.0, 5.0), np.zeros(20, dtype=int), 10), 0.0)
        self.assertTrue(np.isnan(grid_study.irregularity(np.empty(0), np.empty(0, dtype=int), 10)))
        self.assertTrue(np.isnan(grid_study.correlation(np.empty(0), np.empty(0, dtype=int), 2.0, DURATION)))

    def test_populations_are_told_apart_by_their_first_neurons(self):
        options = argparse.Namespace(duration=1000.0, least_intervals=10, bin=2.0)
        network = types.SimpleNamespace(sizes=np.array([2, 4]))
        one, other = grid_study.measure(np.array([1.0, 2.0, 3.0, 4.0]), np.array([1, 2, 5, 5]), network, options)
        self.assertAlmostEqual(one["rate"], 0.5)
        self.assertAlmostEqual(other["rate"], 0.75)

    def test_the_confidence_interval_is_students(self):
        # Mean 5, standard deviation sqrt(10/3) over 4 values, t = 3.182.
        self.assertEqual(grid_study.interval([3.0, 7.0, 4.0, 6.0, np.nan]), (5.0, 3.182 * (10.0 / 3.0)**0.5 / 2.0))

    def test_it_covers_the_truth_in_95_of_100_cases(self):
        random = np.random.default_rng(5)
        samples = random.normal(size=(4000, 5))
        covered = sum(abs(mean) <= half for mean, half in map(grid_study.interval, samples))
        self.assertAlmostEqual(covered / 4000, 0.95, delta=0.015)

    def test_no_seed_begins_that_would_end_too_late(self):
        self.assertTrue(grid_study.fits(240.0, 2, 6.0))   # three take 6 minutes
        self.assertFalse(grid_study.fits(241.0, 2, 6.0))
        self.assertTrue(grid_study.fits(1e9, 2, float("inf")))

    def test_differences_are_taken_seed_by_seed(self):
        def of(rate):
            return [{"rate": rate, "cv": 1.0, "correlation": 0.0}]
        results = {(seed, step): of(seed + (0.1 if step else 0.0)) for seed in (1, 2, 3) for step in (None, 0.1)}
        rows = list(grid_study.compare(types.SimpleNamespace(names=["one"]), results, [0.1]))
        self.assertAlmostEqual(rows[0]["difference"], 0.1)
        self.assertAlmostEqual(rows[0]["difference_ci"], 0.0)
        self.assertAlmostEqual(rows[0]["exact"], 2.0)
        self.assertIn("**+0.1", grid_study.table(rows))


if __name__ == "__main__":
    unittest.main()

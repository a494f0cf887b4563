# SPDX-License-Identifier: Apache-2.0
"""NativeRNG: the library's random numbers as one of PyNN's generators."""

import copy

from pyNN.random import NumpyRNG, RandomDistribution, available_distributions

from support import PyNNTest, main, np, sim

#: Of each distribution that PyNN names.
PARAMETERS = {
    "binomial": [{"n": 30, "p": 0.3}],
    "exponential": [{"beta": 2.5}],
    "gamma": [{"k": 0.7, "theta": 2.0}, {"k": 4.0, "theta": 0.5}],
    "lognormal": [{"mu": -1.0, "sigma": 0.5}],
    "normal": [{"mu": -65.0, "sigma": 3.0}],
    "normal_clipped": [{"mu": 0.0, "sigma": 2.0, "low": -1.0, "high": 3.0}],
    "normal_clipped_to_boundary": [{"mu": 0.0, "sigma": 2.0, "low": -1.0, "high": 3.0}],
    "poisson": [{"lambda_": 4.5}],
    "uniform": [{"low": -60.0, "high": -50.0}],
    "uniform_int": [{"low": -3, "high": 9}],
    "vonmises": [{"mu": 1.0, "kappa": 3.0}, {"mu": -2.5, "kappa": 0.4}, {"mu": 0.5, "kappa": 0.0},
                 {"mu": 0.1, "kappa": 500.0}],
}


def largest_distance(one, two):
    """Of the cumulative distributions of two samples (Kolmogorov and Smirnov)."""
    every = np.concatenate((one, two))
    return np.abs(np.searchsorted(np.sort(one), every, "right") / one.size -
                  np.searchsorted(np.sort(two), every, "right") / two.size).max()


class Numbers(PyNNTest):
    def test_every_distribution_is_that_of_numpy(self):
        self.assertEqual(set(PARAMETERS), set(available_distributions))
        size = 20000
        for name, choices in PARAMETERS.items():
            for parameters in choices:
                mine = RandomDistribution(name, rng=sim.NativeRNG(seed=1), **parameters).next(size)
                numpys = RandomDistribution(name, rng=NumpyRNG(seed=2), **parameters).next(size)
                self.assertEqual((mine.shape, mine.dtype.kind), (numpys.shape, numpys.dtype.kind), msg=name)
                # Samples of one distribution are farther apart with probability 2 exp(-1.95^2 2) = 1e-3.
                self.assertLess(largest_distance(mine, numpys), 1.95 * np.sqrt(2.0 / size), msg=(name, parameters))

    def test_successive_numbers_are_independent(self):
        x = sim.NativeRNG(seed=3).next(100000) - 0.5
        for lag in (1, 2, 3, 7):
            self.assertLess(abs(np.mean(x[lag:] * x[:-lag])) * 12.0, 4.0 / np.sqrt(x.size))

    def test_one_number_none_and_some_of_many(self):
        self.assertEqual(np.ndim(sim.NativeRNG(seed=4).next()), 0)
        self.assertEqual(sim.NativeRNG(seed=4).next(0).size, 0)
        whole = sim.NativeRNG(seed=4).next(6)
        self.assertTrue((0.0 <= whole).all() and (whole < 1.0).all())
        np.testing.assert_array_equal(sim.NativeRNG(seed=4).next(6, mask=np.array([1, 4])), whole[[1, 4]])
        rng = sim.NativeRNG(seed=4)
        np.testing.assert_array_equal([rng.next() for _ in range(6)], whole)

    def test_seeds_tell_generators_apart_and_copies_repeat(self):
        first = sim.NativeRNG(seed=5).next(10)
        np.testing.assert_array_equal(sim.NativeRNG(seed=5).next(10), first)
        self.assertFalse(np.isin(sim.NativeRNG(seed=2**64 - 1).next(10), first).any())
        for rng in (sim.NativeRNG(seed=6), sim.NativeRNG()):
            rng.next(3)
            twin = copy.deepcopy(rng)
            np.testing.assert_array_equal(twin.next(5), rng.next(5))

    def test_generators_without_a_seed_follow_that_of_setup(self):
        early = sim.NativeRNG()
        numbers = []
        for seed in (1, 1, 2):
            sim.setup(rng_seed=seed)
            numbers.append([rng.next(10) for rng in (sim.NativeRNG(), sim.NativeRNG())])
        np.testing.assert_array_equal(numbers[0], numbers[1])
        self.assertEqual(np.unique([*numbers[0], *numbers[2], early.next(10)]).size, 50)

    def test_orders_and_choices_are_fair(self):
        rng = sim.NativeRNG(seed=7)
        counts = np.zeros((4, 4))
        for _ in range(4000):
            counts[np.arange(4), rng.permutation(4)] += 1
        self.assertLess(np.abs(counts - 1000.0).max(), 4.0 * np.sqrt(4000 * 0.25 * 0.75))
        self.assertEqual(sorted(rng.permutation(np.array([3, 1, 2]))), [1, 2, 3])
        self.assertEqual(set(rng.choice(np.array([5, 9]), size=50)), {5, 9})
        self.assertIn(rng.choice(3), (0, 1, 2))

    def test_what_no_distribution_has_is_refused(self):
        rng = sim.NativeRNG(seed=8)
        for name, parameters, error in (("uniform", {"low": 0.0}, KeyError), ("cauchy", {}, KeyError),
                                        ("uniform", {"low": 0.0, "high": 1.0, "mu": 0.5}, KeyError),
                                        ("normal", {"mu": 0.0, "sigma": -1.0}, ValueError),
                                        ("vonmises", {"mu": 0.0, "kappa": float("nan")}, ValueError),
                                        ("vonmises", {"mu": float("inf"), "kappa": 1.0}, ValueError)):
            with self.assertRaises(error, msg=name):
                rng.next(3, name, parameters)
        for seed in (-1, 2**64):
            with self.assertRaisesRegex(ValueError, "seed = .*must be"):
                sim.NativeRNG(seed=seed)


class Networks(PyNNTest):
    def test_cells_synapses_and_currents_take_the_numbers(self):
        voltages = RandomDistribution("uniform", low=-70.0, high=-60.0, rng=sim.NativeRNG(seed=1))
        cells = sim.Population(50, sim.IF_cond_exp(tau_m=RandomDistribution("uniform", low=10.0, high=20.0,
                                                                            rng=sim.NativeRNG(seed=2))),
                               initial_values={"v": voltages})
        np.testing.assert_array_equal(cells.get("tau_m"), sim.NativeRNG(seed=2).next(
            50, "uniform", {"low": 10.0, "high": 20.0}))
        cells.record("v")
        sim.NoisyCurrentSource(mean=0.0, stdev=0.1, rng=sim.NativeRNG(seed=3)).inject_into(cells)
        projection = sim.Projection(cells, cells, sim.FixedProbabilityConnector(0.5, rng=sim.NativeRNG(seed=4)),
                                    sim.StaticSynapse(weight=RandomDistribution("gamma", k=2.0, theta=0.01,
                                                                                rng=sim.NativeRNG())))
        drawn = sim.NativeRNG(seed=4).next(2500).reshape(50, 50).T < 0.5
        self.assertEqual([row[:2] for row in sorted(projection.get("weight", "list"))],
                         [tuple(pair) for pair in np.argwhere(drawn)])
        self.assertEqual(np.unique(projection.get("weight", "list", with_address=False)).size, drawn.sum())
        sim.run(1.0)
        np.testing.assert_array_equal(self.signal(cells)[0], sim.NativeRNG(seed=1).next(
            50, "uniform", {"low": -70.0, "high": -60.0}))


if __name__ == "__main__":
    main()

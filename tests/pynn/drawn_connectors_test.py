# SPDX-License-Identifier: Apache-2.0
"""Connectors that draw from the library, and what connecting costs."""

import gc
import sys

from pyNN import errors
from pyNN.random import NumpyRNG, RandomDistribution

from support import PyNNTest, main, network, np, sim, table


class Counts(PyNNTest):
    """Connectors with a number of connections that draw from the library: no generator, or a NativeRNG."""

    def matrix(self, connector, pre=12, post=17, **synapse):
        """How often each pair is connected; within one population when `post` is None."""
        one = sim.Population(pre, sim.IF_curr_exp())
        two = one if post is None else sim.Population(post, sim.IF_curr_exp())
        projection = sim.Projection(one, two, connector, sim.StaticSynapse(**synapse))
        counts = np.zeros(projection.shape, dtype=int)
        np.add.at(counts, tuple(np.array(projection.get("weight", "list"))[:, :2].astype(int).T), 1)
        return counts

    def test_each_cell_has_its_number_and_none_comes_again_before_all_others(self):
        for n in (1, 5, 11, 12, 29):
            counts = self.matrix(sim.FixedNumberPreConnector(n))
            self.assertEqual(set(counts.sum(axis=0)), {n})
            self.assertEqual({counts.min(), counts.max()}, {n // 12, -(-n // 12)})
            counts = self.matrix(sim.FixedNumberPostConnector(n))
            self.assertEqual(set(counts.sum(axis=1)), {n})
            self.assertEqual({counts.min(), counts.max()}, {n // 17, -(-n // 17)})
            counts = self.matrix(sim.FixedNumberPreConnector(n, with_replacement=True), pre=3)
            self.assertEqual(set(counts.sum(axis=0)), {n})
        numbers = RandomDistribution("uniform_int", (0, 5), rng=NumpyRNG(seed=1))
        self.assertEqual(set(self.matrix(sim.FixedNumberPreConnector(numbers)).sum(axis=0)), {0, 1, 2, 3, 4})
        self.assertEqual(set(self.matrix(sim.FixedNumberPostConnector(numbers)).sum(axis=1)), {0, 1, 2, 3, 4})

    def test_the_total_is_the_number_asked_for(self):
        for n in (0, 1, 60, 131, 132):
            for replacement in (False, True):
                connector = sim.FixedTotalNumberConnector(n, False, replacement)
                counts = self.matrix(connector, post=None) if n else np.zeros((12, 12))
                self.assertEqual((counts.sum(), np.trace(counts)), (n, 0))
                self.assertLessEqual(counts.max(), n if replacement else 1)
        with self.assertRaisesRegex(errors.ConnectionError, "n = 133: must be at most 132"):
            self.matrix(sim.FixedTotalNumberConnector(133, False, False), post=None)

    def test_no_cell_is_connected_with_itself_where_this_is_not_allowed(self):
        for kind in (sim.FixedNumberPreConnector, sim.FixedNumberPostConnector):
            for replacement in (False, True):
                counts = self.matrix(kind(11, allow_self_connections=False, with_replacement=replacement), post=None)
                self.assertEqual((counts.sum(), np.trace(counts)), (132, 0))
        cells = sim.Population(6, sim.IF_curr_exp())
        view = sim.Projection(cells[2:5], cells, sim.FixedNumberPreConnector(2, allow_self_connections=False))
        self.assertFalse({(0, 2), (1, 3), (2, 4)} & {row[:2] for row in table(view)})

    def test_all_pairs_are_equally_likely(self):
        rng = sim.NativeRNG(seed=1)
        for replacement in (False, True):
            connector = sim.FixedTotalNumberConnector(15000, with_replacement=replacement, rng=rng)
            counts = self.matrix(connector, 20, 1500)
            for axis, expected in ((0, 10.0), (1, 750.0)):
                self.assertLess(np.abs(counts.sum(axis=axis) - expected).max(), 5.5 * np.sqrt(expected))
        for connector, axis in ((sim.FixedNumberPreConnector(5, rng=rng), 1),
                                (sim.FixedNumberPostConnector(5, rng=rng), 0)):
            counts = self.matrix(connector, *((20, 4000) if axis else (4000, 20))).sum(axis=axis)
            self.assertLess(np.abs(counts - 1000.0).max(), 5.0 * np.sqrt(1000.0 * 0.75))

    def test_the_network_follows_the_seed_and_projections_differ(self):
        networks = []
        for seed in (1, 1, 2):
            sim.setup(rng_seed=seed)
            networks.append([self.matrix(kind(5)) for kind in (sim.FixedNumberPreConnector,) * 2 + (
                sim.FixedNumberPostConnector, sim.FixedTotalNumberConnector)])
        for one, same, other in zip(*networks):
            np.testing.assert_array_equal(one, same)
            self.assertFalse(np.array_equal(one, other))
        self.assertFalse(np.array_equal(networks[0][0], networks[0][1]))
        own = [self.matrix(sim.FixedNumberPreConnector(5, rng=sim.NativeRNG(seed=9))) for _ in range(2)]
        np.testing.assert_array_equal(*own)

    def test_each_synapse_has_the_weight_of_its_pair(self):
        for connector in (sim.FixedNumberPreConnector(5), sim.FixedNumberPostConnector(5),
                          sim.FixedTotalNumberConnector(60), sim.OneToOneConnector()):
            projection = network(sim, 12, 17, lambda s: connector, self.by_distance())
            self.assertGreater(len(projection), 0)
            for pre, post, weight, delay in table(projection):
                self.assertAlmostEqual(weight, 0.1 + 0.01 * abs(pre - post), 14)
                self.assertAlmostEqual(delay, 0.5 + 0.125 * abs(pre - post), 14)

    @staticmethod
    def by_distance():
        return {"weight": "0.1 + 0.01 * d", "delay": lambda d: 0.5 + 0.125 * d}

    def test_connecting_takes_as_many_steps_of_python_for_few_cells_as_for_many(self):
        def steps_once(connector, size, synapse):
            cells = sim.Population(size, sim.IF_curr_exp())
            connector, synapse = connector(size), sim.StaticSynapse(**synapse())
            count = [0]
            gc.disable()  # what it calls where something else is freed are no steps of connecting
            sys.setprofile(lambda frame, event, argument: count.__setitem__(0, count[0] + (event == "call")))
            try:
                sim.Projection(cells, cells, connector, synapse)
            finally:
                sys.setprofile(None)
                gc.enable()
            return count[0]

        def steps(*arguments):
            return min(steps_once(*arguments) for _ in range(3))  # the first call may fill caches of PyNN

        def own():
            return {"weight": RandomDistribution("normal_clipped", (1.0, 0.5, 0.5, 2.0), rng=NumpyRNG(seed=1))}

        connectors = [lambda size: sim.FixedNumberPreConnector(3), lambda size: sim.FixedNumberPostConnector(3),
                      lambda size: sim.FixedTotalNumberConnector(9, with_replacement=True),
                      lambda size: sim.OneToOneConnector(), lambda size: sim.AllToAllConnector(),
                      lambda size: sim.FixedProbabilityConnector(2.0 / size),
                      lambda size: sim.FixedProbabilityConnector(2.0 / size, rng=NumpyRNG(seed=1)),
                      lambda size: sim.FixedProbabilityConnector(2.0 / size, False, rng=NumpyRNG(seed=1)),
                      lambda size: sim.DistanceDependentProbabilityConnector("d < 3", rng=NumpyRNG(seed=1)),
                      lambda size: sim.FixedNumberPreConnector(3, rng=NumpyRNG(seed=1)),
                      lambda size: sim.FixedNumberPreConnector(3, with_replacement=True, rng=NumpyRNG(seed=1)),
                      lambda size: sim.FixedTotalNumberConnector(5 * size, rng=NumpyRNG(seed=1)),
                      lambda size: sim.FromListConnector([(k, k) for k in range(size)]),
                      lambda size: sim.FromListConnector([(k, k, 0.5, 0.5) for k in range(size)]),
                      lambda size: sim.ArrayConnector(np.eye(size, dtype=bool))]
        for make in connectors:
            for synapse in (dict, own, self.drawn_from_one_generator, self.by_distance):
                if synapse is self.by_distance and type(make(2)) is sim.FromListConnector:
                    continue  # PyNN takes them for functions of something else
                self.assertLess(steps(make, 200, synapse), steps(make, 50, synapse) + 50, msg=(make(2), synapse))

    @staticmethod
    def drawn_from_one_generator():
        rng = NumpyRNG(seed=1)
        return {"weight": RandomDistribution("normal", (9.0, 1.0), rng=rng),
                "delay": RandomDistribution("uniform", (0.5, 2.0), rng=rng)}

    def test_pairs_are_connected_with_their_probability_and_independently_of_each_other(self):
        for p, allowed in ((0.3, True), (0.3, False), (0.02, True), (1.0, False)):
            counts = sum(self.matrix(sim.FixedProbabilityConnector(p, allowed, rng=NumpyRNG(seed=k)), 50, None)
                         for k in range(200))
            own = np.diag(counts) if allowed else counts[~np.eye(50, dtype=bool)]
            if not allowed:
                self.assertEqual(np.trace(counts), 0)
            self.assertLess(abs(own.mean() - 200 * p), 5.0 * np.sqrt(200 * p * (1 - p) / own.size) + 1e-9)
            scatter = np.var(counts if allowed else own)  # binomial
            self.assertLess(abs(scatter - 200 * p * (1 - p)), 0.15 * 200 * p * (1 - p) + 1e-9)
        cells = sim.Population(50, sim.IF_curr_exp())
        self.assertEqual(len(sim.Projection(cells, cells, sim.FixedProbabilityConnector(0.0), sim.StaticSynapse())), 0)
        numbers = [self.matrix(sim.FixedProbabilityConnector(0.3, rng=NumpyRNG(seed=k)), 40, 40).sum(axis=0)
                   for k in range(100)]
        self.assertLess(abs(np.var(numbers) / (40 * 0.3 * 0.7) - 1.0), 0.12)


if __name__ == "__main__":
    main()

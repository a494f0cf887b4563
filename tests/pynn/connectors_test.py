# SPDX-License-Identifier: Apache-2.0
"""Connectors make the networks that PyNN's own make: what pyNN.mock collects from them is the expected value."""

import contextlib
import os
import resource
import sys
import tempfile

import pyNN.mock as mock
from pyNN import errors
from pyNN.connectors import Connector, IndexBasedExpression
from pyNN.random import NumpyRNG, RandomDistribution
from pyNN.space import Space

from support import PyNNTest, main, np, sim


def network(simulator, pre, post, connector, synapse, receptor_type="excitatory", space=Space()):
    """A projection of `simulator` between two populations (or within one when `post` is None)."""
    simulator.setup(timestep=0.1, min_delay=0.1)
    one = simulator.Population(pre, simulator.IF_curr_exp())
    two = one if post is None else simulator.Population(post, simulator.IF_curr_exp())
    return simulator.Projection(one, two, connector(simulator), simulator.StaticSynapse(**synapse),
                                receptor_type=receptor_type, space=space)


def table(projection):
    """Every synapse, sorted."""
    weight, delay = projection.synapse_type.get_native_names("weight", "delay")
    return sorted((int(c.presynaptic_index), int(c.postsynaptic_index), float(getattr(c, weight)),
                   float(getattr(c, delay))) for c in projection.connections)


class AgainstMock(PyNNTest):
    def assertSame(self, connector, pre=12, post=17, synapses=None, **more):
        for synapse in synapses or ({"weight": 0.25, "delay": 0.5}, self.random_synapse, self.distance_synapse):
            synapse = synapse() if callable(synapse) else synapse
            expected = table(network(mock, pre, post, connector, synapse, **more))
            synapse = self.random_synapse() if "rng" in synapse else synapse
            actual = table(network(sim, pre, post, connector, synapse, **more))
            self.assertGreater(len(expected), 0)
            self.assertEqual(actual, expected)

    @staticmethod
    def random_synapse():
        rng = NumpyRNG(seed=5)
        return {"weight": RandomDistribution("uniform", low=0.5, high=1.0, rng=rng),
                "delay": RandomDistribution("gamma", k=2.0, theta=0.5, rng=rng)}

    @staticmethod
    def distance_synapse():
        return {"weight": "0.1 + 0.01 * d", "delay": lambda d: 0.5 + 0.125 * d}

    def test_fixed_probability(self):
        self.assertSame(lambda s: s.FixedProbabilityConnector(0.3, rng=NumpyRNG(seed=11)))
        self.assertSame(lambda s: s.FixedProbabilityConnector(0.3, rng=NumpyRNG(seed=11)), pre=3000, post=800,
                        synapses=[{"weight": 0.25, "delay": 0.5}])
        self.assertSame(lambda s: s.FixedProbabilityConnector(0.4))

    def test_fixed_probability_without_self_connections(self):
        self.assertSame(lambda s: s.FixedProbabilityConnector(0.5, False, rng=NumpyRNG(seed=1)), post=None)
        self.assertSame(lambda s: s.FixedProbabilityConnector(0.5, True, rng=NumpyRNG(seed=1)), post=None)

    def test_all_to_all(self):
        self.assertSame(lambda s: s.AllToAllConnector())
        self.assertSame(lambda s: s.AllToAllConnector(allow_self_connections=False), post=None)

    def test_one_to_one(self):
        self.assertSame(lambda s: s.OneToOneConnector(), pre=9, post=9)
        self.assertSame(lambda s: s.OneToOneConnector(), pre=9, post=12)
        self.assertSame(lambda s: s.OneToOneConnector(), pre=12, post=9)

    def test_fixed_numbers(self):
        for replacement in (False, True):
            self.assertSame(lambda s: s.FixedNumberPreConnector(4, with_replacement=replacement, rng=NumpyRNG(seed=2)))
            self.assertSame(lambda s: s.FixedNumberPostConnector(4, with_replacement=replacement, rng=NumpyRNG(seed=2)))
        self.assertSame(lambda s: s.FixedTotalNumberConnector(30, rng=NumpyRNG(seed=3)))

    def test_weights_and_delays_of_generators_of_their_own(self):
        def synapse(weight):
            return {"weight": RandomDistribution(*weight, rng=NumpyRNG(seed=6)),
                    "delay": RandomDistribution("uniform", (0.5, 1.0), rng=NumpyRNG(seed=7))}

        for weight in (("lognormal", (-1.0, 0.5)), ("normal_clipped", (0.0, 1.0, 0.0, 1.0)), ("uniform_int", (0, 9))):
            for connector, post in ((lambda s: s.AllToAllConnector(), 17), (lambda s: s.OneToOneConnector(), 7),
                                    (lambda s: s.AllToAllConnector(allow_self_connections=False), None)):
                tables = [table(network(simulator, 11, post, connector, synapse(weight))) for simulator in (mock, sim)]
                self.assertEqual(*tables, msg=weight)

    def test_probability_by_distance_index_and_displacement(self):
        self.assertSame(lambda s: s.DistanceDependentProbabilityConnector("exp(-d/5)", rng=NumpyRNG(seed=4)))
        self.assertSame(lambda s: s.DistanceDependentProbabilityConnector("d < 3", rng=NumpyRNG(seed=4)),
                        space=Space(axes="x", offset=2.0))

    def test_lists_arrays_and_files(self):
        rows = [(0, 1, 0.5, 0.5), (2, 3, 0.25, 1.5), (2, 3, 0.125, 0.75), (11, 16, 0.5, 0.5)]
        plain = [{"weight": 0.25, "delay": 0.5}]
        self.assertSame(lambda s: s.FromListConnector(rows), synapses=plain)
        self.assertSame(lambda s: s.FromListConnector([row[:2] for row in rows]))
        pattern = np.random.RandomState(0).uniform(size=(12, 17)) < 0.2
        self.assertSame(lambda s: s.ArrayConnector(pattern), synapses=plain)
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "connections.txt")
            with open(path, "w") as file:
                file.write('# columns = ["i", "j", "weight", "delay"]\n')
                file.writelines("%d %d %g %g\n" % row for row in rows)
            self.assertSame(lambda s: s.FromFileConnector(path), synapses=plain)

    def test_connection_sets(self):
        try:
            import csa
        except ImportError:
            self.skipTest("no csa (Debian: python3-csa)")
        self.assertSame(lambda s: s.CSAConnector(csa.cset(csa.oneToOne)))
        self.assertSame(lambda s: s.CSAConnector(csa.cset(csa.full - csa.oneToOne)))

    def test_connection_sets_with_weights_and_delays(self):
        try:
            import csa
        except ImportError:
            self.skipTest("no csa (Debian: python3-csa)")
        sim.Population(5, sim.IF_curr_exp())  # ids of cells are not their indices
        cells = sim.Population(9, sim.IF_curr_exp())
        same = sim.Projection(cells[2:6], cells, sim.CSAConnector(csa.cset(csa.oneToOne, 0.3, 2.0)))
        self.assertEqual(table(same), [(k, k, 0.3, 2.0) for k in range(4)])
        own = csa.cset(csa.full - csa.oneToOne, lambda i, j: i + 0.1 * j, lambda i, j: 1.0 + j)
        each = sim.Projection(cells[:3], cells[5:], sim.CSAConnector(own))
        self.assertEqual(table(each), [(i, j, i + 0.1 * j, 1.0 + j) for i in range(3) for j in range(4) if i != j])
        for weight, delay in ((-0.3, 2.0), (0.3, -1.0), (0.3, 0.0)):
            with self.assertRaises(errors.ConnectionError, msg=(weight, delay)):
                sim.Projection(cells, sim.Population(9, sim.IF_cond_exp()),
                               sim.CSAConnector(csa.cset(csa.oneToOne, weight, delay)))
        empty = sim.Projection(cells, cells, sim.CSAConnector(csa.cset(csa.empty, 0.3, 2.0)))
        self.assertEqual(len(empty), 0)


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
        def steps(connector, size):
            projection = sim.Population(size, sim.IF_curr_exp())
            synapse = sim.StaticSynapse(weight=RandomDistribution("uniform", (0.0, 1.0), rng=NumpyRNG(seed=1)))
            count = [0]
            sys.setprofile(lambda frame, event, argument: count.__setitem__(0, count[0] + (event == "call")))
            try:
                sim.Projection(projection, projection, connector, synapse)
            finally:
                sys.setprofile(None)
            return count[0]

        for make in (lambda: sim.FixedNumberPreConnector(3), lambda: sim.FixedNumberPostConnector(3),
                     lambda: sim.FixedTotalNumberConnector(9, with_replacement=True), lambda: sim.OneToOneConnector(),
                     lambda: sim.AllToAllConnector()):
            self.assertLess(steps(make(), 200), steps(make(), 50) + 50, msg=make())


class Rules(PyNNTest):
    def test_projections_made_with_one_generator_replay_its_numbers(self):
        rng = NumpyRNG(seed=98765)
        cells = sim.Population(40, sim.IF_cond_exp())
        connector = sim.FixedProbabilityConnector(0.25, rng=rng)
        tables = [table(sim.Projection(cells, cells, connector, sim.StaticSynapse(weight=0.1, delay=0.2)))
                  for _ in range(2)]
        self.assertEqual(tables[0], tables[1])
        drawn = np.random.RandomState(98765).random_sample((40, 40)).T < 0.25
        self.assertEqual([row[:2] for row in tables[0]], [tuple(pair) for pair in np.argwhere(drawn)])

    def test_views_and_assemblies_are_connected_by_their_own_indices(self):
        one, two = sim.Population(6, sim.IF_cond_exp()), sim.Population(4, sim.IF_cond_exp())
        cells = one[1:4] + two
        projection = sim.Projection(one[[1, 3, 5]], cells, sim.AllToAllConnector(allow_self_connections=False),
                                    sim.StaticSynapse(weight=0.1, delay=0.3))
        pairs = [(i, j) for i in range(3) for j in range(7) if (i, j) not in ((0, 0), (1, 2))]
        self.assertEqual([row[:2] for row in table(projection)], pairs)

    def test_synapses_of_a_view_reach_its_cells_and_no_others(self):
        source = sim.Population(3, sim.SpikeSourceArray(spike_times=[[1.0], [2.0], [3.0]]))
        one, two = sim.Population(4, sim.IF_cond_exp()), sim.Population(3, sim.IF_cond_exp())
        sim.Projection(source[1:], one[2:] + two[:2], sim.FromListConnector([(0, 1, 0.5, 0.5), (1, 2, 0.25, 0.5)]))
        (one + two).record("gsyn_exc")
        sim.run(5.0)
        times = np.arange(51) * 0.1
        expected = np.zeros((51, 7))
        expected[:, 3] = np.where(times > 2.5, 0.5 * np.exp(-(times - 2.5) / 5.0), 0.0)
        expected[:, 4] = np.where(times > 3.5, 0.25 * np.exp(-(times - 3.5) / 5.0), 0.0)
        self.assertClose(np.hstack((self.signal(one, "gsyn_exc"), self.signal(two, "gsyn_exc"))), expected, 1e-15)

    def test_cells_that_do_not_exist_cannot_be_connected(self):
        class Beyond(Connector):
            def __init__(self, pre, post):
                Connector.__init__(self)
                self.pair = pre, post

            def connect(self, projection):
                projection._convergent_connect([self.pair[0]], self.pair[1], weight=0.1, delay=1.0)

        one, two = sim.Population(2, sim.IF_cond_exp()), sim.Population(3, sim.IF_cond_exp())
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "connections.txt")
            for pre, post in ((2, 0), (-1, 0), (0, 3), (0, -1), (one[1], two[1])):
                with open(path, "w") as file:
                    file.write("0 0 0.1 1.0\n%d %d 0.1 1.0\n" % (pre, post))
                rows = [(0, 0, 0.1, 1.0), (pre, post, 0.1, 1.0)]
                for connector in (Beyond(pre, post), sim.FromListConnector(rows), sim.FromFileConnector(path)):
                    with self.assertRaises(errors.ConnectionError, msg=(connector, pre, post)):
                        sim.Projection(one, two, connector)
        self.assertEqual(len(sim.Projection(one, two, Beyond(1, 2))), 1)

    @contextlib.contextmanager
    def little_memory(self, more):
        """Within it this process gets so many more bytes."""
        usual = resource.getrlimit(resource.RLIMIT_AS)
        with open("/proc/self/statm", encoding="ascii") as file:
            used = int(file.read().split()[0]) * resource.getpagesize()
        resource.setrlimit(resource.RLIMIT_AS, (used + more, usual[1]))
        try:
            yield
        finally:
            resource.setrlimit(resource.RLIMIT_AS, usual)

    def test_what_memory_cannot_hold_is_refused_before_it_is_made(self):
        class Often(IndexBasedExpression):
            def __call__(self, i, j):
                return (i + j) % 4 < 3

        connectors = [sim.AllToAllConnector(), sim.FixedProbabilityConnector(0.5),
                      sim.FixedNumberPreConnector(5000), sim.FixedNumberPostConnector(5000),
                      sim.FixedTotalNumberConnector(50_000_000), sim.DistanceDependentProbabilityConnector("d >= 0"),
                      sim.IndexBasedProbabilityConnector(Often())]
        try:
            import csa
            connectors += [sim.CSAConnector(csa.cset(csa.full)), sim.CSAConnector(csa.cset(csa.full, 0.1, 1.0))]
        except ImportError:
            pass  # no csa
        cells = sim.Population(10_000, sim.IF_curr_exp())
        synapse = sim.StaticSynapse(weight=0.1, delay=1.0)
        sim.Projection(cells[:10], cells[:10], sim.DistanceDependentProbabilityConnector("d >= 0"), synapse)  # imports
        for connector in connectors:
            with self.subTest(connector=type(connector).__name__), self.little_memory(100_000_000):
                with self.assertRaisesRegex(
                        errors.InvalidParameterValueError,
                        rf"connections = \d+ or more: must be fewer in one projection \({type(connector).__name__}\): "
                        r"about \d+ MB of memory are needed and \d+ MB are available"):
                    sim.Projection(cells, cells, connector, synapse)

    def test_wrong_weights_delays_and_receptors_are_refused(self):
        cond, curr = sim.Population(2, sim.IF_cond_exp()), sim.Population(2, sim.IF_curr_exp())
        every = sim.AllToAllConnector()
        for cells, synapse, receptor in ((cond, {"weight": -0.1}, "inhibitory"), (cond, {"delay": 0.0}, "excitatory"),
                                         (cond, {"delay": -1.0}, "excitatory"), (curr, {"weight": 0.1}, "inhibitory"),
                                         (cond, {"weight": float("nan")}, "excitatory"), (cond, {}, "gabaergic")):
            with self.assertRaises(errors.ConnectionError, msg=(synapse, receptor)):
                sim.Projection(cells, cells, every, sim.StaticSynapse(**synapse), receptor_type=receptor)
        with self.assertRaises(Exception):
            sim.Projection(cond, sim.Population(2, sim.SpikeSourcePoisson()), every)
        sim.run(1.0)  # nothing of all this is left behind
        with self.assertRaises(TypeError):
            sim.Projection(cond, cond, every, "synapse")


if __name__ == "__main__":
    main()

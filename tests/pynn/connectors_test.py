# SPDX-License-Identifier: Apache-2.0
"""Connectors make the networks that PyNN's own make: what pyNN.mock collects from them is the expected value."""

import contextlib
import os
import resource
import tempfile
import unittest.mock

import pyNN.mock as mock
from pyNN import errors
from pyNN.connectors import Connector, IndexBasedExpression
from pyNN.random import NumpyRNG, RandomDistribution
from pyNN.space import Cuboid, RandomStructure, Space

from support import PyNNTest, main, network, np, sim, table
from va_event.pynn import prescribed


def wrong_columns(key, position, gauss, distributions, sizes):
    return [np.full(int(np.sum(sizes)), 0.5) for _ in distributions], (key, position, gauss)


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

    def test_cells_weights_and_delays_of_one_generator(self):
        pairs = ((("uniform", (0.5, 1.0)), ("normal_clipped", (1.0, 0.5, 0.4, 1.5))),
                 (("lognormal", (-1.0, 0.5)), ("exponential", (2.0,))), (("gamma", (0.5, 2.0)), ("gamma", (2.5, 1.0))),
                 (("normal_clipped_to_boundary", (1.0, 0.5, 0.4, 1.5)), ("uniform_int", (1, 7))),
                 (("normal_clipped", (1.0, 0.5, 0.9, 1.2)),) * 2, (("normal_clipped", (1.0, 0.5, 0.9, 9.0)), None),
                 (("gamma", (1.0, 2.0)), ("poisson", (9.0,))), (("vonmises", (2.0, 50.0)), ("binomial", (90, 0.5))))
        connectors = ((lambda s, rng: s.OneToOneConnector(), 17), (lambda s, rng: s.AllToAllConnector(), 5),
                      (lambda s, rng: s.FixedProbabilityConnector(0.1, rng=rng), 17),
                      (lambda s, rng: s.DistanceDependentProbabilityConnector("0.5 * exp(-d / 9)", rng=rng), 17),
                      (lambda s, rng: s.FixedNumberPreConnector(2, rng=rng), 17),
                      (lambda s, rng: s.FixedNumberPreConnector(13, False, rng=rng), None),
                      (lambda s, rng: s.FixedNumberPreConnector(1, False, with_replacement=True, rng=rng), None),
                      (lambda s, rng: s.FixedNumberPostConnector(2, False, rng=rng), None),
                      (lambda s, rng: s.FixedNumberPostConnector(18, rng=rng), 17),
                      (lambda s, rng: s.FixedNumberPostConnector(
                          RandomDistribution("uniform_int", (1, 4), rng=rng), rng=rng), 17),
                      (lambda s, rng: s.FixedNumberPreConnector(
                          RandomDistribution("uniform_int", (1, 4), rng=rng), rng=rng), 17),
                      (lambda s, rng: s.FixedTotalNumberConnector(30, rng=rng), 17))
        for pair in pairs:
            for connector, post in connectors if pair in (pairs[0], pairs[-1]) else connectors[:2]:
                tables = []
                for simulator in (mock, sim):
                    rng = NumpyRNG(seed=8)
                    synapse = {name: 1.0 if one is None else RandomDistribution(*one, rng=rng)
                               for name, one in zip(("weight", "delay"), pair)}
                    tables.append([table(network(simulator, 12, post, lambda s: connector(s, rng), synapse))
                                   for _ in range(2)])
                    tables[-1].append(rng.next(3, "normal", {"mu": 0.0, "sigma": 1.0}).tolist())
                self.assertGreater(len(tables[0][0]), 4)
                self.assertEqual(*tables, msg=(pair, connector))

    def test_numpy_itself_draws_where_the_library_draws_other_numbers(self):
        def tables():
            rng = NumpyRNG(seed=3)
            synapse = {"weight": RandomDistribution("normal", (5.0, 1.0), rng=rng),
                       "delay": RandomDistribution("uniform", (0.5, 1.0), rng=rng)}
            return [table(network(sim, 12, 17, connector, synapse)) for connector in (
                lambda s: s.OneToOneConnector(), lambda s: s.FixedNumberPreConnector(3, rng=rng))]

        expected = tables()
        with unittest.mock.patch.object(prescribed._native, "draw_columns", wrong_columns):
            self.assertEqual(tables(), expected)

    def test_generators_of_numpy_that_are_no_mersenne_twisters(self):
        def rng():
            other = NumpyRNG(seed=1)
            other.rng = np.random.RandomState(np.random.PCG64(3))
            return other

        self.assertSame(lambda s: s.FixedProbabilityConnector(0.3, rng=rng()))
        self.assertSame(lambda s: s.FixedNumberPreConnector(3, rng=rng()))

    def test_cells_that_are_drawn_to_be_their_own_targets_are_drawn_until_they_are_not(self):
        connector = sim.FixedNumberPreConnector(40, False, with_replacement=True, rng=NumpyRNG(seed=1))
        projection = network(sim, 2, None, lambda s: connector, {})  # PyNN's own fails
        self.assertEqual({row[:2] for row in table(projection)}, {(0, 1), (1, 0)})
        self.assertEqual(len(projection), 80)

    def test_distances_in_spaces(self):
        spaces = (Space("xz", scale_factor=0.5, offset=0.25), Space(periodic_boundaries=((0, 3), None, None)),
                  Space("y"))
        for space in spaces:
            for connector in (lambda s: s.OneToOneConnector(), lambda s: s.AllToAllConnector(),
                              lambda s: s.DistanceDependentProbabilityConnector("d < 1.5", rng=NumpyRNG(seed=4))):
                self.assertSame(connector, synapses=[self.distance_synapse], space=space)

    def test_functions_of_distance_are_given_what_they_need(self):
        factor = 0.5
        functions = (lambda d: d / d.max(), lambda d: np.cumsum(d) + 1.0, lambda d: factor * np.exp(-d / 5.0),
                     lambda d: np.ravel(d)[::-1] + 1.0, lambda d: np.where(np.ravel(d) > 3, d, 3.0),
                     "np.exp(-d / 9) + (d < 2)",
                     lambda d: np.dot(d, d) + d, lambda d: (lambda x: x / x.sum())(d + 1))
        for function in functions:
            self.assertSame(lambda s: s.FixedProbabilityConnector(0.3, rng=NumpyRNG(seed=2)),
                            synapses=[{"weight": function}])
        of_one = ("0.1 + d**2", "1.1**(d + 1)", lambda d: 0.5 if d < 3 else 1.5,
                  lambda d: 0.5 + (d > 2 and d or 3.0), lambda d: float(d) + 1.0)
        for function in of_one:
            self.assertSame(lambda s: s.OneToOneConnector(), synapses=[{"weight": function}])

    def test_matrices_of_weights_and_functions_of_indices(self):
        class Index(IndexBasedExpression):
            def __call__(self, i, j):
                return 0.5 + 0.125 * i + 0.25 * j

        for weight in (lambda: np.arange(204.0).reshape(12, 17), Index):
            for connector in (lambda s: s.OneToOneConnector(),
                              lambda s: s.FixedNumberPreConnector(3, rng=NumpyRNG(seed=1)),
                              lambda s: s.FixedProbabilityConnector(0.3, rng=NumpyRNG(seed=1)),
                              lambda s: s.IndexBasedProbabilityConnector(Index(), rng=NumpyRNG(seed=1))):
                self.assertSame(connector, synapses=[lambda: {"weight": weight()}])

    def test_probabilities_by_index_and_displacement(self):
        class Index(IndexBasedExpression):
            def __call__(self, i, j):
                return (i + j) / 40.0

        for more in ((True, 17), (False, None), ("NoMutual", None)):
            for connector in (
                    lambda s: s.IndexBasedProbabilityConnector(Index(), more[0], rng=NumpyRNG(seed=6)),
                    lambda s: s.DisplacementDependentProbabilityConnector(
                        lambda d: np.exp(-np.abs(d[0]) / 4.0), more[0], rng=NumpyRNG(seed=6)),
                    lambda s: s.DistanceDependentProbabilityConnector("exp(-d/4)", more[0], rng=NumpyRNG(seed=6)),
                    lambda s: s.FixedProbabilityConnector(0.4, more[0], rng=NumpyRNG(seed=6))):
                self.assertSame(connector, post=more[1])

    def test_positions_are_drawn_only_where_they_are_needed(self):
        def numbers(weight):
            rng = NumpyRNG(seed=9)
            sim.setup()
            cells = sim.Population(5, sim.IF_curr_exp(), structure=RandomStructure(Cuboid(9.0, 9.0, 9.0), rng=rng))
            sim.Projection(cells, cells, sim.AllToAllConnector(), sim.StaticSynapse(weight=weight, delay=1.0))
            return rng.next(2).tolist()

        self.assertEqual(numbers(0.5), NumpyRNG(seed=9).next(2).tolist())
        self.assertNotEqual(numbers("d"), numbers(0.5))

    def test_probability_by_distance_index_and_displacement(self):
        self.assertSame(lambda s: s.DistanceDependentProbabilityConnector("exp(-d/5)", rng=NumpyRNG(seed=4)))
        self.assertSame(lambda s: s.DistanceDependentProbabilityConnector("d < 3", rng=NumpyRNG(seed=4)),
                        space=Space(axes="x", offset=2.0))

    def test_lists_arrays_and_files(self):
        rows = [(0, 1, 0.5, 0.5), (2, 3, 0.25, 1.5), (2, 3, 0.125, 0.75), (11, 16, 0.5, 0.5)]
        plain = [{"weight": 0.25, "delay": 0.5}]
        self.assertSame(lambda s: s.FromListConnector(rows), synapses=plain)
        self.assertSame(lambda s: s.FromListConnector([row[:2] for row in rows]))
        numbers = np.random.RandomState(2).randint(0, 12, (90, 2))
        self.assertSame(lambda s: s.FromListConnector(numbers))
        clipped = lambda: {"weight": RandomDistribution("normal_clipped", (1.0, 1.0, 0.8, 1.6), rng=NumpyRNG(seed=5))}
        self.assertSame(lambda s: s.FromListConnector(numbers), synapses=[clipped])
        self.assertSame(lambda s: s.FromListConnector([(*row, 0.5) for row in numbers], column_names=["delay"]),
                        synapses=[clipped])
        pattern = np.random.RandomState(0).uniform(size=(12, 17)) < 0.2
        self.assertSame(lambda s: s.ArrayConnector(pattern), synapses=plain)
        self.assertSame(lambda s: s.ArrayConnector(pattern))
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "connections.txt")
            with open(path, "w") as file:
                file.write('# columns = ["i", "j", "weight", "delay"]\n')
                file.writelines("%d %d %g %g\n" % row for row in rows)
            self.assertSame(lambda s: s.FromFileConnector(path), synapses=plain)

    def test_clones_of_projections(self):
        tables = []
        for simulator in (mock, sim):
            first = network(simulator, 12, 17, lambda s: s.FixedNumberPreConnector(
                4, with_replacement=True, rng=NumpyRNG(seed=2)), {"weight": 0.25, "delay": 0.5})
            clone = simulator.Projection(first.pre, first.post, simulator.CloneConnector(first),
                                         simulator.StaticSynapse(**self.random_synapse()))
            tables.append(table(clone))
            with self.assertRaisesRegex(errors.ConnectionError, "must match"):
                simulator.Projection(first.pre, first.pre, simulator.CloneConnector(first),
                                     simulator.StaticSynapse())
        self.assertLess(len(tables[0]), 17 * 4)  # one for each pair
        self.assertEqual(*tables)

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

# SPDX-License-Identifier: Apache-2.0
"""Reading and changing synapses."""

import os
import tempfile

from pyNN import errors
from pyNN.random import NumpyRNG, RandomDistribution

from support import PyNNTest, main, np, sim

NAN = float("nan")


class Projections(PyNNTest):
    def setUp(self):
        PyNNTest.setUp(self)
        self.pre, self.post = sim.Population(4, sim.IF_cond_exp()), sim.Population(2, sim.IF_cond_exp())

    def projection(self, pairs=((0, 0), (3, 0), (1, 1), (1, 0), (2, 1)), **synapse):
        return sim.Projection(self.pre, self.post, sim.FromListConnector(list(pairs)),
                              sim.StaticSynapse(**{"weight": 0.125, "delay": 0.25, **synapse}))

    def test_get_returns_lists_and_arrays(self):
        projection = sim.Projection(self.pre, self.post, sim.FromListConnector(
            [(0, 0, 0.5), (3, 0, 3.5), (1, 1, 0.5), (1, 0, 1.5), (2, 1, 1.5)], column_names=["weight"]),
            sim.StaticSynapse(delay=0.25))
        self.assertEqual(sorted(projection.get(["weight", "delay"], format="list")),
                         [(0, 0, 0.5, 0.25), (1, 0, 1.5, 0.25), (1, 1, 0.5, 0.25), (2, 1, 1.5, 0.25),
                          (3, 0, 3.5, 0.25)])
        self.assertEqual(sorted(projection.get("weight", format="list", with_address=False)), [0.5, 0.5, 1.5, 1.5, 3.5])
        weights, delays = projection.get(["weight", "delay"], format="array")
        np.testing.assert_array_equal(weights, [[0.5, NAN], [1.5, 0.5], [NAN, 1.5], [3.5, NAN]])
        np.testing.assert_array_equal(delays, [[0.25, NAN], [0.25, 0.25], [NAN, 0.25], [0.25, NAN]])
        self.assertEqual((len(projection), projection.size()), (5, 5))

    def test_several_synapses_of_one_pair_are_combined_as_asked(self):
        projection = sim.Projection(self.pre, self.post, sim.FromListConnector(
            [(1, 0, 0.5, 1.0), (2, 1, 3.0, 1.0), (1, 0, 0.25, 2.0), (1, 0, 1.0, 0.5)]))
        ordered = [w for i, j, w in projection.get("weight", format="list") if (i, j) == (1, 0)]
        self.assertEqual(sorted(ordered), [0.25, 0.5, 1.0])
        for how, expected in (("sum", 1.75), ("min", 0.25), ("max", 1.0), ("first", ordered[0]), ("last", ordered[2])):
            weights = projection.get("weight", format="array", multiple_synapses=how)
            np.testing.assert_array_equal(weights, [[NAN, NAN], [expected, NAN], [NAN, 3.0], [NAN, NAN]], err_msg=how)

    def test_set_takes_numbers_arrays_lists_functions_and_distributions(self):
        projection = self.projection()
        projection.set(weight=0.5)
        self.assertEqual(projection.get("weight", "list", with_address=False), [0.5] * 5)
        positional = np.array([[0, NAN], [2, 3], [NAN, 5], [6, NAN]])
        projection.set(weight=positional)
        np.testing.assert_array_equal(projection.get("weight", "array"), positional)
        projection.set(weight=[9.0, 8.0, 7.0, 6.0, 5.0])
        np.testing.assert_array_equal(projection.get("weight", "array"), [[9, NAN], [8, 7], [NAN, 6], [5, NAN]])
        projection.set(delay=lambda d: 0.5 + d)
        np.testing.assert_array_equal(projection.get("delay", "array"),
                                      [[0.5, NAN], [1.5, 0.5], [NAN, 1.5], [3.5, NAN]])
        projection.set(weight=RandomDistribution("uniform", low=0.0, high=1.0, rng=NumpyRNG(seed=7)))
        drawn = np.random.RandomState(7).uniform(size=8).reshape(4, 2)
        np.testing.assert_array_equal(projection.get("weight", "array"), np.where(np.isnan(positional), NAN, drawn))

    def test_distributions_set_the_only_pair_of_cells(self):
        one = sim.Population(1, sim.IF_cond_exp())
        for pre, post in ((one, one), (self.pre[1:2], one), (one, self.post[1:]), (sim.Assembly(one), self.post[:1])):
            projection = sim.Projection(pre, post, sim.AllToAllConnector())
            for name in ("weight", "delay"):
                drawn = RandomDistribution("uniform", low=0.5, high=1.0, rng=NumpyRNG(seed=7))
                projection.set(**{name: drawn})
                expected = np.random.RandomState(7).uniform(0.5, 1.0)
                self.assertEqual(projection.get(name, "list"), [(0, 0, expected)], msg=(pre, post, name))

    def test_set_refuses_what_cannot_be(self):
        projection = self.projection()
        for wrong in ({"weight": -1.0}, {"weight": NAN}, {"delay": 0.0}, {"delay": float("inf")}):
            with self.assertRaises(errors.ConnectionError, msg=wrong):
                projection.set(**wrong)
        self.assertEqual(projection.get(["weight", "delay"], "list", with_address=False), [(0.125, 0.25)] * 5)
        with self.assertRaises(errors.NonExistentParameterError):
            projection.set(U=0.5)

    def test_connections_are_windows_into_the_projection(self):
        projection = self.projection()
        connections = list(projection.connections)
        self.assertEqual(len(connections), 5)
        connections[2].weight = 0.75
        projection[-1].delay = 4.0
        self.assertEqual(projection[2].weight, 0.75)
        self.assertEqual(projection[2].as_tuple("presynaptic_index", "postsynaptic_index", "weight"),
                         projection.get("weight", "list")[2])
        self.assertEqual([c.delay for c in projection[3:]], [0.25, 4.0])
        self.assertEqual(projection[1].source, self.pre[projection[1].presynaptic_index])
        self.assertEqual(projection[1].target, self.post[projection[1].postsynaptic_index])
        with self.assertRaises(IndexError):
            projection[5]

    def test_saved_connections_can_be_read_back(self):
        projection = self.projection(weight="0.5 + d")
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "connections.txt")
            projection.save("all", path)
            copy = sim.Projection(self.pre, self.post, sim.FromFileConnector(path))
        self.assertEqual(sorted(copy.get(["weight", "delay"], "list")),
                         sorted(projection.get(["weight", "delay"], "list")))

    def test_weights_change_in_the_middle_of_a_run_each_synapse_its_own(self):
        # Synapses of all orders of pre, post, delay and weight, so that a mix-up shows.
        rng = np.random.RandomState(1)
        sources = sim.Population(4, sim.SpikeSourceArray(
            spike_times=[[1.0, 51.0], [1.5, 51.5], [2.0, 52.0], [2.5, 52.5]]))
        one, two = sim.Population(3, sim.IF_cond_exp()), sim.Population(2, sim.IF_cond_exp())
        cells = two + one[[0, 2]]
        rows = [(i, j, w, d) for i in range(4) for j in range(4) for d, w in zip((0.5, 3.0, 0.5), rng.uniform(size=3))]
        rng.shuffle(rows)
        projection = sim.Projection(sources, cells, sim.FromListConnector([tuple(row) for row in rows]))
        cells.record("gsyn_exc")
        sim.run(50.0)
        new = rng.uniform(size=(4, 4))
        projection.set(weight=new)
        sim.run(10.0)

        def expected(t, weights):
            total = np.zeros(4)
            for (i, j, _, d), w in zip(rows, weights):
                start = [1.0, 1.5, 2.0, 2.5][int(i)] + d
                total[int(j)] += w * np.exp(-(t - start) / 5.0)
            return total

        old_rest = expected(60.0, [row[2] for row in rows])
        final = np.hstack((self.signal(two, "gsyn_exc")[600], self.signal(one, "gsyn_exc")[600]))
        self.assertClose(final, old_rest + expected(10.0, [new[int(i), int(j)] for i, j, _, _ in rows]), 1e-14)
        with self.assertRaisesRegex(RuntimeError, "delays can be set before run"):
            projection.set(delay=1.0)
        sim.reset()
        projection.set(delay=1.0)
        sim.run(1.0)

    def test_receptors_follow_the_sign_of_the_weight_when_none_is_given(self):
        cells = sim.Population(2, sim.IF_curr_exp())
        for weight, receptor in ((0.5, "excitatory"), (-0.5, "inhibitory")):
            projection = sim.Projection(cells, cells, sim.AllToAllConnector(), sim.StaticSynapse(weight=weight))
            self.assertEqual(projection.receptor_type, receptor)


if __name__ == "__main__":
    main()

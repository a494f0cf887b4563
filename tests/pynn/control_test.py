# SPDX-License-Identifier: Apache-2.0
"""Running, running on, going back, starting again."""

import ctypes
import gc
import os
import resource
import signal
import unittest
import unittest.mock
import warnings
import weakref

from support import PyNNTest, main, np, sim


class Control(PyNNTest):
    def test_time_goes_on_by_what_run_was_given_and_stops_where_run_until_says(self):
        sim.Population(1, sim.IF_cond_exp())
        self.assertEqual(sim.get_current_time(), 0.0)
        self.assertEqual(sim.run(12.5), 12.5)
        self.assertEqual(sim.run_until(12.5), 12.5)
        self.assertEqual(sim.run_until(99.75), 99.75)
        self.assertEqual(sim.run_for(0.25), 100.0)
        with self.assertRaises(ValueError):
            sim.run_until(50.0)

    def test_time_never_goes_back(self):
        """PyNN allows up to half a timestep back, for sums of rounded numbers: nothing runs then."""
        sim.setup(timestep=1.0)
        cells = sim.Population(1, sim.IF_curr_exp(i_offset=2.0))
        cells.record(["spikes", "v"])
        sim.run(10.4)
        before = self.signal(cells)
        self.assertEqual(sim.run_until(10.0), 10.4)
        self.assertEqual(sim.run(-0.5), 10.4)
        self.assertEqual(sim.get_current_time(), 10.4)
        self.assertTrue(np.array_equal(self.signal(cells), before))
        for wrong in (9.8, -1.0, float("nan"), float("inf")):
            with self.assertRaises(ValueError):
                sim.run_until(wrong)
        self.assertEqual(sim.run(9.6), 20.0)
        pieces = self.spikes(cells)[0]
        sim.setup(timestep=1.0)
        cells = sim.Population(1, sim.IF_curr_exp(i_offset=2.0))
        cells.record("spikes")
        sim.run(20.0)
        self.assertEqual(self.spikes(cells)[0].tolist(), pieces.tolist())
        self.assertGreater(len(pieces), 0)

    def test_state_queries_say_what_setup_was_told(self):
        self.assertEqual(sim.setup(timestep=0.25, min_delay=0.5, max_delay=4.0), 0)
        self.assertEqual((sim.get_time_step(), sim.get_min_delay(), sim.get_max_delay()), (0.25, 0.5, 4.0))
        self.assertEqual((sim.num_processes(), sim.rank()), (1, 0))

    def test_an_automatic_min_delay_is_the_shortest_delay_of_the_network(self):
        sim.setup(timestep=0.1)
        self.assertEqual(sim.get_min_delay(), 0.1)
        cells = sim.Population(3, sim.IF_cond_exp())
        for delay in (0.75, 0.375, 2.0):
            sim.Projection(cells, cells, sim.AllToAllConnector(), sim.StaticSynapse(delay=delay))
        self.assertEqual(sim.get_min_delay(), 0.375)

    def test_setup_refuses_what_makes_no_sense(self):
        for wrong in ({"timestep": 0.0}, {"timestep": -0.1}, {"rng_seed": -1}, {"rng_seed": 1.5}, {"threads": -1},
                      {"min_delay": 2.0, "max_delay": 1.0}, {"mindelay": 0.1}):
            with self.assertRaises(Exception, msg=wrong):
                sim.setup(**wrong)

    def test_every_method_gives_the_same_spikes_and_tells_what_it_takes(self):
        def run(**more):
            sim.setup(rng_seed=3, **more)
            self.assertEqual(sim.methods(), [])
            cells = sim.Population(30, sim.IF_curr_exp(), label="cells")
            sources = sim.Population(30, sim.SpikeSourcePoisson(rate=8000.0), label="sources")
            sim.Projection(sources, cells, sim.OneToOneConnector(), sim.StaticSynapse(weight=0.02), label="drive")
            cells.record("spikes")
            sim.run(100.0)
            rows = sim.methods()
            self.assertEqual([(row["kind"], row["label"]) for row in rows],
                             [("population", "cells"), ("population", "sources"), ("projection", "drive")])
            self.assertTrue(all(row["reason"] for row in rows))
            return self.spikes(cells), rows[0]["method"]

        expected, method = run(method="one-by-one")
        self.assertEqual(method, "one-by-one")
        self.assertGreater(sum(map(len, expected)), 20)
        for more in ({"method": "order-free"}, {"method": "automatic"}, {}):
            trains, method = run(**more)
            self.assertEqual(method, more.get("method") if more.get("method") == "order-free" else method)
            for train, one in zip(trains, expected):
                self.assertClose(train, one, 1e-9)
        sim.reset()
        self.assertEqual(sim.methods(), [])
        for wrong in ("fast", "Order-free", 3):
            rule = "must be automatic, one-by-one, order-free or near-spikes"
            with self.assertRaisesRegex(ValueError, f"method = {wrong}: {rule}"):
                sim.setup(method=wrong)

    def test_a_run_in_pieces_and_with_threads_gives_the_same_bits(self):
        results = []
        for threads, pieces in ((1, [200.0]), (3, [0.05, 17.3, 0.0, 100.0, 82.65])):
            sim.setup(threads=threads)
            noise = sim.Population(20, sim.SpikeSourcePoisson(rate=200.0))
            cells = sim.Population(10, sim.IF_cond_exp(tau_refrac=2.0))
            sim.Projection(noise, cells, sim.AllToAllConnector(), sim.StaticSynapse(weight=0.01, delay=0.7))
            cells.record(["spikes", "v"])
            for piece in pieces:
                sim.run(piece)
            results.append((np.concatenate(self.spikes(cells)), self.signal(cells)))
        self.assertGreater(len(results[0][0]), 20)
        self.assertTrue(np.array_equal(results[0][0], results[1][0]))
        self.assertTrue(np.array_equal(results[0][1], results[1][1]))

    @unittest.skipIf(os.cpu_count() == 1, "one thread is all that there is")
    def test_threads_that_the_system_does_not_start_raise_one_warning(self):
        libc = ctypes.CDLL(None)
        usual, other = ctypes.create_string_buffer(256), ctypes.create_string_buffer(256)  # more than pthread_attr_t
        libc.pthread_getattr_default_np(usual)
        libc.pthread_getattr_default_np(other)
        libc.pthread_attr_setstacksize(other, ctypes.c_size_t(1 << 50))  # no address space for a stack
        cells = sim.Population(300, sim.IF_curr_exp(i_offset=1.0))
        sim.Projection(cells, cells, sim.AllToAllConnector(), sim.StaticSynapse(weight=0.001, delay=1.0))
        libc.pthread_setattr_default_np(other)
        try:
            with warnings.catch_warnings(record=True) as caught:
                warnings.simplefilter("always")
                sim.run(20.0)
                sim.run(20.0)
        finally:
            libc.pthread_setattr_default_np(usual)
        self.assertEqual([warning.category for warning in caught], [RuntimeWarning])
        self.assertIn("The system did not start", str(caught[0].message))

    def test_reset_gives_every_trial_a_segment_of_its_own_from_the_same_start(self):
        cells = sim.Population(2, sim.IF_curr_exp(i_offset=[0.9, 1.1]), initial_values={"v": [-64.0, -52.0]})
        cells.record(["v", "spikes"])
        for _ in range(3):
            sim.run(30.0)
            sim.reset()
            self.assertEqual(sim.get_current_time(), 0.0)
        segments = cells.get_data().segments
        self.assertEqual([segment.name for segment in segments], ["segment000", "segment001", "segment002"])
        for segment in segments:
            self.assertTrue(np.array_equal(segment.analogsignals[0].magnitude, segments[0].analogsignals[0].magnitude))
            self.assertEqual(float(segment.analogsignals[0].t_start), 0.0)
        self.assertEqual(segments[0].analogsignals[0].magnitude[0].tolist(), [-64.0, -52.0])

    def test_parameters_and_weights_that_were_changed_stay_changed_after_reset(self):
        source = sim.Population(1, sim.SpikeSourceArray(spike_times=[5.0]))
        cells = sim.Population(1, sim.IF_cond_exp())
        projection = sim.Projection(source, cells, sim.AllToAllConnector(), sim.StaticSynapse(weight=0.01, delay=1.0))
        cells.record("gsyn_exc")
        sim.run(10.0)
        cells.set(tau_syn_E=2.0)
        projection.set(weight=0.03)
        sim.reset()
        sim.run(10.0)
        self.assertClose(self.signal(cells, "gsyn_exc", 0)[100], [0.01 * np.exp(-4.0 / 5.0)], 1e-16)
        self.assertClose(self.signal(cells, "gsyn_exc", 1)[100], [0.03 * np.exp(-4.0 / 2.0)], 1e-16)

    def test_trials_differ_in_their_poisson_spikes_and_repeat_with_the_seed(self):
        def trials(**seed):
            sim.setup(**seed)
            source = sim.Population(1, sim.SpikeSourcePoisson(rate=500.0))
            source.record("spikes")
            for _ in range(2):
                sim.run(100.0)
                sim.reset()
            return self.spikes(source, 0)[0].tolist(), self.spikes(source, 1)[0].tolist()

        first = trials()
        self.assertNotEqual(first[0], first[1])
        self.assertEqual(first, trials())
        self.assertNotEqual(first, trials(rng_seed=5))
        self.assertEqual(trials(rng_seed=5), trials(rng_seed=5))

    def test_setup_forgets_the_network(self):
        for _ in range(2):
            sim.setup()
            cells = sim.Population(3, sim.IF_curr_exp(i_offset=2.0))
            self.assertEqual([int(cell) for cell in cells], [0, 1, 2])
            cells.record("spikes")
            sim.run(50.0)
            self.assertEqual(len(cells.get_data().segments), 1)

    def test_setup_frees_the_network_at_once(self):
        """Without the help of the garbage collector, which does not look into arrays of objects."""
        def network():
            cells = sim.Population(20, sim.IF_cond_exp())
            cells.record(["spikes", "v"])
            view, assembly = cells[2:7], cells[:2] + cells[9:]
            projection = sim.Projection(cells, view, sim.AllToAllConnector(), sim.StaticSynapse(weight=1e-4))
            source = sim.DCSource(amplitude=0.5)
            source.inject_into(view)
            sim.run(5.0)
            assembly.get_data()
            self.assertIs(cells[3].parent, cells)
            return [weakref.ref(thing) for thing in
                    (cells, view, assembly, projection, source, sim.simulator.state.network)]

        gc.collect()
        gc.disable()
        try:
            alive = network()
            self.assertIsNotNone(alive[0]())  # the network has it, although the script has dropped it
            sim.end()
            sim.setup()
            self.assertEqual([reference() for reference in alive], [None] * len(alive))
        finally:
            gc.enable()

    def test_memory_does_not_grow_with_the_number_of_networks(self):
        def resident():
            with open("/proc/self/statm") as file:
                return int(file.read().split()[1]) * resource.getpagesize() / 2**20

        kept, used = [], []
        for _ in range(20):
            sim.setup()
            cells = sim.Population(400, sim.IF_cond_exp(i_offset=0.8))
            cells.record("spikes")
            cells[:10].record("v")
            sim.Projection(cells, cells, sim.AllToAllConnector(), sim.StaticSynapse(weight=1e-5, delay=1.0))
            sim.run(5.0)
            sim.end()
            kept.append(cells)  # a handle does not keep the simulation
            used.append(resident())
        self.assertLess(used[-1] - used[5], 20.0, used)  # [MB]; synapses of 14 networks take more than 100

    def test_a_cell_of_a_network_of_the_past_says_so(self):
        cell = sim.Population(2, sim.IF_cond_exp())[0]
        self.assertEqual(cell.tau_m, 20.0)
        sim.setup()
        with self.assertRaisesRegex(RuntimeError, "cell 0 belongs to a network that setup.. has replaced"):
            cell.tau_m

    def test_structure_is_made_before_the_run_or_after_reset(self):
        cells = sim.Population(2, sim.IF_cond_exp())
        sim.run(1.0)
        with self.assertRaisesRegex(RuntimeError, "before run.*after reset"):
            sim.Population(2, sim.IF_cond_exp())
        with self.assertRaisesRegex(RuntimeError, "before run.*after reset"):
            sim.Projection(cells, cells, sim.AllToAllConnector(), sim.StaticSynapse())
        sim.reset()
        more = sim.Population(2, sim.IF_curr_exp(i_offset=2.0))
        more.record("spikes")
        sim.run(50.0)
        self.assertGreater(more.mean_spike_count(), 2.0)

    def test_what_belongs_to_a_network_of_the_past_says_so(self):
        old = sim.Population(2, sim.IF_cond_exp())
        old.record("spikes")
        projection = sim.Projection(old, old, sim.AllToAllConnector(), sim.StaticSynapse())
        sim.run(10.0)
        sim.setup()
        new = sim.Population(2, sim.IF_cond_exp())
        sim.run(10.0)
        for use in (old.get_data, lambda: old.set(tau_m=10.0), lambda: old[0:1].initialize(v=-60.0),
                    lambda: projection.set(weight=0.1)):
            with self.assertRaisesRegex(RuntimeError, "network that setup.. has replaced"):
                use()
        sim.reset()
        with self.assertRaisesRegex(RuntimeError, "network that setup.. has replaced"):
            sim.Projection(old + new, new, sim.AllToAllConnector(), sim.StaticSynapse())

    def test_an_interrupted_run_has_simulated_everything_until_then(self):
        def neurons():
            cells = sim.Population(1000, sim.IF_curr_exp(i_offset=2.0))
            cells.record("spikes")
            return cells

        cells = neurons()
        signal.signal(signal.SIGALRM, signal.default_int_handler)
        signal.setitimer(signal.ITIMER_REAL, 0.2)
        with self.assertRaises(KeyboardInterrupt):
            sim.run(1e9)
        now = sim.get_current_time()
        self.assertTrue(0.0 < now < 1e9)
        sim.run(100.0)
        self.assertEqual(sim.get_current_time(), now + 100.0)
        counts = cells.get_spike_counts()
        sim.setup()
        cells = neurons()
        sim.run(now + 100.0)
        self.assertEqual(cells.get_spike_counts(), counts)

    def test_a_network_that_could_not_be_made_has_no_data_and_can_be_run_later(self):
        cells = sim.Population(1, sim.IF_cond_exp())
        cells.record("v")
        with unittest.mock.patch.object(cells, "build", side_effect=MemoryError), self.assertRaises(MemoryError):
            sim.run(1.0)
        with self.assertRaisesRegex(RuntimeError, "no data yet"):
            cells.get_data()
        self.assertEqual(sim.get_current_time(), 0.0)
        sim.run(1.0)
        self.assertEqual(self.signal(cells).shape, (11, 1))

    def test_callbacks_are_called_when_they_want_to_be(self):
        sim.Population(1, sim.IF_cond_exp())
        calls = []

        def callback(t):
            calls.append(t)
            return t + 2.5

        sim.run(10.0, callbacks=[callback])
        self.assertEqual(calls, [0.0, 2.5, 5.0, 7.5, 10.0])

    def test_models_are_listed_and_those_that_are_missing_say_what_to_use(self):
        self.assertEqual(set(sim.list_standard_models()),
                         {"IF_curr_exp", "IF_cond_exp", "IF_curr_delta", "SpikeSourceArray", "SpikeSourcePoisson",
                          "SpikeSourcePoissonRefractory", "SpikeSourceGamma"})
        for name in ("HH_cond_exp", "IF_cond_alpha", "ElectricalSynapse", "EIF_cond_exp_isfa_ista"):
            with self.assertRaisesRegex(NotImplementedError, f"{name} is not available in va_event: .*use") as caught:
                getattr(sim, name)()
            self.assertIsInstance(caught.exception, sim.errors.NoModelAvailableError)

    def test_the_procedural_api_connects_and_records(self):
        source = sim.create(sim.SpikeSourceArray(spike_times=[1.0]))
        cells = sim.create(sim.IF_cond_exp(), n=2)
        connection = sim.connect(source[0], cells[1], weight=0.05, delay=0.5)
        self.assertEqual(connection.get(["weight", "delay"], format="list"), [(0, 0, 0.05, 0.5)])
        sim.set(cells, tau_m=10.0)
        sim.initialize(cells, v=-70.0)
        cells.record(["v", "gsyn_exc"])
        sim.run(1.5 + 5.0)
        self.assertEqual(cells.get("tau_m"), 10.0)
        self.assertEqual(self.signal(cells)[0].tolist(), [-70.0, -70.0])
        self.assertClose(self.signal(cells, "gsyn_exc")[65], [0.0, 0.05 * np.exp(-1.0)], 1e-15)


if __name__ == "__main__":
    main()

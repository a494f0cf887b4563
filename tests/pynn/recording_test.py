# SPDX-License-Identifier: Apache-2.0
"""Recorded data as Neo objects."""

import os
import tempfile

import quantities as pq
from neo.io import get_io
from pyNN import errors

from support import PyNNTest, main, np, sim


class Recording(PyNNTest):
    def test_samples_lie_on_the_grid_from_zero_to_the_present_time(self):
        one, two = sim.Population(3, sim.IF_cond_exp()), sim.Population(4, sim.IF_cond_exp())
        one.record("v", sampling_interval=1.0)
        two[1:3].record(["v", "gsyn_inh"])
        for stop in (10.0, 10.05, 25.3):
            sim.run_until(stop)
            coarse = one.get_data().segments[0].analogsignals[0]
            self.assertEqual(coarse.shape, (int(stop) + 1, 3))
            self.assertEqual(coarse.sampling_period, 1.0 * pq.ms)
            fine = two.get_data().segments[0].filter(name="v")[0]
            self.assertEqual(fine.shape, (int(stop * 10 + 1e-9) + 1, 2))
            self.assertEqual(fine.array_annotations["channel_index"].tolist(), [1, 2])
            self.assertEqual(float(fine.t_start), 0.0)
            self.assertEqual(fine.units, pq.mV)

    def test_the_last_sample_is_the_one_that_the_next_run_takes(self):
        cells = sim.Population(2, sim.IF_curr_exp(i_offset=[0.3, 1.2]))
        cells.record("v")
        sim.run(33.3)
        first = self.signal(cells)
        sim.run(33.3)
        self.assertTrue(np.array_equal(self.signal(cells)[:334], first))

    def test_spikes_come_as_trains_with_the_annotations_of_other_simulators(self):
        cells = sim.Population(5, sim.IF_curr_exp(i_offset=1.5), label="some cells")
        cells[1:4].record("spikes")
        sim.run(100.0)
        block = cells.get_data()
        trains = block.segments[0].spiketrains
        self.assertEqual(len(trains), 3)
        for index, train in enumerate(trains, start=1):
            self.assertEqual((float(train.t_start), float(train.t_stop), train.units), (0.0, 100.0, pq.ms))
            self.assertEqual(train.annotations["source_population"], "some cells")
            self.assertEqual(train.annotations["source_index"], index)
            self.assertEqual(int(train.annotations.get("source_id", train.annotations.get("channel_id"))), index)
            self.assertGreater(len(train), 2)
        self.assertEqual((block.name, block.annotations["simulator"]), ("some cells", "va_event"))
        self.assertEqual([block.annotations[key] for key in ("first_id", "last_id", "dt")], [0, 4, 0.1])

    def test_what_is_changed_in_one_train_leaves_the_others_alone(self):
        cells = sim.Population(3, sim.SpikeSourceArray(spike_times=[1.0, 2.0, 3.0]))
        cells.record("spikes")
        sim.run(10.0)
        first, second, _ = list(cells.get_data().segments[0].spiketrains)
        first.t_stop += 5.0 * pq.ms
        first.annotate(noted=True)
        first[0] = 0.5 * pq.ms
        self.assertEqual(float(second.t_stop), 10.0)
        self.assertNotIn("noted", second.annotations)
        self.assertEqual(second.magnitude.tolist(), [1.0, 2.0, 3.0])

    def test_counts_are_of_recorded_cells_and_views(self):
        cells = sim.Population(4, sim.SpikeSourceArray(spike_times=[[1.0], [2.0, 3.0], [], [1.0, 2.0, 3.0, 60.0]]))
        cells.record("spikes")
        sim.run(50.0)
        self.assertEqual(cells.get_spike_counts(), {0: 1, 1: 2, 2: 0, 3: 3})
        self.assertEqual(cells[2:].get_spike_counts(), {2: 0, 3: 3})
        self.assertEqual(cells.mean_spike_count(), 1.5)
        self.assertEqual((cells[:2] + cells[3:]).mean_spike_count(), 2.0)

    def test_a_view_of_cells_that_record_something_else_has_no_data(self):
        cells = sim.Population(6, sim.IF_cond_exp())
        cells[:2].record("v")
        cells[:4].record("spikes")
        sim.run(10.0)
        segment = cells[4:].get_data().segments[0]
        self.assertEqual((len(segment.analogsignals), len(segment.spiketrains)), (0, 0))
        segment = cells[1:5].get_data().segments[0]
        self.assertEqual((segment.analogsignals[0].shape, len(segment.spiketrains)), ((101, 1), 3))

    def test_cleared_data_is_gone_and_recording_goes_on(self):
        source = sim.Population(1, sim.SpikeSourceArray(spike_times=[0.075, 10.025, 12.34, 99.0]))
        cells = sim.Population(1, sim.IF_curr_exp(i_offset=0.5))
        source.record("spikes")
        cells.record("v")
        trains, signals = [], []
        for _ in range(3):
            sim.run(10.0)
            trains.append(source.get_data("spikes", clear=True).segments[0].spiketrains[0].magnitude.tolist())
            signals.append(cells.get_data(clear=True).segments[0].analogsignals[0])
        self.assertEqual(trains, [[0.075], [10.025, 12.34], []])
        self.assertEqual([float(signal.t_start) for signal in signals], [0.0, 10.0, 20.0])
        self.assertEqual([signal.shape for signal in signals], [(101, 1)] * 3)
        self.assertEqual(signals[0][-1, 0], signals[1][0, 0])

    #: IF_curr_exp with a current of 0.1 nA, from rest on.
    @staticmethod
    def membrane(t):
        return -65.0 + 2.0 * (1.0 - np.exp(-np.asarray(t) / 20.0))

    def assertSampled(self, signal, first, last):
        """All points of the grid of 0.1 ms from `first` to `last` [ms] were sampled, with the right values."""
        self.assertAlmostEqual(float(signal.t_start), first, 9)
        expected = np.arange(round(first * 10), round(last * 10) + 1) * 0.1
        self.assertClose(signal.times.rescale("ms").magnitude, expected, 1e-9)
        self.assertClose(signal.magnitude[:, 0], self.membrane(expected), 1e-9)

    def test_recording_that_begins_at_any_multiple_of_the_interval_samples_it(self):
        """Doubles lie beside the points of the grid, before or behind them: 16.1 is more than 161 times 0.1."""
        for k in range(1, 1001, 3):
            sim.setup(timestep=0.1)
            cleared, late = (sim.Population(1, sim.IF_curr_exp(i_offset=0.1, tau_m=20.0, cm=1.0)) for _ in range(2))
            cleared.record("v")
            sim.run(k / 10)
            late.record("v")
            self.assertSampled(cleared.get_data(clear=True).segments[0].analogsignals[0], 0.0, k / 10)
            for cells in (cleared, late):  # before the next run
                self.assertSampled(cells.get_data().segments[0].analogsignals[0], k / 10, k / 10)
            sim.run(0.3)
            for cells in (cleared, late):
                self.assertSampled(cells.get_data().segments[0].analogsignals[0], k / 10, k / 10 + 0.3)

    def test_data_that_is_taken_in_a_loop_has_no_gaps(self):
        for step in (0.1, 0.3, 0.7):
            sim.setup(timestep=0.1)
            cells = sim.Population(1, sim.IF_curr_exp(i_offset=0.1, tau_m=20.0, cm=1.0))
            cells.record("v")
            for k in range(300):
                sim.run(step)
                self.assertSampled(cells.get_data(clear=True).segments[0].analogsignals[0], k * step, (k + 1) * step)

    def test_data_that_is_written_and_cleared_has_no_gaps(self):
        cells = sim.Population(1, sim.IF_curr_exp(i_offset=0.1, tau_m=20.0, cm=1.0))
        cells.record("v")
        with tempfile.TemporaryDirectory() as folder:
            for k, (begin, end) in enumerate(((0.0, 16.1), (16.1, 16.4), (16.4, 16.6))):
                sim.run_until(end)
                path = os.path.join(folder, f"{k}.pkl")
                cells.write_data(path, clear=True)
                self.assertSampled(get_io(path).read()[0].segments[0].analogsignals[0], begin, end)

    def test_a_sample_of_the_present_time_sees_what_is_changed_before_the_next_run(self):
        for stop in (16.0, 16.1, 16.2, 16.3):
            sim.setup(timestep=0.1)
            cells = sim.Population(2, sim.IF_curr_exp(i_offset=0.1))
            cells.record("v")
            sim.run(stop)
            cells.get_data(clear=True)
            cells.initialize(v=[-60.0, -70.0])
            sim.run(0.3)
            v = self.signal(cells)
            self.assertEqual((v.shape, v[0].tolist()), ((4, 2), [-60.0, -70.0]))

    def test_a_view_has_the_samples_of_its_own_cells(self):
        cells = sim.Population(4, sim.IF_cond_exp())
        cells[:2].record("v")
        sim.run(16.1)
        cells[2:3].record("v")
        cells[:1].record("gsyn_exc")
        sim.run(0.3)
        for view, start, shape in ((cells[:2], 0.0, (165, 2)), (cells[2:], 16.1, (4, 1)), (cells, 0.0, (165, 3))):
            signal = view.get_data("v").segments[0].analogsignals[0]
            self.assertAlmostEqual(float(signal.t_start), start, 9)
            self.assertEqual(signal.shape, shape)
        self.assertEqual(np.isnan(self.signal(cells)).sum(axis=0).tolist(), [0, 0, 161])
        signal = cells.get_data("gsyn_exc").segments[0].analogsignals[0]
        self.assertEqual((round(float(signal.t_start), 9), signal.shape), (16.1, (4, 1)))

    def test_recording_that_begins_off_the_grid_has_the_times_of_the_grid(self):
        cells = sim.Population(1, sim.IF_curr_exp(tau_m=20.0, v_rest=-65.0), initial_values={"v": -55.0})
        sim.run(3.14)
        cells.record("v")
        sim.run(3.14)
        signal = cells.get_data().segments[0].analogsignals[0]
        self.assertAlmostEqual(float(signal.t_start), 3.2, 12)
        times = signal.times.rescale("ms").magnitude
        self.assertAlmostEqual(times[-1], 6.2, 9)
        self.assertClose(signal.magnitude[:, 0], -65.0 + 10.0 * np.exp(-times / 20.0), 1e-12)

    def test_what_was_not_sampled_is_nan(self):
        cells = sim.Population(3, sim.IF_cond_exp())
        cells[0:1].record("v")
        sim.run(5.0)
        cells.record("v")
        sim.run(5.0)
        v = self.signal(cells)
        self.assertEqual(v.shape, (101, 3))
        self.assertEqual(np.isnan(v).sum(axis=0).tolist(), [0, 50, 50])

    def test_record_none_stops_recording(self):
        cells = sim.Population(3, sim.IF_curr_exp(i_offset=[0.1, 0.2, 0.3]))
        cells[0:1].record("v")
        sim.run(10.0)
        sim.reset()
        cells.record(None)
        cells[1:2].record("v")
        sim.run(10.0)
        segments = cells.get_data().segments
        self.assertEqual([s.analogsignals[0].array_annotations["channel_index"].tolist() for s in segments], [[0], [1]])
        self.assertEqual([s.analogsignals[0].shape for s in segments], [(101, 1), (101, 1)])

    def test_record_none_in_the_middle_of_a_run_is_that_of_other_simulators(self):
        """NEURON's and Brian2's drop the present trial's data; what is recorded again begins anew."""
        source = sim.Population(2, sim.SpikeSourceArray(spike_times=[[5.0, 15.0, 25.0, 26.0], [6.0, 16.0, 27.0]]))
        cells = sim.Population(3, sim.IF_curr_exp(i_offset=0.1, tau_m=20.0, cm=1.0))
        source.record("spikes")
        cells.record("v", sampling_interval=0.5)
        sim.run(10.0)
        self.assertEqual(source.get_spike_counts(), {0: 1, 1: 1})
        for population in (source[:1], cells):  # a view means its population
            population.record(None)
            segment = population.get_data().segments[0]
            self.assertEqual((len(segment.spiketrains), len(segment.analogsignals)), (0, 0))
        self.assertEqual(source.get_spike_counts(), {})
        sim.run(10.0)
        source.record("spikes")
        cells[1:].record("v")  # at the default interval again
        sim.run(10.0)
        self.assertEqual(source.get_spike_counts(), {0: 2, 1: 1})
        trains = source.get_data().segments[0].spiketrains
        self.assertEqual([train.magnitude.tolist() for train in trains], [[25.0, 26.0], [27.0]])
        self.assertEqual([(float(train.t_start), float(train.t_stop)) for train in trains], [(20.0, 30.0)] * 2)
        signal = cells.get_data().segments[0].analogsignals[0]
        self.assertEqual(signal.shape, (101, 2))
        self.assertSampled(signal, 20.0, 30.0)

    def test_segments_of_earlier_trials_outlive_record_none(self):
        source = sim.Population(1, sim.SpikeSourceArray(spike_times=[5.0, 15.0, 25.0]))
        source.record("spikes")
        sim.run(10.0)
        sim.reset()
        sim.run(10.0)
        source.record(None)
        sim.run(10.0)
        source.record("spikes")
        sim.run(10.0)
        sim.reset()  # what is recorded stays so
        sim.run(20.0)
        segments = source.get_data().segments
        self.assertEqual([[train.magnitude.tolist() for train in segment.spiketrains] for segment in segments],
                         [[[5.0]], [[25.0]], [[5.0, 15.0]]])

    @staticmethod
    def contents(block):
        """Everything that tells data apart, for each segment."""
        trains = [sorted((int(train.annotations["source_index"]), train.magnitude.tolist())
                         for train in segment.spiketrains) for segment in block.segments]
        signals = [[(signal.name, float(signal.t_start), signal.array_annotations["channel_index"].tolist(),
                     signal.magnitude.tolist()) for signal in segment.analogsignals] for segment in block.segments]
        return [segment.name for segment in block.segments], trains, signals

    def two_trials(self, **record):
        cells = sim.Population(4, sim.IF_curr_exp(i_offset=[1.0, 1.2, 1.4, 1.6]))
        cells.record(["spikes", "isyn_exc", "v"], **record)
        for _ in range(2):
            sim.run(20.0)
            sim.reset(annotations={"name": "trial"})
        sim.run(10.0)
        return cells

    def test_data_of_earlier_trials_is_the_same_however_often_it_is_asked_for(self):
        cells = self.two_trials()
        whole = self.contents(cells.get_data())
        self.assertEqual([[name for name, *_ in signals] for signals in whole[2]], [["isyn_exc", "v"]] * 3)
        self.assertEqual([len(trains) for trains in whole[1]], [4, 4, 4])
        for names in ("v", "spikes", ["isyn_exc", "spikes"]):
            block = cells.get_data(names)
            _, trains, signals = self.contents(block)
            self.assertEqual(trains, whole[1] if "spikes" in names else [[]] * 3)
            self.assertEqual(signals, [[signal for signal in all_signals if signal[0] in names]
                                       for all_signals in whole[2]])
            self.assertEqual(block.segments[0].annotations["name"], "trial")
        both = cells[1:3] + cells[3:]
        first = self.contents(both.get_data())
        self.assertEqual([signal[2] for signal in first[2][0]], [[1, 2, 5]] * 2)
        self.assertEqual(self.contents(both.get_data()), first)
        self.assertEqual(self.contents(cells.get_data()), whole)

    def test_a_view_has_data_of_its_own_cells_in_earlier_trials_too(self):
        cells = self.two_trials()
        names, trains, signals = self.contents(cells.get_data())
        for view, indices in ((cells[1:3], [1, 2]), (cells[3:], [3])):
            of_view = self.contents(view.get_data())
            self.assertEqual(of_view[0], names)
            self.assertEqual(of_view[1],
                             [[train for train in of_all if train[0] in indices] for of_all in trains])
            self.assertEqual([[signal[2] for signal in part] for part in of_view[2]], [[indices] * 2] * 3)
            expected = np.array(signals[0][1][3])[:, indices]
            self.assertTrue(np.array_equal(np.array(of_view[2][0][1][3]), expected))
            signal = view.get_data().segments[0].analogsignals[0]
            ids = signal.annotations.get("source_ids", signal.annotations.get("channel_ids"))
            self.assertEqual(list(ids), indices)

    def test_what_is_simulated_after_data_was_cleared_becomes_a_segment(self):
        cells = sim.Population(1, sim.IF_curr_exp(i_offset=0.1, tau_m=20.0, cm=1.0))
        cells.record("v")
        for trial in range(3):  # trial by trial
            sim.run(10.0)
            sim.reset()
            block = cells.get_data(clear=True)
            self.assertEqual([segment.name for segment in block.segments], [f"segment00{trial}"])
            self.assertSampled(block.segments[0].analogsignals[0], 0.0, 10.0)
        with self.assertRaisesRegex(RuntimeError, "no data yet"):
            cells.get_data()
        sim.run(10.0)
        cells.get_data(clear=True)
        sim.run(10.0)
        sim.reset()
        self.assertSampled(cells.get_data().segments[0].analogsignals[0], 10.0, 20.0)
        sim.reset()
        self.assertEqual(len(cells.get_data().segments), 1)

    def test_an_assembly_clears_only_what_it_has_given(self):
        cells = sim.Population(4, sim.IF_curr_exp(i_offset=0.1))
        cells.record("v")
        sim.run(10.0)
        signal = (cells[:1] + cells[2:]).get_data(clear=True).segments[0].analogsignals[0]
        self.assertEqual(signal.shape, (101, 3))
        self.assertEqual(self.signal(cells).shape, (1, 4))

    def test_signals_of_an_assembly_that_were_sampled_at_other_times_stay_apart(self):
        one, two, three = (sim.Population(size, sim.IF_curr_exp(i_offset=0.1)) for size in (2, 3, 1))
        one.record("v")
        two.record("v", sampling_interval=0.5)
        sim.run(5.0)
        three.record("v")
        sim.run(5.0)
        segment = (one + two + three).get_data().segments[0]
        self.assertEqual([(float(signal.t_start), signal.shape, signal.array_annotations["channel_index"].tolist())
                          for signal in segment.analogsignals],
                         [(0.0, (101, 2), [0, 1]), (0.0, (21, 3), [2, 3, 4]), (5.0, (51, 1), [5])])

    def test_what_cannot_be_recorded_is_refused(self):
        with self.assertRaises(errors.RecordingError):
            sim.Population(1, sim.IF_curr_exp()).record("gsyn_exc")
        with self.assertRaises(errors.RecordingError):
            sim.Population(1, sim.SpikeSourcePoisson()).record("v")
        cells = sim.Population(2, sim.IF_cond_exp())
        cells.record("v", sampling_interval=0.5)
        with self.assertRaises(ValueError):
            cells.record("gsyn_exc", sampling_interval=0.2)
        fresh = sim.Population(2, sim.IF_cond_exp())
        for wrong in (0.0, -0.1, np.nan, np.inf, 1e-12, 1e300):
            with self.assertRaisesRegex(ValueError, "sampling_interval"):
                fresh.record("v", sampling_interval=wrong)
        with self.assertRaises(errors.RecordingError):
            fresh.record(["v", "nonsense"])  # all or none
        sim.run(1.0)
        self.assertEqual(len(fresh.get_data().segments[0].analogsignals), 0)

    def test_data_of_an_assembly_is_that_of_its_parts(self):
        one, two = sim.Population(2, sim.IF_curr_exp(i_offset=1.0)), sim.Population(3, sim.IF_cond_exp(i_offset=1.2))
        cells = one + two
        cells.record(["v", "spikes"])
        sim.run(50.0)
        segment = cells.get_data().segments[0]
        parts = [population.get_data().segments[0] for population in (one, two)]
        self.assertEqual(len(segment.spiketrains), 5)
        self.assertTrue(np.array_equal(segment.filter(name="v")[0].magnitude,
                                       np.hstack([part.filter(name="v")[0].magnitude for part in parts])))

    def test_data_is_written_in_every_format_that_is_installed(self):
        cells = sim.Population(3, sim.IF_curr_exp(i_offset=1.4))
        with tempfile.TemporaryDirectory() as folder:
            late = os.path.join(folder, "late.pkl")
            sim.record(["v", "spikes"], cells, late)
            sim.run(50.0)
            written = 0
            for ending in (".pkl", ".mat", ".h5", ".nix", ".nwb"):
                path = os.path.join(folder, "data" + ending)
                try:
                    cells.write_data(path, annotations={"script": "test"})
                except Exception as error:  # neo's own: the library of this format is not there
                    print(f"{ending}: {type(error).__name__}: {error}")
                    continue
                written += 1
            self.assertGreaterEqual(written, 1)
            sim.end()
            for path in (late, os.path.join(folder, "data.pkl")):
                block = get_io(path).read()[0]
                self.assertEqual(block.segments[0].analogsignals[0].shape, (501, 3))
                self.assertEqual([train.magnitude.tolist() for train in block.segments[0].spiketrains],
                                 [train.tolist() for train in self.spikes(cells)])
            self.assertEqual(block.annotations["script"], "test")


if __name__ == "__main__":
    main()

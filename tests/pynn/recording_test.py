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

    def test_what_cannot_be_recorded_is_refused(self):
        with self.assertRaises(errors.RecordingError):
            sim.Population(1, sim.IF_curr_exp()).record("gsyn_exc")
        with self.assertRaises(errors.RecordingError):
            sim.Population(1, sim.SpikeSourcePoisson()).record("v")
        cells = sim.Population(2, sim.IF_cond_exp())
        cells.record("v", sampling_interval=0.5)
        with self.assertRaises(ValueError):
            cells.record("gsyn_exc", sampling_interval=0.2)

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

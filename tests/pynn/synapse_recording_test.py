# SPDX-License-Identifier: Apache-2.0
"""Recorded variables of synapses, against sums over pairs of spikes, iteration, and runs that end at the samples."""

from pyNN import errors
from pyNN.parameters import Sequence

import plasticity_reference as reference
from support import PyNNTest, main, np, sim

N_PRE, N_POST, DURATION, INTERVAL, FRACTION = 4, 3, 200.0, 7.5, 0.4
RULE = {"rule": "SpikePairRule", "pairs": "all", "dependence": "AdditiveWeightDependence", "tau_plus": 17.0,
        "tau_minus": 29.0, "A_plus": 0.03, "A_minus": 0.04, "w_min": 0.002, "w_max": 0.02}


class SynapseRecording(PyNNTest):
    def setUp(self):
        PyNNTest.setUp(self)
        rng = np.random.RandomState(5)
        self.times = [np.sort(rng.uniform(1.0, DURATION, 12)) for _ in range(N_PRE)]
        self.weights = rng.uniform(0.004, 0.016, (N_PRE, N_POST))
        self.delays = rng.uniform(0.5, 9.0, (N_PRE, N_POST))
        self.sources = sim.Population(N_PRE, sim.SpikeSourceArray(spike_times=[Sequence(t) for t in self.times]))
        drive = sim.Population(N_POST, sim.SpikeSourceArray(
            spike_times=[Sequence(np.sort(rng.uniform(1.0, DURATION, 10))) for _ in range(N_POST)]))
        self.cells = sim.Population(N_POST, sim.IF_cond_exp(tau_syn_I=5.0, e_rev_I=-65.0))
        sim.Projection(drive, self.cells, sim.OneToOneConnector(), sim.StaticSynapse(weight=1.0, delay=0.1))
        self.cells.record("spikes")

    def connect(self, synapse):
        return sim.Projection(self.sources, self.cells, sim.AllToAllConnector(), synapse, receptor_type="inhibitory",
                              label="plastic")

    def plastic(self, **others):
        return self.connect(sim.STDPMechanism(
            sim.SpikePairRule(tau_plus=17.0, tau_minus=29.0, A_plus=0.03, A_minus=0.04),
            sim.AdditiveWeightDependence(w_min=0.002, w_max=0.02), weight=self.weights, delay=self.delays,
            dendritic_delay_fraction=FRACTION, **others))

    def markram(self):
        return self.connect(sim.TsodyksMarkramSynapse(U=0.3, tau_rec=80.0, tau_facil=50.0, weight=0.01,
                                                      delay=self.delays))

    @staticmethod
    def pairs(projection):
        """(pre, post) of each synapse, in the order of get(..., format="list")."""
        return [(int(pre), int(post)) for pre, post, _ in projection.get("weight", "list")]

    @staticmethod
    def changes_of(segment, variable, synapse):
        return [one for one in segment.irregularlysampledsignals
                if one.name == variable and one.annotations["synapse_index"] == synapse][0]

    def test_samples_are_the_weights_of_runs_that_end_at_their_times(self):
        projection = self.plastic()
        projection.record("weight", sampling_interval=INTERVAL)
        sim.run(DURATION)
        signal = projection.get_data().segments[0].analogsignals[0]
        self.assertEqual((signal.name, str(signal.units.dimensionality), float(signal.sampling_period), float(signal.t_start)),
                         ("weight", "uS", INTERVAL, 0.0))
        self.setUp()
        cut = self.plastic()
        for row in signal.magnitude:
            np.testing.assert_array_equal(row, cut.get("weight", "list", with_address=False))
            sim.run(INTERVAL)

    def test_changes_are_those_of_the_sums_over_pairs_of_spikes(self):
        projection = self.plastic()
        projection.record(["weight", "delivered_weight"])
        sim.run(DURATION)
        data = projection.get_data().segments[0]
        spikes = self.spikes(self.cells)
        for k, (i, j) in enumerate(self.pairs(projection)):
            weight, delivered = (self.changes_of(data, name, k) for name in ("weight", "delivered_weight"))
            self.assertEqual((weight.annotations["source_index"], weight.annotations["target_index"]), (i, j))
            arrivals = np.concatenate([self.times[i] + (1.0 - FRACTION) * self.delays[i, j],
                                       spikes[j] + FRACTION * self.delays[i, j]])
            for time, value in zip(weight.times.magnitude, weight.magnitude[:, 0]):
                self.assertLess(np.abs(arrivals - time).min(), 1e-9)
                expected, _ = reference.stdp(RULE, self.weights[i, j], self.delays[i, j], FRACTION, self.times[i],
                                             spikes[j], time + 1e-9)
                self.assertAlmostEqual(value, expected, delta=1e-14)
            self.assertGreater(len(weight), 5)
            self.assertEqual(weight.magnitude[-1, 0], projection.get("weight", "array")[i, j])
            _, expected = reference.stdp(RULE, self.weights[i, j], self.delays[i, j], FRACTION, self.times[i],
                                         spikes[j], DURATION)
            self.assertClose(delivered.magnitude[:, 0], expected[np.isfinite(expected)], 1e-14)

    def test_short_term_dynamics_are_those_of_the_iteration(self):
        projection = self.markram()
        projection.record(["u", "x", "delivered_weight"], synapses=[5, 2])
        projection.record(["u"], sampling_interval=INTERVAL, synapses=2)
        sim.run(DURATION)
        segment = projection.get_data().segments[0]
        self.assertEqual([signal.annotations["synapse_index"] for signal in segment.irregularlysampledsignals],
                         [2, 5, 2, 5, 2, 5])
        for k in (2, 5):
            i, j = self.pairs(projection)[k]
            arrivals = self.times[i] + self.delays[i, j]
            u = reference.uses(self.times[i], 0.3, 50.0)
            released = reference.releases(self.times[i], 0.3, 80.0, 50.0, 5.0)
            arrived = arrivals < DURATION
            recorded = {name: self.changes_of(segment, name, k) for name in ("u", "x", "delivered_weight")}
            self.assertClose(recorded["u"].times.magnitude, arrivals[arrived], 1e-12)
            self.assertClose(recorded["u"].magnitude[:, 0], u[arrived], 1e-14)
            self.assertClose(recorded["delivered_weight"].magnitude[:, 0], 0.01 * released[arrived], 1e-15)
            self.assertClose(recorded["x"].magnitude[:, 0], (released / u - released)[arrived], 1e-13)
        i, j = self.pairs(projection)[2]
        sampled = segment.analogsignals[0]
        self.assertEqual(sampled.array_annotations["source_index"].tolist(), [i])
        for time, value in zip(sampled.times.magnitude, sampled.magnitude[:, 0]):
            before = np.flatnonzero(self.times[i] + self.delays[i, j] < time)
            last = before[-1] if before.size else None
            expected = 0.0 if last is None else reference.uses(self.times[i], 0.3, 50.0)[last] * np.exp(
                -(time - self.times[i][last] - self.delays[i, j]) / 50.0)
            self.assertAlmostEqual(value, expected, delta=1e-13)

    def test_what_chance_delivers_is_all_or_nothing(self):
        projection = self.connect(sim.SimpleStochasticSynapse(weight=0.01, p=0.5, delay=1.0))
        projection.record("delivered_weight")
        sim.run(DURATION + 2.0)
        values = np.concatenate([one.magnitude[:, 0] for one in
                                 projection.get_data().segments[0].irregularlysampledsignals])
        self.assertEqual(set(values), {0.0, 0.01})
        self.assertEqual(values.size, 12 * N_PRE * N_POST)
        self.assertLess(abs(np.mean(values > 0.0) - 0.5), 0.2)

    def test_trials_are_segments(self):
        projection = self.plastic()
        projection.record("weight", sampling_interval=50.0, synapses=[1])
        projection.record("weight", synapses=[1, 3])
        sim.run(100.0)
        first = projection.get("weight", "list", with_address=False)
        sim.reset(annotations={"trial": "first"})
        sim.run(60.0)
        second = projection.get("weight", "list", with_address=False)
        data = projection.get_data("weight")
        self.assertEqual(data.name, "plastic")
        self.assertEqual([len(segment.analogsignals[0]) for segment in data.segments], [3, 2])
        self.assertEqual(data.segments[0].annotations["trial"], "first")
        for segment, weights in zip(data.segments, (first, second)):
            self.assertEqual([one.magnitude[-1, 0] for one in segment.irregularlysampledsignals], [weights[1], weights[3]])
        projection.get_data(clear=True)
        sim.run(60.0)
        cleared = projection.get_data()
        self.assertEqual(len(cleared.segments), 1)
        self.assertGreaterEqual(float(cleared.segments[0].irregularlysampledsignals[0].times[0]), 60.0)

    def test_recording_begins_and_ends_when_it_is_asked_for(self):
        projection = self.plastic()
        sim.run(95.0)
        projection.record("weight", sampling_interval=10.0)
        projection.record("weight")
        sim.run(25.0)
        data = projection.get_data().segments[0]
        self.assertEqual((float(data.analogsignals[0].t_start), data.analogsignals[0].shape), (100.0, (3, 12)))
        self.assertGreaterEqual(min(float(one.times[0]) for one in data.irregularlysampledsignals if len(one)), 95.0)
        projection.record(None)
        sim.run(10.0)
        self.assertEqual(len(projection.get_data().segments[0].analogsignals), 0)
        projection.record("weight", sampling_interval=5.0)  # anew, at any interval
        sim.run(10.0)
        self.assertEqual(float(projection.get_data().segments[0].analogsignals[0].t_start), 130.0)

    def test_what_cannot_be_recorded_is_refused(self):
        projection, static = self.plastic(), self.connect(sim.StaticSynapse(weight=0.01, delay=1.0))
        with self.assertRaisesRegex(ValueError, "weight, delivered_weight"):
            projection.record(["weight", "u"])
        with self.assertRaisesRegex(ValueError, "StaticSynapse that can be recorded: weight"):
            static.record("x")
        with self.assertRaises(errors.InvalidParameterValueError):
            projection.record("weight", sampling_interval=0.0)
        with self.assertRaisesRegex(ValueError, "every change"):
            projection.record("delivered_weight", sampling_interval=1.0)
        with self.assertRaisesRegex(IndexError, "12"):
            projection.record("weight", synapses=[3, 12])
        with self.assertRaises(TypeError):
            projection.record("weight", synapses=[0.5])
        projection.record("weight", sampling_interval=5.0, synapses=[0])
        with self.assertRaisesRegex(ValueError, "5.0 ms"):
            projection.record("weight", sampling_interval=2.5)
        with self.assertRaisesRegex(RuntimeError, "run"):
            projection.get_data()
        sim.run(10.0)
        data = projection.get_data().segments[0]
        self.assertEqual(([one.shape for one in data.analogsignals], len(data.irregularlysampledsignals)), ([(3, 1)], 0))
        self.assertEqual(len(static.get_data().segments[0].analogsignals), 0)

    def test_recording_changes_no_result(self):
        projection = self.plastic()
        sim.run(DURATION)
        expected = projection.get("weight", "array"), self.spikes(self.cells)
        self.setUp()
        projection = self.plastic()
        projection.record("weight", sampling_interval=0.7)
        projection.record(["weight", "delivered_weight"])
        sim.run(DURATION)
        np.testing.assert_array_equal(projection.get("weight", "array"), expected[0])
        for mine, theirs in zip(self.spikes(self.cells), expected[1]):
            np.testing.assert_array_equal(mine, theirs)


if __name__ == "__main__":
    main()

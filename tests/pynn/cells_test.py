# SPDX-License-Identifier: Apache-2.0
"""Populations, views and assemblies: parameters, initial values, and what cells with closed forms do."""

import unittest

from pyNN import errors
from pyNN.parameters import Sequence
from pyNN.random import NumpyRNG, RandomDistribution

from support import PyNNTest, main, np, sim


class Parameters(PyNNTest):
    def test_numbers_arrays_functions_and_distributions_become_one_value_per_cell(self):
        cells = sim.Population(4, sim.IF_cond_exp(
            tau_m=12.0, cm=[0.5, 1.0, 2.0, 4.0], v_thresh=lambda i: -50.0 + i,
            tau_refrac=RandomDistribution("uniform", low=1.0, high=2.0, rng=NumpyRNG(seed=3))))
        self.assertEqual(cells.get("tau_m"), 12.0)
        self.assertEqual(cells.get("cm").tolist(), [0.5, 1.0, 2.0, 4.0])
        self.assertEqual(cells.get("v_thresh").tolist(), [-50.0, -49.0, -48.0, -47.0])
        self.assertEqual(cells.get("tau_refrac").tolist(), np.random.RandomState(3).uniform(1.0, 2.0, 4).tolist())

    def test_set_reaches_populations_views_assemblies_and_single_cells(self):
        one, two = sim.Population(3, sim.IF_cond_exp()), sim.Population(3, sim.IF_curr_exp())
        one[1:].set(tau_m=[15.0, 16.0])
        one[1:][1:].set(cm=2.0)
        (one + two).set(tau_syn_E=3.0)
        two[2].i_offset = 0.25
        self.assertEqual(one.get("tau_m").tolist(), [20.0, 15.0, 16.0])
        self.assertEqual(one.get("cm").tolist(), [1.0, 1.0, 2.0])
        self.assertEqual((one.get("tau_syn_E"), two.get("tau_syn_E")), (3.0, 3.0))
        self.assertEqual(two.get("i_offset").tolist(), [0.0, 0.0, 0.25])
        self.assertEqual(two[2].i_offset, 0.25)
        self.assertEqual(one[np.array([2, 0])].get(["tau_m", "cm"])[0].tolist(), [20.0, 16.0])

    def test_wrong_values_are_refused_at_once_with_name_value_and_rule(self):
        for wrong, message in (({"tau_m": -20.0}, "tau_m = -20 ms: must be > 0"),
                               ({"cm": 0.0}, "cm = 0 nF: must be > 0"),
                               ({"v_reset": -40.0}, "v_reset = -40 mV: must be < v_thresh = -50 mV"),
                               ({"tau_syn_E": float("nan")}, "tau_syn_E")):
            with self.assertRaisesRegex(errors.InvalidParameterValueError, message):
                sim.Population(2, sim.IF_cond_exp(**wrong))
            cells = sim.Population(2, sim.IF_cond_exp())
            with self.assertRaisesRegex(errors.InvalidParameterValueError, message):
                cells.set(**wrong)
            self.assertEqual(cells.get("tau_m"), 20.0)
        with self.assertRaises(errors.NonExistentParameterError):
            sim.IF_cond_exp(tau=3.0)
        with self.assertRaises(errors.InvalidParameterValueError):
            sim.Population(1, sim.SpikeSourceArray(spike_times=[3.0, -1.0]))
        with self.assertRaises(errors.InvalidParameterValueError):
            sim.Population(1, sim.SpikeSourceArray(spike_times=[3.0, 2.0]))
        with self.assertRaises(errors.InvalidParameterValueError):
            sim.Population(1, sim.SpikeSourcePoissonRefractory(rate=100.0, tau_refrac=10.0))

    def test_a_change_reaches_all_cells_or_none(self):
        for runs in (False, True):
            self.setUp()
            sources = sim.Population(2, sim.SpikeSourceArray(spike_times=[[5.0], [6.0]]))
            one = sim.Population(2, sim.IF_cond_exp(v_thresh=-50.0))
            two = sim.Population(2, sim.IF_cond_exp(v_thresh=-60.0))
            curr = sim.Population(2, sim.IF_curr_exp())
            sources.record("spikes")
            if runs:
                sim.run(1.0)
            with self.assertRaises(errors.InvalidParameterValueError):
                sources.set(spike_times=[[7.0, 8.0], [5.0, 3.0]])
            with self.assertRaises(errors.InvalidParameterValueError):
                sources.set(spike_times=[[7.0], [1e300]])
            with self.assertRaises(errors.InvalidParameterValueError):
                (one + two).set(v_reset=-55.0)
            with self.assertRaises(errors.InvalidParameterValueError):
                one.initialize(v=-60.0, gsyn_exc=-1.0)
            with self.assertRaises(errors.InvalidParameterValueError):
                one.initialize(v=-60.0, gsyn_exc=float("inf"))
            with self.assertRaises(errors.InvalidParameterValueError):
                (one + curr).initialize(gsyn_exc=0.5)
            with self.assertRaises(errors.RecordingError):
                (one + curr).record(["v", "gsyn_exc"])
            self.assertEqual(one.get("v_reset"), -65.0)
            self.assertEqual(one[0].get_initial_value("v"), -65.0)
            self.assertEqual(one[0].get_initial_value("gsyn_exc"), 0.0)
            (one[:1] + one[1:]).set(v_reset=-58.0)
            self.assertEqual(one.get("v_reset"), -58.0)
            self.assertFalse(any(one.recorder.recorded.values()))
            sim.run(20.0)
            self.assertEqual([times.tolist() for times in self.spikes(sources)], [[5.0], [6.0]])

    def test_sources_of_infinite_duration_never_end(self):
        for kind, parameters in ((sim.SpikeSourcePoisson, {"rate": 500.0}),
                                 (sim.SpikeSourcePoissonRefractory, {"rate": 500.0, "tau_refrac": 1.0}),
                                 (sim.SpikeSourceGamma, {"alpha": 2.0, "beta": 1000.0})):
            trains = []
            for duration in (1e10, np.inf):
                self.setUp()
                cells = sim.Population(3, kind(duration=duration, **parameters))
                cells.record("spikes")
                sim.run(100.0)
                trains.append(np.concatenate(self.spikes(cells)).tolist())
                for name in ("duration", "start"):
                    with self.assertRaisesRegex(errors.InvalidParameterValueError, f"{name} = nan ms: must be "):
                        cells.set(**{name: np.nan})
                self.assertEqual(cells.get("duration"), duration)
            self.assertGreater(len(trains[0]), 60)
            self.assertEqual(trains[0], trains[1])

    def test_initial_values_of_a_distribution_are_drawn_once_from_the_generator_itself(self):
        rng = NumpyRNG(seed=98765)
        distribution = RandomDistribution("uniform", low=-60.0, high=-50.0, rng=rng)
        one, two = sim.Population(50, sim.IF_cond_exp()), sim.Population(20, sim.IF_cond_exp())
        one.initialize(v=distribution)
        two.initialize(v=distribution)
        (one + two).record("v")
        sim.run(0.0)
        drawn = np.random.RandomState(98765).uniform(-60.0, -50.0, 70)
        self.assertEqual(self.signal(one)[0].tolist(), drawn[:50].tolist())
        self.assertEqual(self.signal(two)[0].tolist(), drawn[50:].tolist())
        self.assertEqual(one[7].get_initial_value("v"), drawn[7])

    def test_views_and_single_cells_have_initial_values(self):
        cells = sim.Population(4, sim.IF_curr_exp(), initial_values={"v": -60.0, "isyn_exc": 0.5})
        cells[1:3].initialize(v=[-61.0, -62.0])
        cells[3].set_initial_value("v", -63.0)
        cells.record(["v", "isyn_exc"])
        sim.run(1.0)
        self.assertEqual(self.signal(cells)[0].tolist(), [-60.0, -61.0, -62.0, -63.0])
        self.assertEqual(self.signal(cells, "isyn_exc")[0].tolist(), [0.5] * 4)
        with self.assertRaisesRegex(errors.InvalidParameterValueError, "no state variable 'w'"):
            cells.initialize(w=0.0)

    def test_positions_follow_the_structure(self):
        cells = sim.Population(6, sim.IF_cond_exp(), structure=sim.space.Grid2D(aspect_ratio=1.5, dx=2.0, dy=5.0))
        self.assertEqual(cells.positions.T.tolist(), [[0, 0, 0], [0, 5, 0], [2, 0, 0], [2, 5, 0], [4, 0, 0], [4, 5, 0]])

    def test_receptors_of_an_assembly_come_in_the_order_of_its_cells(self):
        neurons = sim.Population(5, sim.IF_cond_exp()) + sim.Population(3, sim.IF_cond_exp())
        self.assertEqual(list(neurons.receptor_types), ["excitatory", "inhibitory"])
        self.assertEqual(list((neurons + sim.Population(1, sim.SpikeSourceArray())).receptor_types), [])

    def test_an_assembly_knows_its_local_size(self):
        cells = sim.Population(5, sim.IF_cond_exp()) + sim.Population(3, sim.IF_cond_exp())[1:]
        self.assertEqual((cells.local_size, cells.size, cells[1:6].local_size), (7, 7, 5))


class Models(unittest.TestCase):
    def test_every_model_has_its_class_and_names_defaults_units_and_receptors_are_pynns(self):
        from pyNN.standardmodels import cells
        from va_event import _native

        models = _native.cell_models()
        self.assertEqual(set(models), set(sim.list_standard_models()))
        for name, model in models.items():
            pynn, ours = getattr(cells, name), getattr(sim, name)
            defaults = {key: value for key, value in pynn.default_parameters.items() if key != "spike_times"}
            self.assertEqual({key: item["default"] for key, item in model["parameters"].items()}, defaults)
            initial = {key: item["default"] for key, item in model["variables"].items()}
            self.assertEqual(initial, pynn.default_initial_values)
            for key, item in {**model["parameters"], **model["variables"]}.items():
                self.assertEqual(item["unit"] or "dimensionless", pynn.units[key], (name, key))
            self.assertEqual(model["receptors"], tuple(pynn.receptor_types))
            self.assertEqual(model["source"], not pynn.injectable)
            self.assertTrue(issubclass(ours, pynn))
            self.assertEqual(list(ours.default_parameters), list(pynn.default_parameters))  # the order of draws
            for member in ("default_parameters", "default_initial_values", "units", "receptor_types", "injectable",
                           "conductance_based", "__doc__"):
                self.assertEqual(getattr(ours, member), getattr(pynn, member), (name, member))
            self.assertEqual(ours.recordable, ["spikes", *model["variables"]])
            self.assertEqual(ours().get_native_names(), list(pynn.default_parameters))

    def test_bounds_and_units_of_weights_are_told(self):
        from va_event import _native

        models = _native.cell_models()
        self.assertEqual({name: model["weight_unit"] for name, model in models.items() if not model["source"]},
                         {"IF_cond_exp": "uS", "IF_curr_exp": "nA", "IF_curr_delta": "mV"})
        bounds = {name: item["bound"] for name, item in models["SpikeSourceGamma"]["parameters"].items()}
        self.assertEqual(bounds, {"alpha": "positive", "beta": "non_negative", "start": "non_negative",
                                  "duration": "duration"})
        self.assertEqual(models["IF_cond_exp"]["parameters"]["e_rev_I"]["bound"], "any")
        models["IF_cond_exp"]["parameters"].clear()  # a copy
        self.assertIn("tau_m", _native.cell_models()["IF_cond_exp"]["parameters"])


class Dynamics(PyNNTest):
    def test_a_neuron_with_constant_current_charges_and_fires_as_its_closed_form(self):
        tau, cm, v_rest, v_reset, threshold, refractory = 17.0, 0.3, -66.0, -71.0, -52.0, 3.3
        current = np.array([0.2, 0.3, 0.7])
        cells = sim.Population(3, sim.IF_curr_exp(tau_m=tau, cm=cm, v_rest=v_rest, v_reset=v_reset, i_offset=current,
                                                  v_thresh=threshold, tau_refrac=refractory))
        cells.initialize(v=v_rest)
        cells.record(["spikes", "v"])
        sim.run(200.0)
        asymptote = v_rest + current * tau / cm
        times = np.arange(2001) * 0.1
        self.assertClose(self.signal(cells)[:, 0], asymptote[0] + (v_rest - asymptote[0]) * np.exp(-times / tau), 1e-12)
        for k, train in enumerate(self.spikes(cells)):
            if k == 0:
                self.assertEqual(len(train), 0)
                continue
            first = tau * np.log((asymptote[k] - v_rest) / (asymptote[k] - threshold))
            interval = refractory + tau * np.log((asymptote[k] - v_reset) / (asymptote[k] - threshold))
            self.assertClose(train, np.arange(first, 200.0, interval), 1e-11)

    def test_synapses_act_after_their_delay_and_decay(self):
        source = sim.Population(2, sim.SpikeSourceArray(spike_times=[[2.0, 7.125], [4.0]]))
        cond = sim.Population(1, sim.IF_cond_exp(tau_syn_E=4.0, tau_syn_I=7.0))
        curr = sim.Population(1, sim.IF_curr_exp())
        for cells, weight in ((cond, 0.002), (curr, -0.1)):
            sim.Projection(source[:1], cells, sim.AllToAllConnector(), sim.StaticSynapse(weight=0.003, delay=0.3),
                           receptor_type="excitatory")
            sim.Projection(source[1:], cells, sim.AllToAllConnector(), sim.StaticSynapse(weight=weight, delay=1.7),
                           receptor_type="inhibitory")
        cond.record(["gsyn_exc", "gsyn_inh"])
        curr.record(["isyn_exc", "isyn_inh"])
        sim.run(20.0)
        t = np.arange(201) * 0.1

        def decay(start, tau):
            return np.where(t > start, np.exp(-np.clip(t - start, 0.0, None) / tau), 0.0)

        self.assertClose(self.signal(cond, "gsyn_exc")[:, 0], 0.003 * (decay(2.3, 4.0) + decay(7.425, 4.0)), 1e-16)
        self.assertClose(self.signal(cond, "gsyn_inh")[:, 0], 0.002 * decay(5.7, 7.0), 1e-16)
        self.assertClose(self.signal(curr, "isyn_inh")[:, 0], -0.1 * decay(5.7, 5.0), 1e-15)

    def test_the_potential_of_a_delta_neuron_jumps_by_the_weight_and_fades(self):
        source = sim.Population(2, sim.SpikeSourceArray(spike_times=[[2.0, 7.125], [4.0]]))
        cells = sim.Population(2, sim.IF_curr_delta(v_rest=-60.0, v_reset=-62.0, tau_m=15.0, tau_refrac=2.0,
                                                    i_offset=[0.0, 0.5], cm=3.0))
        self.assertEqual(cells.celltype.recordable, ["spikes", "v"])
        cells.initialize(v=[-60.0, -57.5])  # where each rests
        sim.Projection(source[:1], cells, sim.AllToAllConnector(), sim.StaticSynapse(weight=4.0, delay=0.3),
                       receptor_type="excitatory")
        sim.Projection(source[1:], cells, sim.AllToAllConnector(), sim.StaticSynapse(weight=-3.0, delay=1.7),
                       receptor_type="inhibitory")
        cells.record(["spikes", "v"])
        sim.run(20.0)
        t = np.arange(201) * 0.1

        def jump(start):
            return np.where(t > start, np.exp(-np.clip(t - start, 0.0, None) / 15.0), 0.0)

        moved = 4.0 * (jump(2.3) + jump(7.425)) - 3.0 * jump(5.7)
        self.assertClose(self.signal(cells), np.stack([-60.0 + moved, -57.5 + moved], axis=1), 1e-12)
        self.assertEqual([len(train) for train in self.spikes(cells)], [0, 0])

    def test_a_delta_neuron_spikes_with_the_input_that_reaches_the_threshold(self):
        # 6 mV fade to 4.9 in 4 ms: the second input reaches 10 mV above rest, only the third one 11.
        source = sim.Population(1, sim.SpikeSourceArray(spike_times=[1.0, 5.0, 6.0, 7.0]))
        cells = sim.Population(2, sim.IF_curr_delta(v_rest=-60.0, v_reset=-62.0, tau_refrac=2.0, v_thresh=[-50.0, -49.0]))
        cells.initialize(v=-60.0)
        sim.Projection(source, cells, sim.AllToAllConnector(), sim.StaticSynapse(weight=6.0, delay=0.5))
        cells.record(["spikes", "v"])
        sim.run(10.0)
        first, second = self.spikes(cells)
        self.assertEqual((first.tolist(), second.tolist()), ([5.5], [6.5]))
        # The input at 7.5 is that of the end of the first neuron's refractoriness; the second one sleeps until 8.5.
        v = self.signal(cells)
        self.assertClose(v[100], [-60.0 + 4.0 * np.exp(-2.5 / 20.0), -60.0 - 2.0 * np.exp(-1.5 / 20.0)], 1e-12)

    def test_parameters_may_change_between_runs(self):
        cells = sim.Population(1, sim.IF_curr_exp(v_rest=-65.0, tau_m=20.0))
        cells.record("v")
        sim.run(10.0)
        cells.set(v_rest=-60.0, tau_m=10.0)
        sim.run(10.0)
        self.assertClose(self.signal(cells)[[100, 200], 0], [-65.0, -60.0 - 5.0 * np.exp(-1.0)], 1e-12)

    def test_an_array_source_spikes_at_its_times_and_takes_new_ones_between_runs(self):
        source = sim.Population(3, sim.SpikeSourceArray(
            spike_times=[Sequence([1.5, 1.5]), Sequence([]), Sequence([12.0])]))
        source.record("spikes")
        sim.run(10.0)
        source[1].spike_times = [11.0, 15.25]
        source[2:].set(spike_times=[5.0, 19.0])  # 5.0 is past
        sim.run(10.0)
        self.assertEqual([train.tolist() for train in self.spikes(source)], [[1.5, 1.5], [11.0, 15.25], [19.0]])
        self.assertEqual(source.get("spike_times")[1].value.tolist(), [11.0, 15.25])

    def test_random_sources_have_the_rates_that_were_asked_for(self):
        n, seconds = 40, 25
        poisson = sim.Population(n, sim.SpikeSourcePoisson(rate=100.0))
        dead = sim.Population(n, sim.SpikeSourcePoissonRefractory(rate=100.0, tau_refrac=6.0))
        gamma = sim.Population(n, sim.SpikeSourceGamma(alpha=2.5, beta=250.0))
        for source in (poisson, dead, gamma):
            source.record("spikes")
        sim.run(1000.0 * seconds)
        # Counts of a renewal process vary by CV^2 times their mean.
        for source, cv2 in ((poisson, 1.0), (dead, 0.16), (gamma, 0.4)):
            deviation = np.sqrt(cv2 * 100.0 / (n * seconds))
            self.assertLess(abs(source.mean_spike_count() / seconds - 100.0), 4.0 * deviation + 0.1)
        intervals = np.concatenate([np.diff(train) for train in self.spikes(dead)])
        self.assertGreaterEqual(intervals.min(), 6.0 - 1e-9)

    def test_a_poisson_source_changes_its_rate_between_runs(self):
        source = sim.Population(50, sim.SpikeSourcePoisson(rate=10.0))
        source.record("spikes")
        sim.run(1000.0)
        before = source.mean_spike_count()
        source.set(rate=200.0)
        source[25:].set(rate=0.0)
        sim.run(1000.0)
        self.assertLess(abs(before - 10.0), 4.0 * np.sqrt(10.0 / 50.0))
        after = [(train > 1000.0).sum() for train in self.spikes(source)]
        self.assertLess(abs(np.mean(after[:25]) - 200.0), 4.0 * np.sqrt(200.0 / 25.0))
        self.assertEqual(sum(after[25:]), 0)


if __name__ == "__main__":
    main()

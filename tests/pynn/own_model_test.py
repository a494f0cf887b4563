# SPDX-License-Identifier: Apache-2.0
"""A model that is only in the list of the C++ module (own_model/model_list.cpp) is a cell type in PyNN: the perfect
integrator with adaptation of tests/neurons/own_model."""

import importlib.util
import os
import sys

if importlib.util.find_spec("pyNN"):  # else support skips the tests
    # In the place of the backend's own module, under whose name it is imported.
    spec = importlib.util.spec_from_file_location("va_event._native", os.environ["VA_EVENT_OWN_MODEL"])
    sys.modules[spec.name] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(sys.modules[spec.name])

from support import PyNNTest, main, np, sim  # noqa: E402

from pyNN import errors  # noqa: E402
from pyNN.random import NumpyRNG, RandomDistribution  # noqa: E402
from pyNN.standardmodels import StandardCellType  # noqa: E402


class OwnModel(PyNNTest):
    def test_its_cell_type_has_the_interface_of_pynns(self):
        kind = sim.PerfectIntegrator
        self.assertEqual(kind.default_parameters, {
            "cm": 1.0, "tau_refrac": 0.0, "tau_syn": 5.0, "tau_w": 50.0, "b": 0.0, "i_offset": 0.0, "v_reset": -65.0,
            "v_thresh": -50.0})
        self.assertEqual(kind.default_initial_values, {"v": -65.0, "isyn": 0.0, "w": 0.0})
        self.assertEqual(kind.units, {
            "cm": "nF", "tau_refrac": "ms", "tau_syn": "ms", "tau_w": "ms", "b": "nA", "i_offset": "nA",
            "v_reset": "mV", "v_thresh": "mV", "v": "mV", "isyn": "nA", "w": "nA"})
        self.assertEqual(kind.recordable, ["spikes", "v", "isyn", "w"])
        self.assertEqual(kind.receptor_types, ("synapse",))
        self.assertEqual((kind.injectable, kind.conductance_based), (True, False))
        self.assertIn("tau_w = 50.0 ms, > 0: decay of the adaptation current", kind.__doc__)
        self.assertFalse(issubclass(kind, StandardCellType))
        self.assertNotIn("PerfectIntegrator", sim.list_standard_models())
        self.assertIn("PerfectIntegrator", sim.Population(2, kind()).describe())

    def test_it_fires_as_its_closed_form_and_its_extra_variable_is_recorded(self):
        kind = sim.PerfectIntegrator(cm=0.5, tau_refrac=3.0, tau_w=10.0, b=[0.0, 0.125], i_offset=0.5)
        cells = sim.Population(2, kind, initial_values={"v": -65.0})
        again = sim.Population(2, kind)  # of the same object
        for population in (cells, again):
            population.record(["spikes", "v", "w"])
        sim.run(100.0)
        # 15 mV at 1 mV/ms, then 3 ms
        self.assertClose(self.spikes(cells)[0], [15.0, 33.0, 51.0, 69.0, 87.0], 1e-12)
        self.assertClose(self.spikes(cells)[1][:1], [15.0], 1e-12)
        w = cells.get_data().segments[0].filter(name="w")[0]
        self.assertEqual(str(w.dimensionality), "nA")
        self.assertClose(w.magnitude[[150, 160, 250]], [[0.0, 0.0], [0.0, 0.125 * np.exp(-0.1)],
                                                        [0.0, 0.125 * np.exp(-1.0)]], 1e-12)
        self.assertClose(self.signal(again), self.signal(cells), 0.0)

    def test_parameters_and_initial_values_are_set_as_those_of_other_cells(self):
        cells = sim.Population(4, sim.PerfectIntegrator(
            tau_w=RandomDistribution("uniform", low=10.0, high=20.0, rng=NumpyRNG(seed=3)), cm=[0.5, 1.0, 2.0, 4.0]))
        self.assertEqual(cells.get("tau_w").tolist(), np.random.RandomState(3).uniform(10.0, 20.0, 4).tolist())
        cells[1:3].set(cm=3.0, b=lambda i: 0.5 + i)
        cells[3].i_offset = 0.25
        self.assertEqual(cells.get("cm").tolist(), [0.5, 3.0, 3.0, 4.0])
        self.assertEqual(cells.get("b").tolist(), [0.0, 0.5, 1.5, 0.0])
        self.assertEqual(cells.get("i_offset").tolist(), [0.0, 0.0, 0.0, 0.25])
        cells[2:].initialize(w=[0.5, -0.5])
        cells.record(["w", "v"])
        sim.run(0.0)
        self.assertEqual(self.signal(cells, "w")[0].tolist(), [0.0, 0.0, 0.5, -0.5])
        self.assertEqual(self.signal(cells)[0].tolist(), [-65.0] * 4)

    def test_what_it_has_not_and_wrong_values_are_refused(self):
        cells = sim.Population(2, sim.PerfectIntegrator())
        for wrong, message in (({"tau_w": -1.0}, "tau_w = -1 ms: must be > 0"),
                               ({"v_reset": -40.0}, "v_reset = -40 mV: must be < v_thresh = -50 mV")):
            with self.assertRaisesRegex(errors.InvalidParameterValueError, message):
                sim.Population(2, sim.PerfectIntegrator(**wrong))
            with self.assertRaisesRegex(errors.InvalidParameterValueError, message):
                cells.set(**wrong)
        with self.assertRaises(errors.NonExistentParameterError):
            sim.PerfectIntegrator(tau_m=3.0)
        with self.assertRaises(errors.NonExistentParameterError):
            cells.set(tau_m=3.0)
        with self.assertRaises(errors.RecordingError):
            cells.record("gsyn_exc")
        with self.assertRaisesRegex(errors.InvalidParameterValueError, "only v, isyn, w"):
            cells.initialize(u=0.0)

    def test_its_receptor_takes_weights_of_either_sign(self):
        source = sim.Population(2, sim.SpikeSourceArray(spike_times=[[1.0], [6.0]]))
        cells = sim.Population(1, sim.PerfectIntegrator(cm=0.5, tau_syn=4.0))
        for connector, weight in ((sim.AllToAllConnector(), [[0.2], [-0.3]]),
                                  (sim.FromListConnector([(0, 0), (1, 0)]), 0.05)):
            sim.Projection(source, cells, connector, sim.StaticSynapse(weight=np.array(weight), delay=0.5),
                           receptor_type="synapse")
        sim.Projection(source[:1], cells, sim.OneToOneConnector(), sim.StaticSynapse(weight=0.125, delay=0.5))
        with self.assertRaises(errors.ConnectionError):
            sim.Projection(source, cells, sim.AllToAllConnector(), sim.StaticSynapse(weight=0.1),
                           receptor_type="excitatory")
        cells.inject(sim.DCSource(amplitude=0.1, start=10.0))
        cells.record(["v", "isyn"])
        sim.run(20.0)
        times = np.arange(201) * 0.1
        isyn, v = np.zeros(201), -65.0 + np.clip(times - 10.0, 0.0, None) * 0.1 / 0.5
        for arrival, weight in ((1.5, 0.375), (6.5, -0.25)):
            since = np.clip(times - arrival, 0.0, None)
            isyn += np.where(since > 0.0, weight * np.exp(-since / 4.0), 0.0)
            v += weight * 4.0 / 0.5 * -np.expm1(-since / 4.0)
        inside = (np.abs(times - 1.5) > 0.01) & (np.abs(times - 6.5) > 0.01)
        self.assertClose(self.signal(cells, "isyn")[inside, 0], isyn[inside], 1e-14)
        self.assertClose(self.signal(cells)[:, 0], v, 1e-12)

    def test_a_model_takes_the_place_of_the_one_that_was_refused_for_lack_of_it(self):
        cells = sim.Population(1, sim.LIF(cm=0.5, i_offset=0.5))
        cells.record("spikes")
        sim.run(20.0)
        self.assertClose(self.spikes(cells)[0], [15.0], 1e-12)


if __name__ == "__main__":
    main()

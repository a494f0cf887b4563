# SPDX-License-Identifier: Apache-2.0
"""Synapses with short-term dynamics and random release, against closed forms."""

from pyNN import errors
from pyNN.parameters import Sequence
from pyNN.random import NumpyRNG, RandomDistribution

import plasticity_reference as reference
from support import PyNNTest, main, np, sim
from va_event import _native

TIMES = np.array([3.0, 11.5, 12.25, 40.0, 41.0, 90.0, 91.75, 93.0])
DEPRESSING = {"U": 0.6, "tau_rec": 80.0, "tau_facil": 0.0}
FACILITATING = {"U": 0.1, "tau_rec": 40.0, "tau_facil": 150.0}
TAU_SYN = [1.5, 4.0, 12.0]
DELAY, WEIGHT, END = 1.25, 0.02, 100.0


def response(amounts, tau_syn, times=TIMES, delay=DELAY):
    """The conductance at the end, of the amounts that the spikes deliver."""
    arrivals = times + delay
    return (amounts * np.exp(-(END - arrivals) / tau_syn))[arrivals < END].sum()


class Synapses(PyNNTest):
    def connect(self, synapse, cells=3, cell=None, times=TIMES):
        sources = sim.Population(1, sim.SpikeSourceArray(spike_times=Sequence(times)))
        self.cells = sim.Population(cells, cell or sim.IF_cond_exp(tau_syn_I=TAU_SYN[:cells]))
        self.cells.record("gsyn_inh" if cell is None or cell.conductance_based else "v")
        return sim.Projection(sources, self.cells, sim.AllToAllConnector(), synapse, receptor_type="inhibitory")

    def conductances(self, segment=0):
        return self.signal(self.cells, "gsyn_inh", segment)[-1]

    def expected(self, **parameters):
        return [WEIGHT * response(reference.releases(TIMES, tau_syn=tau, **parameters), tau) for tau in TAU_SYN]

    def test_default_values_are_those_of_the_library(self):
        rules = [sim.SpikePairRule(), sim.TripletRule(), sim.Vogels2011Rule(rho=0.005)]
        dependences = [sim.AdditiveWeightDependence(), sim.MultiplicativeWeightDependence(),
                       sim.AdditivePotentiationMultiplicativeDepression(), sim.GutigWeightDependence()]
        types = [sim.TsodyksMarkramSynapse(), sim.SimpleStochasticSynapse(), sim.StochasticTsodyksMarkramSynapse(),
                 sim.MultiQuantalSynapse()]
        types += [sim.STDPMechanism(rule) for rule in rules]
        types += [sim.STDPMechanism(weight_dependence=one, short_term=sim.ShortTermDynamics()) for one in dependences]
        for synapse in types:
            space = synapse.parameter_space
            own = {name: float(space[name].base_value) for name in space.keys() if name not in ("weight", "delay")}
            own.update(synapse.default_initial_values)
            expected = _native.synapse_defaults(synapse.parts)
            if "rho" in expected:
                own["rho"] = sim.Vogels2011Rule.default_parameters["rho"]
            self.assertEqual(own, expected, msg=synapse.parts)

    # --- Tsodyks-Markram

    def test_tsodyks_markram_synapses_release_what_the_closed_form_says(self):
        for parameters in (DEPRESSING, FACILITATING):
            with self.subTest(parameters=parameters):
                sim.setup()
                projection = self.connect(sim.TsodyksMarkramSynapse(weight=WEIGHT, delay=DELAY, **parameters))
                sim.run(END)
                self.assertClose(self.conductances(), self.expected(**parameters), 1e-15)
                self.assertEqual(set(projection.get("weight", "list", with_address=False)), {WEIGHT})

    def test_the_initial_u_decays_until_the_first_spike_and_comes_back_after_reset(self):
        projection = self.connect(sim.TsodyksMarkramSynapse(weight=WEIGHT, delay=DELAY, **FACILITATING))
        projection.initialize(u=0.7)
        sim.run(END)
        with self.assertRaisesRegex(RuntimeError, "initial values of synapses can be set before run"):
            projection.initialize(u=0.1)
        sim.reset()
        sim.run(END)
        for segment in (0, 1):
            self.assertClose(self.conductances(segment), self.expected(u=0.7, **FACILITATING), 1e-15)
        sim.reset()
        u = np.array([[0.0, 0.4, 1.0]])
        projection.initialize(u=u)
        sim.run(END)
        expected = [self.expected(u=u[0, k], **FACILITATING)[k] for k in range(3)]
        self.assertClose(self.conductances(2), expected, 1e-15)

    def test_initial_values_that_cannot_be_are_refused(self):
        projection = self.connect(sim.TsodyksMarkramSynapse(weight=WEIGHT, delay=DELAY, **FACILITATING))
        for u in (-0.1, 1.5, float("nan"), [0.1, 0.2, 3.0]):
            with self.assertRaisesRegex(errors.InvalidParameterValueError, "u = "):
                projection.initialize(u=u)
        with self.assertRaisesRegex(errors.NonExistentParameterError, r"x \(valid parameters for Tsodyks.* are: u\)"):
            projection.initialize(x=0.5)
        sim.run(END)
        self.assertClose(self.conductances(), self.expected(**FACILITATING), 1e-15)

    def test_each_synapse_may_have_parameters_of_its_own(self):
        U = np.array([[0.2, 0.5, 0.9]])
        rec = RandomDistribution("uniform", low=50.0, high=200.0, rng=NumpyRNG(seed=4))
        projection = self.connect(sim.TsodyksMarkramSynapse(weight=WEIGHT, delay=DELAY, U=U, tau_rec=rec,
                                                            tau_facil="20.0 + 10.0*d"))
        drawn = np.random.RandomState(4).uniform(50.0, 200.0, 3)
        np.testing.assert_array_equal(projection.get("tau_rec", "array")[0], drawn)
        sim.run(END)
        expected = [self.expected(U=U[0, k], tau_rec=drawn[k], tau_facil=20.0 + 10.0 * k)[k] for k in range(3)]
        self.assertClose(self.conductances(), expected, 1e-15)

    def test_parameters_change_in_the_middle_of_a_run(self):
        projection = self.connect(sim.TsodyksMarkramSynapse(weight=WEIGHT, delay=DELAY, **DEPRESSING))
        sim.run(60.0)
        projection.set(U=1.0, tau_rec=1e-6)  # from here on, each spike releases all
        sim.run(END - 60.0)
        before = reference.releases(TIMES, tau_syn=4.0, **DEPRESSING)
        amounts, y, last = before.copy(), 0.0, 0.0
        for k, time in enumerate(TIMES):
            y *= np.exp(-(time - last) / 4.0)
            if time > 60.0:
                amounts[k] = 1.0 - y
            y, last = y + amounts[k], time
        self.assertClose(self.conductances()[1], WEIGHT * response(amounts, 4.0), 1e-5 * WEIGHT)

    def test_without_a_synaptic_time_constant_what_is_released_is_inactive_at_once(self):
        self.connect(sim.TsodyksMarkramSynapse(weight=-0.5, delay=DELAY, **DEPRESSING), cells=1,
                     cell=sim.IF_curr_delta(tau_m=20.0))
        sim.run(END)
        amounts = -0.5 * reference.releases(TIMES, tau_syn=None, **DEPRESSING)
        self.assertClose(self.signal(self.cells)[-1, 0], -65.0 + response(amounts, 20.0), 1e-12)

    # --- random release

    def delivered(self, synapse, cells, times=TIMES):
        """Which part of the weight each spike delivers to each cell: spikes x cells."""
        self.connect(synapse, cells, sim.IF_cond_exp(tau_syn_I=0.01), times)  # nothing is left of a spike at the next
        sim.run(times[-1] + 5.0)
        rows = np.rint((times + DELAY) / 0.1).astype(int) + 1
        after = self.signal(self.cells, "gsyn_inh")[rows]
        return after / (WEIGHT * np.exp(-(0.1 * rows - times - DELAY) / 0.01)[:, None])

    def test_simple_stochastic_synapses_transmit_with_probability_p(self):
        times = 1.0 + 1.0 * np.arange(200)
        synapse = sim.SimpleStochasticSynapse(weight=WEIGHT, delay=DELAY, p=np.array([[0.0, 0.25, 0.25, 1.0]]))
        parts = self.delivered(synapse, 4, times)
        self.assertClose(parts, np.rint(parts), 1e-9)
        counts = np.rint(parts).sum(axis=0)
        self.assertEqual((counts[0], counts[3]), (0, 200))
        for count in counts[1:3]:
            self.assertLess(abs(count - 50.0), 4.0 * np.sqrt(200 * 0.25 * 0.75))
        self.assertFalse(np.array_equal(parts[:, 1], parts[:, 2]))

    def test_random_release_repeats_with_the_seed_and_differs_from_trial_to_trial(self):
        def sums(seed):
            sim.setup(rng_seed=seed)
            self.connect(sim.SimpleStochasticSynapse(weight=WEIGHT, delay=DELAY, p=0.5), cells=3)
            sim.run(END)
            sim.reset()
            sim.run(END)
            return [self.conductances(segment).tolist() for segment in (0, 1)]

        first = sums(1)
        self.assertNotEqual(first[0], first[1])
        self.assertEqual(first, sums(1))
        self.assertNotEqual(first, sums(2))

    def assertReleases(self, synapse, parameters, n, u=0.0):
        cells = 400
        expected = reference.release_probabilities(TIMES, u=u, **parameters)
        parts = self.delivered(synapse, cells)
        self.assertClose(n * parts, np.rint(n * parts), 1e-9)
        deviations = np.sqrt(expected * (1.0 - expected) / (n * cells))
        self.assertLess(np.abs((parts.mean(axis=1) - expected) / deviations).max(), 4.5)

    def test_a_vesicle_is_released_and_recovers_as_often_as_probabilities_say(self):
        for parameters in (DEPRESSING, FACILITATING):
            with self.subTest(parameters=parameters):
                sim.setup()
                self.assertReleases(sim.StochasticTsodyksMarkramSynapse(weight=WEIGHT, delay=DELAY, **parameters),
                                    parameters, 1)

    def test_release_sites_deliver_their_parts_of_the_weight(self):
        for parameters in (DEPRESSING, FACILITATING):
            with self.subTest(parameters=parameters):
                sim.setup()
                self.assertReleases(sim.MultiQuantalSynapse(weight=WEIGHT, delay=DELAY, n=5, **parameters),
                                    parameters, 5)

    def test_release_sites_are_full_at_the_beginning(self):
        synapse = sim.MultiQuantalSynapse(weight=WEIGHT, delay=DELAY, n=5, U=1.0)
        projection = self.connect(synapse)
        projection.initialize(a=synapse.parameter_space["n"], u=synapse.parameter_space["U"])
        with self.assertRaisesRegex(errors.InvalidParameterValueError, "a = 3: must be n = 5, since all"):
            projection.initialize(a=3)
        for wrong in (0, 2.5, 1e6, [1.0, 2.5, 3.0]):
            with self.assertRaisesRegex(errors.InvalidParameterValueError, "n = "):
                projection.set(n=wrong)

    def test_what_cannot_be_is_refused_by_name(self):
        for make, name in ((sim.TsodyksMarkramSynapse, "U"), (sim.SimpleStochasticSynapse, "p"),
                           (sim.StochasticTsodyksMarkramSynapse, "U"), (sim.MultiQuantalSynapse, "U")):
            for value in (-0.5, 1.5, float("nan"), np.array([[0.1, 0.5, 1.1]])):
                with self.assertRaisesRegex(errors.InvalidParameterValueError, f"{name} = "):
                    self.connect(make(weight=WEIGHT, delay=DELAY, **{name: value}))
        for parameters in ({"tau_rec": 0.0}, {"tau_facil": -1.0}):
            (name,) = parameters
            with self.assertRaisesRegex(errors.InvalidParameterValueError, f"{name} = "):
                self.connect(sim.TsodyksMarkramSynapse(weight=WEIGHT, delay=DELAY, **parameters))
        with self.assertRaisesRegex(errors.NonExistentParameterError, "u "):
            self.connect(sim.StaticSynapse(weight=WEIGHT, delay=DELAY)).initialize(u=0.5)


if __name__ == "__main__":
    main()

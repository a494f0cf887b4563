# SPDX-License-Identifier: Apache-2.0
"""Synapses whose weights change with spike times, against sums over all pairs of spikes."""

import itertools
import warnings

from pyNN import errors
from pyNN.parameters import Sequence
from pyNN.random import NumpyRNG, RandomDistribution

import plasticity_reference as reference
from support import PyNNTest, main, np, sim

BOUNDS = {"w_min": 0.002, "w_max": 0.02}
PAIRS = {"tau_plus": 17.0, "tau_minus": 29.0, "A_plus": 0.03, "A_minus": 0.04}
TRIPLETS = {"tau_plus": 16.8, "tau_minus": 33.7, "tau_x": 101.0, "tau_y": 125.0, "A_plus": 0.01, "A_minus": 0.02,
            "A3_plus": 0.03, "A3_minus": 0.01}
GUTIG = {"mu_plus": 0.3, "mu_minus": 0.7}
DEPENDENCES = ("AdditiveWeightDependence", "MultiplicativeWeightDependence",
               "AdditivePotentiationMultiplicativeDepression", "GutigWeightDependence")
N_PRE, N_POST, DURATION, TAU_SYN = 4, 3, 400.0, 5.0


def rule_of(rule="SpikePairRule", pairs="all", dependence="AdditiveWeightDependence", **parameters):
    """For the reference."""
    own = {"SpikePairRule": PAIRS, "TripletRule": TRIPLETS,
           "Vogels2011Rule": {"tau": 20.0, "eta": 2e-4, "rho": 0.01}}[rule]
    gutig = GUTIG if dependence == "GutigWeightDependence" else {}
    return {"rule": rule, "pairs": pairs, "dependence": dependence, **own, **BOUNDS, **gutig, **parameters}


def mechanism(rule, **others):
    """The same for PyNN."""
    names = {**PAIRS, **TRIPLETS, "tau": 0, "eta": 0, "rho": 0}
    timing = {name: value for name, value in rule.items() if name in names}
    if rule["pairs"] != "all":
        timing["pairs"] = rule["pairs"]
    dependence = {name: value for name, value in rule.items() if name in {**BOUNDS, **GUTIG}}
    return sim.STDPMechanism(timing_dependence=getattr(sim, rule["rule"])(**timing),
                             weight_dependence=getattr(sim, rule["dependence"])(**dependence), **others)


def random_times(rng, cells, rate=0.03):
    return [np.sort(rng.uniform(1.0, DURATION, rng.poisson(rate * DURATION))) for _ in range(cells)]


class Plasticity(PyNNTest):
    def setUp(self):
        PyNNTest.setUp(self)
        rng = np.random.RandomState(5)
        self.times = random_times(rng, N_PRE)
        self.sources = sim.Population(N_PRE, sim.SpikeSourceArray(spike_times=[Sequence(t) for t in self.times]))
        self.weights = rng.uniform(0.004, 0.016, (N_PRE, N_POST))
        self.delays = rng.uniform(0.5, 9.0, (N_PRE, N_POST))

    def targets(self, cell=None, silent=(0.0, 0.0)):
        """Cells that an input of their own makes fire, and whose inhibitory conductance is that of the synapses."""
        cell = cell or sim.IF_cond_exp(tau_syn_I=TAU_SYN, e_rev_I=-65.0)
        rng = np.random.RandomState(6)
        times = [t[(t < silent[0]) | (t > silent[1])] for t in random_times(rng, N_POST)]
        drive = sim.Population(N_POST, sim.SpikeSourceArray(spike_times=[Sequence(t) for t in times]))
        cells = sim.Population(N_POST, cell)
        sim.Projection(drive, cells, sim.OneToOneConnector(), sim.StaticSynapse(weight=1.0, delay=0.1))
        cells.record("spikes")
        return cells

    def connect(self, cells, synapse):
        return sim.Projection(self.sources, cells, sim.AllToAllConnector(), synapse, receptor_type="inhibitory")

    def projection(self, rule, **others):
        others = {"weight": self.weights, "delay": self.delays, "dendritic_delay_fraction": 0.4, **others}
        self.cells = self.targets()
        return self.connect(self.cells, mechanism(rule, **others))

    def expected(self, rule, fraction=0.4, until=None, given=()):
        """Weights [pre x post], and the weights that spikes deliver."""
        until = sim.get_current_time() if until is None else until
        rule_at = rule if callable(rule) else lambda pre, post: rule
        spikes = self.spikes(self.cells)
        pairs = itertools.product(range(N_PRE), range(N_POST))
        results = [reference.stdp(rule_at(i, j), self.weights[i, j], self.delays[i, j], fraction, self.times[i],
                                  spikes[j], until, [(t, w[i, j]) for t, w in given]) for i, j in pairs]
        weights = np.array([weight for weight, _ in results]).reshape(N_PRE, N_POST)
        return weights, [delivered for _, delivered in results]

    def assertWeights(self, projection, rule, **others):
        expected, _ = self.expected(rule, **others)
        self.assertClose(projection.get("weight", format="array"), expected, 1e-12)

    # --- rules

    def test_every_rule_changes_weights_as_the_sums_over_pairs_of_spikes_say(self):
        rules = [rule_of(dependence=dependence) for dependence in DEPENDENCES]
        rules += [rule_of(pairs=pairs) for pairs in sim.synapses.SPIKE_PAIRS[1:]]
        rules += [rule_of("TripletRule", pairs) for pairs in ("all", "nearest_symmetric")]
        rules += [rule_of("TripletRule", dependence="GutigWeightDependence"), rule_of("Vogels2011Rule")]
        rules += [rule_of(A_plus=-0.02, A_minus=0.0), rule_of(w_min=0.0, w_max=0.5)]
        for number, rule in enumerate(rules):
            with self.subTest(rule=rule):
                self.setUp()
                projection = self.projection(rule)
                sim.run(DURATION)
                self.assertWeights(projection, rule)
                self.assertGreater(min(map(len, self.spikes(self.cells))), 5)
                self.assertGreater(np.abs(projection.get("weight", "array") - self.weights).max(), 1e-4)

    def test_any_dendritic_delay_fraction_splits_the_delay(self):
        for fraction in (0.0, 0.25, 0.5, 1.0):
            with self.subTest(fraction=fraction):
                self.setUp()
                projection = self.projection(rule_of(), dendritic_delay_fraction=fraction)
                sim.run(DURATION)
                self.assertWeights(projection, rule_of(), fraction=fraction)
                self.assertEqual(set(projection.get("dendritic_delay_fraction", "list", with_address=False)), {fraction})

    def test_a_spike_delivers_the_weight_as_of_its_arrival_at_the_synapse(self):
        rule = rule_of()
        self.projection(rule)
        self.cells.record("gsyn_inh")
        sim.run(DURATION)
        _, delivered = self.expected(rule)
        expected = np.zeros(N_POST)
        for (i, j), weights in zip(itertools.product(range(N_PRE), range(N_POST)), delivered):
            arrivals = self.times[i] + self.delays[i, j]
            expected[j] += (weights * np.exp(-(DURATION - arrivals) / TAU_SYN))[arrivals < DURATION].sum()
        self.assertClose(self.signal(self.cells, "gsyn_inh")[-1], expected, 1e-13)

    def test_short_term_dynamics_scale_what_plastic_synapses_deliver(self):
        rule, dynamics = rule_of(), {"U": 0.3, "tau_rec": 200.0, "tau_facil": 90.0}
        projection = self.projection(rule, short_term=sim.ShortTermDynamics(**dynamics))
        self.cells.record("gsyn_inh")
        projection.initialize(u=0.25)
        sim.run(DURATION)
        weights, delivered = self.expected(rule)
        expected = np.zeros(N_POST)
        for (i, j), values in zip(itertools.product(range(N_PRE), range(N_POST)), delivered):
            arrivals = self.times[i] + self.delays[i, j]
            released = reference.releases(self.times[i], tau_syn=TAU_SYN, u=0.25, **dynamics)
            expected[j] += (values * released * np.exp(-(DURATION - arrivals) / TAU_SYN))[arrivals < DURATION].sum()
        self.assertClose(self.signal(self.cells, "gsyn_inh")[-1], expected, 1e-13)
        self.assertClose(projection.get("weight", "array"), weights, 1e-12)
        self.assertEqual(set(projection.get("tau_rec", "list", with_address=False)), {200.0})

    def test_negative_weights_change_by_their_magnitude(self):
        rule = rule_of(w_min=-0.02, w_max=0.0)
        self.weights = -self.weights
        self.cells = self.targets(sim.IF_curr_exp(cm=0.02))
        projection = self.connect(self.cells, mechanism(rule, weight=self.weights, delay=self.delays))
        sim.run(DURATION)
        self.assertWeights(projection, rule, fraction=1.0)

    # --- parameters

    def test_parameters_are_given_as_numbers_arrays_distributions_and_functions_of_distance(self):
        self.sources.positions = np.array([[0.0, 3.0, 5.0, 9.0], [0.0] * 4, [0.0] * 4])
        cells = self.cells = self.targets()
        cells.positions = np.array([[0.0, 1.0, 7.0], [0.0] * 3, [0.0] * 3])
        distances = np.abs(self.sources.positions[0][:, None] - cells.positions[0])
        a_minus = np.random.RandomState(3).uniform(0.01, 0.05, (N_PRE, N_POST))
        drawn = RandomDistribution("uniform", low=0.02, high=0.06, rng=NumpyRNG(seed=7))
        projection = self.connect(cells, sim.STDPMechanism(
            sim.SpikePairRule(tau_plus="10.0 + 0.5*d", tau_minus=lambda d: 20.0 + d, A_plus=drawn, A_minus=a_minus),
            sim.AdditiveWeightDependence(w_max=2.0 * self.weights), weight=self.weights, delay=self.delays,
            dendritic_delay_fraction=0.4))
        values = {"tau_plus": 10.0 + 0.5 * distances, "tau_minus": 20.0 + distances, "A_minus": a_minus,
                  "A_plus": np.random.RandomState(7).uniform(0.02, 0.06, (N_POST, N_PRE)).T, "w_max": 2.0 * self.weights,
                  "w_min": np.zeros((N_PRE, N_POST))}
        for name, expected in values.items():
            np.testing.assert_array_equal(projection.get(name, "array"), expected, err_msg=name)
        sim.run(DURATION)
        self.assertWeights(projection, lambda i, j: rule_of(**{name: float(v[i, j]) for name, v in values.items()}))

    def test_lists_of_connections_give_parameters_of_their_own(self):
        rows = [(i, j, self.weights[i, j], self.delays[i, j], 0.01 * (1 + i + j)) for i, j in ((3, 0), (0, 2), (1, 0))]
        self.cells = self.targets()
        projection = sim.Projection(
            self.sources, self.cells, sim.FromListConnector(rows, column_names=["weight", "delay", "A_plus"]),
            mechanism(rule_of(), dendritic_delay_fraction=0.4), receptor_type="inhibitory")
        sim.run(DURATION)
        expected, _ = self.expected(lambda i, j: rule_of(A_plus=0.01 * (1 + i + j)))
        self.assertEqual(len(projection), 3)
        for i, j, weight in projection.get("weight", "list"):
            self.assertClose(weight, expected[i, j], 1e-12)
        self.assertEqual(sorted(projection.get("A_plus", "list")), [(0, 2, 0.03), (1, 0, 0.02), (3, 0, 0.04)])

    def test_several_synapses_of_one_pair_each_have_their_own_weight_and_rule(self):
        rows = [(0, 0, 0.01, d, a) for d, a in ((1.0, 0.02), (7.0, 0.05), (1.0, 0.04))]
        self.cells = self.targets()
        projection = sim.Projection(
            self.sources, self.cells, sim.FromListConnector(rows, column_names=["weight", "delay", "A_plus"]),
            mechanism(rule_of()), receptor_type="inhibitory")
        sim.run(DURATION)
        spikes = self.spikes(self.cells)[0]
        for amplitude, delay, weight in projection.get(["A_plus", "delay", "weight"], "list", with_address=False):
            expected, _ = reference.stdp(rule_of(A_plus=amplitude), 0.01, delay, 1.0, self.times[0], spikes, DURATION)
            self.assertClose(weight, expected, 1e-12)
        weights = projection.get("weight", "list", with_address=False)
        self.assertClose(projection.get("weight", "array")[0, 0], sum(weights), 1e-15)
        self.assertEqual(projection.get("weight", "array", multiple_synapses="max")[0, 0], max(weights))

    # --- get, set, reset

    def test_weights_are_those_of_now_and_looking_at_them_changes_nothing(self):
        rule = rule_of(dependence="MultiplicativeWeightDependence")
        projection = self.projection(rule)
        np.testing.assert_array_equal(projection.get("weight", "array"), self.weights)
        for _ in range(8):
            sim.run(DURATION / 8)
            self.assertWeights(projection, rule)
        self.assertEqual(projection[5].weight, projection.get("weight", "list")[5][2])
        looked_at = projection.get("weight", "array")
        sim.reset()
        np.testing.assert_array_equal(projection.get("weight", "array"), self.weights)
        sim.run(DURATION)
        np.testing.assert_array_equal(projection.get("weight", "array"), looked_at)

    def test_weights_that_are_set_in_the_middle_of_a_run_change_from_there_on(self):
        rule = rule_of()
        projection = self.projection(rule)
        sim.run(150.0)
        new = self.weights[::-1] * 1.1
        projection.set(weight=new)
        np.testing.assert_array_equal(projection.get("weight", "array"), new)
        sim.run(DURATION - 150.0)
        self.assertWeights(projection, rule, given=[(150.0, new)])
        sim.reset()
        np.testing.assert_array_equal(projection.get("weight", "array"), new)

    def test_a_single_weight_that_is_set_leaves_the_others_as_they_are(self):
        rule = rule_of()
        projection = self.projection(rule)
        sim.run(DURATION)
        alone = projection.get("weight", "array")
        sim.reset()
        sim.run(200.0)
        i, j = projection[4].presynaptic_index, projection[4].postsynaptic_index
        projection[4].weight = 0.0075
        self.assertEqual(projection[4].weight, 0.0075)
        self.assertNotEqual(projection[3].weight, projection._values["weight"][3])
        sim.run(DURATION - 200.0)
        weights = projection.get("weight", "array")
        changed = self.weights.copy()
        changed[i, j] = 0.0075
        expected, _ = self.expected(rule, given=[(200.0, changed)])
        self.assertClose(weights[i, j], expected[i, j], 1e-12)
        np.testing.assert_array_equal(np.delete(weights, j, axis=1), np.delete(alone, j, axis=1))
        weights[i, j] = alone[i, j]  # spikes of the target change a little, and with them its other synapses
        self.assertClose(weights, alone, 1e-6)
        sim.reset()
        np.testing.assert_array_equal(projection.get("weight", "array"), changed)

    def test_parameters_of_the_rule_that_are_set_hold_from_there_on(self):
        # No cell fires within twice the longest delay of 200 ms, so all changes of the spikes before are made by then.
        self.times = [t[(t < 180.0) | (t > 200.0)] for t in self.times]
        self.sources.set(spike_times=[Sequence(t) for t in self.times])
        self.cells = self.targets(silent=(140.0, 200.0))  # an input lasts
        projection = self.connect(self.cells, mechanism(rule_of(), weight=self.weights, delay=self.delays))
        sim.run(200.0)
        middle = projection.get("weight", "array")
        projection.set(A_plus=0.0, A_minus=np.zeros((N_PRE, N_POST)))
        self.assertEqual(set(projection.get("A_plus", "list", with_address=False)), {0.0})
        sim.run(DURATION - 200.0)
        np.testing.assert_array_equal(projection.get("weight", "array"), middle)
        self.assertGreater(np.abs(middle - self.weights).max(), 1e-4)
        spikes = np.concatenate(self.spikes(self.cells))
        self.assertFalse(((spikes > 182.0) & (spikes < 200.0)).any())
        self.assertGreater(np.count_nonzero(spikes > 200.0), 10)
        sim.reset()  # parameters stay
        sim.run(DURATION)
        np.testing.assert_array_equal(projection.get("weight", "array"), self.weights)

    def test_what_is_set_before_the_run_is_what_the_rule_works_with(self):
        rule = rule_of(A_plus=0.05, tau_minus=12.0)
        projection = self.projection(rule_of())
        projection.set(A_plus=0.05, tau_minus=[12.0] * (N_PRE * N_POST))
        projection[0].A_minus = 0.04
        sim.run(DURATION)
        self.assertWeights(projection, rule)
        self.assertEqual(projection[0].as_tuple("A_plus", "tau_minus"), (0.05, 12.0))

    # --- what is refused

    def test_what_cannot_be_is_refused_by_name(self):
        cells = self.targets()
        for rule, message in ((rule_of(tau_plus=0.0), "tau_plus"), (rule_of(A_minus=float("nan")), "A_minus"),
                              (rule_of(dependence="GutigWeightDependence", w_min=0.0, w_max=0.0), "w_max"),
                              (rule_of(dependence="GutigWeightDependence", mu_plus=-1.0), "mu_plus"),
                              (rule_of("TripletRule", tau_y=-1.0), "tau_y"), (rule_of(w_max=-1.0, w_min=-2.0), "w_m")):
            with self.assertRaisesRegex((errors.InvalidParameterValueError, errors.ConnectionError), message):
                self.connect(cells, mechanism(rule, weight=0.01, delay=1.0))
        for fraction in (-0.1, 1.5, float("nan"), np.linspace(0.0, 1.1, N_PRE * N_POST).reshape(N_PRE, N_POST)):
            with self.assertRaisesRegex(errors.InvalidParameterValueError, "dendritic_delay_fraction"):
                self.connect(cells, mechanism(rule_of(), weight=0.01, delay=1.0, dendritic_delay_fraction=fraction))
        with self.assertRaisesRegex(errors.InvalidParameterValueError, "pairs = 'some': must be one of all, nearest_"):
            sim.SpikePairRule(pairs="some")
        with self.assertRaisesRegex(errors.InvalidParameterValueError, "pairs = 'nearest_reduced': must be one of all, "):
            sim.TripletRule(pairs="nearest_reduced")
        with self.assertRaisesRegex(NotImplementedError, "voltage_dependence = .*: must be None"):
            sim.STDPMechanism(voltage_dependence=object())
        with self.assertRaisesRegex(errors.InvalidModelError, "timing_dependence"):
            sim.STDPMechanism(timing_dependence=sim.AdditiveWeightDependence())
        with self.assertRaisesRegex(errors.InvalidModelError, "short_term"):
            sim.STDPMechanism(short_term=sim.TsodyksMarkramSynapse())
        with self.assertRaisesRegex(errors.InvalidModelError, "must be AdditiveWeightDependence with Vogels2011Rule"):
            mechanism(rule_of("Vogels2011Rule", dependence="MultiplicativeWeightDependence"))
        with self.assertRaises(errors.NonExistentParameterError):
            sim.TripletRule(tau_z=1.0)

    def test_changes_that_cannot_be_are_refused_and_change_nothing(self):
        projection = self.projection(rule_of())
        with self.assertRaises(errors.NonExistentParameterError):
            projection.set(U=0.5)
        with self.assertRaisesRegex(errors.NonExistentParameterError, "w_max"):
            projection.get("tau", "list")
        with self.assertRaises(errors.NonExistentParameterError):
            projection.initialize(u=0.5)
        for before_the_run in (True, False):
            with self.assertRaisesRegex(errors.InvalidParameterValueError, "tau_plus"):
                projection.set(tau_plus=-1.0)
            with self.assertRaisesRegex(errors.InvalidParameterValueError, "tau_minus"):
                projection[0].tau_minus = 0.0
            self.assertEqual(set(projection.get(["tau_plus", "tau_minus"], "list", with_address=False)), {(17.0, 29.0)})
            sim.run(DURATION / 2)
        with self.assertRaisesRegex(RuntimeError, "delays can be set before run"):
            projection.set(delay=1.0)
        with self.assertRaisesRegex(RuntimeError, "A_plus must be one number for all synapses, as it was at the first"):
            projection[0].A_plus = 0.5
        self.assertWeights(projection, rule_of())

    def test_bounds_may_move_past_each_other_in_the_middle_of_a_run(self):
        projection = self.projection(rule_of())
        for bounds in (BOUNDS, {"w_min": 0.1, "w_max": 0.2}, BOUNDS):
            projection.set(**bounds)
            sim.run(100.0)
            weights = projection.get("weight", "array")
            self.assertGreaterEqual(weights.min(), bounds["w_min"] if bounds is BOUNDS else 0.0)
            self.assertEqual(set(projection.get("w_max", "list", with_address=False)), {bounds["w_max"]})

    def test_a_target_rate_above_one_per_millisecond_is_a_warning(self):
        self.projection(rule_of("Vogels2011Rule", rho=3.0))
        with self.assertWarnsRegex(RuntimeWarning, "rho .*in 1/ms.*Hz"):
            sim.run(1.0)
        sim.setup()
        self.setUp()
        self.projection(rule_of("Vogels2011Rule"))
        with warnings.catch_warnings():
            warnings.simplefilter("error", RuntimeWarning)
            sim.run(1.0)

    def test_weights_out_of_their_bounds_are_a_warning(self):
        self.projection(rule_of(w_max=0.01))
        with self.assertWarnsRegex(RuntimeWarning, r"outside \[w_min, w_max\]"):
            sim.run(1.0)

    def test_weights_within_bounds_that_differ_are_no_warning(self):
        self.projection(rule_of(w_max=2.0 * self.weights, w_min=0.5 * self.weights))
        with warnings.catch_warnings():
            warnings.simplefilter("error", RuntimeWarning)
            sim.run(1.0)

    def test_mechanisms_describe_themselves_and_can_be_saved_and_read_back(self):
        projection = self.projection(rule_of("TripletRule"))
        description = projection.describe(template=None)["plasticity"]
        self.assertEqual(description["timing_dependence"]["name"], "TripletRule")
        self.assertEqual(description["weight_dependence"]["name"], "AdditiveWeightDependence")
        self.assertEqual(set(projection.synapse_type.get_parameter_names()),
                         {"weight", "delay", "dendritic_delay_fraction", *TRIPLETS, *BOUNDS})
        self.assertIn("Projection", repr(projection))


if __name__ == "__main__":
    main()

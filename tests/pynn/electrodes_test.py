# SPDX-License-Identifier: Apache-2.0
"""Currents: the potentials are compared with closed forms."""

from support import PyNNTest, main, np, sim

TAU, CM, REST = 20.0, 1.0, -65.0


def answer(t, steps):
    """The potential under a current of steps [(time, amplitude)], each lasting until the next."""
    v = np.full(np.shape(t), REST)
    previous = 0.0
    for time, amplitude in steps:
        charged = (amplitude - previous) * TAU / CM * -np.expm1(-np.clip(t - time, 0.0, None) / TAU)
        v, previous = v + charged, amplitude
    return v


def sine_answer(t, begin, end, amplitude, offset, hertz, degrees, start):
    """v - rest under offset + amplitude sin(w (t - start) + phase) on [begin, end): the textbook's steady answer, and
    what decays."""
    w, phase = 2.0 * np.pi * hertz / 1000.0, np.radians(degrees)

    def steady(time):
        angle = w * (time - start) + phase
        return TAU / CM * (offset + amplitude * (np.sin(angle) - w * TAU * np.cos(angle)) / (1.0 + (w * TAU) ** 2))

    inside = np.clip(t, begin, end)
    charged = steady(inside) - np.exp(-(inside - begin) / TAU) * steady(begin)
    return charged * np.exp(-np.clip(t - end, 0.0, None) / TAU)


class Currents(PyNNTest):
    def setUp(self):
        PyNNTest.setUp(self)
        self.cells = sim.Population(3, sim.IF_curr_exp(tau_m=TAU, cm=CM, v_rest=REST, v_thresh=0.0),
                                    initial_values={"v": REST})
        self.cells.record("v")

    def v(self, cell=0):
        return self.signal(self.cells)[:, cell]

    @property
    def times(self):
        return np.arange(int(sim.get_current_time() * 10 + 0.5) + 1) * 0.1

    def test_a_pulse_begins_and_ends_at_exactly_its_times(self):
        pulse = sim.DCSource(amplitude=0.4, start=10.03, stop=55.57)
        self.cells[0].inject(pulse)
        self.cells[1:].inject(pulse)
        sim.run(100.0)
        for cell in range(3):
            self.assertClose(self.v(cell), answer(self.times, [(10.03, 0.4), (55.57, 0.0)]), 1e-12)

    def test_steps_are_taken_at_multiples_of_the_timestep_as_pynn_defines(self):
        steps = sim.StepCurrentSource(times=[0.0, 10.04, 20.06, 20.1, 70.0], amplitudes=[0.1, 0.3, 0.9, -0.2, 0.0])
        self.assertEqual(np.asarray(steps.amplitudes).tolist(), [0.1, 0.3, -0.2, 0.0])
        steps.inject_into(self.cells)
        steps.inject_into(self.cells[:1])  # once is enough
        steps.record()
        sim.run(100.0)
        expected = [(0.0, 0.1), (10.0, 0.3), (20.1, -0.2), (70.0, 0.0)]
        self.assertClose(self.v(), answer(self.times, expected), 1e-12)
        current = steps.get_data()
        self.assertClose(current.magnitude[[0, 99, 100, 200, 201, 699, 700, 1000], 0],
                         [0.1, 0.1, 0.3, 0.3, -0.2, -0.2, 0.0, 0.0], 0.0)
        self.assertClose(current.times.rescale("ms").magnitude, self.times, 1e-9)

    def test_sources_add_up(self):
        for amplitude in (0.1, 0.2, -0.25):
            self.cells.inject(sim.DCSource(amplitude=amplitude, start=5.0))
        sim.run(50.0)
        self.assertClose(self.v(), answer(self.times, [(5.0, 0.05)]), 1e-12)

    def test_a_source_may_change_and_be_injected_between_runs_and_reset_begins_anew(self):
        source = sim.DCSource(amplitude=0.3, start=10.0, stop=80.0)
        self.cells[0].inject(source)
        sim.run(40.0)
        source.amplitude = 0.7
        self.cells[1].inject(source)
        sim.run(20.0)
        source.set_parameters(amplitude=-0.1, stop=70.0)
        sim.run(40.0)
        history = [(10.0, 0.3), (40.0, 0.7), (60.0, -0.1), (70.0, 0.0)]
        self.assertClose(self.v(0), answer(self.times, history), 1e-12)
        self.assertClose(self.v(1), answer(self.times, history[1:]), 1e-12)
        self.assertClose(source.get_data().magnitude[[99, 100, 399, 400, 600, 699, 700], 0],
                         [0.0, 0.3, 0.3, 0.7, -0.1, -0.1, 0.0], 0.0)
        sim.reset()
        sim.run(100.0)
        self.assertClose(self.signal(self.cells, segment=1)[:, 1], answer(self.times, [(10.0, -0.1), (70.0, 0.0)]),
                         1e-12)

    def test_noise_has_its_mean_and_deviation_and_does_not_depend_on_how_the_run_is_cut(self):
        traces = []
        for pieces in ([1000.0], [0.05, 99.95, 500.0, 400.0]):
            self.setUp()
            noise = sim.NoisyCurrentSource(mean=0.5, stdev=0.2, start=50.0, stop=900.0, dt=0.5)
            self.cells.inject(noise)
            for piece in pieces:
                sim.run(piece)
            traces.append((noise.get_data().magnitude[:, 0], self.v()))
        current, v = traces[0]
        self.assertTrue(np.array_equal(current, traces[1][0]))
        self.assertClose(v, traces[1][1], 1e-12)
        self.assertFalse(current[:500].any() or current[9000:].any())
        values = current[500:9000:5]
        self.assertTrue(np.array_equal(np.repeat(values, 5), current[500:9000]))
        self.assertLess(abs(values.mean() - 0.5), 4.0 * 0.2 / np.sqrt(values.size))
        self.assertLess(abs(values.std() / 0.2 - 1.0), 4.0 / np.sqrt(2.0 * values.size))
        self.assertClose(v, answer(self.times, list(zip(50.0 + 0.5 * np.arange(1700), values)) + [(900.0, 0.0)]), 1e-11)

    def test_noise_may_change_between_runs_and_off_its_own_grid(self):
        noise = sim.NoisyCurrentSource(mean=0.5, stdev=0.2, dt=1.0)
        self.cells.inject(noise)
        sim.run(20.5)
        before = noise.get_data().magnitude[:, 0]
        noise.mean = -0.5
        sim.run(29.5)
        current = noise.get_data().magnitude[:, 0]
        self.assertTrue(np.array_equal(current[:205], before[:205]))
        self.assertLess(abs(current[205:500].mean() + 0.5), 4.0 * 0.2 / np.sqrt(30.0))
        self.assertEqual(len(np.unique(current[205:210])), 1)
        steps = [(k, current[10 * k]) for k in range(21)] + [(20.5, current[205])]
        steps += [(k, current[10 * k]) for k in range(21, 50)]
        self.assertClose(self.v(), answer(self.times, steps), 1e-11)

    def test_noise_is_new_in_every_trial_and_the_same_in_every_script(self):
        def trials():
            self.setUp()
            noise = sim.NoisyCurrentSource(mean=0.0, stdev=1.0, dt=1.0)
            self.cells.inject(noise)
            traces = []
            for _ in range(2):
                sim.run(20.0)
                traces.append(noise.get_data().magnitude.tolist())
                sim.reset()
            return traces

        first = trials()
        self.assertNotEqual(first[0], first[1])
        self.assertEqual(first, trials())

    def test_a_sine_is_exact_at_any_timestep(self):
        for timestep in (0.1, 0.5, 1.7):
            for hertz in (3.0, 25.0, 1234.5):
                sim.setup(timestep=timestep, min_delay=timestep)
                cells = sim.Population(1, sim.IF_curr_exp(tau_m=TAU, cm=CM, v_rest=REST, v_thresh=0.0))
                source = sim.ACSource(start=10.03, stop=77.77, amplitude=0.5, offset=0.1, frequency=hertz, phase=30.0)
                cells.inject(source)
                cells.record("v")
                sim.run(34.0)
                sim.run(68.0)
                t = np.arange(int(np.floor(102.0 / timestep + 1e-6)) + 1) * timestep
                self.assertClose(self.signal(cells)[:, 0],
                                 REST + sine_answer(t, 10.03, 77.77, 0.5, 0.1, hertz, 30.0, 10.03), 1e-12)
                sine = 0.1 + 0.5 * np.sin(2 * np.pi * hertz / 1000.0 * (t - 10.03) + np.pi / 6)
                self.assertClose(source.get_data().magnitude[:, 0],
                                 np.where((t >= 10.03) & (t < 77.77), sine, 0.0), 1e-11)

    def test_a_sine_may_change_between_runs(self):
        source = sim.ACSource(start=5.0, stop=1e12, amplitude=0.5, offset=0.1, frequency=25.0, phase=0.0)
        self.cells[0].inject(source)
        sim.run(20.0)
        source.set_parameters(amplitude=-0.3, frequency=100.0, phase=77.0)
        self.cells[1].inject(source)
        sim.run(20.0)
        source.offset = -0.2
        source.stop = 80.0
        sim.run(20.0)
        source.start = 70.0
        sim.run(40.0)
        t = self.times
        late = (sine_answer(t, 20.0, 40.0, -0.3, 0.1, 100.0, 77.0, 5.0) +
                sine_answer(t, 40.0, 60.0, -0.3, -0.2, 100.0, 77.0, 5.0) +
                sine_answer(t, 70.0, 80.0, -0.3, -0.2, 100.0, 77.0, 70.0))
        self.assertClose(self.v(0), REST + sine_answer(t, 5.0, 20.0, 0.5, 0.1, 25.0, 0.0, 5.0) + late, 1e-12)
        self.assertClose(self.v(1), REST + late, 1e-12)
        self.assertClose(self.v(2), REST + 0.0 * t, 0.0)
        current = source.get_data().magnitude[:, 0]
        self.assertClose(current[[49, 50, 150, 200, 400, 650, 700, 799, 800]],
                         [0.0, 0.1, 0.1 + 0.5 * np.sin(2 * np.pi * 0.25),
                          0.1 - 0.3 * np.sin(2 * np.pi * 1.5 + np.radians(77.0)),
                          -0.2 - 0.3 * np.sin(2 * np.pi * 3.5 + np.radians(77.0)), 0.0,
                          -0.2 - 0.3 * np.sin(np.radians(77.0)),
                          -0.2 - 0.3 * np.sin(2 * np.pi * 0.99 + np.radians(77.0)), 0.0], 1e-12)
        sim.reset()
        sim.run(100.0)
        self.assertClose(self.signal(self.cells, segment=1)[:, 1],
                         REST + sine_answer(t, 70.0, 80.0, -0.3, -0.2, 100.0, 77.0, 70.0), 1e-12)

    def test_sines_and_other_sources_add_up(self):
        self.cells.inject(sim.ACSource(amplitude=0.4, frequency=40.0, start=-3.0))
        self.cells.inject(sim.ACSource(amplitude=0.2, frequency=-310.0, phase=20.0, stop=50.0))
        self.cells.inject(sim.DCSource(amplitude=0.3, start=20.0, stop=60.0))
        sim.run(100.0)
        t = self.times
        expected = (answer(t, [(20.0, 0.3), (60.0, 0.0)]) + sine_answer(t, 0.0, 1e9, 0.4, 0.0, 40.0, 0.0, -3.0) +
                    sine_answer(t, 0.0, 50.0, 0.2, 0.0, -310.0, 20.0, 0.0))
        self.assertClose(self.v(2), expected, 1e-12)

    def test_a_sine_drives_conductances_as_small_steps_do(self):
        parameters = {"cm": 0.5, "tau_m": 10.0, "tau_syn_E": 3.0, "tau_syn_I": 7.0, "e_rev_E": 0.0, "e_rev_I": -75.0,
                      "v_rest": -65.0, "v_thresh": 100.0}
        cells = sim.Population(1, sim.IF_cond_exp(**parameters), initial_values={"v": -65.0, "gsyn_exc": 0.1,
                                                                                   "gsyn_inh": 0.05})
        cells.inject(sim.ACSource(amplitude=0.4, offset=0.05, frequency=120.0, phase=45.0))
        cells.record("v", sampling_interval=1.0)
        sim.run(40.0)

        def slope(t, v):
            current = 0.05 + 0.4 * np.sin(2 * np.pi * 0.12 * t + np.pi / 4)
            return ((-65.0 - v) / 10.0 + (0.1 * np.exp(-t / 3.0) * (0.0 - v) +
                                          0.05 * np.exp(-t / 7.0) * (-75.0 - v) + current) / 0.5)

        v, h, expected = -65.0, 0.005, [-65.0]
        for k in range(8000):
            t = k * h
            k1 = slope(t, v)
            k2 = slope(t + h / 2, v + h / 2 * k1)
            k3 = slope(t + h / 2, v + h / 2 * k2)
            v += h / 6 * (k1 + 2 * k2 + 2 * k3 + slope(t + h, v + h * k3))
            if (k + 1) % 200 == 0:
                expected.append(v)
        self.assertClose(self.signal(cells)[:, 0], expected, 1e-10)

    def test_spikes_under_a_sine_do_not_depend_on_the_timestep(self):
        def spikes(timestep, pieces, cell_type):
            sim.setup(timestep=timestep, min_delay=timestep, rng_seed=3)
            cells = sim.Population(20, cell_type(tau_refrac=2.0))
            cells.inject(sim.ACSource(amplitude=1.5, offset=0.4, frequency=35.0, start=3.3))
            sim.Projection(sim.Population(20, sim.SpikeSourcePoisson(rate=80.0)), cells, sim.AllToAllConnector(),
                           sim.StaticSynapse(weight=0.01, delay=1.3))
            cells.record("spikes")
            for piece in pieces:
                sim.run(piece)
            return np.concatenate(self.spikes(cells))

        for cell_type in (sim.IF_curr_exp, sim.IF_cond_exp):
            expected = spikes(0.1, [300.0], cell_type)
            self.assertGreater(len(expected), 60)
            for timestep, pieces in ((0.025, [300.0]), (1.0, [100.3, 0.05, 199.65])):
                self.assertTrue(np.array_equal(spikes(timestep, pieces, cell_type), expected))

    def sources(self):
        """One of each kind, and the steps that it makes."""
        noise = sim.NoisyCurrentSource(mean=0.3, stdev=0.0, start=10.0, stop=np.inf, dt=0.5)
        return ((sim.DCSource(amplitude=0.3, start=10.0, stop=np.inf), [(10.0, 0.3)]),
                (sim.StepCurrentSource(times=[10.26, 20.0], amplitudes=[0.3, 0.1]), [(10.5, 0.3), (20.0, 0.1)]),
                (noise, [(10.0, 0.3)]),
                (sim.ACSource(amplitude=0.0, offset=0.3, start=10.0, stop=np.inf), [(10.0, 0.3)]))

    def test_sources_outlive_setup(self):
        sources = self.sources()
        for _ in range(2):
            for before in (0.0, 5.0):  # injected before the first run, and between runs
                for source, steps in sources:
                    sim.setup(timestep=0.5, min_delay=0.5)
                    cells = sim.Population(2, sim.IF_curr_exp(tau_m=TAU, cm=CM, v_rest=REST, v_thresh=0.0))
                    cells.record("v")
                    if before > 0.0:
                        sim.run(before)
                    cells[:1].inject(source)
                    sim.run(50.0 - before)
                    t = np.arange(101) * 0.5
                    v = self.signal(cells)
                    self.assertClose(v[:, 0], answer(t, steps), 1e-11)
                    self.assertClose(v[:, 1], answer(t, []), 0.0)

    def test_cells_that_setup_has_replaced_take_no_current(self):
        sources, old = self.sources(), self.cells
        sim.setup(timestep=0.1)
        for source, _ in sources:
            with self.assertRaisesRegex(RuntimeError, "setup"):
                old.inject(source)

    def test_sources_without_an_end_never_end(self):
        for source, steps in self.sources()[::2] + self.sources()[3:]:
            self.setUp()
            self.cells.inject(source)
            sim.run(50.0)
            self.assertClose(self.v(), answer(self.times, steps), 1e-11)
            source.stop = 60.0
            sim.run(30.0)
            self.assertClose(self.v(), answer(self.times, steps + [(60.0, 0.0)]), 1e-11)

    def test_a_refused_change_changes_nothing(self):
        wrong = {sim.DCSource: {"amplitude": np.nan, "start": 1.0}, sim.ACSource: {"offset": 0.7, "phase": np.nan},
                 sim.NoisyCurrentSource: {"mean": 0.5, "dt": -1.0},
                 sim.StepCurrentSource: {"times": [1.0, 2.0], "amplitudes": [1.0, np.nan]}}
        for k in range(4):
            for between in (False, True):
                self.setUp()
                source, steps = self.sources()[k]
                steps = [(10.3, 0.3), (20.0, 0.1)] if k == 1 else steps  # at this timestep
                self.cells.inject(source)
                if between:
                    sim.run(5.0)
                with self.assertRaises(ValueError):
                    source.set_parameters(**wrong[type(source)])
                sim.run(40.0 - sim.get_current_time())
                if k == 1:
                    source.amplitudes = [0.3, 0.2]
                else:
                    source.set_parameters(**{("amplitude", "", "mean", "offset")[k]: 0.2})
                sim.run(20.0)
                self.assertClose(self.v(), answer(self.times, steps + [(40.0, 0.2)]), 1e-11)

    def test_a_source_goes_into_all_cells_or_none(self):
        for k in range(4):
            source, _ = self.sources()[k]
            with self.assertRaises(TypeError):
                (self.cells + sim.Population(1, sim.SpikeSourcePoisson())).inject(source)
        sim.run(50.0)
        self.assertClose(self.v(), answer(self.times, []), 0.0)

    def test_wrong_sources_are_refused(self):
        with self.assertRaises(ValueError):
            sim.StepCurrentSource(times=[0.4, -0.6], amplitudes=[0.5, -0.5])
        with self.assertRaises(ValueError):
            sim.StepCurrentSource(times=[0.4, 0.2], amplitudes=[0.5, -0.5])
        with self.assertRaises(ValueError):
            sim.StepCurrentSource(times=[0.4, 0.6], amplitudes=[0.5])
        with self.assertRaises(ValueError):
            sim.NoisyCurrentSource(dt=0.0)
        for wrong in ({"frequency": np.nan}, {"frequency": 2e9}, {"amplitude": np.inf}, {"phase": np.inf},
                      {"start": np.nan}):
            with self.assertRaises(ValueError):
                sim.ACSource(**wrong)
        never, nan = np.inf, np.nan
        for kind, wrong in ((sim.DCSource, {"amplitude": (nan, never), "start": (nan, never, 1e300),
                                            "stop": (nan, -never, 1e300)}),
                            (sim.ACSource, {"start": (nan, never, 1e300), "stop": (nan, -never, 1e300)}),
                            (sim.NoisyCurrentSource, {"mean": (nan, never), "stdev": (nan,), "dt": (nan, never, 0.0),
                                                      "start": (nan, never), "stop": (nan, -never, 1e300)}),
                            (sim.StepCurrentSource, {"times": ([nan], [0.0, never], [1e300]),
                                                     "amplitudes": ([nan], [never])})):
            for name, values in wrong.items():
                for value in values:
                    others = {"times": {"amplitudes": [0.1] * np.size(value)}, "amplitudes": {"times": [0.0]}}
                    with self.assertRaisesRegex(ValueError, f"{name} = .*: must be "):
                        kind(**{name: value}, **others.get(name, {}))
        for source in (sim.DCSource(), sim.ACSource()):
            with self.assertRaises(TypeError):
                sim.Population(1, sim.SpikeSourcePoisson()).inject(source)


if __name__ == "__main__":
    main()

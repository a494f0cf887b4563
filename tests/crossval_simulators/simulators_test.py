# SPDX-License-Identifier: Apache-2.0
"""Study "simulators": the exported file, absent simulators, and that the present ones converge to our run."""

import json
import os
import sys
import unittest

from program import CrossValidationTest

SMALL = ["--neurons", "200", "--duration", "60", "--json", "--python", sys.executable]


def module_exists(name):
    try:
        __import__(name)
    except ImportError:
        return False
    return True


class Export(CrossValidationTest):
    @unittest.skipUnless(module_exists("h5py"), "python3-h5py is not installed")
    def test_the_file_holds_every_synapse_and_input_spike(self):
        import h5py
        import numpy as np

        self.run_program("simulators", "COBA", "--neurons", "50", "--duration", "60", "--python", "/nowhere/python")
        with h5py.File(self.path("crossval", "simulators", "COBA.h5"), "r") as file:
            self.assertEqual(len(file["neurons/v"]), 50)
            pre, post = file["synapses/pre"][:], file["synapses/post"][:]
            weight, inhibitory = file["synapses/weight"][:], file["synapses/inhibitory"][:]
            times, ids = file["source_spikes/times"][:], file["source_spikes/ids"][:]
            self.assertTrue(np.all(file["synapses/delay"][:] == 0.2))
            self.assertEqual(file["parameters"].attrs["e_rev_I"], -80.0)
        inside = pre < 50  # 80 synapses per neuron do not fit into 50: all to all
        self.assertEqual(sorted(zip(pre[inside], post[inside])), [(i, j) for i in range(50) for j in range(50)])
        np.testing.assert_array_equal(inhibitory[inside] == 1, pre[inside] >= 40)
        np.testing.assert_allclose(weight[inside], np.where(pre[inside] >= 40, 0.051, 0.004), rtol=1e-15)
        self.assertTrue(np.all(weight[~inside] == 0.1))
        # 20 sources of 100 Hz for 50 ms: 100 spikes, standard deviation 10.
        self.assertTrue(40 < len(times) < 160 and times.max() < 50 and ids.min() >= 50 and ids.max() < 70)


class Absent(CrossValidationTest):
    def test_an_absent_simulator_is_skipped_with_the_way_to_get_it(self):
        done = self.run_program("simulators", "CUBA", "--simulators", "neuron", "--quick", "--python", "/nowhere/python")
        self.assertIn("NEURON is skipped, it is not installed; to get it: apt-get install python3-neuron", done.stderr)
        self.assertIn("NEURON is not installed, so it is not here.", " ".join(done.stdout.split()))

    def test_a_module_that_cannot_be_imported_counts_as_absent(self):
        # A package of its name that fails on import, as a broken installation does.
        os.makedirs(self.path("fake"))
        with open(self.path("fake", "nest.py"), "w", encoding="utf-8") as file:
            file.write("raise ImportError('libnest.so is missing')\n")
        done = self.run_program("simulators", "CUBA", "--simulators", "nest", *SMALL, env={"PYTHONPATH": self.path("fake")})
        self.assertIn("NEST is skipped, it is not installed; to get it: python3 -m venv nest", done.stderr)
        rows = json.loads(done.stdout)["tables"][0]["rows"]
        self.assertEqual([row[1] for row in rows], ["va-event"])

    @unittest.skipUnless(module_exists("h5py"), "python3-h5py is not installed")
    def test_modules_in_the_output_folder_and_in_the_present_one_are_not_imported(self):
        os.makedirs(self.path("fake"))
        with open(self.path("fake", "nest.py"), "w", encoding="utf-8") as file:
            file.write("__version__ = '3.0 of this test'\ndef set_verbosity(level): raise SystemExit('it was asked')\n")
        os.makedirs(self.path("crossval", "simulators"))
        for folder in [[], ["crossval"], ["crossval", "simulators"]]:
            for name in ["json.py", "argparse.py", "numpy.py", "nest.py", "sitecustomize.py", "runpy.py", "os.py"]:
                with open(self.path(*folder, name), "w", encoding="utf-8") as file:
                    file.write(f"open({self.path('IMPORTED')!r}, 'w')\nraise SystemExit(3)\n")
        done = self.run_program("simulators", "CUBA", "--simulators", "nest", *SMALL, code=1,
                                env={"PYTHONPATH": self.path("fake")})
        self.assertNotIn("skipped", done.stderr)
        self.assertIn("it was asked", done.stderr)
        self.assertFalse(os.path.exists(self.path("IMPORTED")))

    def test_interpreters_are_tried_in_order(self):
        self.assertIn("skipped", self.run_program("simulators", "CUBA", "--simulators", "neuron", "--quick", "--python",
                                                  "/nowhere/python,/nowhere/else").stderr)
        if not module_exists("neuron"):
            self.skipTest("NEURON is not installed")
        done = self.run_program("simulators", "CUBA", "--simulators", "neuron", "--quick", "--json", "--python",
                                "/nowhere/python," + sys.executable)
        self.assertEqual({row[1] for row in json.loads(done.stdout)["tables"][0]["rows"]}, {"va-event", "NEURON"})

    def test_bad_input_is_wrong_use(self):
        for arguments in [["--dt", "0.07"], ["--dt", "0"], ["--dt", "nan"], ["--simulators", "genesis"],
                          ["--neurons", "1"], ["--duration", "-1"], ["--duration", "inf"], ["COBRA"]]:
            with self.subTest(arguments=arguments):
                self.run_program("simulators", *arguments, code=2)


class Present(CrossValidationTest):
    """Halving the step three times divides a first-order error by 8; grid noise of some 80 spikes leaves at least 3."""

    def assert_converges(self, key, module):
        if not module_exists(module):
            self.skipTest(f"{key} is not installed")
        done = self.run_program("simulators", "CUBA", "--simulators", key, "--dt", "0.1,0.05,0.025,0.0125", *SMALL)
        study = json.loads(done.stdout)
        table = study["tables"][0]
        column = [c["name"] for c in table["columns"]].index("median, common")
        errors = [row[column] for row in table["rows"] if row[1] != "va-event"]
        self.assertEqual(len(errors), 4)
        self.assertLess(errors[3], errors[0] / 3)
        # A spike waits for the end of a step, and so did the one that it answers to.
        self.assertLess(errors[3], 2 * 0.0125, "the median error is below two steps")

    def test_brian2_converges_to_our_run(self):
        self.assert_converges("brian2", "brian2")

    def test_neuron_converges_to_our_run(self):
        self.assert_converges("neuron", "neuron")

    def test_nest_converges_to_our_run(self):
        self.assert_converges("nest", "nest")


class Plastic(CrossValidationTest):
    """Synapses that change, with the same rule and input spikes: the pairs whose order at the synapse a simulator keeps
    change the weights as exactly but for the shift of its spikes, which is of the order of the step."""

    def study_of(self, key, *arguments):
        done = self.run_program("plasticity", "--simulators", key, "--duration", "10", "--quick", "--json", *arguments)
        return json.loads(done.stdout), done.stderr

    def rows(self, study, name):
        table = next(table for table in study["tables"] if table["name"] == name)
        return [dict(zip([column["name"] for column in table["columns"]], row)) for row in table["rows"]]

    def assert_converges(self, key, module, steps, rules):
        if not module_exists(module):
            self.skipTest(f"{key} is not installed")
        if key == "neuron" and not module_exists("pyNN"):
            self.skipTest("PyNN, whose mechanisms NEURON needs, is not installed")
        study, _ = self.study_of(key, "--dt", ",".join(map(str, steps)), "--python", sys.executable)
        rows = self.rows(study, "simulators")
        self.assertEqual({(row["rule"], row["f"]) for row in rows}, rules)
        for rule, f in rules:
            with self.subTest(rule=rule, f=f):
                first, *_, last = [row for row in rows if (row["rule"], row["f"]) == (rule, f)]
                self.assertEqual(last["spikes"], last["right spikes"], "all spikes are right")
                ratio = steps[0] / steps[-1]
                self.assertLess(last["median error of spikes"], first["median error of spikes"] / ratio * 1.6)
                self.assertLess(last["median error of spikes"], 2 * steps[-1])
                if f is None:
                    continue
                self.assertLess(last["their rms error"], first["their rms error"] / ratio * 2.5)
                self.assertLess(last["their rms error"], 1e-3, "a change is 1e-2")
                self.assertGreater(last["rms error"], 2 * last["their rms error"], "what pairs of lost order cost")
                self.assertGreater(last["resolved synapses"], first["resolved synapses"])
        if key == "brian2":
            return
        releases = [row for row in self.rows(study, "releases") if row["simulator"] != "va-event"]
        self.assertEqual({row["rule"] for row in releases}, {
            "SimpleStochasticSynapse", "StochasticTsodyksMarkramSynapse", "MultiQuantalSynapse, n = 3"})
        for row in releases:
            self.assertAlmostEqual(row["releases"] / row["expected"], 1, delta=0.04)
            self.assertLess(row["largest deviation at a spike"], 4)

    def test_nest_learns_as_exactly_at_shrinking_steps(self):
        self.assert_converges("nest", "nest", [0.5, 0.25, 0.125, 0.0625], {
            ("STDP, additive", 1), ("STDP, multiplicative", 1), ("STDP, additive-multiplicative", 1), ("STDP, gutig", 1),
            ("Tsodyks-Markram", None)})

    def test_neuron_learns_as_exactly_at_shrinking_steps(self):
        self.assert_converges("neuron", "neuron", [0.5, 0.25, 0.125, 0.0625], {
            ("STDP, additive", 1), ("STDP, additive", 0.4), ("Tsodyks-Markram", None)})

    def test_brian2_learns_as_exactly_at_shrinking_steps(self):
        self.assert_converges("brian2", "brian2", [0.5, 0.25, 0.125], {("STDP, additive", 0)})

    def test_an_absent_simulator_is_skipped_with_the_way_to_get_it(self):
        study, messages = self.study_of("neuron,nest", "--dt", "1", "--python", "/nowhere/python")
        self.assertIn("NEST is skipped, it is not installed; to get it: python3 -m venv nest", messages)
        self.assertIn("NEURON is skipped, it is not installed; to get it: apt-get install python3-neuron", messages)
        self.assertIn("apt-get install python3-pynn", messages)
        self.assertNotIn("simulators", [table["name"] for table in study["tables"]])
        self.assertIn("NEST is not installed, so it is not here.", " ".join(study["notes"]))

    def test_none_of_them_can_be_wanted(self):
        study, messages = self.study_of("none", "--dt", "1")
        self.assertNotIn("skipped", messages)
        self.assertFalse(os.path.exists(self.path("crossval", "simulators")))
        self.assertEqual([table["name"] for table in study["tables"]], ["orders", "reference", "errors"])


if __name__ == "__main__":
    unittest.main()

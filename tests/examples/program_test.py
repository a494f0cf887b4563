# SPDX-License-Identifier: Apache-2.0
"""What the examples share: options and what is refused, files, the figure, Ctrl-C."""

import json
import os
import shutil
import signal
import subprocess
import unittest

from examples import BRUNEL, INHIBITORY_PLASTICITY, MICROCIRCUIT, ExampleTest

TINY = ["--scale", "0.01", "--duration", "100"]
PROGRAMS = [("microcircuit", MICROCIRCUIT), ("brunel", BRUNEL),
            ("inhibitory_plasticity", INHIBITORY_PLASTICITY)]
BAD_VALUES = {
    "--scale": ["0", "1.1", "-1", "nan", "inf", "half", ""],
    "--duration": ["0", "-1", "nan", "inf", "long"],
    "--warm-up": ["-1", "nan", "inf"],
    "--seed": ["-1", "0.5", "x"],
    "--threads": ["0", "-1", "1025", "two"],
    "--spikes": ["", "spikes", "spikes.txt"],
    "--plot-figure": ["", "figure.jpg"],
}
OWN_BAD_VALUES = {
    "microcircuit": {"--input": ["", "noise"]},
    "brunel": {"--g": ["0", "-5", "nan"], "--eta": ["0", "inf", "x"], "--model": ["", "IF_cond_exp"]},
    "inhibitory_plasticity": {"--eta": ["0", "nan"], "--rho": ["0", "-3"], "--tau": ["0"], "--interval": ["0", "x"]},
}


class Errors(ExampleTest):
    def test_values_are_refused_with_option_value_and_rule(self):
        for name, program in PROGRAMS:
            for option, values in {**BAD_VALUES, **OWN_BAD_VALUES[name]}.items():
                for value in values:
                    with self.subTest(program=name, option=option, value=value):
                        done = self.run_example(program, option, value, code=2)
                        shown = value or "''"
                        self.assertIn(f"{name}: {option} = {shown}", done.stderr)
                        self.assertIn(": must ", done.stderr)
                        self.assertEqual(done.stdout, "")
        self.assertEqual(os.listdir(self.folder), [])

    def test_unknown_options_are_refused(self):
        for name, program in PROGRAMS:
            done = self.run_example(program, "--bogus", code=2)
            self.assertIn(f"{name}: The following argument was not expected: --bogus", done.stderr)

    def test_files_in_impossible_places_are_refused_before_the_simulation(self):
        os.mkdir(self.path("x.gdf"))
        for option, file, rule in [("--spikes", "/proc/nothing/x.gdf", "must be a folder that can be written to"),
                                   ("--spikes", "x.gdf", "must not be a folder"),
                                   ("--plot-figure", "/proc/nothing/x.svg", "must be a folder that can be written to")]:
            with self.subTest(file=file):
                if option == "--plot-figure" and not shutil.which("gnuplot"):
                    continue
                done = self.run_example(MICROCIRCUIT, *TINY, option, file, code=2)
                self.assertIn(rule, done.stderr)
                self.assertEqual(done.stdout, "")

    def test_a_result_that_cannot_be_written_is_a_failure(self):
        with open("/dev/full", "w", encoding="ascii") as full:
            done = subprocess.run([MICROCIRCUIT, *TINY], stdout=full, stderr=subprocess.PIPE, text=True)
        self.assertEqual(done.returncode, 1)
        self.assertIn("microcircuit: the result cannot be written to standard output", done.stderr)

    def test_without_gnuplot_nothing_is_simulated(self):
        done = self.run_example(MICROCIRCUIT, *TINY, "--plot-figure", "x.svg", code=1, env={"PATH": self.folder})
        self.assertIn("--plot-figure = x.svg: must have gnuplot", done.stderr)
        self.assertEqual(done.stdout, "")


class Results(ExampleTest):
    def test_help_says_every_option_and_the_source(self):
        for (_, program), source in zip(PROGRAMS, ["Potjans & Diesmann 2014", "Brunel 2000", "Vogels et al. 2011"]):
            text = self.run_example(program, "--help").stdout
            self.assertIn(source, text)
            for option in BAD_VALUES:
                self.assertIn(option, text)

    def test_the_table_shows_rates_beside_the_published_ones(self):
        text = self.run_example(MICROCIRCUIT, *TINY).stdout
        self.assertRegex(text, r"population +neurons +rate \[Hz\] +published \[Hz\] +CV of ISI\n"
                               r"L2/3e +207 +[0-9.]+ +0\.903 +[-0-9.]+\n")
        self.assertIn("Recorded time   : 100 ms, after 100 ms of warm-up", text)

    def test_the_spikes_of_the_file_are_those_of_the_rates(self):
        result = self.run_json(MICROCIRCUIT, "--scale", "0.03", "--duration", "100", "--spikes", "all.gdf")
        self.assertEqual(result["files"], ["all.gdf"])
        self.assertFalse(result["interrupted"])
        times = [float(line.split()[1]) for line in self.read("all.gdf").splitlines()]
        rated = sum(population["neurons"] * population["rate_hz"] * 0.1 for population in result["populations"])
        self.assertAlmostEqual(len(times), rated, places=6)
        self.assertGreater(len(times), 0)
        self.assertGreaterEqual(min(times), 100)  # nothing of the warm-up
        self.assertLess(max(times), 200)

    def test_the_warm_up_is_a_part_of_the_same_run(self):
        self.run_example(MICROCIRCUIT, *TINY, "--spikes", "late.gdf")
        self.run_example(MICROCIRCUIT, "--scale", "0.01", "--warm-up", "0", "--duration", "200", "--spikes", "all.gdf")
        late = [line for line in self.read("all.gdf").splitlines() if float(line.split()[1]) >= 100]
        self.assertEqual(self.read("late.gdf").splitlines(), late)

    @unittest.skipUnless(shutil.which("gnuplot"), "gnuplot is not installed")
    def test_the_figure_shows_every_population(self):
        done = self.run_example(MICROCIRCUIT, *TINY, "--plot-figure", "x.svg")
        self.assertNotIn("gnuplot", done.stderr)
        text = self.read("x.svg")
        for words in ["L2/3e", "L2/3i", "L4e", "L4i", "L5e", "L5i", "L6e", "L6i", "time [ms]", "rate [Hz]", "published"]:
            self.assertIn(words, text)
        silent = ["--scale", "0.0005", "--duration", "0.01", "--warm-up", "0.5", "--plot-figure"]
        for ending in ["png", "pdf"]:  # without spikes, too
            done = self.run_example(MICROCIRCUIT, *silent, "x." + ending)
            self.assertNotIn("line", done.stderr, "gnuplot has nothing to complain of")
            self.assertGreater(os.path.getsize(self.path("x." + ending)), 1000)


class Interrupts(ExampleTest):
    def test_signals_end_the_run_with_the_result_so_far(self):
        for sent, code, word in [(signal.SIGINT, 130, "Ctrl-C"), (signal.SIGTERM, 143, "SIGTERM")]:
            with self.subTest(signal=word):
                process = subprocess.Popen([MICROCIRCUIT, "--scale", "0.002", "--duration", "1e6", "--warm-up", "0", "--json"],
                                           cwd=self.folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
                self.addCleanup(process.kill)
                line = ""
                while " 10 %" not in line and process.poll() is None:
                    line = process.stderr.readline()
                process.send_signal(sent)
                out, errors = process.communicate(timeout=120)
                self.assertEqual(process.returncode, code)
                self.assertRegex(errors, rf"microcircuit: stopped by {word} at [0-9.e+]+ of 1e\+06 ms")
                result = json.loads(out)
                self.assertTrue(result["interrupted"])
                self.assertTrue(1e5 <= result["recorded_ms"] < 1e6)
                self.assertGreater(result["populations"][3]["rate_hz"], 0)

    def test_a_signal_in_the_warm_up_leaves_rates_unknown(self):
        process = subprocess.Popen([MICROCIRCUIT, "--scale", "0.002", "--warm-up", "1e6"], cwd=self.folder,
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.addCleanup(process.kill)
        while " 10 %" not in process.stderr.readline() and process.poll() is None:
            pass
        process.send_signal(signal.SIGINT)
        out, _ = process.communicate(timeout=120)
        self.assertEqual(process.returncode, 130)
        self.assertRegex(out, r"\nL4e +44 +- +4\.414 +-\n")
        self.assertRegex(out, r"Recorded time   : 0 ms, after [0-9.e+]+ ms of warm-up \(interrupted\)\n")


if __name__ == "__main__":
    unittest.main()

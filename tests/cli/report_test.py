# SPDX-License-Identifier: Apache-2.0
"""What is printed, where, and whether the numbers agree with each other."""

import json
import os
import pty
import re
import select
import subprocess
import unittest

from program import PROGRAM, SMALL, CommandLineTest

KEYS = {
    "benchmark": str,
    "neurons": int,
    "synapses": int,
    "spikes": int,
    "synaptic_events": int,
    "rate_exc_hz": float,
    "rate_inh_hz": float,
    "cv_isi": float,
    "build_s": float,
    "simulation_s": float,
    "writing_s": float,
    "ns_per_synaptic_event": float,
    "realtime_factor": float,
    "last_spike_ms": float,
    "seed": int,
    "duration_ms": float,
    "version": str,
    "files": list,
    "intervals": dict,
    "looks": int,
    "died_out": bool,
    "interrupted": bool,
}
STEPS = [
    r"Host #1 is on \S+",
    r"0 Initialising the simulator with 1 thread\(s\)\.\.\.",
    r"0 Creating cell populations\.\.\.",
    r"0 Initialising membrane potential to random values\.\.\.",
    r"0 Connecting populations\.\.\.",
    r"0 Setting up recording\.\.\.",
    r"0 Running simulation\.\.\.",
    r"0 Writing data to file\.\.\.",
]
NUMBER = r"[0-9.e+-]+"
SUMMARY = [
    r"",
    r"--- Vogels-Abbott Network Simulation ---",
    r"Nodes +: 1",
    r"Simulation type +: COBA",
    r"Number of Neurons +: 400",
    r"Number of Synapses +: \d+ e→e +\d+ e→i +\d+ i→e +\d+ i→i",
    r"External synapses +: \d+ ext→e +\d+ ext→i",
    r"Excitatory conductance +: 4 nS",
    r"Inhibitory conductance +: 51 nS",
    rf"Excitatory rate +: {NUMBER} Hz",
    rf"Inhibitory rate +: {NUMBER} Hz",
    rf"Build time +: {NUMBER} s",
    rf"Simulation time +: {NUMBER} s",
    rf"Writing time +: {NUMBER} s",
]


class ReportTest(CommandLineTest):
    def assert_lines(self, lines, patterns):
        for line, pattern in zip(lines, patterns):
            self.assertRegex(line, f"^{pattern}$")

    def test_the_report_is_that_of_the_seed_script_and_more(self):
        lines = self.run_program("COBA", *SMALL, "--method", "one-by-one").stdout.splitlines()
        self.assert_lines(lines, STEPS + SUMMARY)
        rest = "\n".join(lines[len(STEPS + SUMMARY) :])
        for name in ["Speed", "Spikes", "Last spike", "CV of ISI", "Synaptic events", "Time per event"]:
            self.assertRegex(rest, rf"(?m)^{name} +: {NUMBER}")
        for name in ["sign", "bound", "search", "refractory", "spike"]:
            self.assertRegex(rest, rf"(?m)^  {name} +: +\d+ +[0-9.]+ % ")

    def test_neurons_that_are_looked_at_near_spikes_only_have_no_intervals(self):
        done = self.run_program("CUBA", *SMALL, "--debug", "--quiet")
        self.assertRegex(done.stdout, r"(?m)^Method +: near-spikes$")
        self.assertNotIn("Intervals tested", done.stdout)
        self.assertRegex(done.stdout, r"(?m)^Looks at neurons +: [1-9]\d*$")
        self.assertRegex(done.stderr, r"population \S+: near-spikes \(\S.* inputs per neuron and frame are expected\)")
        report = self.run_json("CUBA", *SMALL)
        self.assertEqual({row["method"] for row in report["methods"] if row["kind"] == "population"}, {"near-spikes"})
        self.assertEqual(set(report["intervals"].values()), {0})
        self.assertGreaterEqual(report["looks"], report["spikes"])

    def test_quiet_prints_the_report_only(self):
        done = self.run_program("COBA", *SMALL, "--quiet")
        self.assert_lines(done.stdout.splitlines(), SUMMARY)
        self.assertEqual(done.stderr, "")

    def test_json_is_one_object_with_every_key_and_its_type(self):
        done = self.run_program("CUBA", *SMALL, "--json")
        self.assertIn("Running simulation...", done.stderr)
        report = json.loads(done.stdout)
        for key, kind in KEYS.items():
            with self.subTest(key=key):
                self.assertIsInstance(report[key], kind)
        quiet = self.run_program("CUBA", *SMALL, "--json", "--quiet")
        self.assertEqual(quiet.stderr, "")

    def test_the_numbers_of_the_report_agree_with_each_other(self):
        r = self.run_json("COBA", *SMALL, "--seed", "7", "--method", "one-by-one")
        self.assertEqual((r["benchmark"], r["neurons"], r["seed"], r["duration_ms"]), ("COBA", 400, 7, 150.0))
        recurrent = sum(n for name, n in r["projections"].items() if not name.startswith("ext"))
        self.assertEqual(r["synapses"], recurrent)
        self.assertEqual(r["external_synapses"], sum(r["projections"].values()) - recurrent)
        self.assertAlmostEqual(r["spikes"], (320 * r["rate_exc_hz"] + 80 * r["rate_inh_hz"]) * 0.150, places=6)
        self.assertAlmostEqual(r["ns_per_synaptic_event"], r["simulation_s"] * 1e9 / r["synaptic_events"], places=3)
        self.assertAlmostEqual(r["realtime_factor"], 0.150 / r["simulation_s"], places=3)
        kinds = ["sign", "bound", "search", "refractory", "spike"]
        self.assertEqual(r["intervals"]["total"], sum(r["intervals"][kind] for kind in kinds))
        self.assertEqual(r["intervals"]["spike"], r["spikes"])
        self.assertEqual(r["looks"], 0)
        self.assertLess(r["last_spike_ms"], 150.0)
        self.assertFalse(r["died_out"] or r["interrupted"])

    def test_a_seed_gives_one_network_and_another_seed_another(self):
        untimed = ["spikes", "synapses", "synaptic_events", "last_spike_ms", "cv_isi"]
        results = [self.run_json("COBA", *SMALL, "--seed", seed) for seed in ["1", "1", "2"]]
        first, again, other = [[result[key] for key in untimed] for result in results]
        self.assertEqual(first, again)
        self.assertNotEqual(first, other)

    def test_options_of_the_network_reach_it(self):
        base = self.run_json("COBA", *SMALL)
        self.assertEqual(self.run_json("CUBA", "--neurons", "50", "--probability", "1")["synapses"], 50 * 50)
        for option, value in [("--delay", "5"), ("--gexc", "8"), ("--ginh", "20"), ("--rate", "300"),
                              ("--stim-duration", "5")]:
            with self.subTest(option=option):
                changed = self.run_json("COBA", *SMALL, option, value)
                self.assertNotEqual(changed["spikes"], base["spikes"])
        silent = self.run_json("COBA", *SMALL, "--rate", "0")
        self.assertEqual(silent["spikes"], 0)
        self.assertIsNone(silent["last_spike_ms"])
        self.assertIsNone(silent["cv_isi"])

    def test_without_synapses_cuba_neurons_fire_with_the_period_of_their_drive(self):
        # v_rest = -49 mV drives from -60 mV to -50 mV in 20 ln 11 ms; with 5 ms of refractoriness 18.87 Hz.
        r = self.run_json("CUBA", "--probability", "0", "--neurons", "100", "--duration", "5000", "--seed", "3")
        self.assertAlmostEqual(r["rate_exc_hz"], 1000.0 / 52.957905, delta=0.2)
        self.assertAlmostEqual(r["cv_isi"], 0.0, places=12)
        self.assertEqual(r["synaptic_events"], 0)
        self.assertIsNone(r["ns_per_synaptic_event"])

    def test_a_network_that_died_out_is_said_to_have(self):
        weak = ["COBA", "--neurons", "400", "--gexc", "0", "--duration", "400"]
        text = self.run_program(*weak).stdout
        self.assertRegex(text, r"Warning: Activity died out: the last spike is at [0-9.]+ ms of 400 ms")
        report = self.run_json(*weak)
        self.assertTrue(report["died_out"])
        self.assertLess(report["last_spike_ms"], 300.0)
        tiny = self.run_program("COBA", "--neurons", "400", "--stim-duration", "0", "--duration", "200").stdout
        self.assertIn("Warning: There was no activity", tiny)
        self.assertNotIn("Warning", self.run_program("CUBA", *SMALL).stdout)

    def test_help_and_version_start_nothing(self):
        self.assertIn("--duration MS", self.run_program("--help").stdout)
        self.assertIn("--duration MS", self.run_program("COBA", "-h").stdout)
        self.assertRegex(self.run_program("--version").stdout, r"^va-event \d+\.\d+\.\d+\n$")
        self.assertEqual(self.listing(), [])

    def test_debug_tells_parameters_steps_and_statistics_on_stderr(self):
        done = self.run_program("COBA", *SMALL, "--debug", "--quiet", "--method", "one-by-one")
        for text in ["tau_m = 20", "weights 0.004", "Connecting populations", "projection e2i", "one by one: sign"]:
            self.assertIn(text, done.stderr)
        self.assertNotIn("tau_m", done.stdout)
        self.assertRegex(done.stderr, r"population \S+: one-by-one \(asked for\)")
        self.assertIn("simulated", self.run_program("COBA", *SMALL, "--debug", "trace", "--quiet").stderr)
        self.assertEqual(self.run_program("COBA", *SMALL, "--debug", "error", "--quiet").stderr, "")

    def test_a_pipe_gets_lines_without_control_characters(self):
        done = self.run_program("COBA", *SMALL, "--debug")
        for text in [done.stdout, done.stderr]:
            self.assertEqual(re.findall(r"[\x00-\x09\x0b-\x1f\x7f]", text), [])
        progress = re.findall(r"(?m)^ *(\d+) %  [0-9.]+ of 150 ms$", done.stderr)
        self.assertEqual(progress[-1], "100")
        self.assertEqual(progress, sorted(progress, key=int))
        self.assertLessEqual(len(progress), 10)

    def test_a_terminal_gets_a_bar_with_time_and_speed(self):
        text = self.run_on_terminal("COBA", *SMALL)
        self.assertRegex(text, r"\r\x1b\[2K\[=*>? *\] +\d+ %  \d+ of 150 ms")
        self.assertRegex(text, r"100 %  150 of 150 ms  [0-9.e+-]+ x real time")
        self.assertNotIn("\x1b", self.run_on_terminal("COBA", *SMALL, "--quiet"))

    def run_on_terminal(self, *arguments):
        """What a terminal shows: stdout and stderr."""
        ours, theirs = pty.openpty()
        process = subprocess.Popen([PROGRAM, *arguments], cwd=self.folder, stdin=theirs, stdout=theirs, stderr=theirs,
                                   env={**os.environ, "TERM": "xterm"})
        os.close(theirs)
        shown = b""
        while True:
            select.select([ours], [], [])
            try:
                piece = os.read(ours, 65536)
            except OSError:  # Linux reports the closed terminal as an error
                break
            if not piece:
                break
            shown += piece
        os.close(ours)
        self.assertEqual(process.wait(), 0)
        return shown.decode()

    def test_a_closed_pipe_does_not_cost_the_files(self):
        process = subprocess.Popen([PROGRAM, "COBA", *SMALL], cwd=self.folder, stdout=subprocess.PIPE,
                                   stderr=subprocess.PIPE, text=True)
        process.stdout.close()
        message = process.stderr.read()
        process.stderr.close()
        self.assertEqual(process.wait(), 1)
        self.assertIn("the report cannot be written to standard output", message)
        self.assertIn("va_COBA.json", self.listing("results"))

    @unittest.skipUnless(os.path.exists("/dev/full"), "the system has no full device")
    def test_a_report_that_cannot_be_printed_is_a_failure(self):
        with open("/dev/full", "w") as full:
            code = subprocess.run([PROGRAM, "COBA", *SMALL], cwd=self.folder, stdout=full,
                                  stderr=subprocess.DEVNULL).returncode
        self.assertEqual(code, 1)
        self.assertIn("va_COBA.json", self.listing("results"))


if __name__ == "__main__":
    unittest.main()

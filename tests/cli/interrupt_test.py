# SPDX-License-Identifier: Apache-2.0
"""Ctrl-C and SIGTERM: an early but clean end."""

import json
import shutil
import signal
import subprocess
import unittest

from program import PROGRAM, CommandLineTest

# Longer than anybody waits; trace messages tell when the simulation is under way.
ENDLESS = ["CUBA", "--neurons", "100", "--probability", "0.1", "--duration", "1e9", "--debug", "trace"]


class Interrupts(CommandLineTest):
    def interrupted(self, sent, *arguments, after=" simulated 100"):
        """(exit code, stdout, stderr) of a run that gets the signal when it has said `after`."""
        process = subprocess.Popen([PROGRAM, *ENDLESS, *arguments], cwd=self.folder, stdout=subprocess.PIPE,
                                   stderr=subprocess.PIPE, text=True)
        self.addCleanup(process.kill)
        before = ""
        while after not in before and process.poll() is None:
            before = process.stderr.readline()
        process.send_signal(sent)
        out, errors = process.communicate(timeout=120)
        return process.returncode, out, errors

    def test_signals_end_the_run_with_everything_so_far_written(self):
        for sent, code, word in [(signal.SIGINT, 130, "Ctrl-C"), (signal.SIGTERM, 143, "SIGTERM")]:
            with self.subTest(signal=word):
                output = word.lower()
                returned, out, errors = self.interrupted(sent, "--record", "spikes", "--json", "--output", output)
                self.assertEqual(returned, code)
                self.assertRegex(errors, rf"va-event: stopped by {word} at [0-9.e+]+ of 1e\+09 ms; "
                                         "everything simulated so far is written")
                report = json.loads(out)
                self.assertTrue(report["interrupted"])
                self.assertLess(report["simulated_ms"], 1e9)
                spikes = []
                for group in ["exc", "inh"]:
                    with open(self.path(output, f"va_CUBA_{group}.gdf")) as file:
                        spikes += [float(line.split()[1]) for line in file]
                self.assertEqual(len(spikes), report["spikes"])
                self.assertLess(max(spikes), report["simulated_ms"])
                with open(self.path(output, "va_CUBA.json")) as file:
                    self.assertTrue(json.load(file)["interrupted"])
                self.assertEqual(self.listing(output), ["va_CUBA.json", "va_CUBA_exc.gdf", "va_CUBA_inh.gdf"])

    def test_an_interrupted_run_is_the_beginning_of_the_whole_one(self):
        _, out, _ = self.interrupted(signal.SIGINT, "--record", "spikes", "--json", "--seed", "4")
        stop = json.loads(out)["simulated_ms"]
        self.run_program("CUBA", "--neurons", "100", "--probability", "0.1", "--duration", repr(min(stop, 3000.0)),
                         "--seed", "4", "--record", "spikes", "--output", "whole")
        for group in ["exc", "inh"]:
            with open(self.path("results", f"va_CUBA_{group}.gdf")) as file:
                part = file.read()
            with open(self.path("whole", f"va_CUBA_{group}.gdf")) as file:
                self.assertTrue(part.startswith(file.read()))

    @unittest.skipUnless(shutil.which("gnuplot"), "gnuplot is not installed")
    def test_a_signal_before_the_first_event_ends_as_cleanly(self):
        code, out, _ = self.interrupted(signal.SIGINT, "--json", "--format", "gdf,csv,npz,h5", "--record", "spikes",
                                        "--plot-figure", "--record-cells", "1", "--sampling-interval", "1000",
                                        after="Running simulation")
        self.assertEqual(code, 130)
        self.assertTrue(json.loads(out)["interrupted"])
        self.assertIn("va_CUBA.json", self.listing("results"))

    def test_the_report_says_that_the_run_was_interrupted(self):
        code, out, errors = self.interrupted(signal.SIGINT, "--format", "none")
        self.assertEqual(code, 130)
        self.assertRegex(out, r"Simulated time +: [0-9.e+]+ ms \(interrupted\)")
        self.assertIn("nothing was to be written", errors)


if __name__ == "__main__":
    unittest.main()

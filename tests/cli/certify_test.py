# SPDX-License-Identifier: Apache-2.0
"""--precision and --certify."""

import decimal
import json
import re
import signal
import subprocess
import unittest

from program import PROGRAM, SMALL, CommandLineTest

TINY = ["--neurons", "100", "--probability", "0.2", "--duration", "60"]


class PrecisionTest(CommandLineTest):
    def spikes(self, folder, benchmark):
        """(time, cell, digits behind the point) of every excitatory spike."""
        with open(self.path(folder, f"va_{benchmark}_exc.gdf")) as file:
            lines = [line.split() for line in file]
        return [(decimal.Decimal(time), int(cell), len(time.partition(".")[2])) for cell, time in lines]

    def test_every_precision_has_the_same_spikes_with_its_own_digits(self):
        decimal.getcontext().prec = 120
        for benchmark in ["COBA", "CUBA"]:
            runs = {}
            for precision in ["double", "quad", "50", "100"]:
                report = self.run_json(benchmark, *TINY, "--record", "spikes", "--precision", precision,
                                       "--output", precision)
                self.assertEqual(report["precision"], precision)
                runs[precision] = self.spikes(precision, benchmark)
            exact = runs["100"]
            self.assertGreater(len(exact), 20)
            for precision, digits, error in [("double", 1, "1e-11"), ("quad", 34, "1e-28"), ("50", 50, "1e-43")]:
                self.assertEqual([spike[1] for spike in runs[precision]], [spike[1] for spike in exact])
                for ours, theirs in zip(runs[precision], exact):
                    self.assertGreaterEqual(ours[2], digits)
                    self.assertLess(abs(ours[0] - theirs[0]), decimal.Decimal(error))

    def test_the_sidecar_and_the_report_name_it(self):
        out = self.run_program("CUBA", *TINY, "--precision", "QUAD").stdout
        self.assertRegex(out, r"(?m)^Precision +: quad$")
        with open(self.path("results", "va_CUBA.json")) as file:
            self.assertEqual(json.load(file)["options"]["precision"], "quad")


class CertifyTest(CommandLineTest):
    def test_a_small_network_is_certified_in_text_json_and_sidecar(self):
        report = self.run_json("COBA", *TINY, "--certify")
        certificate = report["certificate"]
        self.assertTrue(certificate["complete"])
        self.assertEqual(certificate["correct_until_ms"], 60.0)
        result, check = certificate["result"], certificate["check"]
        self.assertEqual((result["precision"], result["reference"], check["reference"]), ("double", "quad", "50"))
        self.assertEqual(result["spikes_matched"], report["spikes"])
        self.assertEqual(check["spikes_matched"], report["spikes"])
        self.assertLess(result["max_dt_ms"], 1e-11)
        self.assertLess(check["max_dt_ms"], 1e-28)
        self.assertEqual(max(part["max_dt_ms"] for part in result["growth"]), result["max_dt_ms"])
        self.assertGreater(certificate["closest_approach"]["distance_mv"], 0.0)
        self.assertEqual((result["draws"], result["closest_draw"]), (0, None))  # it has no stochastic synapses
        with open(self.path("results", "va_COBA.json")) as file:
            self.assertEqual(json.load(file)["results"]["certificate"], certificate)

        done = self.run_program("COBA", *TINY, "--certify")
        text = " ".join(done.stdout.split())
        self.assertIn("Certificate: correct until t = 60 ms: " + f"{report['spikes']} of {report['spikes']} spikes", text)
        self.assertIn("reference: quad, checked against 50 digits", text)
        self.assertIn("0 Certifying: double beside quad...", done.stdout)
        self.assertIn("0 Certifying: quad beside 50 digits...", done.stdout)
        self.assertLessEqual(max(len(line) for line in done.stdout.splitlines() if "|dt|" in line), 79)

    def test_without_it_there_is_no_certificate(self):
        self.assertIsNone(self.run_json("CUBA", *SMALL)["certificate"])

    def test_the_precisions_can_be_chosen(self):
        report = self.run_json("CUBA", *TINY, "--certify", "--certify-reference", "50", "--certify-check", "none",
                               "--format", "none")
        self.assertEqual(report["certificate"]["result"]["reference"], "50")
        self.assertIsNone(report["certificate"]["check"])
        self.assertTrue(report["certificate"]["complete"])

    def test_ctrl_c_gives_the_certificate_up_to_there(self):
        process = subprocess.Popen([PROGRAM, "CUBA", "--neurons", "400", "--probability", "0.1", "--duration", "20000",
                                    "--certify", "--json", "--record", "spikes"], cwd=self.folder,
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.addCleanup(process.kill)
        line = ""
        while "Certifying" not in line and process.poll() is None:
            line = process.stderr.readline()
        process.send_signal(signal.SIGINT)
        out, errors = process.communicate(timeout=300)
        self.assertEqual(process.returncode, 130)
        self.assertIn("stopped by Ctrl-C; the run is complete, the certificate is not", errors)
        report = json.loads(out)
        self.assertFalse(report["interrupted"])
        self.assertFalse(report["certificate"]["complete"])
        self.assertLess(report["certificate"]["correct_until_ms"], 20000.0)
        self.assertTrue(re.match("a request to stop at ", report["certificate"]["result"]["limited_by"]))
        with open(self.path("results", "va_CUBA.json")) as file:
            self.assertEqual(json.load(file)["results"]["certificate"], report["certificate"])


if __name__ == "__main__":
    unittest.main()

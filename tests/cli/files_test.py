# SPDX-License-Identifier: Apache-2.0
"""The files, read back by independent readers, and what happens when they cannot be written."""

import csv
import json
import os
import resource
import shutil
import signal
import struct
import subprocess
import unittest
from fractions import Fraction

from program import PROGRAM, SMALL, CommandLineTest

try:
    import numpy
except ImportError:
    numpy = None
try:
    import h5py
except ImportError:
    h5py = None

FORMATS = ["gdf", "csv"] + (["npz"] if numpy else []) + (["h5"] if h5py else [])


def read_spikes(path):
    """[(exact time in ms, id)] of a spike file, as the file orders them."""
    if path.endswith(".gdf"):
        with open(path) as file:
            lines = [line.split() for line in file if not line.startswith("#")]
        return [(Fraction(time), int(cell)) for cell, time in lines]
    if path.endswith(".csv"):
        with open(path, newline="") as file:
            return [(Fraction(row["time_ms"]), int(row["id"])) for row in csv.DictReader(file)]
    if path.endswith(".npz"):
        with numpy.load(path) as arrays:
            columns = [arrays[name].tolist() for name in ("times", "times_residual", "ids")]
    else:
        with h5py.File(path, "r") as file:
            (population,) = [group for group in file["spikes"].values() if len(group["node_ids"]) > 0]
            columns = [population[name][:].tolist() for name in ("timestamps", "timestamps_residual", "node_ids")]
    return [(Fraction(time) + Fraction(residual), cell) for time, residual, cell in zip(*columns)]


def read_signal(path):
    """(times in ms, ids, rows of values) of a signal file."""
    if path.endswith(".csv"):
        with open(path, newline="") as file:
            header, *rows = list(csv.reader(file))
        rows = [[float(value) for value in row] for row in rows]
        return [row[0] for row in rows], [int(cell) for cell in header[1:]], [row[1:] for row in rows]
    if path.endswith(".npz"):
        with numpy.load(path) as arrays:
            return arrays["times"].tolist(), arrays["ids"].tolist(), arrays["values"].tolist()
    with h5py.File(path, "r") as file:
        (population,) = [group for group in file["report"].values() if len(group["mapping/node_ids"]) > 0]
        start, _, step = population["mapping/time"][:].tolist()
        rows = population["data"][:].tolist()
        return [start + k * step for k in range(len(rows))], population["mapping/node_ids"][:].tolist(), rows


class Files(CommandLineTest):
    def test_spikes_in_every_format_are_those_of_the_report(self):
        report = self.run_json("COBA", *SMALL, "--format", ",".join(FORMATS), "--output", "out")
        self.assertEqual(sorted(os.path.basename(file) for file in report["files"]), self.listing("out"))
        for group, first, cells in [("exc", 0, 320), ("inh", 320, 80)]:
            reference = read_spikes(self.path("out", f"va_COBA_{group}.csv"))
            rate = len(reference) / cells / 0.150
            self.assertAlmostEqual(rate, report[f"rate_{group}_hz"], places=9)
            self.assertEqual(reference, sorted(reference))
            self.assertTrue(all(0.0 <= time < 150.0 for time, _ in reference))
            self.assertTrue(all(first <= cell < first + cells for _, cell in reference))
            for ending in FORMATS:
                with self.subTest(group=group, format=ending):
                    spikes = read_spikes(self.path("out", f"va_COBA_{group}.{ending}"))
                    if ending == "h5":  # SONATA counts nodes within their population
                        spikes = [(time, cell + first) for time, cell in spikes]
                    self.assertEqual([cell for _, cell in spikes], [cell for _, cell in reference])
                    # Text has the shortest digits that are read back as the same time; its resolution is 2^-53 ms.
                    self.assertTrue(all(abs(a - b) < Fraction(1, 2**53) for (a, _), (b, _) in zip(spikes, reference)))

    @unittest.skipUnless(h5py and numpy, "numpy or h5py is not installed")
    def test_times_in_text_read_as_the_doubles_of_binary_files(self):
        self.run_program("COBA", *SMALL[:4], "--duration", "400", "--format", ",".join(FORMATS))
        with open(self.path("results", "va_COBA_exc.gdf"), encoding="ascii") as file:
            gdf = [float(line.split()[1]) for line in file]
        with open(self.path("results", "va_COBA_exc.csv"), encoding="ascii") as file:
            self.assertEqual([float(line.split(",")[1]) for line in list(file)[1:]], gdf)
        with h5py.File(self.path("results", "va_COBA_exc.h5"), "r") as file:
            self.assertEqual(file["spikes/Excitatory_Cells/timestamps"][:].tolist(), gdf)
        with numpy.load(self.path("results", "va_COBA_exc.npz")) as arrays:
            self.assertEqual(arrays["times"].tolist(), gdf)
        self.assertGreater(len(gdf), 300)

    def test_potentials_in_every_format_are_the_same(self):
        self.run_program("CUBA", *SMALL, "--format", ",".join(FORMATS), "--record-cells", "3",
                         "--sampling-interval", "0.5")
        self.assertNotIn("va_CUBA_v_exc.gdf", self.listing("results"))
        reference = read_signal(self.path("results", "va_CUBA_v_exc.csv"))
        times, ids, rows = reference
        self.assertEqual(ids, [0, 1, 2])
        self.assertEqual(times, [0.5 * k for k in range(300)])
        self.assertTrue(all(-120.0 < value <= -50.0 for row in rows for value in row))
        for ending in FORMATS[2:]:
            with self.subTest(format=ending):
                others = read_signal(self.path("results", f"va_CUBA_v_exc.{ending}"))
                for time, other in zip(times, others[0]):
                    self.assertAlmostEqual(time, other, places=9)
                exact = reference[2]
                if ending == "h5":  # SONATA's values have single precision
                    exact = [[struct.unpack("f", struct.pack("f", value))[0] for value in row] for row in exact]
                self.assertEqual(others[1:], (ids, exact))

    def test_the_variables_of_record_are_written_and_no_others(self):
        self.run_program("COBA", *SMALL, "--record", "gsyn_exc,gsyn_inh")
        self.assertEqual(
            self.listing("results"), ["va_COBA.json", "va_COBA_gsyn_exc_exc.csv", "va_COBA_gsyn_inh_exc.csv"]
        )
        _, ids, rows = read_signal(self.path("results", "va_COBA_gsyn_exc_exc.csv"))
        self.assertEqual(ids, [0, 1])
        self.assertTrue(all(value >= 0.0 for row in rows for value in row))
        self.assertTrue(any(value > 0.0 for row in rows for value in row))
        self.run_program("CUBA", *SMALL, "--record", "spikes,isyn_inh", "--output", "cuba")
        self.assertIn("va_CUBA_isyn_inh_exc.csv", self.listing("cuba"))
        self.assertNotIn("va_CUBA_v_exc.csv", self.listing("cuba"))

    def test_what_is_recorded_does_not_change_the_simulation(self):
        results = [
            self.run_json("COBA", *SMALL, "--record", record, "--sampling-interval", interval)
            for record, interval in [("spikes", "0.1"), ("spikes,v,gsyn_exc,gsyn_inh", "0.037")]
        ]
        for key in ["spikes", "synaptic_events", "last_spike_ms"]:
            self.assertEqual(results[0][key], results[1][key])

    def test_format_none_writes_nothing(self):
        report = self.run_json("COBA", *SMALL, "--format", "none")
        self.assertEqual(report["files"], [])
        self.assertEqual(self.listing(), [])

    def test_a_second_run_into_a_folder_is_told_of_the_first(self):
        words = "va-event: another run is writing into results"
        first = subprocess.Popen([PROGRAM, "COBA", *SMALL[:4], "--duration", "2000", "--debug", "trace"],
                                 cwd=self.folder, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        self.addCleanup(first.kill)
        while " simulated 1" not in first.stderr.readline() and first.poll() is None:
            pass
        self.assertIn(words, self.run_program("COBA", *SMALL).stderr)
        self.assertNotIn("another run", self.run_program("COBA", *SMALL, "--output", "other").stderr)
        first.kill()
        first.communicate()
        self.assertNotIn("another run", self.run_program("COBA", *SMALL).stderr)

    def test_a_link_to_nothing_is_named(self):
        os.symlink("gone", self.path("link"))
        for folder in ["link", "link/below"]:
            done = self.run_program("COBA", *SMALL, "--output", folder, code=2)
            self.assertIn("the link link leads to gone, which does not exist", done.stderr)

    def test_missing_folders_are_made(self):
        self.run_program("COBA", *SMALL, "--output", "a/b c/d")
        self.assertIn("va_COBA.json", self.listing("a", "b c", "d"))

    def test_the_sidecar_tells_what_is_needed_to_repeat_the_run(self):
        report = self.run_json("COBA", *SMALL, "--seed", "5", "--delay", "0.7", "--ginh", "60")
        with open(self.path("results", "va_COBA.json")) as file:
            sidecar = json.load(file)
        self.assertEqual((sidecar["benchmark"], sidecar["seed"], sidecar["interrupted"]), ("COBA", 5, False))
        self.assertEqual(sidecar["version"], report["version"])
        network = sidecar["network"]
        self.assertEqual(network["delay"], {"value": 0.7, "unit": "ms"})
        self.assertEqual(network["g_inh"], {"value": 60.0, "unit": "nS"})
        self.assertEqual(network["weight_inh"]["unit"], "uS")
        self.assertEqual(network["stimulus"]["rate"], {"value": 100.0, "unit": "Hz"})
        self.assertEqual(sidecar["cells"]["model"], "IF_cond_exp")
        for name, value, unit in [("tau_m", 20.0, "ms"), ("cm", 0.2, "nF"), ("e_rev_I", -80.0, "mV")]:
            self.assertEqual(sidecar["cells"]["parameters"][name], {"value": value, "unit": unit})
        ranges = {p["label"]: (p["first_id"], p["size"], p["cell_type"]) for p in sidecar["populations"]}
        self.assertEqual(ranges["Excitatory_Cells"], (0, 320, "IF_cond_exp"))
        self.assertEqual(ranges["Inhibitory_Cells"], (320, 80, "IF_cond_exp"))
        self.assertEqual(ranges["expoisson"], (400, 20, "SpikeSourcePoisson"))
        self.assertEqual(sidecar["results"]["spikes"], report["spikes"])
        self.assertEqual(sidecar["options"]["duration"], {"value": 150.0, "unit": "ms"})
        for data in sidecar["data"]:
            self.assertTrue(os.path.exists(self.path("results", data["file"])))

    def test_a_full_disk_costs_neither_the_summary_nor_leaves_half_a_file(self):
        def small_files_only():  # a file that grows beyond this fails as on a full disk
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (2000, 2000))

        done = self.run_program("COBA", *SMALL, code=1, preexec_fn=small_files_only)
        self.assertIn("--- Vogels-Abbott Network Simulation ---", done.stdout)
        self.assertRegex(done.stdout, r"Excitatory rate +: [0-9.]+ Hz")
        self.assertIn("va-event: ", done.stderr)
        self.assertIn("va_COBA_exc.gdf", done.stderr)
        self.assertEqual(self.listing("results"), [])

    def test_a_file_that_cannot_be_written_keeps_no_other_from_it_and_is_written_elsewhere(self):
        self.run_program("COBA", *SMALL, "--output", "whole")
        os.makedirs(self.path("results"))
        os.makedirs(self.path("elsewhere"))
        os.mkfifo(self.path("results", "va_COBA_exc.gdf"))
        done = self.run_program("COBA", *SMALL, "--json", code=1, env={**os.environ, "TMPDIR": self.path("elsewhere")})
        report = json.loads(done.stdout)
        (folder,) = self.listing("elsewhere")
        instead = self.path("elsewhere", folder, "va_COBA_exc.gdf")
        reason = "results/va_COBA_exc.gdf: exists and is not a regular file"
        self.assertEqual(report["failures"],
                         [{"file": "results/va_COBA_exc.gdf", "reason": reason, "written_to": instead}])
        self.assertIn(f"va-event: {reason}; written to {instead} instead\n", done.stderr)
        self.assertEqual(report["files"], [instead, "results/va_COBA_inh.gdf", "results/va_COBA_v_exc.csv",
                                           "results/va_COBA.json"])
        for where, name in [(("elsewhere", folder), "va_COBA_exc.gdf"), (("results",), "va_COBA_inh.gdf"),
                            (("results",), "va_COBA_v_exc.csv")]:
            with open(self.path(*where, name), "rb") as file, open(self.path("whole", name), "rb") as whole:
                self.assertEqual(file.read(), whole.read(), name)

    def test_what_fits_nowhere_is_named_and_the_rest_is_written(self):
        def small_files_only():  # enough for the spikes, but not for the potentials
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (30000, 30000))

        os.makedirs(self.path("elsewhere"))
        done = self.run_program("COBA", *SMALL, "--record", "v,spikes", "--sampling-interval", "0.01", "--json", code=1,
                                preexec_fn=small_files_only, env={**os.environ, "TMPDIR": self.path("elsewhere")})
        self.assertIn("va-event: results/va_COBA_v_exc.csv: File too large\n", done.stderr)
        self.assertEqual(self.listing("results"), ["va_COBA.json", "va_COBA_exc.gdf", "va_COBA_inh.gdf"])
        self.assertEqual(json.loads(done.stdout)["failures"][0]["written_to"], None)
        self.assertEqual(self.listing("elsewhere"), [])

    def test_a_folder_that_is_deleted_during_the_run_is_made_again(self):
        process = subprocess.Popen([PROGRAM, "COBA", *SMALL[:4], "--duration", "2000", "--debug", "trace"],
                                   cwd=self.folder, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        self.addCleanup(process.kill)
        line = ""
        while " simulated 1" not in line and process.poll() is None:
            line = process.stderr.readline()
        shutil.rmtree(self.path("results"))
        _, errors = process.communicate(timeout=120)
        self.assertEqual(process.returncode, 0, errors)
        self.assertEqual(self.listing("results"),
                         ["va_COBA.json", "va_COBA_exc.gdf", "va_COBA_inh.gdf", "va_COBA_v_exc.csv"])

    def test_a_full_disk_leaves_json_readable(self):
        def small_files_only():
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (2000, 2000))

        done = self.run_program("COBA", *SMALL, "--json", code=1, preexec_fn=small_files_only)
        report = json.loads(done.stdout)
        self.assertEqual(report["files"], [])
        self.assertGreater(report["spikes"], 0)


if __name__ == "__main__":
    unittest.main()

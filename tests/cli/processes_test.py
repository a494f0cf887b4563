# SPDX-License-Identifier: Apache-2.0
"""Several processes that mpirun starts: the files are those of one, byte for byte, and what fails ends all of them."""

import glob
import json
import os
import signal
import subprocess
import time
import unittest

from program import PROGRAM, SMALL, CommandLineTest

# On machines with few cores, and in containers where everybody is root.
os.environ.update(OMPI_ALLOW_RUN_AS_ROOT="1", OMPI_ALLOW_RUN_AS_ROOT_CONFIRM="1")
os.environ.setdefault("OMPI_MCA_mpi_yield_when_idle", "1")  # there are more processes than cores
MPIRUN = [os.environ["MPIRUN"], *os.environ.get("MPIRUN_FLAGS", "--oversubscribe").split()]


class Processes(CommandLineTest):
    def run_together(self, count, *arguments, code=0):
        done = subprocess.run([*MPIRUN, "-n", str(count), PROGRAM, *arguments], cwd=self.folder,
                              stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=300)
        self.assertEqual(done.returncode, code, f"{arguments}\n{done.stdout}\n{done.stderr}")
        return done

    def expect_same_files(self, folder, reference):
        """All but the sidecars, which tell how long it took and on how many processes."""
        names = [name for name in self.listing(reference) if not name.endswith(".json")]
        self.assertGreaterEqual(len(names), 3)
        for name in names:
            with open(self.path(folder, name), "rb") as mine, open(self.path(reference, name), "rb") as theirs:
                self.assertEqual(mine.read(), theirs.read(), name)

    def test_files_are_the_same_for_any_number(self):
        for benchmark, variant in (("COBA", []), ("CUBA", ["--use-views"]), ("COBA", ["--use-assembly", "--use-csa"]),
                                   ("CUBA", ["--plasticity", "stdp"])):
            run = [benchmark, *SMALL, *variant, "--format", "gdf,csv,npz,h5", "--record-cells", "40", "--quiet"]
            run += ["--record", "spikes,v", "--checkpoint-every", "50"]
            self.run_program(*run, "--output", "alone")
            for count, threads in ((1, 2), (2, 1), (2, 2), (4, 1)):
                with self.subTest(benchmark=benchmark, variant=variant, count=count, threads=threads):
                    self.run_together(count, *run, "--threads", str(threads), "--output", "together")
                    self.expect_same_files("together", "alone")

    def test_the_report_counts_for_all_of_them(self):
        alone = self.run_json("COBA", *SMALL)
        together = json.loads(self.run_together(3, "COBA", *SMALL, "--json").stdout)
        self.assertEqual((alone["processes"], together["processes"]), (1, 3))
        for name in ("synapses", "external_synapses", "projections", "spikes", "synaptic_events", "rate_exc_hz",
                     "rate_inh_hz", "cv_isi", "intervals"):
            self.assertEqual(together[name], alone[name], name)

    def test_a_run_goes_on_with_another_number(self):
        self.run_program("COBA", *SMALL, "--quiet", "--output", "whole")
        first = [*SMALL[:-1], "70"]
        self.run_together(3, "COBA", *first, "--checkpoint-every", "30", "--quiet", "--output", "parts")
        self.run_together(2, "COBA", *SMALL, "--resume", "--quiet", "--output", "parts")
        self.expect_same_files("parts", "whole")

    def test_wrong_use_is_said_once(self):
        for wrong in (["--gexc", "-1"], ["--output", "/proc/nowhere"], ["--resume"], ["--certify"]):
            with self.subTest(wrong=wrong):
                done = self.run_together(3, "CUBA", *SMALL, *wrong, code=2)
                self.assertEqual(done.stderr.count("va-event: " + wrong[0]), 1, done.stderr)

    def test_one_that_dies_ends_all_with_a_message(self):
        # Long enough that it would be running still.
        job = subprocess.Popen([*MPIRUN, "-n", "3", PROGRAM, "CUBA", "--neurons", "2000", "--duration", "1e7", "--quiet"],
                               cwd=self.folder, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                               stderr=subprocess.PIPE, text=True)
        try:
            victim = None
            deadline = time.monotonic() + 60
            while victim is None and time.monotonic() < deadline:
                victims = [pid for pid in self.children(job.pid) if self.rank(pid) == "1"]
                victim = victims[0] if victims else None
                time.sleep(0.5)  # so that it runs
            self.assertIsNotNone(victim)
            os.kill(victim, signal.SIGKILL)
            _, errors = job.communicate(timeout=60)
        finally:
            job.kill()
        self.assertNotEqual(job.returncode, 0)
        self.assertRegex(errors, "(?i)signal|killed")

    @staticmethod
    def children(parent):
        found = []
        for path in glob.glob("/proc/[0-9]*/stat"):
            try:
                with open(path) as file:
                    if int(file.read().rpartition(")")[2].split()[1]) == parent:
                        found.append(int(path.split("/")[2]))
            except (FileNotFoundError, ProcessLookupError):
                pass
        return found

    @staticmethod
    def rank(pid):
        try:
            with open(f"/proc/{pid}/environ") as file:
                variables = dict(entry.partition("=")[::2] for entry in file.read().split("\0"))
            return variables.get("OMPI_COMM_WORLD_RANK") or variables.get("PMI_RANK")
        except (FileNotFoundError, ProcessLookupError):
            return None


if __name__ == "__main__":
    unittest.main()

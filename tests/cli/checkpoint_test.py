# SPDX-License-Identifier: Apache-2.0
"""Runs that are killed, and go on from their last checkpoint; and checkpoints that are refused."""

import json
import os
import random
import resource
import shutil
import signal
import subprocess
import time
import unittest

from program import PROGRAM, SMALL, CommandLineTest

NETWORK = SMALL[:4]  # without the duration
FILES = ["va_COBA_exc.gdf", "va_COBA_inh.gdf", "va_COBA_v_exc.csv"]
CHECKPOINT = "va_COBA.checkpoint"


class Checkpoints(CommandLineTest):
    def read(self, *names):
        with open(self.path(*names), "rb") as file:
            return file.read()

    def expect_same_files(self, folder, reference):
        for name in FILES:
            self.assertEqual(self.read(folder, name), self.read(reference, name), name)

    def refused(self, *arguments):
        run = dict(zip(SMALL[::2], SMALL[1::2])) | dict(zip(arguments[::2], arguments[1::2]))
        done = self.run_program("COBA", "--resume", *(word for pair in run.items() for word in pair), code=2)
        self.assertIn(os.path.join("results", CHECKPOINT), done.stderr)
        return done.stderr

    def test_a_run_that_is_killed_again_and_again_comes_to_the_same_end(self):
        run = ["COBA", "--neurons", "1000", "--probability", "0.05", "--seed", "3", "--duration", "6000", "--quiet"]
        begin = time.monotonic()
        self.run_program(*run, "--output", "whole")
        whole_run = time.monotonic() - begin
        draw = random.Random(5)
        kills = kills_after_resuming = runs = 0
        sizes = set()  # the more spikes a checkpoint holds, the larger it is
        # How often a process is killed before its first checkpoint, and how often it has ended before, is a matter of
        # luck and of the machine.
        while kills < 12 or kills_after_resuming < 4 or len(sizes) < 4:
            runs += 1
            self.assertLess(runs, 300, f"{kills} kills, {kills_after_resuming} after resuming, {len(sizes)} checkpoints")
            has_checkpoint = os.path.exists(self.path("killed", CHECKPOINT))
            process = subprocess.Popen(
                [PROGRAM, *run, "--checkpoint-every", "5", "--threads", str(1 + kills % 2), "--output", "killed"]
                + ["--resume"] * has_checkpoint,
                cwd=self.folder, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
            try:
                _, errors = process.communicate(timeout=draw.uniform(0.0, 0.3) * whole_run)
                self.assertEqual(process.returncode, 0, errors)
                self.expect_same_files("killed", "whole")
                shutil.rmtree(self.path("killed"))  # so fast: once more
            except subprocess.TimeoutExpired:
                process.kill()
                process.communicate()
                kills += 1
                kills_after_resuming += has_checkpoint
                if os.path.exists(self.path("killed", CHECKPOINT)):
                    sizes.add(os.path.getsize(self.path("killed", CHECKPOINT)))
                    whole_files = [name for name in self.listing("killed") if not name.startswith(".")]
                    self.assertEqual(whole_files, [CHECKPOINT])
        self.run_program(*run, "--resume", "--output", "killed")
        self.expect_same_files("killed", "whole")

    def test_an_interrupted_run_goes_on_where_it_was_interrupted(self):
        run = ["COBA", *NETWORK, "--duration", "3000", "--checkpoint-every", "1e9"]
        process = subprocess.Popen([PROGRAM, *run, "--debug", "trace"], cwd=self.folder, stdout=subprocess.PIPE,
                                   stderr=subprocess.PIPE, text=True)
        self.addCleanup(process.kill)
        before = ""
        while " simulated 10" not in before and process.poll() is None:
            before = process.stderr.readline()
        process.send_signal(signal.SIGTERM)
        _, errors = process.communicate(timeout=120)
        self.assertEqual(process.returncode, 143, errors)
        self.assertIn("everything simulated so far is written; --resume goes on from there", errors)
        with open(self.path("results", "va_COBA.json")) as file:
            stopped = json.load(file)["results"]["simulated_ms"]
        self.assertTrue(0 < stopped < 3000)
        report = self.run_json(*run, "--resume")
        self.assertEqual(report["resumed_at_ms"], stopped)
        self.assertEqual(report["simulated_ms"], 3000)
        self.run_program(*run[:-2], "--output", "whole")
        self.expect_same_files("results", "whole")

    def test_a_complete_run_goes_on_with_a_longer_duration(self):
        done = self.run_program("COBA", *SMALL, "--checkpoint-every", "40")
        self.assertNotIn("Resumed at", done.stdout)
        done = self.run_program("COBA", *NETWORK, "--duration", "400", "--resume", "--threads", "2", "--format", "gdf,csv")
        self.assertIn("0 Resuming at 150 ms from results/va_COBA.checkpoint...", done.stdout)
        self.assertRegex(done.stdout, r"Resumed at +: 150 ms")
        whole = self.run_json("COBA", *NETWORK, "--duration", "400", "--output", "whole")
        self.expect_same_files("results", "whole")
        with open(self.path("results", "va_COBA.json")) as file:
            results = json.load(file)["results"]
        for key in ["spikes", "synaptic_events", "intervals", "rate_exc_hz", "cv_isi", "last_spike_ms"]:
            self.assertEqual(results[key], whole[key])
        self.assertEqual((results["resumed_at_ms"], whole["resumed_at_ms"]), (150, None))
        again = self.run_json("COBA", *SMALL, "--resume")  # nothing is left to do
        self.assertEqual((again["simulated_ms"], again["resumed_at_ms"]), (150, 150))

    def test_checkpoints_change_nothing(self):
        for every in ["1", "16", "1e-9", "49.99"]:
            duration = "1e-6" if every == "1e-9" else "150"
            with self.subTest(every=every):
                run = ["COBA", *NETWORK, "--duration", duration]
                self.run_program(*run, "--checkpoint-every", every, "--output", "with")
                self.run_program(*run, "--output", "without")
                self.expect_same_files("with", "without")

    def test_without_a_checkpoint_there_is_nothing_to_resume(self):
        self.assertIn("--resume = results/va_COBA.checkpoint: must be a file", self.refused())
        self.assertEqual(self.listing(), [], "nothing may be started")

    def test_the_checkpoint_of_another_run_is_refused(self):
        self.run_program("COBA", *SMALL, "--checkpoint-every", "100")
        for difference, more in [("seed 17 there, 4 here", ["--seed", "4"]),
                                 ("precision double there, quad here", ["--precision", "quad"]),
                                 ("size of population 0 320 there, 328 here", ["--neurons", "410"]),
                                 ("other synapses of projection 0", ["--gexc", "5"]),
                                 ("other synapses of projection 0", ["--delay", "0.3"]),
                                 ("other parameters of population 2", ["--rate", "90"]),
                                 ("other recorded cells and variables", ["--record-cells", "3"]),
                                 ("must be >= 150 ms, the time of results/va_COBA.checkpoint", ["--duration", "149"])]:
            with self.subTest(difference=difference):
                self.assertIn(difference, self.refused(*more))

    def test_a_damaged_checkpoint_is_refused(self):
        self.run_program("COBA", *SMALL, "--checkpoint-every", "100")
        good = self.read("results", CHECKPOINT)
        draw = random.Random(1)
        flipped = bytearray(good)
        flipped[draw.randrange(len(good))] ^= 1
        for what, bad in [("one bit", bytes(flipped)), ("the end", good[:-1]), ("half of it", good[: len(good) // 2]),
                          ("all of it", b""), ("another file", b"id,time_ms\n" * 100), ("more", good + b"\0")]:
            with self.subTest(wrong=what):
                with open(self.path("results", CHECKPOINT), "wb") as file:
                    file.write(bad)
                self.assertIn("must be a whole checkpoint, but is", self.refused())

    def test_a_checkpoint_that_cannot_be_written_costs_no_results(self):
        run = ["COBA", *NETWORK, "--record", "spikes"]
        self.run_program(*run, "--duration", "1", "--checkpoint-every", "1")
        shutil.copytree(self.path("results"), self.path("before"))

        def small_files_only():  # larger than what is written in the end, smaller than the checkpoint
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (20000, 20000))

        done = self.run_program(*run, "--duration", "20", "--checkpoint-every", "5", code=1, preexec_fn=small_files_only)
        self.assertIn("va-event: results/va_COBA.checkpoint: File too large", done.stderr)
        said = "va-event: results/va_COBA.checkpoint: File too large: no checkpoint at 5 ms"
        self.assertLess(done.stderr.index(said), done.stderr.index("20 of 20 ms"), "it is said at once")
        with open(self.path("results", "va_COBA.json"), encoding="utf-8") as file:
            checkpoints = json.load(file)["results"]["checkpoints"]
        self.assertEqual(checkpoints, {"written": 0, "failed": 4,
                                       "last_failure": "results/va_COBA.checkpoint: File too large"})
        self.assertEqual(self.read("results", CHECKPOINT), self.read("before", CHECKPOINT))
        self.run_program(*run, "--duration", "20", "--output", "whole")
        for name in FILES[:2]:
            self.assertEqual(self.read("results", name), self.read("whole", name))

    def test_a_checkpoint_that_fails_is_tried_again(self):
        os.makedirs(self.path("results"))
        os.mkfifo(self.path("results", CHECKPOINT))
        process = subprocess.Popen([PROGRAM, "COBA", *NETWORK, "--duration", "3000", "--checkpoint-every", "20", "--json"],
                                   cwd=self.folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.addCleanup(process.kill)
        line = ""
        while "no checkpoint at 20 ms" not in line and process.poll() is None:
            line = process.stderr.readline()
        os.remove(self.path("results", CHECKPOINT))
        report, errors = process.communicate(timeout=120)
        self.assertEqual(process.returncode, 0, errors)
        self.assertIn("va-event: results/va_COBA.checkpoint is written again, at ", errors)
        checkpoints = json.loads(report)["checkpoints"]
        self.assertEqual(checkpoints["written"] + checkpoints["failed"], 150)
        self.assertGreater(checkpoints["failed"], 0)
        self.assertIn("exists and is not a regular file", checkpoints["last_failure"])


if __name__ == "__main__":
    unittest.main()

# SPDX-License-Identifier: Apache-2.0
"""Runs the example programs (their paths are in environment variables) for the tests beside this file."""

import json
import os
import subprocess
import tempfile
import unittest

MICROCIRCUIT = os.environ["MICROCIRCUIT"]
BRUNEL = os.environ["BRUNEL"]
INHIBITORY_PLASTICITY = os.environ["INHIBITORY_PLASTICITY"]


class ExampleTest(unittest.TestCase):
    """Each test runs in a folder of its own."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="va_event_examples_")
        self.addCleanup(folder.cleanup)
        self.folder = folder.name

    def path(self, *names):
        return os.path.join(self.folder, *names)

    def read(self, *names):
        with open(self.path(*names), encoding="utf-8") as file:
            return file.read()

    def run_example(self, program, *arguments, code=0, **more):
        """The finished process; its exit code must be `code`."""
        done = subprocess.run([program, *arguments], cwd=self.folder, stdin=subprocess.DEVNULL, capture_output=True,
                              text=True, **more)
        self.assertEqual(done.returncode, code, f"{arguments}\n{done.stdout}\n{done.stderr}")
        return done

    def run_json(self, program, *arguments, **more):
        """stdout, read as one JSON object."""
        return json.loads(self.run_example(program, *arguments, "--json", **more).stdout)

    def assert_same_spikes_on_any_threads(self, program, *arguments):
        for threads in ["1", "2"]:
            self.run_example(program, *arguments, "--threads", threads, "--spikes", threads + ".gdf")
        self.assertGreater(len(self.read("1.gdf").splitlines()), 100)
        self.assertEqual(self.read("1.gdf"), self.read("2.gdf"))

# SPDX-License-Identifier: Apache-2.0
"""Runs va-crossval (its path is in the environment variable VA_CROSSVAL) for the tests beside this file."""

import os
import subprocess
import tempfile
import unittest


class CrossValidationTest(unittest.TestCase):
    """Each test runs in a folder of its own."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="va_crossval_")
        self.addCleanup(folder.cleanup)
        self.folder = folder.name

    def path(self, *names):
        return os.path.join(self.folder, *names)

    def run_program(self, *arguments, code=0, env=None):
        done = subprocess.run([os.environ["VA_CROSSVAL"], *arguments], cwd=self.folder, stdin=subprocess.DEVNULL,
                              capture_output=True, text=True, env={**os.environ, **(env or {})})
        self.assertEqual(done.returncode, code, f"{arguments}\n{done.stdout}\n{done.stderr}")
        return done

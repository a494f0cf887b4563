# SPDX-License-Identifier: Apache-2.0
"""Runs va-event (its path is in the environment variable VA_EVENT) for the tests beside this file."""

import json
import os
import subprocess
import tempfile
import unittest

PROGRAM = os.environ["VA_EVENT"]
# A network that is simulated within a blink, also under sanitizers.
SMALL = ["--neurons", "400", "--probability", "0.1", "--duration", "150"]


class CommandLineTest(unittest.TestCase):
    """Each test runs in a folder of its own."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="va_event_cli_")
        self.addCleanup(folder.cleanup)
        self.folder = folder.name

    def path(self, *names):
        return os.path.join(self.folder, *names)

    def listing(self, *names):
        return sorted(os.listdir(self.path(*names)))

    def run_program(self, *arguments, code=0, **more):
        """The finished process; its exit code must be `code`."""
        done = subprocess.run(
            [PROGRAM, *arguments], cwd=self.folder, stdin=subprocess.DEVNULL, capture_output=True, text=True, **more
        )
        self.assertEqual(done.returncode, code, f"{arguments}\n{done.stdout}\n{done.stderr}")
        return done

    def run_json(self, *arguments, **more):
        """stdout, read as one JSON object."""
        return json.loads(self.run_program(*arguments, "--json", **more).stdout)

# SPDX-License-Identifier: Apache-2.0
"""The Python example of README.md runs as it stands there."""

import contextlib
import io
import os
import pathlib
import re
import tempfile
import unittest

from neo.io import get_io

from support import main

README = pathlib.Path(__file__).resolve().parents[2] / "README.md"


class Readme(unittest.TestCase):
    def test_the_example_runs_and_writes_its_file(self):
        (program,) = re.findall(r"^```python\n(.*?)^```$", README.read_text(encoding="utf-8"), re.S | re.M)
        before, output = os.getcwd(), io.StringIO()
        with tempfile.TemporaryDirectory() as folder, contextlib.redirect_stdout(output):
            os.chdir(folder)
            try:
                exec(compile(program, "README.md", "exec"), {})
                segment = get_io("cells.pkl").read()[0].segments[0]
            finally:
                os.chdir(before)
        self.assertRegex(output.getvalue(), r"^[0-9.]+ Hz\n$")
        self.assertGreater(float(output.getvalue().split()[0]), 1.0)
        self.assertEqual(len(segment.spiketrains), 200)
        self.assertEqual(segment.analogsignals[0].shape, (801, 2))


if __name__ == "__main__":
    main()

# SPDX-License-Identifier: Apache-2.0
"""va-event: its program plastic_session (plastic/va_event.cpp)."""

import pathlib
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

from session import become, program_of_va_event, serve

PROGRAM = program_of_va_event("plastic_session")


def probe():
    return subprocess.run([PROGRAM, "--version"], check=True, capture_output=True, text=True).stdout.strip()


def build(task):
    become(PROGRAM, "--scale", task.neurons, "--threads", task.threads, "--seed", task.seed,
           "--source-delay", task.source_delay, *["--static"] * (task.input == "static"),
           *["--poisson"] * (task.input == "poisson"))


if __name__ == "__main__":
    serve(probe, build)

# SPDX-License-Identifier: Apache-2.0
"""What the simulators of microcircuit/, brunel/, balanced/ and plastic/ share: their command line and how published.py
talks with them.

    rival_x.py probe           prints the version; fails where the simulator is not installed
    rival_x.py prepare TASK    compiles what has to be compiled, once
    rival_x.py run TASK        builds the network, prints a line of JSON about that, then simulates, for each line of its
                               input, so many ms more as stand there, and prints another line, until its input ends

TASK is JSON with what published.py's TASK_KEYS say. First line: build_s (wall seconds, without start of the program and
compiling), neurons, synapses (between neurons), memory_bytes (resident memory that this took), peak_bytes (at most),
settings. Further lines: run_s, wall seconds of the simulation alone, and spikes, their number in each population. All
spikes are kept in memory while a line's time is simulated.
"""

import json
import os
import pathlib
import sys
import time
import types

HERE = pathlib.Path(__file__).resolve().parent


def serve(probe, build, prepare=None):
    """probe() returns the version or raises ImportError or OSError. build(task) returns a dictionary for the first line,
    where serve() adds the time and the memory, and a function that simulates so many ms and returns a dictionary for
    the further lines; or it replaces this process by a program that talks as told above."""
    action = sys.argv[1]
    if action == "probe":
        try:
            print(json.dumps({"version": probe()}))
        except (ImportError, OSError) as error:
            sys.exit(str(error))
        return
    task = types.SimpleNamespace(**json.loads(sys.argv[2]))
    task.folder = pathlib.Path(task.folder)
    if action == "prepare":
        if prepare:
            prepare(task)
        return
    told, simulate = build(task)
    say(told)
    for line in sys.stdin:
        say(simulate(float(line)))


class Building:
    """The time and the memory that building takes; begun after the imports."""

    def __init__(self):
        self.before, self.start = memory("VmRSS"), time.perf_counter()

    def done(self, **more):
        return {"build_s": time.perf_counter() - self.start, "memory_bytes": memory("VmRSS") - self.before,
                "peak_bytes": memory("VmHWM") - self.before, **more}


def say(line):
    print(json.dumps(line), flush=True)


def memory(name):
    """"VmRSS" or "VmHWM": of this process now or at most [bytes]; 0 where the system does not tell."""
    try:
        lines = pathlib.Path("/proc/self/status").read_text(encoding="utf-8").splitlines()
    except OSError:
        return 0
    return 1024 * int(next(line for line in lines if line.startswith(name + ":")).split()[1])


def become(program, *arguments, folder=None):
    """Replaces this process."""
    if folder:
        os.chdir(folder)
    os.execv(str(program), [str(program), *map(str, arguments)])


def program_of_va_event(name):
    """One of the programs of the build folder that the environment variable VA_EVENT_BENCHMARKS holds."""
    return pathlib.Path(os.environ.get("VA_EVENT_BENCHMARKS", "build/benchmarks/benchmarks")) / "networks" / name

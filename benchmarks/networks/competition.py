# SPDX-License-Identifier: Apache-2.0
"""What run.py and published.py share: simulators that take part where they are installed, each in the first interpreter
that has it, and what becomes of one that fails. An entrant has runs, a list of dictionaries, and failure, None or why."""

import contextlib
import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile

AURYN = ("git clone https://github.com/fzenke/auryn, set AURYN to its path, apt-get install g++ openmpi-bin "
         "libopenmpi-dev libboost-mpi-dev libboost-program-options-dev libboost-filesystem-dev libboost-system-dev "
         "(Debian)")


def list_of(kind):
    """Of numbers or words with commas between them, for the command line."""
    return lambda text: [kind(word) for word in text.split(",")]


def add_options(parser, build, output, work):
    """Those that all competitions have. @param build the default @param output, work what these folders are for"""
    parser.add_argument("--build", type=pathlib.Path, default=build, help="build folder of va-event")
    parser.add_argument("--output", type=pathlib.Path, required=True, help=f"folder of {output}")
    parser.add_argument("--work", type=pathlib.Path, help=f"folder of what can be used again: {work}")
    parser.add_argument("--rivals", type=list_of(str))
    parser.add_argument("--python", type=list_of(str), default=["python3", "/usr/bin/python3"],
                        help="a simulator runs in the first of these that has it")


def find(script, interpreters):
    """The first interpreter in which a simulator's script can be used, and the simulator's version."""
    for python in interpreters:
        try:
            done = subprocess.run([python, script, "probe"], capture_output=True, text=True, check=False)
        except OSError:
            continue
        if done.returncode == 0:
            return python, json.loads(done.stdout.splitlines()[-1])["version"]
    return None


def find_all(scripts, interpreters, how_to_get):
    """By name, those that are here; the others are told of. @param scripts by name"""
    found = {}
    for name, script in scripts.items():
        if present := find(script, interpreters):
            found[name] = present
        else:
            print(f"{name} is skipped, it is not here; to get it: {how_to_get[name]}", file=sys.stderr)
    return found


@contextlib.contextmanager
def work_folder(chosen):
    """The one that the user has chosen, or a temporary one."""
    with tempfile.TemporaryDirectory(prefix="networks_") as temporary:
        work = (chosen or pathlib.Path(temporary)).resolve()
        work.mkdir(parents=True, exist_ok=True)
        os.environ.setdefault("AURYN_BUILD", str(work / "auryn"))
        yield work


def attempt(entrant, action):
    """Unless the entrant has failed before. Its failure does not end the competition."""
    if entrant.failure:
        return
    try:
        action()
    except (RuntimeError, OSError, KeyError, ValueError) as error:
        entrant.failure = str(error)
        print(f"{entrant} FAILED: {entrant.failure}", file=sys.stderr)


def last_line(*messages):
    """Of the first message that says something."""
    return (next((message.strip() for message in messages if message.strip()), "no message")).splitlines()[-1]


def times_of(runs):
    """For a row of the results: wall times of the simulation alone [s]."""
    times = [run["run_s"] for run in runs]
    return {"median_s": statistics.median(times), "min_s": min(times), "max_s": max(times),
            "ns_per_event": statistics.median(run["ns_per_event"] for run in runs)}


def status_of(rows):
    """Ends the program with an error where some have failed."""
    if any(row["status"] != "verified" for row in rows):
        sys.exit("some failed, see status")

# SPDX-License-Identifier: Apache-2.0
"""What the rival_*.py beside this file share: their command line, the network that they read, what they answer.

    rival_x.py probe                                    prints the version; fails where the simulator is not installed
    rival_x.py prepare NETWORK --dt --threads --folder  compiles what has to be compiled, once
    rival_x.py run     NETWORK --dt --threads --folder  simulates; FOLDER/spikes.npz gets the spikes

`run` prints one line of JSON: run_s, the wall time of the simulation alone [s] (no process start, no reading, no
building of the network, no compiling, no writing), and settings, what was simulated how. A rival keeps its spikes in
memory.
"""

import argparse
import json
import pathlib
import sys

import numpy as np

ROOT = pathlib.Path(__file__).resolve().parents[2]
SIMULATORS = ROOT / "apps" / "va_crossval" / "simulators"
sys.path.insert(0, str(SIMULATORS))  # va_network.py reads what va-crossval exports


def serve(probe, prepare, run):
    """probe() returns the version or raises ImportError or OSError; prepare(task) nothing; run(task) a dictionary with
    times [ms], ids, run_s and settings. A task has network (a path), dt [ms], threads and folder (it exists)."""
    parser = argparse.ArgumentParser()
    parser.add_argument("action", choices=("probe", "prepare", "run"))
    parser.add_argument("network", nargs="?", help="HDF5 file of va-crossval simulators")
    parser.add_argument("--dt", type=float, default=0.1, help="time step [ms]")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--folder", default=".")
    task = parser.parse_args()
    if task.action == "probe":
        try:
            print(json.dumps({"version": probe()}))
        except (ImportError, OSError) as error:
            sys.exit(str(error))
        return
    task.folder = pathlib.Path(task.folder).resolve()
    task.folder.mkdir(parents=True, exist_ok=True)
    if task.action == "prepare":
        prepare(task)
        return
    result = run(task)
    np.savez(task.folder / "spikes.npz", times=np.asarray(result.pop("times"), dtype=np.float64),
             ids=np.asarray(result.pop("ids"), dtype=np.int64))
    print(json.dumps(result))


def nothing_to_prepare(_task):
    """For rivals that compile nothing."""

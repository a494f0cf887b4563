# SPDX-License-Identifier: Apache-2.0
"""va-event's command line, at the path that VA_EVENT holds. The exported network is the one that the same seed builds,
so only its size is read."""

import json
import os
import subprocess

import h5py
import numpy as np
from rival import nothing_to_prepare, serve

SYNAPSES_PER_NEURON = 80.0


def program():
    return os.environ.get("VA_EVENT", "va-event")


def probe():
    return subprocess.run([program(), "--version"], check=True, capture_output=True, text=True).stdout.split()[-1]


def simulate(network, threads, folder, *more):
    """The report of the program and where its spikes are."""
    with h5py.File(network, "r") as file:
        conductances = file.attrs["model"] in ("IF_cond_exp", b"IF_cond_exp")
        n, duration = len(file["neurons/v"]), float(file.attrs["duration"])
    done = subprocess.run(
        [program(), "COBA" if conductances else "CUBA", "--neurons", str(n), "--probability",
         repr(min(1.0, SYNAPSES_PER_NEURON / n)), "--duration", repr(duration), "--threads", str(threads), "--record",
         "spikes", "--format", "gdf", "--output", str(folder), "--json", "--quiet", *more],
        check=True, capture_output=True, text=True)
    return json.loads(done.stdout), folder


def read_gdf(folder):
    """ids and the texts of the times."""
    ids, times = [], []
    for path in sorted(folder.glob("*.gdf")):
        for line in path.read_text().splitlines():
            if line and not line.startswith("#"):
                first, second = line.split()
                ids.append(int(first))
                times.append(second)
    return np.array(ids), times


def run(task):
    report, folder = simulate(task.network, task.threads, task.folder / "files")
    ids, times = read_gdf(folder)
    return {"times": np.array(times, dtype=np.float64), "ids": ids, "run_s": report["simulation_s"],
            "settings": "exact, double"}


if __name__ == "__main__":
    serve(probe, nothing_to_prepare, run)

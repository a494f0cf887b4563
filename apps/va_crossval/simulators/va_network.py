# SPDX-License-Identifier: Apache-2.0
"""What the runners beside this file share: the network that va-crossval wrote, their arguments, their answers.

A runner simulates the network once for each step of --dt, writes the spikes of run k to <output>_<k>.h5 (datasets
times [ms], ids; and final weights [nA] of the synapses that change, in their order) and prints one line of JSON per run. With --probe
it only says which version there is, and whether it has what synapses that change need.
"""

import argparse
import fcntl
import io
import json
import os
import time

import h5py
import numpy as np


class Network:
    """Neurons 0 ... n-1 and spike sources n, n+1, ...; units ms, mV, nF, nA, uS."""

    def __init__(self, path):
        with h5py.File(path, "r") as file:
            self.model = file.attrs["model"]
            self.model = self.model.decode() if isinstance(self.model, bytes) else self.model
            self.duration = float(file.attrs["duration"])
            self.parameters = {name: float(value) for name, value in file["parameters"].attrs.items()}
            self.v = file["neurons/v"][:]
            synapses = file["synapses"]
            self.pre = synapses["pre"][:].astype(np.int64)
            self.post = synapses["post"][:].astype(np.int64)
            self.weight = synapses["weight"][:]
            self.delay = synapses["delay"][:]
            self.inhibitory = synapses["inhibitory"][:].astype(bool)
            self.changing = synapses["changing"][:].astype(bool) if "changing" in synapses else np.zeros(len(self.pre), bool)
            self.plasticity = dict(file["plasticity"].attrs) if "plasticity" in file else {}
            self.source_ids = file["source_spikes/ids"][:].astype(np.int64)
            self.source_times = file["source_spikes/times"][:]
        self.n = len(self.v)
        self.conductances = self.model == "IF_cond_exp"
        rule = self.plasticity.pop("rule", "")  # by which some synapses change; "": none
        self.rule = rule.decode() if isinstance(rule, bytes) else rule

    @property
    def n_sources(self):
        if len(self.source_ids) == 0:
            return 0
        return int(max(self.source_ids.max(), self.pre.max())) + 1 - self.n


class StopWatch:
    """Seconds of wall time since the last lap."""

    def __init__(self):
        self.start = time.perf_counter()

    def lap(self):
        now = time.perf_counter()
        seconds, self.start = now - self.start, now
        return seconds


def write_spikes(path, times, ids, weights=None):
    """An HDF5 file that appears under its name complete or not at all, as va-event's files do."""
    image = io.BytesIO()
    with h5py.File(image, "w") as file:
        file["times"] = np.asarray(times, dtype=np.float64)
        file["ids"] = np.asarray(ids, dtype=np.uint32)
        if weights is not None:
            file["weights"] = np.asarray(weights, dtype=np.float64)
    part = os.path.join(os.path.dirname(path), f".va_event-{os.getpid()}-0.tmp")
    with open(part, "xb") as file:
        fcntl.flock(file, fcntl.LOCK_EX)  # a temporary file without a lock is one that a killed run has left
        try:
            file.write(image.getbuffer())
            file.flush()
            os.fsync(file.fileno())
            os.replace(part, path)
        except OSError:
            os.remove(part)
            raise


def main(simulator, version, simulate, has_plasticity=True):
    """simulate(network, dt, arguments) returns {times, ids, settings, build_s, run_s}, and may return weights."""
    parser = argparse.ArgumentParser(description=f"Simulates a network that va-crossval has exported in {simulator}.")
    parser.add_argument("network", nargs="?", help="HDF5 file")
    parser.add_argument("--dt", default="0.1", help="comma list of time steps [ms]")
    parser.add_argument("--output", default="spikes", help="begin of the names of the files of spikes")
    parser.add_argument("--quick", action="store_true", help="whatever starts soonest, for small networks")
    parser.add_argument("--probe", action="store_true", help="print the version and stop")
    arguments = parser.parse_args()
    if arguments.probe:
        print(json.dumps({"simulator": simulator, "version": version, "plasticity": has_plasticity}))
        return
    network = Network(arguments.network)
    for k, dt in enumerate(float(text) for text in arguments.dt.split(",")):
        result = simulate(network, dt, arguments)
        write_spikes(f"{arguments.output}_{k}.h5", result.pop("times"), result.pop("ids"), result.pop("weights", None))
        print(json.dumps({"simulator": simulator, "version": version, "dt": dt, **result}), flush=True)

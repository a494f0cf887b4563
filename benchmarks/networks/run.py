#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Simulators side by side on the identical Vogels-Abbott network: same synapses, initial potentials and input spikes.

Those that are installed run in turn (a, b, c, a, b, c, ...), each alone, so that whatever else the machine does hits
all of them. Every run is verified; medians and spreads of the wall time of the simulation alone go to a table, a CSV
and a JSON file, time against error to a figure.

    benchmarks/networks/run.py --build build/release --output benchmarks/results/my_machine
"""

import argparse
import json
import os
import pathlib
import subprocess
import sys

import numpy as np

import competition
import report
from accuracy import Exact, rate_is_right
from competition import AURYN, attempt, list_of
from rival import ROOT

HERE = pathlib.Path(__file__).resolve().parent
HOW_TO_GET = {
    "va_event": "cmake --preset release && cmake --build --preset release",
    "auryn": AURYN,
    "brian2": "apt-get install python3-brian python3-h5py cython3 g++ (Debian)",
    "neuron": "apt-get install python3-neuron neuron-dev python3-h5py (Debian)",
    "nest": "python3 -m venv nest && nest/bin/pip install nest-simulator h5py, then add --python nest/bin/python",
}
SEVERAL_THREADS = ("va_event", "auryn")
MOST_NEURONS = {"neuron": 10000, "nest": 10000}  # what is larger takes minutes for each run


class Entrant:
    """A simulator with a time step and a number of threads."""

    def __init__(self, name, python, version, dt, threads):
        self.name, self.python, self.version, self.dt, self.threads = name, python, version, dt, threads
        self.runs, self.failure, self.settings, self.accuracy = [], None, "", {}

    def __str__(self):
        return f"{self.name}, " + (f"dt {self.dt} ms, " if self.dt else "") + f"{self.threads} thread(s)"

    def call(self, action, network, folder):
        script = HERE / f"rival_{self.name}.py"
        done = subprocess.run([self.python, script, action, network, "--dt", str(self.dt or 0.1), "--threads",
                               str(self.threads), "--folder", folder], capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise RuntimeError(competition.last_line(done.stderr, done.stdout))
        return done.stdout


def entrants(options, found, neurons):
    steps = options.dt if neurons == min(options.neurons) else options.dt[:1]
    for name, (python, version) in found.items():
        if neurons > MOST_NEURONS.get(name, neurons):
            print(f"{name} is left out at {neurons} neurons: that takes minutes for each run", file=sys.stderr)
            continue
        for threads in options.threads if name in SEVERAL_THREADS else options.threads[:1]:
            for dt in [None] if name == "va_event" else steps:
                if threads == options.threads[0] or dt in (None, steps[0]):
                    yield Entrant(name, python, version, dt, threads)


def export(options, model, neurons, folder):
    """The network and its input as one file. An interpreter that does not exist: nothing else is to run here."""
    subprocess.run([options.crossval, "simulators", model, "--neurons", str(neurons), "--duration",
                    str(options.duration), "--python", "none", "--simulators", "brian2", "--dt", "0.1", "--output",
                    folder],
                   check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return folder / "simulators" / f"{model}.h5"


def one_run(entrant, network, folder, exact):
    answer = json.loads(entrant.call("run", network, folder).splitlines()[-1])
    with np.load(folder / "spikes.npz") as spikes:
        times, ids = spikes["times"], spikes["ids"]
    rate = len(times) / exact.neurons / (exact.duration / 1000.0)
    if not rate_is_right(exact, rate):
        raise RuntimeError(f"wrong rate: {rate:.2f} Hz")
    entrant.settings = answer["settings"]
    entrant.runs.append({"run_s": answer["run_s"], "load": os.getloadavg()[0]})
    events = exact.synaptic_events(ids)
    entrant.runs[-1]["ns_per_event"] = 1e9 * answer["run_s"] / events
    if not entrant.accuracy:
        entrant.accuracy = {"rate_hz": rate, "synaptic_events": events}
        if entrant.name != "va_event":
            entrant.accuracy.update(exact.compare(times, ids))
        elif exact.wide:
            entrant.accuracy.update(exact.compare_with_own(folder / "files"))


def compete(options, found, model, neurons, repetitions, work):
    folder = work / f"{model}_{neurons}"
    folder.mkdir(parents=True, exist_ok=True)
    network = export(options, model, neurons, folder)
    wide = neurons <= options.quad_up_to
    exact = Exact(network, folder / ("exact_quad" if wide else "exact_double"), wide)
    field = list(entrants(options, found, neurons))
    folders = {entrant: folder / f"{entrant.name}_{entrant.dt}_{entrant.threads}" for entrant in field}
    for entrant in field:
        print(f"{model}, {neurons} neurons: preparing {entrant}", file=sys.stderr)
        attempt(entrant, lambda entrant=entrant: entrant.call("prepare", network, folders[entrant]))
    for repetition in range(repetitions):
        for entrant in field:
            if entrant.failure or (repetition >= options.slow_repetitions and is_slow(entrant, options)):
                continue
            attempt(entrant, lambda entrant=entrant: one_run(entrant, network, folders[entrant], exact))
            if not entrant.failure:
                print(f"{model}, {neurons} neurons, {repetition + 1}/{repetitions}: {entrant}: "
                      f"{entrant.runs[-1]['run_s']:.3f} s", file=sys.stderr, flush=True)
    return [row_of(entrant, model, neurons, options.duration) for entrant in field]


def is_slow(entrant, options):
    """Finer steps are here for their errors, and a long run is disturbed less: fewer runs tell enough."""
    return entrant.dt not in (None, options.dt[0]) or entrant.runs[0]["run_s"] > options.slow


def row_of(entrant, model, neurons, duration):
    row = {"model": model, "neurons": neurons, "duration_ms": duration, "simulator": entrant.name,
           "version": entrant.version, "dt_ms": entrant.dt, "threads": entrant.threads, "settings": entrant.settings,
           "status": entrant.failure or "verified", "repetitions": len(entrant.runs), **entrant.accuracy}
    if entrant.runs and not entrant.failure:
        row.update(competition.times_of(entrant.runs))
    row["runs"] = entrant.runs
    return row


def read_options():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    competition.add_options(parser, ROOT / "build" / "release", "networks.csv, .json and .svg",
                            "compiled programs, exact runs")
    parser.add_argument("--models", type=list_of(str), default=["CUBA", "COBA"])
    parser.add_argument("--neurons", type=list_of(int), default=[4000, 40000], help="with 80 synapses each")
    parser.add_argument("--repetitions", type=list_of(int), default=[9, 5], help="for each number of neurons")
    parser.add_argument("--slow-repetitions", type=int, default=3,
                        help="at the steps after the first, and of runs that take longer than --slow")
    parser.add_argument("--slow", type=float, default=3.0, help="[s]")
    parser.add_argument("--dt", type=list_of(float), default=[0.1, 0.05, 0.025],
                        help="time steps [ms]; only the first for networks that are not the smallest")
    parser.add_argument("--threads", type=list_of(int), default=[1, 2])
    parser.add_argument("--duration", type=float, default=1000.0, help="simulated time [ms]")
    parser.add_argument("--quad-up-to", type=int, default=4000,
                        help="neurons: up to here the exact run is in quad arithmetic: it shows va-event's own error")
    options = parser.parse_args()
    options.rivals = options.rivals or list(HOW_TO_GET)
    options.build = options.build.resolve()
    options.crossval = options.build / "apps" / "va_crossval" / "va-crossval"
    if unknown := set(options.rivals) - set(HOW_TO_GET):
        parser.error(f"--rivals: {', '.join(sorted(unknown))} unknown, there are {', '.join(HOW_TO_GET)}")
    if len(options.repetitions) != len(options.neurons):
        parser.error("--repetitions: as many as --neurons")
    return options


def main():
    options = read_options()
    os.environ["VA_EVENT"] = str(options.build / "apps" / "va_event" / "va-event")
    with competition.work_folder(options.work) as work:
        scripts = {name: HERE / f"rival_{name}.py" for name in options.rivals}
        found = competition.find_all(scripts, options.python, HOW_TO_GET)
        if "va_event" not in found:
            sys.exit(f"no va-event in {options.build}: {HOW_TO_GET['va_event']}")
        rows = []
        for neurons, repetitions in zip(options.neurons, options.repetitions):
            for model in options.models:
                rows += compete(options, found, model, neurons, repetitions, work)
                report.write(options.output, rows, options)
    print(report.table(rows))
    competition.status_of(rows)


if __name__ == "__main__":
    main()

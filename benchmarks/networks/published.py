#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Simulators side by side: the cortical microcircuit of Potjans & Diesmann (2014), the network of Brunel (2000), and a
balanced one of conductance-based neurons, all with Poisson input, and the network of Vogels & Abbott (2005) with plastic
synapses. Each simulator builds the network itself, by its own random numbers.

All are built once and then simulate in turn (a, b, c, a, b, c, ...), so that whatever else the machine does hits all of
them; who waits takes no processor. What is timed is the simulation alone, after a warm-up. Networks are the same in
numbers of neurons and synapses (checked) and in the rates of all populations (checked loosely, and printed).

    benchmarks/networks/published.py --build build/benchmarks --output my_results microcircuit --input poisson --scale 0.1
    benchmarks/networks/published.py --build build/benchmarks --output my_results brunel --input delta
    benchmarks/networks/published.py --build build/benchmarks --output my_results balanced
    benchmarks/networks/published.py --build build/benchmarks --output my_results plastic --input stdp
    benchmarks/networks/published.py --build build/benchmarks --output my_results plastic --input poisson --scale 100 --apart
"""

import argparse
import json
import os
import pathlib
import subprocess
import sys

import numpy as np

import competition
import published_report
from balanced.balanced import Balanced
from brunel.brunel import Brunel
from competition import AURYN, attempt, list_of
from microcircuit.microcircuit import Microcircuit
from plastic.plastic import Plastic
from rival import ROOT

HERE = pathlib.Path(__file__).resolve().parent
RIVALS = {"microcircuit": ["va_event", "nest"], "brunel": ["va_event", "nest", "brian2", "auryn"],
          "balanced": ["va_event", "nest", "brian2"], "plastic": ["va_event", "nest", "brian2"]}
INPUTS = {"microcircuit": ["poisson", "current"], "brunel": ["delta", "exponential"], "balanced": ["poisson"],
          "plastic": ["stdp", "static", "poisson"]}
HOW_TO_GET = {
    "va_event": "cmake --preset benchmarks && cmake --build --preset benchmarks",
    "nest": "python3 -m venv rivals && rivals/bin/pip install nest-simulator brian2 'numpy<2.4', "
            "then add --python rivals/bin/python",
    "brian2": "as nest; needs g++",
    "auryn": AURYN,
}
TASK_KEYS = {  # of the JSON that a rival gets
    "neurons": "fraction of the neurons", "inputs": "fraction of the inputs per neuron (microcircuit)",
    "input": "one of INPUTS", "synapses": "own or common weights and delays (microcircuit)",
    "threads": "that simulate", "dt": "time step [ms]", "seed": "of all random numbers",
    "source_delay": "from Poisson sources [ms]", "folder": "for compiled programs"}


class Entrant:
    """A simulator with a number of threads and a kind of synapses, as a process that simulates when it is told."""

    def __init__(self, name, python, version, task):
        self.name, self.python, self.version, self.task = name, python, version, task
        self.process, self.failure, self.told, self.runs = None, None, {}, []

    def __str__(self):
        return f"{self.name}, {self.task['threads']} thread(s), {self.task['synapses']} delays"

    def command(self, network, action):
        return [self.python, HERE / network / f"rival_{self.name}.py", action, json.dumps(self.task)]

    def prepare(self, network):
        pathlib.Path(self.task["folder"]).mkdir(parents=True, exist_ok=True)
        done = subprocess.run(self.command(network, "prepare"), capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise RuntimeError(competition.last_line(done.stderr, done.stdout))

    def build(self, network):
        with open(pathlib.Path(self.task["folder"]) / "messages.txt", "w", encoding="utf-8") as messages:
            self.process = subprocess.Popen(self.command(network, "run"), stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                            stderr=messages, text=True)
        self.told = self.hear()

    def simulate(self, duration):
        self.process.stdin.write(f"{duration!r}\n")
        self.process.stdin.flush()
        return self.hear()

    def hear(self):
        """The next line of JSON; what else a simulator prints is skipped."""
        for line in self.process.stdout:
            if line.startswith("{"):
                return json.loads(line)
        messages = (pathlib.Path(self.task["folder"]) / "messages.txt").read_text(encoding="utf-8").strip()
        raise RuntimeError((messages or "it ended without a message").splitlines()[-1])

    def end(self):
        if self.process:
            self.process.stdin.close()
            self.process.stdout.close()
            self.process.wait()
            self.process = None


def entrants(options, found, work):
    """The first kind of synapses and number of threads for all, the others for va-event."""
    first = (options.synapses[0], options.threads[0])
    for name, (python, version) in found.items():
        for synapses in options.synapses:
            for threads in options.threads:
                if name == "va_event" or (synapses, threads) == first:
                    yield Entrant(name, python, version, {
                        "neurons": options.scale, "inputs": options.inputs, "input": options.input,
                        "synapses": synapses, "threads": threads, "dt": options.dt, "seed": options.seed,
                        "source_delay": options.source_delay,
                        "folder": str(work / f"{options.network}_{options.input}_{name}_{synapses}_{threads}")})


def describe(options):
    """The network in numbers."""
    if options.network == "microcircuit":
        return Microcircuit(options.scale, options.inputs, options.input == "poisson")
    if options.network == "plastic":
        return Plastic(options.scale, options.input)
    return Brunel(options.scale, options.input == "exponential") if options.network == "brunel" else Balanced(options.scale)


def build_one(entrant, network, options):
    entrant.prepare(options.network)
    entrant.build(options.network)
    if (entrant.told["neurons"], entrant.told["synapses"]) != (network.sizes.sum(), network.synapses.sum()):
        raise ValueError(f"{entrant.told['neurons']} neurons with {entrant.told['synapses']} synapses, not "
                         f"{network.sizes.sum()} with {network.synapses.sum()}")
    entrant.simulate(options.warm_up)
    print(f"{entrant}: built in {entrant.told['build_s']:.1f} s", file=sys.stderr, flush=True)


def run_one(entrant, network, options):
    run = entrant.simulate(options.duration)
    events = network.synaptic_events(run["spikes"], options.duration)
    entrant.runs.append({**run, "load": os.getloadavg()[0], "ns_per_event": 1e9 * run["run_s"] / events if events else 0})
    print(f"{len(entrant.runs)}/{options.repetitions}: {entrant}: {run['run_s']:.3f} s", file=sys.stderr, flush=True)


def rates(network, runs, duration):
    """Of each population [Hz]."""
    return np.sum([run["spikes"] for run in runs], axis=0) / network.sizes / (1e-3 * duration * len(runs))


def check_rates(field, network, options):
    """Against those of the first with the same synapses: --rates-within, and five times what independent spikes would vary
    by. Neurons fluctuate together, so rates in short times vary more than that; a wrong network differs more."""
    running = [entrant for entrant in field if entrant.runs and not entrant.failure]
    for entrant in running:
        first = next(other for other in running if other.task["synapses"] == entrant.task["synapses"])
        mine, theirs = (rates(network, which.runs, options.duration) for which in (first, entrant))
        seconds = 1e-3 * options.duration * len(entrant.runs)
        allowed = options.rates_within * mine + 5.0 * np.sqrt((mine + 1.0 / seconds / network.sizes) / seconds
                                                             / network.sizes)
        if np.any(np.abs(theirs - mine) > allowed):
            entrant.failure = "other rates than " + first.name
            print(f"{entrant} FAILED: {entrant.failure}", file=sys.stderr)


def compete(options, found, work):
    network = describe(options)
    field = list(entrants(options, found, work))
    try:
        if options.apart:
            for entrant, repetitions in sittings(field, options.repetitions):
                begin(entrant, network, options)
                for _ in range(repetitions):
                    attempt(entrant, lambda entrant=entrant: run_one(entrant, network, options))
                entrant.end()
        else:
            for entrant in field:
                begin(entrant, network, options)
            for _ in range(options.repetitions):
                for entrant in field:
                    attempt(entrant, lambda entrant=entrant: run_one(entrant, network, options))
    finally:
        for entrant in field:
            entrant.end()
    check_rates(field, network, options)
    return network, field


def begin(entrant, network, options):
    print(f"building {entrant}", file=sys.stderr, flush=True)
    attempt(entrant, lambda: build_one(entrant, network, options))


def sittings(field, repetitions):
    """Who is in memory when, and how often it is timed then: there and back (a, b, c, b, a)."""
    half = (repetitions + 1) // 2
    there = [(entrant, half) for entrant in field[:-1]]
    back = [(entrant, repetitions - half) for entrant in reversed(field[:-1]) if repetitions > half]
    return [*there, (field[-1], repetitions), *back]


def read_options():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    competition.add_options(parser, ROOT / "build" / "benchmarks", "<network>_<input>_<scale>.csv, .json",
                            "compiled programs")
    parser.add_argument("network", choices=list(RIVALS))
    parser.add_argument("--input", help="microcircuit: poisson (default) or current, for the input from outside; "
                        "brunel: delta (default) or exponential, for the synapses; plastic: stdp (default) or static "
                        "synapses in neurons that spike without input, or poisson, stdp with a source for each neuron")
    parser.add_argument("--scale", type=float, default=1.0, help="fraction of the neurons")
    parser.add_argument("--inputs", type=float, help="fraction of the inputs per neuron (microcircuit), --scale by "
                        "default; with current as input below 0.2 the network falls silent")
    parser.add_argument("--synapses", type=list_of(str), default=["own"],
                        help="own, common or both: weights and delays (microcircuit)")
    parser.add_argument("--source-delay", type=float, default=1.5, help="from Poisson sources [ms]")
    parser.add_argument("--threads", type=list_of(int), default=[1],
                        help="the first number for all, the others for va-event")
    parser.add_argument("--dt", type=float, default=0.1, help="time step of the others [ms]")
    parser.add_argument("--warm-up", type=float, default=100.0, help="simulated time before [ms]")
    parser.add_argument("--duration", type=float, default=100.0, help="simulated time of each repetition [ms]")
    parser.add_argument("--repetitions", type=int, default=5)
    parser.add_argument("--apart", action="store_true", help="one network at a time in memory: each simulator builds, "
                        "does half of its repetitions and ends, then they come once more in reverse order")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--rates-within", type=float, default=0.25,
                        help="fraction by which rates may differ, beside chance")
    options = parser.parse_args()
    options.inputs = options.inputs or options.scale
    options.input = options.input or INPUTS[options.network][0]
    options.rivals = options.rivals or RIVALS[options.network]
    for name, values, known in (("--input", [options.input], INPUTS[options.network]),
                                ("--rivals", options.rivals, RIVALS[options.network]),
                                ("--synapses", options.synapses, ["own", "common"])):
        if unknown := set(values) - set(known):
            parser.error(f"{name}: {', '.join(sorted(unknown))} unknown, there are {', '.join(known)}")
    for name, value in (("--scale", options.scale), ("--inputs", options.inputs), ("--duration", options.duration),
                        ("--repetitions", options.repetitions), ("--dt", options.dt)):
        if not value > 0:
            parser.error(f"{name} {value}: must be > 0")
    return options


def main():
    options = read_options()
    os.environ["VA_EVENT_BENCHMARKS"] = str(options.build.resolve() / "benchmarks")
    with competition.work_folder(options.work) as work:
        scripts = {name: HERE / options.network / f"rival_{name}.py" for name in options.rivals}
        found = competition.find_all(scripts, options.python, HOW_TO_GET)
        if not found:
            sys.exit("no simulator is here")
        network, field = compete(options, found, work)
    rows = [published_report.row_of(entrant, network, rates(network, entrant.runs, options.duration)
                                    if entrant.runs else [], field[0], options) for entrant in field]
    published_report.write(options.output, rows, options)
    print(published_report.tables(rows, network))
    competition.status_of(rows)


if __name__ == "__main__":
    main()

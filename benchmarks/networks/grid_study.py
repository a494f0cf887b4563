#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""How rates, irregularity and correlations of the microcircuit on a grid of time steps differ from the exact ones.

For each seed the same network (wiring, weights, delays, initial potentials, Poisson trains) is simulated exactly and
with time steps as most simulators have them: neurons exactly integrated within a step, delays, inputs and spikes rounded to
its ends. Differences are taken seed by seed, and their mean is given with its 95 % confidence interval (Student's t over
the seeds), so that an interval without 0 is an effect of the grid and not chance.

    benchmarks/networks/grid_study.py --build build/benchmarks --neurons 0.1 --inputs 0.1 --seeds 10 --output my_results

rate: spikes per neuron and second. cv: standard deviation over mean of a neuron's intervals, mean over the neurons with at
least --least-intervals of them. correlation: Pearson's, of spike counts in bins of --bin ms, mean over all pairs of neurons
that spike at all. Each for every population; what --warm-up simulates is left out.
"""

import argparse
import csv
import json
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

import numpy as np

from microcircuit.microcircuit import Microcircuit
from report import machine
from rival import ROOT

MEASURES = ("rate", "cv", "correlation")
# 97.5 % quantiles of Student's t for 1, 2, ... degrees of freedom; for more than 30 that of 30, which is a little wide.
STUDENT = (12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.160, 2.145, 2.131,
           2.120, 2.110, 2.101, 2.093, 2.086, 2.080, 2.074, 2.069, 2.064, 2.060, 2.056, 2.052, 2.048, 2.045, 2.042)


def simulate(program, options, seed, step, folder):
    """All spikes after the warm-up: times [ms] from its end, neurons."""
    path = pathlib.Path(folder) / "spikes"
    command = [program, "--neurons", options.neurons, "--inputs", options.inputs, "--seed", seed, "--threads",
               options.threads, "--spikes", path, *(["--current"] if options.input == "current" else []),
               *(["--fixed-step", step] if step else [])]
    subprocess.run([str(word) for word in command], input=f"{options.warm_up + options.duration!r}\n", check=True,
                   text=True, stdout=subprocess.DEVNULL)
    times, neurons = np.fromfile(path).reshape(-1, 2).T
    late = times >= options.warm_up
    return times[late] - options.warm_up, neurons[late].astype(np.int64)


def irregularity(times, neurons, least):
    """Mean CV over the neurons with at least `least` intervals; nan when there is none."""
    order = np.lexsort((times, neurons))
    times, neurons = times[order], neurons[order]
    same = neurons[1:] == neurons[:-1]
    intervals, owners = np.diff(times)[same], neurons[1:][same]
    if len(owners) == 0:
        return float("nan")
    count, total, squares = (np.bincount(owners, weights) for weights in (None, intervals, intervals**2))
    enough = count >= max(least, 2)
    if not enough.any():
        return float("nan")
    mean = total[enough] / count[enough]
    variance = np.maximum(squares[enough] / count[enough] - mean**2, 0.0) * count[enough] / (count[enough] - 1)
    return float(np.mean(np.sqrt(variance) / mean))


def correlation(times, neurons, bin_ms, duration):
    """Mean over all pairs of neurons that spike, without going through the pairs: the variance of a sum of n standardised
    counts is n + n (n - 1) times their mean correlation. nan for fewer than two such neurons."""
    bins = int(duration / bin_ms)
    place = (times / bin_ms).astype(np.int64)
    inside = place < bins
    cells, counts = np.unique(neurons[inside] * bins + place[inside], return_counts=True)
    ids, bin_of = np.divmod(cells, bins)
    active, index = np.unique(ids, return_inverse=True)
    n = len(active)
    if n < 2:
        return float("nan")
    mean = np.bincount(index, counts) / bins
    deviation = np.sqrt(np.bincount(index, counts**2) / bins - mean**2)
    varies = deviation > 0.0
    n = int(varies.sum())
    inverse = np.where(varies, 1.0 / np.where(varies, deviation, 1.0), 0.0)
    total = np.bincount(bin_of, counts * inverse[index], bins) - (mean * inverse).sum()
    return float((np.mean(total**2) - n) / (n * (n - 1))) if n > 1 else float("nan")


def measure(times, neurons, network, options):
    """By population: rate [Hz], cv, correlation."""
    first, measured = 0, []
    for size in network.sizes:
        mine = (neurons >= first) & (neurons < first + size)
        measured.append({"rate": mine.sum() / size / (1e-3 * options.duration),
                         "cv": irregularity(times[mine], neurons[mine], options.least_intervals),
                         "correlation": correlation(times[mine], neurons[mine], options.bin, options.duration)})
        first += size
    return measured


def interval(values):
    """Mean and half the width of its 95 % confidence interval, over the values that are numbers."""
    values = [float(value) for value in values if np.isfinite(value)]
    if len(values) < 2:
        return float("nan"), float("nan")
    student = STUDENT[min(len(values) - 1, len(STUDENT)) - 1]
    return statistics.mean(values), student * statistics.stdev(values) / len(values)**0.5


def compare(network, results, steps):
    """A row for each population, measure and step. results: {(seed, step): what measure() returns}, step None: exact."""
    seeds = sorted({seed for seed, _ in results})
    for population, name in enumerate(network.names):
        for what in MEASURES:
            of = lambda step: np.array([results[seed, step][population][what] for seed in seeds])
            exact, exact_half = interval(of(None))
            for step in steps:
                difference, half = interval(of(step) - of(None))
                yield {"population": name, "measure": what, "dt_ms": step, "exact": exact, "exact_ci": exact_half,
                       "difference": difference, "difference_ci": half, "seeds": len(seeds)}


def table(rows):
    """Markdown; differences whose interval leaves out 0 in bold."""
    lines = ["| population | dt | " + " | ".join(f"{what}: exact | difference" for what in MEASURES) + " |",
             "|---|---|" + "---|" * (2 * len(MEASURES))]
    for name, step in dict.fromkeys((row["population"], row["dt_ms"]) for row in rows):
        cells = []
        for what in MEASURES:
            row = next(row for row in rows if (row["population"], row["dt_ms"], row["measure"]) == (name, step, what))
            text = f"{row['difference']:+.2g} ± {row['difference_ci']:.2g}"
            cells += [f"{row['exact']:.3g} ± {row['exact_ci']:.1g}",
                      f"**{text}**" if abs(row["difference"]) > row["difference_ci"] else text]
        lines.append(f"| {name} | {step:g} ms | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def write(folder, rows, results, options):
    folder.mkdir(parents=True, exist_ok=True)
    with open(folder / "grid_study.csv", "w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    settings = {key: getattr(options, key) for key in ("neurons", "inputs", "input", "seeds", "steps", "warm_up",
                                                       "duration", "bin", "least_intervals")}
    measured = [{"seed": seed, "dt_ms": step, "populations": result} for (seed, step), result in results.items()]
    with open(folder / "grid_study.json", "w", encoding="utf-8") as file:
        json.dump({"machine": machine(), "settings": settings, "measured": measured}, file, indent=1)
        file.write("\n")


def read_options():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", type=pathlib.Path, default=ROOT / "build" / "benchmarks",
                        help="build folder of va-event with its benchmarks")
    parser.add_argument("--neurons", type=float, default=0.1, help="fraction of the neurons")
    parser.add_argument("--inputs", type=float, default=0.1, help="fraction of the inputs per neuron")
    parser.add_argument("--input", choices=("poisson", "current"), default="poisson")
    parser.add_argument("--seeds", type=int, default=10, help="how many, from 1 on")
    parser.add_argument("--minutes", type=float, default=float("inf"),
                        help="begin no seed that would not be done by then, from the third on")
    parser.add_argument("--steps", type=lambda text: [float(word) for word in text.split(",")], default=[0.1],
                        help="time steps [ms]")
    parser.add_argument("--warm-up", type=float, default=500.0, help="simulated time before [ms]")
    parser.add_argument("--duration", type=float, default=10000.0, help="simulated time that is measured [ms]")
    parser.add_argument("--bin", type=float, default=2.0, help="of spike counts [ms]")
    parser.add_argument("--least-intervals", type=int, default=10, help="of a neuron whose cv counts")
    parser.add_argument("--threads", type=int, default=1, help="of the exact simulation")
    parser.add_argument("--output", type=pathlib.Path, required=True, help="folder of grid_study.csv and .json")
    options = parser.parse_args()
    if options.seeds < 2:
        parser.error(f"--seeds {options.seeds}: must be >= 2")
    return options


def fits(elapsed_s, done, minutes):
    """Whether one more seed would be done within so many minutes, if it takes as long as those that are."""
    return elapsed_s * (done + 1) / done <= 60.0 * minutes


def main():
    options = read_options()
    program = options.build.resolve() / "benchmarks" / "networks" / "microcircuit_session"
    if not program.exists():
        sys.exit(f"no {program}: cmake --preset benchmarks && cmake --build --preset benchmarks")
    network = Microcircuit(options.neurons, options.inputs, options.input == "poisson")
    results = {}
    start = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="grid_study_") as folder:
        for seed in range(1, options.seeds + 1):
            if seed > 2 and not fits(time.monotonic() - start, seed - 1, options.minutes):
                options.seeds = seed - 1
                break
            for step in (None, *options.steps):
                times, neurons = simulate(program, options, seed, step, folder)
                results[seed, step] = measure(times, neurons, network, options)
                print(f"seed {seed}, {f'steps of {step:g} ms' if step else 'exact'}: {len(times)} spikes",
                      file=sys.stderr, flush=True)
    rows = list(compare(network, results, options.steps))
    write(options.output, rows, results, options)
    print(table(rows))


if __name__ == "__main__":
    main()

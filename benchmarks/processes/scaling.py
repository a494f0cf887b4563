#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What several processes cost and bring: the Vogels-Abbott network with 80 synapses per neuron over its size and the
number of processes. Prints, for each, wall seconds per simulated second, ns per synaptic event (of all processes
together) and the largest peak memory of a process; every run must have the spikes of the run on one process.

    benchmarks/processes/scaling.py --build build/release --neurons 4000,40000 --processes 1,2,4 --output scaling.csv
"""

import argparse
import csv
import json
import os
import pathlib
import resource
import statistics
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
SYNAPSES = 80


def measure_one(command):
    """Runs in each process: the program, and what it took of memory."""
    done = subprocess.run(command, stdout=subprocess.PIPE, check=True)
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024
    report = json.loads(done.stdout) if done.stdout.strip() else {}
    # One write: those of several processes must not mix.
    os.write(1, (json.dumps({"peak_bytes": peak, "report": report}) + "\n").encode())


def run(program, benchmark, neurons, processes, duration):
    command = [program, benchmark, "--neurons", str(neurons), "--probability", repr(SYNAPSES / neurons), "--duration",
               str(duration), "--threads", "1", "--format", "none", "--record-cells", "1", "--json", "--quiet"]
    measured = [sys.executable, __file__, "--measure", *command]
    if processes > 1:
        measured = ["mpirun", "--oversubscribe", "-n", str(processes), *measured]
    environment = dict(os.environ, OMPI_ALLOW_RUN_AS_ROOT="1", OMPI_ALLOW_RUN_AS_ROOT_CONFIRM="1")
    done = subprocess.run(measured, stdout=subprocess.PIPE, text=True, check=True, env=environment)
    each = [json.loads(line) for line in done.stdout.splitlines()]
    report = next(one["report"] for one in each if one["report"])
    return report, max(one["peak_bytes"] for one in each)


def main():
    if sys.argv[1:2] == ["--measure"]:
        measure_one(sys.argv[2:])
        return
    numbers = lambda text: [int(word) for word in text.split(",")]
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", type=pathlib.Path, default=ROOT / "build/release")
    parser.add_argument("--benchmarks", default="CUBA,COBA")
    parser.add_argument("--neurons", type=numbers, default=[4000, 40000])
    parser.add_argument("--processes", type=numbers, default=[1, 2])
    parser.add_argument("--duration", type=float, default=500.0, help="simulated time of 4000 neurons [ms]; less of more")
    parser.add_argument("--repetitions", type=int, default=3)
    parser.add_argument("--output", type=pathlib.Path, help="a CSV file")
    options = parser.parse_args()

    rows = []
    for benchmark in options.benchmarks.split(","):
        for neurons in options.neurons:
            duration = max(5.0, options.duration * min(1.0, 4000 / neurons))
            results = {processes: [] for processes in options.processes}
            for _ in range(options.repetitions):
                for processes in options.processes:  # in turn
                    results[processes].append(
                        run(options.build / "apps/va_event/va-event", benchmark, neurons, processes, duration))
            spikes = {report["spikes"] for runs in results.values() for report, _ in runs}
            assert len(spikes) == 1, f"{benchmark}, {neurons} neurons: {spikes} spikes"
            for processes, runs in results.items():
                seconds = statistics.median(report["simulation_s"] for report, _ in runs)
                events = runs[0][0]["synaptic_events"]
                rows.append({"benchmark": benchmark, "neurons": neurons, "processes": processes,
                             "build_s": round(statistics.median(report["build_s"] for report, _ in runs), 3),
                             "seconds_per_second": round(seconds * 1e3 / duration, 4),
                             "ns_per_event": round(seconds * 1e9 / events, 1),
                             "peak_mb": round(max(peak for _, peak in runs) / 1e6, 1)})
                print(*rows[-1].values(), sep="\t", flush=True)
    if options.output:
        with open(options.output, "w", newline="") as file:
            writer = csv.DictWriter(file, rows[0])
            writer.writeheader()
            writer.writerows(rows)


if __name__ == "__main__":
    main()

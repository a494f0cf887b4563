# SPDX-License-Identifier: Apache-2.0
"""The tables of the README files that are made from stored results. In a page, `<!-- figures: NAME -->` is the line
before the table NAME."""

import csv
import math
import re

from pages import ROOT

RESULTS = ROOT / "benchmarks" / "results"
MODELS = ("CUBA", "COBA")


def marked_tables(text):
    """Where the tables are, by name, in the order of the page."""
    tables = {}
    for marker in re.finditer(r"^<!-- figures: (\w+) -->\n((?:\|.*\n)*)", text, re.M):
        if marker[1] in tables or marker[1] not in TABLES:
            raise SystemExit(f"table {marker[1]}: unknown, or twice on a page")
        tables[marker[1]] = marker.span(2)
    return tables


def rows_of(path):
    with open(RESULTS / path, newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def table(header, rows):
    def line(cells):
        return "|" + "".join(f" {cell} |" if cell else " |" for cell in cells)
    return [line(header), "|" + "---|" * len(header), *map(line, rows)]


def digits(value, count):
    """With so many significant digits, and without an exponent."""
    text = f"{float(value):#.{count}g}"
    return (f"{float(text):.0f}" if "e+" in text else text).rstrip(".")


def seconds(folder):
    """Median wall seconds by (model, neurons, simulator, step, threads)."""
    return {(row["model"], int(row["neurons"]), row["simulator"], row["dt_ms"], int(row["threads"])): row
            for row in rows_of(f"{folder}/networks.csv")}


def compared(folder, entrants):
    """Simulators with one thread on networks of 4000 neurons."""
    rows = seconds(folder)
    return table(["", *MODELS], [[name, *(digits(rows[model, 4000, simulator, dt, 1]["median_s"], 3)
                                          for model in MODELS)] for name, simulator, dt in entrants])


def speed():
    return compared("epyc_2_cores_all", [
        ("**va-event, exact**", "va_event", ""), ("Auryn (forward Euler, float32)", "auryn", "0.1"),
        ("Brian2 (C++ standalone)", "brian2", "0.1"), ("NEURON", "neuron", "0.1")])


def shorter_steps():
    return compared("epyc_2_cores_all", [("Auryn", "auryn", "0.025"), ("Brian2", "brian2", "0.025"),
                                         ("NEURON", "neuron", "0.025")])


def nest():
    return compared("epyc_2_cores_nest", [("va-event", "va_event", ""), ("NEST", "nest", "0.1")])


def beside_auryn(folder):
    rows = seconds(folder)
    networks = [(model, neurons) for neurons in (4000, 40000) for model in MODELS]

    def cells(simulator, dt, threads):
        for model, neurons in networks:
            row = rows[model, neurons, simulator, dt, threads]
            yield f"{digits(row['median_s'], 3)} ({float(row['ns_per_event']):.0f})"
    return table(["", *(f"{model}, {neurons:,}" for model, neurons in networks)],
                 [["**va-event, exact**", *cells("va_event", "", 1)],
                  ["**va-event, exact**, 2 threads", *cells("va_event", "", 2)],
                  ["Auryn: forward Euler, float32, dt 0.1 ms", *cells("auryn", "0.1", 1)],
                  ["Auryn, 2 processes", *cells("auryn", "0.1", 2)]])


def memory():
    return table(["", "neurons", "synapses of each", "processes", "peak of each process"],
                 [[row["benchmark"], f"{int(row['neurons']):,}",
                   f"{float(row['neurons']) * float(row['probability']):.0f}", row["processes"],
                   f"{float(row['peak_kib_of_each']) * 1.024e-3:.0f} MB"] for row in rows_of("epyc_2_cores/memory.csv")])


def processes():
    rows = {(row["benchmark"], int(row["neurons"]), int(row["processes"])): row
            for row in rows_of("xeon_2_cores_quiet/processes.csv")}

    def cell(*key):
        return f"{digits(rows[key]['seconds_per_second'], 2)} ({float(rows[key]['ns_per_event']):.0f})"
    return table(["neurons", *(f"{model}, {count}" for model in MODELS for count in ("1 process", "2 processes"))],
                 [[f"{neurons:,}", *(cell(model, neurons, count) for model in MODELS for count in (1, 2))]
                  for neurons in (4000, 40000, 400000)])


def scaling():
    """The formula of benchmarks/processes/README.md, with its constants."""
    k, r, d, c, a, latency = 1000, 10.0, 1e-3, 60e-9, 0.2e-6, 10e-6
    each, split, synapse = 62, 150, 4.1  # bytes

    def row(n, p):
        time = n * k * r * c / p + n * r * a * (p > 1) + latency * math.log2(p) / d
        size = n * ((each if p > 1 else 173 - split) + (split + synapse * k) / p)
        return [f"10^{round(math.log10(n))}", f"{p:,}", digits(time, 2), f"{digits(size / 1e9, 2)} GB"]
    return table(["neurons", "processes", "seconds per simulated second", "memory per process"],
                 [row(10**n, p) for n, p in ((6, 1), (6, 100), (6, 10000), (7, 100), (7, 10000), (8, 100), (8, 10000),
                                             (9, 10000))])


def cost():
    rows = {(row["model"], row["method"], row["dt [ms]"]): row for row in rows_of("epyc_2_cores/cost_networks.csv")}
    entries = [("**event-driven**", {model: ("event-driven", "") for model in MODELS}),
               ("spikes on the grid, dt = 0.1 ms, cheapest method",
                {"COBA": ("forward_euler/grid", "0.1"), "CUBA": ("exact/grid", "0.1")}),
               ("rk2, linear interpolation, 0.1 ms", {model: ("rk2/linear", "0.1") for model in MODELS}),
               ("rk4, cubic interpolation, 0.1 ms", {model: ("rk4/cubic", "0.1") for model in MODELS}),
               ("the most exact clock-driven one, 0.00625 ms",
                {"COBA": ("rk4/cubic", "0.00625"), "CUBA": ("exact/cubic", "0.00625")})]

    def cells(methods):
        for model in ("COBA", "CUBA"):
            row = rows[(model, *methods[model])]
            yield f"{float(row['time per event [ns]']):.0f} ns"
            yield (f"wrong from {float(row['first wrong [ms]']):.1f} ms on" if row["first wrong [ms]"]
                   else f"{float(row['rms error [ms]']):.1e} ms".replace("e-0", "e-"))
    return table(["", "COBA", "error", "CUBA", "error"], [[title, *cells(methods)] for title, methods in entries])


def sweep():
    rows = {(row["model"], int(row["in-degree"]), float(row["events per neuron [1/s]"])): float(row["clock / event"])
            for row in rows_of("epyc_2_cores/cost_sweep.csv")}
    columns = [(model, inputs) for model in ("COBA", "CUBA") for inputs in (10, 100, 1000, 10000)]

    def cell(model, inputs, events):
        ratio = rows.get((model, inputs, events))
        return "" if ratio is None else f"{ratio:.2f}" if ratio < 1 else f"{ratio:.1f}"
    return table(["synaptic events per neuron and second", *(f"{model}, {inputs:,} inputs" for model, inputs in columns)],
                 [[f"{events:,}", *(cell(*column, float(events)) for column in columns)]
                  for events in (1, 10, 100, 1000, 10000, 100000, 1000000)])


def learning():
    """Weights and spikes of other simulators with the same rule: at two steps, and the orders of convergence."""
    rows = {(row["rule"], row["f"], row["simulator"], row["dt [ms]"]): row
            for row in rows_of("epyc_2_cores/plasticity_simulators.csv")}

    def order(row, column):
        names = list(row)
        error = row[names[names.index(column) + 1]]
        return f"{float(row[column]):.2f} ± {float(error):.2f}" if row[column] else ""

    def cells(row):
        coarse, fine = (rows[(row["rule"], row["f"], row["simulator"], dt)] for dt in ("1", "0.015625"))
        yield row["rule"] + (f", f = {row['f']}" if row["f"] else "")
        yield f"{row['simulator']} {row['version'].removesuffix('.dev0')}"
        for at in (coarse, fine):
            yield str(int(at["coincident"]) + int(at["misordered"])) if at["coincident"] else ""
        for column in ("rms error [w_max]", "their rms error [w_max]"):
            for at in (coarse, fine):
                yield digits(at[column], 2) if at[column] else ""
            yield order(row, "order of weights" if column.startswith("rms") else "of resolved synapses")
        yield order(row, "of spike times")
    return table(["rule", "simulator", "lost pairs, dt = 1 ms", "2^-6 ms", "rms error of weights [w_max], 1 ms", "2^-6 ms",
                  "order", "of synapses without lost pairs, 1 ms", "2^-6 ms", "order", "spike times, order"],
                 [list(cells(row)) for row in rows_of_orders()])


def rows_of_orders():
    """The names of some columns occur twice: the second gets a number."""
    with open(RESULTS / "epyc_2_cores/plasticity_simulator_orders.csv", newline="", encoding="utf-8") as file:
        lines = list(csv.reader(file))
    names = [f"{name} {k}" if name in lines[0][:k] else name for k, name in enumerate(lines[0])]
    return [dict(zip(names, line)) for line in lines[1:]]


def releases():
    return table(["", "simulator", "releases", "expected", "largest deviation at a spike [standard errors]"],
                 [[row["rule"], row["simulator"], row["releases"], f"{float(row['expected']):.0f}",
                   f"{float(row['largest deviation at a spike [std. errors]']):.1f}"]
                  for row in rows_of("epyc_2_cores/plasticity_releases.csv")])


def published(network):
    """Every input and scale that was measured."""
    def cells(row):
        seconds = 100.0 / float(row["duration_ms"])
        times = [digits(seconds * float(row[key]), 3) for key in ("median_s", "min_s", "max_s")]
        yield network_of(row)
        yield entrant_of(row)
        yield f"{times[0]} ({times[1]}-{times[2]})"
        yield digits(row["ns_per_event"], 3)
        yield f"{float(row['times_first']):.1f} ({float(row['times_first_min']):.1f}-{float(row['times_first_max']):.1f})"
        yield f"{digits(row['build_s'], 2)} s ({1e9 * float(row['build_s']) / float(row['synapse_count']):.0f} ns)"
        yield f"{float(row['bytes_per_synapse']):.0f}"
    return table(["", "", "seconds for 100 ms", "ns per synaptic event", "times va-event's", "building (per synapse)",
                  "bytes per synapse"], [list(cells(row)) for row in measured(network)])


def network_of(row):
    scaled = row["network"] == "microcircuit" or float(row["scale"]) != 1.0
    return f"{row['input']}, scale {row['scale']}" if scaled else row["input"]


def entrant_of(row):
    names = {"va_event": "**va-event, exact**", "nest": "NEST", "brian2": "Brian2", "auryn": "Auryn"}
    threads = "" if row["threads"] == "1" else f", {row['threads']} threads"
    return names[row["simulator"]] + threads + (", common delays" if row["synapses"] == "common" else "")


def measured(network):
    """The rows of published.py's files, but those with other rates."""
    return [row for path in sorted((RESULTS / PUBLISHED).glob(f"{network}_*.csv"))
            for row in rows_of(f"{PUBLISHED}/{path.name}") if row["status"] == "verified"]


def published_rates(network, names):
    """Of each population [Hz], one thread, synapses of their own."""
    rows = [row for row in measured(network) if row["threads"] == "1" and row["synapses"] == "own"]
    return table(["", "", *names], [[network_of(row), entrant_of(row),
                                     *(f"{float(rate):.2f}" for rate in row["rates_hz"].split())] for row in rows])


def grid():
    """Exact value, and what the grid adds, with 95 % confidence intervals."""
    rows = rows_of(f"{PUBLISHED}/grid_study.csv")
    populations = dict.fromkeys(row["population"] for row in rows)
    measures = ("rate", "cv", "correlation")

    def cells(name):
        for measure in measures:
            row = next(row for row in rows if row["population"] == name and row["measure"] == measure)
            text = f"{float(row['difference']):+.2g} ± {float(row['difference_ci']):.2g}"
            yield f"{float(row['exact']):.3g}"
            yield f"**{text}**" if abs(float(row["difference"])) > float(row["difference_ci"]) else text
    return table(["", "rate [Hz]", "difference", "CV", "difference", "correlation", "difference"],
                 [[name, *cells(name)] for name in populations])


PUBLISHED = "epyc_2_cores_published"
LAYERS = ("L2/3E", "L2/3I", "L4E", "L4I", "L5E", "L5I", "L6E", "L6I")
TABLES = {"speed": speed, "shorter_steps": shorter_steps, "nest": nest,
          "auryn": lambda: beside_auryn("xeon_2_cores_near_spikes"), "auryn_quiet": lambda: beside_auryn("epyc_2_cores_quiet"),
          "memory": memory, "processes": processes, "scaling": scaling, "cost": cost,
          "sweep": sweep, "learning": learning, "releases": releases}
if list((RESULTS / PUBLISHED).glob("microcircuit_*.csv")):
    TABLES.update(microcircuit=lambda: published("microcircuit"),
                  microcircuit_rates=lambda: published_rates("microcircuit", LAYERS))
if list((RESULTS / PUBLISHED).glob("brunel_*.csv")):
    TABLES.update(brunel=lambda: published("brunel"),
                  brunel_rates=lambda: published_rates("brunel", ("excitatory", "inhibitory")))
if list((RESULTS / PUBLISHED).glob("plastic_*.csv")):
    TABLES.update(plastic=lambda: published("plastic"),
                  plastic_rates=lambda: published_rates("plastic", ("excitatory", "inhibitory")))
if list((RESULTS / PUBLISHED).glob("balanced_*.csv")):
    TABLES.update(balanced=lambda: published("balanced"),
                  balanced_rates=lambda: published_rates("balanced", ("excitatory", "inhibitory")))
if (RESULTS / PUBLISHED / "grid_study.csv").exists():
    TABLES.update(grid=grid)

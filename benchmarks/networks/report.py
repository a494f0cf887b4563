# SPDX-License-Identifier: Apache-2.0
"""What run.py writes: a table, CSV, JSON, and the figure of time against error."""

import csv
import datetime
import json
import os
import platform
import subprocess
import sys

NAMES = {"va_event": "va-event", "auryn": "Auryn", "brian2": "Brian2", "neuron": "NEURON", "nest": "NEST"}
COLORS = {"va_event": "#c0392b", "auryn": "#2471a3", "brian2": "#27ae60", "neuron": "#8e44ad", "nest": "#d68910"}
COLUMNS = ["model", "neurons", "simulator", "version", "settings", "dt_ms", "threads", "status", "repetitions",
           "median_s", "min_s", "max_s", "ns_per_event", "rate_hz", "synaptic_events", "first_wrong_ms",
           "median_error_ms", "right_share_of_100_ms", "duration_ms"]


def machine():
    cpu = platform.processor()
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as file:
            lines = file.read().splitlines()
        cpu = next(line.split(":")[1].strip() for line in lines if line.startswith("model name"))
        flags = next(line for line in lines if line.startswith("flags")).split()
    except (OSError, StopIteration):
        flags = []
    compiler = subprocess.run(["g++", "--version"], capture_output=True, text=True, check=False).stdout.split("\n")[0]
    try:
        system = platform.freedesktop_os_release()["PRETTY_NAME"]
    except (OSError, AttributeError):
        system = platform.system()
    return {"cpu": cpu, "cores": os.cpu_count(), "system": system, "compiler": compiler,
            "instruction_sets": [name for name in ("avx2", "avx512f") if name in flags],
            "load_average": os.getloadavg(), "date": datetime.date.today().isoformat()}


def write_rows(folder, name, columns, rows, about):
    """Into name.csv and name.json. @param about what the latter says beside the machine"""
    folder.mkdir(parents=True, exist_ok=True)
    with open(folder / f"{name}.csv", "w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, columns, extrasaction="ignore", lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    with open(folder / f"{name}.json", "w", encoding="utf-8") as file:
        json.dump({"machine": machine(), **about, "rows": rows}, file, indent=1)
        file.write("\n")


def write(folder, rows, options):
    settings = {"models": options.models, "neurons": options.neurons, "repetitions": options.repetitions,
                "dt_ms": options.dt, "threads": options.threads, "duration_ms": options.duration}
    write_rows(folder, "networks", COLUMNS, rows, {"settings": settings})
    try:
        draw(folder / "networks.svg", rows, min(options.neurons))
    except ImportError:
        print("no figure: apt-get install python3-matplotlib (Debian)", file=sys.stderr)


def table(rows):
    """Markdown."""
    lines = ["| network | simulator | dt | threads | wall time [s]: median (min-max) | ns per synaptic event | "
             "times va-event, 1 thread | first wrong spike |", "|---|---|---|---|---|---|---|---|"]
    alone = {(row["model"], row["neurons"]): row.get("median_s") for row in rows
             if row["simulator"] == "va_event" and row["threads"] == 1}
    for row in rows:
        name, dt = NAMES[row["simulator"]], f"{row['dt_ms']} ms" if row["dt_ms"] else "none"
        begin = f"| {row['model']}, {row['neurons']} | {name} | {dt} | {row['threads']} | "
        if row["status"] != "verified":
            lines.append(begin + f"failed: {row['status']} | | | |")
            continue
        reference = alone.get((row["model"], row["neurons"]))
        wrong = row.get("first_wrong_ms")
        lines.append(begin + f"{row['median_s']:.4f} ({row['min_s']:.4f}-{row['max_s']:.4f}) | "
                     f"{row['ns_per_event']:.0f} | "
                     + (f"{row['median_s'] / reference:.2f}" if reference else "") + " | "
                     + (f"{wrong:.1f} ms" if wrong is not None else "none") + " |")
    return "\n".join(lines)


def draw(path, rows, neurons):
    import matplotlib

    matplotlib.use("svg")
    matplotlib.rcParams["svg.hashsalt"] = "va-event"  # the same figure is the same file
    from matplotlib import pyplot

    rows = [row for row in rows if row["neurons"] == neurons and row["status"] == "verified" and row["threads"] == 1
            and row.get("median_error_ms") is not None]
    models = sorted({row["model"] for row in rows})
    if not models:
        return
    figure, panels = pyplot.subplots(2, len(models), figsize=(5.2 * len(models), 8), squeeze=False)
    for column, model in enumerate(models):
        for line, key in enumerate(("median_error_ms", "first_wrong_ms")):
            panel = panels[line][column]
            for name in COLORS:
                points = [row for row in rows if row["model"] == model and row["simulator"] == name]
                if points:
                    draw_one(panel, name, key, points)
            panel.set_xscale("log")
            panel.set_yscale("log")
            panel.grid(True, which="major", alpha=0.3)
            panel.set_ylabel(f"wall time of {rows[0]['duration_ms']:g} ms [s]")
        panels[0][column].set_title(f"{model}, {neurons} neurons, 1 thread")
        panels[0][column].set_xlabel("median error of a spike time in the first 100 ms [ms]  (left is better)")
        panels[1][column].set_xlabel("time of the first wrong spike [ms]  (right is better)")
        panels[0][column].legend(fontsize=8)
    figure.tight_layout()
    figure.savefig(path, metadata={"Date": None})
    pyplot.close(figure)


def draw_one(panel, name, key, points):
    """A line over the steps, labelled with them [ms]; a run without a wrong spike stands at its end, as "none"."""
    xs = [row[key] if row[key] is not None else row["duration_ms"] for row in points]
    ys = [row["median_s"] for row in points]
    panel.plot(xs, ys, marker="*" if name == "va_event" else "o", markersize=14 if name == "va_event" else 5,
               color=COLORS[name], label=NAMES[name], linewidth=1)
    for row, x, y in zip(points, xs, ys):
        label = "none" if row[key] is None else f"{row['dt_ms']:g}" if row["dt_ms"] else ""
        panel.annotate(label, (x, y), fontsize=7, xytext=(4, 4), textcoords="offset points")

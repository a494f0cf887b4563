# SPDX-License-Identifier: Apache-2.0
"""What published.py writes: tables, CSV and JSON."""

import statistics

from competition import times_of
from report import NAMES, write_rows

COLUMNS = ["network", "input", "synapses", "scale", "inputs", "neurons", "synapse_count", "simulator", "version",
           "settings", "dt_ms", "threads", "status", "build_s", "bytes_per_synapse", "peak_bytes", "repetitions",
           "median_s", "min_s", "max_s", "ns_per_event", "times_first", "times_first_min", "times_first_max",
           "duration_ms", "warm_up_ms", "source_delay_ms", "rates_hz"]


def row_of(entrant, network, rates, first, options):
    """times_first: how many times the wall time per synaptic event of the first entrant its own is, repetition by
    repetition."""
    row = {"network": options.network, "input": options.input, "synapses": entrant.task["synapses"],
           "scale": options.scale, "inputs": options.inputs, "simulator": entrant.name, "version": entrant.version,
           "settings": entrant.told.get("settings"), "dt_ms": None if entrant.name == "va_event" else options.dt,
           "threads": entrant.task["threads"], "status": entrant.failure or "verified",
           "neurons": int(network.sizes.sum()), "synapse_count": int(network.synapses.sum()),
           "repetitions": len(entrant.runs), "duration_ms": options.duration, "warm_up_ms": options.warm_up,
           "source_delay_ms": options.source_delay, "rates_hz": " ".join(f"{rate:.3f}" for rate in rates),
           "runs": entrant.runs}
    if entrant.told:
        row.update(build_s=entrant.told["build_s"], peak_bytes=entrant.told["peak_bytes"],
                   bytes_per_synapse=entrant.told["memory_bytes"] / network.synapses.sum())
    if entrant.runs:
        ratios = [run["ns_per_event"] / other["ns_per_event"] for run, other in zip(entrant.runs, first.runs)
                  if other["ns_per_event"] > 0] or [float("nan")]
        row.update(**times_of(entrant.runs), times_first=statistics.median(ratios), times_first_min=min(ratios),
                   times_first_max=max(ratios))
    return row


def write(folder, rows, options):
    write_rows(folder, f"{options.network}_{options.input}_{options.scale:g}", COLUMNS, rows, {})


def tables(rows, network):
    """Markdown: time, building and memory; rates."""
    lines = ["| simulator | wall time [s]: median (min-max) | ns per synaptic event | times those of the first (min-max) | "
             "build [s] (ns per synapse) | bytes per synapse (at most) |", "|---|---|---|---|---|---|"]
    for row in rows:
        begin = f"| {title(row)} | "
        if "median_s" not in row:
            lines.append(begin + f"failed: {row['status']} | | | | |")
            continue
        lines.append(
            begin + f"{row['median_s']:.4f} ({row['min_s']:.4f}-{row['max_s']:.4f}) | {row['ns_per_event']:.1f} | "
            f"{row['times_first']:.2f} ({row['times_first_min']:.2f}-{row['times_first_max']:.2f}) | "
            f"{row['build_s']:.2f} ({1e9 * row['build_s'] / row['synapse_count']:.0f}) | "
            f"{row['bytes_per_synapse']:.1f} ({row['peak_bytes'] / row['synapse_count']:.1f}) |")
    lines += ["", "| rates [Hz] | " + " | ".join(network.names) + " |", "|---|" + "---|" * len(network.names)]
    lines += [f"| {title(row)} | " + " | ".join(f"{float(rate):.2f}" for rate in row["rates_hz"].split()) + " |"
              for row in rows if row["rates_hz"]]
    return "\n".join(lines)


def title(row):
    more = f", {row['threads']} threads" if row["threads"] > 1 else ""
    return (f"{NAMES[row['simulator']]}{more}" + (", common delays" if row["synapses"] == "common" else "")
            + ("" if row["status"] == "verified" or "median_s" not in row else f" ({row['status']})"))

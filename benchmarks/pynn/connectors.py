#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Microseconds per synapse of PyNN's connectors on va_event, in CSV: a row per connector, a column per kind of weights.

    benchmarks/pynn/connectors.py [--synapses N] [--only NAME] > connectors.csv

Time of the processor until a Projection is made, of about so many synapses. 10 and 100 in a name are synapses per cell:
work per cell weighs more in the first. NumpyRNG in a name is the connector's generator, of which PyNN prescribes a
number for each pair of cells in most connectors. Weights and delays are constant, drawn by a NumpyRNG (weights
uniform, delays normal_clipped), drawn by a NativeRNG, matrices, or functions of the distance as strings. CSAConnector
and functions of indices and displacements are the script's own Python, and are left out. va_event is the installed one,
or that of VA_EVENT_SITE (<build>/apps/pynn/site).
"""

import argparse
import csv
import os
import site
import sys
import time
import warnings

if "VA_EVENT_SITE" in os.environ:
    site.addsitedir(os.path.realpath(os.environ["VA_EVENT_SITE"]))

import numpy as np  # noqa: E402
from pyNN.random import NumpyRNG, RandomDistribution  # noqa: E402

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import pyNN.va_event as sim


def connectors(synapses):
    """(name, connector, number of cells): within one population."""
    wide, narrow = int((synapses / 100) or 1), int((synapses / 10) or 1)
    root = int(synapses**0.5)
    numbers = np.random.RandomState(1)
    pairs = numbers.randint(0, narrow, (synapses, 2))
    rows = np.column_stack((pairs, numbers.uniform(0.1, 0.2, synapses), numbers.uniform(0.5, 1.0, synapses)))
    yield "AllToAll", sim.AllToAllConnector(), root
    yield "AllToAll without self-connections", sim.AllToAllConnector(False), root
    yield "OneToOne", sim.OneToOneConnector(), synapses
    for generator, rng in (("", lambda: None), (" NumpyRNG", lambda: NumpyRNG(seed=1))):
        yield f"FixedTotalNumber{generator}", sim.FixedTotalNumberConnector(synapses, rng=rng()), narrow
        for each, cells in ((100, wide), (10, narrow)):
            yield f"FixedProbability {each}{generator}", sim.FixedProbabilityConnector(each / cells, rng=rng()), cells
            yield f"FixedNumberPre {each}{generator}", sim.FixedNumberPreConnector(min(each, cells), rng=rng()), cells
            yield f"FixedNumberPost {each}{generator}", sim.FixedNumberPostConnector(min(each, cells), rng=rng()), cells
        yield (f"FixedNumberPre 10 with replacement{generator}",
               sim.FixedNumberPreConnector(10, with_replacement=True, rng=rng()), narrow)
        yield (f"DistanceDependentProbability 100{generator}",
               sim.DistanceDependentProbabilityConnector("d <= 50", rng=rng()), wide)
    yield "FromList of pairs", sim.FromListConnector(pairs), narrow
    yield "FromList with weights and delays", sim.FromListConnector(rows), narrow
    yield "Array 100", sim.ArrayConnector(numbers.uniform(size=(wide, wide)) < 100.0 / wide), wide
    yield "Clone 100", None, wide


def synapses_of(kind, cells):
    if kind == "constant":
        return {"weight": 0.1, "delay": 0.5}
    if kind == "matrix":
        return {"weight": np.full((cells, cells), 0.1), "delay": np.full((cells, cells), 0.5)}
    if kind == "distance":
        return {"weight": "0.1 + 0.001 * d", "delay": "0.5 + 0.01 * d"}
    rng = NumpyRNG if kind == "NumpyRNG" else sim.NativeRNG
    return {"weight": RandomDistribution("uniform", (0.1, 0.2), rng=rng(seed=1)),
            "delay": RandomDistribution("normal_clipped", (0.5, 0.1, 0.1, 0.9), rng=rng(seed=2))}


def measure(connector, cells, kind):
    """Microseconds per synapse and the number of synapses; None where PyNN does not allow these weights."""
    if kind == "matrix" and cells > 2000:  # 10 numbers per synapse and more are those of the matrix
        return None
    if kind in ("matrix", "distance") and isinstance(connector, sim.FromListConnector):
        return None
    sim.setup()
    population = sim.Population(cells, sim.IF_curr_exp())
    if connector is None:
        each = sim.FixedNumberPreConnector(min(100, cells))
        connector = sim.CloneConnector(sim.Projection(population, population, each, sim.StaticSynapse()))
    synapse = sim.StaticSynapse(**synapses_of(kind, cells))
    begin = time.process_time()
    projection = sim.Projection(population, population, connector, synapse)
    return (time.process_time() - begin) / max(len(projection), 1) * 1e6, len(projection)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--synapses", type=int, default=100_000)
    parser.add_argument("--only", default="", help="connectors with this in their names")
    options = parser.parse_args()
    kinds = ("constant", "NumpyRNG", "NativeRNG", "matrix", "distance")
    table = csv.writer(sys.stdout, lineterminator="\n")
    table.writerow(("connector", "synapses", *kinds))
    for name, connector, cells in connectors(options.synapses):
        if options.only in name:
            results = [measure(connector, cells, kind) for kind in kinds]
            table.writerow((name, results[0][1], *("" if one is None else f"{one[0]:.3g}" for one in results)))
            sys.stdout.flush()


if __name__ == "__main__":
    main()

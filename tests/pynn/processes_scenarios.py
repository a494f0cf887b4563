# SPDX-License-Identifier: Apache-2.0
"""What processes_test.py runs in several processes: `processes_scenarios.py <scenario> <folder>`. Each process leaves
what it got in <folder>/<its number>."""

import os
import pickle
import random
import sys

from neo.io import get_io
from pyNN import errors
from pyNN.random import NumpyRNG, RandomDistribution

from support import np, sim
from vogels_abbott import build


def data_of(group, **which):
    """Everything in a block: one entry for each segment."""
    result = []
    for segment in group.get_data(**which).segments:
        trains = [(int(train.annotations.get("source_id", train.annotations.get("channel_id"))), train.magnitude.tobytes())
                  for train in segment.spiketrains]
        signals = {signal.name: (float(signal.t_start), signal.array_annotations["channel_index"].tolist(),
                                 np.ascontiguousarray(signal.magnitude.T)) for signal in segment.analogsignals}
        result.append((trains, signals))
    return result


def cells_of(*groups):
    return [([int(cell) for cell in group.all_cells], [int(cell) for cell in group.local_cells], group.local_size,
             [bool(here) for here in group._mask_local]) for group in groups]


def vogels_abbott(benchmark, groups, csa=None):
    net = build(sim, benchmark, groups, n=600, p_connect=0.13, csa=csa)
    net.exc[[0, 1, 399]].record("v")
    net.inh[5:9].record(["v", "spikes"])
    sim.run(150.0)
    parts = [net.exc, net.inh] + ([] if net.every is None else [net.every])
    return {"whole": [data_of(part) for part in parts], "own": [data_of(part, gather=False) for part in parts],
            "counts": [part.get_spike_counts() for part in parts],
            "own counts": [part.get_spike_counts(gather=False) for part in (net.exc, net.inh)],
            "mean": net.exc.mean_spike_count(), "cells": cells_of(*parts),
            "sizes": [projection.size() for projection in net.projections],
            "own sizes": [len(projection) for projection in net.projections],
            "synapses": [projection.get(["weight", "delay"], "list") for projection in net.projections[:3]],
            "own synapses": [projection.get(["weight", "delay"], "list", gather=False)
                             for projection in net.projections[:3]]}


def connection_sets():
    import csa

    random.seed(5 + sim.rank())  # setup() gives all processes the generator of the first
    return vogels_abbott("CUBA", "populations", csa)


def connectors():
    """Every connector that PyNN implements, with values of every kind."""
    def rng():
        return NumpyRNG(seed=11, parallel_safe=True)

    space = sim.Space()
    left = sim.Population(30, sim.IF_cond_exp(), structure=sim.space.Line())
    right = sim.Population(23, sim.IF_cond_exp(), structure=sim.space.Line(x0=3.0))
    both = left[4:20] + right
    drawn = dict(weight=RandomDistribution("uniform", low=0.001, high=0.002, rng=rng()),
                 delay=RandomDistribution("uniform", low=0.2, high=3.0, rng=rng()))
    listed = [(k % 30, (7 * k) % 23, 0.001 * k, 0.1 + 0.01 * k) for k in range(60)]
    matrix = np.array(rng().next(30 * 23)).reshape(30, 23) < 0.2
    made = []
    for connector, pre, post in (
            (sim.AllToAllConnector(allow_self_connections=False), left, both),
            (sim.OneToOneConnector(), left[:23], right),
            (sim.FixedProbabilityConnector(0.3, rng=rng()), right, left),
            (sim.FixedProbabilityConnector(0.3, allow_self_connections=False, rng=rng()), both, both),
            (sim.FixedNumberPreConnector(4, rng=rng()), left, right),
            (sim.FixedNumberPostConnector(3, rng=rng()), left, right),
            (sim.FixedTotalNumberConnector(50, rng=rng()), left, right),
            (sim.FixedNumberPreConnector(4), left, right),
            (sim.FixedTotalNumberConnector(50, rng=sim.NativeRNG(seed=3)), left, right),
            (sim.DistanceDependentProbabilityConnector("exp(-d / 5.0)", rng=rng()), left, right),
            (sim.FromListConnector(listed), left, right),
            (sim.ArrayConnector(matrix), left, right)):
        synapses = [sim.StaticSynapse(weight=0.001, delay=0.7), sim.StaticSynapse(**drawn)]
        if post is not both:  # PyNN knows no distances of assemblies
            synapses.append(sim.StaticSynapse(weight="0.001 * (1 + d)", delay="0.2 + 0.1 * d"))
        made += [sim.Projection(pre, post, connector, synapse, space=space) for synapse in synapses]
    made.append(sim.Projection(left, right, sim.CloneConnector(made[-1]), sim.StaticSynapse(weight=0.003)))
    try:  # the wrong synapse is one of the last process
        sim.Projection(left, right, sim.FromListConnector([(0, 0, 0.1, 1.0), (0, 22, -0.1, 1.0)]), sim.StaticSynapse())
        refused = ""
    except errors.ConnectionError as error:
        refused = str(error)
    names = ["weight", "delay"]
    return {"refused": refused, "synapses": [projection.get(names, "list") for projection in made],
            "arrays": [projection.get(names, "array", multiple_synapses=how) for projection in made
                       for how in ("sum", "first", "last", "min")],
            "own synapses": [projection.get(names, "list", gather=False) for projection in made],
            "everywhere": [projection.get(names, "list", gather="all") for projection in made],
            "sizes": [projection.size() for projection in made], "own sizes": [len(projection) for projection in made],
            "shortest": sim.get_min_delay()}


def changes():
    """What changes during a run, of all cells and in single processes."""
    def rng():
        return NumpyRNG(seed=3, parallel_safe=True)

    noise = sim.Population(20, sim.SpikeSourcePoisson(rate=200.0), label="noise")
    cells = sim.Population(41, sim.IF_curr_exp(i_offset=0.3), label="cells")
    delta = sim.Population(2, sim.IF_curr_delta(), label="two cells")
    cells.initialize(v=RandomDistribution("uniform", low=-65.0, high=-51.0, rng=rng()))
    into = sim.Projection(noise, cells, sim.FixedProbabilityConnector(0.5, rng=rng()),
                          sim.StaticSynapse(weight=0.4, delay=RandomDistribution("uniform", low=0.3, high=4.0, rng=rng())))
    among = sim.Projection(cells, cells, sim.FixedNumberPreConnector(5, rng=rng()), sim.StaticSynapse(weight=0.2, delay=1.0))
    sim.Projection(cells, delta, sim.AllToAllConnector(), sim.StaticSynapse(weight=1.0, delay=1.5))
    (noise + cells + delta).record("spikes")
    cells[3:37:2].record(["v", "isyn_exc"], sampling_interval=0.5)
    segments = []
    for trial in range(2):
        sim.run(20.3)
        cells[10:30].set(tau_m=RandomDistribution("uniform", low=10.0, high=20.0, rng=rng()))
        for cell in cells:  # those of this process
            cell.i_offset = 0.1 + 0.01 * int(cell)
        for connection in among.connections:
            connection.weight = 0.001 * (1 + connection.presynaptic_index) + 0.01 * trial
        into.set(weight=list(np.arange(into.size()) * 1e-3))
        current = sim.NoisyCurrentSource(mean=0.1, stdev=0.3, dt=1.0, start=25.0, stop=60.0, rng=rng())
        current.inject_into(cells[0:15])
        cells[7:9].inject(sim.DCSource(amplitude=0.5, start=21.0, stop=40.0))
        sine = sim.ACSource(amplitude=0.4, frequency=70.0, start=22.0)
        sine.inject_into(cells[4:36:3])
        sine.inject_into(delta[1:])
        delta.record("v")
        sim.run(30.0)
        sine.amplitude = -0.2
        into.set(weight=RandomDistribution("uniform", low=0.1, high=0.5, rng=rng()))
        sim.run(29.9)
        segments.append(cells.mean_spike_count())
        if trial == 0:
            sim.reset(annotations={"trial": trial})
    parts = (noise, cells, delta)
    return {"whole": [data_of(part) for part in parts], "own": [data_of(part, gather=False) for part in parts],
            "counts": [part.get_spike_counts() for part in parts],
            "own counts": [part.get_spike_counts(gather=False) for part in parts], "cells": cells_of(*parts),
            "means": segments, "synapses": [into.get(["weight", "delay"], "list"), among.get("weight", "list")],
            "own synapses": [into.get(["weight", "delay"], "list", gather=False),
                             among.get("weight", "list", gather=False)],
            "parameters": [np.asarray(value).tobytes() for value in cells.get(["tau_m", "i_offset"], gather=True)],
            "own parameters": [np.asarray(value).tolist() for value in cells.get(["tau_m", "i_offset"], simplify=False)],
            "initial": [float(cells[k].get_initial_value("v")) for k in (0, 20, 40)],
            "stretches": stretches(cells)}


def stretches(cells):
    """Data that is taken piece by piece: samples of 40 cells that begin where others end, and after a pause."""
    cells.record(None)
    data = []
    for number, first in enumerate((1, 0, 17)):
        sim.run_until(96.1 + number)
        cells[first:].record(["v", "spikes"])
        for _ in range(3):
            sim.run(0.3)
            data.append(data_of(cells, clear=first == 17))
    return data


def plasticity():
    """Synapses that change, with parameters of their own and common ones."""
    def drawn(low, high, seed):
        return RandomDistribution("uniform", low=low, high=high, rng=NumpyRNG(seed=seed, parallel_safe=True))

    noise = sim.Population(20, sim.SpikeSourcePoisson(rate=300.0), label="noise")
    cells = sim.Population(41, sim.IF_cond_exp(tau_syn_E=2.0), label="cells")
    (noise + cells).record("spikes")
    connector = sim.FixedProbabilityConnector(0.4, rng=NumpyRNG(seed=8, parallel_safe=True))
    timings = {"weight": drawn(0.01, 0.03, 1), "delay": drawn(0.3, 4.0, 2)}
    pairs = sim.Projection(noise, cells, connector, sim.STDPMechanism(
        sim.SpikePairRule(A_plus=drawn(0.01, 0.03, 3)), sim.MultiplicativeWeightDependence(w_max=0.04),
        dendritic_delay_fraction=0.3, short_term=sim.ShortTermDynamics(tau_facil=50.0), **timings))
    triplets = sim.Projection(cells, cells, connector, sim.STDPMechanism(
        sim.TripletRule(A_plus=0.01), sim.AdditiveWeightDependence(w_max=0.05), **timings))
    markram = sim.Projection(noise, cells, connector, sim.TsodyksMarkramSynapse(U=drawn(0.1, 0.9, 4), **timings))
    quantal = sim.Projection(cells, cells, connector, sim.MultiQuantalSynapse(n=4, **timings), receptor_type="inhibitory")
    markram.initialize(u=drawn(0.0, 1.0, 5))
    plastic = [(pairs, "A_plus"), (triplets, "A3_plus"), (markram, "U"), (quantal, "n")]
    triplets.record("weight", sampling_interval=7.0)
    pairs.record(["weight", "x"], synapses=[1, 5, 60, 200])
    quantal.record("delivered_weight", synapses=[300, 3])
    synapses = []
    for trial in range(2):
        sim.run(30.0)
        synapses.append([projection.get(["weight", name], "list") for projection, name in plastic])
        for connection in triplets.connections:  # those of this process
            if connection.postsynaptic_index % 2 == trial:
                connection.weight = 0.02 + 1e-5 * connection.presynaptic_index
        pairs.set(A_plus=list(np.linspace(0.0, 0.02, pairs.size())))
        triplets.set(w_max=0.06, A3_minus=1e-3)
        if sim.rank() == 0:  # asks no other process
            triplets.get("weight", "list", gather=False)
        sim.run(30.0)
        synapses.append([projection.get(["weight", name], "list") for projection, name in plastic])
        counts = [cells.get_spike_counts()]
        sim.reset()
    for projection in (triplets, pairs, quantal):
        for segment in projection.get_data().segments:
            for signal in segment.analogsignals + segment.irregularlysampledsignals:
                places = {name: np.asarray(values).tolist() for name, values in
                          {**signal.annotations, **getattr(signal, "array_annotations", {})}.items()}
                synapses.append((signal.name, places, signal.times.magnitude, signal.magnitude))
    try:  # the wrong parameter is one of the last process
        sim.Projection(noise, cells, sim.FromListConnector([(0, 0, 0.5), (0, 40, 1.5)], column_names=["U"]),
                       sim.TsodyksMarkramSynapse())
        refused = ""
    except (RuntimeError, errors.InvalidParameterValueError) as error:
        refused = str(error)
    return {"whole": [data_of(part) for part in (noise, cells)], "counts": counts, "refused": refused,
            "synapses": synapses, "own synapses": [pairs.get("weight", "list", gather=False)]}


def files(folder):
    net = build(sim, "CUBA", n=200, p_connect=0.3)
    sim.run(50.0)
    net.exc.write_data(os.path.join(folder, "gathered.pkl"), annotations={"script": "test"})
    net.exc.write_data(os.path.join(folder, "own.pkl"), gather=False)
    net.projections[0].save("all", os.path.join(folder, "synapses.txt"))
    sim.end()
    if sim.rank() > 0:
        return {}
    block = get_io(os.path.join(folder, "gathered.pkl")).read()[0]
    with open(os.path.join(folder, "synapses.txt"), encoding="utf-8") as file:
        synapses = [line for line in file if not line.startswith("#")]
    return {"trains": [train.magnitude.tobytes() for train in block.segments[0].spiketrains],
            "v": np.asarray(block.segments[0].analogsignals[0].magnitude), "synapses": synapses,
            "script": block.annotations["script"]}


def failing():
    """An error in the last process only: the others wait for it."""
    cells = sim.Population(10, sim.IF_curr_exp())
    if sim.rank() == sim.num_processes() - 1:
        raise RuntimeError("no more of this")
    cells.record("v")
    sim.run(10.0)


def main():
    scenario, folder = sys.argv[1:]
    rank = sim.setup(timestep=0.1, min_delay="auto")
    name, *arguments = scenario.split(":")
    result = {"rank": rank, "processes": sim.num_processes()}
    if name == "files":
        arguments = [folder]
    if name != "start":
        result.update(globals()[name](*arguments))
    with open(os.path.join(folder, str(rank)), "wb") as file:
        pickle.dump(result, file)


if __name__ == "__main__":
    main()

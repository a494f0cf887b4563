#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Mean rates of the Vogels-Abbott network COBA on equal input: PyNN's NEURON with steps of 0.1 ms, and va_event.

    /usr/bin/python3 benchmarks/pynn/rates_against_neuron.py [--networks N] [--duration MS]

NEURON simulates the network of VAbenchmarks.py and records the spikes of its Poisson sources. va_event then simulates the
same synapses and initial potentials with these spikes as input. The network is chaotic: single spikes differ soon, and rates
of one second scatter, so there are several networks, of the seeds 98765, 98766, ... A network whose activity dies out in
either simulator is shown, and not counted. The error is the standard error of the mean difference. va_event is the
installed one, or that of VA_EVENT_SITE (<build>/apps/pynn/site).

PyNN's mechanisms for NEURON must be compiled: nrnivmodl in the folder pyNN/neuron/nmodl, or in a copy of pyNN that comes
first in PYTHONPATH (for Debian 12 with the NRNHOME of apps/va_crossval/simulators/run_neuron.py).
"""

import argparse
import math
import os
import site
import sys
import warnings

if "VA_EVENT_SITE" in os.environ:
    site.addsitedir(os.path.realpath(os.environ["VA_EVENT_SITE"]))
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "tests", "pynn"))

import numpy as np  # noqa: E402

from vogels_abbott import SEED, build  # noqa: E402


def rates(net, duration):
    """Mean rates [Hz] of excitatory and inhibitory cells, and the time of the last spike [ms]."""
    trains = [[np.asarray(train.magnitude) for train in group.get_data("spikes").segments[0].spiketrains]
              for group in (net.exc, net.inh)]
    last = max(train.max(initial=0.0) for group in trains for train in group)
    return [1e3 * sum(map(len, group)) / len(group) / duration for group in trains], last


def compare(seed, duration, neuron, va_event):
    net = build(neuron, "COBA", seed=seed, native_rng_baseseed=1000 * (seed - SEED))
    net.stimulus.record("spikes")
    neuron.run(duration)
    theirs, their_last = rates(net, duration)
    trains = net.stimulus.get_data("spikes").segments[0].spiketrains
    spikes = [np.sort(train.rescale("ms").magnitude).tolist() for train in trains]
    neuron.end()

    net = build(va_event, "COBA", seed=seed, input_spikes=spikes)
    va_event.run(duration)
    ours, our_last = rates(net, duration)
    va_event.end()
    alive = min(their_last, our_last) > duration - 20.0
    print(f"seed {seed}: {sum(map(len, spikes))} input spikes; E/I {theirs[0]:.2f}/{theirs[1]:.2f} Hz in NEURON, "
          f"{ours[0]:.2f}/{ours[1]:.2f} Hz here" + ("" if alive else f"; died at {their_last:.0f}, {our_last:.0f} ms"),
          flush=True)
    return theirs, ours, alive


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--networks", type=int, default=8)
    parser.add_argument("--duration", type=float, default=1000.0, help="[ms]")
    options = parser.parse_args()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import pyNN.neuron as neuron
        import pyNN.va_event as va_event
    results = [compare(SEED + k, options.duration, neuron, va_event) for k in range(options.networks)]
    pairs = np.array([(theirs, ours) for theirs, ours, alive in results if alive])
    if len(pairs) < 2:
        raise SystemExit("fewer than two networks stayed alive")
    for cells, name in enumerate(("excitatory", "inhibitory")):
        theirs, ours = pairs[:, 0, cells], pairs[:, 1, cells]
        error = (ours - theirs).std(ddof=1) / math.sqrt(len(pairs)) / theirs.mean()
        print(f"{name}: {theirs.mean():.2f} Hz in NEURON, {ours.mean():.2f} Hz here: "
              f"{100 * (ours.mean() / theirs.mean() - 1):+.1f} +- {100 * error:.1f} % ({len(pairs)} networks)")


if __name__ == "__main__":
    main()

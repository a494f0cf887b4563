#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Seconds of a PyNN script whose neurons have a Poisson source of their own each, of the rate of a neuron's whole input.

    benchmarks/pynn/poisson_sources.py [--neurons N] [--rate HZ] [--duration MS] [--threads N] [--method M]

1250 cells IF_curr_exp, each with a SpikeSourcePoisson of 10 kHz on a OneToOneConnector, whose mean input leaves them
just below the threshold; one second, one thread. Three phases are timed: `described` are the lines of the script that
make populations and projections, `built` is the first run(), of no time, and `simulated` is run() of the duration.
Every repetition is a network of its own seed; medians, least and greatest are printed, or all with --json. va_event is
the installed one, or that of VA_EVENT_SITE (<build>/apps/pynn/site).
"""

import argparse
import json
import os
import site
import statistics
import time
import warnings

if "VA_EVENT_SITE" in os.environ:
    site.addsitedir(os.path.realpath(os.environ["VA_EVENT_SITE"]))

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import pyNN.va_event as sim

#: Share of the distance from rest to threshold that the mean input depolarises the cells by.
MEAN_INPUT = 0.95
#: Times [s] that are told, in this order.
PHASES = ("described", "built", "simulated")


def weight(cells, rate):
    """[nA] of each input spike, at this rate [Hz]."""
    tau_m, cm, tau_syn, rest, threshold = (float(cells.get(name)) for name in (
        "tau_m", "cm", "tau_syn_E", "v_rest", "v_thresh"))
    return MEAN_INPUT * (threshold - rest) * cm / tau_m / (rate * 1e-3 * tau_syn)


def measure(neurons, rate, duration, **setup):
    """Seconds of the phases, and the mean rate [Hz] of the cells."""
    sim.setup(timestep=0.1, min_delay=0.1, **setup)
    times = [time.perf_counter()]
    cells = sim.Population(neurons, sim.IF_curr_exp())
    sources = sim.Population(neurons, sim.SpikeSourcePoisson(rate=rate))
    sim.Projection(sources, cells, sim.OneToOneConnector(), sim.StaticSynapse(weight=weight(cells, rate), delay=0.1))
    cells.record("spikes")
    times.append(time.perf_counter())
    sim.run(0.0)
    times.append(time.perf_counter())
    sim.run(duration)
    times.append(time.perf_counter())
    mean = sum(cells.get_spike_counts().values()) / neurons / duration * 1e3
    sim.end()
    return {**{name: end - begin for name, begin, end in zip(PHASES, times, times[1:])}, "mean rate [Hz]": mean}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--neurons", type=int, default=1250)
    parser.add_argument("--rate", type=float, default=10e3, help="of each source [Hz]")
    parser.add_argument("--duration", type=float, default=1000.0, help="[ms]")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--method", default="automatic", help="one-by-one, order-free or automatic")
    parser.add_argument("--repetitions", type=int, default=5)
    parser.add_argument("--json", action="store_true", help="all repetitions, in the place of the medians")
    options = parser.parse_args()
    results = [measure(options.neurons, options.rate, options.duration, threads=options.threads,
                       method=options.method, rng_seed=1 + seed)
               for seed in range(options.repetitions)]
    if options.json:
        print(json.dumps({**vars(options), "results": results}))
        return
    inputs = options.neurons * options.rate * options.duration * 1e-3
    medians = {name: statistics.median(result[name] for result in results) for name in results[0]}
    for name in PHASES:
        spread = ", ".join(f"{pick(result[name] for result in results):.3g}" for pick in (min, max))
        print(f"{name:10} {medians[name]:8.3g} s ({spread})")
    print(f"{1e9 * medians['simulated'] / inputs:.3g} ns per input spike, cells at {medians['mean rate [Hz]']:.3g} Hz")


if __name__ == "__main__":
    main()

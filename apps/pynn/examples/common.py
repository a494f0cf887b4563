# SPDX-License-Identifier: Apache-2.0
"""What the examples share and what has nothing to do with their networks: options, progress, result and figure."""

import sys
import time

from pyNN.random import NumpyRNG
from pyNN.utility import get_simulator

SHOWN = 80  # neurons of each population in the figure
COLOURS = ("#0072B2", "#D55E00")  # excitatory, inhibitory; the colour-blind tell them apart (Okabe and Ito 2008)


def read_options(*own, duration=200.0, warm_up="in which the start is forgotten"):
    """PyNN's simulator module, named on the command line, and the options; `options.setup` is for its setup().

    `duration` is the default value [ms]; `warm_up` tells what that time is for.
    """
    sim, options = get_simulator(
        *own,
        ("--duration", "simulated time that is recorded [ms]", {"type": float, "default": duration}),
        ("--warm-up", f"simulated time before that, {warm_up} [ms]", {"type": float, "default": 100.0}),
        ("--seed", "of every random number", {"type": int, "default": 1}),
        ("--threads", "threads that simulate; va_event has the same spikes for any number", {"type": int, "default": 0}),
        ("--plot-figure", "draw the spikes to this file", {"metavar": "FILE"}))
    for name, value, allowed in (("scale", options.scale, 0.0 < options.scale <= 1.0),
                                 ("duration", options.duration, options.duration > 0.0),
                                 ("warm-up", options.warm_up, options.warm_up >= 0.0)):
        if not allowed:
            rule = "> 0 and <= 1" if name == "scale" else ">= 0" if name == "warm-up" else "> 0"
            print(f"--{name} = {value:g}: must be {rule}", file=sys.stderr)
            sys.exit(2)
    options.setup = {"rng_seed": options.seed}
    if options.threads:
        options.setup["threads"] = options.threads
    return sim, options


def generator(sim, options):
    """The library's own random numbers where there are, since they are drawn fastest."""
    if options.simulator == "va_event":
        return sim.NativeRNG(seed=options.seed)
    return NumpyRNG(seed=options.seed)


class Progress:
    """A callback of run() that tells the time left, every second of the clock at most."""

    def __init__(self, options):
        self.stop = options.warm_up + options.duration
        self.interval = self.stop / 100.0
        self.start = self.told = time.perf_counter()

    def __call__(self, now):
        clock = time.perf_counter()
        if clock - self.told > 1.0 and now > 0.0:
            self.told = clock
            left = (clock - self.start) * (self.stop - now) / now
            print(f"{now:.0f} of {self.stop:.0f} ms, {left:.0f} s left", file=sys.stderr, flush=True)
        return now + self.interval


def rates(populations, options, published):
    """The table of mean rates beside the published ones (None: not published)."""
    print(f"{'population':<12}{'neurons':>9}{'rate [Hz]':>12}{'published [Hz]':>17}")
    for population, known in zip(populations, published):
        rate = population.mean_spike_count() / (options.duration * 1e-3)
        print(f"{population.label:<12}{population.size:>9}{rate:>12.2f}{'-' if known is None else f'{known:g}':>17}")


def plot(populations, options):
    """The raster, population by population from the top; needs matplotlib."""
    if not options.plot_figure:
        return
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    row = 0
    figure, axes = pyplot.subplots(figsize=(8.0, 8.0))
    for index, population in enumerate(populations):
        first = row
        for train in population[:SHOWN].get_data("spikes").segments[0].spiketrains:
            axes.plot(train.magnitude, [row] * len(train), ".", markersize=2, color=COLOURS[index % 2])
            row += 1
        axes.text(options.warm_up, 0.5 * (first + row), population.label + " ", ha="right", va="center")
    axes.set(xlim=(options.warm_up, options.warm_up + options.duration), ylim=(row, 0), yticks=[], xlabel="time [ms]")
    figure.savefig(options.plot_figure)

# SPDX-License-Identifier: Apache-2.0
"""The description of the network as arrays, and the simulation that is made from it at the first run().

PyNN lets users change everything until they run, and reset() goes back there. So populations and projections hold
arrays; only the first run() hands them to the library. From then on changes go to both.
"""

import numpy as np

from .. import _native
from . import processes
from .exceptions import as_pynn_errors

_MASK64 = (1 << 64) - 1


class Network:
    def __init__(self, state, seed, threads, method):
        self._state = state
        self.seed = seed
        self.threads = threads
        self.method = method
        self.populations = []
        self.projections = []
        self.current_sources = []
        self.generators = 0  # NativeRNGs without a seed of their own
        self.changed = set()  # (number of a projection, name) of what the simulation does not know yet of its synapses
        self.runs = 0  # how often the simulation has run: weights may have changed
        self._simulation = None
        self._trial = 0

    @property
    def simulation(self):
        """The library's network; None before the first run() and after reset()."""
        return self._simulation

    def require_open(self, what):
        """Structure cannot change under a simulation that has begun."""
        if self._simulation is not None:
            raise RuntimeError(f"{what} must be made before run(), or after reset(); now t = {self._state.t} ms")

    def dismiss(self):
        """Frees the simulation and lets go of all that belonged to it, whoever still has a population of it."""
        self._simulation = None
        self.populations, self.projections, self.current_sources = [], [], []

    def now(self):
        """[ms]"""
        return 0.0 if self._simulation is None else self._simulation.now

    def require_present(self, what):
        """What belongs to a network of the past has cells that are now others, or none."""
        if self is not self._state.network:
            raise RuntimeError(f"{what} belongs to a network that setup() has replaced")

    def reset(self, trial):
        """Drops the simulation. Trial number 0 has the seed of setup(), every further one a seed of its own: spikes of
        Poisson sources differ from trial to trial, and yet repeat when the whole script is run again."""
        self._simulation = None
        self.changed = set()
        self._trial = trial
        for source in self.current_sources:
            source.restart()

    def shortest_delay(self):
        delays = [projection.shortest_delay() for projection in self.projections if projection.size() > 0]
        return min(delays, default=self._state.dt)

    def run_until(self, time):
        if self._simulation is None:
            self._build()
        for source in self.current_sources:
            source.extend(time)
        with as_pynn_errors():
            self._change_synapses()
            self.runs += 1
            self._simulation.run_until(time)

    def _change_synapses(self):
        """What was changed since the last run. Single weights change in one process, and not in the others."""
        changed = set().union(*processes.all_gather(self.changed))
        for number, projection in enumerate(self.projections):
            names = {name for of, name in changed if of == number}
            if names:
                projection.send(names, self._simulation)
        self.changed = set()

    def _build(self):
        # Multiplying by an odd number keeps different trials apart, and far from the seeds that users choose.
        seed = (self.seed + self._trial * 0x9E3779B97F4A7C15) & _MASK64
        simulation = _native.Network(seed, self.threads, self.method)
        with as_pynn_errors():
            for population in self.populations:
                population.build(simulation)
            for projection in self.projections:
                projection.build(simulation)
            for source in self.current_sources:
                source.build(simulation)
            for population in self.populations:
                population.recorder.build(simulation)
            for projection in self.projections:
                projection.recorder.build(simulation)
        self._simulation = simulation


def ids_of(cells):
    """The ids of cells as the library takes them."""
    return np.asarray(cells, dtype=np.uint32)

# SPDX-License-Identifier: Apache-2.0
"""What PyNN's common code asks of a simulator: its name, the type of a cell's id, and the state."""

import weakref

from pyNN import common

from . import processes
from .network import Network

name = "va_event"

#: As in the command line `va-event`, so that both simulate the seed script's network with the same Poisson spikes.
DEFAULT_SEED = 17


class ID(int, common.IDMixin):
    """The number of a cell: cells count from 0 in the order of creation, as in the library."""

    def __init__(self, n):
        """`n` is used up by int.__new__()."""

    @property
    def parent(self):
        """The population, which its network keeps. Python's garbage collector does not look into a population's array
        of cells: if they kept it, it would stay for ever."""
        population = self.__dict__["_parent"]()
        if population is None:
            raise RuntimeError(f"cell {int(self)} belongs to a network that setup() has replaced")
        return population

    @parent.setter
    def parent(self, population):
        self.__dict__["_parent"] = weakref.ref(population)


class _Recorders(list):
    """PyNN's common code wants a set. All processes must go through them in one order, which sets have not."""

    add = list.append


class State(common.control.BaseState):
    def __init__(self):
        common.control.BaseState.__init__(self)
        self.dt = 0.1
        self._min_delay = "auto"
        self.max_delay = "auto"
        self.network = None
        self.clear()

    def clear(self, seed=DEFAULT_SEED, threads=0, method="automatic"):
        """Forgets the network."""
        if self.network is not None:
            self.network.dismiss()
        self.recorders = _Recorders()
        self.write_on_end = []
        self.id_counter = 0
        self.network = Network(self, seed, threads, method)
        self.segment_counter = -1
        self.reset()

    def reset(self):
        """Back to t = 0; the network stays."""
        self.running = False
        self.t = 0.0
        self.t_start = 0
        self.segment_counter += 1
        self.network.reset(trial=self.segment_counter)

    def run_until(self, time):
        """Up to half a timestep back is allowed, and means now: the clock is the simulation's and never goes back."""
        if time < self.t:
            time = self.t
        self.running = True
        try:
            self.network.run_until(float(time))
        except BaseException:  # Ctrl-C, say: everything until then is simulated
            self.running = self.network.simulation is not None
            self.t = self.network.now()
            raise
        self.t = float(time)

    def run(self, duration):
        self.run_until(self.t + duration)

    @property
    def mpi_rank(self):
        return 0 if processes.acts_as_one() else processes.rank

    @property
    def num_processes(self):
        return 1 if processes.acts_as_one() else processes.count

    @property
    def min_delay(self):
        """[ms]; "auto" becomes the shortest delay of the network. Nothing depends on it: delays are continuous."""
        return self.network.shortest_delay() if self._min_delay == "auto" else self._min_delay

    @min_delay.setter
    def min_delay(self, value):
        self._min_delay = value

    @property
    def default_delay(self):
        """[ms], of synapses that are given none."""
        return self.dt if self._min_delay == "auto" else self._min_delay


state = State()

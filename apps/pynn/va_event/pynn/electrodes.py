# SPDX-License-Identifier: Apache-2.0
"""Current sources. Every current is a series of steps, and the potential between two steps is exact."""

import numpy as np
from pyNN.parameters import ParameterSpace, Sequence
from pyNN.standardmodels import StandardCurrentSource, build_translations, electrodes

from . import simulator
from .errors import as_pynn_errors
from .network import ids_of


def _same(model):
    return build_translations(*((name, name) for name in model.default_parameters))


def _value_at(times, amplitudes, t):
    """The current after each of the times `t` [nA]; 0 before the first step."""
    return np.append(0.0, amplitudes)[np.searchsorted(times, t, "right")]


class _Steps(StandardCurrentSource):
    """A current that is known in advance. What it did so far in this run and will do is in `_timeline`."""

    def __init__(self, **parameters):
        self._cells = []
        self._timeline = (np.empty(0), np.empty(0))
        space = ParameterSpace(self.default_parameters, self.get_schema(), shape=(1,))
        space.update(**parameters)
        self.set_native_parameters(self.translate(space))
        simulator.state.network.current_sources.append(self)

    def set_native_parameters(self, parameters):
        parameters.evaluate(simplify=True)
        values = {name: value.value if isinstance(value, Sequence) else value for name, value in parameters.items()}
        for name, value in self._checked(values).items():
            object.__setattr__(self, name, value)
        if simulator.state.network.simulation is None:
            self.restart()
        else:
            self._change(*self._steps())

    def get_native_parameters(self):
        return ParameterSpace({name: getattr(self, name) for name in self.get_native_names()})

    def _checked(self, values):
        return values

    def _change(self, times, amplitudes):
        """Replaces the steps that are still to come. The library only adds: what is added is the difference."""
        now = simulator.state.t
        old_times, old_amplitudes = self._timeline
        past, future = old_times < now, times > now
        new_times = np.concatenate((old_times[past], [now], times[future]))
        new_amplitudes = np.concatenate(
            (old_amplitudes[past], [_value_at(times, amplitudes, now)], amplitudes[future]))
        when = np.unique(np.concatenate((new_times[new_times >= now], old_times[old_times >= now])))
        difference = _value_at(new_times, new_amplitudes, when) - _value_at(old_times, old_amplitudes, when)
        self._timeline = (new_times, new_amplitudes)
        self._inject(simulator.state.network.simulation, self._cells, when, difference)

    def _inject(self, simulation, cells, times, amplitudes):
        if cells and len(times) > 0:
            with as_pynn_errors():
                simulation.inject(ids_of(cells), times, amplitudes)

    def inject_into(self, cells, location=None):
        __doc__ = StandardCurrentSource.inject_into.__doc__  # noqa: F841
        if location is not None:
            raise NotImplementedError(f"{simulator.name} has point neurons only: location must be None")
        fresh = []
        for cell in cells:
            if not cell.celltype.injectable:
                raise TypeError("Can't inject current into a spike source.")
            if cell not in self._cells:
                fresh.append(cell)
        self._cells.extend(fresh)
        if simulator.state.network.simulation is not None:
            self._inject(simulator.state.network.simulation, fresh, *self._timeline)

    def restart(self):
        """Back to t = 0."""
        self._timeline = self._steps()

    def extend(self, time):
        """Called before a run until `time` [ms]: steps must be known so far."""

    def build(self, simulation):
        self._inject(simulation, self._cells, *self._timeline)

    def record(self):
        """Nothing to do: get_data() can tell the current at any time."""

    def _get_data(self):
        dt = simulator.state.dt
        times = np.arange(int(np.floor(simulator.state.t / dt + 1e-6)) + 1) * dt
        return times, _value_at(self._timeline[0], self._timeline[1], times + 1e-6 * dt)


class DCSource(_Steps, electrodes.DCSource):
    __doc__ = electrodes.DCSource.__doc__
    translations = _same(electrodes.DCSource)

    def _steps(self):
        start = max(float(self.start), 0.0)
        if not start < self.stop:
            return np.empty(0), np.empty(0)
        return np.array([start, float(self.stop)]), np.array([float(self.amplitude), 0.0])


class StepCurrentSource(_Steps, electrodes.StepCurrentSource):
    __doc__ = electrodes.StepCurrentSource.__doc__
    translations = _same(electrodes.StepCurrentSource)

    def _checked(self, values):
        """As PyNN defines: times are rounded to multiples of timestep, and of those that become one the last counts."""
        times = np.asarray(values["times"], dtype=float) if "times" in values else self.times
        amplitudes = np.asarray(values["amplitudes"], dtype=float) if "amplitudes" in values else self.amplitudes
        if times.shape != amplitudes.shape:
            raise ValueError(f"{times.size} times but {amplitudes.size} amplitudes")
        if not (times >= 0.0).all():
            raise ValueError("Step current cannot accept negative timestamps.")
        if not (np.diff(times) > 0.0).all():
            raise ValueError("Step current timestamps should be monotonically increasing.")
        times = self._round_timestamp(times, simulator.state.dt)
        last = np.append(times[1:] != times[:-1], [True]) if times.size > 0 else np.empty(0, dtype=bool)
        return {"times": times[last], "amplitudes": amplitudes[last]}

    def get_native_parameters(self):
        return ParameterSpace({"times": Sequence(self.times), "amplitudes": Sequence(self.amplitudes)})

    def _steps(self):
        return self.times, self.amplitudes


class NoisyCurrentSource(_Steps, electrodes.NoisyCurrentSource):
    __doc__ = electrodes.NoisyCurrentSource.__doc__
    translations = _same(electrodes.NoisyCurrentSource)

    #: Steps that are drawn at once: the noise must not depend on how a run is cut.
    _CHUNK = 4096

    def __init__(self, rng=None, **parameters):
        object.__setattr__(self, "_rng", rng)
        object.__setattr__(self, "_drawn", 0)
        _Steps.__init__(self, **parameters)

    def _checked(self, values):
        interval = values.get("dt", getattr(self, "dt", 0.0))
        if not interval > 0.0:
            raise ValueError(f"dt = {interval} ms: must be > 0")
        return values

    def _steps(self):
        self._drawn = 0
        self._stopped = False
        return np.empty(0), np.empty(0)

    def extend(self, time):
        interval = max(float(self.dt), simulator.state.dt)
        while not self._stopped and self.start + self._drawn * interval < time:
            numbers = np.arange(self._drawn, self._drawn + self._CHUNK)
            times = float(self.start) + numbers * interval
            generator = np.random if self._rng is None else self._rng.rng
            amplitudes = self.mean + self.stdev * generator.standard_normal(self._CHUNK)
            self._drawn += self._CHUNK
            inside = times < self.stop
            self._stopped = not inside.all()
            end = float(self.stop) if self._stopped else float(self.start) + self._drawn * interval
            self._append(times[inside], amplitudes[inside], end)

    def _append(self, times, amplitudes, end):
        """Adds steps until `end`. Those of the present injection end there too, so that the next one can begin."""
        now = simulator.state.t
        old_times, old_amplitudes = self._timeline
        keep = old_times < (times[0] if times.size > 0 else end)
        future = times >= now
        self._timeline = (np.concatenate((old_times[keep], times[future], [end])),
                          np.concatenate((old_amplitudes[keep], amplitudes[future], [0.0])))
        self._inject(simulator.state.network.simulation, self._cells, np.append(times, end),
                     np.append(amplitudes, 0.0))

# SPDX-License-Identifier: Apache-2.0
"""Current sources. Every current is a series of steps, and the potential between two steps is exact."""

import numpy as np
from pyNN.parameters import ParameterSpace, Sequence
from pyNN.standardmodels import StandardCurrentSource, build_translations, electrodes

from . import simulator
from .exceptions import as_pynn_errors
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
        self._members = set()
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
            if int(cell) not in self._members:
                self._members.add(int(cell))
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
        times = self._grid()
        return times, _value_at(*self._timeline, times + 1e-6 * simulator.state.dt)

    def _grid(self):
        """Multiples of timestep until now [ms]."""
        dt = simulator.state.dt
        return np.arange(int(np.floor(simulator.state.t / dt + 1e-6)) + 1) * dt


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


class _Intervals(_Steps):
    """A current of equal intervals that are worked out when a run comes near: it has no end that is known."""

    #: Intervals that are worked out at once. Fixed, so that noise does not depend on how a run is cut.
    _CHUNK = 4096

    def _steps(self):
        now = simulator.state.t
        self._next = max(0, int(np.floor((now - self.start) / self._interval)))
        self._complete = not self.start < self.stop
        return np.empty(0), np.empty(0)

    def extend(self, time):
        start, stop, interval = float(self.start), float(self.stop), self._interval
        while not self._complete and start + self._next * interval < time:
            numbers = np.arange(self._next, self._next + self._CHUNK)
            amplitudes = self._amplitudes(numbers * interval)
            times = start + numbers * interval
            self._next += self._CHUNK
            inside = times < stop
            self._complete = not inside.all()
            self._append(times[inside], amplitudes[inside], stop if self._complete else start + self._next * interval)

    def _append(self, times, amplitudes, end):
        """Adds intervals, the last of which lasts until `end`; there the next ones begin."""
        now = simulator.state.t
        first = max(0, int(np.searchsorted(times, now, "right")) - 1)
        times, amplitudes = np.append(times[first:], end), np.append(amplitudes[first:], 0.0)
        times[0] = max(times[0], now)
        old_times, old_amplitudes = self._timeline
        keep = old_times < times[0]
        self._timeline = (np.concatenate((old_times[keep], times)), np.concatenate((old_amplitudes[keep], amplitudes)))
        self._inject(simulator.state.network.simulation, self._cells, times, amplitudes)


class NoisyCurrentSource(_Intervals, electrodes.NoisyCurrentSource):
    __doc__ = electrodes.NoisyCurrentSource.__doc__
    translations = _same(electrodes.NoisyCurrentSource)

    def __init__(self, rng=None, **parameters):
        self._rng = rng
        _Intervals.__init__(self, **parameters)

    def _checked(self, values):
        interval = values.get("dt", self.__dict__.get("dt"))
        if not interval > 0.0:
            raise ValueError(f"dt = {interval} ms: must be > 0")
        return values

    @property
    def _interval(self):
        return float(self.dt)

    def restart(self):
        _Intervals.restart(self)
        self._generator = None

    def _amplitudes(self, times):
        if self._rng is not None:
            numbers = self._rng.next(len(times), "normal", {"mu": 0.0, "sigma": 1.0})
        else:
            if self._generator is None:
                network = simulator.state.network
                self._generator = np.random.RandomState(
                    [network.seed % 2**32, network.current_sources.index(self), simulator.state.segment_counter])
            numbers = self._generator.standard_normal(len(times))
        return self.mean + self.stdev * numbers


class ACSource(_Intervals, electrodes.ACSource):
    __doc__ = electrodes.ACSource.__doc__ + """
    Cells get the mean of the sine over each `timestep`, so that their potential differs from the sine's own by an
    amount that falls with the square of `timestep`. get_data() returns the sine."""
    translations = _same(electrodes.ACSource)

    @property
    def _interval(self):
        return float(simulator.state.dt)

    def _amplitudes(self, times):
        # The mean of a sine over an interval h is its value in the middle times sin(pi f h) / (pi f h).
        middle = self._sine(times + 0.5 * self._interval) - self.offset
        return self.offset + middle * np.sinc(self.frequency * self._interval / 1000.0)

    def _sine(self, times):
        """`times` after start [ms]."""
        angle = 2.0 * np.pi * (self.frequency * times / 1000.0 + self.phase / 360.0)
        return self.offset + self.amplitude * np.sin(angle)

    def restart(self):
        _Intervals.restart(self)
        self._history = []

    def set_native_parameters(self, parameters):
        if "amplitude" in self.__dict__:
            times = self._grid()
            self._history = [(simulator.state.t, self._current(times))]
        _Intervals.set_native_parameters(self, parameters)

    def _current(self, times):
        active = (times >= self.start - 1e-9) & (times < self.stop - 1e-9)
        current = np.where(active, self._sine(times - self.start), 0.0)
        for until, past in self._history:
            known = times[:len(past)] < until
            current[:len(past)][known] = past[known]
        return current

    def _get_data(self):
        return self._grid(), self._current(self._grid())

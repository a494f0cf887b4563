# SPDX-License-Identifier: Apache-2.0
"""Current sources. Currents are series of steps or sinusoids, and the potentials that follow are exact."""

import numpy as np
from pyNN.parameters import ParameterSpace, Sequence
from pyNN.standardmodels import StandardCurrentSource, build_translations, electrodes

from .. import _native
from . import simulator
from .exceptions import as_pynn_errors
from .network import ids_of


def _same(model):
    return build_translations(*((name, name) for name in model.default_parameters))


def _value_at(times, amplitudes, t):
    """The current after each of the times `t` [nA]; 0 before the first step."""
    return np.append(0.0, amplitudes)[np.searchsorted(times, t, "right")]


class _Source(StandardCurrentSource):
    """What all sources have in common: parameters, which may change between runs, and the cells."""

    def __init__(self, **parameters):
        self._cells = []
        self._members = set()
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
            self._change()

    def get_native_parameters(self):
        return ParameterSpace({name: getattr(self, name) for name in self.get_native_names()})

    def _checked(self, values):
        return values

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
            self._begin(simulator.state.network.simulation, fresh)

    def extend(self, time):
        """Called before a run until `time` [ms]: the current must be known so far."""

    def build(self, simulation):
        self._begin(simulation, self._cells)

    def record(self):
        """Nothing to do: get_data() can tell the current at any time."""

    def _grid(self):
        """Multiples of timestep until now [ms]."""
        dt = simulator.state.dt
        return np.arange(int(np.floor(simulator.state.t / dt + 1e-6)) + 1) * dt


class _Steps(_Source):
    """A current of steps. What it did so far in this run and will do is in `_timeline`."""

    _timeline = (np.empty(0), np.empty(0))

    def _change(self):
        """Replaces the steps that are still to come. The library only adds: what is added is the difference."""
        times, amplitudes = self._steps()
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

    def _begin(self, simulation, cells):
        self._inject(simulation, cells, *self._timeline)

    def restart(self):
        """Back to t = 0."""
        self._timeline = self._steps()

    def _get_data(self):
        times = self._grid()
        return times, _value_at(*self._timeline, times + 1e-6 * simulator.state.dt)


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


class ACSource(_Source, electrodes.ACSource):
    __doc__ = electrodes.ACSource.__doc__ + """
    offset + amplitude sin(2 pi frequency (t - start)/1000 + phase pi/180) from `start` to `stop`. Cells get exactly
    that, whatever `timestep` is."""
    translations = _same(electrodes.ACSource)

    _NAMES = ("amplitude", "offset", "frequency", "phase", "start", "stop")
    #: What the source was and is: [(from when on [ms], values in the order of _NAMES)].
    _history = []

    def _checked(self, values):
        for name, value in values.items():
            if not np.isfinite(value) and not (name == "stop" and value == np.inf):
                raise ValueError(f"{name} = {value}: must be finite")
        if abs(values.get("frequency", 0.0)) > _native.MAX_FREQUENCY:
            raise ValueError(f"frequency = {values['frequency']} Hz: must be at most {_native.MAX_FREQUENCY:g} Hz")
        return values

    def _values(self):
        return tuple(float(getattr(self, name)) for name in self._NAMES)

    def restart(self):
        """Back to t = 0."""
        self._history = [(0.0, self._values())]

    def _change(self):
        """From now on another sinusoid. The library only adds: the negative of the old one cancels it exactly."""
        now, new, simulation = simulator.state.t, self._values(), simulator.state.network.simulation
        if self._history:
            self._inject(simulation, self._cells, self._history[-1][1], -1.0)
            self._inject(simulation, self._cells, new)
        self._history = self._history + [(now, new)]

    def _begin(self, simulation, cells):
        self._inject(simulation, cells, self._history[-1][1])

    def _inject(self, simulation, cells, values, factor=1.0):
        amplitude, offset, frequency, phase, start, stop = values
        if not cells or not max(start, simulator.state.t) < stop:
            return
        if frequency < 0.0:
            frequency, phase = -frequency, 180.0 - phase
        if start < 0.0:
            start, phase = 0.0, phase - 0.36 * frequency * start
        with as_pynn_errors():
            simulation.inject_sine(ids_of(cells), factor * amplitude, factor * offset, frequency, phase, start, stop)

    def _get_data(self):
        times = self._grid()
        current = np.zeros_like(times)
        nearly = 1e-6 * simulator.state.dt
        for since, (amplitude, offset, frequency, phase, start, stop) in self._history:
            angle = 2.0 * np.pi * (frequency * (times - start) / 1000.0 + phase / 360.0)
            active = (times >= start - nearly) & (times < stop - nearly)
            sine = np.where(active, offset + amplitude * np.sin(angle), 0.0)
            current = np.where(times >= since - nearly, sine, current)
        return times, current

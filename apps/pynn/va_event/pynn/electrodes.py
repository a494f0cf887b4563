# SPDX-License-Identifier: Apache-2.0
"""Current sources. Currents are series of steps or sinusoids, and the potentials that follow are exact."""

import numpy as np
from pyNN import errors
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


#: Every time is earlier [ms].
_END = 2.0**62


def _check(good, name, value, rule):
    if not good:
        raise errors.InvalidParameterValueError(f"{name} = {value}: must be {rule}")


def _check_finite(values, units):
    """`units`: those of the parameters that must be finite."""
    for name, unit in units.items():
        _check(np.isfinite(values[name]), name, f"{values[name]} {unit}", "finite")


def _check_times(values):
    start, stop = values["start"], values["stop"]
    _check(abs(start) < _END, "start", f"{start} ms", "finite and below 2^62 ms")
    _check(abs(stop) < _END or stop == np.inf, "stop", f"{stop} ms", "below 2^62 ms, or inf, which means never")


class _Source(StandardCurrentSource):
    """What all sources have in common: parameters, which may change between runs, and the cells."""

    def __init__(self, **parameters):
        space = ParameterSpace(self.default_parameters, self.get_schema(), shape=(1,))
        space.update(**parameters)
        self._enter(self._values_of(self.translate(space)))

    @staticmethod
    def _values_of(parameters):
        parameters.evaluate(simplify=True)
        return {name: value.value if isinstance(value, Sequence) else value for name, value in parameters.items()}

    def _enter(self, values):
        """Becomes a source of the present network, without cells."""
        checked = self._checked(values)
        self._network = simulator.state.network
        self._cells = []
        self._members = set()
        self._forget()
        self._take(values, checked)
        self._network.current_sources.append(self)

    def set_native_parameters(self, parameters):
        known = {name: self.__dict__[name] for name in self.get_native_names()}
        values = {**known, **self._values_of(parameters)}
        self._take(values, self._checked(values))

    def _take(self, values, checked):
        """`checked` is what becomes of the `values` that were given."""
        before = {name: self.__dict__[name] for name in checked if name in self.__dict__}
        self.__dict__.update(checked)
        try:
            if simulator.state.network.simulation is None or self._network is not simulator.state.network:
                self.restart()
            else:
                self._change()
        except Exception:  # the current stays what it was
            self.__dict__.update(before)
            raise
        self._given = values

    def get_native_parameters(self):
        return ParameterSpace({name: getattr(self, name) for name in self.get_native_names()})

    def _checked(self, values):
        """The values of all parameters as they are to be used; an error when one of them is wrong."""
        raise NotImplementedError

    def inject_into(self, cells, location=None):
        __doc__ = StandardCurrentSource.inject_into.__doc__  # noqa: F841
        if location is not None:
            raise NotImplementedError(f"{simulator.name} has point neurons only: location must be None")
        cells = {int(cell): cell for cell in cells}
        for population in {id(cell.parent): cell.parent for cell in cells.values()}.values():
            population.require_present()
            if not population.celltype.injectable:
                raise TypeError("Can't inject current into a spike source.")
        if self._network is not simulator.state.network:  # it was made before setup()
            self._enter(self._given)
        fresh = [cell for number, cell in cells.items() if number not in self._members]
        if self._network.simulation is not None:
            self._begin(self._network.simulation, fresh)
        self._members.update(cells)
        self._cells.extend(fresh)

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

    def _forget(self):
        self._timeline = (np.empty(0), np.empty(0))

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
        self._inject(simulator.state.network.simulation, self._cells, when, difference)
        self._timeline = (new_times, new_amplitudes)

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

    def _checked(self, values):
        _check_finite(values, {"amplitude": "nA"})
        _check_times(values)
        return values

    def _steps(self):
        start = max(float(self.start), 0.0)
        if not start < self.stop:
            return np.empty(0), np.empty(0)
        if self.stop == np.inf:
            return np.array([start]), np.array([float(self.amplitude)])
        return np.array([start, float(self.stop)]), np.array([float(self.amplitude), 0.0])


class StepCurrentSource(_Steps, electrodes.StepCurrentSource):
    __doc__ = electrodes.StepCurrentSource.__doc__
    translations = _same(electrodes.StepCurrentSource)

    def _checked(self, values):
        """As PyNN defines: times are rounded to multiples of timestep, and of those that become one the last counts."""
        times, amplitudes = (np.asarray(values[name], dtype=float) for name in ("times", "amplitudes"))
        if times.shape != amplitudes.shape:
            raise ValueError(f"{times.size} times but {amplitudes.size} amplitudes")
        if (times < 0.0).any():
            raise ValueError("Step current cannot accept negative timestamps.")
        for time in times:
            _check(time < _END, "times", f"{time} ms", "finite, >= 0 and below 2^62 ms")
        for amplitude in amplitudes:
            _check(np.isfinite(amplitude), "amplitudes", f"{amplitude} nA", "finite")
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
        _check_finite(values, {"mean": "nA", "stdev": "nA"})
        _check(0.0 < values["dt"] < np.inf, "dt", f"{values['dt']} ms", "> 0 and finite")
        _check_times(values)
        return values

    @property
    def _interval(self):
        return float(self.dt)

    _generator = None

    def _forget(self):
        _Intervals._forget(self)
        self._generator = None

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
        _check_finite(values, {"amplitude": "nA", "offset": "nA", "frequency": "Hz", "phase": "degrees"})
        _check(abs(values["frequency"]) <= _native.MAX_FREQUENCY, "frequency", f"{values['frequency']} Hz",
               f"at most {_native.MAX_FREQUENCY:g} Hz")
        _check_times(values)
        return values

    def _forget(self):
        self._history = []

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

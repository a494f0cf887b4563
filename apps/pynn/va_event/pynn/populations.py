# SPDX-License-Identifier: Apache-2.0
"""Populations, views and assemblies."""

import copy
from contextlib import contextmanager

import numpy as np
from pyNN import common, errors
from pyNN.parameters import LazyArray, ParameterSpace, Sequence, simplify

from .. import _native
from . import blocks, processes, simulator
from .exceptions import as_pynn_errors
from .network import ids_of
from .recording import Recorder


#: Changes that were checked and wait for those of other populations; None: each is made at once.
_waiting = None


@contextmanager
def _all_or_none():
    """Changes within this are made at its end, and none of them when one is refused."""
    global _waiting
    _waiting = changes = []
    try:
        yield
    finally:
        _waiting = None
    for change in changes:
        change()


def _make(change):
    if _waiting is None:
        change()
    else:
        _waiting.append(change)


class Assembly(common.Assembly):
    _simulator = simulator

    def set(self, **parameters):
        with _all_or_none():
            common.Assembly.set(self, **parameters)

    def initialize(self, **initial_values):
        with _all_or_none():
            common.Assembly.initialize(self, **initial_values)

    def inject(self, current_source):
        current_source.inject_into([cell for population in self.populations for cell in population])

    def record(self, variables, to_file=None, sampling_interval=None, **options):
        if variables is not None:
            for population in self.populations:
                population.recorder.check(variables, sampling_interval)
        common.Assembly.record(self, variables, to_file, sampling_interval, **options)

    @property
    def local_size(self):
        return sum(population.local_size for population in self.populations)

    def get_data(self, variables="all", gather=True, clear=False, annotations=None):
        parts = self.populations  # views of one population have its recorder in common: all data before anything goes
        data = blocks.joined([part.get_data(variables, gather) for part in parts], [part.size for part in parts])
        data.name, data.description = self.label, self.describe()
        data.annotate(**(annotations or {}))
        if clear:
            for part in parts:
                part.recorder.clear()
        return data

    def write_data(self, io, variables="all", gather=True, clear=False, annotations=None):
        if gather and processes.rank > 0:  # some formats open their file at once
            self.get_data(variables, gather, clear, annotations)
        else:
            common.Assembly.write_data(self, io, variables, gather, clear, annotations)

    @property
    def receptor_types(self):
        """Those that all populations have, in the order of the first. PyNN's own order is that of a set of strings: it
        changes from one Python to the next, and projections take the first when they are given none."""
        others = self.populations[1:]
        return [name for name in self.populations[0].receptor_types
                if all(name in population.receptor_types for population in others)]


class _Cells:
    """What populations and views have in common: parameters and initial values are arrays of the whole population."""

    _simulator = simulator
    _assembly_class = Assembly

    def _get_view(self, selector, label=None):
        return PopulationView(self, selector, label)

    @property
    def _indices(self):
        """Of these cells in the population."""
        return self.all_cells.astype(np.int64) - int(self._root.first_id)

    @property
    def _mask_local(self):
        """Which of the cells this process has."""
        if processes.count == 1 or processes.acts_as_one():
            return np.ones(self.size, dtype=bool)
        if "_local" not in self.__dict__:
            first, end = _native.local_range(self._root.size)
            self._local = (first <= self._indices) & (self._indices < end)
        return self._local

    @_mask_local.setter
    def _mask_local(self, mask):
        """What PyNN makes of the parent's mask is the same."""

    @property
    def local_cells(self):
        return self.all_cells[self._mask_local]

    @local_cells.setter
    def local_cells(self, cells):
        """What PyNN makes of the mask is the same."""

    def is_local(self, id):
        return processes.count == 1 or bool(self._mask_local[self.id_to_index(id)])

    def get(self, parameter_names, gather=False, simplify=True):
        if not gather or processes.count == 1:
            return self._common.get(self, parameter_names, simplify=simplify)
        # Everybody has the values of all cells, except for those that were set for single cells where they are.
        root = self._root
        first, end = _native.local_range(root.size)
        own = {name: values[first:end] for name, values in root._parameters.items()}
        for begin, stop, theirs in processes.all_gather((first, end, own)):
            for name, values in theirs.items():
                root._parameters[name][begin:stop] = values
        with processes.as_one():
            return self._common.get(self, parameter_names, simplify=simplify)

    def set(self, **parameters):
        with processes.as_one():  # random numbers are drawn for all cells
            self._common.set(self, **parameters)

    def _get_cell_initial_value(self, id, variable):
        with processes.as_one():  # everybody has the values of all cells
            return common.Population._get_cell_initial_value(self._root, id, variable)

    def _get_parameters(self, *names):
        for name in names:
            if name not in self._root._parameters:
                raise errors.NonExistentParameterError(
                    name, self.celltype.__class__.__name__, self.celltype.get_parameter_names())
        indices = self._indices[self._mask_local]
        values = {name: self._root._parameters[name][indices] for name in names}
        return ParameterSpace({name: simplify(value) for name, value in values.items()}, shape=(indices.size,))

    # Native names and values are PyNN's own.
    _get_native_parameters = _get_parameters

    def _set_parameters(self, parameter_space):
        root = self._root
        try:
            parameter_space.evaluate(simplify=False)
        except ValueError as error:
            raise errors.InvalidParameterValueError(str(error)) from error
        values = parameter_space.as_dict()
        trains = [_checked_times(train) for train in values.pop("spike_times", ())]
        changed = {name: root._parameters[name].copy() for name in values}
        for name, value in values.items():
            changed[name][self._indices] = value
        root._check(changed)
        root.require_present()

        def change():
            for name, value in values.items():
                root._parameters[name][self._indices] = value
            if values and root.simulation is not None:
                with as_pynn_errors():
                    root.simulation.set(ids_of(self.all_cells), values)
            self._set_spike_times(trains)

        _make(change)

    def _set_spike_times(self, trains):
        simulation = self._root.simulation
        for index, times in zip(self._indices, trains):
            self._root._parameters["spike_times"][index] = times
            if simulation is not None:
                simulation.set_spike_times(int(self._root.first_id) + int(index), times.value)

    def initialize(self, **initial_values):
        lazy = {variable: LazyArray(value, shape=(self.size,), dtype=float)
                for variable, value in initial_values.items()}
        values = {variable: self._checked_initial_values(variable, value) for variable, value in lazy.items()}

        def change():
            for variable in values:
                self._initialize(variable, values[variable], lazy[variable])

        _make(change)

    def _checked_initial_values(self, variable, initial_values):
        initial = self._root._initial
        if variable not in initial:
            raise errors.InvalidParameterValueError(
                f"{self.celltype.__class__.__name__} has no state variable {variable!r}, only {', '.join(initial)}")
        values = np.broadcast_to(np.asarray(initial_values.evaluate(simplify=False), dtype=float), (self.size,))
        if not np.isfinite(values).all():
            raise errors.InvalidParameterValueError(f"initial values of {variable} must be finite")
        with as_pynn_errors():
            _native.check_initial_values(self._root._model, variable, values)
        self._root.require_present()
        return values

    def _initialize(self, variable, values, lazy):
        root = self._root
        root._initial[variable][self._indices] = values
        # What a random distribution gave is kept: evaluating it once more would give other numbers.
        whole = self is root and lazy.is_homogeneous
        root.initial_values[variable] = lazy if whole else LazyArray(
            root._initial[variable].copy(), shape=(root.size,), dtype=float)
        if root.simulation is not None:
            with as_pynn_errors():
                root.simulation.initialize(ids_of(self.all_cells), variable, values)

    def _set_cell_initial_value(self, id, variable, value):
        self[self.id_to_index(id):self.id_to_index(id) + 1].initialize(**{variable: value})


class Population(_Cells, common.Population):
    __doc__ = common.Population.__doc__
    _common = common.Population
    _recorder_class = Recorder

    def __init__(self, *args, **kwargs):
        state = simulator.state
        recorders, count = copy.copy(state.recorders), state.id_counter
        try:
            common.Population.__init__(self, *args, **kwargs)
        except Exception:
            # The network goes on without what could not be made.
            state.recorders, state.id_counter = recorders, count
            state.network.populations = [known for known in state.network.populations if known is not self]
            raise

    @property
    def _root(self):
        return self

    @property
    def simulation(self):
        """The library's network that has these cells; None while nothing runs."""
        self.require_present()
        return self._network.simulation

    def require_present(self):
        """Its network must not have been replaced by setup()."""
        self._network.require_present(f"population {self.label!r}")

    def _create_cells(self):
        state = simulator.state
        self._network = state.network
        state.network.require_open(f"population {self.label!r}")
        self._model = type(self.celltype).__name__
        first = state.id_counter
        self.all_cells = np.empty(self.size, dtype=object)
        for index in range(self.size):
            cell = simulator.ID(first + index)
            cell.parent = self  # does not keep it: simulator.ID
            self.all_cells[index] = cell
        self.first_id = self.all_cells[0]  # common.Population sets it again, later

        parameters = self.celltype.native_parameters
        parameters.shape = (self.size,)
        parameters.evaluate(simplify=False)
        self._parameters = {}
        for name, value in parameters.as_dict().items():
            if name == "spike_times":
                self._parameters[name] = np.array([None] * self.size, dtype=object)
                self._parameters[name][:] = [_checked_times(times) for times in value]
            else:
                self._parameters[name] = np.array(np.broadcast_to(value, (self.size,)), dtype=float)
        self._check({name: value for name, value in self._parameters.items() if name != "spike_times"})
        initial = self.celltype.default_initial_values
        self._initial = {name: np.full(self.size, value) for name, value in initial.items()}

        state.id_counter += self.size
        state.network.populations.append(self)

    def _check(self, changed):
        """Throws PyNN's error for values that the library would refuse."""
        values = {name: value for name, value in getattr(self, "_parameters", {}).items() if name != "spike_times"}
        values.update(changed)
        with as_pynn_errors():
            _native.check_parameters(self._model, values)

    def build(self, simulation):
        """Makes the cells in a new simulation."""
        values = {name: value for name, value in self._parameters.items() if name != "spike_times"}
        simulation.create(self._model, self.size, values, self.label)
        ids = np.arange(self.size, dtype=np.uint32) + np.uint32(self.first_id)
        for index, times in enumerate(self._parameters.get("spike_times", ())):
            simulation.set_spike_times(int(ids[index]), times.value)
        for variable, values in self._initial.items():
            simulation.initialize(ids, variable, values)


class PopulationView(_Cells, common.PopulationView):
    __doc__ = common.PopulationView.__doc__
    _common = common.PopulationView

    @property
    def _root(self):
        return self.grandparent


def _checked_times(sequence):
    times = Sequence(sequence)
    times.value = np.array(times.value, dtype=float).ravel()
    wrong = times.value[~((times.value >= 0.0) & (times.value < 2.0**62))]
    if wrong.size > 0:
        raise errors.InvalidParameterValueError(
            f"spike_times = {wrong[0]} ms: must be finite, >= 0 and below 2^62 ms")
    if (np.diff(times.value) < 0.0).any():
        raise errors.InvalidParameterValueError("spike_times must be in ascending order")
    return times

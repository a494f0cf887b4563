# SPDX-License-Identifier: Apache-2.0
"""Projections: arrays (pre, post, weight, delay, parameters of the synapse type) with one element for each synapse onto a
cell of this process. Weights that change are the simulation's; the array has those that the user gave."""

from array import array
from contextlib import contextmanager

import numpy as np
from pyNN import common, errors
from pyNN.parameters import ParameterSpace
from pyNN.space import Space

from .. import _native
from . import processes, simulator
from .exceptions import as_pynn_errors
from .network import ids_of
from .synapse_recording import SynapseRecorder
from .synapses import STDPMechanism, StaticSynapse, SynapseType

#: Synapses between two looks at the memory that is left.
_CHECK_EVERY = 1 << 20
#: Bytes of a synapse: its weight and delay in the arrays of the projection, and all that it takes while it is made.
_BYTES_OF_VALUES, _BYTES_WHILE_MADE = 16, 48
_BYTES_OF_COLUMN = 200


class Connection(common.Connection):
    """One synapse, a window into the arrays of its projection."""

    def __init__(self, projection, index):
        self._projection = projection
        self._index = index

    @property
    def presynaptic_index(self):
        return int(self._projection._pre[self._index])

    @property
    def postsynaptic_index(self):
        return int(self._projection._post[self._index])

    @property
    def presynaptic_cell(self):
        return self._projection.pre[self.presynaptic_index]

    @property
    def postsynaptic_cell(self):
        return self._projection.post[self.postsynaptic_index]

    source = presynaptic_cell
    target = postsynaptic_cell

    def __getattr__(self, name):
        """Weight, delay and parameters of the synapse type."""
        projection = self.__dict__.get("_projection")
        if projection is None or name not in projection._values:
            raise AttributeError(f"{name}: not an attribute of a connection of this projection")
        return float(projection._present(name)[self._index])

    def __setattr__(self, name, value):
        if not name.startswith("_") and name in self._projection._values:
            self._projection._assign(name, value, self._index)
        else:
            object.__setattr__(self, name, value)

    def as_tuple(self, *attribute_names):
        return tuple(getattr(self, name) for name in attribute_names)


class _Collector:
    """Takes the columns that a connector makes, one after the other, and drops those of other processes."""

    def __init__(self, n_pre, local, connector, names):
        self._n_pre, self._n_post = n_pre, local.size
        self._connector = connector  # its name
        self._checked = _CHECK_EVERY  # number of synapses up to which memory is not looked at
        self._local = None if local.all() else local
        self._numbers = array("Q")  # places among the synapses of all processes; left empty where nothing is dropped
        self._made = 0
        self._pre = array("I")
        self._post = array("I")
        self._values = {name: [] for name in names}

    def require_room(self, coming):
        """For so many more synapses, before their arrays are made."""
        self._checked = self._made + coming
        columns = len(self._values["weight"]) / max(self._made, 1)  # of a synapse
        needed = _BYTES_OF_VALUES * self._made + (_BYTES_WHILE_MADE + columns * _BYTES_OF_COLUMN) * coming
        available = _native.available_memory()
        if needed > available:
            raise errors.InvalidParameterValueError(
                f"connections = {self._checked} or more: must be fewer in one projection ({self._connector}): about "
                f"{_native.megabytes(needed)} of memory are needed and {_native.megabytes(available)} are available")

    def _require_room_of_next(self, size):
        if self._made + size > self._checked:
            self.require_room(max(size, _CHECK_EVERY))

    def add(self, pre, post, **values):
        pre = np.asarray(pre)
        if pre.size > 0 and not (0 <= pre.min() and pre.max() < self._n_pre and 0 <= post < self._n_post):
            raise errors.ConnectionError(f"pre cells {pre.min()} to {pre.max()}, post cell {post}: indices must be "
                                         f"below {self._n_pre} and {self._n_post}, and not negative")
        pre = pre.astype(np.uint32)
        self._require_room_of_next(pre.size)
        self._made += pre.size
        if self._local is not None:
            if not self._local[post]:
                return
            self._numbers.frombytes(np.arange(self._made - pre.size, self._made, dtype=np.uint64).tobytes())
        self._pre.frombytes(pre.tobytes())
        self._post.frombytes(np.full(pre.size, post, dtype=np.uint32).tobytes())
        self._add_values(pre.size, values)

    def add_pairs(self, pre, post, **values):
        """Many columns at once. Each value is that of all these synapses, or an array with one of each."""
        self._require_room_of_next(len(pre))
        self._made += len(pre)
        if self._local is not None:
            kept = np.flatnonzero(self._local[post])
            self._numbers.frombytes((kept + (self._made - len(pre))).astype(np.uint64).tobytes())
            pre, post = np.asarray(pre)[kept], np.asarray(post)[kept]
            values = {name: value[kept] if np.ndim(value) > 0 else value for name, value in values.items()}
        self._pre.frombytes(np.asarray(pre, dtype=np.uint32).tobytes())
        self._post.frombytes(np.asarray(post, dtype=np.uint32).tobytes())
        self._add_values(len(pre), values)

    def _add_values(self, size, values):
        for name, column in self._values.items():
            column.append((size, values[name]))

    def numbers(self):
        if self._local is None:
            return np.arange(self._made, dtype=np.uint64)
        return np.frombuffer(self._numbers, dtype=np.uint64) if self._numbers else np.empty(0, dtype=np.uint64)

    def arrays(self):
        pre = np.frombuffer(self._pre, dtype=np.uint32) if self._pre else np.empty(0, dtype=np.uint32)
        post = np.frombuffer(self._post, dtype=np.uint32) if self._post else np.empty(0, dtype=np.uint32)
        values = {}
        for name, column in self._values.items():
            values[name] = _joined(column)
        return pre, post, values


def _joined(parts):
    """One array of parts (size, value or array); of a single value it takes no memory."""
    parts = [(size, np.asarray(value, dtype=float)) for size, value in parts]
    if parts and all(value.ndim == 0 and value == parts[0][1] for _, value in parts):
        return np.broadcast_to(parts[0][1], (sum(size for size, _ in parts),))
    return np.concatenate([np.empty(0), *(np.broadcast_to(value, (size,)) for size, value in parts)])


class Projection(common.Projection):
    __doc__ = common.Projection.__doc__
    _simulator = simulator
    _static_synapse_class = StaticSynapse

    def __init__(self, presynaptic_population, postsynaptic_population, connector, synapse_type=None, source=None,
                 receptor_type=None, space=Space(), label=None):
        common.Projection.__init__(self, presynaptic_population, postsynaptic_population, connector, synapse_type,
                                   source, receptor_type, space, label)
        state = simulator.state
        state.network.require_open(f"projection {self.label!r}")
        for cells in (self.pre, self.post):
            for population in getattr(cells, "populations", [cells]):
                population._root._network.require_present(f"population {population.label!r}")
        if not isinstance(self.synapse_type, SynapseType):
            raise errors.InvalidModelError(
                f"{type(self.synapse_type).__name__} is not a synapse type of {simulator.name}: use its own")
        self._collector = _Collector(self.pre.size, self.post._mask_local, type(connector).__name__,
                                     self.synapse_type.get_native_names())
        with processes.as_one():
            connector.connect(self)
        self._pre, self._post, self._values = self._collector.arrays()
        self._numbers = self._collector.numbers() if processes.count > 1 else None
        del self._collector
        self._initial = {}  # columns of the variables that initialize() has set
        self._whole = None  # the columns of all processes' synapses while get() shows them
        everywhere = processes.all_gather((len(self), self._values["delay"].min(initial=np.inf), self._error()))
        for _, _, error in everywhere:
            if error is not None:  # here or elsewhere
                raise error
        self._total = sum(size for size, _, _ in everywhere)
        self._shortest_delay = min(delay for _, delay, _ in everywhere)
        self._network = state.network
        self._number = None  # in the simulation
        self._order = self._built = None
        self._varying = set()  # names of parameters that differ between the simulation's synapses
        self._given = None  # which synapses have weights that the simulation does not know yet, though they change there
        self._now = (None, None)  # how often the network has run, and the weights since then
        state.network.projections.append(self)
        self.recorder = SynapseRecorder(self)

    def _convergent_connect(self, presynaptic_indices, postsynaptic_index, location_selector=None,
                            **connection_parameters):
        self._refuse_location(location_selector)
        self._collector.add(presynaptic_indices, postsynaptic_index, **connection_parameters)

    @staticmethod
    def _refuse_location(location_selector):
        if location_selector is not None:
            raise NotImplementedError(f"{simulator.name} has point neurons only: location_selector must be None")

    def __len__(self):
        return self._pre.size

    def __getitem__(self, index):
        if isinstance(index, slice):
            return [Connection(self, k) for k in range(*index.indices(len(self)))]
        position = index + len(self) if index < 0 else index
        if not 0 <= position < len(self):
            raise IndexError(f"{index} is not the number of a connection: there are {len(self)}")
        return Connection(self, position)

    @property
    def connections(self):
        return (Connection(self, k) for k in range(len(self)))

    def size(self, gather=True):
        return self._total if gather and not processes.acts_as_one() else len(self)

    def shortest_delay(self):
        """Of the synapses of all processes; where delays were changed since, of this one's."""
        return float(self._shortest_delay)

    # --- weights and delays

    def _error(self):
        """What is wrong with the values, None if nothing."""
        try:
            self._check_values(self._values)
            self._check_rule(self._values)
        except (errors.ConnectionError, errors.InvalidParameterValueError) as error:
            return error
        return None

    def _check_values(self, values):
        delays = values.get("delay")
        if delays is not None and not (np.isfinite(delays) & (delays > 0.0)).all():
            worst = delays[~(np.isfinite(delays) & (delays > 0.0))][0]
            raise errors.ConnectionError(f"delay = {worst} ms: must be > 0 and finite")
        weights = values.get("weight")
        if weights is None:
            return
        if not np.isfinite(weights).all():
            raise errors.ConnectionError("weights must be finite")
        if self.post.conductance_based and (weights < 0.0).any():
            raise errors.ConnectionError(f"weight = {weights.min()} uS: must be >= 0 for conductance-based cells")

    def _check_rule(self, values, where=slice(None)):
        """What the library says of the parameters of the synapses, those where one of them is lowest or highest, or of
        the one that changes."""
        if isinstance(self.synapse_type, StaticSynapse) or len(self) == 0:
            return
        columns = {**values, **self._initial}
        extremes = {0} if isinstance(where, slice) else {where}
        for name, column in columns.items():
            if isinstance(where, slice) and column.strides != (0,):
                extremes.update((int(column.argmin()), int(column.argmax())))  # or where one is no number
                if name == "n":
                    extremes.add(int((column % 1.0).argmax()))
        target = getattr(self.post, "populations", [self.post])[0]._root._model
        for index in sorted(extremes):
            with as_pynn_errors():
                _native.check_synapse(target, self.receptor_type, self.synapse_type.parts,
                                      {name: float(column[index]) for name, column in columns.items()})

    @property
    def _is_plastic(self):
        return isinstance(self.synapse_type, STDPMechanism)

    def _simulated(self):
        """The simulation that has these synapses, None if there is none."""
        return None if self._number is None else self._network.simulation

    def _present(self, name):
        """A column as of now."""
        simulation = self._simulated()
        if name != "weight" or not self._is_plastic or simulation is None or len(self) == 0:
            return self._values[name]
        if self._now[0] != self._network.runs:
            weights = np.empty(len(self))
            weights[self._library_order()] = simulation.weights(self._number)
            self._now = (self._network.runs, weights)
        if self._given is None:
            return self._now[1]
        return np.where(self._given, self._values["weight"], self._now[1])

    def _assign(self, name, value, where):
        changed = self._values[name].copy()
        changed[where] = value
        self._change({name: changed}, where)

    def _change(self, changed, where=slice(None)):
        self._check_values(changed)
        if changed.keys() != {"delay"}:
            self._check_rule({**self._values, **changed}, where)
        self._network.require_present(f"projection {self.label!r}")
        if self._simulated() is not None:
            if "delay" in changed and not np.array_equal(changed["delay"], self._values["delay"]):
                raise RuntimeError("delays can be set before run() or after reset(), not in between: "
                                   "spikes are on their way")
            self._require_numbers(changed)
            number = self._network.projections.index(self)
            self._network.changed.update((number, name) for name in changed if name != "delay")
            if "weight" in changed and self._is_plastic:
                if self._given is None:
                    self._given = np.zeros(len(self), dtype=bool)
                self._given[where] = True
        self._values.update(changed)
        if "delay" in changed and len(self) > 0:
            self._shortest_delay = self._values["delay"].min(initial=np.inf)

    def _require_numbers(self, changed):
        """In the middle of a run the library takes numbers of each synapse where there were such from the beginning."""
        for name, column in changed.items():
            if name not in ("weight", "delay", *self._varying) and len(self) > 0 and column.min() != column.max():
                raise RuntimeError(f"{name} must be one number for all synapses, as it was at the first run, until "
                                   "reset()")

    def initialize(self, **initial_values):
        """
        Set the values that variables of the synapses have at t = 0: `u` of those with short-term dynamics. It decays
        until the first spike.

        Values may be numbers, RandomDistribution objects, 2D arrays as of get(format="array"), lists with one number for
        each connection, or functions of distance.
        """
        if self._simulated() is not None:
            raise RuntimeError("initial values of synapses can be set before run() or after reset()")
        known = self.synapse_type.default_initial_values
        before = dict(self._initial)
        try:
            for name, value in initial_values.items():
                column = self._columns({name: value})[name]
                if name == "a" and "n" in self._values:
                    self._check_sites(column)
                elif name in known:
                    self._initial[name] = column
                else:
                    raise errors.NonExistentParameterError(name, type(self.synapse_type).__name__, known)
            self._check_rule(self._values)
        except BaseException:
            self._initial = before
            raise
        self.initial_values.update(initial_values)

    def _check_sites(self, full):
        """MultiQuantalSynapse begins with all sites full."""
        wrong = np.flatnonzero(full != self._values["n"])
        if wrong.size > 0:
            raise errors.InvalidParameterValueError(
                f"a = {full[wrong[0]]:g}: must be n = {self._values['n'][wrong[0]]:g}, since all release sites are full "
                "at t = 0")

    def _columns(self, attributes):
        """Columns of what users give for each synapse."""
        attributes = self._value_list_to_array(dict(attributes))
        space = ParameterSpace(attributes, {name: float for name in attributes}, self.shape)
        return self._evaluated(self._handle_distance_expressions(space))

    def _value_list_to_array(self, attributes):
        lists = [name for name, value in attributes.items()
                 if isinstance(value, list) or (isinstance(value, np.ndarray) and value.ndim == 1)]
        if lists:  # of the synapses of all processes
            connected = np.zeros(self.shape, dtype=bool)
            for pre, post in processes.all_gather((self._pre, self._post)):
                connected[pre, post] = True
            for name in lists:
                values = np.full(self.shape, np.nan)
                values[connected] = attributes[name]
                attributes[name] = values
        return attributes

    def _set_attributes(self, parameter_space):
        self._change(self._evaluated(parameter_space))

    def _evaluated(self, parameter_space):
        """A column of each of the parameters."""
        columns = {}
        for name, value in parameter_space.items():
            if value.is_homogeneous:
                columns[name] = np.broadcast_to(float(value.evaluate(simplify=True)), (len(self),))
            else:
                # PyNN gives what a distribution draws for one pair of cells one dimension only.
                matrix = np.asarray(value.evaluate(simplify=False), dtype=float).reshape(self.shape)
                columns[name] = matrix[self._pre, self._post]
        return columns

    def get(self, attribute_names, format, gather=True, *args, **kwargs):
        names = [attribute_names] if isinstance(attribute_names, str) else attribute_names
        for name in names:
            if name not in self._values:
                raise errors.NonExistentParameterError(name, type(self.synapse_type).__name__, self._values)
        with self._showing(gather, names):
            return common.Projection.get(self, attribute_names, format, False, *args, **kwargs)

    @contextmanager
    def _showing(self, gather, names=()):
        """Columns are those of all processes within this, where these are gathered: in process 0, or for "all" in all."""
        if gather and processes.count > 1:
            columns = {"number": self._numbers, "presynaptic_index": self._pre, "postsynaptic_index": self._post,
                       **{name: self._present(name) for name in names}}
            parts = processes.gather(columns, everywhere=gather == "all")
            if parts is not None:
                whole = {name: np.concatenate([part[name] for part in parts]) for name in columns}
                order = np.argsort(whole["number"], kind="stable")
                self._whole = {name: column[order] for name, column in whole.items()}
        try:
            yield
        finally:
            self._whole = None

    def _column(self, name):
        if self._whole is not None:
            return self._whole[name]
        if name == "presynaptic_index":
            return self._pre
        if name == "postsynaptic_index":
            return self._post
        return self._present(name)

    def _get_attributes_as_list(self, names):
        return list(zip(*(self._column(name).tolist() for name in names)))

    def _get_attributes_as_arrays(self, names, multiple_synapses="sum"):
        return [self._matrix(self._column(name), multiple_synapses) for name in names]

    def _matrix(self, values, multiple_synapses):
        result = np.full(self.shape, np.nan)
        pre, post = self._column("presynaptic_index"), self._column("postsynaptic_index")
        pairs = (pre, post)
        if multiple_synapses == "last":
            result[pairs] = values
        elif multiple_synapses == "first":
            # Copies: numpy walks reversed arrays forwards where it can, and then the last would win.
            result[pre[::-1].copy(), post[::-1].copy()] = values[::-1].copy()
        else:
            combine, neutral = {"sum": (np.add, 0.0), "min": (np.fmin, np.inf), "max": (np.fmax, -np.inf)}[
                multiple_synapses]
            result[pairs] = neutral
            combine.at(result, pairs, values)
        return result

    def pairs(self):
        """The pairs of cells that are connected, here or in another process: post cell * number of pre cells + pre cell,
        ascending and each once."""
        with self._showing("all"):
            post = self._column("postsynaptic_index").astype(np.int64)
            return np.unique(post * self.pre.size + self._column("presynaptic_index"))

    # --- recording

    def record(self, variables, sampling_interval=None, synapses=None):
        """
        Record variables of synapses from now on. PyNN records cells only; the names are those of its populations.

        Arguments:
            `variables`:
                a name or a list of names, of `recorder.variables`: "weight"; "u" and "x" of synapses with short-term
                dynamics; and of those that change "delivered_weight", what each presynaptic spike delivers. None: record
                nothing any more, and drop the data.
            `sampling_interval`:
                between two samples (ms). None: every change is recorded.
            `synapses`:
                numbers of synapses, in the order of get(..., format="list"); all, unless given.
        """
        self._network.require_present(f"projection {self.label!r}")
        self.recorder.record(variables, sampling_interval, synapses)

    def get_data(self, variables="all", clear=False, annotations=None):
        """
        What was recorded, as a Neo block with a segment for each run since reset(): an AnalogSignal with a column for
        each synapse of what was sampled, and an IrregularlySampledSignal for each synapse whose changes were recorded.
        Of several processes all must call it, and each gets the synapses of all.

        `source_index`, `target_index` and `synapse_index` tell the synapses, in annotations, or in array annotations of
        an AnalogSignal.
        """
        return self.recorder.get(variables, clear, annotations)

    # --- the simulation

    def library_indices(self):
        """Of each synapse of all processes, by its number in the order of get(..., format="list"): its index in the
        library's order. All processes must call this."""
        order = self._library_order()
        numbers = np.arange(len(self), dtype=np.uint64) if self._numbers is None else self._numbers
        own = [values[order] for values in (numbers, *self._place())]
        whole, *place = (np.concatenate(columns) for columns in zip(*processes.all_gather(own)))
        by_library = whole[np.lexsort(place)]
        return np.argsort(by_library)

    def build(self, simulation):
        """Makes the synapses in a new simulation."""
        if self._total == 0:
            self._number = None
            return
        weights, delays = self._values["weight"], self._values["delay"]
        pre_cells, post_cells = ids_of(self.pre.all_cells), ids_of(self.post.all_cells)
        columns = {**self._values, **self._initial}
        del columns["weight"], columns["delay"]
        ranges = self._ranges(columns)
        numbers = {**{name: low for name, (low, _) in ranges.items()}, **_widest_bounds(ranges)}
        self._number = simulation.connect(pre_cells, post_cells, self._pre, self._post, _one_if_same(weights),
                                          _one_if_same(delays), self.synapse_type.parts, numbers, self.receptor_type,
                                          str(self.label))
        self._built = weights
        self._order = None  # found when it is needed
        self._given, self._now = None, (None, None)
        self._varying = {name for name, (low, high) in ranges.items() if low != high}
        for name in sorted(self._varying):
            simulation.set_synapses(self._number, name, self._of_all(columns[name]))

    @staticmethod
    def _ranges(columns):
        """Lowest and highest value of each column, over the synapses of all processes."""
        own = {name: (column.min(initial=np.inf), column.max(initial=-np.inf)) for name, column in columns.items()}
        everywhere = processes.all_gather(own)
        return {name: (float(min(part[name][0] for part in everywhere)), float(max(part[name][1] for part in everywhere)))
                for name in columns}

    def _place(self):
        """Sort keys of the library's order, the last one first: pre cell, population, delay, target; then weight."""
        target = ids_of(self.post.all_cells)[self._post]
        population = np.searchsorted([int(p.first_id) for p in self._network.populations], target, "right")
        return target, self._values["delay"], population, self._pre

    def _library_order(self):
        """The synapses of this process in the order that the library has them in."""
        if self._order is None:
            self._order = np.lexsort((self._built, *self._place()))
        return self._order

    def _of_all(self, column):
        """A column of the synapses of all processes, in the library's order. All processes must call this."""
        order = self._library_order()
        own = [values[order] for values in (column, *self._place())]
        whole, *place = (np.concatenate(columns) for columns in zip(*processes.all_gather(own)))
        # The synapses onto one cell are all in one process, and there in order.
        return whole[np.lexsort(place)]

    def send(self, names, simulation):
        """Gives the simulation the present values of these. All processes must call this."""
        try:
            for name in sorted(names):
                self._send(name, simulation)
        except errors.InvalidParameterValueError:  # the new w_max is below the old w_min
            for name in sorted(names, reverse=True):
                self._send(name, simulation)
        self._given = None

    def _send(self, name, simulation):
        low, high = self._ranges({name: self._values[name]})[name]
        values = self._of_all(self._present(name)) if low != high or name == "weight" else np.array([low])
        with as_pynn_errors():
            simulation.set_synapses(self._number, name, values)


def _widest_bounds(ranges):
    """The bounds of weights between which all weights are, of the ranges of w_min and w_max."""
    if "w_min" not in ranges:
        return {}
    inner, outer = sorted(("w_min", "w_max"), key=lambda name: max(map(abs, ranges[name])))
    return {inner: min(ranges[inner], key=abs), outer: max(ranges[outer], key=abs)}


def _one_if_same(values):
    return values[:1] if values.size > 0 and (values == values[0]).all() else values

# SPDX-License-Identifier: Apache-2.0
"""Projections: four arrays (pre, post, weight, delay) with one element for each synapse onto a cell of this process."""

from array import array
from contextlib import contextmanager

import numpy as np
from pyNN import common, errors
from pyNN.space import Space

from .. import _native
from . import processes, simulator
from .exceptions import as_pynn_errors
from .network import ids_of
from .synapses import StaticSynapse

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

    @property
    def weight(self):
        return float(self._projection._values["weight"][self._index])

    @weight.setter
    def weight(self, value):
        self._projection._assign("weight", value, self._index)

    @property
    def delay(self):
        return float(self._projection._values["delay"][self._index])

    @delay.setter
    def delay(self, value):
        self._projection._assign("delay", value, self._index)

    def as_tuple(self, *attribute_names):
        return tuple(getattr(self, name) for name in attribute_names)


class _Collector:
    """Takes the columns that a connector makes, one after the other, and drops those of other processes."""

    def __init__(self, n_pre, local, connector):
        self._n_pre, self._n_post = n_pre, local.size
        self._connector = connector  # its name
        self._checked = _CHECK_EVERY  # number of synapses up to which memory is not looked at
        self._local = None if local.all() else local
        self._numbers = array("Q")  # places among the synapses of all processes; left empty where nothing is dropped
        self._made = 0
        self._pre = array("I")
        self._post = array("I")
        self._values = {"weight": [], "delay": []}

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
            parts = [np.broadcast_to(np.asarray(value, dtype=float), (size,)) for size, value in column]
            values[name] = np.concatenate(parts) if parts else np.empty(0)
        return pre, post, values


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
        if not isinstance(self.synapse_type, StaticSynapse):
            raise errors.InvalidModelError(
                f"{type(self.synapse_type).__name__} is not a synapse type of {simulator.name}: use its StaticSynapse")
        self._collector = _Collector(self.pre.size, self.post._mask_local, type(connector).__name__)
        with processes.as_one():
            connector.connect(self)
        self._pre, self._post, self._values = self._collector.arrays()
        self._numbers = self._collector.numbers() if processes.count > 1 else None
        del self._collector
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
        state.network.projections.append(self)

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
        except errors.ConnectionError as error:
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

    def _assign(self, name, value, where):
        changed = self._values[name].copy()
        changed[where] = value
        self._change({name: changed})

    def _change(self, changed):
        self._check_values(changed)
        self._network.require_present(f"projection {self.label!r}")
        if self._network.simulation is not None and self._number is not None:
            if "delay" in changed and not np.array_equal(changed["delay"], self._values["delay"]):
                raise RuntimeError("delays can be set before run() or after reset(), not in between: "
                                   "spikes are on their way")
            if "weight" in changed:
                self._network.changed.add(self._network.projections.index(self))
        self._values.update(changed)
        if "delay" in changed and len(self) > 0:
            self._shortest_delay = self._values["delay"].min(initial=np.inf)

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
        changed = {}
        for name, value in parameter_space.items():
            if value.is_homogeneous:
                changed[name] = np.full(len(self), float(value.evaluate(simplify=True)))
            else:
                # PyNN gives what a distribution draws for one pair of cells one dimension only.
                matrix = np.asarray(value.evaluate(simplify=False), dtype=float).reshape(self.shape)
                changed[name] = matrix[self._pre, self._post]
        self._change(changed)

    def get(self, attribute_names, format, gather=True, *args, **kwargs):
        with self._showing(gather):
            return common.Projection.get(self, attribute_names, format, False, *args, **kwargs)

    @contextmanager
    def _showing(self, gather):
        """Columns are those of all processes within this, where these are gathered: in process 0, or for "all" in all."""
        if gather and processes.count > 1:
            columns = {"number": self._numbers, "presynaptic_index": self._pre, "postsynaptic_index": self._post,
                       **self._values}
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
        return self._values[name]

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

    # --- the simulation

    def build(self, simulation):
        """Makes the synapses in a new simulation."""
        if self._total == 0:
            self._number = None
            return
        weights, delays = self._values["weight"], self._values["delay"]
        pre_cells, post_cells = ids_of(self.pre.all_cells), ids_of(self.post.all_cells)
        self._number = simulation.connect(pre_cells, post_cells, self._pre, self._post, _one_if_same(weights),
                                          _one_if_same(delays), self.receptor_type, str(self.label))
        self._built = weights
        self._order = None  # found when weights change

    def _place(self):
        """Sort keys of the library's order, the last one first: pre cell, population, delay, target; then weight."""
        target = ids_of(self.post.all_cells)[self._post]
        population = np.searchsorted([int(p.first_id) for p in self._network.populations], target, "right")
        return target, self._values["delay"], population, self._pre

    def set_weights(self, simulation):
        """Gives the simulation the present weights. All processes must call this."""
        if self._order is None:
            self._order = np.lexsort((self._built, *self._place()))
        own = [column[self._order] for column in (self._values["weight"], *self._place())]
        weights, *place = (np.concatenate(columns) for columns in zip(*processes.all_gather(own)))
        # The synapses onto one cell are all in one process, and there in order.
        simulation.set_weights(self._number, weights[np.lexsort(place)])


def _one_if_same(values):
    return values[:1] if values.size > 0 and (values == values[0]).all() else values

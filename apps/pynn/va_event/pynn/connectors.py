# SPDX-License-Identifier: Apache-2.0
"""PyNN's connectors. The most used ones are made in a few calls to numpy; the random numbers, and so the network, are
those of PyNN's own connectors, which do everything else. Those that take a number of connections draw from the library
where the script prescribes no generator of PyNN's."""

import copy
import inspect
import itertools

import numpy as np
from pyNN import connectors, errors
from pyNN.connectors import (ArrayConnector, CloneConnector, DisplacementDependentProbabilityConnector,
                             DistanceDependentProbabilityConnector, IndexBasedProbabilityConnector,
                             SmallWorldConnector)
from pyNN.random import NumpyRNG, RandomDistribution

from .random import NativeRNG

__all__ = ["AllToAllConnector", "ArrayConnector", "CloneConnector", "CSAConnector",
           "DisplacementDependentProbabilityConnector", "DistanceDependentProbabilityConnector",
           "FixedNumberPostConnector", "FixedNumberPreConnector", "FixedProbabilityConnector",
           "FixedTotalNumberConnector", "FromFileConnector", "FromListConnector", "IndexBasedProbabilityConnector",
           "OneToOneConnector", "SmallWorldConnector"]

#: Random numbers that are drawn at once, 8 MB.
_BLOCK = 1 << 20
#: Pairs of a connection set that are lists of Python at a time.
_ROWS = 1 << 16


def _same_for_all(connector, projection):
    """Weight and delay of all synapses if they have the same, checked; else None."""
    values = {}
    for name, value in _parameters(connector, projection).items():
        if not value.is_homogeneous:
            return None
        values[name] = float(value.evaluate(simplify=True))
    _check(connector, projection, values)
    return values


def _check(connector, projection, values):
    if connector.safe:
        for name, check in projection.synapse_type.parameter_checks.items():
            check(values[name], projection)


def _parameters(connector, projection):
    projection._refuse_location(getattr(connector, "location_selector", None))
    return dict(connector._parameters_from_synapse_type(projection).items())


def _known_at_once(parameters):
    """Whether values are the same for all synapses, or come of distributions that draw for all what they draw for one
    post cell after the other: PyNN alternates between weights and delays, and draws clipped numbers again at the end of
    each column."""
    prescribed = []
    for value in parameters.values():
        if value.is_homogeneous:
            continue
        if not isinstance(value.base_value, RandomDistribution) or value.operations:
            return False
        if not isinstance(value.base_value.rng, NativeRNG):
            if value.base_value.name == "normal_clipped":
                return False
            prescribed.append(id(value.base_value.rng))
    return len(set(prescribed)) == len(prescribed)


def _add(connector, projection, parameters, pre, post):
    """Makes the synapses of these pairs of cells, in ascending order of post cells."""
    if len(pre) == 0:
        return
    values = {name: float(value.evaluate(simplify=True)) for name, value in parameters.items() if value.is_homogeneous}
    others = {name: value for name, value in parameters.items() if name not in values}
    if _known_at_once(parameters):
        values.update({name: value.base_value.next(len(pre)) for name, value in others.items()})
    else:
        values.update({name: np.empty(len(pre)) for name in others})
        bounds = np.flatnonzero(np.diff(post, prepend=-1, append=-1))
        for begin, end in zip(bounds[:-1], bounds[1:]):
            for name, value in others.items():
                values[name][begin:end] = value[pre[begin:end], post[begin]]
    _check(connector, projection, values)
    projection._collector.add_pairs(pre, post, **values)
    if connector.callback:
        connector.callback(1.0)


class FixedProbabilityConnector(connectors.FixedProbabilityConnector):
    __doc__ = connectors.FixedProbabilityConnector.__doc__

    def connect(self, projection):
        values = None
        if self.allow_self_connections is True and isinstance(self.rng, (NumpyRNG, NativeRNG)):
            values = _same_for_all(self, projection)
        if values is None:
            connectors.FixedProbabilityConnector.connect(self, projection)
            return
        # PyNN compares n_pre uniform numbers with p_connect for each post cell in turn, drawn from a copy of the
        # generator, so that all projections made with one generator replay the same numbers.
        uniform = copy.deepcopy(self.rng).next
        n_pre, n_post = projection.shape
        projection._collector.require_room(int(self.p_connect * n_pre * n_post))
        columns = max(1, _BLOCK // n_pre)
        for begin in range(0, n_post, columns):
            drawn = uniform(min(columns, n_post - begin) * n_pre)
            post, pre = np.nonzero(drawn.reshape(-1, n_pre) < self.p_connect)
            projection._collector.add_pairs(pre, post + begin, **values)
            if self.callback:
                self.callback(begin / n_post)


class AllToAllConnector(connectors.AllToAllConnector):
    __doc__ = connectors.AllToAllConnector.__doc__

    def connect(self, projection):
        parameters = _parameters(self, projection)
        if not _known_at_once(parameters):
            connectors.AllToAllConnector.connect(self, projection)
            return
        n_pre, n_post = projection.shape
        projection._collector.require_room(n_pre * n_post)
        post, pre = np.divmod(np.arange(n_pre * n_post, dtype=np.int64), n_pre)
        if not self.allow_self_connections:
            other = projection.pre.all_cells.astype(np.int64)[pre] != projection.post.all_cells.astype(np.int64)[post]
            post, pre = post[other], pre[other]
        _add(self, projection, parameters, pre, post)


class OneToOneConnector(connectors.OneToOneConnector):
    __doc__ = connectors.OneToOneConnector.__doc__

    def connect(self, projection):
        cells = np.arange(min(projection.shape))
        _add(self, projection, _parameters(self, projection), cells, cells)


class _FixedNumber:
    """What the connectors that take a number of connections have in common. Where no generator of PyNN's is given, a
    NativeRNG without a seed draws."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        given = inspect.signature(super().__init__).bind(*args, **kwargs).arguments.get("rng")
        if given is None:
            self.rng = NativeRNG()

    def connect(self, projection):
        if isinstance(self.rng, NativeRNG):
            _add(self, projection, _parameters(self, projection), *self._pairs(projection))
        else:
            super().connect(projection)

    def _counts(self, size):
        """How many cells each of `size` cells is connected with."""
        return np.full(size, self.n) if isinstance(self.n, int) else np.asarray(self.n.next(size)).astype(np.int64)

    def _selves(self, cells, among):
        """The index of each cell among others if it must not be connected with itself, else -1."""
        if self.allow_self_connections:
            return np.full(cells.size, -1)
        indices = {int(cell): index for index, cell in enumerate(among.all_cells)}
        return np.array([indices.get(int(cell), -1) for cell in cells.all_cells])


class FixedNumberPreConnector(_FixedNumber, connectors.FixedNumberPreConnector):
    __doc__ = connectors.FixedNumberPreConnector.__doc__

    def _pairs(self, projection):
        pre, post = projection.pre, projection.post
        counts = self._counts(post.size)
        projection._collector.require_room(int(counts.sum()))
        drawn = self.rng.draw_cells(pre.size, counts, self._selves(post, pre), self.with_replacement)
        return drawn, np.repeat(np.arange(post.size), counts)


class FixedNumberPostConnector(_FixedNumber, connectors.FixedNumberPostConnector):
    __doc__ = connectors.FixedNumberPostConnector.__doc__

    def _pairs(self, projection):
        pre, post = projection.pre, projection.post
        counts = self._counts(pre.size)
        projection._collector.require_room(int(counts.sum()))
        drawn = self.rng.draw_cells(post.size, counts, self._selves(pre, post), self.with_replacement)
        order = np.argsort(drawn, kind="stable")
        return np.repeat(np.arange(pre.size), counts)[order], drawn[order]


class FixedTotalNumberConnector(_FixedNumber, connectors.FixedTotalNumberConnector):
    __doc__ = connectors.FixedTotalNumberConnector.__doc__

    def _pairs(self, projection):
        n_pre, n_post = projection.shape
        selves = self._selves(projection.post, projection.pre)
        left_out = np.flatnonzero(selves >= 0) * n_pre + selves[selves >= 0]
        available = n_pre * n_post - left_out.size
        count = int(self._counts(1)[0])
        if count > 0 and (available == 0 or (count > available and not self.with_replacement)):
            raise errors.ConnectionError(f"n = {count}: must be at most {available}, the number of pairs of cells")
        every = n_pre * n_post
        projection._collector.require_room(count)
        if self.with_replacement or 2 * count <= available:
            numbers = self._numbers(count, every, left_out)
        else:  # most of them: those that are left out are fewer
            others = self._numbers(available - count, every, left_out)
            numbers = np.setdiff1d(np.arange(every), np.concatenate((left_out, others)))
        post, pre = np.divmod(np.sort(numbers), n_pre)
        return pre, post

    def _numbers(self, count, every, left_out):
        """So many numbers below `every`: without replacement, the first different ones of a sequence."""
        numbers = np.empty(0, dtype=np.int64)
        while numbers.size < count:
            more = self.rng.next(count - numbers.size, "uniform_int", {"low": 0, "high": every})
            numbers = np.concatenate((numbers, more[~np.isin(more, left_out)]))
            if not self.with_replacement:
                numbers = np.unique(numbers)
        return numbers


def _check_index(name, indices, size):
    wrong = indices[(indices < 0) | (indices >= size)]
    if wrong.size > 0:
        raise errors.ConnectionError(f"index of a {name} cell = {int(wrong[0])}: must be from 0 to {size - 1}")


def _check_list(connector, projection):
    """PyNN drops synapses onto cells that do not exist, and does not look for indices below 0."""
    if len(connector.conn_list) > 0:
        rows = np.atleast_2d(connector.conn_list)
        _check_index("pre", rows[:, 0], projection.pre.size)
        _check_index("post", rows[:, 1], projection.post.size)


class FromListConnector(connectors.FromListConnector):
    __doc__ = connectors.FromListConnector.__doc__

    def connect(self, projection):
        _check_list(self, projection)
        connectors.FromListConnector.connect(self, projection)


class FromFileConnector(connectors.FromFileConnector):
    __doc__ = connectors.FromFileConnector.__doc__

    def connect(self, projection):
        connectors.FromFileConnector.connect(self, projection)  # reads the list
        _check_list(self, projection)


class CSAConnector(connectors.CSAConnector):
    __doc__ = connectors.CSAConnector.__doc__

    def connect(self, projection):
        """PyNN's own takes cells for indices where the set has weights and delays, and else a matrix of all pairs."""
        n_pre, n_post = projection.shape
        rows = self._rows(projection)
        _check_index("pre", rows[:, 0], n_pre)
        _check_index("post", rows[:, 1], n_post)
        if rows.shape[1] == 2:
            post, pre = np.divmod(np.unique(rows[:, 1].astype(np.int64) * n_pre + rows[:, 0].astype(np.int64)), n_pre)
            _add(self, projection, _parameters(self, projection), pre, post)
            return
        pre, post, weights, delays = rows[np.argsort(rows[:, 1], kind="stable")].T
        values = {"weight": weights, "delay": delays}
        if len(rows) > 0:
            _check(self, projection, values)
        projection._collector.add_pairs(pre.astype(int), post.astype(int), **values)

    def _rows(self, projection):
        """Pre and post cell of every pair and, where the set has them, weight and delay."""
        csa = connectors.csa
        n_pre, n_post = projection.shape
        pairs = iter(csa.cross((0, n_pre - 1), (0, n_post - 1)) * self.cset)
        blocks = [np.empty((0, 2 + csa.arity(self.cset)))]
        while block := list(itertools.islice(pairs, _ROWS)):
            blocks.append(np.array(block, dtype=float))
            projection._collector.require_room(sum(map(len, blocks)) + _ROWS)
        return np.concatenate(blocks)

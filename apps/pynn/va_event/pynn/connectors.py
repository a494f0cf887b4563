# SPDX-License-Identifier: Apache-2.0
"""PyNN's connectors, made in a few calls to numpy: the random numbers, and so the network, are those of PyNN's own
connectors. Where a script gives no generator to a connector that draws a number of synapses, it draws from the library;
those that draw a number for each pair of cells have PyNN's own generator, which always begins with the same numbers."""

import copy
import inspect

import numpy as np
from pyNN import connectors, errors
from pyNN.connectors import SmallWorldConnector
from pyNN.random import NumpyRNG

from . import prescribed, values
from .given import ArrayConnector, CloneConnector, CSAConnector, FromFileConnector, FromListConnector
from .random import NativeRNG

__all__ = ["AllToAllConnector", "ArrayConnector", "CloneConnector", "CSAConnector",
           "DisplacementDependentProbabilityConnector", "DistanceDependentProbabilityConnector",
           "FixedNumberPostConnector", "FixedNumberPreConnector", "FixedProbabilityConnector",
           "FixedTotalNumberConnector", "FromFileConnector", "FromListConnector", "IndexBasedProbabilityConnector",
           "OneToOneConnector", "SmallWorldConnector"]

#: Random numbers that are drawn at once, 8 MB.
_BLOCK = 1 << 20


class _Native:
    """Connectors that draw from the library where no generator is given: from a NativeRNG without a seed, which goes on
    from projection to projection. A generator that is given begins again for each where PyNN's own does."""

    #: Whether PyNN's own generator decides on the network where no other is given.
    prescribed_by_default = False

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        given = inspect.signature(super().__init__).bind(*args, **kwargs).arguments.get("rng")
        self._goes_on = given is None and not self.prescribed_by_default
        if self._goes_on:
            self.rng = NativeRNG()

    def _generator(self):
        return self.rng if self._goes_on else copy.deepcopy(self.rng)

    def _selves(self, cells, among):
        """The index of each cell among others if it must not be connected with itself, else -1."""
        if self.allow_self_connections:
            return np.full(cells.size, -1)
        cells, among = cells.all_cells.astype(np.int64), among.all_cells.astype(np.int64)
        order = np.argsort(among, kind="stable")
        places = order[np.minimum(np.searchsorted(among[order], cells), among.size - 1)]
        return np.where(among[places] == cells, places, -1)


class _Probability(_Native):
    """PyNN compares n_pre uniform numbers with the probabilities of each post cell in turn, drawn from a copy of the
    generator, so that all projections made with one generator replay the same numbers."""

    prescribed_by_default = True

    def connect(self, projection):
        if not isinstance(self.rng, (NumpyRNG, NativeRNG)):
            super().connect(projection)
            return
        rng = self._generator()
        distances = values.distance_map(projection)
        probabilities = self._probabilities(projection, distances)
        parameters = values.parameters_of(self, projection, distances)
        n_pre, n_post = projection.shape
        columns = max(1, _BLOCK // n_pre)
        for begin in range(0, n_post, columns):
            end = min(begin + columns, n_post)
            pre, post = self._connected(projection, rng, probabilities, begin, end)
            values.add(self, projection, parameters, pre, post + begin, end / n_post)

    def _connected(self, projection, rng, probabilities, begin, end):
        """The pairs of these post cells that are connected."""
        n_pre = projection.pre.size
        drawn = rng.next((end - begin) * n_pre).reshape(-1, n_pre)
        connected = (drawn < probabilities(begin, end)) & self._allowed(projection, begin, end)
        projection._collector.require_room(int(np.count_nonzero(connected)))
        post, pre = np.nonzero(connected)
        return pre, post

    def _allowed(self, projection, begin, end):
        """Which pairs may be connected: post cells x pre cells."""
        if self.allow_self_connections == "NoMutual":
            allowed = self._get_connection_map_no_mutual_connections(projection)
            return np.array([allowed[:, post] for post in range(begin, end)])
        if self.allow_self_connections:
            return True
        return projection.post.all_cells[begin:end, None] != projection.pre.all_cells


class FixedProbabilityConnector(_Probability, connectors.FixedProbabilityConnector):
    __doc__ = connectors.FixedProbabilityConnector.__doc__

    def connect(self, projection):
        n_pre, n_post = projection.shape
        projection._collector.require_room(int(min(self.p_connect, 1.0) * n_pre * n_post))
        super().connect(projection)

    def _probabilities(self, projection, distances):
        return None  # the same for all

    def _connected(self, projection, rng, probabilities, begin, end):
        pre, post = prescribed.pairs_below(rng, self.p_connect, projection.pre.size, end - begin)
        allowed = self._allowed(projection, begin, end)
        if allowed is not True:
            kept = np.flatnonzero(allowed[post, pre])
            pre, post = pre[kept], post[kept]
        projection._collector.require_room(len(pre))
        return pre, post


class DistanceDependentProbabilityConnector(_Probability, connectors.DistanceDependentProbabilityConnector):
    __doc__ = connectors.DistanceDependentProbabilityConnector.__doc__

    def _probabilities(self, projection, distances):
        if distances is None:
            distances = self._generate_distance_map(projection)
        elif values.is_elementwise(self.distance_function, powers=projection.pre.size > 1):
            return lambda begin, end: self.distance_function(distances.base_value(
                np.arange(projection.pre.size), np.arange(begin, end)[:, None]))
        probabilities = self.distance_function(distances)
        return lambda begin, end: np.array([probabilities[:, post] for post in range(begin, end)])


class IndexBasedProbabilityConnector(_Probability, connectors.IndexBasedProbabilityConnector):
    __doc__ = connectors.IndexBasedProbabilityConnector.__doc__

    def connect(self, projection):
        if values.is_known_by_column(values.parameters_of(self, projection)):
            super().connect(projection)
        else:  # functions of the user's are called in turn
            connectors.IndexBasedProbabilityConnector.connect(self, projection)

    def _probabilities(self, projection, distances):
        expression = copy.copy(self.index_expression)
        expression.projection = projection
        pre = np.arange(projection.pre.size)
        return lambda begin, end: np.array([np.broadcast_to(expression(pre, post), pre.shape)
                                            for post in range(begin, end)])


class DisplacementDependentProbabilityConnector(IndexBasedProbabilityConnector,
                                                connectors.DisplacementDependentProbabilityConnector):
    __doc__ = connectors.DisplacementDependentProbabilityConnector.__doc__


class AllToAllConnector(connectors.AllToAllConnector):
    __doc__ = connectors.AllToAllConnector.__doc__

    def connect(self, projection):
        parameters = values.parameters_of(self, projection)
        n_pre, n_post = projection.shape
        projection._collector.require_room(n_pre * n_post)
        columns = max(1, _BLOCK // n_pre)
        for begin in range(0, n_post, columns):
            end = min(begin + columns, n_post)
            post, pre = np.divmod(np.arange(begin * n_pre, end * n_pre, dtype=np.int64), n_pre)
            if not self.allow_self_connections:
                other = np.flatnonzero(projection.pre.all_cells[pre] != projection.post.all_cells[post])
                post, pre = post[other], pre[other]
            values.add(self, projection, parameters, pre, post, end / n_post)


class OneToOneConnector(connectors.OneToOneConnector):
    __doc__ = connectors.OneToOneConnector.__doc__

    def connect(self, projection):
        cells = np.arange(min(projection.shape))
        values.add(self, projection, values.parameters_of(self, projection), cells, cells)


class _FixedNumber(_Native):
    """What the connectors that take a number of connections have in common."""

    def connect(self, projection):
        if isinstance(self.rng, NativeRNG):
            values.add(self, projection, values.parameters_of(self, projection), *self._pairs(projection))
        else:
            self._connect_prescribed(projection)

    def _counts(self, size):
        """How many cells each of `size` cells is connected with."""
        return np.full(size, self.n) if isinstance(self.n, int) else np.asarray(self.n.next(size)).astype(np.int64)

    def _cells(self, projection, size):
        """What the generator that is given draws for one cell after the other, out of `size`."""
        exclusive = not self.allow_self_connections and projection.pre == projection.post
        return prescribed.Cells(self.rng, size, exclusive, self.with_replacement)

class FixedNumberPreConnector(_FixedNumber, connectors.FixedNumberPreConnector):
    __doc__ = connectors.FixedNumberPreConnector.__doc__

    def _pairs(self, projection):
        pre, post = projection.pre, projection.post
        counts = self._counts(post.size)
        projection._collector.require_room(int(counts.sum()))
        drawn = self.rng.draw_cells(pre.size, counts, self._selves(post, pre), self.with_replacement)
        return drawn, np.repeat(np.arange(post.size), counts)

    def _connect_prescribed(self, projection):
        parameters = values.parameters_of(self, projection)  # PyNN copies their generators before cells are drawn
        if not values.is_known_by_column(parameters):  # functions that may draw, too
            super(_FixedNumber, self).connect(projection)
            return
        n_pre, n_post = projection.shape
        counts = self._counts(n_post)
        projection._collector.require_room(int(counts.sum()))
        pre = prescribed.columns([self._cells(projection, n_pre)], counts)[0].astype(np.int64)
        values.add(self, projection, parameters, pre, np.repeat(np.arange(n_post), counts))


class FixedNumberPostConnector(_FixedNumber, connectors.FixedNumberPostConnector):
    __doc__ = connectors.FixedNumberPostConnector.__doc__

    def _pairs(self, projection):
        pre, post = projection.pre, projection.post
        counts = self._counts(pre.size)
        projection._collector.require_room(int(counts.sum()))
        drawn = self.rng.draw_cells(post.size, counts, self._selves(pre, post), self.with_replacement)
        return self._in_order(drawn, counts)

    def _connect_prescribed(self, projection):
        n_pre, n_post = projection.shape
        cells = self._cells(projection, n_post)
        if isinstance(self.n, int) or self.n.rng is not self.rng:
            counts = np.array([self._get_num_post() for _ in range(n_pre)], dtype=np.int64)
            projection._collector.require_room(int(counts.sum()))
            drawn = prescribed.columns([cells], counts)[0].astype(np.int64)
        else:
            counts = np.empty(n_pre, dtype=np.int64)
            parts = []
            for pre in range(n_pre):  # numbers and cells are drawn in turn
                counts[pre] = self._get_num_post()
                parts.append(cells.next(int(counts[pre])))
            drawn = np.concatenate(parts)
        values.add(self, projection, values.parameters_of(self, projection), *self._in_order(drawn, counts))

    @staticmethod
    def _in_order(post, counts):
        order = np.argsort(post, kind="stable")
        return np.repeat(np.arange(len(counts)), counts)[order], post[order]


class FixedTotalNumberConnector(_FixedNumber, connectors.FixedTotalNumberConnector):
    __doc__ = connectors.FixedTotalNumberConnector.__doc__

    def _connect_prescribed(self, projection):
        """PyNN draws the number of each process, which is that of all in the only one, then a pre and a post cell for
        each synapse."""
        if not isinstance(self.n, int) or not isinstance(self.rng, NumpyRNG):  # others have no choice() of cells
            super(_FixedNumber, self).connect(projection)
            return
        projection._collector.require_room(self.n)
        self.rng.next(1, "binomial", {"n": self.n, "p": 1.0})
        drawn = prescribed.integers(self.rng, projection.shape, self.n)
        pre, post = drawn[np.argsort(drawn[:, 1], kind="stable")].T
        values.add(self, projection, values.parameters_of(self, projection), pre, post)

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

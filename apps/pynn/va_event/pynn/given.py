# SPDX-License-Identifier: Apache-2.0
"""PyNN's connectors whose pairs of cells are given: lists, files, matrices, other projections, connection sets."""

import itertools

import numpy as np
from pyNN import connectors, errors

from . import values

#: Pairs of a connection set that are lists of Python at a time.
_ROWS = 1 << 16


class ArrayConnector(connectors.ArrayConnector):
    __doc__ = connectors.ArrayConnector.__doc__

    def connect(self, projection):
        array = self.array
        if not isinstance(array, np.ndarray) or array.dtype != bool or array.shape != projection.shape:
            super().connect(projection)
            return
        post, pre = np.nonzero(array.T)
        values.add(self, projection, values.parameters_of(self, projection), pre, post)


class CloneConnector(connectors.CloneConnector):
    __doc__ = connectors.CloneConnector.__doc__

    def connect(self, projection):
        reference = self.reference_projection
        if reference.pre != projection.pre or reference.post != projection.post or not hasattr(reference, "pairs"):
            super().connect(projection)  # which says what is wrong
            return
        post, pre = np.divmod(reference.pairs(), projection.pre.size)
        values.add(self, projection, values.parameters_of(self, projection), pre, post)


def _check_index(name, indices, size):
    wrong = indices[(indices < 0) | (indices >= size)]
    if wrong.size > 0:
        raise errors.ConnectionError(f"index of a {name} cell = {int(wrong[0])}: must be from 0 to {size - 1}")


def _connect_list(connector, projection):
    """The synapses of a list. PyNN drops those onto cells that do not exist, and does not look for indices below 0."""
    rows = np.atleast_2d(connector.conn_list)
    if rows.size > 0:
        _check_index("pre", rows[:, 0], projection.pre.size)
        _check_index("post", rows[:, 1], projection.post.size)
    names = list(connector.column_names)
    others = {name: value for name, value in values.parameters_of(connector, projection).items() if name not in names}
    known = projection.synapse_type.get_native_names()
    if rows.size == 0 or not set(known).issuperset(names) or not values.are_of_lists(others):
        connectors.FromListConnector.connect(connector, projection)
        return
    rows = rows[np.argsort(rows[:, 1])]  # PyNN's order of the synapses onto one cell: the order in which they draw
    pre, post = rows[:, 0].astype(np.int64), rows[:, 1].astype(np.int64)
    of_list = {name: rows[:, column].astype(float) for column, name in enumerate(names, 2)}
    projection._collector.add_pairs(pre, post, **of_list, **values.of_list(others, post))
    if connector.callback:
        connector.callback(1.0)


class FromListConnector(connectors.FromListConnector):
    __doc__ = connectors.FromListConnector.__doc__

    def connect(self, projection):
        _connect_list(self, projection)


class FromFileConnector(connectors.FromFileConnector):
    __doc__ = connectors.FromFileConnector.__doc__

    def connect(self, projection):
        if self.distributed:
            self.file.rename("%s.%d" % (self.file.name, projection._simulator.state.mpi_rank))
        names = self.file.get_metadata().get("columns", ("weight", "delay"))
        self.column_names = [name for name in names if name not in ("i", "j")]
        self.conn_list = self.file.read()
        _connect_list(self, projection)


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
            values.add(self, projection, values.parameters_of(self, projection), pre, post)
            return
        pre, post, weights, delays = rows[np.argsort(rows[:, 1], kind="stable")].T
        pre, post = pre.astype(int), post.astype(int)
        others = values.parameters_of(self, projection)
        del others["weight"], others["delay"]
        of_pairs = {"weight": weights, "delay": delays, **values.of_pairs(others, pre, post)}
        if len(rows) > 0:
            values.check(self, projection, of_pairs)
        projection._collector.add_pairs(pre, post, **of_pairs)

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

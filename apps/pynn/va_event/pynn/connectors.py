# SPDX-License-Identifier: Apache-2.0
"""PyNN's connectors. The most used ones are made in a few calls to numpy when weights and delays are the same for all
synapses; the random numbers, and so the network, are those of PyNN's own connectors, which do everything else."""

import copy

import numpy as np
from pyNN import connectors, errors
from pyNN.connectors import (ArrayConnector, CloneConnector, DisplacementDependentProbabilityConnector,
                             DistanceDependentProbabilityConnector, FixedNumberPostConnector, FixedNumberPreConnector,
                             FixedTotalNumberConnector, IndexBasedProbabilityConnector, SmallWorldConnector)
from pyNN.random import NumpyRNG

__all__ = ["AllToAllConnector", "ArrayConnector", "CloneConnector", "CSAConnector",
           "DisplacementDependentProbabilityConnector", "DistanceDependentProbabilityConnector",
           "FixedNumberPostConnector", "FixedNumberPreConnector", "FixedProbabilityConnector",
           "FixedTotalNumberConnector", "FromFileConnector", "FromListConnector", "IndexBasedProbabilityConnector",
           "OneToOneConnector", "SmallWorldConnector"]

#: Random numbers that are drawn at once, 8 MB.
_BLOCK = 1 << 20


def _same_for_all(connector, projection):
    """Weight and delay of all synapses if they have the same, checked; else None."""
    values = {}
    for name, value in connector._parameters_from_synapse_type(projection).items():
        if not value.is_homogeneous:
            return None
        values[name] = float(value.evaluate(simplify=True))
    _check(connector, projection, values)
    return values


def _check(connector, projection, values):
    if connector.safe:
        for name, check in projection.synapse_type.parameter_checks.items():
            check(values[name], projection)


class FixedProbabilityConnector(connectors.FixedProbabilityConnector):
    __doc__ = connectors.FixedProbabilityConnector.__doc__

    def connect(self, projection):
        values = None
        if self.allow_self_connections is True and isinstance(self.rng, NumpyRNG):
            values = _same_for_all(self, projection)
        if values is None:
            connectors.FixedProbabilityConnector.connect(self, projection)
            return
        # PyNN compares n_pre uniform numbers with p_connect for each post cell in turn, drawn from a copy of the
        # generator, so that all projections made with one generator replay the same numbers.
        uniform = copy.deepcopy(self.rng).rng.random_sample
        n_pre, n_post = projection.shape
        columns = max(1, _BLOCK // n_pre)
        for begin in range(0, n_post, columns):
            drawn = uniform((min(columns, n_post - begin), n_pre))
            post, pre = np.nonzero(drawn < self.p_connect)
            projection._collector.add_pairs(pre, post + begin, **values)
            if self.callback:
                self.callback(begin / n_post)


class AllToAllConnector(connectors.AllToAllConnector):
    __doc__ = connectors.AllToAllConnector.__doc__

    def connect(self, projection):
        values = _same_for_all(self, projection)
        if values is None:
            connectors.AllToAllConnector.connect(self, projection)
            return
        n_pre, n_post = projection.shape
        post, pre = np.divmod(np.arange(n_pre * n_post, dtype=np.int64), n_pre)
        if not self.allow_self_connections:
            other = projection.pre.all_cells.astype(np.int64)[pre] != projection.post.all_cells.astype(np.int64)[post]
            post, pre = post[other], pre[other]
        projection._collector.add_pairs(pre, post, **values)


class OneToOneConnector(connectors.OneToOneConnector):
    __doc__ = connectors.OneToOneConnector.__doc__

    def connect(self, projection):
        values = _same_for_all(self, projection)
        if values is None or projection.pre.size != projection.post.size:
            connectors.OneToOneConnector.connect(self, projection)
            return
        cells = np.arange(projection.pre.size)
        projection._collector.add_pairs(cells, cells, **values)


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
        """PyNN's own takes cells for indices where the set has weights and delays."""
        csa = connectors.csa
        if csa.arity(self.cset) != 2:
            connectors.CSAConnector.connect(self, projection)
            return
        n_pre, n_post = projection.shape
        rows = np.array(list(csa.cross((0, n_pre - 1), (0, n_post - 1)) * self.cset), dtype=float).reshape(-1, 4)
        order = np.argsort(rows[:, 1], kind="stable")
        pre, post, weights, delays = rows[order].T
        _check_index("pre", pre, n_pre)
        _check_index("post", post, n_post)
        values = {"weight": weights, "delay": delays}
        if len(rows) > 0:
            _check(self, projection, values)
        projection._collector.add_pairs(pre.astype(int), post.astype(int), **values)

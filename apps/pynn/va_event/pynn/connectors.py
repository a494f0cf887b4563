# SPDX-License-Identifier: Apache-2.0
"""PyNN's connectors. The most used ones are made in a few calls to numpy when weights and delays are the same for all
synapses; the random numbers, and so the network, are those of PyNN's own connectors, which do everything else."""

import copy

import numpy as np
from pyNN import connectors
from pyNN.connectors import (ArrayConnector, CloneConnector, CSAConnector, DisplacementDependentProbabilityConnector,
                             DistanceDependentProbabilityConnector, FixedNumberPostConnector, FixedNumberPreConnector,
                             FixedTotalNumberConnector, FromFileConnector, FromListConnector,
                             IndexBasedProbabilityConnector, SmallWorldConnector)
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
    if connector.safe:
        for name, check in projection.synapse_type.parameter_checks.items():
            check(values[name], projection)
    return values


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

# SPDX-License-Identifier: Apache-2.0
"""Numbers of PyNN's own generators, drawn as PyNN's connectors draw them, which is cell after cell. Of a NumpyRNG the
library draws them, all in one call; it is compared with numpy first, which makes the same numbers where it was compiled
with the same rounding."""

import numpy as np
from pyNN import errors
from pyNN.random import NumpyRNG, RandomDistribution, available_distributions

from .. import _native

#: Those whose numbers depend on the sizes of the calls.
_BY_CALL = ("cells", "normal_clipped")
#: Sizes of the columns that are compared with numpy's before the library draws.
_COMPARED = np.array([1, 3, 1, 40, 0, 2], dtype=np.int64)


def columns(distributions, sizes):
    """What RandomDistributions of one generator draw in turn: the first of `sizes` of each, then the second, ... One
    array for each distribution."""
    if len(distributions) == 1 and distributions[0].name not in _BY_CALL:
        return [np.asarray(distributions[0].next(int(np.sum(sizes))), dtype=float)]  # the same in calls of any size
    rng = distributions[0].rng
    if _is_known(rng):
        again = NumpyRNG(seed=1)
        expected = _by_pynn([_copied(one, again) for one in distributions], _COMPARED)
        if all(map(np.array_equal, expected, _by_library(NumpyRNG(seed=1), distributions, _COMPARED))):
            return _by_library(rng, distributions, sizes)
    return _by_pynn(distributions, sizes)


def _copied(distribution, rng):
    if isinstance(distribution, Cells):
        return distribution.copied(rng)
    return RandomDistribution(distribution.name, rng=rng, **distribution.parameters)


def _by_pynn(distributions, sizes):
    values = [np.empty(int(np.sum(sizes))) for _ in distributions]
    end = 0
    for size in np.asarray(sizes).tolist():
        begin, end = end, end + size
        for column, distribution in zip(values, distributions):
            column[begin:end] = distribution.next(size)
    return values


def _by_library(rng, distributions, sizes):
    named = [(one.name, [float(one.parameters[name]) for name in available_distributions.get(one.name, one.parameters)])
             for one in distributions]
    values, state = _native.draw_columns(*_state(rng), named, sizes)
    _set_state(rng, *state)
    return values


def _is_known(rng):
    """Whether the library can go on from the generator's state."""
    return type(rng) is NumpyRNG and rng.rng.get_state(legacy=False)["bit_generator"] == "MT19937"


def _state(rng):
    state = rng.rng.get_state(legacy=False)
    return state["state"]["key"], state["state"]["pos"], state["gauss"] if state["has_gauss"] else None


def _set_state(rng, key, position, gauss):
    rng.rng.set_state({"bit_generator": "MT19937", "state": {"key": key, "pos": position},
                       "has_gauss": int(gauss is not None), "gauss": 0.0 if gauss is None else gauss})


def pairs_below(rng, p, n_pre, n_post):
    """The pairs of cells, in ascending order of post cells, whose uniform numbers are below p: of all pre cells with the
    first post cell, then with the second, ..."""
    if _is_known(rng):
        pre, post, (key, position, _) = _native.pairs_below(*_state(rng)[:2], p, n_pre, n_post)
        _set_state(rng, key, position, _state(rng)[2])
    else:
        post, pre = np.nonzero(rng.next(n_pre * n_post).reshape(-1, n_pre) < p)
    return pre.astype(np.int64), post.astype(np.int64)


def integers(rng, highs, count):
    """`count` rows of numbers, each below its of `highs`: a row is drawn after the other."""
    distributions = [RandomDistribution("uniform_int", (0, high), rng=rng) for high in highs]
    return np.column_stack(columns(distributions, np.ones(count, dtype=np.int64))).astype(np.int64)


class Cells:
    """What connectors of fixed numbers draw for one cell after the other, as a distribution: cells out of `size`, and
    where it is exclusive not the one of the column's number."""

    name = "cells"

    def __init__(self, rng, size, exclusive, with_replacement):
        self.rng = rng
        self.parameters = {"size": size, "exclusive": exclusive, "with_replacement": with_replacement}
        self._column = -1

    def copied(self, rng):
        return Cells(rng, **self.parameters)

    def next(self, count):
        size = self.parameters["size"]
        self._column += 1
        cells = np.arange(size)
        if self.parameters["exclusive"]:
            cells = cells[cells != self._column]
        if count > 0 and cells.size == 0:
            raise errors.ConnectionError(f"n = {count}: must be 0, since there are no cells to connect with")
        if self.parameters["with_replacement"]:
            return self._with_replacement(count)
        sets, rest = divmod(count, cells.size) if count > 0 else (0, 0)
        first = np.asarray(self.rng.permutation(cells))[:rest] if rest > 0 else cells[:0]
        return np.concatenate([cells] * sets + [first])

    def _with_replacement(self, count):
        def draw(size):
            return np.asarray(self.rng.next(size, "uniform_int", {"low": 0, "high": self.parameters["size"]}))

        drawn = draw(count).astype(np.int64)
        if self.parameters["exclusive"]:
            while (again := np.flatnonzero(drawn == self._column)).size > 0:
                drawn[again] = draw(again.size)
        return drawn

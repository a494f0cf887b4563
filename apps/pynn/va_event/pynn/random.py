# SPDX-License-Identifier: Apache-2.0
"""Random numbers of the library for PyNN's scripts."""

import copy

import numpy as np
from pyNN.random import NativeRNG as _NativeRNG
from pyNN.random import WrappedRNG, available_distributions

from .. import _native
from . import simulator

_OF_INTEGERS = ("binomial", "poisson", "uniform_int")


class NativeRNG(_NativeRNG, WrappedRNG):
    """
    Numbers of the library's counter-based streams (Philox4x32-10), for every distribution that PyNN names.

    `seed`: a whole number from 0 to 2^64 - 1. Without one it is that of `setup(rng_seed=...)`, and each generator that
    draws for that network has numbers of its own. They are the same on every machine, vonmises' to within rounding.
    """

    def __init__(self, seed=None, parallel_safe=True):
        WrappedRNG.__init__(self, seed, parallel_safe)
        if self.seed is not None and not 0 <= self.seed < 2**64:
            raise ValueError(f"seed = {self.seed}: must be a whole number from 0 to 2^64 - 1")
        self._generator = None if self.seed is None else _native.Generator(int(self.seed), 0)

    @property
    def rng(self):
        """The library's generator. Without a seed it belongs to the network that it first draws for."""
        if self._generator is None:
            network = simulator.state.network
            network.generators += 1
            self._generator = _native.Generator(network.seed, network.generators)
        return self._generator

    def __deepcopy__(self, memo):
        """The copy draws the same numbers as this one from now on."""
        other = type(self).__new__(type(self))
        WrappedRNG.__init__(other, None, self.parallel_safe)
        other.seed = self.seed
        other._generator = copy.copy(self.rng)
        return other

    def _next(self, distribution, n, parameters):
        if distribution not in available_distributions:
            raise KeyError(f"distribution = {distribution!r}: must be one of {', '.join(available_distributions)}")
        names = available_distributions[distribution]
        if set(parameters) != set(names):
            raise KeyError(f"Incorrect parameterization of random distribution. Expected {names}, got "
                           f"{tuple(parameters)}.")
        values = self.rng.draw(distribution, [float(parameters[name]) for name in names], n)
        return values.astype(np.int64) if distribution in _OF_INTEGERS else values

    def permutation(self, x):
        """A random order of an array, or of the numbers below x."""
        order = self.rng.permutation(x if np.ndim(x) == 0 else len(x))
        return order if np.ndim(x) == 0 else np.asarray(x)[order]

    def choice(self, a, size=None):
        """One or more elements of an array, or numbers below a: each draw out of all."""
        high = a if np.ndim(a) == 0 else len(a)
        drawn = self.next(size, "uniform_int", {"low": 0, "high": high})
        return drawn if np.ndim(a) == 0 else np.asarray(a)[drawn]

    def draw_cells(self, size, counts, skipped, with_replacement):
        """Cells out of `size` for several draws, each so many, and none of them the one that it skips (-1: none)."""
        return self.rng.draw_cells(size, np.asarray(counts, dtype=np.int64), np.asarray(skipped, dtype=np.int64),
                                   with_replacement).astype(np.int64)

# SPDX-License-Identifier: Apache-2.0
"""The synapses of pairs of cells with their weights and delays: all at once where that gives what PyNN's own code gives,
which goes through the post cells one after the other."""

import builtins
import copy
import dis
import operator

import numpy as np
from lazyarray import larray
from pyNN.parameters import LazyArray
from pyNN.random import RandomDistribution
from pyNN.space import Space

from . import prescribed
from .random import NativeRNG

#: Instructions of Python that treat each element of an array alike, by how their names begin.
_ELEMENTWISE = ("RESUME", "CACHE", "NOP", "EXTENDED_ARG", "PUSH_NULL", "COPY_FREE_VARS", "LOAD_FAST", "LOAD_CONST",
                "LOAD_SMALL_INT", "LOAD_GLOBAL", "LOAD_NAME", "LOAD_ATTR", "LOAD_METHOD", "LOAD_DEREF", "LOAD_CLOSURE",
                "PRECALL", "CALL", "BINARY_", "UNARY_NEGATIVE", "UNARY_POSITIVE", "UNARY_INVERT", "COMPARE_OP",
                "RETURN_VALUE")
_NUMBERS = (bool, int, float)
_NOT_ELEMENTWISE = ("BINARY_SUBSCR", "BINARY_SLICE", "BINARY_MATRIX_MULTIPLY", "CALL_INTRINSIC", "CALL_FUNCTION_EX")


class Distances:
    """The distances between pre cells i and post cells j, for numbers and for arrays that have one shape. They are the
    numbers that Space.distances() gives for one post cell at a time."""

    def __init__(self, space, pre, post):
        self._space, self._cells = space, (pre, post)
        self._positions = None  # cells have none before they are asked for: they may draw them

    def __deepcopy__(self, memo):
        return self  # nothing changes it

    def __call__(self, i, j):
        if self._positions is None:
            self._positions = [np.ascontiguousarray(cells.positions.T) for cells in self._cells]
        space, pre, post = self._space, self._positions[0][i], self._positions[1][j]
        post = space.scale_factor * (post + space.offset)
        total = 0.0
        for axis in space.axes:
            difference = pre[..., axis] - post[..., axis]
            if space.periodic_boundaries is not None and space.periodic_boundaries[axis] is not None:
                low, high = space.periodic_boundaries[axis]
                difference = np.abs(difference)
                difference = np.minimum(difference, high - low - difference)
            total = total + difference**2
        return np.sqrt(total)


def distance_map(projection):
    """The distances of all pairs of cells as a lazy array, or None where PyNN's own code must make it."""
    if type(projection.space) is not Space:
        return None
    return LazyArray(Distances(projection.space, projection.pre, projection.post), shape=projection.shape)


def is_elementwise(function, powers=True):
    """Whether a function of one argument is known to treat all elements of an array alike, so that it may be given more
    of them at once. With `powers` false, it must not have any: numpy takes those of a single number in another way,
    which may round differently."""
    if not powers and function is operator.pow:
        return False
    if isinstance(function, np.ufunc) or getattr(function, "__module__", None) in ("_operator", "lazyarray"):
        return True
    code = getattr(function, "__code__", None)
    if code is None or code.co_argcount != 1 or code.co_kwonlyargcount or code.co_flags & 0x2C:  # *, **, generators
        return False
    for instruction in dis.get_instructions(code):
        name = instruction.opname
        if name.startswith(_NOT_ELEMENTWISE) or not name.startswith(_ELEMENTWISE) or "@" in instruction.argrepr:
            return False
        if not powers and (name == "BINARY_POWER" or "**" in instruction.argrepr):
            return False
        if name in ("LOAD_ATTR", "LOAD_METHOD") and not _is_elementwise_value(getattr(np, instruction.argval, None)):
            return False
        if name in ("LOAD_GLOBAL", "LOAD_NAME"):
            value = function.__globals__.get(instruction.argval, getattr(builtins, instruction.argval, None))
            if not _is_elementwise_value(value):
                return False
    enclosed = [cell.cell_contents for cell in function.__closure__ or ()]
    return all(isinstance(value, _NUMBERS + (type(None),)) for value in (*code.co_consts, *enclosed))


def _is_elementwise_value(value):
    if isinstance(value, np.ufunc):
        return value.signature is None  # else it is of rows or matrices
    return (isinstance(value, _NUMBERS) or value is np or value is abs
            or getattr(value, "__name__", "").startswith("larray_compatible_ufunc"))


def _is_known_for_pairs(value, powers=True):
    """Whether a lazy array draws nothing and can be asked for many pairs at once."""
    if not value.is_homogeneous and not isinstance(value.base_value, (int, float, np.ndarray, Distances)):
        return False
    return all(is_elementwise(function, powers)
               and (argument is None or isinstance(argument, _NUMBERS)
                    or isinstance(argument, larray) and _is_known_for_pairs(argument, powers))
               for function, argument in value.operations)


def is_drawn(value):
    return type(value.base_value) is RandomDistribution and not value.operations


def is_known_by_column(parameters):
    """Whether values follow from the pairs, column after column, so that pairs may be given in parts."""
    return all(value.is_homogeneous or is_drawn(value) or _is_known_for_pairs(value) for value in parameters.values())


def of_pairs(parameters, pre, post):
    """The values of these pairs of cells, in ascending order of post cells: a number for all, or an array."""
    others = {name: value for name, value in parameters.items() if not value.is_homogeneous}
    values = {name: float(value.evaluate(simplify=True)) for name, value in parameters.items() if name not in others}
    if not is_known_by_column(others):
        values.update(_by_column(others, pre, post))
        return values
    for name, value in others.items():
        values[name] = _drawn(value.base_value, post) if is_drawn(value) else _at_once(value, pre, post)
    return values


def _drawn(distribution, post):
    """Each parameter draws from a copy of its generator, which PyNN makes."""
    if isinstance(distribution.rng, NativeRNG):  # nothing prescribes how it draws
        return distribution.next(len(post))
    return prescribed.columns([distribution], np.diff(_bounds(post)))[0]


def are_of_lists(parameters):
    """Whether of_list() knows what PyNN makes of these values for a list of synapses."""
    return all(value.is_homogeneous or is_drawn(value) for value in parameters.values())


def of_list(parameters, post):
    """The values of a list of synapses, in ascending order of post cells. PyNN gives each post cell the first numbers
    that a generator draws; those of the library go on."""
    values = {}
    sizes = np.diff(_bounds(post)).tolist()
    for name, value in parameters.items():
        if value.is_homogeneous:
            values[name] = float(value.evaluate(simplify=True))
        elif isinstance(value.base_value.rng, NativeRNG):
            values[name] = value.base_value.next(len(post))
        else:
            drawn = {size: copy.deepcopy(value.base_value).next(size) for size in set(sizes)}
            values[name] = np.concatenate([drawn[size] for size in sizes])
    return values


def _at_once(value, pre, post):
    values = np.empty(len(pre))
    values[:] = value[pre, post]
    if not _is_known_for_pairs(value, powers=False):
        bounds = _bounds(post)
        for alone in bounds[:-1][np.diff(bounds) == 1]:
            values[alone] = value[pre[alone:alone + 1], int(post[alone])]
    return values


def _bounds(post):
    return np.flatnonzero(np.diff(post, prepend=-1, append=-1))


def _by_column(others, pre, post):
    values = {name: np.empty(len(pre)) for name in others}
    bounds = _bounds(post)
    for begin, end in zip(bounds[:-1], bounds[1:]):
        for name, value in others.items():
            values[name][begin:end] = value[pre[begin:end], int(post[begin])]
    return values


def check(connector, projection, values):
    if connector.safe:
        for name, test in projection.synapse_type.parameter_checks.items():
            test(values[name], projection)


def parameters_of(connector, projection, distances=None):
    """Weight and delay as lazy arrays. PyNN copies their generators here."""
    projection._refuse_location(getattr(connector, "location_selector", None))
    if distances is None:
        distances = distance_map(projection)
    return dict(connector._parameters_from_synapse_type(projection, distances).items())


def add(connector, projection, parameters, pre, post, part=1.0):
    """Makes the synapses of these pairs of cells, in ascending order of post cells; `part` of all are made then."""
    if len(pre) > 0:
        values = of_pairs(parameters, pre, post)
        check(connector, projection, values)
        projection._collector.add_pairs(pre, post, **values)
    if connector.callback:
        connector.callback(part)

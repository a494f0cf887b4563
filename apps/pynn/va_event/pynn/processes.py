# SPDX-License-Identifier: Apache-2.0
"""The processes that simulate together (`mpirun -n 4 python script.py`): the library's own, without mpi4py.

All run the same script, and each has its share of the cells of every population and the synapses onto them. What is
said of all cells (create, connect, set, record, run, get with gather=True) must be said by all of them.
"""

import pickle
import random
import sys
import traceback
from contextlib import contextmanager

import numpy as np

from .. import _native

rank = _native.rank()
count = _native.process_count()

_as_one = False


def acts_as_one():
    """Whether this process acts as if it were alone, within as_one()."""
    return _as_one


@contextmanager
def as_one():
    """All processes do the same work of all cells: how PyNN's connectors draw the same numbers for any number of
    processes. What belongs to others is dropped afterwards."""
    global _as_one
    before, _as_one = _as_one, True
    try:
        yield
    finally:
        _as_one = before


def all_gather(mine):
    """What each of them gave, by rank."""
    if count == 1:
        return [mine]
    return [pickle.loads(one) for one in _native.all_gather(pickle.dumps(mine, pickle.HIGHEST_PROTOCOL))]


def gather(mine, everywhere=False):
    """What each of them gave, by rank: in process 0, or everywhere; elsewhere None."""
    if everywhere or count == 1:
        return all_gather(mine)
    return [pickle.loads(one) for one in _native.gather(pickle.dumps(mine, pickle.HIGHEST_PROTOCOL))] or None


def share_generators():
    """Python's and numpy's own generators become those of process 0: random connection sets (csa) draw from them, and
    must be the same in all processes."""
    if count > 1:
        python, of_numpy = all_gather((random.getstate(), np.random.get_state()))[0]
        random.setstate(python)
        np.random.set_state(of_numpy)


def _end_all(kind, error, trace):
    """An error that nobody caught: the others would wait for this process for ever."""
    print(f"process {rank} of {count}:", file=sys.stderr)
    traceback.print_exception(kind, error, trace)
    sys.stdout.flush()
    sys.stderr.flush()
    _native.abort(1)


if count > 1:
    sys.excepthook = _end_all

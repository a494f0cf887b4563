# SPDX-License-Identifier: Apache-2.0
"""Modules that are imported when something of them is used for the first time."""

import sys
from contextlib import contextmanager
from importlib.machinery import PathFinder
from importlib.util import LazyLoader


class _Finder:
    def __init__(self, names):
        self._names = names

    def find_spec(self, fullname, path=None, target=None):
        spec = PathFinder.find_spec(fullname, path, target) if fullname in self._names else None
        if spec is not None and hasattr(spec.loader, "exec_module"):
            spec.loader = LazyLoader(spec.loader)
        return spec


@contextmanager
def postponed(*names):
    """Imports of these modules within this are done at their first use. One that is not installed stays an error."""
    finder = _Finder(names)
    sys.meta_path.insert(0, finder)
    try:
        yield
    finally:
        sys.meta_path.remove(finder)

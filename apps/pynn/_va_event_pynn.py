# SPDX-License-Identifier: Apache-2.0
"""Makes `pyNN.va_event` another name of `va_event.pynn`.

PyNN looks for a simulator as a submodule of its own package. A file of ours in there would belong to two packages,
so va_event_pynn.pth imports this module when Python starts, and all it does is add a finder. Nothing of PyNN or of
va_event is imported until somebody asks for `pyNN.va_event`.
"""

import importlib
import sys
from importlib.machinery import ModuleSpec


class _Alias:
    """Loads a module by handing out one that exists."""

    def __init__(self, name):
        self._name = name

    def create_module(self, spec):
        module = importlib.import_module(self._name)
        self._spec = module.__spec__
        return module

    def exec_module(self, module):
        # The import system has put the alias' spec in; relative imports need the module's own.
        module.__spec__ = self._spec


class _Finder:
    prefix = "pyNN.va_event"

    @classmethod
    def find_spec(cls, fullname, path=None, target=None):
        if fullname != cls.prefix and not fullname.startswith(cls.prefix + "."):
            return None
        name = "va_event.pynn" + fullname[len(cls.prefix):]
        try:
            package = hasattr(importlib.import_module(name), "__path__")
        except ModuleNotFoundError as error:
            if error.name == name:
                return None
            raise
        return ModuleSpec(fullname, _Alias(name), is_package=package)


if _Finder not in sys.meta_path:
    # Before the finder of files, which would find submodules by the package's path and load them a second time.
    sys.meta_path.insert(0, _Finder)

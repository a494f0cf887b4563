# SPDX-License-Identifier: Apache-2.0
"""PyNN finds the backend under its own name, and nothing is imported before that."""

import importlib
import os
import subprocess
import sys
import unittest

from support import main, pyNN, sim
from va_event.pynn.postponed import postponed


class Finder(unittest.TestCase):
    def test_both_names_are_one_module(self):
        self.assertIs(sim, importlib.import_module("va_event.pynn"))
        self.assertIs(pyNN.va_event, sim)

    def test_submodules_are_found_under_both_names(self):
        self.assertIs(importlib.import_module("pyNN.va_event.electrodes"),
                      importlib.import_module("va_event.pynn.electrodes"))
        self.assertEqual(importlib.import_module("va_event.pynn.electrodes").__spec__.name, "va_event.pynn.electrodes")

    def test_a_module_that_is_not_there_is_not_found(self):
        with self.assertRaises(ModuleNotFoundError):
            importlib.import_module("pyNN.va_event.nothing")
        with self.assertRaises(ModuleNotFoundError):
            importlib.import_module("pyNN.va_eventual")

    def test_no_file_lies_in_the_package_of_pynn(self):
        self.assertFalse(sim.__file__.startswith(os.path.dirname(pyNN.__file__)))

    def test_python_starts_without_importing_anything_of_it(self):
        program = ("import os, site, sys; site.addsitedir(os.path.realpath(os.environ['VA_EVENT_SITE']));"
                   "print([name for name in ('pyNN', 'numpy', 'va_event') if name in sys.modules])")
        result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
        self.assertEqual(result.stdout.strip(), "[]")

    def test_pynns_own_way_of_choosing_a_simulator_works(self):
        program = ("import os, site; site.addsitedir(os.path.realpath(os.environ['VA_EVENT_SITE']));"
                   "from pyNN.utility import get_simulator; sim, options = get_simulator();"
                   "print(sim.simulator.name, options.simulator)")
        result = subprocess.run([sys.executable, "-c", program, "va_event"], capture_output=True, text=True, check=True)
        self.assertEqual(result.stdout.strip(), "va_event va_event")

    def test_csa_is_imported_when_it_is_used(self):
        try:
            import csa  # noqa: F401
        except ImportError:
            self.skipTest("no csa (Debian: python3-csa)")
        program = ("import os, site, sys; site.addsitedir(os.path.realpath(os.environ['VA_EVENT_SITE']));"
                   "import pyNN.va_event as sim; print('csa.connset' in sys.modules, end=' ');"
                   "import csa; sim.setup(); cells = sim.Population(3, sim.IF_curr_exp());"
                   "p = sim.Projection(cells, cells, sim.CSAConnector(csa.cset(csa.oneToOne)), sim.StaticSynapse());"
                   "print(len(p), [type(finder).__module__ for finder in sys.meta_path].count('va_event.pynn.postponed'))")
        result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
        self.assertEqual(result.stdout.split(), ["False", "3", "0"])

    def test_a_postponed_module_that_is_not_there_is_an_error_at_once(self):
        with self.assertRaises(ModuleNotFoundError):
            with postponed("no_such_module"):
                import no_such_module  # noqa: F401


if __name__ == "__main__":
    main()

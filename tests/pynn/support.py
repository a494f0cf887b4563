# SPDX-License-Identifier: Apache-2.0
"""What the tests of the PyNN backend have in common. Import it before anything of PyNN."""

import os
import site
import sys
import unittest

if "VA_EVENT_SITE" in os.environ:
    site.addsitedir(os.path.realpath(os.environ["VA_EVENT_SITE"]))  # as if it were installed: reads the .pth file
try:
    import pyNN
except ImportError:
    print(f"skipped: {sys.executable} has no PyNN (Debian: python3-pynn; else: pip install PyNN)")
    sys.exit(77)

import numpy as np  # noqa: E402
from pyNN.space import Space  # noqa: E402
import pyNN.va_event as sim  # noqa: E402

__all__ = ["PyNNTest", "main", "network", "np", "pyNN", "sim", "table"]


def network(simulator, pre, post, connector, synapse, receptor_type="excitatory", space=None):
    """A projection of `simulator` between two populations (or within one when `post` is None)."""
    simulator.setup(timestep=0.1, min_delay=0.1)
    one = simulator.Population(pre, simulator.IF_curr_exp())
    two = one if post is None else simulator.Population(post, simulator.IF_curr_exp())
    return simulator.Projection(one, two, connector(simulator), simulator.StaticSynapse(**synapse),
                                receptor_type=receptor_type, space=space or Space())


def table(projection):
    """Every synapse, sorted."""
    weight, delay = projection.synapse_type.get_native_names("weight", "delay")
    return sorted((int(c.presynaptic_index), int(c.postsynaptic_index), float(getattr(c, weight)),
                   float(getattr(c, delay))) for c in projection.connections)


class PyNNTest(unittest.TestCase):
    def setUp(self):
        sim.setup(timestep=0.1, min_delay=0.1)

    def tearDown(self):
        sim.end()

    def assertClose(self, actual, expected, tolerance):
        """Both arrays have the same shape, and no element differs by more."""
        actual, expected = np.asarray(actual, dtype=float), np.asarray(expected, dtype=float)
        self.assertEqual(actual.shape, expected.shape)
        self.assertLessEqual(np.abs(actual - expected).max(initial=0.0), tolerance)

    def signal(self, cells, name="v", segment=0):
        """Samples x cells."""
        return cells.get_data().segments[segment].filter(name=name)[0].magnitude

    def spikes(self, cells, segment=-1):
        """One array of times [ms] per cell."""
        return [np.array(train.magnitude) for train in cells.get_data("spikes").segments[segment].spiketrains]


def main():
    unittest.main(verbosity=2)

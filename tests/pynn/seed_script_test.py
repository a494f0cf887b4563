# SPDX-License-Identifier: Apache-2.0
"""The Vogels-Abbott networks through PyNN, against the command line and against themselves."""

import os
import subprocess
import tempfile
import unittest

from neo.io import get_io

from support import main, np, sim
from vogels_abbott import build

COUNTS = [204712, 50753, 50753, 12698]  # of the network that PyNN's NEURON backend builds


def spikes_of(group):
    """[(time in ms, id)], sorted."""
    result = []
    for train in group.get_data("spikes").segments[0].spiketrains:
        cell = int(train.annotations.get("source_id", train.annotations.get("channel_id")))
        result += [(time, cell) for time in train.magnitude.tolist()]
    return sorted(result)


class SeedScript(unittest.TestCase):
    def tearDown(self):
        sim.end()

    def assertSameAsCommandLine(self, benchmark, duration):
        program = os.environ.get("VA_EVENT")
        if not program:
            self.skipTest("the command line is not built")
        net = build(sim, benchmark)
        self.assertEqual([projection.size() for projection in net.projections][:4], COUNTS)
        sim.run(duration)
        actual = sorted(spikes_of(net.exc) + spikes_of(net.inh))
        with tempfile.TemporaryDirectory() as folder:
            subprocess.run([program, benchmark, "--network", "pynn", "--duration", str(duration), "--output", folder,
                            "--format", "npz"], check=True, capture_output=True)
            expected = []
            for group in ("exc", "inh"):
                with np.load(os.path.join(folder, f"va_{benchmark}_{group}.npz")) as arrays:
                    expected += zip(arrays["times"].tolist(), arrays["ids"].tolist())
        self.assertGreater(len(expected), 1000)
        self.assertTrue(actual == sorted(expected), f"{len(actual)} spikes, not the {len(expected)} expected ones")
        return net

    def test_coba_has_bit_for_bit_the_spikes_of_the_command_line(self):
        net = self.assertSameAsCommandLine("COBA", 200.0)
        self.assertEqual([projection.size() for projection in net.projections][4:], [624, 153])

    def test_cuba_has_bit_for_bit_the_spikes_of_the_command_line(self):
        net = self.assertSameAsCommandLine("CUBA", 1000.0)
        # PyNN on NEURON, with steps of 0.1 ms: 5.90 and 5.73 Hz.
        self.assertLess(abs(net.exc.mean_spike_count() / 5.90 - 1.0), 0.03)
        self.assertLess(abs(net.inh.mean_spike_count() / 5.73 - 1.0), 0.03)

    def test_views_and_assemblies_give_the_same_network_and_the_same_spikes(self):
        for benchmark in ("COBA", "CUBA"):
            spikes = []
            for groups in ("views", "assembly"):
                net = build(sim, benchmark, groups, n=1000, p_connect=0.08)
                sim.run(100.0)
                spikes.append(sorted(spikes_of(net.exc) + spikes_of(net.inh)))
                self.assertEqual(len(net.exc.get_data("v").segments[0].analogsignals[0].magnitude), 1001)
            self.assertGreater(len(spikes[0]), 100)
            self.assertEqual(spikes[0], spikes[1])

    def test_connection_sets_give_a_network_of_the_same_kind(self):
        try:
            import csa
        except ImportError:
            self.skipTest("no csa (Debian: python3-csa)")
        for groups in ("populations", "views", "assembly"):
            net = build(sim, "CUBA", groups, n=1000, csa=csa, p_connect=0.08)
            synapses = sum(projection.size() for projection in net.projections)
            self.assertLess(abs(synapses - 80_000.0), 5.0 * np.sqrt(1e6 * 0.08 * 0.92))
            sim.run(200.0)
            self.assertGreater(net.exc.mean_spike_count(), 0.5)

    def test_the_data_is_written_and_read_back_with_its_annotations(self):
        net = build(sim, "CUBA", "views", n=500, p_connect=0.16)
        sim.run(100.0)
        with tempfile.TemporaryDirectory() as folder:
            for group, name in ((net.exc, "exc.pkl"), (net.inh, "inh.pkl")):
                path = os.path.join(folder, name)
                group.write_data(path, annotations={"script_name": __file__})
                block = get_io(path).read()[0]
                self.assertEqual(block.annotations["script_name"], __file__)
                self.assertEqual(len(block.segments[0].spiketrains), group.size)
        self.assertEqual(block.annotations["size"], 500)


if __name__ == "__main__":
    main()

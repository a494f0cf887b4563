# SPDX-License-Identifier: Apache-2.0
"""Scripts of PyNN under mpirun: any number of processes gives the network and the bits of one."""

import os
import pickle
import shutil
import subprocess
import sys
import tempfile
import unittest

from support import main, np

SCENARIOS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "processes_scenarios.py")
ENVIRONMENT = {**os.environ, "OMPI_ALLOW_RUN_AS_ROOT": "1", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1",
               "OMPI_MCA_rmaps_base_oversubscribe": "1", "OMPI_MCA_mpi_yield_when_idle": "1",
               "OPENBLAS_NUM_THREADS": "1"}


def launch(count, scenario, folder):
    return subprocess.run(["mpirun", "-n", str(count), sys.executable, "-B", SCENARIOS, scenario, folder],
                          env=ENVIRONMENT, capture_output=True, text=True, timeout=200, check=False)


def run(count, scenario):
    """What each process got."""
    with tempfile.TemporaryDirectory() as folder:
        done = launch(count, scenario, folder)
        if done.returncode != 0:
            raise AssertionError(f"{scenario}, {count} processes:\n{done.stdout}{done.stderr}")
        results = []
        for rank in range(count):
            with open(os.path.join(folder, str(rank)), "rb") as file:
                results.append(pickle.load(file))
        results[0]["files"] = sorted(name for name in os.listdir(folder) if not name.isdigit())
        return results


def same(a, b):
    """Bit for bit; not-a-number is the same as itself."""
    if isinstance(a, np.ndarray):
        return isinstance(b, np.ndarray) and a.shape == b.shape and a.tobytes() == b.tobytes()
    if isinstance(a, dict):
        return isinstance(b, dict) and a.keys() == b.keys() and all(same(a[key], b[key]) for key in a)
    if isinstance(a, (list, tuple)):
        return isinstance(b, (list, tuple)) and len(a) == len(b) and all(map(same, a, b))
    return a == b


def joined(blocks):
    """The data of all processes as that of one."""
    result = []
    for segments in zip(*blocks):
        trains = sorted(train for trains, _ in segments for train in trains)
        columns = {}
        for _, signals in segments:
            for name, (start, cells, values) in signals.items():
                columns.setdefault((name, start), []).extend(zip(cells, values))
        signals = {}
        for (name, start), found in columns.items():
            found.sort(key=lambda column: column[0])
            signals[name] = (start, [cell for cell, _ in found], np.array([values for _, values in found]))
        result.append((trains, signals))
    return result


class Processes(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        if shutil.which("mpirun") is None:
            raise unittest.SkipTest("no mpirun (Debian: openmpi-bin)")
        with tempfile.TemporaryDirectory() as folder:
            done = launch(2, "start", folder)
            if done.returncode != 0:
                raise AssertionError(f"mpirun starts nothing:\n{done.stdout}{done.stderr}")
            if not os.path.exists(os.path.join(folder, "1")):
                raise unittest.SkipTest("the library was built without MPI (VA_EVENT_MPI)")

    def assertSame(self, actual, expected, key, what):
        self.assertTrue(same(actual[key], expected[key]), f"{what}: {key}")

    def assertSameForAnyNumber(self, scenario):
        alone = run(1, scenario)[0]
        for count in (2, 3):
            what = f"{scenario}, {count} processes"
            several = run(count, scenario)
            self.assertEqual([one["rank"] for one in several], list(range(count)))
            self.assertEqual({one["processes"] for one in several}, {count})
            for key in ("whole", "counts", "mean", "means", "sizes", "synapses", "arrays", "shortest", "parameters",
                        "initial", "stretches", "trains", "v", "script"):
                if key in alone:
                    self.assertSame(several[0], alone, key, what)
            self.checkParts(several, alone, what)
        return alone

    def checkParts(self, several, alone, what):
        """Cells, data and synapses of the processes add up to those of one."""
        for group, (every, _, _, _) in enumerate(alone.get("cells", [])):
            parts = [one["cells"][group] for one in several]
            self.assertEqual([part[0] for part in parts], [every] * len(several), what)
            self.assertEqual(sorted(cell for _, local, _, _ in parts for cell in local), sorted(every), what)
            for _, local, size, mask in parts:
                self.assertEqual(([cell for cell, here in zip(every, mask) if here], len(local)), (local, size), what)
        for group, whole in enumerate(alone.get("own", [])):
            self.assertTrue(same(joined([one["own"][group] for one in several]), joined([whole])), what)
        for group, whole in enumerate(alone.get("own counts", [])):
            self.assertEqual({cell: n for one in several for cell, n in one["own counts"][group].items()}, whole, what)
        for number, whole in enumerate(alone.get("own synapses", [])):
            parts = [one["own synapses"][number] for one in several]
            self.assertEqual(sorted(synapse for part in parts for synapse in part), sorted(whole), what)
        if "own sizes" in alone:
            self.assertEqual(np.sum([one["own sizes"] for one in several], axis=0).tolist(), alone["sizes"], what)
        if "refused" in alone:
            self.assertEqual([one["refused"] for one in several], [alone["refused"]] * len(several), what)
        if "everywhere" in alone:
            self.assertTrue(all(same(one["everywhere"], alone["synapses"]) for one in several), what)
        for number, whole in enumerate(alone.get("own parameters", [])):
            self.assertEqual([x for one in several for x in one["own parameters"][number]], whole, what)

    def test_vogels_abbott_networks_of_populations_views_and_assemblies(self):
        for benchmark in ("COBA", "CUBA"):
            for groups in ("populations", "views", "assembly"):
                alone = self.assertSameForAnyNumber(f"vogels_abbott:{benchmark}:{groups}")
                self.assertGreater(sum(alone["counts"][0].values()), 100)

    def test_connection_sets(self):
        try:
            import csa  # noqa: F401
        except ImportError:
            self.skipTest("no csa (Debian: python3-csa)")
        self.assertGreater(sum(self.assertSameForAnyNumber("connection_sets")["counts"][0].values()), 100)

    def test_every_connector_makes_the_same_synapses(self):
        alone = self.assertSameForAnyNumber("connectors")
        self.assertGreater(min(alone["sizes"]), 20)
        self.assertIn("-0.1", alone["refused"])

    def test_changes_trials_and_what_single_processes_set(self):
        alone = self.assertSameForAnyNumber("changes")
        self.assertEqual(len(alone["whole"][1]), 2)
        self.assertGreater(min(alone["means"]), 1.0)
        shapes = [segments[-1][1]["v"][2].shape for segments in alone["stretches"]]  # cells x samples
        self.assertEqual(shapes, [(40, 4), (40, 7), (40, 10), (41, 14), (41, 17), (41, 20), (41, 24), (41, 4), (41, 4)])

    def test_plastic_and_stochastic_synapses_change_alike(self):
        alone = self.assertSameForAnyNumber("plasticity")
        self.assertGreater(sum(alone["counts"][0].values()), 100)
        first, last = (np.array([weight for _, _, weight, _ in alone["synapses"][k][0]]) for k in (0, 1))
        self.assertGreater(np.abs(first - last).max(), 1e-4)
        self.assertIn("U = 1.5", alone["refused"])

    def test_files_have_all_data_or_that_of_each_process(self):
        alone = self.assertSameForAnyNumber("files")
        self.assertEqual(alone["files"], ["gathered.pkl", "own.pkl", "synapses.txt"])
        self.assertEqual(run(2, "files")[0]["files"], ["gathered.pkl", "own.pkl.0", "own.pkl.1", "synapses.txt"])

    def test_an_error_in_one_process_ends_all(self):
        with tempfile.TemporaryDirectory() as folder:
            done = launch(3, "failing", folder)
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("process 2 of 3:", done.stderr)
        self.assertIn("RuntimeError: no more of this", done.stderr)


if __name__ == "__main__":
    main()

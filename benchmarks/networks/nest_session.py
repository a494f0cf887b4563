# SPDX-License-Identifier: Apache-2.0
"""What the networks in NEST share."""

import os
import time

PER_N = 1e3  # NEST's pA and pF in nA and nF


def probe():
    os.environ["PYNEST_QUIET"] = "1"  # no greeting
    import nest

    return nest.__version__


def start(task):
    """The module, ready for a new network."""
    probe()
    import nest

    nest.set_verbosity("M_ERROR")
    nest.ResetKernel()
    nest.SetKernelStatus({"resolution": task.dt, "local_num_threads": task.threads, "rng_seed": task.seed})
    return nest


class Runs:
    """Simulates, and counts the spikes of each population. Recorders cannot be cleared between two runs."""

    def __init__(self, nest, populations):
        self.nest, self.recorders = nest, [nest.Create("spike_recorder") for _ in populations]
        for population, recorder in zip(populations, self.recorders):
            nest.Connect(population, recorder)
        self.before = [0] * len(populations)
        nest.Prepare()

    def __call__(self, duration):
        begin = time.perf_counter()
        self.nest.Run(duration)
        run_s = time.perf_counter() - begin
        counts = [recorder.n_events for recorder in self.recorders]
        spikes, self.before = [now - then for now, then in zip(counts, self.before)], counts
        return {"run_s": run_s, "spikes": spikes}

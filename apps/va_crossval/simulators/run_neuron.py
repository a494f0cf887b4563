# SPDX-License-Identifier: Apache-2.0
"""The exported network in NEURON: its fixed step, with the neurons of va_lif.mod (compiled in a temporary folder)."""

import os
import platform
import shutil
import subprocess
import tempfile

os.environ.setdefault("NEURON_MODULE_OPTIONS", "-nogui")  # no complaint about a missing display

import neuron
from neuron import h
from va_network import StopWatch, main

MECHANISM = "va_lif.mod"


DEBIAN = {"bin/nrnmech_makefile": "/usr/lib/nrn/nrnmech_makefile", "bin/nocmodl": "/usr/bin/nocmodl",
          "lib": "/usr/lib/nrn", "include": "/usr/include/nrn", "share": "/usr/share"}


def compiler_environment(folder):
    """Debian 12 installs nrnivmodl and its makefile apart: show it a tree in which they are together."""
    if os.path.exists("/usr/bin/nrnmech_makefile") or not os.path.exists(DEBIAN["bin/nrnmech_makefile"]):
        return dict(os.environ)
    home = os.path.join(folder, "home")
    os.makedirs(os.path.join(home, "bin"))
    for name, target in DEBIAN.items():
        os.symlink(target, os.path.join(home, name))
    return {**os.environ, "NRNHOME": home}


def load_mechanism():
    """Compiles and loads it, once."""
    if hasattr(h, "VaLif"):
        return
    with tempfile.TemporaryDirectory(prefix="va_lif_") as folder:
        shutil.copy(os.path.join(os.path.dirname(os.path.abspath(__file__)), MECHANISM), folder)
        done = subprocess.run(["nrnivmodl", "."], cwd=folder, env=compiler_environment(folder), stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True)
        library = os.path.join(folder, platform.machine(), ".libs", "libnrnmech.so")
        # Its last step, an interpreter of its own, needs more packages and may fail: it is not used.
        if not os.path.exists(library):
            raise SystemExit(f"nrnivmodl cannot compile {MECHANISM}:\n{done.stdout}")
        h.nrn_load_dll(library)


def simulate(network, dt, _arguments):
    load_mechanism()
    h.load_file("stdrun.hoc")
    watch = StopWatch()
    section = h.Section(name="soil")
    cells = []
    for v0 in network.v:
        cell = h.VaLif(section(0.5))
        cell.v0 = v0
        cell.conductances = network.conductances
        for name, value in network.parameters.items():
            setattr(cell, name, value)
        cells.append(cell)

    times, ids = h.Vector(), h.Vector()
    connections, inputs = [], {}
    for k, cell in enumerate(cells):
        connection = h.NetCon(cell, None)
        connection.record(times, ids, k)
        connections.append(connection)
    synapses = zip(network.pre.tolist(), network.post.tolist(), network.weight.tolist(), network.delay.tolist(),
                   network.inhibitory.tolist())
    for pre, post, weight, delay, inhibitory in synapses:
        connection = h.NetCon(cells[pre] if pre < network.n else None, cells[post], 0, delay, weight)
        connection.weight[1] = inhibitory
        connections.append(connection)
        if pre >= network.n:
            inputs.setdefault(pre, []).append((connection, delay))

    def queue_inputs():
        for source, time in zip(network.source_ids.tolist(), network.source_times.tolist()):
            for connection, delay in inputs.get(source, []):
                connection.event(time + delay)

    handler = h.FInitializeHandler(1, queue_inputs)
    h.cvode_active(0)
    h.dt, h.steps_per_ms = dt, 1 / dt
    h.finitialize(-65)
    build_s = watch.lap()
    h.continuerun(network.duration)
    run_s = watch.lap()
    del handler
    return {
        "times": times.as_numpy().copy(),
        "ids": ids.as_numpy().copy(),
        "settings": "cnexp, fixed step",
        "build_s": build_s,
        "run_s": run_s,
    }


if __name__ == "__main__":
    main("NEURON", neuron.__version__, simulate)

# SPDX-License-Identifier: Apache-2.0
"""The exported network in NEURON: its fixed step, with the neurons of va_lif.mod (compiled in a temporary folder).

Synapses that change are those of PyNN's NEURON backend, connected as it connects them: mechanisms that set the weight of a
NetCon. Of PyNN only these mechanisms are used.
"""

import importlib.util
import os
import platform
import shutil
import subprocess
import sys
import tempfile

os.environ.setdefault("NEURON_MODULE_OPTIONS", "-nogui")  # no complaint about a missing display

import neuron
from neuron import h
from va_network import StopWatch, main

MECHANISM = "va_lif.mod"
ADJUSTERS = {"stdp": "stdwa_songabbott.mod", "tsodyks_markram": "tsodyksmarkram.mod",
             "simple_stochastic": "stochastic_synapse.mod",
             "stochastic_tsodyks_markram": "stochastic_tsodyksmarkram.mod", "multi_quantal": "quantal_stp.mod"}

DEBIAN = {"bin/nrnmech_makefile": "/usr/lib/nrn/nrnmech_makefile", "bin/nocmodl": "/usr/bin/nocmodl",
          "lib": "/usr/lib/nrn", "include": "/usr/include/nrn", "share": "/usr/share"}


def compiler():
    """The nrnivmodl of this interpreter's NEURON, which stands beside the interpreter."""
    beside = os.path.join(os.path.dirname(sys.executable), "nrnivmodl")
    return beside if os.path.exists(beside) else "nrnivmodl"


def compiler_environment(folder):
    """Debian 12 installs nrnivmodl and its makefile apart: show it a tree in which they are together."""
    if not os.path.realpath(neuron.__file__).startswith("/usr/lib/"):
        return dict(os.environ)
    if os.path.exists("/usr/bin/nrnmech_makefile") or not os.path.exists(DEBIAN["bin/nrnmech_makefile"]):
        return dict(os.environ)
    home = os.path.join(folder, "home")
    os.makedirs(os.path.join(home, "bin"))
    for name, target in DEBIAN.items():
        os.symlink(target, os.path.join(home, name))
    return {**os.environ, "NRNHOME": home}


def pynn_mechanisms():
    """The folder of PyNN's mechanisms for NEURON, or None; found without importing PyNN."""
    spec = importlib.util.find_spec("pyNN")
    folder = os.path.join(os.path.dirname(spec.origin), "neuron", "nmodl") if spec and spec.origin else ""
    return folder if all(os.path.exists(os.path.join(folder, name)) for name in ADJUSTERS.values()) else None


def load_mechanisms(rule):
    """Compiles and loads them, once."""
    if hasattr(h, "VaLif"):
        return
    files = [os.path.join(os.path.dirname(os.path.abspath(__file__)), MECHANISM)]
    if rule:
        files.append(os.path.join(pynn_mechanisms(), ADJUSTERS[rule]))
    with tempfile.TemporaryDirectory(prefix="va_lif_") as folder:
        for file in files:
            shutil.copy(file, folder)
        done = subprocess.run([compiler(), "."], cwd=folder, env=compiler_environment(folder), stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True)
        built = os.path.join(folder, platform.machine())
        libraries = [os.path.join(built, *place, "libnrnmech.so") for place in ((".libs",), ())]  # before 9, since 9
        library = next(filter(os.path.exists, libraries), None)
        # Its last step, an interpreter of its own, needs more packages and may fail: it is not used.
        if library is None:
            raise SystemExit(f"nrnivmodl cannot compile {', '.join(files)}:\n{done.stdout}")
        h.nrn_load_dll(library)


def adjuster_of(network, place, connection):
    """The mechanism that sets the weight of a connection."""
    p = network.plasticity
    if network.rule == "stdp":
        adjuster = h.StdwaSA(place)
        adjuster.tauLTP, adjuster.tauLTD, adjuster.aLTP, adjuster.aLTD = (
            p["tau_plus"], p["tau_minus"], p["A_plus"], p["A_minus"])
        adjuster.wmin, adjuster.wmax = 0.0, p["w_max"]
        adjuster.allow_update_on_post = 0  # as PyNN sets it
    elif network.rule == "tsodyks_markram":
        adjuster = h.TsodyksMarkramWA(place)
        adjuster.U, adjuster.tau_rec, adjuster.tau_facil = p["U"], p["tau_rec"], p["tau_facil"]
        adjuster.u0, adjuster.tau_syn = 0.0, network.parameters["tau_syn_E"]
    elif network.rule == "simple_stochastic":
        adjuster = h.SimpleStochasticWA(place)
        adjuster.p = p["p"]
    elif network.rule == "stochastic_tsodyks_markram":
        adjuster = h.StochasticTsodyksMarkramWA(place)
        adjuster.U, adjuster.tau_rec, adjuster.tau_facil, adjuster.u0 = p["U"], p["tau_rec"], p["tau_facil"], 0.0
    else:
        adjuster = h.QuantalSTPWA(place)
        adjuster.U, adjuster.tau_rec, adjuster.tau_fac, adjuster.u0 = p["U"], p["tau_rec"], p["tau_facil"], 0.0
        adjuster.n = p["n"]
    h.setpointer(connection._ref_weight[0], "wsyn", adjuster)
    return adjuster


def give_random_numbers(adjusters):
    """A stream of its own for each of the stochastic mechanisms."""
    streams = []
    for k, adjuster in enumerate(adjusters):
        if hasattr(adjuster, "setRNG"):
            stream = h.Random()
            stream.Random123(k, 1, 0)
            stream.uniform(0, 1)
            adjuster.setRNG(stream)
            streams.append(stream)
    return streams


def simulate(network, dt, _arguments):
    load_mechanisms(network.rule)
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
    connections, inputs, adjusters, plastic = [], {}, [], []
    for k, cell in enumerate(cells):
        connection = h.NetCon(cell, None)
        connection.record(times, ids, k)
        connections.append(connection)
    synapses = zip(network.pre.tolist(), network.post.tolist(), network.weight.tolist(), network.delay.tolist(),
                   network.inhibitory.tolist(), network.changing.tolist())
    for pre, post, weight, delay, inhibitory, changing in synapses:
        connection = h.NetCon(cells[pre] if pre < network.n else None, cells[post], 0, delay, weight)
        connection.weight[1] = inhibitory
        connections.append(connection)
        if pre >= network.n:
            inputs.setdefault(pre, []).append((connection, delay))
        if changing:
            adjuster = adjuster_of(network, section(0.5), connection)
            adjusters.append(adjuster)
            plastic.append(connection)
            dendritic = network.plasticity.get("dendritic_delay_fraction", 1.0) * delay
            arrivals = h.NetCon(cells[pre] if pre < network.n else None, adjuster, 0, delay - dendritic, weight)
            connections.append(arrivals)
            if pre >= network.n:
                inputs[pre].append((arrivals, delay - dendritic))
            if network.rule == "stdp":
                connections.append(h.NetCon(cells[post], adjuster, 0, dendritic, -1))

    def queue_inputs():
        for source, time in zip(network.source_ids.tolist(), network.source_times.tolist()):
            for connection, delay in inputs.get(source, []):
                connection.event(time + delay)

    streams = give_random_numbers(adjusters)
    handler = h.FInitializeHandler(1, queue_inputs)
    h.cvode_active(0)
    h.dt, h.steps_per_ms = dt, 1 / dt
    h.finitialize(-65)
    build_s = watch.lap()
    h.continuerun(network.duration)
    run_s = watch.lap()
    del handler, streams
    return {
        "times": times.as_numpy().copy(),
        "ids": ids.as_numpy().copy(),
        "settings": "cnexp, fixed step",
        "build_s": build_s,
        "run_s": run_s,
        **({"weights": [connection.weight[0] for connection in plastic]} if network.rule == "stdp" else {}),
    }


if __name__ == "__main__":
    main("NEURON", neuron.__version__, simulate, pynn_mechanisms() is not None)

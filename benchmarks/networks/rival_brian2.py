# SPDX-License-Identifier: Apache-2.0
"""Brian2 in C++ standalone mode: exact integration (CUBA) or exponential Euler (COBA), spikes on the grid."""

import subprocess

import numpy as np
from rival import serve


def probe():
    import brian2

    return brian2.__version__


def prepare(task):
    import brian2
    import run_brian2
    from va_network import Network

    network = Network(task.network)
    brian2.set_device("cpp_standalone", build_on_run=False)
    brian2.prefs.devices.cpp_standalone.openmp_threads = task.threads if task.threads > 1 else 0
    brian2.defaultclock.dt = task.dt * brian2.ms
    parts = cells_and_inputs(brian2, run_brian2, network, task.dt)
    # Brian2 itself notes processor time, which on a busy machine is less than wall time.
    brian2.device.insert_code("main", "struct timespec wall_0, wall_1; clock_gettime(CLOCK_MONOTONIC, &wall_0);")
    brian2.Network(parts).run(network.duration * brian2.ms)
    brian2.device.insert_code("main", """clock_gettime(CLOCK_MONOTONIC, &wall_1);
printf("wall %.9f\\n", (wall_1.tv_sec - wall_0.tv_sec) + 1e-9 * (wall_1.tv_nsec - wall_0.tv_nsec));""")
    brian2.device.build(directory=str(task.folder / "program"), compile=True, run=False)


def cells_and_inputs(brian2, exported, network, dt):
    weight_unit, unit_name = (brian2.uS, "siemens") if network.conductances else (brian2.nA, "amp")
    namespace = {name: value * exported.unit_of(name) for name, value in network.parameters.items()}
    namespace["c_m"] = namespace.pop("cm")  # cm is a centimetre
    cells = brian2.NeuronGroup(
        network.n, exported.CONDUCTANCES if network.conductances else exported.CURRENTS,
        method="exponential_euler" if network.conductances else "exact", threshold="v >= v_thresh", reset="v = v_reset",
        refractory=network.parameters["tau_refrac"] * brian2.ms, namespace=namespace)
    cells.v = network.v * brian2.mV
    parts = [cells, brian2.SpikeMonitor(cells, name="recorded")]

    def connect(source, pre, chosen, target):
        # One weight and one delay for all synapses, as these networks have them: Brian2 is faster so.
        if np.ptp(network.weight[chosen]) > 0 or np.ptp(network.delay[chosen]) > 0:
            raise SystemExit("synapses of one kind with different weights or delays")
        synapses = brian2.Synapses(source, cells, on_pre=f"{target}_post += w_{target}",
                                   namespace={f"w_{target}": network.weight[chosen[0]] * weight_unit},
                                   delay=network.delay[chosen[0]] * brian2.ms)
        synapses.connect(i=pre, j=network.post[chosen])
        parts.append(synapses)

    inside = network.pre < network.n
    for inhibitory, target in ((False, "ge"), (True, "gi")):
        chosen = np.flatnonzero(inside & (network.inhibitory == inhibitory))
        connect(cells, network.pre[chosen], chosen, target)
    if len(network.source_ids) > 0:
        n_sources = int(max(network.source_ids.max(), network.pre.max())) + 1 - network.n
        lanes = exported.lanes_of(network, dt)
        copies = np.arange(lanes.max() + 1)
        generator = brian2.SpikeGeneratorGroup(n_sources * len(copies),
                                               network.source_ids - network.n + lanes * n_sources,
                                               network.source_times * brian2.ms)
        parts.append(generator)
        chosen = np.flatnonzero(~inside)
        pre = (network.pre[chosen] - network.n)[:, None] + copies * n_sources
        connect(generator, pre.ravel(), np.repeat(chosen, len(copies)), "ge")
    return parts


def run(task):
    program = task.folder / "program"
    done = subprocess.run(["./main"], cwd=program, check=True, capture_output=True, text=True)
    results = program / "results"
    if float((results / "last_run_info.txt").read_text().split()[1]) != 1.0:
        raise SystemExit("Brian2 did not finish")
    times = np.fromfile(next(results.glob("_dynamic_array_recorded_t_*")), dtype=np.float64)
    ids = np.fromfile(next(results.glob("_dynamic_array_recorded_i_*")), dtype=np.int32)
    return {"times": 1000.0 * times, "ids": ids, "run_s": float(done.stdout.split("wall")[-1]),
            "settings": "C++ standalone, double"}


if __name__ == "__main__":
    serve(probe, prepare, run)

# SPDX-License-Identifier: Apache-2.0
"""NEURON with its fixed step and the neurons of apps/va_crossval/simulators/va_lif.mod."""

from rival import nothing_to_prepare, serve


def probe():
    import neuron

    return neuron.__version__


def run(task):
    import run_neuron
    from va_network import Network

    if task.threads != 1:
        raise SystemExit("one thread only")
    result = run_neuron.simulate(Network(task.network), task.dt, None)
    return {key: result[key] for key in ("times", "ids", "run_s", "settings")}


if __name__ == "__main__":
    serve(probe, nothing_to_prepare, run)

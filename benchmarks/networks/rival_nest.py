# SPDX-License-Identifier: Apache-2.0
"""NEST: iaf_psc_exp (exact integration) or iaf_cond_exp (Runge-Kutta-Fehlberg within the step), spikes on the grid."""

from rival import nothing_to_prepare, serve


def probe():
    import nest

    return nest.__version__


def run(task):
    import run_nest
    from va_network import Network

    if task.threads != 1:
        raise SystemExit("one thread only")
    result = run_nest.simulate(Network(task.network), task.dt, None)
    return {key: result[key] for key in ("times", "ids", "run_s", "settings")}


if __name__ == "__main__":
    serve(probe, nothing_to_prepare, run)

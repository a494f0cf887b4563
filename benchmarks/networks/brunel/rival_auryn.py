# SPDX-License-Identifier: Apache-2.0
"""Auryn: forward Euler in float32, spikes on the grid, Poisson input by its PoissonStimulator. The environment variable
AURYN holds the path of its sources (../rival_auryn.py compiles them)."""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

import rival_auryn as auryn_itself
from brunel import Brunel
from session import become, serve

PROGRAM = pathlib.Path(__file__).resolve().with_name("auryn_session.cpp")


def prepare(_task):
    auryn_itself.compile_program(PROGRAM)


def build(task):
    if task.threads != 1:
        raise SystemExit("one process only")
    network = Brunel(task.neurons)
    become(auryn_itself.build_folder() / PROGRAM.stem, task.input, *network.sizes, task.neurons, 1e-3 * task.dt,
           task.seed, folder=task.folder)


if __name__ == "__main__":
    serve(auryn_itself.probe, build, prepare)

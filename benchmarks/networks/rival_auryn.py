# SPDX-License-Identifier: Apache-2.0
"""Auryn: forward Euler in float32, spikes on the grid. The environment variable AURYN holds the path of its sources;
they are compiled here, once, with the flags of its own release build (in the folder AURYN_BUILD, "auryn" by default).

Auryn exchanges spikes every MINDELAY steps, 8 of 0.1 ms as it comes, and so cannot have the 0.2 ms of these networks:
it is compiled with 2. With one rank no spikes are exchanged."""

import os
import pathlib
import re
import shutil
import subprocess
from concurrent.futures import ThreadPoolExecutor

import numpy as np
from rival import serve

FLAGS = ["-std=c++14", "-O3", "-DNDEBUG", "-march=native", "-ffast-math", "-w"]
LIBRARIES = ["-lboost_mpi", "-lboost_serialization", "-lboost_program_options", "-lboost_filesystem", "-lboost_system"]
PROGRAM = pathlib.Path(__file__).resolve().parent / "auryn" / "exported_network.cpp"
LEAK_US = 0.01  # cm/tau_m: Auryn counts conductances in these [uS]
MV_PER_NA = 100.0  # tau_m/cm


def sources():
    folder = pathlib.Path(os.environ.get("AURYN", "auryn"))
    if not (folder / "src" / "auryn.h").exists():
        raise OSError(f"no Auryn at {folder} (environment variable AURYN)")
    return folder


def probe():
    lists = (sources() / "CMakeLists.txt").read_text()
    return ".".join(re.findall(r"Auryn_VERSION_M\w+ (\d+)", lists))


def compiler(*arguments):
    subprocess.run(["mpicxx", *FLAGS, *map(str, arguments)], check=True)


def build_folder():
    return pathlib.Path(os.environ.get("AURYN_BUILD", "auryn")).resolve()


def compile_program(source):
    """With Auryn, which is compiled before if that was not done yet. The program is named after its source."""
    build = build_folder()
    library, objects = build / "libauryn.a", build / "objects"
    if not library.exists():
        objects.mkdir(parents=True, exist_ok=True)
        shutil.copytree(sources() / "src", build / "src", dirs_exist_ok=True)
        definitions = build / "src" / "auryn" / "auryn_definitions.h"
        definitions.write_text(re.sub(r"#define MINDELAY \d+", "#define MINDELAY 2", definitions.read_text()))
        files = sorted((build / "src" / "auryn").glob("*.cpp"))
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            list(pool.map(lambda file: compiler(f"-I{build / 'src'}", "-c", file, "-o", objects / f"{file.stem}.o"),
                          files))
        subprocess.run(["ar", "rcs", str(library), *map(str, objects.glob("*.o"))], check=True)
    program = build / source.stem
    if not program.exists() or program.stat().st_mtime < source.stat().st_mtime:
        compiler(f"-I{build / 'src'}", source, library, "-o", program, *LIBRARIES)


def prepare(task):
    from va_network import Network

    compile_program(PROGRAM)
    network = Network(task.network)
    network.v.astype(np.float64).tofile(task.folder / "v")
    # In the conductances and the potentials [V] that Auryn counts in.
    weight = network.weight / LEAK_US if network.conductances else network.weight * MV_PER_NA * 1e-3
    inside = network.pre < network.n
    parts = {"exc": inside & ~network.inhibitory, "inh": inside & network.inhibitory, "ext": ~inside}
    for name, chosen in parts.items():
        pre = network.pre[chosen] - (network.n if name == "ext" else 0)
        order = np.lexsort((network.post[chosen], pre))
        pre[order].astype(np.uint32).tofile(task.folder / f"{name}.pre")
        network.post[chosen][order].astype(np.uint32).tofile(task.folder / f"{name}.post")
        weight[chosen][order].astype(np.float32).tofile(task.folder / f"{name}.weight")
    # A spike counts from the next point of the grid on, as a neuron's own does.
    steps = np.ceil(network.source_times / task.dt - 1e-9)
    with open(task.folder / "input.ras", "w", encoding="utf-8") as file:
        for step, source in zip(steps, network.source_ids):
            file.write(f"{step * task.dt * 1e-3:.9f} {source - network.n}\n")


def run(task):
    from va_network import Network

    network = Network(task.network)
    n_sources = int(max(network.source_ids.max(), network.pre.max())) + 1 - network.n if len(network.source_ids) else 0
    command = [build_folder() / "exported_network", "COBA" if network.conductances else "CUBA", network.n, n_sources,
               task.dt * 1e-3, round(network.delay[0] / task.dt), network.duration * 1e-3]
    if task.threads > 1:
        command = ["mpirun", "--allow-run-as-root", "--oversubscribe", "-n", task.threads, *command]
    for old in task.folder.glob("spikes.[0-9]*"):
        old.unlink()
    done = subprocess.run([str(word) for word in command], cwd=task.folder, check=True, capture_output=True, text=True)
    spikes = np.concatenate([np.fromfile(path) for path in task.folder.glob("spikes.[0-9]*")]).reshape(-1, 2)
    return {"times": spikes[:, 0], "ids": spikes[:, 1], "run_s": float(done.stdout.split()[-1]),
            "settings": "forward Euler, float32"}


if __name__ == "__main__":
    serve(probe, prepare, run)

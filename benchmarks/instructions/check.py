#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Has the code become slower? Instructions per synaptic event of small networks, counted by callgrind, which other work
on the machine does not disturb, against the values in expected.json.

    cmake --preset benchmarks && cmake --build --preset benchmarks --target instructions_workload
    benchmarks/instructions/check.py --build build/benchmarks [--update] [NAME ...]

Exit code 1 when one of them is more than 5 % above its value, 2 when it cannot be counted. The values hold for the
compiler and the instruction set that they name (callgrind's processor has AVX2 at best); with others compare against
your own ones, of --update --expected FILE. A processor's time is more than its instructions: benchmarks/networks
measures that.
"""

import argparse
import json
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
TOLERANCE = 0.05


def instructions(program, name, mode):
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(
            ["valgrind", "--tool=callgrind", f"--callgrind-out-file={folder}/out", program, name, mode],
            capture_output=True, text=True, check=False)
    total = re.search(r"Collected : (\d+)", done.stderr)
    if done.returncode != 0 or not total:
        print(f"{name} cannot be counted:\n{done.stdout}{done.stderr}", file=sys.stderr)
        sys.exit(2)
    return int(total[1])


def count(program, name):
    """Instructions per synaptic event, without those of the preparation."""
    verified = subprocess.run([program, name, "verify"], capture_output=True, text=True, check=False)
    if verified.returncode != 0:
        print(f"{name}: wrong result\n{verified.stderr}", file=sys.stderr)
        sys.exit(2)
    return (instructions(program, name, "work") - instructions(program, name, "prepare")) / int(verified.stdout)


def compiler_of(build):
    """As CMake names it, with its major version."""
    for file in build.glob("CMakeFiles/*/CMakeCXXCompiler.cmake"):
        text = file.read_text(encoding="utf-8")
        identity = re.search(r'CMAKE_CXX_COMPILER_ID "(\w+)"', text)[1]
        return f"{identity} " + re.search(r'CMAKE_CXX_COMPILER_VERSION "(\d+)', text)[1]
    sys.exit(2)


def instruction_set():
    flags = pathlib.Path("/proc/cpuinfo").read_text(encoding="utf-8").split()
    return "AVX2" if "avx2" in flags else "less than AVX2"


def stored_counts(expected, here):
    """Those of the same compiler and instruction set."""
    stored = json.loads(expected.read_text(encoding="utf-8")) if expected.exists() else {}
    return stored["instructions_per_synaptic_event"] if here.items() <= stored.items() else {}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", type=pathlib.Path, required=True)
    parser.add_argument("--expected", type=pathlib.Path, default=HERE / "expected.json")
    parser.add_argument("--update", action="store_true", help="store what is counted now")
    parser.add_argument("names", nargs="*", metavar="NAME", help="count these only")
    options = parser.parse_args()
    program = options.build.resolve() / "benchmarks" / "instructions" / "instructions_workload"
    if not program.exists() or not shutil.which("valgrind"):
        print("needed: instructions_workload in the build folder (see --help), and valgrind", file=sys.stderr)
        sys.exit(2)
    here = {"compiler": compiler_of(options.build), "instruction_set": instruction_set()}
    names = subprocess.run([program], check=True, capture_output=True, text=True).stdout.split()
    if unknown := set(options.names) - set(names):
        parser.error(f"{', '.join(sorted(unknown))}: no such workload, there are {', '.join(names)}")
    counted = {name: round(count(program, name), 2) for name in options.names or names}
    if options.update:
        kept = stored_counts(options.expected, here) if options.names else {}
        options.expected.write_text(
            json.dumps({**here, "instructions_per_synaptic_event": dict(sorted({**kept, **counted}.items()))}, indent=2)
            + "\n", encoding="utf-8")
        print(options.expected.read_text(encoding="utf-8"), end="")
        return
    expected = json.loads(options.expected.read_text(encoding="utf-8"))
    if differing := [key for key in here if here[key] != expected[key]]:
        print(f"{options.expected} is for another {' and '.join(differing)}: here {here}", file=sys.stderr)
        sys.exit(2)
    worse = False
    for name, value in counted.items():
        before = expected["instructions_per_synaptic_event"].get(name)
        if before is None:
            print(f"{name:36} {value:8.2f}  no stored value")
            worse = True
            continue
        verdict = "as stored"
        if abs(value - before) > TOLERANCE * before:
            verdict = "WORSE" if value > before else "better: --update"
        print(f"{name:36} {value:8.2f}  stored {before:8.2f}  {100 * (value / before - 1):+6.1f} %  {verdict}")
        worse = worse or verdict == "WORSE"
    sys.exit(1 if worse else 0)


if __name__ == "__main__":
    main()

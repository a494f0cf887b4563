# SPDX-License-Identifier: Apache-2.0
"""Compares NumpyRandom with numpy.random.RandomState, bit by bit."""

import subprocess
import sys

try:
    import numpy
except ImportError:
    print("numpy is not installed")
    sys.exit(77)

COUNT = 10000
for seed, low, high in [(98765, 0.0, 1.0), (151985012, 0.0, 1.0), (98765, -60.0, -50.0), (0, 0.0, 1.0), (2**32 - 1, 0.0, 1e-3)]:
    command = [sys.argv[1], str(seed), str(COUNT), repr(low), repr(high)]
    ours = [float.fromhex(line) for line in subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()]
    theirs = numpy.random.RandomState(seed).uniform(low, high, COUNT).tolist()
    if ours != theirs:
        sys.exit(f"seed {seed}: {sum(a != b for a, b in zip(ours, theirs))} of {COUNT} numbers differ")
print("identical")

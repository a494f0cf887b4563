# SPDX-License-Identifier: Apache-2.0
"""Makes the golden files beside this script: every spike of both networks within 100 ms, simulated in 50 digits.

    python3 make_golden.py path/to/va-event

runs, for both benchmarks,

    va-event COBA --seed 1 --duration 100 --precision 50 --record spikes --format gdf

and writes one line `cell time` per spike, sorted, times [ms] rounded to 30 digits behind the point.
"""

import decimal
import pathlib
import subprocess
import sys
import tempfile

DIGITS = decimal.Decimal("1e-30")


def main(program):
    decimal.getcontext().prec = 60
    for benchmark in ("CUBA", "COBA"):
        with tempfile.TemporaryDirectory() as folder:
            options = "--seed 1 --duration 100 --precision 50 --record spikes --format gdf --quiet --output".split()
            subprocess.run([program, benchmark, *options, folder], check=True, stdout=subprocess.DEVNULL)
            spikes = []
            for cells in ("exc", "inh"):
                for line in (pathlib.Path(folder) / f"va_{benchmark}_{cells}.gdf").read_text().splitlines():
                    cell, time = line.split()
                    spikes.append((decimal.Decimal(time), int(cell)))
        text = "".join(f"{cell} {time.quantize(DIGITS)}\n" for time, cell in sorted(spikes))
        (pathlib.Path(__file__).parent / f"{benchmark.lower()}_100ms_30_digits.txt").write_text(text)


main(sys.argv[1])

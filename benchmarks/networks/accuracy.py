# SPDX-License-Identifier: Apache-2.0
"""The exact run of an exported network, and how the spikes of others compare with it."""

from decimal import Decimal

import numpy as np
from rival import SIMULATORS  # noqa: F401  (va_network is found there)
from rival_va_event import read_gdf, simulate
from va_network import Network

RIGHT_WITHIN_MS = 1.0  # farther off, a spike is another spike: the same limit at every step
ERRORS_UNTIL_MS = 100.0
# Brette et al. 2007 and five simulators (README): rates over a second, with room for other seeds.
RATES_HZ = {"IF_curr_exp": (5.0, 6.5), "IF_cond_exp": (12.0, 18.0)}


def rate_is_right(exact, rate):
    low, high = RATES_HZ[exact.model]
    return low <= rate <= high


class Exact:
    def __init__(self, path, folder, wide):
        """wide: simulated in quad arithmetic; kept in `folder` and used again."""
        network = Network(path)
        self.model, self.neurons, self.duration, self.wide = network.model, network.n, network.duration, wide
        self.out_degree = np.bincount(network.pre, minlength=network.n)
        self.from_sources = sum(self.out_degree[network.source_ids]) if len(network.source_ids) else 0
        if not any(folder.glob("*.gdf")):
            simulate(path, 1, folder, *(("--precision", "quad") if wide else ()))
        ids, self.texts = read_gdf(folder)
        self.trains = trains_of(np.array(self.texts, dtype=np.float64), ids)
        self.ids = ids

    def synaptic_events(self, ids):
        """How many those of the spikes are that a run had."""
        return int(self.out_degree[ids].sum() + self.from_sources)

    def compare(self, times, ids):
        """first_wrong_ms: time of the first spike that is missing, surplus or farther off than RIGHT_WITHIN_MS, the
        k-th spike of a neuron being compared with its k-th one; median_error_ms: of the right ones before
        ERRORS_UNTIL_MS."""
        others = trains_of(times, ids)
        wrong, errors, early = np.inf, [], 0
        for neuron in range(self.neurons):
            mine, theirs = self.trains.get(neuron, np.empty(0)), others.get(neuron, np.empty(0))
            both = min(len(mine), len(theirs))
            distance = np.abs(theirs[:both] - mine[:both])
            far = np.flatnonzero(distance > RIGHT_WITHIN_MS)
            if len(far) > 0:
                wrong = min(wrong, mine[far[0]], theirs[far[0]])
            # A spike near the end may have its partner beyond it.
            rest = np.concatenate([mine[both:], theirs[both:]])
            rest = rest[rest < self.duration - RIGHT_WITHIN_MS]
            if len(rest) > 0:
                wrong = min(wrong, rest[0])
            sooner = mine[:both] < ERRORS_UNTIL_MS
            early += np.count_nonzero(mine < ERRORS_UNTIL_MS)
            errors.append(distance[sooner & (distance <= RIGHT_WITHIN_MS)])
        errors = np.concatenate(errors)
        return {"first_wrong_ms": None if np.isinf(wrong) else float(wrong),
                "median_error_ms": float(np.median(errors)) if len(errors) else None,
                "right_share_of_100_ms": len(errors) / early if early else None}

    def compare_with_own(self, folder):
        """va-event in double against quad, with all digits of both."""
        ids, texts = read_gdf(folder)
        if not np.array_equal(ids, self.ids):
            raise ValueError("other spikes than in quad arithmetic")
        errors = [float(abs(Decimal(mine) - Decimal(wide))) for mine, wide in zip(texts, self.texts)
                  if float(wide) < ERRORS_UNTIL_MS]
        return {"first_wrong_ms": None, "median_error_ms": float(np.median(errors)), "right_share_of_100_ms": 1.0}


def trains_of(times, ids):
    """The times of each neuron, in order."""
    order = np.lexsort((times, ids))
    times, ids = times[order], ids[order]
    starts = np.flatnonzero(np.concatenate([[True], ids[1:] != ids[:-1]])) if len(ids) else []
    return {int(ids[a]): part for a, part in zip(starts, np.split(times, starts[1:]))} if len(ids) else {}

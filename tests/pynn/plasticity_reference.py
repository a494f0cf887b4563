# SPDX-License-Identifier: Apache-2.0
"""What synapses that change do, summed up over all pairs of spikes: a reference for plasticity_test.py that has no traces,
no clever order of evaluation and nothing of the library.

Times are in ms. A rule is a dictionary of PyNN's parameters with "rule", "pairs" and "dependence".
"""

import numpy as np


def pair_sums(own, others, time, tau):
    """Over the spikes of the other cell before `time`: exp(-h/tau) of all, of the last, of those since the last spike of
    the own cell, and of the last if it came since then."""
    others, before = others[others < time], own[own < time]
    weights = np.exp(-(time - others) / tau)
    since = weights[others >= before[-1]] if before.size > 0 else weights
    return {"all": weights.sum(), "nearest": weights[-1:].sum(), "since": since.sum(), "nearest since": since[-1:].sum()}


#: Which of the sums a postsynaptic and a presynaptic spike take.
SUMS = {"all": ("all", "all"), "nearest_symmetric": ("nearest", "nearest"), "nearest_presynaptic": ("since", "nearest"),
        "nearest_reduced": ("nearest since", "nearest since")}


def amount(rule, pre, post, time, potentiates):
    """Potentiation by the postsynaptic spike at `time`, or depression by the presynaptic one."""
    own, others = (post, pre) if potentiates else (pre, post)
    sign, tau_slow = ("plus", "tau_y") if potentiates else ("minus", "tau_x")
    which = SUMS[rule["pairs"]][0 if potentiates else 1]
    pairs = pair_sums(own, others, time, rule["tau_" + sign])[which]
    if rule["rule"] == "SpikePairRule":
        return rule["A_" + sign] * pairs
    slow = pair_sums(others, own, time, rule[tau_slow])["all" if which == "all" else "nearest"]
    return pairs * (rule["A_" + sign] + rule["A3_" + sign] * slow)


def changed(rule, w, value, potentiates):
    """The weight after a change, clipped."""
    low, high = sorted((abs(rule["w_min"]), abs(rule["w_max"])))
    room = high - w if potentiates else w - low
    dependence = rule["dependence"]
    if dependence == "AdditiveWeightDependence" or (
            dependence == "AdditivePotentiationMultiplicativeDepression" and potentiates):
        scale = high
    elif dependence == "GutigWeightDependence":
        scale = high * (max(room, 0.0) / high) ** rule["mu_plus" if potentiates else "mu_minus"]
    else:
        scale = room
    return min(max(w + (value if potentiates else -value) * scale, low), high)


def vogels(rule, w, pre, post, time, is_post):
    others = pre if is_post else post
    pairs = np.exp(-(time - others[others < time]) / rule["tau"]).sum()
    return min(max(w + rule["eta"] * (pairs - (0.0 if is_post else 2.0 * rule["rho"] * rule["tau"])), rule["w_min"]),
               rule["w_max"])


def stdp(rule, weight, delay, fraction, pre, post, until, given=()):
    """The weight at `until`, and the weights that the spikes of the source deliver.

    `given` are pairs (time, weight) that the user set.
    """
    pre, post = pre + (1.0 - fraction) * delay, post + fraction * delay
    arrivals = sorted([(t, 1, k) for k, t in enumerate(pre)] + [(t, 2, k) for k, t in enumerate(post)] +
                      [(t, 0, k) for k, (t, _) in enumerate(given)])
    sign = -1.0 if rule["w_min"] < 0.0 or rule["w_max"] < 0.0 else 1.0
    w, delivered = abs(weight), np.full(pre.size, np.nan)
    for time, kind, k in arrivals:
        if time >= until:
            break
        if kind == 0:
            w = abs(given[k][1])
        elif rule["rule"] == "Vogels2011Rule":
            w = vogels(rule, w, pre, post, time, kind == 2)
        else:
            w = changed(rule, w, amount(rule, pre, post, time, kind == 2), kind == 2)
        if kind == 1:
            delivered[k] = sign * w
    return sign * w, delivered


def uses(times, U, tau_facil, u=0.0):
    """u just after each spike of the source."""
    result, before = [], 0.0
    for time in times:
        u = u * np.exp(-(time - before) / tau_facil) if tau_facil > 0.0 else 0.0
        u += U * (1.0 - u)
        result.append(u)
        before = time
    return np.array(result)


def releases(times, U, tau_rec, tau_facil, tau_syn, u=0.0):
    """u x of each spike (Tsodyks, Uziel & Markram 2000); tau_syn None: what is released is inactive at once."""
    result, before, y, z = [], 0.0, 0.0, 0.0
    for time, use in zip(times, uses(times, U, tau_facil, u)):
        h, before = time - before, time
        z *= np.exp(-h / tau_rec)
        if tau_syn is not None:
            z += y * tau_rec / (tau_rec - tau_syn) * (np.exp(-h / tau_rec) - np.exp(-h / tau_syn))
            y *= np.exp(-h / tau_syn)
        release = use * (1.0 - y - z)
        y, z = (y + release, z) if tau_syn is not None else (y, z + release)
        result.append(release)
    return np.array(result)


def release_probabilities(times, U, tau_rec, tau_facil, u=0.0):
    """The probability that a site releases, for each spike."""
    result, full, before = [], 1.0, 0.0
    for time, use in zip(times, uses(times, U, tau_facil, u)):
        full = 1.0 - (1.0 - full) * np.exp(-(time - before) / tau_rec)
        before = time
        result.append(use * full)
        full -= use * full
    return np.array(result)

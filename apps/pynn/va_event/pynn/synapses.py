# SPDX-License-Identifier: Apache-2.0
"""Synapse types."""

from pyNN.standardmodels import build_translations, check_weights, synapses

from . import simulator


def _check_weights(weights, projection):
    """PyNN's check, which knows no receptors of current-based cells but these two. Another takes weights of either
    sign."""
    if projection.post.conductance_based or projection.receptor_type in ("excitatory", "inhibitory"):
        check_weights(weights, projection)


class StaticSynapse(synapses.StaticSynapse):
    __doc__ = synapses.StaticSynapse.__doc__
    translations = build_translations(("weight", "weight"), ("delay", "delay"))
    parameter_checks = {**synapses.StaticSynapse.parameter_checks, "weight": _check_weights}

    def _get_minimum_delay(self):
        return simulator.state.default_delay

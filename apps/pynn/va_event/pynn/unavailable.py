# SPDX-License-Identifier: Apache-2.0
"""PyNN's models that this simulator does not have. Using one raises PyNN's error, which says what to use instead."""

from . import cells
from .exceptions import NotAvailableError


def _unavailable(name, instead):
    def __init__(self, *args, **kwargs):
        raise NotAvailableError(f"{name} is not available in va_event: {instead}")

    return type(name, (), {"__init__": __init__, "__doc__": f"Not available: {instead}."})


_CELLS = "use IF_curr_exp or IF_cond_exp, whose potentials have a closed form"
_INSTEAD = {
    "IF_curr_alpha": "use IF_curr_exp",
    "IF_cond_alpha": "use IF_cond_exp",
    "SpikeSourceInhGamma": "use SpikeSourceGamma, and set its parameters between runs",
    **dict.fromkeys(("IF_facets_hardware1", "IF_cond_exp_gsfa_grr", "HH_cond_exp", "EIF_cond_alpha_isfa_ista",
                     "EIF_cond_exp_isfa_ista", "Izhikevich", "GIF_cond_exp", "LIF", "AdExp", "PointNeuron"), _CELLS),
    "ElectricalSynapse": "use StaticSynapse, cells interact by spikes only",
}

__all__ = [name for name in _INSTEAD if name not in cells.__all__]
globals().update({name: _unavailable(name, _INSTEAD[name]) for name in __all__})

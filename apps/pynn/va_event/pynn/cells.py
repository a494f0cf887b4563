# SPDX-License-Identifier: Apache-2.0
"""Cell types. Names, units and default values of parameters are PyNN's in the library too: nothing is translated."""

from pyNN.standardmodels import build_translations, cells


def _same(model):
    return build_translations(*((name, name) for name in model.default_parameters))


class IF_curr_exp(cells.IF_curr_exp):
    __doc__ = cells.IF_curr_exp.__doc__
    translations = _same(cells.IF_curr_exp)
    recordable = ["spikes", "v", "isyn_exc", "isyn_inh"]


class IF_cond_exp(cells.IF_cond_exp):
    __doc__ = cells.IF_cond_exp.__doc__
    translations = _same(cells.IF_cond_exp)
    recordable = ["spikes", "v", "gsyn_exc", "gsyn_inh"]


class IF_curr_delta(cells.IF_curr_delta):
    __doc__ = cells.IF_curr_delta.__doc__
    translations = _same(cells.IF_curr_delta)


class SpikeSourcePoisson(cells.SpikeSourcePoisson):
    __doc__ = cells.SpikeSourcePoisson.__doc__
    translations = _same(cells.SpikeSourcePoisson)


class SpikeSourcePoissonRefractory(cells.SpikeSourcePoissonRefractory):
    __doc__ = cells.SpikeSourcePoissonRefractory.__doc__
    translations = _same(cells.SpikeSourcePoissonRefractory)


class SpikeSourceGamma(cells.SpikeSourceGamma):
    __doc__ = cells.SpikeSourceGamma.__doc__
    # PyNN takes the type of a parameter from its default: a whole number would allow whole shapes only.
    default_parameters = {**cells.SpikeSourceGamma.default_parameters, "alpha": 2.0}
    translations = _same(cells.SpikeSourceGamma)


class SpikeSourceArray(cells.SpikeSourceArray):
    __doc__ = cells.SpikeSourceArray.__doc__
    translations = _same(cells.SpikeSourceArray)

# SPDX-License-Identifier: Apache-2.0
"""Cell types, made from the descriptors of the library's models.

A model that PyNN has a standard cell of becomes a subclass of that cell, and any other a native cell type with the same
interface. Names, units and default values are the library's, which are PyNN's where PyNN has them: nothing is
translated.
"""

import copy

from pyNN.models import BaseCellType
from pyNN.standardmodels import StandardCellType, build_translations, cells

from .. import _native

_RULES = {"any": "", "positive": ", > 0", "non_negative": ", >= 0", "duration": ", >= 0 or infinite"}


class NativeCellType(BaseCellType):
    """A model of the library that is none of PyNN's standard cells."""

    units = {}

    @property
    def native_parameters(self):
        """A copy, as that of standard cells."""
        return copy.deepcopy(self.parameter_space)


def make_cell_type(name, model):
    """The class of one model.

    `model` is the model's entry in _native.cell_models().
    """
    standard = _standard_cell(name)
    base = standard or NativeCellType
    parameters, variables = model["parameters"], model["variables"]
    # In PyNN's order, in which random values are drawn. A parameter that is no number, spike_times, is PyNN's alone.
    defaults = {**base.default_parameters, **_column(parameters, "default")}
    members = {
        "__doc__": standard.__doc__ if standard else _description(name, model),
        "__module__": __name__,
        "default_parameters": defaults,
        "default_initial_values": _column(variables, "default"),
        "units": {**base.units, **{key: unit or "dimensionless"
                                   for key, unit in _column({**parameters, **variables}, "unit").items()}},
        "recordable": ["spikes", *variables],
        "receptor_types": model["receptors"],
        "injectable": not model["source"],
    }
    if standard:
        members["translations"] = build_translations(*((key, key) for key in defaults))
    if not model["source"]:
        members["conductance_based"] = model["conductance_based"]
    return type(name, (base,), members)


def _standard_cell(name):
    """PyNN's class, None if it has none."""
    thing = getattr(cells, name, None)
    return thing if isinstance(thing, type) and issubclass(thing, StandardCellType) else None


def _column(items, field):
    return {name: item[field] for name, item in items.items()}


def _description(name, model):
    """A docstring."""
    lines = [f"{name}: a {'spike source' if model['source'] else 'neuron'} that PyNN has no standard cell of."]
    for title, kind in (("Parameters", "parameters"), ("Variables, with initial values", "variables")):
        if model[kind]:
            lines += ["", f"{title}:"]
        lines += [f"    {key} = {' '.join(filter(None, (str(item['default']), item['unit'])))}{_RULES[item['bound']]}: "
                  f"{item['meaning']}" for key, item in model[kind].items()]
    if model["receptors"]:
        lines += ["", f"Receptors: {', '.join(model['receptors'])}; weights in {model['weight_unit']}."]
    return "\n".join(lines)


_TYPES = {name: make_cell_type(name, model) for name, model in sorted(_native.cell_models().items())}
globals().update(_TYPES)
__all__ = list(_TYPES)

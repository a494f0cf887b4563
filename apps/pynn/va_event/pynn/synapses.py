# SPDX-License-Identifier: Apache-2.0
"""Synapse types: PyNN's, and what the library has beyond them. Names, units and default values are PyNN's, and nothing is
translated.

A spike emitted at t passes a synapse of delay d and dendritic delay fraction f at t + (1 - f) d; a spike of the
postsynaptic cell, emitted at s, is there at s + f d. These times are exact: there is no time step.
"""

from pyNN import descriptions, errors
from pyNN.parameters import ParameterSpace
from pyNN.standardmodels import (
    STDPTimingDependence, StandardModelType, StandardSynapseType, build_translations, check_weights, synapses)

from . import simulator
from .exceptions import NotAvailableError

__all__ = ["AdditivePotentiationMultiplicativeDepression", "AdditiveWeightDependence", "GutigWeightDependence",
           "MultiQuantalSynapse", "MultiplicativeWeightDependence", "ShortTermDynamics", "SimpleStochasticSynapse",
           "SpikePairRule", "STDPMechanism", "StaticSynapse", "StochasticTsodyksMarkramSynapse", "TripletRule",
           "TsodyksMarkramSynapse", "Vogels2011Rule"]

#: Which pairs of spikes count (Morrison, Diesmann & Gerstner 2008, section 4).
SPIKE_PAIRS = ("all", "nearest_symmetric", "nearest_presynaptic", "nearest_reduced")


def _check_weights(weights, projection):
    """PyNN's check, which knows no receptors of current-based cells but these two. Another takes weights of either
    sign."""
    if projection.post.conductance_based or projection.receptor_type in ("excitatory", "inhibitory"):
        check_weights(weights, projection)


def _same_names(model):
    """Translations of parameters that have the same names here."""
    return build_translations(*((name, name) for name in model.default_parameters))


class SynapseType(StandardSynapseType):
    """What all synapse types have in common."""

    parameter_checks = {"weight": _check_weights}

    @property
    def parts(self):
        """What the library makes the synapse type from: names of its types."""
        return {"type": type(self).__name__}

    def _get_minimum_delay(self):
        return simulator.state.default_delay


class StaticSynapse(SynapseType, synapses.StaticSynapse):
    __doc__ = synapses.StaticSynapse.__doc__
    translations = _same_names(synapses.StaticSynapse)


class TsodyksMarkramSynapse(SynapseType, synapses.TsodyksMarkramSynapse):
    """
    Depression and facilitation (Tsodyks, Uziel & Markram 2000, J. Neurosci. 20:RC50): a spike makes u += U (1 - u), then
    delivers u x times the weight. The first spike delivers U times the weight.

    Arguments:
        `U`:
            use of resources, in [0, 1].
        `tau_rec`:
            recovery from depression (ms), > 0.
        `tau_facil`:
            decay of facilitation (ms); 0: u = U at every spike.

    The resources that a spike releases are active for tau_syn of the target's receptor, and recover after that.
    `Projection.initialize(u=...)` gives u at t = 0; it decays until the first spike.
    """
    translations = _same_names(synapses.TsodyksMarkramSynapse)


class SimpleStochasticSynapse(SynapseType, synapses.SimpleStochasticSynapse):
    __doc__ = synapses.SimpleStochasticSynapse.__doc__
    translations = _same_names(synapses.SimpleStochasticSynapse)


class StochasticTsodyksMarkramSynapse(SynapseType, synapses.StochasticTsodyksMarkramSynapse):
    """
    One vesicle, which a spike releases with probability u, as of TsodyksMarkramSynapse; it delivers the weight. A
    released vesicle recovers with probability 1 - exp(-h/tau_rec) within h (Fuhrmann et al. 2002).

    Arguments: as TsodyksMarkramSynapse.
    """
    translations = _same_names(synapses.StochasticTsodyksMarkramSynapse)
    default_initial_values = {"u": 0.0}


class MultiQuantalSynapse(SynapseType, synapses.MultiQuantalSynapse):
    """
    `n` release sites. A spike releases each full one with probability u, as of TsodyksMarkramSynapse; k of them deliver
    k/n of the weight. An empty site recovers with probability 1 - exp(-h/tau_rec) within h.

    Arguments: as TsodyksMarkramSynapse, and
        `n`:
            number of sites, 1 to 1000. All are full at t = 0.
    """
    translations = _same_names(synapses.MultiQuantalSynapse)
    default_initial_values = {"u": 0.0}

    def get_schema(self):
        """The library takes `n` as a number, and says what is wrong with one that is not whole."""
        return {**super().get_schema(), "n": float}


class ShortTermDynamics(StandardModelType):
    """
    Depression and facilitation of what a plastic synapse releases: the parameters of TsodyksMarkramSynapse, for
    STDPMechanism(short_term=...).
    """
    default_parameters = {"U": 0.5, "tau_rec": 100.0, "tau_facil": 0.0}
    default_initial_values = {"u": 0.0}
    translations = build_translations(("U", "U"), ("tau_rec", "tau_rec"), ("tau_facil", "tau_facil"))


class AdditiveWeightDependence(synapses.AdditiveWeightDependence):
    __doc__ = synapses.AdditiveWeightDependence.__doc__
    translations = _same_names(synapses.AdditiveWeightDependence)


class MultiplicativeWeightDependence(synapses.MultiplicativeWeightDependence):
    __doc__ = synapses.MultiplicativeWeightDependence.__doc__
    translations = _same_names(synapses.MultiplicativeWeightDependence)


class AdditivePotentiationMultiplicativeDepression(synapses.AdditivePotentiationMultiplicativeDepression):
    __doc__ = synapses.AdditivePotentiationMultiplicativeDepression.__doc__
    translations = _same_names(synapses.AdditivePotentiationMultiplicativeDepression)


class GutigWeightDependence(synapses.GutigWeightDependence):
    __doc__ = synapses.GutigWeightDependence.__doc__
    translations = _same_names(synapses.GutigWeightDependence)


class SpikePairRule(synapses.SpikePairRule):
    """
    Pairs of spikes: a postsynaptic one that comes h after a presynaptic one potentiates by A_plus exp(-h/tau_plus), one
    that comes h before it depresses by A_minus exp(-h/tau_minus). Spikes at exactly one time are no pair.

    Arguments: PyNN's (`tau_plus` and `tau_minus` in ms, `A_plus`, `A_minus`), and
        `pairs`:
            "all"; "nearest_symmetric": each spike with the last one of the other cell; "nearest_presynaptic": each
            presynaptic spike with the last and with the next postsynaptic one; "nearest_reduced": as that, but only
            pairs without another spike in between (Morrison, Diesmann & Gerstner 2008).
    """
    translations = _same_names(synapses.SpikePairRule)

    def __init__(self, tau_plus=20.0, tau_minus=20.0, A_plus=0.01, A_minus=0.01, pairs="all"):
        super().__init__(tau_plus, tau_minus, A_plus, A_minus)
        self.pairs = _checked_pairs(pairs, SPIKE_PAIRS)


class TripletRule(STDPTimingDependence):
    """
    Triplets of spikes (Pfister & Gerstner 2006, J. Neurosci. 26:9673-9682). A postsynaptic spike potentiates by
    r1 (A_plus + A3_plus o2), a presynaptic one depresses by o1 (A_minus + A3_minus r2). The traces r1 and r2 of the
    presynaptic cell decay with tau_plus and tau_x, o1 and o2 of the postsynaptic one with tau_minus and tau_y; a spike
    reads those of its own cell before it adds to them. Default values: visual cortex, full model.

    Arguments:
        `tau_plus`, `tau_minus`, `tau_x`, `tau_y`:
            time constants (ms).
        `A_plus`, `A_minus`, `A3_plus`, `A3_minus`:
            amplitudes of pairs and of triplets.
        `pairs`:
            "all", or "nearest_symmetric": a spike sets its traces to 1 instead of adding 1.
    """
    default_parameters = {"tau_plus": 16.8, "tau_minus": 33.7, "tau_x": 101.0, "tau_y": 125.0,
                          "A_plus": 5e-10, "A_minus": 7e-3, "A3_plus": 6.2e-3, "A3_minus": 2.3e-4}
    translations = build_translations(*((name, name) for name in default_parameters))

    def __init__(self, *, pairs="all", **parameters):
        super().__init__(**parameters)
        self.pairs = _checked_pairs(pairs, ("all", "nearest_symmetric"))


class Vogels2011Rule(synapses.Vogels2011Rule):
    """
    Inhibitory plasticity (Vogels et al. 2011, Science 334:1569-1573): every pair of spikes that lie h apart changes the
    weight by eta exp(-h/tau), and each presynaptic spike by -2 eta rho tau.

    Arguments:
        `tau`:
            time constant of the window (ms).
        `eta`:
            learning rate, in the unit of the weight: w_max does not scale it.
        `rho`:
            the rate that inhibition aims at, per ms: 0.005 means 5 Hz. PyNN's default value of 3 means 3000 Hz.

    The weight dependence must be additive.
    """
    translations = _same_names(synapses.Vogels2011Rule)
    pairs = "all"


def _checked_pairs(pairs, allowed):
    if pairs not in allowed:
        raise errors.InvalidParameterValueError(f"pairs = {pairs!r}: must be one of {', '.join(allowed)}")
    return pairs


def _require_one_of(kinds, name, part):
    if not isinstance(part, kinds):
        raise errors.InvalidModelError(f"{name} = {part!r}: must be one of this simulator's "
                                       f"{', '.join(kind.__name__ for kind in kinds)}")


class STDPMechanism(SynapseType, synapses.STDPMechanism):
    """
    A synapse whose weight changes with the spikes of both cells. A spike delivers the weight as of its arrival at the
    synapse, the change at that arrival included.

    Arguments: PyNN's, and
        `timing_dependence`:
            also TripletRule; SpikePairRule unless given.
        `weight_dependence`:
            AdditiveWeightDependence unless given.
        `voltage_dependence`:
            must be None.
        `dendritic_delay_fraction`:
            any from 0 to 1; also one for each synapse, as other parameters.
        `weight`:
            at t = 0. Of negative weights the magnitude changes, and w_min and w_max are negative or 0.
        `short_term`:
            ShortTermDynamics of what a spike releases: it delivers u x times the weight.

    `Projection.get("weight", ...)` gives the weights as of now.
    """
    base_translations = build_translations(("weight", "weight"), ("delay", "delay"),
                                           ("dendritic_delay_fraction", "dendritic_delay_fraction"))

    def __init__(self, timing_dependence=None, weight_dependence=None, voltage_dependence=None,
                 dendritic_delay_fraction=1.0, weight=0.0, delay=None, short_term=None):
        if voltage_dependence is not None:
            raise NotAvailableError(f"voltage_dependence = {voltage_dependence!r}: must be None, since weights depend on "
                                    f"spike times only in {simulator.name}")
        self.timing_dependence = SpikePairRule() if timing_dependence is None else timing_dependence
        self.weight_dependence = AdditiveWeightDependence() if weight_dependence is None else weight_dependence
        self.voltage_dependence = None
        self.short_term = short_term
        _require_one_of((SpikePairRule, TripletRule, Vogels2011Rule), "timing_dependence", self.timing_dependence)
        _require_one_of((AdditiveWeightDependence, MultiplicativeWeightDependence,
                         AdditivePotentiationMultiplicativeDepression, GutigWeightDependence), "weight_dependence",
                        self.weight_dependence)
        if short_term is not None:
            _require_one_of((ShortTermDynamics,), "short_term", short_term)
        if isinstance(self.timing_dependence, Vogels2011Rule) and \
                not isinstance(self.weight_dependence, AdditiveWeightDependence):
            raise errors.InvalidModelError(
                f"weight_dependence = {type(self.weight_dependence).__name__}: must be AdditiveWeightDependence with "
                "Vogels2011Rule, whose changes do not depend on the weight")
        self.dendritic_delay_fraction = dendritic_delay_fraction
        self.weight = weight
        self.delay = self._get_minimum_delay() if delay is None else delay
        self.default_initial_values = {} if short_term is None else dict(short_term.default_initial_values)
        self._build_translations()

    @property
    def components(self):
        """Those that have parameters."""
        return [part for part in (self.timing_dependence, self.weight_dependence, self.short_term) if part is not None]

    @property
    def parts(self):
        return {"type": "STDPMechanism", "timing_dependence": type(self.timing_dependence).__name__,
                "pairs": self.timing_dependence.pairs, "weight_dependence": type(self.weight_dependence).__name__,
                "short_term": "" if self.short_term is None else "ShortTermDynamics"}

    def _build_translations(self):
        self.translations = dict(self.base_translations)
        for component in self.components:
            self.translations.update(component.translations)

    def get_parameter_names(self):
        return list(self.translations)

    def get_schema(self):
        schema = {name: float for name in self.base_translations}
        for component in self.components:
            schema.update(component.get_schema())
        return schema

    @property
    def parameter_space(self):
        parameters = ParameterSpace({"weight": self.weight, "delay": self.delay,
                                     "dendritic_delay_fraction": self.dendritic_delay_fraction}, self.get_schema())
        for component in self.components:
            parameters.update(**component.parameter_space)
        return parameters

    @property
    def native_parameters(self):
        return self.translate(self.parameter_space)

    def describe(self, template=None, engine="default"):
        """PyNN has no template of its own for it."""
        parts = {name: getattr(self, name) and getattr(self, name).describe(template=None)
                 for name in ("timing_dependence", "weight_dependence", "voltage_dependence", "short_term")}
        return descriptions.render(engine, template,
                                   {**parts, "dendritic_delay_fraction": self.dendritic_delay_fraction})

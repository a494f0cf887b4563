# SPDX-License-Identifier: Apache-2.0
"""PyNN on va-event: networks are simulated exactly, event by event and without a time step."""

from .postponed import postponed

with postponed("csa"):  # which imports matplotlib.pyplot: a third of the time of all imports
    from pyNN import common, core, errors, random, space  # noqa: F401
from pyNN.network import Network  # noqa: F401
from pyNN.random import GSLRNG, NumpyRNG, RandomDistribution  # noqa: F401
from pyNN.space import Space  # noqa: F401
from pyNN.standardmodels import StandardCellType

from . import simulator  # noqa: F401
from .cells import *  # noqa: F401, F403
from .connectors import *  # noqa: F401, F403
from .control import (  # noqa: F401
    end, get_current_time, get_max_delay, get_min_delay, get_time_step, initialize, methods, num_processes, rank, reset,
    run, run_for, run_until, setup)
from .electrodes import ACSource, DCSource, NoisyCurrentSource, StepCurrentSource  # noqa: F401
from .populations import Assembly, Population, PopulationView
from .projections import Connection, Projection  # noqa: F401
from .random import NativeRNG  # noqa: F401
from .synapses import *  # noqa: F401, F403
from .unavailable import *  # noqa: F401, F403

create = common.build_create(Population)
connect = common.build_connect(Projection, FixedProbabilityConnector, StaticSynapse)  # noqa: F405
set = common.set
record = common.build_record(simulator)


def record_v(source, filename):
    """Record the membrane potential to a file."""
    record(["v"], source, filename)


def record_gsyn(source, filename):
    """Record the synaptic conductances to a file."""
    record(["gsyn_exc", "gsyn_inh"], source, filename)


def list_standard_models():
    """Names of the cell types that this simulator has."""
    return [name for name, thing in globals().items()
            if isinstance(thing, type) and issubclass(thing, StandardCellType) and thing is not StandardCellType]

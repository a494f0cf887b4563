# SPDX-License-Identifier: Apache-2.0
"""Set-up and control of the simulation."""

from pyNN import common
from pyNN.common.control import DEFAULT_MAX_DELAY, DEFAULT_MIN_DELAY, DEFAULT_TIMESTEP

from .. import _native
from . import processes, simulator
from .exceptions import as_pynn_errors


def setup(timestep=DEFAULT_TIMESTEP, min_delay=DEFAULT_MIN_DELAY, **extra_params):
    """
    Starts with an empty network.

    There is no time step: `timestep` [ms] is the default sampling interval of records and of currents, the grid of
    StepCurrentSource's times, and the delay of synapses that are given none. `min_delay` and `max_delay` limit nothing.

    Parameters of this simulator:
        `rng_seed`:
            seed of the random numbers that the simulator draws itself, those of spike sources. A whole number >= 0.
        `threads`:
            how many threads simulate; all that pay, unless given. The results are the same.
        `method`:
            how inputs of cells are taken: "one-by-one", "order-free", "near-spikes", or "automatic", which chooses for
            each population. The spikes are the same to within rounding. methods() tells what was chosen.

    Under `mpirun` several processes simulate together (processes.py). Returns the number of this one.
    """
    common.setup(timestep, min_delay, **extra_params)
    seed = extra_params.get("rng_seed", simulator.DEFAULT_SEED)
    if seed != int(seed) or not 0 <= seed < 2**64:
        raise ValueError(f"rng_seed = {seed}: must be a whole number from 0 to 2^64 - 1")
    threads = extra_params.get("threads", 0)
    if threads != int(threads) or not 0 <= threads < 2**16:
        raise ValueError(f"threads = {threads}: must be a whole number >= 1, or 0 for all that pay")
    method = extra_params.get("method", "automatic")
    with as_pynn_errors():
        _native.check_method(str(method))
    if not timestep > 0.0:
        raise ValueError(f"timestep = {timestep} ms: must be > 0")
    processes.share_generators()
    simulator.state.clear(int(seed), int(threads), str(method))
    simulator.state.dt = timestep
    simulator.state.min_delay = min_delay
    simulator.state.max_delay = extra_params.get("max_delay", DEFAULT_MAX_DELAY)
    return rank()


def methods():
    """What simulates every population and projection, as dictionaries of kind, label, method and reason; an empty list
    before the first run and after reset()."""
    network = simulator.state.network.simulation
    names = ("kind", "label", "method", "reason")
    return [] if network is None else [dict(zip(names, row)) for row in network.methods()]


def end(compatible_output=True):
    """Writes the files that record() was asked for."""
    for population, variables, filename in simulator.state.write_on_end:
        population.write_data(filename, variables)
    simulator.state.write_on_end = []


run, run_until = common.build_run(simulator)
run_for = run
reset = common.build_reset(simulator)
initialize = common.initialize
get_current_time, get_time_step, get_min_delay, get_max_delay, num_processes, rank = \
    common.build_state_queries(simulator)

# SPDX-License-Identifier: Apache-2.0
"""Recorded data, from the library's arrays to the Neo objects that PyNN makes of them."""

import numpy as np
import quantities as pq
from pyNN import recording

from . import simulator
from .network import ids_of

#: Older versions of PyNN know variables by their names alone, and want one array for each spike train.
_NAMED_VARIABLES = hasattr(recording, "Variable")


def _name(variable):
    return variable.name if _NAMED_VARIABLES else variable


class Recorder(recording.Recorder):
    _simulator = simulator

    def _record(self, variable, new_ids, sampling_interval=None):
        if sampling_interval is not None and _name(variable) != "spikes":
            self.sampling_interval = sampling_interval
        simulation = self.population.simulation
        if simulation is None or not new_ids:
            return
        if sum(len(ids) for ids in self.recorded.values()) == len(new_ids):
            self._recording_start_time = simulator.state.t * pq.ms  # nothing was recorded before
        simulation.record(ids_of(sorted(new_ids)), _name(variable), self.sampling_interval)

    def build(self, simulation):
        """Asks a new simulation to record."""
        for variable, cells in self.recorded.items():
            if cells:
                simulation.record(ids_of(sorted(cells)), _name(variable), self.sampling_interval)

    def _reset(self):
        self._clear_simulator()

    def _clear_simulator(self):
        simulation = self.population.simulation
        if simulation is not None:
            simulation.clear_recorded(ids_of(self.population.all_cells))

    def _get_spiketimes(self, ids, clear=False):
        simulation = self.population.simulation
        if simulation is None or len(ids) == 0:
            return {}
        spiking, times = simulation.spikes(ids_of(ids))
        if _NAMED_VARIABLES:
            return spiking.astype(int), times
        order = np.argsort(spiking, kind="stable")
        bounds = np.searchsorted(spiking[order], np.append(ids_of(ids), np.uint32(ids[-1] + 1)))
        times = times[order]
        return {int(cell): times[begin:end] for cell, begin, end in zip(ids, bounds, bounds[1:])}

    def _get_all_signals(self, variable, ids, clear=False):
        if len(ids) == 0:
            return np.empty((0, 0)), None
        interval = self.sampling_interval
        first, last = self._sample_range()
        result = np.full((last - first + 1, len(ids)), np.nan)
        simulation = self.population.simulation
        begin, values = simulation.signal(ids_of(ids), _name(variable))
        end = begin + len(values)
        common = slice(max(begin, first), min(end, last + 1))
        result[common.start - first:common.stop - first] = values[common.start - begin:common.stop - begin]
        # The library's runs are half-open: a sample at exactly the present time is taken by the next run. PyNN wants it
        # now; the state is what that sample will see.
        if end == last and abs(last * interval - simulator.state.t) <= 1e-6 * interval:
            result[-1] = simulation.values(ids_of(ids), _name(variable))
        return result, None

    def _sample_range(self):
        """Numbers of the first and the last sample from the start of the recording until now."""
        interval = self.sampling_interval
        start = float(self._recording_start_time.rescale("ms"))
        return int(np.ceil(start / interval - 1e-6)), int(np.floor(simulator.state.t / interval + 1e-6))

    def _get_current_segment(self, filter_ids=None, variables="all", clear=False):
        segment = recording.Recorder._get_current_segment(self, filter_ids, variables, clear)
        start = self._sample_range()[0] * self.sampling_interval * pq.ms
        for signal in segment.analogsignals:
            if abs(signal.t_start - start) > 1e-9 * pq.ms:
                signal.t_start = start  # recording began between two points of the grid
        return segment

    def _local_count(self, variable, filter_ids=None):
        ids = sorted(self.filter_recorded(variable, filter_ids))
        simulation = self.population.simulation
        if simulation is None or not ids:
            return {int(cell): 0 for cell in ids}
        return {int(cell): int(count) for cell, count in zip(ids, simulation.spike_counts(ids_of(ids)))}

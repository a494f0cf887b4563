# SPDX-License-Identifier: Apache-2.0
"""Recorded data, from the library's arrays to the Neo objects that PyNN makes of them."""

import neo
import numpy as np
import quantities as pq
from pyNN import recording

from . import simulator
from .network import ids_of

#: PyNN 0.10 knows variables by their names alone.
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
        return spiking.astype(int), times

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
        wanted = list(self.recorded) if variables == "all" else variables
        own_trains = not _NAMED_VARIABLES and "spikes" in self.recorded and "spikes" in wanted
        if own_trains:
            variables = [name for name in wanted if name != "spikes"]
        segment = recording.Recorder._get_current_segment(self, filter_ids, variables, clear)
        if own_trains:
            segment.spiketrains.extend(self._trains(sorted(self.filter_recorded("spikes", filter_ids))))
        start = self._sample_range()[0] * self.sampling_interval * pq.ms
        for signal in segment.analogsignals:
            if abs(signal.t_start - start) > 1e-9 * pq.ms:
                signal.t_start = start  # recording began between two points of the grid
        return segment

    def _trains(self, ids):
        """What PyNN 0.10 makes of the spikes of each cell, without its detours through units: half the time."""
        simulation = self.population.simulation
        if simulation is None or not ids:
            return []
        spiking, times = simulation.spikes(ids_of(ids))
        order = np.argsort(spiking, kind="stable")
        begin = np.searchsorted(spiking[order], ids_of(ids))
        end = np.searchsorted(spiking[order], ids_of(ids), "right")
        times = times[order]
        common = {"t_start": float(self._recording_start_time), "t_stop": simulator.state.t, "units": pq.ms,
                  "source_population": self.population.label}
        return [neo.SpikeTrain(times[first:last], source_id=int(cell), source_index=int(index), **common)
                for cell, index, first, last in zip(ids, self.population.id_to_index(ids), begin, end)]

    def _local_count(self, variable, filter_ids=None):
        ids = sorted(self.filter_recorded(variable, filter_ids))
        simulation = self.population.simulation
        if simulation is None or not ids:
            return {int(cell): 0 for cell in ids}
        return {int(cell): int(count) for cell, count in zip(ids, simulation.spike_counts(ids_of(ids)))}

# SPDX-License-Identifier: Apache-2.0
"""Recorded data, from the library's arrays to the Neo objects that PyNN makes of them."""

import weakref
from collections import defaultdict
from contextlib import contextmanager, nullcontext

import neo
import numpy as np
import quantities as pq
from pyNN import errors, recording

from .. import _native
from . import blocks, processes, simulator
from .exceptions import as_pynn_errors
from .network import ids_of

#: PyNN 0.10 knows variables by their names alone.
_NAMED_VARIABLES = hasattr(recording, "Variable")


def _name(variable):
    return variable.name if _NAMED_VARIABLES else variable


class Recorder(recording.Recorder):
    _simulator = simulator

    def __init__(self, *args, **kwargs):
        recording.Recorder.__init__(self, *args, **kwargs)
        self._gathered = None  # what each process gave, while all data is asked for
        self._whole_cache = recording.DataCache()
        self._cleared_at = 0.0  # [ms]
        self._first_samples = {}  # by variable, of the data that was asked for last: numbers on the sampling grid

    @property
    def population(self):
        return self._population()

    @population.setter
    def population(self, population):
        """The population has the recorder, which therefore must not keep it."""
        self._population = weakref.ref(population)

    def check(self, variables, sampling_interval=None):
        """Raises the error of record(), if it has one."""
        self.population.require_present()
        self._check_sampling_interval(sampling_interval)
        for variable in [variables] if isinstance(variables, str) else variables:  # all or none
            if not self.population.can_record(variable):
                raise errors.RecordingError(variable, self.population.celltype)

    def record(self, variables, ids, sampling_interval=None, *args, **kwargs):
        self.check(variables, sampling_interval)
        recording.Recorder.record(self, variables, ids, sampling_interval, *args, **kwargs)

    def _check_sampling_interval(self, sampling_interval):
        if sampling_interval is not None:
            with as_pynn_errors():
                _native.check_sampling_interval(sampling_interval)
        recording.Recorder._check_sampling_interval(self, sampling_interval)

    def _record(self, variable, new_ids, sampling_interval=None):
        if sampling_interval is not None and _name(variable) != "spikes":
            self.sampling_interval = sampling_interval
        simulation = self.population.simulation
        if simulation is None:
            return
        everywhere = processes.all_gather(([int(cell) for cell in new_ids], sum(map(len, self.recorded.values()))))
        new_ids = [cell for new, _ in everywhere for cell in new]
        if not new_ids:
            return
        if sum(recorded for _, recorded in everywhere) == len(new_ids):
            self._recording_start_time = simulator.state.t * pq.ms  # nothing was recorded before
        simulation.record(ids_of(sorted(new_ids)), _name(variable), self.sampling_interval)

    def build(self, simulation):
        """Asks a new simulation to record."""
        own = {_name(variable): {int(cell) for cell in cells} for variable, cells in self.recorded.items()}
        everywhere = processes.all_gather((own, self.sampling_interval))
        for variable in sorted(set().union(*(recorded for recorded, _ in everywhere))):
            cells = set().union(*(recorded.get(variable, ()) for recorded, _ in everywhere))
            if cells:
                intervals = [interval for recorded, interval in everywhere if recorded.get(variable)]
                simulation.record(ids_of(sorted(cells)), variable, intervals[0])

    def _reset(self):
        """PyNN's record(None), as in its other simulators: the present trial's data is dropped, and so is everything
        that was said about recording."""
        self.sampling_interval = simulator.state.dt
        simulation = self.population.simulation
        if simulation is not None:
            simulation.stop_recording(ids_of(self.population.all_cells))

    def _clear_simulator(self):
        simulation = self.population.simulation
        if simulation is not None:
            simulation.clear_recorded(ids_of(self.population.all_cells))

    # --- all processes' data, in process 0

    @contextmanager
    def _of_all(self, filter_ids=None):
        """What is asked for within this is of the cells of all processes; elsewhere than in process 0, of its own."""
        if processes.count == 1:
            yield
            return
        own = {}
        for variable in self.recorded:
            ids = sorted(self.filter_recorded(variable, filter_ids))
            spikes = _name(variable) == "spikes"
            data = self._spikes(ids) if spikes else self._signals(variable, ids)
            own[variable] = ([int(cell) for cell in ids], data)
        parts = processes.gather(own)
        if parts is None:
            yield
            return
        before = self.recorded, self.cache
        self._gathered = parts
        self.recorded, self.cache = defaultdict(set), self._whole_cache
        for part in parts:
            for variable, (ids, _) in part.items():
                self.recorded[variable].update(self.population.all_cells[np.array(ids, dtype=int) - self._first_id])
        try:
            yield
        finally:
            self._gathered = None
            self.recorded, self.cache = before

    @property
    def _first_id(self):
        return int(self.population.first_id)

    def get(self, variables, gather=False, filter_ids=None, clear=False, annotations=None, locations=None):
        if locations is not None:
            raise NotImplementedError(f"{simulator.name} has point neurons only: locations must be None")
        names = None if variables == "all" else [variables] if isinstance(variables, str) else list(variables)
        indices = None if filter_ids is None else {int(cell) - self._first_id for cell in filter_ids}
        with self._of_all(filter_ids) if gather else nullcontext():
            segments = [blocks.selected(segment, names, indices) for segment in self.cache]
            if simulator.state.running:  # else the last trial is in the cache
                wanted = [variable for variable in self.recorded if names is None or _name(variable) in names]
                segments.append(self._get_current_segment(filter_ids, wanted))
        if not segments:
            raise RuntimeError(f"population {self.population.label!r} has no data yet: call run() first")
        data = neo.Block(name=self.population.label, description=self.population.describe(),
                         rec_datetime=segments[0].rec_datetime)
        data.segments = segments
        for segment in segments:
            segment.block = data
        data.annotate(**{**self.metadata, **(annotations or {})})
        if clear:
            self.clear()
        return data

    def write(self, variables, file=None, gather=False, *args, **kwargs):
        if gather and processes.rank > 0:  # some formats open their file at once
            self.get(variables, gather, *args, **kwargs)
        else:
            recording.Recorder.write(self, variables, file, gather, *args, **kwargs)

    def clear(self):
        recording.Recorder.clear(self)
        self._cleared_at = simulator.state.t
        self._whole_cache.clear()

    def store_to_cache(self, annotations=None):
        if simulator.state.t > self._cleared_at:
            self.clear_flag = False  # PyNN would drop what was simulated since clear() too
        self._cleared_at = 0.0
        if processes.count > 1 and simulator.state.t != 0 and not self.clear_flag:
            with self._of_all():
                segment = self._get_current_segment()
            segment.annotate(**(annotations or {}))
            self._whole_cache.store(segment)
        recording.Recorder.store_to_cache(self, annotations)

    def count(self, variable, gather=True, filter_ids=None):
        counts = recording.Recorder.count(self, variable, False, filter_ids)
        parts = processes.gather(counts) if gather else None
        return dict(sorted(item for part in parts for item in part.items())) if parts else counts

    # --- data of some cells

    def _get_spiketimes(self, ids, clear=False):
        if self.population.simulation is None or len(ids) == 0:
            return {}
        return self._spikes(ids)

    def _spikes(self, ids):
        """(cells, times [ms]) by time."""
        if self._gathered is None:
            simulation = self.population.simulation
            if simulation is None or len(ids) == 0:
                return np.empty(0, dtype=int), np.empty(0)
            spiking, times = simulation.spikes(ids_of(ids))
            return spiking.astype(int), times
        parts = [data for part in self._gathered for variable, (_, data) in part.items() if _name(variable) == "spikes"]
        spiking, times = (np.concatenate(arrays) for arrays in zip(*parts))
        kept = np.isin(spiking, ids_of(ids))
        spiking, times = spiking[kept], times[kept]
        order = np.lexsort((spiking, times))
        return spiking[order], times[order]

    def _get_all_signals(self, variable, ids, clear=False):
        self._first_samples[_name(variable)], values = self._signals(variable, ids)
        return values, None

    def _signals(self, variable, ids):
        """(number of the first sample, samples x cells)"""
        if len(ids) == 0:
            return 0, np.empty((0, 0))
        if self._gathered is None:
            return self.population.simulation.signal(ids_of(ids), _name(variable))
        parts = [part[variable] for part in self._gathered if variable in part and part[variable][1][1].size > 0]
        first = min((first for _, (first, _) in parts), default=0)
        end = max((first + len(values) for _, (first, values) in parts), default=0)
        whole = np.full((end - first, len(ids)), np.nan)
        column_of = {int(cell): column for column, cell in enumerate(ids)}
        for cells, (begin, values) in parts:
            for cell, column in zip(cells, values.T):
                if cell in column_of:
                    whole[begin - first:begin - first + len(column), column_of[cell]] = column
        return first, whole

    def _get_current_segment(self, filter_ids=None, variables="all", clear=False):
        wanted = list(self.recorded) if variables == "all" else variables
        own_trains = not _NAMED_VARIABLES and "spikes" in self.recorded and "spikes" in wanted
        if own_trains:
            variables = [name for name in wanted if name != "spikes"]
        segment = recording.Recorder._get_current_segment(self, filter_ids, variables, clear)
        if own_trains:
            segment.spiketrains.extend(self._trains(sorted(self.filter_recorded("spikes", filter_ids))))
        order = [_name(variable) for variable in self.recorded]
        segment.analogsignals = sorted(segment.analogsignals, key=lambda signal: order.index(signal.name))
        for signal in segment.analogsignals:
            signal.t_start = self._first_samples[signal.name] * self.sampling_interval * pq.ms
        return segment

    def _trains(self, ids):
        """What PyNN 0.10 makes of the spikes of each cell: parts of one train, so that Neo checks units once."""
        if self.population.simulation is None or not ids:
            return []
        spiking, times = self._spikes(ids)
        order = np.argsort(spiking, kind="stable")
        begin = np.searchsorted(spiking[order], ids_of(ids))
        end = np.searchsorted(spiking[order], ids_of(ids), "right")
        whole = neo.SpikeTrain(times[order], t_start=float(self._recording_start_time), t_stop=simulator.state.t,
                               units=pq.ms)
        return [self._train(whole[first:last], cell, index)
                for cell, index, first, last in zip(ids, self.population.id_to_index(ids), begin, end)]

    def _train(self, train, cell, index):
        train.t_start, train.t_stop = train.t_start.copy(), train.t_stop.copy()
        train.annotations = {"source_population": self.population.label, "source_id": int(cell),
                             "source_index": int(index)}
        return train

    def _local_count(self, variable, filter_ids=None):
        ids = sorted(self.filter_recorded(variable, filter_ids))
        simulation = self.population.simulation
        if simulation is None or not ids:
            return {int(cell): 0 for cell in ids}
        return {int(cell): int(count) for cell, count in zip(ids, simulation.spike_counts(ids_of(ids)))}

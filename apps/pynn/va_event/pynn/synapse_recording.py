# SPDX-License-Identifier: Apache-2.0
"""Recorded variables of synapses, as Neo objects. PyNN records cells only, so the names are those of its populations."""

import weakref
from datetime import datetime

import neo
import numpy as np
import quantities as pq

from .. import _native
from . import simulator
from .exceptions import as_pynn_errors


class _Request:
    """A variable of some synapses, recorded at one interval (ms), or at every change: None."""

    def __init__(self, variable, sampling_interval, synapses):
        self.variable = variable
        self.sampling_interval = sampling_interval
        self.synapses = synapses  # numbers in the order of get(..., format="list"), ascending


class SynapseRecorder:
    """What is recorded of a projection. It stays over reset(), as the recorders of populations do."""

    def __init__(self, projection):
        self._projection = weakref.proxy(projection)  # which holds this: setup() frees both at once
        self._requests = []
        self._segments = []  # of the trials before
        self._indices = None  # in the library's order, by number
        simulator.state.recorders.add(self)

    @property
    def variables(self):
        """What can be recorded."""
        return _native.synapse_variables(self._projection.synapse_type.parts)

    @property
    def _simulation(self):
        return self._projection._simulated()

    def record(self, variables, sampling_interval=None, synapses=None):
        if variables is None:
            return self._stop()
        names = [variables] if isinstance(variables, str) else list(variables)
        self._check(names, sampling_interval)
        chosen = self._chosen(synapses)
        fresh = [_Request(name, sampling_interval, self._unrecorded(name, sampling_interval, chosen)) for name in names]
        for request in fresh:
            if request.synapses.size > 0:
                self._requests.append(request)
                if self._simulation is not None:
                    self._send(request, self._simulation)

    def _check(self, names, sampling_interval):
        for name in names:
            if name not in self.variables:
                raise ValueError(f"{name}: must be one of the variables of {type(self._projection.synapse_type).__name__}"
                                 f" that can be recorded: {', '.join(self.variables)}")
        if sampling_interval is None:
            return
        with as_pynn_errors():
            _native.check_sampling_interval(sampling_interval)
        if "delivered_weight" in names:
            raise ValueError("sampling_interval must be None for delivered_weight, which is recorded at every change")

    def _chosen(self, synapses):
        size = self._projection.size()
        if synapses is None:
            return np.arange(size)
        chosen = np.atleast_1d(np.asarray(synapses))
        if chosen.dtype == bool and chosen.shape == (size,):
            chosen = np.flatnonzero(chosen)
        if chosen.size > 0 and (chosen.ndim != 1 or not np.issubdtype(chosen.dtype, np.integer)):
            raise TypeError("synapses must be whole numbers, in the order of get(..., format='list')")
        for number in chosen:
            if not 0 <= number < size:
                raise IndexError(f"{number} is not the number of a synapse: there are {size}")
        return np.unique(chosen.astype(int))

    def _unrecorded(self, name, sampling_interval, chosen):
        for request in self._requests:
            if request.variable != name or (request.sampling_interval is None) != (sampling_interval is None):
                continue
            rest = np.setdiff1d(chosen, request.synapses)
            if rest.size < chosen.size and request.sampling_interval != sampling_interval:
                raise ValueError(f"sampling_interval must be {request.sampling_interval} ms, at which {name} of some of "
                                 "these synapses is recorded already")
            chosen = rest
        return chosen

    def _send(self, request, simulation):
        if self._indices is None:
            self._indices = self._projection.library_indices().astype(np.uint64)
        with as_pynn_errors():
            simulation.record_synapses(self._projection._number, request.variable, request.sampling_interval,
                                       self._indices[request.synapses])

    def build(self, simulation):
        """Asks a new simulation to record."""
        self._indices = None
        if self._projection._number is not None:
            for request in self._requests:
                self._send(request, simulation)

    def _stop(self):
        self._requests = []
        if self._simulation is not None:
            self._simulation.stop_recording_synapses(self._projection._number)

    # --- data

    def get(self, variables="all", clear=False, annotations=None):
        names = None if variables == "all" else [variables] if isinstance(variables, str) else list(variables)
        segments = [_selected(segment, names) for segment in self._segments]
        if simulator.state.running:
            segments.append(self._present_segment(names))
        if not segments:
            raise RuntimeError(f"projection {self._projection.label!r} has no data yet: call run() first")
        data = neo.Block(name=str(self._projection.label), rec_datetime=segments[0].rec_datetime)
        data.segments = segments
        for segment in segments:
            segment.block = data
        data.annotate(**(annotations or {}))
        if clear:
            self.clear()
        return data

    def clear(self):
        self._segments = []
        if self._simulation is not None and self._requests:
            self._simulation.clear_recorded_synapses(self._projection._number)

    def store_to_cache(self, annotations=None):
        """Called by reset()."""
        if self._requests and self._simulation is not None:
            segment = self._present_segment(None)
            segment.annotate(**(annotations or {}))
            self._segments.append(segment)

    def _present_segment(self, names):
        segment = neo.Segment(name=f"segment{simulator.state.segment_counter:03d}", rec_datetime=datetime.now())
        for request in self._requests:
            if self._simulation is None or (names is not None and request.variable not in names):
                continue
            if request.sampling_interval is None:
                segment.irregularlysampledsignals.extend(list(self._changes(request)))  # Neo goes through it twice
            else:
                segment.analogsignals.append(self._signal(request))
        for data in (*segment.analogsignals, *segment.irregularlysampledsignals):
            data.segment = segment
        return segment

    def _cells(self, numbers):
        """Indices of the pre and post cells of synapses with these numbers."""
        with self._projection._showing("all"):
            pre = np.asarray(self._projection._column("presynaptic_index"))
            post = np.asarray(self._projection._column("postsynaptic_index"))
        return {"synapse_index": numbers, "source_index": pre[numbers].astype(int),
                "target_index": post[numbers].astype(int)}

    def _signal(self, request):
        library = self._indices[request.synapses]
        first, found, values, unit = self._simulation.synapse_signal(self._projection._number, request.variable, library)
        values = values[:, np.searchsorted(found, library)]
        interval = request.sampling_interval
        return neo.AnalogSignal(values, units=unit or pq.dimensionless, t_start=first * interval * pq.ms,
                                sampling_period=interval * pq.ms, name=request.variable,
                                projection=str(self._projection.label), array_annotations=self._cells(request.synapses))

    def _changes(self, request):
        library = self._indices[request.synapses]
        times, found, values, unit = self._simulation.synapse_changes(self._projection._number, request.variable, library)
        order = np.argsort(found, kind="stable")
        begin = np.searchsorted(found[order], library)
        end = np.searchsorted(found[order], library, "right")
        cells = self._cells(request.synapses)
        for k, (first, last) in enumerate(zip(begin, end)):
            where = order[first:last]
            yield neo.IrregularlySampledSignal(times[where], values[where], units=unit or pq.dimensionless,
                                               time_units=pq.ms, name=request.variable,
                                               projection=str(self._projection.label),
                                               **{name: int(column[k]) for name, column in cells.items()})


def _selected(segment, names):
    """A segment with these variables; None: all."""
    part = neo.Segment(name=segment.name, rec_datetime=segment.rec_datetime)
    part.annotate(**segment.annotations)
    for kind in ("analogsignals", "irregularlysampledsignals"):
        getattr(part, kind).extend([signal[:] for signal in getattr(segment, kind)
                                    if names is None or signal.name in names])
    for data in (*part.analogsignals, *part.irregularlysampledsignals):
        data.segment = part
    return part

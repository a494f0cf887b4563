# SPDX-License-Identifier: Apache-2.0
"""Parts and sums of Neo's segments and blocks.

PyNN's own functions change the segments of earlier trials that they take from, which recorders keep: what is asked for
once is then missing, or counted twice, the next time.
"""

import neo
import numpy as np


def selected(segment, names=None, indices=None):
    """A segment with these variables of the cells with these indices in their population; None: of all."""
    part = neo.Segment(name=segment.name, description=segment.description, rec_datetime=segment.rec_datetime)
    part.annotate(**segment.annotations)
    for signal in segment.analogsignals:
        if names is None or signal.name in names:
            part.analogsignals.extend(_columns(signal, indices))
    if names is None or "spikes" in names:
        part.spiketrains.extend([train[:] for train in segment.spiketrains
                                 if indices is None or train.annotations["source_index"] in indices])
    for data in (*part.analogsignals, *part.spiketrains):
        data.segment = part
    return part


def _columns(signal, indices):
    """The signal of these cells: a list of it, or of none."""
    columns = slice(None)
    if indices is not None:
        columns = np.flatnonzero(np.isin(signal.array_annotations["channel_index"], list(indices)))
        if columns.size == 0:
            return []
    part = signal[:, columns]
    part.annotations = dict(signal.annotations)
    for name in ("source_ids", "channel_ids"):  # of PyNN 0.10 and 0.13
        if name in part.annotations:
            part.annotations[name] = part.annotations[name][columns]
    return [part]


def joined(blocks, sizes):
    """One block of those of an assembly's populations of these sizes, which the sum takes over."""
    signals = {}  # by the names of segments
    offset = 0
    for block, size in zip(blocks, sizes):
        for segment in block.segments:
            for signal in segment.analogsignals:
                signal.array_annotations["channel_index"] = signal.array_annotations["channel_index"] + offset
            signals.setdefault(segment.name, []).extend(segment.analogsignals)
            segment.analogsignals = []
        offset += size
    whole = blocks[0]
    for block in blocks[1:]:
        whole.merge(block)
    whole.segments = sorted(whole.segments, key=lambda segment: segment.name)
    for segment in whole.segments:
        segment.analogsignals = _side_by_side(signals[segment.name], segment)
    return whole


def _side_by_side(signals, segment):
    """Those of the same variable at the same times become one."""
    groups = {}
    for signal in signals:
        signal.segment = segment
        key = (signal.name, float(signal.t_start), float(signal.sampling_period), len(signal))
        groups[key] = groups[key].merge(signal) if key in groups else signal
    return list(groups.values())

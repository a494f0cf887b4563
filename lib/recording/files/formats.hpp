// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>

#include "recording/files/atomic_file.hpp"
#include "va_event/data.hpp"

/// One writer per format and kind of data; va_event/files.hpp says what the files hold. They get data whose sizes
/// fit together (the caller checks that), and leave commit() to the caller. All have the same signature, so that a
/// table of formats can point to them (files.cpp). The bytes follow from the arguments alone: no time of day, no name
/// of a machine, so that equal data gives equal files. All throw FileError when the file cannot be written.
namespace va_event::recording {

/// Which ids belong to which population; formats without room for that ignore it.
using Populations = std::span<const PopulationRange>;

/// Text of lines id, tab, time. Signals and connections have no such format.
void write_gdf(AtomicFile& file, const Spikes& spikes, Populations populations);

/// Text of lines with commas.
void write_csv(AtomicFile& file, const Spikes& spikes, Populations populations);
void write_csv(AtomicFile& file, const Signal& signal, Populations populations);
void write_csv(AtomicFile& file, const Connections& connections, Populations populations);
void write_csv(AtomicFile& file, const SynapseSignal& signal, Populations populations);
void write_csv(AtomicFile& file, const SynapseChanges& changes, Populations populations);

/// A zip archive of numpy arrays.
void write_npz(AtomicFile& file, const Spikes& spikes, Populations populations);
void write_npz(AtomicFile& file, const Signal& signal, Populations populations);
void write_npz(AtomicFile& file, const Connections& connections, Populations populations);
void write_npz(AtomicFile& file, const SynapseSignal& signal, Populations populations);
void write_npz(AtomicFile& file, const SynapseChanges& changes, Populations populations);

/// HDF5 in SONATA's layout. @throws IndexError when a cell belongs to none of the populations, or populations overlap.
void write_sonata(AtomicFile& file, const Spikes& spikes, Populations populations);
void write_sonata(AtomicFile& file, const Signal& signal, Populations populations);
void write_sonata(AtomicFile& file, const Connections& connections, Populations populations);

}  // namespace va_event::recording

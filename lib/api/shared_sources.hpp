// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "api/core.hpp"

namespace va_event::detail {

/// Makes the spike sources the same in all processes: those that differ become what the process that owns them has.
///
/// Every process draws the sources that reach its neurons (lib/engine/README.md), from parameters that programs set in
/// all processes alike. But PyNN sets a parameter of a single cell in the process that owns the cell alone, and scripts
/// draw spike times from generators that have another seed in each process. So the processes compare before a run, by
/// hashes: once all sources, later those that were set since.
/// All processes must call it at the same time. It exchanges nothing large unless sources differ.
void share_sources(Core& core);

}  // namespace va_event::detail

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "events/instant.hpp"
#include "va_event/data.hpp"

namespace va_event::engine {

/// A spike that has happened: what shards and processes publish of the cells that they hold.
template <class Real>
struct EmittedSpike {
  CellId cell;
  events::Instant<Real> time;
};

}  // namespace va_event::engine

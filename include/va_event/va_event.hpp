// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Everything. Each header can also be included alone.
#include "va_event/cell_types.hpp"       // IWYU pragma: export
#include "va_event/certificate.hpp"      // IWYU pragma: export
#include "va_event/connectors.hpp"       // IWYU pragma: export
#include "va_event/csa.hpp"              // IWYU pragma: export
#include "va_event/current_sources.hpp"  // IWYU pragma: export
#include "va_event/data.hpp"             // IWYU pragma: export
#include "va_event/error.hpp"            // IWYU pragma: export
#include "va_event/files.hpp"            // IWYU pragma: export
#include "va_event/fixed_step.hpp"       // IWYU pragma: export
#include "va_event/memory.hpp"           // IWYU pragma: export
#include "va_event/method.hpp"           // IWYU pragma: export
#include "va_event/population.hpp"       // IWYU pragma: export
#include "va_event/precision.hpp"        // IWYU pragma: export
#include "va_event/projection.hpp"       // IWYU pragma: export
#include "va_event/random.hpp"           // IWYU pragma: export
#include "va_event/run_statistics.hpp"   // IWYU pragma: export
#include "va_event/simulation.hpp"       // IWYU pragma: export
#include "va_event/space.hpp"            // IWYU pragma: export
#include "va_event/statistics.hpp"       // IWYU pragma: export
#include "va_event/synapses.hpp"         // IWYU pragma: export
#include "va_event/time.hpp"             // IWYU pragma: export
#include "va_event/values.hpp"           // IWYU pragma: export
#include "va_event/work_counts.hpp"      // IWYU pragma: export

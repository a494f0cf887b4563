// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace va_event::processes {

/// The library was built with MPI.
extern const bool kMpi;

}  // namespace va_event::processes

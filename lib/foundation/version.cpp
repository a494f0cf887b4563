// SPDX-License-Identifier: Apache-2.0
#include <string_view>

#include "va_event/simulation.hpp"

namespace va_event {

std::string_view version() noexcept { return VA_EVENT_VERSION; }

}  // namespace va_event

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "network/network.hpp"
#include "neurons/group/windowed_group.hpp"

namespace va_event::neurons::near_spikes_currents {

/// See ListingFactory.
[[nodiscard]] NewWindowedGroup<double> make_group(const network::PopulationData& population);
[[nodiscard]] std::string obstacle(const network::PopulationData& population);

}  // namespace va_event::neurons::near_spikes_currents

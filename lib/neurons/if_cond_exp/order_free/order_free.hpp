// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "network/network.hpp"
#include "neurons/group/windowed_group.hpp"

namespace va_event::neurons::order_free_conductances {

/// See GroupFactory.
[[nodiscard]] NewWindowedGroup<double> make_group(const network::PopulationData& population, const InputScale& scale,
                                                  foundation::ByteReader* choices);
[[nodiscard]] std::string obstacle(const network::PopulationData& population, const InputScale& scale);
[[nodiscard]] double memory_bytes(double neurons, const InputScale& scale);

}  // namespace va_event::neurons::order_free_conductances

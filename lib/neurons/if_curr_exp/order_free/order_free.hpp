// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "foundation/bytes.hpp"
#include "network/network.hpp"

namespace va_event::neurons {
template <class Real>
struct NewWindowedGroup;
struct InputScale;
}  // namespace va_event::neurons

namespace va_event::neurons::order_free {

/// See GroupFactory.
[[nodiscard]] NewWindowedGroup<double> make_group(const network::PopulationData& population, const InputScale& scale,
                                                  foundation::ByteReader* choices);
[[nodiscard]] std::string obstacle(const network::PopulationData& population, const InputScale& scale);

}  // namespace va_event::neurons::order_free

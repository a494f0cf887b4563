// SPDX-License-Identifier: Apache-2.0
#include "neurons/if_curr_delta/order_free/order_free.hpp"

#include <cstddef>
#include <memory>

#include "neurons/if_curr_delta/order_free/frame.hpp"
#include "neurons/if_curr_delta/order_free/order_free_group.hpp"

namespace va_event::neurons::delta_order_free {

namespace {

/// The unit of the sums is a rounding error of each input: no more than this [mV].
constexpr double kLargestUnit = 1e-14;

}  // namespace

NewWindowedGroup<double> make_group(const network::PopulationData& population, const InputScale& scale,
                                    foundation::ByteReader* choices) {
  auto group = choices != nullptr ? std::make_unique<OrderFreeGroup>(*choices)
                                  : std::make_unique<OrderFreeGroup>(population, scale);
  OrderFreeGroup* const windowed = group.get();
  return {std::move(group), windowed};
}

std::string obstacle(const network::PopulationData& population, const InputScale& scale) {
  const auto [shortest, longest] = range_of_tau(population);
  if (longest == 0.0) {
    return "tau_m of all its neurons is below 0.1 ms";
  }
  if (unit_for(frame_for(shortest, shortest != longest), scale.largest_weight, scale.largest_sum) > kLargestUnit) {
    return "its synaptic weights are too large or too many: a unit of the sums would exceed 1e-14 mV";
  }
  return "";
}

}  // namespace va_event::neurons::delta_order_free

// SPDX-License-Identifier: Apache-2.0
#include "neurons/if_curr_exp/order_free/order_free.hpp"

#include <algorithm>
#include <array>
#include <memory>
#include <vector>

#include "network/cell_values.hpp"
#include "neurons/if_curr_exp/order_free/frame.hpp"
#include "neurons/if_curr_exp/order_free/order_free_group.hpp"
#include "neurons/if_curr_exp/order_free/time_constants.hpp"

namespace va_event::neurons::order_free {

namespace {

/// The unit of the sums is a rounding error of each input: no more than this [mV].
constexpr double kLargestUnit = 1e-14;

}  // namespace

NewWindowedGroup<double> make_group(const network::PopulationData& population, const InputScale& scale,
                                    foundation::ByteReader* choices) {
  auto group = choices != nullptr ? std::make_unique<OrderFreeGroup>(*choices)
                                  : std::make_unique<OrderFreeGroup>(time_constants_of(population, scale), scale);
  OrderFreeGroup* const windowed = group.get();
  return {std::move(group), windowed};
}

TimeConstants time_constants_of(const network::PopulationData& population, const InputScale& scale) {
  TimeConstants result;
  result.longest_frame = longest_frame_for(scale.inputs_per_ms);
  std::vector<double> parameters;
  for (std::size_t i = 0; i < population.size; ++i) {
    network::values_at(population.parameters, i, parameters);
    const std::array<double, 3> tau = time_constants(parameters);
    if (!are_long_enough(tau)) {
      continue;
    }
    if (result.first.empty()) {
      result.first = parameters;
      result.shortest = tau[0];
      result.common = Kernel::prepare(Kernel::kParameters.read(parameters), 0.0).in_amplitude_form;
    }
    result.shortest = std::min(result.shortest, *std::min_element(tau.begin(), tau.end()));
    result.common = result.common && tau == time_constants(result.first);
  }
  return result;
}

Frame frame_of(const TimeConstants& time_constants) {
  return time_constants.common ? common_frame(Kernel::prepare(Kernel::kParameters.read(time_constants.first), 0.0),
                                              time_constants.longest_frame)
                               : own_frame(time_constants.shortest, time_constants.longest_frame);
}

std::string obstacle(const network::PopulationData& population, const InputScale& scale) {
  const TimeConstants time_constants = time_constants_of(population, scale);
  if (time_constants.first.empty()) {
    return "all its neurons have a time constant below 1/128 ms: the sums would have too short frames";
  }
  const Frame frame = frame_of(time_constants);
  const double unit = unit_for(frame, {scale.largest_weight, scale.largest_sum});
  std::vector<double> parameters;
  for (std::size_t i = 0; i < population.size; ++i) {
    network::values_at(population.parameters, i, parameters);
    if (!are_long_enough(order_free::time_constants(parameters))) {
      continue;
    }
    const Kernel::Parameters p = Kernel::kParameters.read(parameters);
    // A unit of a current charges the membrane for no longer than the shorter time constant.
    const double charged =
        time_constants.common ? p.tau_m : std::max(frame.length, std::min(p.tau_m, std::max(p.tau_syn_E, p.tau_syn_I)));
    if (unit * (charged / p.cm) > kLargestUnit) {
      return "its synaptic weights are too large or too many: a unit of the sums would exceed 1e-14 mV";
    }
  }
  return "";
}

}  // namespace va_event::neurons::order_free

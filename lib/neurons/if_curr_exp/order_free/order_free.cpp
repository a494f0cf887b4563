// SPDX-License-Identifier: Apache-2.0
#include "neurons/if_curr_exp/order_free/order_free.hpp"

#include <memory>
#include <vector>

#include "neurons/if_curr_exp/order_free/frame.hpp"
#include "neurons/if_curr_exp/order_free/order_free_group.hpp"

namespace va_event::neurons::order_free {

namespace {

/// The unit of the sums is a rounding error of each input: no more than this [mV].
constexpr double kLargestUnit = 1e-14;

std::vector<double> parameters_of(const network::PopulationData& population, std::size_t index) {
  std::vector<double> parameters;
  for (const network::Column& column : population.parameters) {
    parameters.push_back(column.at(index));
  }
  return parameters;
}

}  // namespace

NewWindowedGroup<double> make_group(const network::PopulationData& population, const InputScale& scale) {
  auto group = std::make_unique<OrderFreeGroup>(population, scale);
  OrderFreeGroup* const windowed = group.get();
  return {std::move(group), windowed};
}

std::string obstacle(const network::PopulationData& population, const InputScale& scale) {
  const Kernel::Parameters first = Kernel::kParameters.read(parameters_of(population, 0));
  const Kernel::Constants c = Kernel::prepare(first, 0.0);
  if (!c.in_amplitude_form) {
    return "time constants are below 0.1 ms, or tau_m and tau_syn are nearly equal";
  }
  const Frame frame = frame_for(c);
  for (std::size_t i = 0; i < population.size; ++i) {
    const Kernel::Parameters p = Kernel::kParameters.read(parameters_of(population, i));
    if (p.tau_m != first.tau_m || p.tau_syn_E != first.tau_syn_E || p.tau_syn_I != first.tau_syn_I) {
      return "its neurons have time constants of their own";
    }
    const double unit = unit_for(frame, {scale.largest_weight, scale.largest_sum});
    if (unit * (p.tau_m / p.cm) > kLargestUnit) {
      return "its synaptic weights are too large or too many: a unit of the sums would exceed 1e-14 mV";
    }
  }
  return "";
}

}  // namespace va_event::neurons::order_free

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include "foundation/bytes.hpp"
#include "network/network.hpp"
#include "neurons/group/windowed_group.hpp"
#include "va_event/method.hpp"
#include "va_event/processes.hpp"

namespace va_event::engine {

/// How one population is simulated.
struct PopulationMethod {
  SimulationMethod method = SimulationMethod::one_by_one;
  neurons::InputScale scale{};
  /// Of synapses from its neurons, or until its spikes have another effect [ms].
  double shortest_delay = std::numeric_limits<double>::infinity();
  std::uint64_t events = 0;  ///< of all of its neurons in 1000 s, expected
  std::string reason{};
  std::string choices{};  ///< of a checkpoint (neurons::WindowedGroup::save_choices()); "": none was loaded
};

/// Chooses a method for every population from integers and extremes of all processes, before anything runs. Rates of
/// neurons are taken as 10 Hz, those of Poisson sources as they are set. Neither threads nor processes nor what is
/// recorded has a part in it, since the last bits of results depend on the method.
/// @param doubles  whether the engine counts in double; only then there is a choice
/// @throws ParameterError when network.method asks for a method that no population can have
[[nodiscard]] std::vector<PopulationMethod> choose_methods(const network::Network& network, Processes& processes,
                                                           bool doubles);

/// The methods of a checkpoint: what put_methods() wrote, however parameters and weights have changed since the choice.
/// @param doubles as choose_methods() @throws foundation::BadBytes
[[nodiscard]] std::vector<PopulationMethod> get_methods(std::string_view bytes, const network::Network& network,
                                                        Processes& processes, bool doubles);
/// @param methods with the present choices of the groups
void put_methods(foundation::ByteWriter& out, const std::vector<PopulationMethod>& methods);

/// What users are told.
[[nodiscard]] std::vector<MethodRow> rows_of(const network::Network& network,
                                             const std::vector<PopulationMethod>& methods);

/// The shortest delay of synapses from neurons that are advanced from window to window [ms]; +inf if there are none.
[[nodiscard]] double shortest_delay_of_windowed(const std::vector<PopulationMethod>& methods);

/// What the scales take of neurons' parameters: tau_refrac of a cell [ms]; 0 where the model has none.
[[nodiscard]] double refractory_period(const network::PopulationData& population, std::size_t index);
/// The same of all cells, by population.
[[nodiscard]] std::vector<network::Column> refractory_periods(const network::Network& network);

/// The scales of all populations, with present weights, rates and refractory periods.
[[nodiscard]] std::vector<neurons::InputScale> input_scales(const network::Network& network, Processes& processes);

}  // namespace va_event::engine

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "random_network.hpp"
#include "reference_simulator.hpp"

namespace va_event {

/// Builds networks that are simulated by one method where that is possible.
struct BuiltBy {
  SimulationMethod method;
  BuiltNetwork operator()(const reference::Description& description, unsigned threads = 1) const {
    return BuiltNetwork(description, threads, {}, nullptr, method);
  }
};

/// Whether some population is. @param method  its name
inline bool simulates_by(const std::string& method, const Simulation& simulation) {
  const std::vector<MethodRow> rows = simulation.methods();
  return std::any_of(rows.begin(), rows.end(), [&method](const MethodRow& row) { return row.method == method; });
}

/// For compare_networks(): some population of each network has been simulated by this method.
inline auto expect_method(const std::string& method) {
  return [method](const BuiltNetwork& network, double until) {
    EXPECT_TRUE(until == 0.0 || simulates_by(method, network.simulation));
  };
}

}  // namespace va_event

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>

#include "va_crossval/schemes.hpp"
#include "va_crossval/session.hpp"
#include "vogels_abbott.hpp"

namespace va_event::crossval {

using NetworkSetup = cli::VogelsAbbottParameters;

/// The network of a benchmark; `quick`: a quarter of its neurons, as many synapses per neuron.
[[nodiscard]] NetworkSetup network_setup(cli::Benchmark model, bool quick);

/// Threads of every simulation whose processor time is reported: several would also count the time that they wait.
inline constexpr unsigned kTimedThreads = 1;

struct NetworkRun {
  Spikes spikes;  ///< of the neurons, not of the sources
  double wall_s = 0.0;
  double cpu_s = 0.0;  ///< processor time of the kTimedThreads; other programs on the machine hardly change it
  std::uint64_t synaptic_events = 0;
};

/// A Vogels-Abbott network and the simulations of it, on kTimedThreads.
class BuiltNetwork {
 public:
  BuiltNetwork(const NetworkSetup& setup, std::uint64_t seed, Precision precision = {},
               SimulationMethod method = SimulationMethod::automatic);

  [[nodiscard]] std::size_t n_exc() const noexcept { return network_.exc.size(); }
  [[nodiscard]] std::size_t n_inh() const noexcept { return network_.inh.size(); }
  [[nodiscard]] Simulation& simulation() const noexcept { return *simulation_; }
  /// Whether the last exact run had order-free sums.
  [[nodiscard]] bool is_order_free() const;
  [[nodiscard]] Assembly neurons() const { return network_.exc + network_.inh; }

  /// Both from time 0, as often as wanted.
  [[nodiscard]] NetworkRun run_exact(double duration, const Session& session) const;
  [[nodiscard]] NetworkRun run_scheme(const Scheme& scheme, double dt, double duration, const Session& session) const;

 private:
  std::unique_ptr<Simulation> simulation_;
  cli::VogelsAbbott network_;
};

}  // namespace va_event::crossval

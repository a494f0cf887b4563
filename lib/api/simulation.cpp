// SPDX-License-Identifier: Apache-2.0
#include "va_event/simulation.hpp"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <utility>

#include "api/checkpoint.hpp"
#include "api/core.hpp"
#include "va_event/error.hpp"

// The handle of a simulation: every function is one of Core.

namespace va_event {

// NOLINTNEXTLINE(performance-unnecessary-value-param): an aggregate, made for this call
Simulation::Simulation(SimulationOptions options) : core_(std::make_shared<detail::Core>(options)) {}

Population Simulation::create(std::size_t size, const CellType& type, PopulationOptions options) {
  return core_->create(size, type, std::move(options));
}

Projection Simulation::connect(const Assembly& pre, const Assembly& post, const Connector& connector,
                               const StaticSynapse& synapse, ProjectionOptions options) {
  return core_->connect(pre, post, connector, {synapse}, std::move(options));
}

Projection Simulation::connect(const Assembly& pre, const Assembly& post, const Connector& connector,
                               const SynapseType& synapse, ProjectionOptions options) {
  return core_->connect(pre, post, connector,
                        {synapse.initial(), synapse.rule(), synapse.parameters(), synapse.values()},
                        std::move(options));
}

RunEnd Simulation::run(double duration) {
  if (!(duration >= 0.0) || !std::isfinite(duration)) {
    throw ParameterError("duration", duration, "ms", "must be >= 0 and finite");
  }
  return core_->run_until(core_->now().plus(duration));
}

RunEnd Simulation::run_until(Time time) { return core_->run_until(time); }

Time Simulation::now() const noexcept { return core_->now(); }

void Simulation::reset() { core_->reset(); }

void Simulation::save_checkpoint(const std::string& path) const { detail::save_checkpoint(*core_, path); }

void Simulation::load_checkpoint(const std::string& path) { detail::load_checkpoint(*core_, path); }

void Simulation::on_progress(std::function<bool(const Progress&)> callback) {
  core_->on_progress = std::move(callback);
}

const RunStatistics& Simulation::statistics() const noexcept { return core_->statistics; }
const WorkCounts& Simulation::work_counts() const noexcept { return core_->work_counts; }

std::uint64_t Simulation::seed() const noexcept { return core_->network.seed; }

unsigned Simulation::threads() const noexcept { return core_->engine ? core_->engine->threads() : core_->threads; }

const std::vector<std::string>& Simulation::warnings() const noexcept {
  core_->warnings.clear();
  std::copy_if(core_->doubts.begin(), core_->doubts.end(), std::back_inserter(core_->warnings),
               [](const std::string& doubt) { return !doubt.empty(); });
  if (core_->engine) {
    const std::vector<std::string>& more = core_->engine->warnings();
    core_->warnings.insert(core_->warnings.end(), more.begin(), more.end());
  }
  return core_->warnings;
}

Processes& Simulation::processes() const noexcept { return *core_->processes; }

std::vector<MethodRow> Simulation::methods() const {
  return core_->engine ? core_->engine->methods() : std::vector<MethodRow>();
}

Precision Simulation::precision() const noexcept { return core_->precision; }

std::vector<PopulationRange> Simulation::populations() const { return core_->populations(); }

}  // namespace va_event

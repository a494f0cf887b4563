// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <cmath>
#include <numeric>
#include <string>
#include <utility>

#include "api/core.hpp"
#include "fixed_step/clock.hpp"
#include "va_event/error.hpp"
#include "va_event/fixed_step.hpp"

// The public class around the clock: it checks what users give, and turns durations and times into steps.

namespace va_event {

namespace {

/// @throws ParameterError unless dt is > 0 and finite
FixedStepOptions checked(const FixedStepOptions& options) {
  if (!(options.dt > 0.0) || !std::isfinite(options.dt)) {
    throw ParameterError("dt", options.dt, "ms", "must be > 0 and finite");
  }
  return options;
}

}  // namespace

std::string_view name(Method method) noexcept {
  constexpr std::array<std::string_view, 5> kNames{"exact", "exponential_euler", "forward_euler", "rk2", "rk4"};
  return kNames[static_cast<std::size_t>(method)];
}

std::string_view name(SpikeTiming spikes) noexcept {
  constexpr std::array<std::string_view, 3> kNames{"grid", "linear", "cubic"};
  return kNames[static_cast<std::size_t>(spikes)];
}

std::string_view name(DelayTiming delays) noexcept {
  constexpr std::array<std::string_view, 2> kNames{"grid", "continuous"};
  return kNames[static_cast<std::size_t>(delays)];
}

/// Owns the clock, and shares the network with the simulation that it was made from, whose synapses the clock reads.
struct FixedStepSimulation::Impl {
  Impl(std::shared_ptr<detail::Core> network_core, const FixedStepOptions& fixed_step_options)
      : core(std::move(network_core)), options(checked(fixed_step_options)), clock(core->network, options) {
    core->require_single_process("FixedStepSimulation");
  }

  std::shared_ptr<detail::Core> core;  ///< keeps the synapses
  FixedStepOptions options;
  fixed_step::Clock clock;

  /// The ids of cells that are simulated here. @throws ConnectionError for cells of another simulation, IndexError for
  /// cells that were made later
  [[nodiscard]] std::span<const CellId> ids_of(const Cells& cells) const {
    if (cells.core() != core) {
      throw ConnectionError("cells", cells.label(), "", "must be of the simulation whose network is simulated");
    }
    for (const CellId id : cells.ids()) {
      if (id >= clock.network().cells()) {
        throw IndexError("cell", std::to_string(id), "",
                         "must be below " + std::to_string(clock.network().cells()) +
                             ", the number of cells when the fixed-step simulation was made");
      }
    }
    return cells.ids();
  }

  [[nodiscard]] const CellModel& model_of(CellId id) const {
    return *clock.network().populations[clock.network().population_of(id)].model;
  }

  /// Steps until `step` are done; nothing if they are.
  void run_to(std::int64_t step) {
    while (clock.now() < step) {
      clock.step();
    }
  }
};

FixedStepSimulation::FixedStepSimulation(const Simulation& network, FixedStepOptions options)
    : impl_(std::make_unique<Impl>(network.core(), options)) {}
FixedStepSimulation::FixedStepSimulation(FixedStepSimulation&&) noexcept = default;
FixedStepSimulation& FixedStepSimulation::operator=(FixedStepSimulation&&) noexcept = default;
FixedStepSimulation::~FixedStepSimulation() = default;

void FixedStepSimulation::run(double duration) {
  if (!(duration >= 0.0) || !std::isfinite(duration)) {
    throw ParameterError("duration", duration, "ms", "must be >= 0 and finite");
  }
  const std::int64_t steps = impl_->clock.grid().round_up(duration);
  if (steps >= fixed_step::kNever - impl_->clock.now()) {
    throw ParameterError("duration", duration, "ms", "must be less than 2^53 steps");
  }
  impl_->run_to(impl_->clock.now() + steps);
}

void FixedStepSimulation::run_until(Time time) {
  const fixed_step::Grid& grid = impl_->clock.grid();
  const std::int64_t step = grid.round_up(grid.locate(events::to_instant<double>(time)));
  if (step >= fixed_step::kNever) {
    throw ParameterError("time", time.ms(), "ms", "must be less than 2^53 steps");
  }
  impl_->run_to(step);
}

Time FixedStepSimulation::now() const {
  return events::to_time(impl_->clock.grid().instant({impl_->clock.now(), 0.0}));
}

const FixedStepOptions& FixedStepSimulation::options() const noexcept { return impl_->options; }

const FixedStepStatistics& FixedStepSimulation::statistics() const noexcept { return impl_->clock.statistics(); }

Spikes FixedStepSimulation::spikes() const {
  std::vector<CellId> all(impl_->clock.network().cells());
  std::iota(all.begin(), all.end(), CellId{0});
  return impl_->clock.recorder().spikes(all);
}

Spikes FixedStepSimulation::spikes(const Cells& cells) const {
  return impl_->clock.recorder().spikes(impl_->ids_of(cells));
}

void FixedStepSimulation::record(const Cells& cells, std::string_view variable) {
  record(cells, variable, impl_->options.dt);
}

void FixedStepSimulation::record(const Cells& cells, std::string_view variable, double sampling_interval) {
  const double steps = std::round(sampling_interval / impl_->options.dt);
  constexpr double kTolerance = 1e-9;  // decimals such as 0.3 and 0.1 are not exact multiples of each other
  if (!(steps >= 1.0 && steps < static_cast<double>(fixed_step::kNever)) ||
      std::abs(sampling_interval / impl_->options.dt - steps) > kTolerance * steps) {
    throw ParameterError("sampling_interval", sampling_interval, "ms", "must be a multiple of the step");
  }
  const std::span<const CellId> ids = impl_->ids_of(cells);
  std::string_view unit;
  for (const CellId id : ids) {
    const CellModel& model = impl_->model_of(id);
    unit = model.variables[variable_index(model, variable)].unit;
  }
  if (!ids.empty()) {
    const auto every = static_cast<std::int64_t>(steps);
    const std::int64_t first = (impl_->clock.now() + every - 1) / every;
    impl_->clock.recorder().record_signal(variable, unit, ids, sampling_interval, first);
  }
}

Signal FixedStepSimulation::signal(const Cells& cells, std::string_view variable) const {
  return impl_->clock.recorder().signal(variable, impl_->ids_of(cells));
}

std::vector<double> FixedStepSimulation::value(const Cells& cells, std::string_view variable) const {
  std::vector<double> result;
  result.reserve(cells.size());
  for (const CellId id : impl_->ids_of(cells)) {
    result.push_back(impl_->clock.variable(id, variable_index(impl_->model_of(id), variable)));
  }
  return result;
}

}  // namespace va_event

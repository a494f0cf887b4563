// SPDX-License-Identifier: Apache-2.0
#include "va_event/certificate.hpp"

#include <algorithm>
#include <cmath>
#include <iomanip>
#include <sstream>
#include <utility>

#include "api/core.hpp"
#include "certificate/side_by_side.hpp"
#include "synapses/synapse_rule.hpp"
#include "va_event/error.hpp"

// certify(): the simulation beside the reference and, up to where they agree, the reference beside the check. All three
// are made from the network's description at time 0; the simulation itself takes no part. The reference is simulated
// twice, so that its spikes need not be kept; the check takes most of the time.

namespace va_event {
namespace {

/// @throws ParameterError unless `wider` has more digits than `narrower`
void require_wider(const char* field, const Precision& wider, const char* than, const Precision& narrower) {
  if (wider.digits() <= narrower.digits()) {
    throw ParameterError(field, wider.name(), "",
                         std::string("must be wider than the precision of the ") + than + ", " + narrower.name());
  }
}

/// A simulation of the network in one precision, in this process, on as many threads as pay.
certificate::ComparedRun contestant(const network::Network& network, const Precision& precision) {
  return {precision, [&network, precision](recording::Recorder& recorder) {
            return engine::make_engine(precision, network, recorder, 0);
          }};
}

/// Every neuron, no spike source.
std::vector<CellId> neurons_of(const network::Network& network) {
  std::vector<CellId> cells;
  for (const network::PopulationData& population : network.populations) {
    if (!population.model->is_source()) {
      for (std::uint32_t i = 0; i < population.size; ++i) {
        cells.push_back(population.first + i);
      }
    }
  }
  return cells;
}

std::vector<certificate::PlasticProjection> plastic_projections(const network::Network& network) {
  std::vector<certificate::PlasticProjection> plastic;
  for (std::size_t p = 0; p < network.projections.size(); ++p) {
    const network::ProjectionData& projection = network.projections[p];
    if (projection.rule != nullptr && projection.rule->changes_weights) {
      plastic.push_back({p, {}});
      for (const network::SynapseBlock& block : projection.blocks) {
        plastic.back().blocks.push_back(block.table.size());
      }
    }
  }
  return plastic;
}

/// Three digits say enough of an error.
std::string error_text(double value) {
  std::ostringstream out;
  out << std::setprecision(3) << value;
  return out.str();
}

/// To the nearest microsecond or better.
std::string time_text(double ms) {
  std::ostringstream out;
  out << std::setprecision(10) << ms;
  return out.str();
}

}  // namespace

Certificate certify(const Simulation& simulation, double duration_ms, const CertifyOptions& options) {
  const detail::Core& core = *simulation.core();
  core.require_not_started("certify");
  core.require_single_process("certify");
  if (!(duration_ms > 0.0) || !std::isfinite(duration_ms)) {
    throw ParameterError("duration", duration_ms, "ms", "must be > 0 and finite");
  }
  require_wider("reference", options.reference, "simulation", core.precision);
  if (options.check) {
    require_wider("check", *options.check, "reference", options.reference);
  }
  const int parts = options.check ? 2 : 1;
  bool stopped = false;
  const std::vector<certificate::PlasticProjection> plastic = plastic_projections(core.network);
  const auto run = [&](int part, const Precision& tested, const Precision& reference, double until_ms) {
    const auto keep_going = [&options, &stopped, part, parts, until_ms](double now_ms) {
      stopped = stopped || (options.on_progress && !options.on_progress({part, parts, {now_ms, until_ms}}));
      return !stopped;
    };
    return certificate::run_side_by_side(contestant(core.network, tested), contestant(core.network, reference),
                                         neurons_of(core.network), until_ms, keep_going, plastic);
  };
  Certificate result;
  result.duration_ms = duration_ms;
  certificate::Outcome first = run(1, core.precision, options.reference, duration_ms);
  result.result = std::move(first.comparison);
  result.closest_approach = first.closest_approach;
  if (options.check && !stopped && result.result.correct_until_ms > 0.0) {
    result.check = run(2, options.reference, *options.check, result.result.correct_until_ms).comparison;
  }
  return result;
}

double Certificate::correct_until_ms() const noexcept {
  return check ? std::min(result.correct_until_ms, check->correct_until_ms) : result.correct_until_ms;
}

bool Certificate::complete() const noexcept { return result.complete && (!check || check->complete); }

std::string Certificate::text() const {
  std::ostringstream out;
  out << "correct until t = " << time_text(correct_until_ms()) << " ms";
  if (correct_until_ms() < result.correct_until_ms) {
    out << ", and like the reference until t = " << time_text(result.correct_until_ms) << " ms";
  }
  out << ": " << result.spikes_matched << " of " << result.spikes << " spikes, largest |dt| "
      << error_text(result.max_dt_ms) << " ms (neuron " << result.max_dt_cell
      << ", t = " << time_text(result.max_dt_at_ms) << " ms), median " << error_text(result.median_dt_ms)
      << " ms, largest in the first 100 ms " << error_text(result.max_dt_first_100_ms) << " ms";
  if (result.plastic_synapses > 0) {
    out << "; largest error of " << result.plastic_synapses << " plastic weights " << error_text(result.max_dw)
        << " (at t = " << time_text(result.max_dw_at_ms) << " ms)";
  }
  if (result.closest_draw) {
    out << "; closest of " << result.draws << " draws at stochastic synapses "
        << error_text(result.closest_draw->distance) << " from its probability (cells " << result.closest_draw->pre
        << " to " << result.closest_draw->post << ", t = " << time_text(result.closest_draw->time_ms)
        << " ms), largest error of a probability " << error_text(result.max_dp);
  }
  if (closest_approach) {
    out << "; closest approach " << error_text(closest_approach->distance_mv) << " mV at neuron "
        << closest_approach->cell << ", t = " << time_text(closest_approach->time_ms) << " ms";
  }
  out << "; limited by " << result.limited_by << "; reference: " << result.reference.description();
  if (check) {
    out << ", checked against " << check->reference.description() << " to " << error_text(check->max_dt_ms) << " ms";
    if (!check->complete) {
      out << " until t = " << time_text(check->correct_until_ms) << " ms, limited by " << check->limited_by;
    }
  } else {
    out << ", not checked";
  }
  out << '.';
  return out.str();
}

}  // namespace va_event

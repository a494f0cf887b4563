// SPDX-License-Identifier: Apache-2.0
#include "va_crossval/separation.hpp"

#include <algorithm>
#include <cmath>
#include <map>

#include "va_crossval/comparison.hpp"

namespace va_event::crossval {
namespace {

constexpr double kSampleMs = 1.0;
constexpr std::size_t kWindow = 10;  // samples whose median counts
constexpr double kLowest = 1e-14;    // of distances that grow as perturbations do [mV]
constexpr double kHighest = 1e-2;    // [mV]
constexpr double kMsPerSecond = 1000.0;

/// Runs from time 0 and calls use(sample, v) every millisecond.
template <class Use>
void sample_v(const BuiltNetwork& network, const std::vector<double>& initial_v, std::size_t samples,
              const Session& session, Use use) {
  Simulation& simulation = network.simulation();
  const Assembly neurons = network.neurons();
  simulation.reset();
  neurons.initialize("v", initial_v);
  for (std::size_t k = 0; k < samples; ++k) {
    session.run(simulation, kSampleMs);
    use(k, neurons.value("v"));
  }
}

double rms_difference(const std::vector<double>& a, const std::vector<double>& b) {
  double squares = 0.0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    squares += (a[i] - b[i]) * (a[i] - b[i]);
  }
  return std::sqrt(squares / static_cast<double>(a.size()));
}

std::map<CellId, std::vector<Time>> by_cell(const Spikes& spikes) {
  std::map<CellId, std::vector<Time>> trains;
  for (std::size_t i = 0; i < spikes.size(); ++i) {
    trains[spikes.ids[i]].push_back(spikes.times[i]);
  }
  return trains;
}

std::size_t changed_spikes(const Spikes& before, const Spikes& after) {
  const auto expected = by_cell(before);
  auto found = by_cell(after);
  for (const auto& entry : expected) {
    found.try_emplace(entry.first);
  }
  std::size_t changed = 0;
  const std::vector<Time> none;
  for (const auto& [id, train] : found) {
    const auto partner = expected.find(id);
    const SpikeMatch match = match_spikes(partner == expected.end() ? none : partner->second, train, kSampleMs);
    changed += match.missed + match.spurious;
  }
  return changed;
}

}  // namespace

Trajectory undisturbed(const BuiltNetwork& network, std::size_t samples, const Session& session) {
  network.simulation().reset();
  Trajectory trajectory{.initial_v = network.neurons().value("v"), .v = {}, .spikes = {}};
  sample_v(network, trajectory.initial_v, samples, session,
           [&trajectory](std::size_t, std::vector<double> v) { trajectory.v.push_back(std::move(v)); });
  trajectory.spikes = network.neurons().spikes();
  return trajectory;
}

std::vector<std::size_t> first_to_spike(const Trajectory& undisturbed, std::size_t count) {
  std::vector<std::size_t> chosen;
  const Time from(kSampleMs);
  for (std::size_t i = 0; i < undisturbed.spikes.size() && chosen.size() < count; ++i) {
    const auto neuron = static_cast<std::size_t>(undisturbed.spikes.ids[i]);
    const bool is_new = std::find(chosen.begin(), chosen.end(), neuron) == chosen.end();
    if (is_new && undisturbed.spikes.times[i] >= from) {
      chosen.push_back(neuron);
    }
  }
  return chosen;
}

Separation disturbed(const BuiltNetwork& network, const Trajectory& undisturbed, std::size_t neuron,
                     double perturbation, const Session& session) {
  const double v_thresh = network.neurons().get("v_thresh").front();
  std::vector<double> initial_v = undisturbed.initial_v;
  while (initial_v[neuron] + perturbation >= v_thresh) {
    neuron = (neuron + 1) % initial_v.size();
  }
  initial_v[neuron] += perturbation;
  Separation separation;
  sample_v(network, initial_v, undisturbed.v.size(), session,
           [&separation, &undisturbed](std::size_t k, const std::vector<double>& v) {
             separation.distance.push_back(rms_difference(v, undisturbed.v[k]));
           });
  separation.changed_spikes = changed_spikes(undisturbed.spikes, network.neurons().spikes());
  return separation;
}

Line fit_exponent(const std::vector<double>& distance, double from) {
  std::vector<double> seconds;
  std::vector<double> logarithms;
  for (std::size_t begin = 0; begin + kWindow <= distance.size(); begin += kWindow) {
    const auto first = distance.begin() + static_cast<std::ptrdiff_t>(begin);
    const double typical = median({first, first + static_cast<std::ptrdiff_t>(kWindow)});
    const double middle = kSampleMs * (static_cast<double>(begin) + 0.5 * static_cast<double>(kWindow + 1));
    if (middle < from) {
      continue;
    }
    if (!(typical > kLowest && typical < kHighest)) {
      break;
    }
    seconds.push_back(middle / kMsPerSecond);
    logarithms.push_back(std::log(typical));
  }
  return fit_line(seconds, logarithms);
}

}  // namespace va_event::crossval

// SPDX-License-Identifier: Apache-2.0
#include "engine/shard/current_schedule.hpp"

#include <algorithm>
#include <optional>

namespace va_event::engine {

void CurrentSchedule::add(std::size_t injection, const Instant& now) {
  const network::Injection& injected = network_.injections[injection];
  amplitude_.push_back(0.0);
  made_.push_back(0);
  for (const CellId cell : injected.cells) {
    injections_of_[cell].push_back(injection);
    if (injected.sine) {
      driven_.insert(cell);
    }
  }
  std::vector<Step> fresh;
  for (std::size_t k = 0; k < injected.source.times().size(); ++k) {
    const auto time = events::to_instant<double>(injected.source.times()[k]);
    if (!(now < time)) {
      amplitude_.back() = injected.source.amplitudes()[k];
      ++made_.back();
    } else {
      fresh.push_back({time, injection});
    }
  }
  steps_.erase(steps_.begin(), steps_.begin() + static_cast<std::ptrdiff_t>(next_));
  next_ = 0;
  const auto middle = static_cast<std::ptrdiff_t>(steps_.size());
  steps_.insert(steps_.end(), fresh.begin(), fresh.end());
  std::inplace_merge(steps_.begin(), steps_.begin() + middle, steps_.end());
}

void CurrentSchedule::resume(const std::vector<std::size_t>& made) {
  made_ = made;
  steps_.clear();
  next_ = 0;
  for (std::size_t k = 0; k < made.size(); ++k) {
    const StepCurrentSource& source = network_.injections[k].source;
    amplitude_[k] = made[k] == 0 ? 0.0 : source.amplitudes()[made[k] - 1];
    for (std::size_t step = made[k]; step < source.times().size(); ++step) {
      steps_.push_back({events::to_instant<double>(source.times()[step]), k});
    }
  }
  std::sort(steps_.begin(), steps_.end());
}

double CurrentSchedule::current(CellId cell) const {
  double sum = 0.0;
  const auto found = injections_of_.find(cell);
  if (found != injections_of_.end()) {
    for (const std::size_t injection : found->second) {
      sum += amplitude_[injection];
    }
  }
  return sum;
}

std::vector<neurons::SineSource> CurrentSchedule::sines(CellId cell) const {
  std::vector<neurons::SineSource> sum;
  const auto found = injections_of_.find(cell);
  if (found == injections_of_.end()) {
    return sum;
  }
  for (const std::size_t injection : found->second) {
    const std::optional<ACSource>& source = network_.injections[injection].sine;
    if (!source || made_[injection] != 1) {  // from its first step, the start, to its second, the stop
      continue;
    }
    const auto start = events::to_instant<double>(network_.injections[injection].source.times()[0]);
    const neurons::SineSource sine{source->amplitude, source->frequency, source->phase, start.epoch, start.offset};
    const auto like = std::find_if(sum.begin(), sum.end(), [&](const auto& one) { return one.is_multiple_of(sine); });
    if (like == sum.end()) {
      sum.push_back(sine);
    } else {
      like->amplitude += sine.amplitude;
    }
  }
  std::erase_if(sum, [](const auto& sine) { return sine.amplitude == 0.0; });
  return sum;
}

std::size_t CurrentSchedule::step() {
  const std::size_t injection = steps_[next_++].injection;
  amplitude_[injection] = network_.injections[injection].source.amplitudes()[made_[injection]++];
  return injection;
}

}  // namespace va_event::engine

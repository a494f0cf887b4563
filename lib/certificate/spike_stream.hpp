// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "certificate/side_by_side.hpp"
#include "foundation/exact_sum.hpp"

namespace va_event::certificate {

/// One simulation of a comparison, and differences of its times that are exact. The spikes of both simulations are
/// taken one by one in the same total order, so that the k-th ones can be compared while the simulations go on; only
/// spikes without a partner yet are kept.

/// A running simulation whose spikes are taken one by one, in the order of (time, cell). Only those not taken yet are
/// kept.
class SpikeStream {
 public:
  /// @param cells whose spikes are taken; must outlive this
  SpikeStream(const ComparedRun& contestant, const std::vector<CellId>& cells) : cells_(cells) {
    recorder_.record_spikes(cells);
    engine_ = contestant.make_engine(recorder_);
    engine_->keep_draws();
  }

  /// Simulates until `stop` and takes over the new spikes. @returns false when `keep_going` returned false
  bool advance(const Time& stop, const std::function<bool(const Time&)>& keep_going) {
    const auto start = std::chrono::steady_clock::now();
    const bool arrived = engine_->run_until(stop, keep_going);
    seconds_ += std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    if (next_ > 0) {
      keep_rest();
    }
    append(recorder_.spikes(cells_));
    recorder_.clear(cells_);
    return arrived;
  }

  /// The number of spikes that are not taken yet.
  [[nodiscard]] std::size_t waiting() const noexcept { return spikes_.size() - next_; }
  /// Cell and time of a spike that is not taken yet. @param k < waiting(); 0 is the next one
  [[nodiscard]] CellId cell(std::size_t k = 0) const { return spikes_.ids[next_ + k]; }
  [[nodiscard]] const Time& time(std::size_t k = 0) const { return spikes_.times[next_ + k]; }
  /// Tails of the next spike's time [ms].
  [[nodiscard]] std::span<const double> tails() const { return spikes_.tails_of(next_); }
  /// Takes the next spike. @pre waiting() > 0
  void pop() noexcept { ++next_; }

  /// What chance has decided at synapses since the last call.
  [[nodiscard]] std::vector<synapses::Draw> take_draws() { return engine_->take_draws(); }

  [[nodiscard]] double seconds() const noexcept { return seconds_; }  ///< of wall-clock time spent simulating
  [[nodiscard]] const engine::Engine& engine() const noexcept { return *engine_; }

 private:
  /// Forgets the spikes that are taken.
  void keep_rest() {
    const auto drop = [](auto& values, std::size_t count) {
      values.erase(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(count));
    };
    drop(spikes_.times, next_);
    drop(spikes_.ids, next_);
    drop(spikes_.tails, next_ * spikes_.tails_per_spike);
    next_ = 0;
  }
  void append(const Spikes& fresh) {
    spikes_.tails_per_spike = fresh.tails_per_spike;
    spikes_.times.insert(spikes_.times.end(), fresh.times.begin(), fresh.times.end());
    spikes_.ids.insert(spikes_.ids.end(), fresh.ids.begin(), fresh.ids.end());
    spikes_.tails.insert(spikes_.tails.end(), fresh.tails.begin(), fresh.tails.end());
  }

  const std::vector<CellId>& cells_;
  recording::Recorder recorder_;
  std::unique_ptr<engine::Engine> engine_;
  Spikes spikes_;         ///< since keep_rest()
  std::size_t next_ = 0;  ///< those before are taken
  double seconds_ = 0.0;
};

/// The exact difference a - b of two times [ms] but for the last bits of the result: terms that are nearly equal cancel
/// before smaller ones are added. A difference of the doubles alone would end at their last bit, 1e-14 ms or more,
/// while simulations in wider types differ by far less. @param tails_of_a, tails_of_b  as Spikes::tails_of(),
/// any number
[[nodiscard]] inline double difference(const Time& a, std::span<const double> tails_of_a, const Time& b,
                                       std::span<const double> tails_of_b) {
  const foundation::DoublePair fraction = foundation::two_sum(a.fraction(), -b.fraction());
  double sum = (static_cast<double>(a.whole() - b.whole()) + fraction.high) + fraction.low;
  double rest = 0.0;
  for (std::size_t k = 0; k < std::max(tails_of_a.size(), tails_of_b.size()); ++k) {
    const foundation::DoublePair tail =
        foundation::two_sum(k < tails_of_a.size() ? tails_of_a[k] : 0.0, k < tails_of_b.size() ? -tails_of_b[k] : 0.0);
    const foundation::DoublePair total = foundation::two_sum(sum, tail.high);
    sum = total.high;
    rest += total.low + tail.low;
  }
  return sum + rest;
}

}  // namespace va_event::certificate

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "events/instant_bytes.hpp"
#include "foundation/number_bytes.hpp"
#include "foundation/prefetch.hpp"
#include "network/share.hpp"

namespace va_event::synapses {

/// A spike of a target, with what is common to its synapses.
template <class Real>
struct TargetSpike {
  events::Instant<Real> t;       ///< of emission
  std::array<Real, 2> before{};  ///< the target's traces just before the spike
};

/// The spikes of a shard's targets that some synapse may not have followed yet. Synapses follow them when a spike of
/// their source passes, so those of silent sources fall behind: a sweep of all synapses brings them up to date, after
/// which these spikes are forgotten. It comes when there are so many that it is worth its time, which bounds the
/// memory.
template <class Real>
class TargetSpikes {
 public:
  using Instant = events::Instant<Real>;
  using Spike = TargetSpike<Real>;

  /// @param own  the targets, by their index in the population
  explicit TargetSpikes(const network::Share::Range& own) : own_(own), targets_(own.end - own.begin) {}

  [[nodiscard]] const std::vector<Spike>& of(std::uint32_t target) const { return targets_[target - own_.begin]; }
  /// Prefetches the latest ones.
  void prefetch(std::uint32_t target) const {
    const std::vector<Spike>& spikes = of(target);
    constexpr std::size_t kSeveral = 6;
    foundation::prefetch(std::span(spikes).last(std::min(kSeveral, spikes.size())));
  }
  void add(std::uint32_t target, const Spike& spike) {
    targets_[target - own_.begin].push_back(spike);
    ++stored_;
  }

  [[nodiscard]] bool needs_sweep() const noexcept {
    return stored_ > left_by_sweep_ + left_by_sweep_ / 2 + kSpikesPerTarget * (targets_.size() + 4);
  }
  /// A time by which most of the spikes were emitted, if the targets spike evenly.
  [[nodiscard]] Instant most_before(const Instant& now) const {
    return {swept_until_.epoch + (now.epoch - swept_until_.epoch) * 3 / 4, Real(0)};
  }
  /// Whether all synapses have followed a spike.
  [[nodiscard]] bool is_swept(const Spike& spike) const { return spike.t < swept_until_; }
  /// All synapses have followed the spikes before `until`.
  void end_sweep(const Instant& until) {
    swept_until_ = swept_until_ < until ? until : swept_until_;
    stored_ = 0;
    for (std::vector<Spike>& spikes : targets_) {
      std::size_t done = 0;  // the last of those that are done stays, since traces decay from it
      while (done + 1 < spikes.size() && is_swept(spikes[done + 1])) {
        ++done;
      }
      spikes.erase(spikes.begin(), spikes.begin() + static_cast<std::ptrdiff_t>(done));
      stored_ += spikes.size();
    }
    left_by_sweep_ = stored_;
  }

  void save_sweep(foundation::ByteWriter& out) const { events::put_instant(out, swept_until_); }
  void load_sweep(foundation::ByteReader& in) { swept_until_ = events::get_instant<Real>(in); }
  void save(std::uint32_t target, foundation::ByteWriter& out) const {
    out.put<std::uint64_t>(of(target).size());
    for (const Spike& spike : of(target)) {
      events::put_instant(out, spike.t);
      foundation::put_number(out, spike.before[0]);
      foundation::put_number(out, spike.before[1]);
    }
  }
  void load(std::uint32_t target, foundation::ByteReader& in) {
    std::vector<Spike>& spikes = targets_[target - own_.begin];
    stored_ -= spikes.size();
    spikes.clear();
    for (auto count = in.get<std::uint64_t>(); count > 0; --count) {
      Spike spike{events::get_instant<Real>(in), {}};
      in.require(spikes.empty() || !(spike.t < spikes.back().t), "holds spikes of a neuron that go back in time");
      spike.before[0] = foundation::get_number<Real>(in);
      spike.before[1] = foundation::get_number<Real>(in);
      spikes.push_back(spike);
    }
    stored_ += spikes.size();
  }

 private:
  static constexpr std::size_t kSpikesPerTarget = 8;  ///< that a sweep is worth

  network::Share::Range own_;
  std::vector<std::vector<Spike>> targets_;
  std::size_t stored_ = 0;           ///< how many spikes there are
  std::size_t left_by_sweep_ = 0;    ///< how many there were after the last sweep
  Instant swept_until_{0, Real(0)};  ///< all synapses have followed the spikes before
};

}  // namespace va_event::synapses

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "events/instant.hpp"
#include "events/instant_bytes.hpp"
#include "foundation/number_bytes.hpp"
#include "synapses/short_term.hpp"

namespace va_event::synapses {

/// Real time from b to a [ms].
template <class Real>
[[nodiscard]] Real duration(const events::Instant<Real>& b, const events::Instant<Real>& a) {
  return Real(static_cast<double>((a.epoch - b.epoch) * events::kEpoch)) + (a.offset - b.offset);
}

/// A spike of the source of a row, with what is common to all synapses of the row: they get the same spikes, each
/// after its own delay.
template <class Real>
struct SourceSpike {
  events::Instant<Real> t;       ///< of emission
  std::uint64_t ordinal = 0;     ///< counts the spikes of the source from t = 0
  std::size_t delivered_to = 0;  ///< it has passed the shard's synapses before this position of the row
  std::array<Real, 2> before{};  ///< the source's traces just before the spike
  ShortTerm<Real> short_term{};  ///< just after the spike
  Real release{};                ///< of resources
};

/// The spikes of the sources of a table that are still on their way to the shard, and the last one before them.
template <class Real>
class SourceHistory {
 public:
  using Instant = events::Instant<Real>;
  using Spike = SourceSpike<Real>;

  SourceHistory(std::size_t rows, double longest_delay) : rows_(rows), longest_delay_(longest_delay) {}

  /// A further spike of a row's source. @returns it, the one before it stands in front of it
  Spike& add(std::size_t row, const Instant& t, const Instant& now) {
    std::vector<Spike>& spikes = rows_[row];
    forget(spikes, now);
    const std::uint64_t ordinal = spikes.empty() ? 0 : spikes.back().ordinal + 1;
    spikes.push_back({.t = t, .ordinal = ordinal});
    return spikes.back();
  }
  /// The one before, or null.
  [[nodiscard]] const Spike* before(std::size_t row, const Spike& spike) const {
    return &spike == rows_[row].data() ? nullptr : &spike - 1;
  }

  /// The spike that now passes the synapse at `position`. Of two spikes at one time the first goes first.
  [[nodiscard]] Spike& passing(std::size_t row, const Instant& emitted, std::size_t position) {
    return *std::find_if(rows_[row].begin(), rows_[row].end(),
                         [&](const Spike& spike) { return spike.t == emitted && spike.delivered_to <= position; });
  }

  /// The last one that has passed the synapse at `position`, or null; and in `next` where those begin that have not.
  [[nodiscard]] const Spike* last_delivered(std::size_t row, std::size_t position, std::size_t& next) const {
    const std::vector<Spike>& spikes = rows_[row];
    next = spikes.size();
    while (next > 0 && spikes[next - 1].delivered_to <= position) {
      --next;
    }
    return next == 0 ? nullptr : &spikes[next - 1];
  }
  [[nodiscard]] const std::vector<Spike>& of(std::size_t row) const { return rows_[row]; }

  /// Whether a spike emitted after `t` has passed all synapses of the row. May be false though one has.
  [[nodiscard]] bool has_passed_since(std::size_t row, const Instant& t) const {
    const std::vector<Spike>& spikes = rows_[row];
    return !spikes.empty() && spikes.front().ordinal > 0 && t < spikes.front().t;  // others before it are forgotten
  }

  /// Leaves of each row what add() would at `now`.
  void forget(const Instant& now) {
    for (std::vector<Spike>& spikes : rows_) {
      forget(spikes, now);
    }
  }

  void save(std::size_t row, foundation::ByteWriter& out) const {
    out.put<std::uint64_t>(rows_[row].size());
    for (const Spike& spike : rows_[row]) {
      events::put_instant(out, spike.t);
      out.put(spike.ordinal);
      for (const Real& number : {spike.before[0], spike.before[1], spike.short_term.u, spike.short_term.y,
                                 spike.short_term.z, spike.release}) {
        foundation::put_number(out, number);
      }
    }
  }
  /// @param delivered_to  the position up to which a spike of that time has been delivered
  template <class DeliveredTo>
  void load(std::size_t row, foundation::ByteReader& in, const DeliveredTo& delivered_to) {
    std::vector<Spike>& spikes = rows_[row];
    spikes.clear();
    for (auto count = in.get<std::uint64_t>(); count > 0; --count) {
      Spike spike{.t = events::get_instant<Real>(in)};
      in.require(spikes.empty() || !(spike.t < spikes.back().t), "holds spikes of a source that go back in time");
      spike.ordinal = in.get<std::uint64_t>();
      for (Real* const number : {&spike.before[0], &spike.before[1], &spike.short_term.u, &spike.short_term.y,
                                 &spike.short_term.z, &spike.release}) {
        *number = foundation::get_number<Real>(in);
      }
      spike.delivered_to = delivered_to(spike.t);
      spikes.push_back(spike);
    }
  }

 private:
  /// A spike is needed until the one after it has been delivered everywhere.
  void forget(std::vector<Spike>& spikes, const Instant& now) {
    std::size_t done = 0;
    while (done + 1 < spikes.size() && events::later(spikes[done + 1].t, Real(longest_delay_)) < now) {
      ++done;
    }
    spikes.erase(spikes.begin(), spikes.begin() + static_cast<std::ptrdiff_t>(done));
  }

  std::vector<std::vector<Spike>> rows_;
  double longest_delay_;  ///< [ms]
};

}  // namespace va_event::synapses

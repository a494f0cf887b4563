// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "engine/run/progress_mark.hpp"
#include "engine/shard/emitted_spike.hpp"
#include "events/instant_bytes.hpp"
#include "foundation/bytes.hpp"
#include "va_event/processes.hpp"

namespace va_event::engine {

/// What a shard, or another process as a whole, publishes after an exchange window.
template <class Real>
struct alignas(64) WindowMessage {
  ProgressMark finished_window;                            ///< the window that the rest is about
  std::vector<EmittedSpike<Real>> emitted_spikes;          ///< of neurons
  std::vector<EmittedSpike<Real>> recorded_source_spikes;  ///< for this process
  events::Instant<Real> silent_until;  ///< before this time nothing that is known to the shard makes any cell spike
  bool stop_requested = false;         ///< the run of all shards ends
  std::uint64_t events = 0;            ///< synaptic events so far
  bool change = false;                 ///< of shard 0: the shards of this process go on in the other way (Pace)
};

/// First those of the own shards, then those of the other processes.
template <class Real>
using WindowMessages = std::vector<WindowMessage<Real>>;

/// Gives the messages of the shards of this process, joined to one, to all other processes, and gets theirs.
template <class Real>
class ProcessExchange {
 public:
  /// @param own  shards of this process
  ProcessExchange(Processes& processes, std::size_t own) : processes_(processes), own_(own) {}

  /// Sends the messages of the own shards.
  void start(const WindowMessages<Real>& messages) {
    events::Instant<Real> silent_until_all = messages[0].silent_until;
    bool stop_requested = false;
    std::uint64_t emitted_spikes = 0;
    for (std::size_t k = 0; k < own_; ++k) {
      silent_until_all = messages[k].silent_until < silent_until_all ? messages[k].silent_until : silent_until_all;
      stop_requested = stop_requested || messages[k].stop_requested;
      emitted_spikes += messages[k].emitted_spikes.size();
    }
    sent_.clear();
    sent_.put(stop_requested);
    events::put_instant(sent_, silent_until_all);
    sent_.put(emitted_spikes);
    for (std::size_t k = 0; k < own_; ++k) {
      for (const EmittedSpike<Real>& spike : messages[k].emitted_spikes) {
        sent_.put(spike.cell);
        events::put_instant(sent_, spike.time);
      }
    }
    processes_.start_all_gather(sent_.bytes());
  }

  /// Waits for the messages of the others and reads them.
  void finish(WindowMessages<Real>& messages) {
    processes_.finish_all_gather(received_);
    std::size_t sender = own_;
    for (unsigned rank = 0; rank < processes_.count(); ++rank) {
      if (rank == processes_.rank()) {
        continue;
      }
      WindowMessage<Real>& theirs = messages[sender++];
      foundation::ByteReader reader(received_[rank]);
      theirs.stop_requested = reader.get<bool>();
      theirs.silent_until = events::get_instant<Real>(reader);
      theirs.emitted_spikes.clear();
      for (auto left = reader.get<std::uint64_t>(); left > 0; --left) {
        const auto cell = reader.get<CellId>();
        theirs.emitted_spikes.push_back({cell, events::get_instant<Real>(reader)});
      }
    }
  }

 private:
  Processes& processes_;
  std::size_t own_;
  foundation::ByteWriter sent_;
  std::vector<Processes::Bytes> received_;
};

}  // namespace va_event::engine

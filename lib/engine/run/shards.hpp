// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <unordered_set>
#include <vector>

#include "engine/run/engine.hpp"
#include "engine/run/pace.hpp"
#include "engine/run/progress_mark.hpp"
#include "engine/run/spikes_in_order.hpp"
#include "engine/shard/routing.hpp"
#include "engine/shard/shard.hpp"
#include "foundation/bytes.hpp"
#include "network/network.hpp"
#include "recording/recorder.hpp"

namespace va_event::engine {

template <class Real>
struct ProcessState;  // engine/run/shards_checkpoint.hpp

/// The engine: one shard, or several that run side by side, each on a thread of its own, in one process or several.
///
/// Shards run from exchange window to exchange window. No cell spikes before time T, so no spike arrives before T plus
/// the smallest delay: until then shards are independent of each other. At the end of a window each of them publishes
/// its spikes and accepts those of all. A shard orders what arrives by its contents, so neither the number of shards
/// nor the windows have an effect on results.
///
/// Where that pays, as between threads, windows are half as long as they could be, and each shard simulates the next
/// one while the messages of the last are exchanged: no thread waits for one that is less than half a delay behind.
///
/// What a window costs, and how far this scales: README.md in this folder.
template <class Real>
class Shards final : public Engine {
 public:
  /// @param threads as make_engine()
  Shards(const network::Network& network, recording::Recorder& recorder, unsigned threads, Processes& processes);

  bool run_until(const Time& stop, const std::function<bool(const Time&)>& keep_going) override;
  [[nodiscard]] Time now() const override { return events::to_time(shards_[0]->now()); }
  void parameters_changed(CellId cell) override;
  void sources_changed(std::span<const CellId> cells) override;
  void injection_added(std::size_t injection) override;
  void set_variable(CellId cell, std::size_t variable, double value) override;
  [[nodiscard]] double variable(CellId cell, std::size_t variable) const override {
    return owner(cell)->variable(cell, variable);
  }
  void save(foundation::ByteWriter& out) const override;
  void load(foundation::ByteReader& in) override;
  [[nodiscard]] RunStatistics statistics() const override;
  [[nodiscard]] std::optional<ClosestApproach> closest_approach() const override;
  [[nodiscard]] unsigned threads() const override {
    return threads_failed_ ? 1 : static_cast<unsigned>(shards_.size());
  }
  [[nodiscard]] bool whole() const override { return whole_; }
  [[nodiscard]] const std::vector<std::string>& warnings() const override { return warnings_; }

 private:
  [[nodiscard]] PendingEvents<Real> pending_events() const;
  [[nodiscard]] RunCounts run_counts() const;
  [[nodiscard]] ProcessState<Real> process_state() const;
  /// @returns the refractory ones of this process
  [[nodiscard]] std::unordered_set<CellId> load_cells(foundation::ByteReader& in);
  void load_pending(foundation::ByteReader& in, std::unordered_set<CellId> refractory);

  using Instant = events::Instant<Real>;
  using KeepGoing = std::function<bool(const Time&)>;

  /// What a shard, or another process as a whole, publishes after a window.
  struct alignas(64) WindowMessage {
    ProgressMark finished_window;  ///< the window that the rest is about
    std::vector<EmittedSpike<Real>> emitted_spikes;
    Instant silent_until;         ///< before this time nothing that is known to the shard makes any cell spike
    bool stop_requested = false;  ///< the run of all shards ends
    std::uint64_t events = 0;     ///< synaptic events so far
    bool change = false;          ///< of shard 0: the shards of this process go on in the other way (Pace)
  };
  /// First those of the own shards, then those of the other processes.
  using WindowMessages = std::vector<WindowMessage>;
  /// A run of several shards: the messages of the last two windows, by parity, so that no message is written while it
  /// is read.
  struct Run {
    const KeepGoing& keep_going;
    std::array<WindowMessages, 2> messages;
    std::vector<std::exception_ptr> failures;  ///< by shard
  };
  /// Of one shard through the windows of a run. Times and rounds are the same for all.
  struct alignas(64) ShardProgress {
    Instant reached;
    Instant silent_until_all;  ///< every spike before this time is known to all
    Instant stop;
    Instant next_poll;
    unsigned shard = 0;
    unsigned round = 0;
    bool last = false;  ///< only the messages of the last window are still to be read
    bool completed = true;
    bool finished = false;
    double work = 0.0;      ///< of the shards of this process, as the progress of shard 0 counts it
    bool change = false;    ///< leaves its thread, or its turns, after this round
    bool connected = true;  ///< with the other processes
    SpikesInOrder<Real> incoming{};
  };

  [[nodiscard]] double work_per_delay() const;
  [[nodiscard]] unsigned how_many(unsigned threads) const;
  [[nodiscard]] bool overlap_pays() const;
  [[nodiscard]] bool starts_threads(const Instant& start, const Instant& stop) const;
  /// Null: the cell belongs to another process.
  [[nodiscard]] Shard<Real>* owner(CellId cell) const;
  bool run_alone(const Instant& stop, const KeepGoing& keep_going);
  bool run_together(const Instant& stop, const KeepGoing& keep_going);
  [[nodiscard]] bool go_through_on_threads(std::vector<ShardProgress>& all_progress, Run& run);
  void run_shard(ShardProgress& progress, Run& run);
  void run_shards_in_turn(std::vector<ShardProgress>& all_progress, Run& run);
  void begin_round(ShardProgress& progress, Run& run);
  void simulate_window(ShardProgress& progress, Run& run);
  [[nodiscard]] bool end_round(ShardProgress& progress, Run& run);
  template <class Work>
  void guarded(const ShardProgress& progress, Run& run, const Work& work);
  template <class Work>
  void exchange_window(ShardProgress& progress, Run& run, const Work& work);
  [[nodiscard]] bool exchanges(const ShardProgress& progress) const {
    return progress.shard == 0 && processes_.count() > 1;
  }
  void write_message(Shard<Real>& shard, WindowMessage& message) const;
  void start_exchange(const WindowMessages& messages);
  void finish_exchange(WindowMessages& messages);
  [[nodiscard]] Instant end_of_exchange_window(const Instant& begin, const Instant& silent_until_all,
                                               const Instant& stop) const;
  void record(const std::vector<EmittedSpike<Real>>& emitted_spikes);
  void require_room_for_spikes();
  void collect_samples();

  static constexpr double kPollEvery = 0.125;              ///< [ms]
  static constexpr unsigned kPaceEvery = 16;               ///< rounds
  static constexpr double kShortestExchangeWindow = 1e-6;  ///< [ms]; smaller delays are for a single shard
  static constexpr std::uint64_t kCheckEvery = 1U << 20U;  ///< recorded spikes

  const network::Network& network_;
  recording::Recorder& recorder_;
  Processes& processes_;
  Routing routing_;
  std::vector<std::unique_ptr<Shard<Real>>> shards_;
  double work_ = 0.0;  ///< in one smallest delay
  bool may_do_without_threads_ = false;
  bool threads_failed_ = false;  ///< in the last run
  std::vector<std::string> warnings_;
  bool whole_ = true;           ///< no error has ended a run between two clean points
  std::uint64_t recorded_ = 0;  ///< spikes since memory was looked at
  Pace pace_;
  double events_at_start_ = 0.0;  ///< synaptic events before this run
  bool paced_ = false;            ///< threads may be used in this run
  bool overlaps_ = true;          ///< a window is simulated while the messages of the last one are exchanged
  foundation::ByteWriter sent_bytes_;
  std::vector<Processes::Bytes> received_bytes_;
};

/// Instantiated for each number type in a source of its own (shards_<type>.cpp).
template <class Real>
[[nodiscard]] std::unique_ptr<Engine> make_shards(const network::Network& network, recording::Recorder& recorder,
                                                  unsigned threads, Processes& processes);

}  // namespace va_event::engine

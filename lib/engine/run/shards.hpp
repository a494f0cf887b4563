// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <unordered_set>
#include <vector>

#include "engine/run/emissions_in_order.hpp"
#include "engine/run/engine.hpp"
#include "engine/run/milestone.hpp"
#include "engine/run/pace.hpp"
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
/// Shards go on together from window to window. Before time T nobody spikes, so that no spike arrives before T plus the
/// smallest delay: that far each shard goes alone. Then all take in what the others have emitted. A shard orders what
/// arrives by its contents, so neither the number of shards nor the windows leave a trace in what comes out.
///
/// Where that pays, as between threads, windows are half as long as they could be, and each shard goes through the next
/// one while it waits for what the others say of the last: nobody waits for anybody who is less than half a delay
/// behind.
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
  [[nodiscard]] std::optional<Grazing> closest_grazing() const override;
  [[nodiscard]] unsigned threads() const override { return static_cast<unsigned>(shards_.size()); }

 private:
  [[nodiscard]] PendingEvents<Real> pending_events() const;
  [[nodiscard]] Tally tally() const;
  [[nodiscard]] ProcessState<Real> process_state() const;
  /// @returns the refractory ones of this process
  [[nodiscard]] std::unordered_set<CellId> load_cells(foundation::ByteReader& in);
  void load_pending(foundation::ByteReader& in, std::unordered_set<CellId> refractory);

  using Instant = events::Instant<Real>;
  using KeepGoing = std::function<bool(const Time&)>;

  /// What a shard, or all of another process, tells the others after a window.
  struct alignas(64) News {
    Milestone told;  ///< the window that the rest is about
    std::vector<Emission<Real>> emissions;
    Instant silent_until;      ///< before this time nothing that is known to the shard makes any cell spike
    bool leave = false;        ///< all end
    std::uint64_t events = 0;  ///< synaptic events so far
    bool change = false;       ///< of shard 0: the shards of this process go on in the other way (Pace)
  };
  /// First those of the own shards, then those of the other processes.
  using AllNews = std::vector<News>;
  /// A run of several shards: the news of the last window and of the one before, by parity. Nobody writes into what
  /// others may still be reading.
  struct Run {
    const KeepGoing& keep_going;
    std::array<AllNews, 2> news;
    std::vector<std::exception_ptr> failures;  ///< by shard
  };
  /// Of one shard through the windows of a run. Times and rounds are the same for all.
  struct alignas(64) Course {
    Instant reached;
    Instant silent;  ///< what happened before is known
    Instant stop;
    Instant next_poll;
    unsigned shard = 0;
    unsigned round = 0;
    bool last = false;  ///< nothing follows but to take in the last news
    bool completed = true;
    bool finished = false;
    double work = 0.0;      ///< of the shards of this process, as the course of shard 0 learns it
    bool change = false;    ///< leaves its thread, or its turns, after this round
    bool connected = true;  ///< with the other processes
    EmissionsInOrder<Real> incoming{};
  };

  [[nodiscard]] double work_per_delay() const;
  [[nodiscard]] unsigned how_many(unsigned threads) const;
  [[nodiscard]] bool pays_ahead() const;
  [[nodiscard]] bool starts_threads(const Instant& start, const Instant& stop) const;
  /// Null: the cell belongs to another process.
  [[nodiscard]] Shard<Real>* owner(CellId cell) const;
  bool run_alone(const Instant& stop, const KeepGoing& keep_going);
  bool run_together(const Instant& stop, const KeepGoing& keep_going);
  [[nodiscard]] bool go_through_on_threads(std::vector<Course>& courses, Run& run);
  void go_through(Course& course, Run& run);
  void go_through_in_turn(std::vector<Course>& courses, Run& run);
  void begin_round(Course& course, Run& run);
  void go_on(Course& course, Run& run);
  [[nodiscard]] bool end_round(Course& course, Run& run);
  template <class Work>
  void guarded(const Course& course, Run& run, const Work& work);
  template <class Work>
  void talk(Course& course, Run& run, const Work& work);
  [[nodiscard]] bool speaks(const Course& course) const { return course.shard == 0 && processes_.count() > 1; }
  void tell(Shard<Real>& shard, News& news) const;
  void start_exchange(const AllNews& news);
  void finish_exchange(AllNews& news);
  [[nodiscard]] Instant end_of_window(const Instant& begin, const Instant& silent, const Instant& stop) const;
  void record(const std::vector<Emission<Real>>& emissions);
  void collect_samples();

  static constexpr double kPollEvery = 0.125;      ///< [ms]
  static constexpr unsigned kPaceEvery = 16;       ///< rounds
  static constexpr double kShortestWindow = 1e-6;  ///< [ms]; smaller delays are for a single shard

  const network::Network& network_;
  recording::Recorder& recorder_;
  Processes& processes_;
  Routing routing_;
  std::vector<std::unique_ptr<Shard<Real>>> shards_;
  double work_ = 0.0;  ///< in one smallest delay
  bool may_do_without_threads_ = false;
  std::uint64_t recorded_ = 0;  ///< spikes since memory was looked at
  Pace pace_;
  double events_at_start_ = 0.0;  ///< synaptic events before this run
  bool paced_ = false;            ///< threads may be used in this run
  bool ahead_ = true;             ///< shards go through a window before they know what happened in the last one
  foundation::ByteWriter message_;
  std::vector<Processes::Bytes> messages_;
};

/// Instantiated for each number type in a source of its own (shards_<type>.cpp).
template <class Real>
[[nodiscard]] std::unique_ptr<Engine> make_shards(const network::Network& network, recording::Recorder& recorder,
                                                  unsigned threads, Processes& processes);

}  // namespace va_event::engine

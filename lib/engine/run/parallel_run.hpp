// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <string>
#include <system_error>
#include <thread>
#include <type_traits>
#include <vector>

#include "engine/run/pace.hpp"
#include "engine/run/spike_recording.hpp"
#include "engine/run/spikes_in_order.hpp"
#include "engine/run/window_message.hpp"
#include "engine/shard/routing.hpp"
#include "engine/shard/shard.hpp"
#include "foundation/bytes.hpp"
#include "va_event/error.hpp"

namespace va_event::engine {

/// Runs of several shards side by side, each on a thread of its own or in turn, in one process or several.
///
/// Shards run from exchange window to exchange window. No neuron spikes before time T, so no spike of one arrives
/// before T plus the smallest delay of projections from neurons: until then shards are independent of each other, since
/// each of them draws the spikes of the sources that reach it. At the end of a window each of them publishes the spikes
/// of its neurons and accepts those of all. A shard orders what arrives by its contents, so neither the number of
/// shards nor the windows have an effect on results.
///
/// Where that pays, as between threads, windows are half as long as they could be, and each shard simulates the next
/// one while the messages of the last are exchanged: no thread waits for one that is less than half a delay behind.
template <class Real>
class ParallelRun {
 public:
  using Instant = events::Instant<Real>;
  using KeepGoing = std::function<bool(const Time&)>;
  using Shards = std::vector<std::unique_ptr<Shard<Real>>>;

  /// @param work               synaptic events of this process in one smallest delay of neurons, roughly
  /// @param threads_are_asked  by the user: to do without them is no choice
  ParallelRun(const Routing& routing, const Shards& shards, Processes& processes, SpikeRecording<Real>& recording,
              double work, bool threads_are_asked)
      : routing_(routing),
        shards_(shards),
        processes_(processes),
        recording_(recording),
        exchange_(processes, shards.size()),
        work_(work),
        may_do_without_threads_(!threads_are_asked),
        overlaps_(overlap_pays()) {}

  /// See Engine::run_until().
  bool run(const Instant& stop, const KeepGoing& keep_going);

  /// Whether the last run has changed anything.
  [[nodiscard]] bool begun() const noexcept { return begun_; }
  /// The system did not start the threads of the last run, which went on without.
  [[nodiscard]] bool threads_failed() const noexcept { return threads_failed_; }
  [[nodiscard]] const std::vector<std::string>& warnings() const noexcept { return warnings_; }

 private:
  /// A run of several shards: the messages of the last two windows, by parity, so that no message is written while it
  /// is read.
  struct Run {
    const KeepGoing& keep_going;
    std::array<WindowMessages<Real>, 2> messages;
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

  [[nodiscard]] bool overlap_pays() const;
  [[nodiscard]] bool starts_threads(const Instant& start, const Instant& stop) const;
  [[nodiscard]] bool run_shards_on_threads(std::vector<ShardProgress>& all_progress, Run& run);
  void run_shards_in_turn(std::vector<ShardProgress>& all_progress, Run& run);
  void run_shard(ShardProgress& progress, Run& run);
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
  void write_message(Shard<Real>& shard, WindowMessage<Real>& message) const;
  [[nodiscard]] Instant end_of_exchange_window(const Instant& begin, const Instant& silent_until_all,
                                               const Instant& stop) const;

  static constexpr double kPollEvery = 0.125;    ///< [ms]
  static constexpr double kLongestWindow = 2.0;  ///< [ms]; so that users can end the run where nothing feeds back
  static constexpr unsigned kPaceEvery = 16;     ///< rounds

  const Routing& routing_;
  const Shards& shards_;
  Processes& processes_;
  SpikeRecording<Real>& recording_;
  ProcessExchange<Real> exchange_;
  double work_;  ///< in one smallest delay
  bool may_do_without_threads_;
  bool overlaps_;  ///< a window is simulated while the messages of the last one are exchanged
  bool begun_ = false;
  bool threads_failed_ = false;
  std::vector<std::string> warnings_;
  Pace pace_;
  double events_at_start_ = 0.0;  ///< synaptic events before this run
  bool paced_ = false;            ///< threads may be used in this run
};

template <class Real>
bool ParallelRun<Real>::run(const Instant& stop, const KeepGoing& keep_going) {
  const auto count = static_cast<unsigned>(shards_.size());
  const std::size_t senders = count + processes_.count() - 1;
  const Instant start = shards_[0]->now();
  Run run{keep_going,
          {WindowMessages<Real>(senders), WindowMessages<Real>(senders)},
          std::vector<std::exception_ptr>(count)};
  std::vector<ShardProgress> all_progress(count,
                                          ShardProgress{start, start, stop, events::later(start, Real(kPollEvery))});
  for (unsigned k = 0; k < count; ++k) {
    all_progress[k].shard = k;
  }
  begun_ = true;
  paced_ = starts_threads(start, stop);
  threads_failed_ = false;
  events_at_start_ = 0.0;
  for (const auto& shard : shards_) {
    events_at_start_ += static_cast<double>(shard->synaptic_events());
  }
  pace_.resume(0.0);
  while (!all_progress[0].finished) {
    std::for_each(all_progress.begin(), all_progress.end(), [](ShardProgress& progress) { progress.change = false; });
    if (!paced_ || pace_.way() == Pace::Way::turns) {
      run_shards_in_turn(all_progress, run);
    } else if (!run_shards_on_threads(all_progress, run)) {
      paced_ = false;
    }
  }
  for (const std::exception_ptr& failure : run.failures) {
    if (failure) {
      std::rethrow_exception(failure);
    }
  }
  return all_progress[0].completed;
}

/// Starting a thread takes some tens of microseconds. Threads that the user asked for are always started.
template <class Real>
bool ParallelRun<Real>::starts_threads(const Instant& start, const Instant& stop) const {
  if (shards_.size() == 1 || !may_do_without_threads_) {
    return shards_.size() > 1;
  }
  constexpr double kWork = std::is_same_v<Real, double> ? 10000 : 200;
  const double duration = events::to_time(stop).ms() - events::to_time(start).ms();
  return work_ * duration > kWork * std::min(routing_.min_delay_of_neurons(), 1.0);
}

/// All shards go on, each on a thread of its own. @returns false where the system starts no more threads and none was
/// asked for, or in the middle of a run
template <class Real>
bool ParallelRun<Real>::run_shards_on_threads(std::vector<ShardProgress>& all_progress, Run& run) {
  enum : int { wait, go, quit };
  std::atomic<int> signal{wait};
  std::vector<std::thread> threads;
  const auto join_all = [&](int what) {
    signal.store(what, std::memory_order_release);
    signal.notify_all();
    if (what == go) {
      run_shard(all_progress[0], run);
    }
    for (std::thread& thread : threads) {
      thread.join();
    }
  };
  try {
    threads.reserve(all_progress.size() - 1);
    for (std::size_t k = 1; k < all_progress.size(); ++k) {
      threads.emplace_back([&, k] {
        signal.wait(wait, std::memory_order_acquire);
        if (signal.load(std::memory_order_acquire) == go) {
          run_shard(all_progress[k], run);
        }
      });
    }
  } catch (const std::system_error& error) {
    const std::size_t started = threads.size() + 1;
    join_all(quit);
    if (may_do_without_threads_ || all_progress[0].round > 0) {  // some of the run is done: the rest in turn
      threads_failed_ = true;
      if (warnings_.empty()) {
        warnings_.push_back("The system did not start " + std::to_string(shards_.size() - 1) + " more thread(s) (" +
                            error.code().message() +
                            "): one thread simulates all. The results are the same; it takes longer.");
      }
      return false;
    }
    begun_ = false;
    throw ParameterError("threads", static_cast<double>(shards_.size()), "",
                         "must be at most " + std::to_string(started) + ", since the system starts no more (" +
                             error.code().message() + ")");
  } catch (...) {  // no memory for a thread
    join_all(quit);
    begun_ = all_progress[0].round > 0;
    throw;
  }
  join_all(go);
  return true;
}

/// On the thread of one shard.
template <class Real>
void ParallelRun<Real>::run_shard(ShardProgress& progress, Run& run) {
  do {
    begin_round(progress, run);
    if (overlaps_) {
      simulate_window(progress, run);
    }
    progress.finished = !end_round(progress, run);
  } while (!progress.finished && !progress.change);
}

/// The same for all shards on this thread.
template <class Real>
void ParallelRun<Real>::run_shards_in_turn(std::vector<ShardProgress>& all_progress, Run& run) {
  do {
    std::for_each(all_progress.rbegin(), all_progress.rend(),
                  [&](ShardProgress& progress) { begin_round(progress, run); });  // 0 exchanges, last
    if (overlaps_) {
      std::for_each(all_progress.begin(), all_progress.end(),
                    [&](ShardProgress& progress) { simulate_window(progress, run); });
    }
    for (ShardProgress& progress : all_progress) {  // 0 finishes the exchange, first
      progress.finished = !end_round(progress, run);
    }
  } while (!all_progress[0].finished && !all_progress[0].change);
}

/// A failure is kept and published: it ends the run of all shards.
template <class Real>
template <class Work>
void ParallelRun<Real>::guarded(const ShardProgress& progress, Run& run, const Work& work) {
  std::exception_ptr& failure = run.failures[progress.shard];
  try {
    if (!failure) {
      work();
    }
  } catch (...) {
    failure = std::current_exception();
  }
}

/// Also after a failure, since the other processes wait for the exchange.
template <class Real>
template <class Work>
void ParallelRun<Real>::exchange_window(ShardProgress& progress, Run& run, const Work& work) {
  try {
    if (progress.connected) {
      work();
    }
  } catch (...) {
    progress.connected = false;
    std::exception_ptr& failure = run.failures[progress.shard];
    failure = failure ? failure : std::current_exception();
  }
}

/// Publishes the last window. Shard 0 also calls the user's callback and exchanges with the other processes.
template <class Real>
void ParallelRun<Real>::begin_round(ShardProgress& progress, Run& run) {
  ++progress.round;
  progress.last = !(progress.reached < progress.stop);
  WindowMessages<Real>& messages = run.messages[progress.round % 2];
  WindowMessage<Real>& mine = messages[progress.shard];
  mine.stop_requested = false;
  guarded(progress, run, [&] {
    write_message(*shards_[progress.shard], mine);
    if (progress.shard == 0 && progress.next_poll < progress.reached && !progress.last) {
      progress.next_poll = events::later(progress.reached, Real(kPollEvery));
      mine.stop_requested = !run.keep_going(events::to_time(progress.reached));
    }
  });
  mine.stop_requested = mine.stop_requested || run.failures[progress.shard];
  mine.change = paced_ && progress.shard == 0 && progress.round % kPaceEvery == 0 && pace_.changes(progress.work);
  mine.finished_window.reach(progress.round);
  if (exchanges(progress)) {
    for (std::size_t own = 0; own < shards_.size(); ++own) {
      messages[own].finished_window.wait_for(progress.round);
    }
    exchange_window(progress, run, [&] { exchange_.start(messages); });
  }
}

/// Through the next window, unless the last one was the last.
template <class Real>
void ParallelRun<Real>::simulate_window(ShardProgress& progress, Run& run) {
  if (!progress.last) {
    progress.reached = end_of_exchange_window(progress.reached, progress.silent_until_all, progress.stop);
    guarded(progress, run, [&] { shards_[progress.shard]->run_before(progress.reached); });
  }
}

/// Reads the messages of all shards. @returns whether there is another round
template <class Real>
bool ParallelRun<Real>::end_round(ShardProgress& progress, Run& run) {
  WindowMessages<Real>& messages = run.messages[progress.round % 2];
  if (exchanges(progress)) {
    exchange_window(progress, run, [&] { exchange_.finish(messages); });
    for (std::size_t sender = shards_.size(); sender < messages.size(); ++sender) {
      messages[sender].stop_requested = messages[sender].stop_requested || !progress.connected;
      messages[sender].finished_window.reach(progress.round);
    }
  }
  for (const WindowMessage<Real>& one : messages) {
    one.finished_window.wait_for(progress.round);
  }
  guarded(progress, run, [&] {
    for (const EmittedSpike<Real>& spike : progress.incoming.of(messages)) {
      shards_[progress.shard]->accept(spike);
    }
    for (std::size_t own = 0; progress.shard == 0 && own < shards_.size(); ++own) {
      recording_.record(messages[own].emitted_spikes);
      recording_.record(messages[own].recorded_source_spikes);
    }
    if (progress.shard == 0) {
      recording_.require_room();
    }
  });
  if (progress.last) {
    return false;
  }
  progress.change = messages[0].change;
  if (progress.shard == 0) {  // an exchange costs as much as some events
    constexpr double kExchange = 16.0;
    double events = -events_at_start_;
    for (std::size_t own = 0; own < shards_.size(); ++own) {
      events += static_cast<double>(messages[own].events);
    }
    progress.work = events + kExchange * progress.round;
  }
  progress.silent_until_all = messages[0].silent_until;
  for (const WindowMessage<Real>& one : messages) {
    progress.silent_until_all =
        one.silent_until < progress.silent_until_all ? one.silent_until : progress.silent_until_all;
  }
  if (std::any_of(messages.begin(), messages.end(),
                  [](const WindowMessage<Real>& one) { return one.stop_requested; })) {
    progress.completed = false;
    progress.stop = progress.reached;
  } else if (!overlaps_) {
    simulate_window(progress, run);
  }
  return true;
}

/// Own events apart, the earliest spike that may follow is one that a spike of the last window causes on arrival.
template <class Real>
void ParallelRun<Real>::write_message(Shard<Real>& shard, WindowMessage<Real>& message) const {
  message.emitted_spikes = shard.emitted_spikes();
  message.recorded_source_spikes = shard.recorded_source_spikes();
  shard.forget_emitted_spikes();
  message.silent_until = shard.silent_until();
  message.events = shard.synaptic_events();
  for (const EmittedSpike<Real>& spike : message.emitted_spikes) {
    const Instant arrival = events::later(spike.time, Real(routing_.min_delay_of_neurons()));
    if (arrival < message.silent_until) {
      message.silent_until = arrival;
    }
  }
}

/// @param silent_until_all  before this time no neuron spikes that is not known to have
template <class Real>
typename ParallelRun<Real>::Instant ParallelRun<Real>::end_of_exchange_window(const Instant& begin,
                                                                              const Instant& silent_until_all,
                                                                              const Instant& stop) const {
  const Real delay(std::min(routing_.min_delay_of_neurons(), kLongestWindow));
  Instant end = events::later(silent_until_all, delay);
  if (overlaps_) {  // half a delay, which leaves the other half to the next one, or as long as all are silent
    const Instant half = events::later(begin, delay / 2);
    const Instant shorter = half < silent_until_all ? silent_until_all : half;
    end = shorter < end ? shorter : end;
  }
  end = end < begin ? begin : end;
  return end < stop ? end : stop;
}

/// Whether windows of half the length, twice as many, pay. Between threads they do. Between processes they do where
/// messages take long, from one machine to another, and a window has more work than an exchange.
template <class Real>
bool ParallelRun<Real>::overlap_pays() const {
  constexpr double kWorkOfProcess = std::is_same_v<Real, double> ? 1000 : 20;
  if (processes_.count() == 1) {
    return true;
  }
  foundation::ByteWriter message;
  message.put(processes_.on_this_machine());
  message.put(work_);
  std::vector<Processes::Bytes> all;
  processes_.all_gather(message.bytes(), all);
  bool apart = false;
  bool busy = false;
  for (const Processes::Bytes& one : all) {
    foundation::ByteReader reader(one);
    apart = apart || reader.get<unsigned>() < processes_.count();
    busy = busy || reader.get<double>() > kWorkOfProcess;
  }
  return apart && busy;
}

}  // namespace va_event::engine

// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The definitions of Shards, for the source that instantiates make_shards().
#include <algorithm>
#include <atomic>
#include <exception>
#include <limits>
#include <memory>
#include <string>
#include <system_error>
#include <thread>
#include <type_traits>
#include <utility>

#include "engine/run/shards.hpp"
#include "engine/run/shards_checkpoint.hpp"
#include "engine/shard/shard.hpp"
#include "foundation/memory.hpp"
#include "va_event/error.hpp"

namespace va_event::engine {

template <class Real>
Shards<Real>::Shards(const network::Network& network, recording::Recorder& recorder, unsigned threads,
                     Processes& processes)
    : network_(network), recorder_(recorder), processes_(processes), routing_(network, processes) {
  if constexpr (events::kTails < Real >> 0) {
    recorder.set_resolution(events::kTails<Real>, std::numeric_limits<Real>::max_digits10);
  } else {
    recorder.set_resolution(0, 0);
  }
  work_ = work_per_delay();
  overlaps_ = overlap_pays();
  may_do_without_threads_ = threads == 0;
  const unsigned count = how_many(threads);
  for (unsigned k = 0; k < count; ++k) {
    shards_.push_back(std::make_unique<Shard<Real>>(network, routing_, network::Share{k, count}));
  }
}

/// What this process has to do in one smallest delay, in synaptic events of IF_curr_exp. The rate is a guess; what
/// depends on it is speed alone.
template <class Real>
double Shards<Real>::work_per_delay() const {
  constexpr double kRate = 0.01;        // spikes of a cell per ms
  constexpr double kConductance = 3.0;  // an event of IF_cond_exp (benchmarks/networks)
  double synapses = 0;
  for (const network::ProjectionData& projection : network_.projections) {
    for (const network::SynapseBlock& block : projection.blocks) {
      const bool conductance = network_.populations[block.post_population].model->conductance_based;
      synapses += static_cast<double>(block.table.size()) * (conductance ? kConductance : 1.0);
    }
  }
  return synapses * kRate * std::min(routing_.min_delay(), 1.0);
}

/// Several threads pay when a window holds enough work for each.
template <class Real>
unsigned Shards<Real>::how_many(unsigned threads) const {
  if (routing_.min_delay() < kShortestExchangeWindow) {
    if (processes_.count() > 1) {
      throw ParameterError("delay", routing_.min_delay(), "ms", "must be >= 1e-6 ms on several processes");
    }
    return 1;
  }
  if (threads > 0) {
    return threads;
  }
  constexpr double kWorkOfShard = std::is_same_v<Real, double> ? 400 : 8;  // some microseconds
  const double useful = work_ / kWorkOfShard;
  const unsigned available = std::max(1U, std::thread::hardware_concurrency() / processes_.on_this_machine());
  return useful < available ? std::max(1U, static_cast<unsigned>(useful)) : available;
}

/// Whether windows of half the length, twice as many, pay. Between threads they do. Between processes they do where
/// messages take long, from one machine to another, and a window has more work than an exchange.
template <class Real>
bool Shards<Real>::overlap_pays() const {
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

template <class Real>
Shard<Real>* Shards<Real>::owner(CellId cell) const {
  const auto found =
      std::find_if(shards_.begin(), shards_.end(), [cell](const auto& shard) { return shard->owns(cell); });
  return found == shards_.end() ? nullptr : found->get();
}

template <class Real>
bool Shards<Real>::run_until(const Time& stop_time, const KeepGoing& keep_going) {
  const auto stop = events::to_instant<Real>(stop_time);
  for (const auto& shard : shards_) {
    shard->begin_sampling(recorder_.samplings());
  }
  const bool alone = shards_.size() * processes_.count() == 1;
  bool completed = false;
  std::exception_ptr failure;
  whole_ = false;
  try {
    completed = alone ? run_alone(stop, keep_going) : run_together(stop, keep_going);
  } catch (...) {
    if (!whole_) {
      throw;
    }
    failure = std::current_exception();
  }
  whole_ = false;
  for (const auto& shard : shards_) {
    shard->end_run();
  }
  collect_samples();
  whole_ = true;
  if (failure) {
    std::rethrow_exception(failure);
  }
  return completed;
}

template <class Real>
bool Shards<Real>::run_alone(const Instant& stop, const KeepGoing& keep_going) {
  Shard<Real>& shard = *shards_[0];
  while (shard.now() < stop) {
    const Instant idle = shard.idle_until();  // nothing happens before: that is quick
    const Instant poll = events::later(shard.now(), Real(kPollEvery));
    const Instant next = idle < poll ? poll : idle;
    whole_ = false;
    shard.run_before(next < stop ? next : stop);
    record(shard.emitted_spikes());
    shard.forget_emitted_spikes();
    whole_ = true;
    require_room_for_spikes();
    if (shard.now() < stop && !keep_going(now())) {
      return false;
    }
  }
  return true;
}

template <class Real>
bool Shards<Real>::run_together(const Instant& stop, const KeepGoing& keep_going) {
  const auto count = static_cast<unsigned>(shards_.size());
  const std::size_t senders = count + processes_.count() - 1;
  const Instant start = shards_[0]->now();
  Run run{keep_going, {WindowMessages(senders), WindowMessages(senders)}, std::vector<std::exception_ptr>(count)};
  std::vector<ShardProgress> all_progress(count,
                                          ShardProgress{start, start, stop, events::later(start, Real(kPollEvery))});
  for (unsigned k = 0; k < count; ++k) {
    all_progress[k].shard = k;
  }
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
    } else if (!go_through_on_threads(all_progress, run)) {
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
bool Shards<Real>::starts_threads(const Instant& start, const Instant& stop) const {
  if (shards_.size() == 1 || !may_do_without_threads_) {
    return shards_.size() > 1;
  }
  constexpr double kWork = std::is_same_v<Real, double> ? 10000 : 200;
  const double duration = events::to_time(stop).ms() - events::to_time(start).ms();
  return work_ * duration > kWork * std::min(routing_.min_delay(), 1.0);
}

/// All shards go on, each on a thread of its own. @returns false where the system starts no more threads and none was
/// asked for, or in the middle of a run
template <class Real>
bool Shards<Real>::go_through_on_threads(std::vector<ShardProgress>& all_progress, Run& run) {
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
    whole_ = true;  // nothing has happened
    throw ParameterError("threads", static_cast<double>(shards_.size()), "",
                         "must be at most " + std::to_string(started) + ", since the system starts no more (" +
                             error.code().message() + ")");
  } catch (...) {  // no memory for a thread
    join_all(quit);
    whole_ = all_progress[0].round == 0;
    throw;
  }
  join_all(go);
  return true;
}

/// On the thread of one shard.
template <class Real>
void Shards<Real>::run_shard(ShardProgress& progress, Run& run) {
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
void Shards<Real>::run_shards_in_turn(std::vector<ShardProgress>& all_progress, Run& run) {
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
void Shards<Real>::guarded(const ShardProgress& progress, Run& run, const Work& work) {
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
void Shards<Real>::exchange_window(ShardProgress& progress, Run& run, const Work& work) {
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
void Shards<Real>::begin_round(ShardProgress& progress, Run& run) {
  ++progress.round;
  progress.last = !(progress.reached < progress.stop);
  WindowMessages& messages = run.messages[progress.round % 2];
  WindowMessage& mine = messages[progress.shard];
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
    exchange_window(progress, run, [&] { start_exchange(messages); });
  }
}

/// Through the next window, unless the last one was the last.
template <class Real>
void Shards<Real>::simulate_window(ShardProgress& progress, Run& run) {
  if (!progress.last) {
    progress.reached = end_of_exchange_window(progress.reached, progress.silent_until_all, progress.stop);
    guarded(progress, run, [&] { shards_[progress.shard]->run_before(progress.reached); });
  }
}

/// Reads the messages of all shards. @returns whether there is another round
template <class Real>
bool Shards<Real>::end_round(ShardProgress& progress, Run& run) {
  WindowMessages& messages = run.messages[progress.round % 2];
  if (exchanges(progress)) {
    exchange_window(progress, run, [&] { finish_exchange(messages); });
    for (std::size_t sender = shards_.size(); sender < messages.size(); ++sender) {
      messages[sender].stop_requested = messages[sender].stop_requested || !progress.connected;
      messages[sender].finished_window.reach(progress.round);
    }
  }
  for (const WindowMessage& one : messages) {
    one.finished_window.wait_for(progress.round);
  }
  guarded(progress, run, [&] {
    for (const EmittedSpike<Real>& spike : progress.incoming.of(messages)) {
      shards_[progress.shard]->accept(spike);
    }
    for (std::size_t own = 0; progress.shard == 0 && own < shards_.size(); ++own) {
      record(messages[own].emitted_spikes);
    }
    if (progress.shard == 0) {
      require_room_for_spikes();
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
  for (const WindowMessage& one : messages) {
    progress.silent_until_all =
        one.silent_until < progress.silent_until_all ? one.silent_until : progress.silent_until_all;
  }
  if (std::any_of(messages.begin(), messages.end(), [](const WindowMessage& one) { return one.stop_requested; })) {
    progress.completed = false;
    progress.stop = progress.reached;
  } else if (!overlaps_) {
    simulate_window(progress, run);
  }
  return true;
}

/// Own events apart, the earliest spike that may follow is one that a spike of the last window causes on arrival.
template <class Real>
void Shards<Real>::write_message(Shard<Real>& shard, WindowMessage& message) const {
  message.emitted_spikes = shard.emitted_spikes();
  shard.forget_emitted_spikes();
  message.silent_until = shard.silent_until();
  message.events = shard.synaptic_events();
  for (const EmittedSpike<Real>& spike : message.emitted_spikes) {
    const Instant arrival = events::later(spike.time, Real(routing_.min_delay()));
    if (arrival < message.silent_until) {
      message.silent_until = arrival;
    }
  }
}

/// Sends the messages of the own shards to the other processes, as one.
template <class Real>
void Shards<Real>::start_exchange(const WindowMessages& messages) {
  Instant silent_until_all = messages[0].silent_until;
  bool stop_requested = false;
  std::uint64_t emitted_spikes = 0;
  for (std::size_t k = 0; k < shards_.size(); ++k) {
    silent_until_all = messages[k].silent_until < silent_until_all ? messages[k].silent_until : silent_until_all;
    stop_requested = stop_requested || messages[k].stop_requested;
    emitted_spikes += messages[k].emitted_spikes.size();
  }
  sent_bytes_.clear();
  sent_bytes_.put(stop_requested);
  events::put_instant(sent_bytes_, silent_until_all);
  sent_bytes_.put(emitted_spikes);
  for (std::size_t k = 0; k < shards_.size(); ++k) {
    for (const EmittedSpike<Real>& spike : messages[k].emitted_spikes) {
      sent_bytes_.put(spike.cell);
      events::put_instant(sent_bytes_, spike.time);
    }
  }
  processes_.start_all_gather(sent_bytes_.bytes());
}

/// Reads theirs.
template <class Real>
void Shards<Real>::finish_exchange(WindowMessages& messages) {
  processes_.finish_all_gather(received_bytes_);
  std::size_t sender = shards_.size();
  for (unsigned rank = 0; rank < processes_.count(); ++rank) {
    if (rank == processes_.rank()) {
      continue;
    }
    WindowMessage& theirs = messages[sender++];
    foundation::ByteReader reader(received_bytes_[rank]);
    theirs.stop_requested = reader.get<bool>();
    theirs.silent_until = events::get_instant<Real>(reader);
    theirs.emitted_spikes.clear();
    for (auto left = reader.get<std::uint64_t>(); left > 0; --left) {
      const auto cell = reader.get<CellId>();
      theirs.emitted_spikes.push_back({cell, events::get_instant<Real>(reader)});
    }
  }
}

/// @param silent_until_all  before this time no cell spikes that is not known to have
template <class Real>
typename Shards<Real>::Instant Shards<Real>::end_of_exchange_window(const Instant& begin,
                                                                    const Instant& silent_until_all,
                                                                    const Instant& stop) const {
  Instant end = events::later(silent_until_all, Real(routing_.min_delay()));
  if (overlaps_) {  // half a delay, which leaves the other half to the next one, or as long as all are silent
    const Instant half = events::later(begin, Real(routing_.min_delay()) / 2);
    const Instant shorter = half < silent_until_all ? silent_until_all : half;
    end = shorter < end ? shorter : end;
  }
  end = end < begin ? begin : end;
  return end < stop ? end : stop;
}

template <class Real>
void Shards<Real>::record(const std::vector<EmittedSpike<Real>>& emitted_spikes) {
  for (const EmittedSpike<Real>& spike : emitted_spikes) {
    if (recorder_.records_spikes(spike.cell)) {
      std::array<double, events::kTails<Real>> tails;
      const Time time = events::to_time<Real>(spike.time, tails);
      recorder_.add_spike(spike.cell, time, tails);
      ++recorded_;
    }
  }
}

/// For as many as may come before this is asked again. What has come is recorded.
template <class Real>
void Shards<Real>::require_room_for_spikes() {
  if (recorded_ < kCheckEvery) {
    return;
  }
  recorded_ = 0;
  foundation::require_room_to_go_on("recorded spikes", recorder_.recorded_spikes(),
                                    recorder_.bytes_of_more_spikes(kCheckEvery));
}

/// What the shards have sampled, in the order of the recorder's cells.
template <class Real>
void Shards<Real>::collect_samples() {
  std::vector<recording::Sampling>& samplings = recorder_.samplings();
  for (std::size_t s = 0; s < samplings.size(); ++s) {
    recording::Sampling& sampling = samplings[s];
    const std::size_t width = sampling.ids.size();
    const std::size_t begin = sampling.values.size();
    const auto rows = static_cast<std::size_t>(shards_[0]->samples()[s].next - sampling.next_sample());
    sampling.values.resize(begin + rows * width);
    for (const auto& shard : shards_) {
      const auto& samples = shard->samples()[s];
      const std::size_t columns = samples.columns.size();
      for (std::size_t k = 0; k < rows * columns; ++k) {
        sampling.values[begin + k / columns * width + samples.columns[k % columns].position] = samples.values[k];
      }
    }
  }
}

template <class Real>
void Shards<Real>::parameters_changed(CellId cell) {
  if (Shard<Real>* const shard = owner(cell)) {
    shard->parameters_changed(cell);
  }
}

template <class Real>
void Shards<Real>::set_variable(CellId cell, std::size_t variable, double value) {
  if (Shard<Real>* const shard = owner(cell)) {
    shard->set_variable(cell, variable, value);
  }
}

template <class Real>
void Shards<Real>::sources_changed(std::span<const CellId> cells) {
  for (const auto& shard : shards_) {
    shard->sources_changed(cells);
  }
}

template <class Real>
void Shards<Real>::injection_added(std::size_t injection) {
  for (const auto& shard : shards_) {
    shard->injection_added(injection);
  }
}

template <class Real>
RunStatistics Shards<Real>::statistics() const {
  RunStatistics sum;
  for (const auto& shard : shards_) {
    sum += shard->statistics();
  }
  return sum;
}

template <class Real>
std::optional<ClosestApproach> Shards<Real>::closest_approach() const {
  neurons::ClosestApproach closest;
  for (const auto& shard : shards_) {
    closest = std::min(closest, shard->closest_approach());
  }
  if (closest.distance == std::numeric_limits<double>::infinity()) {
    return std::nullopt;
  }
  return ClosestApproach{closest.distance, closest.cell, events::to_time(closest.time).ms()};
}

template <class Real>
std::unique_ptr<Engine> make_shards(const network::Network& network, recording::Recorder& recorder, unsigned threads,
                                    Processes& processes) {
  return std::make_unique<Shards<Real>>(network, recorder, threads, processes);
}

}  // namespace va_event::engine

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
#include "engine/shard/shard_checkpoint.hpp"
#include "engine/shard/shard_definitions.hpp"
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
  ahead_ = pays_ahead();
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
  if (routing_.min_delay() < kShortestWindow) {
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
/// news take a while, from one machine to another, and a window has more work than an exchange.
template <class Real>
bool Shards<Real>::pays_ahead() const {
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
  const bool completed = alone ? run_alone(stop, keep_going) : run_together(stop, keep_going);
  for (const auto& shard : shards_) {
    shard->end_run();
  }
  collect_samples();
  return completed;
}

template <class Real>
bool Shards<Real>::run_alone(const Instant& stop, const KeepGoing& keep_going) {
  Shard<Real>& shard = *shards_[0];
  while (shard.now() < stop) {
    const Instant idle = shard.idle_until();  // nothing happens before: that is quick
    const Instant poll = events::later(shard.now(), Real(kPollEvery));
    const Instant next = idle < poll ? poll : idle;
    shard.run_before(next < stop ? next : stop);
    record(shard.emissions());
    shard.forget_emissions();
    if (shard.now() < stop && !keep_going(now())) {
      return false;
    }
  }
  return true;
}

template <class Real>
bool Shards<Real>::run_together(const Instant& stop, const KeepGoing& keep_going) {
  const auto count = static_cast<unsigned>(shards_.size());
  const std::size_t voices = count + processes_.count() - 1;
  const Instant start = shards_[0]->now();
  Run run{keep_going, {AllNews(voices), AllNews(voices)}, std::vector<std::exception_ptr>(count)};
  std::vector<Course> courses(count, Course{start, start, stop, events::later(start, Real(kPollEvery))});
  for (unsigned k = 0; k < count; ++k) {
    courses[k].shard = k;
  }
  paced_ = starts_threads(start, stop);
  events_at_start_ = 0.0;
  for (const auto& shard : shards_) {
    events_at_start_ += static_cast<double>(shard->synaptic_events());
  }
  pace_.resume(0.0);
  while (!courses[0].finished) {
    std::for_each(courses.begin(), courses.end(), [](Course& course) { course.change = false; });
    if (!paced_ || pace_.way() == Pace::Way::turns) {
      go_through_in_turn(courses, run);
    } else if (!go_through_on_threads(courses, run)) {
      paced_ = false;
    }
  }
  for (const std::exception_ptr& failure : run.failures) {
    if (failure) {
      std::rethrow_exception(failure);
    }
  }
  return courses[0].completed;
}

/// Starting a thread takes some tens of microseconds. Who asks for threads gets them.
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
bool Shards<Real>::go_through_on_threads(std::vector<Course>& courses, Run& run) {
  enum : int { wait, go, quit };
  std::atomic<int> signal{wait};
  std::vector<std::thread> threads;
  const auto join_all = [&](int what) {
    signal.store(what, std::memory_order_release);
    signal.notify_all();
    if (what == go) {
      go_through(courses[0], run);
    }
    for (std::thread& thread : threads) {
      thread.join();
    }
  };
  try {
    threads.reserve(courses.size() - 1);
    for (std::size_t k = 1; k < courses.size(); ++k) {
      threads.emplace_back([&, k] {
        signal.wait(wait, std::memory_order_acquire);
        if (signal.load(std::memory_order_acquire) == go) {
          go_through(courses[k], run);
        }
      });
    }
  } catch (const std::system_error& error) {
    const std::size_t started = threads.size() + 1;
    join_all(quit);
    if (may_do_without_threads_ || courses[0].round > 0) {  // some of the run is done: the rest in turn
      return false;
    }
    throw ParameterError("threads", static_cast<double>(shards_.size()), "",
                         "must be at most " + std::to_string(started) + ", since the system starts no more (" +
                             error.code().message() + ")");
  } catch (...) {  // no memory for a thread
    join_all(quit);
    throw;
  }
  join_all(go);
  return true;
}

/// On the thread of one shard.
template <class Real>
void Shards<Real>::go_through(Course& course, Run& run) {
  do {
    begin_round(course, run);
    if (ahead_) {
      go_on(course, run);
    }
    course.finished = !end_round(course, run);
  } while (!course.finished && !course.change);
}

/// The same for all shards on this thread.
template <class Real>
void Shards<Real>::go_through_in_turn(std::vector<Course>& courses, Run& run) {
  do {
    std::for_each(courses.rbegin(), courses.rend(),
                  [&](Course& course) { begin_round(course, run); });  // 0 speaks last
    if (ahead_) {
      std::for_each(courses.begin(), courses.end(), [&](Course& course) { go_on(course, run); });
    }
    for (Course& course : courses) {  // and listens first
      course.finished = !end_round(course, run);
    }
  } while (!courses[0].finished && !courses[0].change);
}

/// What fails here ends the run of all: they are told.
template <class Real>
template <class Work>
void Shards<Real>::guarded(const Course& course, Run& run, const Work& work) {
  std::exception_ptr& failure = run.failures[course.shard];
  try {
    if (!failure) {
      work();
    }
  } catch (...) {
    failure = std::current_exception();
  }
}

/// Also after a failure: the others wait to be told.
template <class Real>
template <class Work>
void Shards<Real>::talk(Course& course, Run& run, const Work& work) {
  try {
    if (course.connected) {
      work();
    }
  } catch (...) {
    course.connected = false;
    std::exception_ptr& failure = run.failures[course.shard];
    failure = failure ? failure : std::current_exception();
  }
}

/// Tells the others of the last window. Shard 0 also asks whether to go on, and talks to the other processes.
template <class Real>
void Shards<Real>::begin_round(Course& course, Run& run) {
  ++course.round;
  course.last = !(course.reached < course.stop);
  AllNews& news = run.news[course.round % 2];
  News& mine = news[course.shard];
  mine.leave = false;
  guarded(course, run, [&] {
    tell(*shards_[course.shard], mine);
    if (course.shard == 0 && course.next_poll < course.reached && !course.last) {
      course.next_poll = events::later(course.reached, Real(kPollEvery));
      mine.leave = !run.keep_going(events::to_time(course.reached));
    }
  });
  mine.leave = mine.leave || run.failures[course.shard];
  mine.change = paced_ && course.shard == 0 && course.round % kPaceEvery == 0 && pace_.changes(course.work);
  mine.told.reach(course.round);
  if (speaks(course)) {
    for (std::size_t own = 0; own < shards_.size(); ++own) {
      news[own].told.await(course.round);
    }
    talk(course, run, [&] { start_exchange(news); });
  }
}

/// Through the next window, unless the last one was the last.
template <class Real>
void Shards<Real>::go_on(Course& course, Run& run) {
  if (!course.last) {
    course.reached = end_of_window(course.reached, course.silent, course.stop);
    guarded(course, run, [&] { shards_[course.shard]->run_before(course.reached); });
  }
}

/// Takes in what the others have told. @returns whether there is another round
template <class Real>
bool Shards<Real>::end_round(Course& course, Run& run) {
  AllNews& news = run.news[course.round % 2];
  if (speaks(course)) {
    talk(course, run, [&] { finish_exchange(news); });
    for (std::size_t voice = shards_.size(); voice < news.size(); ++voice) {
      news[voice].leave = news[voice].leave || !course.connected;
      news[voice].told.reach(course.round);
    }
  }
  for (const News& one : news) {
    one.told.await(course.round);
  }
  guarded(course, run, [&] {
    for (const Emission<Real>& emission : course.incoming.of(news)) {
      shards_[course.shard]->accept(emission);
    }
    for (std::size_t own = 0; course.shard == 0 && own < shards_.size(); ++own) {
      record(news[own].emissions);
    }
  });
  if (course.last) {
    return false;
  }
  course.change = news[0].change;
  if (course.shard == 0) {  // an exchange costs as much as some events
    constexpr double kExchange = 16.0;
    double events = -events_at_start_;
    for (std::size_t own = 0; own < shards_.size(); ++own) {
      events += static_cast<double>(news[own].events);
    }
    course.work = events + kExchange * course.round;
  }
  course.silent = news[0].silent_until;
  for (const News& one : news) {
    course.silent = one.silent_until < course.silent ? one.silent_until : course.silent;
  }
  if (std::any_of(news.begin(), news.end(), [](const News& one) { return one.leave; })) {
    course.completed = false;
    course.stop = course.reached;
  } else if (!ahead_) {
    go_on(course, run);
  }
  return true;
}

/// Own events apart, the earliest spike that may follow is one that an emission of the last window causes on arrival.
template <class Real>
void Shards<Real>::tell(Shard<Real>& shard, News& news) const {
  news.emissions = shard.emissions();
  shard.forget_emissions();
  news.silent_until = shard.silent_until();
  news.events = shard.synaptic_events();
  for (const Emission<Real>& emission : news.emissions) {
    const Instant arrival = events::later(emission.time, Real(routing_.min_delay()));
    if (arrival < news.silent_until) {
      news.silent_until = arrival;
    }
  }
}

/// Tells the other processes the news of the own shards.
template <class Real>
void Shards<Real>::start_exchange(const AllNews& news) {
  Instant silent = news[0].silent_until;
  bool leave = false;
  std::uint64_t emissions = 0;
  for (std::size_t k = 0; k < shards_.size(); ++k) {
    silent = news[k].silent_until < silent ? news[k].silent_until : silent;
    leave = leave || news[k].leave;
    emissions += news[k].emissions.size();
  }
  message_.clear();
  message_.put(leave);
  events::put_instant(message_, silent);
  message_.put(emissions);
  for (std::size_t k = 0; k < shards_.size(); ++k) {
    for (const Emission<Real>& emission : news[k].emissions) {
      message_.put(emission.cell);
      events::put_instant(message_, emission.time);
    }
  }
  processes_.start_all_gather(message_.bytes());
}

/// Takes theirs.
template <class Real>
void Shards<Real>::finish_exchange(AllNews& news) {
  processes_.finish_all_gather(messages_);
  std::size_t voice = shards_.size();
  for (unsigned rank = 0; rank < processes_.count(); ++rank) {
    if (rank == processes_.rank()) {
      continue;
    }
    News& theirs = news[voice++];
    foundation::ByteReader reader(messages_[rank]);
    theirs.leave = reader.get<bool>();
    theirs.silent_until = events::get_instant<Real>(reader);
    theirs.emissions.clear();
    for (auto left = reader.get<std::uint64_t>(); left > 0; --left) {
      const auto cell = reader.get<CellId>();
      theirs.emissions.push_back({cell, events::get_instant<Real>(reader)});
    }
  }
}

/// @param silent before this time no cell spikes that is not known to have
template <class Real>
typename Shards<Real>::Instant Shards<Real>::end_of_window(const Instant& begin, const Instant& silent,
                                                           const Instant& stop) const {
  Instant end = events::later(silent, Real(routing_.min_delay()));
  if (ahead_) {  // half a delay, which leaves the other half to the next one, or as long as all are silent
    const Instant half = events::later(begin, Real(routing_.min_delay()) / 2);
    const Instant shorter = half < silent ? silent : half;
    end = shorter < end ? shorter : end;
  }
  end = end < begin ? begin : end;
  return end < stop ? end : stop;
}

template <class Real>
void Shards<Real>::record(const std::vector<Emission<Real>>& emissions) {
  constexpr std::uint64_t kCheckEvery = 1U << 22U;
  if ((recorded_ += emissions.size()) >= kCheckEvery) {
    recorded_ = 0;
    foundation::require_room_to_go_on("recorded spikes", recorder_.recorded_spikes());
  }
  for (const Emission<Real>& emission : emissions) {
    if (recorder_.records_spikes(emission.cell)) {
      std::array<double, events::kTails<Real>> tails;
      const Time time = events::to_time<Real>(emission.time, tails);
      recorder_.add_spike(emission.cell, time, tails);
    }
  }
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
std::optional<Grazing> Shards<Real>::closest_grazing() const {
  neurons::ClosestApproach closest;
  for (const auto& shard : shards_) {
    closest = std::min(closest, shard->closest_approach());
  }
  if (closest.distance == std::numeric_limits<double>::infinity()) {
    return std::nullopt;
  }
  return Grazing{closest.distance, closest.cell, events::to_time(closest.time).ms()};
}

template <class Real>
std::unique_ptr<Engine> make_shards(const network::Network& network, recording::Recorder& recorder, unsigned threads,
                                    Processes& processes) {
  return std::make_unique<Shards<Real>>(network, recorder, threads, processes);
}

}  // namespace va_event::engine

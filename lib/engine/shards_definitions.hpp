// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The definitions of Shards, for the source that instantiates make_shards().
#include <algorithm>
#include <exception>
#include <limits>
#include <memory>
#include <thread>
#include <type_traits>
#include <utility>

#include "engine/shard_checkpoint.hpp"
#include "engine/shard_definitions.hpp"
#include "engine/shards.hpp"
#include "engine/shards_checkpoint.hpp"
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
  const double events = events_per_window();
  const unsigned count = how_many(threads, events);
  ahead_ = pays_ahead(events);
  for (unsigned k = 0; k < count; ++k) {
    shards_.push_back(std::make_unique<Shard<Real>>(network, routing_, network::Share{k, count}));
  }
}

/// Synaptic events of this process in one smallest delay. The rate is a guess; what depends on it is speed alone.
template <class Real>
double Shards<Real>::events_per_window() const {
  constexpr double kRate = 0.01;  // spikes of a cell per ms
  double synapses = 0;
  for (const network::ProjectionData& projection : network_.projections) {
    for (const network::SynapseBlock& block : projection.blocks) {
      synapses += static_cast<double>(block.table.size());
    }
  }
  return synapses * kRate * std::min(routing_.min_delay(), 1.0);
}

/// Several threads pay when a window holds enough work for each.
template <class Real>
unsigned Shards<Real>::how_many(unsigned threads, double events_per_window) const {
  if (routing_.min_delay() < kShortestWindow) {
    if (processes_.count() > 1) {
      throw ParameterError("delay", routing_.min_delay(), "ms", "must be >= 1e-6 ms on several processes");
    }
    return 1;
  }
  if (threads > 0) {
    return threads;
  }
  constexpr double kEventsOfShard = std::is_same_v<Real, double> ? 1000 : 20;  // tens of microseconds
  const double useful = events_per_window / kEventsOfShard;
  const unsigned available = std::max(1U, std::thread::hardware_concurrency() / processes_.on_this_machine());
  return useful < available ? std::max(1U, static_cast<unsigned>(useful)) : available;
}

/// Whether windows of half the length, twice as many, pay. Between threads they do. Between processes they do where
/// news take a while, from one machine to another, and a window has more work than an exchange.
template <class Real>
bool Shards<Real>::pays_ahead(double events_per_window) const {
  constexpr double kEventsOfProcess = std::is_same_v<Real, double> ? 1000 : 20;
  if (processes_.count() == 1) {
    return true;
  }
  foundation::ByteWriter message;
  message.put(processes_.on_this_machine());
  message.put(events_per_window);
  std::vector<Processes::Bytes> all;
  processes_.all_gather(message.bytes(), all);
  bool apart = false;
  bool busy = false;
  for (const Processes::Bytes& one : all) {
    foundation::ByteReader reader(one);
    apart = apart || reader.get<unsigned>() < processes_.count();
    busy = busy || reader.get<double>() > kEventsOfProcess;
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
    const Instant next = events::later(shard.now(), Real(kPollEvery));
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
  Run run{shards_[0]->now(), stop, {AllNews(voices), AllNews(voices)}, std::vector<std::exception_ptr>(count)};
  std::vector<std::thread> threads;
  for (unsigned k = 1; k < count; ++k) {
    threads.emplace_back([&, k] { run_shard(k, run, keep_going); });
  }
  run_shard(0, run, keep_going);
  for (std::thread& thread : threads) {
    thread.join();
  }
  for (const std::exception_ptr& failure : run.failures) {
    if (failure) {
      std::rethrow_exception(failure);
    }
  }
  return run.completed;
}

/// What one thread does. Shard 0 also talks to the other processes, records, and asks whether to go on.
template <class Real>
void Shards<Real>::run_shard(unsigned k, Run& run, const KeepGoing& keep_going) {
  Shard<Real>& shard = *shards_[k];
  const bool speaks = k == 0 && processes_.count() > 1;
  bool connected = true;
  const auto guarded = [&failure = run.failures[k]](const auto& work) {
    try {
      if (!failure) {
        work();
      }
    } catch (...) {
      failure = std::current_exception();
    }
  };
  const auto talk = [&](const auto& work) {  // also after a failure: the others wait to be told
    try {
      if (connected) {
        work();
      }
    } catch (...) {
      connected = false;
      run.failures[k] = run.failures[k] ? run.failures[k] : std::current_exception();
    }
  };
  // The same in all threads, as is everything that says how to go on:
  Instant stop = run.stop;
  Instant reached = run.start;
  Instant silent = run.start;  // what happened before is known
  bool completed = true;
  Instant next_poll = events::later(run.start, Real(kPollEvery));
  const auto go_on = [&] {
    reached = end_of_window(reached, silent, stop);
    guarded([&] { shard.run_before(reached); });
  };
  for (unsigned round = 1;; ++round) {
    AllNews& news = run.news[round % 2];
    const bool last = !(reached < stop);
    News& mine = news[k];
    mine.leave = false;
    guarded([&] {
      tell(shard, mine);
      if (k == 0 && next_poll < reached && !last) {
        next_poll = events::later(reached, Real(kPollEvery));
        mine.leave = !keep_going(events::to_time(reached));
      }
    });
    mine.leave = mine.leave || run.failures[k];
    mine.told.reach(round);
    if (speaks) {
      for (unsigned own = 0; own < shards_.size(); ++own) {
        news[own].told.await(round);
      }
      talk([&] { start_exchange(news); });
    }
    if (ahead_ && !last) {
      go_on();
    }
    if (speaks) {
      talk([&] { finish_exchange(news); });
      for (std::size_t voice = shards_.size(); voice < news.size(); ++voice) {
        news[voice].leave = news[voice].leave || !connected;
        news[voice].told.reach(round);
      }
    }
    for (std::size_t voice = 0; voice < news.size(); ++voice) {
      news[voice].told.await(round);
      guarded([&] {
        for (const Emission<Real>& emission : news[voice].emissions) {
          shard.accept(emission);
        }
        if (k == 0 && voice < shards_.size()) {
          record(news[voice].emissions);
        }
      });
    }
    if (last) {
      break;
    }
    silent = news[0].silent_until;
    for (const News& one : news) {
      silent = one.silent_until < silent ? one.silent_until : silent;
    }
    if (std::any_of(news.begin(), news.end(), [](const News& one) { return one.leave; })) {
      completed = false;
      stop = reached;
    } else if (!ahead_) {
      go_on();
    }
  }
  if (k == 0) {
    run.completed = completed;
  }
}

/// Own events apart, the earliest spike that may follow is one that an emission of the last window causes on arrival.
template <class Real>
void Shards<Real>::tell(Shard<Real>& shard, News& news) const {
  news.emissions = shard.emissions();
  shard.forget_emissions();
  news.silent_until = shard.silent_until();
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
  put_instant(message_, silent);
  message_.put(emissions);
  for (std::size_t k = 0; k < shards_.size(); ++k) {
    for (const Emission<Real>& emission : news[k].emissions) {
      message_.put(emission.cell);
      put_instant(message_, emission.time);
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
    theirs.silent_until = get_instant<Real>(reader);
    theirs.emissions.clear();
    for (auto left = reader.get<std::uint64_t>(); left > 0; --left) {
      const auto cell = reader.get<CellId>();
      theirs.emissions.push_back({cell, get_instant<Real>(reader)});
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
  std::optional<Grazing> closest;
  for (const auto& shard : shards_) {
    const auto one = shard->closest_grazing();
    if (one && (!closest || one->distance_mv < closest->distance_mv)) {
      closest = one;
    }
  }
  return closest;
}

template <class Real>
std::unique_ptr<Engine> make_shards(const network::Network& network, recording::Recorder& recorder, unsigned threads,
                                    Processes& processes) {
  return std::make_unique<Shards<Real>>(network, recorder, threads, processes);
}

}  // namespace va_event::engine

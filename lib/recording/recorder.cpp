// SPDX-License-Identifier: Apache-2.0
#include "recording/recorder.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <iterator>
#include <tuple>
#include <utility>

#include "foundation/hash.hpp"
#include "va_event/error.hpp"

// Spikes are one list in the order of occurrence; what users ask for is selected and sorted when they ask. Samplings
// are tables, rows by time; requests that begin at different times, or have been cleared at different times, are tables
// of their own, and are put together by columns when users ask for one signal (of the same times).

namespace va_event::recording {

namespace {

/// One bit per cell of a set, for membership tests in a loop over spikes.
std::vector<bool> membership(std::span<const CellId> ids) {
  std::vector<bool> member(ids.empty() ? 0 : *std::max_element(ids.begin(), ids.end()) + std::size_t{1}, false);
  for (const CellId id : ids) {
    member[id] = true;
  }
  return member;
}

bool contains(const std::vector<bool>& member, CellId id) { return id < member.size() && member[id]; }

/// The cells in ascending order.
std::vector<CellId> sorted(std::span<const CellId> ids) {
  std::vector<CellId> result(ids.begin(), ids.end());
  std::sort(result.begin(), result.end());
  return result;
}

/// The samples of `ids` (a subset of sampling.ids) alone.
Sampling columns_of(const Sampling& sampling, const std::vector<CellId>& ids) {
  Sampling part{sampling.variable, sampling.unit, sampling.interval, sampling.first_sample, ids, {}};
  std::vector<std::size_t> columns;
  columns.reserve(ids.size());
  for (const CellId id : ids) {
    const auto found = std::lower_bound(sampling.ids.begin(), sampling.ids.end(), id);
    columns.push_back(static_cast<std::size_t>(found - sampling.ids.begin()));
  }
  const std::size_t rows = sampling.values.size() / sampling.ids.size();
  part.values.reserve(rows * ids.size());
  for (std::size_t row = 0; row < rows; ++row) {
    for (const std::size_t column : columns) {
      part.values.push_back(sampling.values[row * sampling.ids.size() + column]);
    }
  }
  return part;
}

/// The samples of the cells of both, taken at the same times.
Sampling joined(const Sampling& a, const Sampling& b) {
  Sampling both{a.variable, a.unit, a.interval, a.first_sample, {}, {}};
  std::vector<std::tuple<CellId, const Sampling*, std::size_t>> columns;
  for (const Sampling* part : {&a, &b}) {
    for (std::size_t c = 0; c < part->ids.size(); ++c) {
      columns.emplace_back(part->ids[c], part, c);
    }
  }
  std::sort(columns.begin(), columns.end(),
            [](const auto& x, const auto& y) { return std::get<0>(x) < std::get<0>(y); });
  for (const auto& column : columns) {
    both.ids.push_back(std::get<0>(column));
  }
  const std::size_t rows = a.values.size() / a.ids.size();
  both.values.reserve(rows * columns.size());
  for (std::size_t row = 0; row < rows; ++row) {
    for (const auto& [id, part, column] : columns) {
      both.values.push_back(part->values[row * part->ids.size() + column]);
    }
  }
  return both;
}

}  // namespace

// A list whose capacity does not suffice doubles it (std::vector), and holds the old elements beside the new ones while
// they are copied.
double Recorder::bytes_of_more_spikes(std::size_t count) const noexcept {
  const std::size_t size = times_.size() + count;
  const std::size_t bytes = sizeof(Time) + sizeof(CellId) + tails_per_spike_ * sizeof(double);
  const std::size_t more = size <= times_.capacity() ? count : std::max(size, 2 * times_.capacity());
  return static_cast<double>(more) * static_cast<double>(bytes);
}

void Recorder::record_spikes(std::span<const CellId> ids) {
  for (const CellId id : ids) {
    if (id >= wanted_.size()) {
      wanted_.resize(id + std::size_t{1}, 0);
    }
    wanted_[id] = 1;
  }
}

std::vector<CellId> Recorder::unrecorded(std::string_view variable, std::span<const CellId> ids,
                                         double interval) const {
  std::vector<CellId> fresh = sorted(ids);
  for (const Sampling& sampling : samplings_) {
    if (sampling.variable != variable) {
      continue;
    }
    std::vector<CellId> rest;
    std::set_difference(fresh.begin(), fresh.end(), sampling.ids.begin(), sampling.ids.end(), std::back_inserter(rest));
    if (rest.size() != fresh.size() && sampling.interval != interval) {
      throw StateError("sampling_interval", std::to_string(interval), "ms",
                       "must be " + std::to_string(sampling.interval) + " ms, at which " + std::string(variable) +
                           " of some of these cells is recorded already");
    }
    fresh = std::move(rest);
  }
  return fresh;
}

void Recorder::record_signal(std::string_view variable, std::string_view unit, std::span<const CellId> ids,
                             double interval, std::int64_t first) {
  std::vector<CellId> fresh = unrecorded(variable, ids, interval);
  if (fresh.empty()) {
    return;
  }
  for (Sampling& sampling : samplings_) {  // requests made at the same time share their rows
    if (sampling.variable == variable && sampling.interval == interval && sampling.first_sample == first &&
        sampling.values.empty()) {
      std::vector<CellId> both;
      std::merge(sampling.ids.begin(), sampling.ids.end(), fresh.begin(), fresh.end(), std::back_inserter(both));
      sampling.ids = std::move(both);
      return;
    }
  }
  samplings_.push_back({std::string(variable), std::string(unit), interval, first, std::move(fresh), {}});
}

template <class Wanted>
std::vector<std::size_t> Recorder::sorted_spikes(const Wanted& wanted) const {
  std::vector<std::size_t> order;
  for (std::size_t k = 0; k < ids_.size(); ++k) {
    if (wanted(ids_[k])) {
      order.push_back(k);
    }
  }
  std::sort(order.begin(), order.end(), [this](std::size_t a, std::size_t b) {
    if (times_[a] != times_[b]) {
      return times_[a] < times_[b];
    }
    // Each tail is the rounded rest of the time, and rounding keeps the order.
    const std::span<const double> first = tails_of(a);
    const std::span<const double> second = tails_of(b);
    const auto differ = std::mismatch(first.begin(), first.end(), second.begin());
    return differ.first == first.end() ? ids_[a] < ids_[b] : *differ.first < *differ.second;
  });
  return order;
}

Spikes Recorder::spikes(std::span<const CellId> ids) const {
  const std::vector<bool> member = membership(ids);
  const std::vector<std::size_t> order = sorted_spikes([&member](CellId id) { return contains(member, id); });
  Spikes result;
  result.tails_per_spike = tails_per_spike_;
  result.decimals = decimals_;
  result.tails.reserve(order.size() * tails_per_spike_);
  result.times.reserve(order.size());
  result.ids.reserve(order.size());
  for (const std::size_t k : order) {
    result.times.push_back(times_[k]);
    result.ids.push_back(ids_[k]);
    result.tails.insert(result.tails.end(), tails_of(k).begin(), tails_of(k).end());
  }
  return result;
}

std::vector<std::size_t> Recorder::spike_counts(std::span<const CellId> ids) const {
  std::vector<std::size_t> count_of(wanted_.size(), 0);
  for (const CellId id : ids_) {
    ++count_of[id];
  }
  std::vector<std::size_t> result;
  result.reserve(ids.size());
  for (const CellId id : ids) {
    result.push_back(id < count_of.size() ? count_of[id] : 0);
  }
  return result;
}

bool Recorder::records(std::string_view variable, std::span<const CellId> ids) const {
  const std::vector<bool> member = membership(ids);
  return std::any_of(samplings_.begin(), samplings_.end(), [&](const Sampling& sampling) {
    return sampling.variable == variable &&
           std::any_of(sampling.ids.begin(), sampling.ids.end(), [&member](CellId id) { return contains(member, id); });
  });
}

Signal Recorder::signal(std::string_view variable, std::span<const CellId> ids) const {
  const std::vector<CellId> wanted = sorted(ids);
  // Cells that were asked for at different times are in different samplings; their columns are put side by side.
  std::vector<Sampling> parts;
  for (const Sampling& sampling : samplings_) {
    std::vector<CellId> common;
    std::set_intersection(wanted.begin(), wanted.end(), sampling.ids.begin(), sampling.ids.end(),
                          std::back_inserter(common));
    if (sampling.variable == variable && !common.empty()) {
      parts.push_back(columns_of(sampling, common));
    }
  }
  if (parts.empty()) {
    throw UnknownNameError("variable", std::string(variable), "", "must have been recorded by some of these cells");
  }
  Signal result{parts[0].variable, parts[0].unit, parts[0].interval, parts[0].first_sample, {}, {}};
  std::vector<std::pair<CellId, std::pair<std::size_t, std::size_t>>> columns;  // id -> (part, column)
  for (std::size_t p = 0; p < parts.size(); ++p) {
    if (parts[p].interval != result.sampling_interval || parts[p].first_sample != result.first_sample) {
      throw StateError(
          "variable", std::string(variable), "",
          "must be sampled at the same times in all of these cells to be one signal; ask for parts of them");
    }
    for (std::size_t c = 0; c < parts[p].ids.size(); ++c) {
      columns.push_back({parts[p].ids[c], {p, c}});
    }
  }
  std::sort(columns.begin(), columns.end());
  for (const auto& column : columns) {
    result.ids.push_back(column.first);
  }
  const std::size_t rows = parts[0].values.size() / parts[0].ids.size();
  result.values.reserve(rows * columns.size());
  for (std::size_t row = 0; row < rows; ++row) {
    for (const auto& column : columns) {
      const Sampling& part = parts[column.second.first];
      result.values.push_back(part.values[row * part.ids.size() + column.second.second]);
    }
  }
  return result;
}

void Recorder::forget_spikes(const std::vector<bool>& member) {
  std::size_t kept = 0;
  for (std::size_t k = 0; k < ids_.size(); ++k) {
    if (!contains(member, ids_[k])) {
      ids_[kept] = ids_[k];
      times_[kept] = times_[k];
      std::copy_n(tails_of(k).begin(), tails_per_spike_,
                  tails_.begin() + static_cast<std::ptrdiff_t>(kept * tails_per_spike_));
      ++kept;
    }
  }
  ids_.resize(kept);
  times_.resize(kept);
  tails_.resize(kept * tails_per_spike_);
}

void Recorder::clear(std::span<const CellId> ids) {
  const std::vector<bool> member = membership(ids);
  forget_spikes(member);
  std::vector<Sampling> result;
  for (const Sampling& sampling : samplings_) {
    std::vector<CellId> cleared;
    std::vector<CellId> others;
    for (const CellId id : sampling.ids) {
      (contains(member, id) ? cleared : others).push_back(id);
    }
    if (!others.empty()) {
      result.push_back(columns_of(sampling, others));
    }
    if (!cleared.empty()) {
      result.push_back({sampling.variable, sampling.unit, sampling.interval, sampling.next_sample(), cleared, {}});
    }
  }
  samplings_ = std::move(result);
}

void Recorder::stop(std::span<const CellId> ids) {
  const std::vector<bool> member = membership(ids);
  forget_spikes(member);
  for (const CellId id : ids) {
    if (id < wanted_.size()) {
      wanted_[id] = 0;
    }
  }
  std::vector<Sampling> result;
  for (Sampling& sampling : samplings_) {
    std::vector<CellId> others;
    std::copy_if(sampling.ids.begin(), sampling.ids.end(), std::back_inserter(others),
                 [&member](CellId id) { return !contains(member, id); });
    if (others.size() == sampling.ids.size()) {
      result.push_back(std::move(sampling));
    } else if (!others.empty()) {
      result.push_back(columns_of(sampling, others));
    }
  }
  samplings_ = std::move(result);
}

void Recorder::restart() {
  times_.clear();
  tails_.clear();
  ids_.clear();
  for (Sampling& sampling : samplings_) {
    sampling.first_sample = 0;
    sampling.values.clear();
  }
}

// The order of spikes is the total one, and samplings are sorted by what they are of, so that neither the order of
// recording nor the division into shards shows in the bytes.
void Recorder::save(foundation::ByteWriter& out) const {
  const std::vector<std::size_t> order = sorted_spikes([](CellId /*id*/) { return true; });
  out.put<std::uint64_t>(order.size());
  for (const std::size_t k : order) {
    out.put(ids_[k]);
    out.put(times_[k].whole());
    out.put(times_[k].fraction());
    for (const double tail : tails_of(k)) {
      out.put(tail);
    }
  }
  std::vector<const Sampling*> samplings;
  for (const Sampling& sampling : samplings_) {
    samplings.push_back(&sampling);
  }
  std::sort(samplings.begin(), samplings.end(), [](const Sampling* a, const Sampling* b) {
    return std::tie(a->variable, a->interval, a->first_sample, a->ids) <
           std::tie(b->variable, b->interval, b->first_sample, b->ids);
  });
  out.put<std::uint64_t>(samplings.size());
  for (const Sampling* sampling : samplings) {
    out.put_text(sampling->variable);
    out.put_text(sampling->unit);
    out.put(sampling->interval);
    out.put(sampling->first_sample);
    out.put_all(sampling->ids);
    out.put_all(sampling->values);
  }
}

void Recorder::add_from(foundation::ByteReader& in, const std::function<bool(CellId)>& is_local) {
  for (auto count = in.get<std::uint64_t>(); count > 0; --count) {
    const auto id = in.get<CellId>();
    in.require(records_spikes(id), "holds a spike of a cell that is not recorded");
    const auto whole = in.get<std::int64_t>();
    const auto fraction = in.get<double>();
    in.require(whole >= 0 && whole < std::int64_t{1} << 62U && fraction >= 0.0 && fraction < 1.0,
               "holds a time that is none");
    std::vector<double> tails(tails_per_spike_);
    for (double& tail : tails) {
      tail = in.get<double>();
      in.require(std::abs(tail) < 1.0, "holds a time that is none");
    }
    if (is_local(id)) {
      add_spike(id, Time::from_parts(whole, fraction), tails);
    }
  }
  for (auto count = in.get<std::uint64_t>(); count > 0; --count) {
    Sampling sampling;
    sampling.variable = in.get_text();
    sampling.unit = in.get_text();
    sampling.interval = in.get<double>();
    sampling.first_sample = in.get<std::int64_t>();
    sampling.ids = in.get_all<CellId>();
    sampling.values = in.get_all<double>();
    in.require(!sampling.ids.empty() && sampling.values.size() % sampling.ids.size() == 0, "holds half a sample");
    in.require(
        std::adjacent_find(sampling.ids.begin(), sampling.ids.end(), std::greater_equal<>()) == sampling.ids.end(),
        "holds cells that do not ascend");
    in.require(sampling.interval > 0.0 && std::isfinite(sampling.interval) && sampling.first_sample >= 0 &&
                   sampling.first_sample < std::int64_t{1} << 52U,
               "holds samples that are taken at no times");
    in.require(std::all_of(sampling.values.begin(), sampling.values.end(), [](double x) { return std::isfinite(x); }),
               "holds a sample that is no number");
    std::vector<CellId> local;
    std::copy_if(sampling.ids.begin(), sampling.ids.end(), std::back_inserter(local), is_local);
    if (!local.empty()) {
      add_columns(columns_of(sampling, local));
    }
  }
}

void Recorder::add_columns(Sampling columns) {
  for (Sampling& present : samplings_) {
    if (present.variable == columns.variable && present.interval == columns.interval &&
        present.first_sample == columns.first_sample && present.next_sample() == columns.next_sample()) {
      present = joined(present, columns);
      return;
    }
  }
  samplings_.push_back(std::move(columns));
}

void Recorder::load(foundation::ByteReader& in, const std::function<bool(CellId)>& is_local) {
  restart();
  samplings_.clear();
  add_from(in, is_local);
}

// Sums of one hash for each cell, so that neither the order of requests nor the share of a process matters: the sums of
// all processes are added up.
std::uint64_t Recorder::spike_request_hash() const {
  std::uint64_t sum = 0;
  for (CellId id = 0; id < wanted_.size(); ++id) {
    sum += wanted_[id] == 0 ? 0 : foundation::Hash().add(std::uint64_t{id}).value();
  }
  return sum;
}

std::uint64_t Recorder::signal_request_hash() const {
  std::uint64_t sum = 0;
  for (const Sampling& sampling : samplings_) {
    foundation::Hash of_all;
    of_all.add(sampling.interval);
    for (const char letter : sampling.variable) {
      of_all.add(static_cast<std::uint64_t>(letter));
    }
    for (const CellId id : sampling.ids) {
      sum += foundation::Hash(of_all).add(std::uint64_t{id}).value();
    }
  }
  return sum;
}

}  // namespace va_event::recording

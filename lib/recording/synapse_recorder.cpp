// SPDX-License-Identifier: Apache-2.0
#include "recording/synapse_recorder.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <iterator>
#include <numeric>
#include <tuple>
#include <utility>

#include "foundation/hash.hpp"
#include "foundation/number_text.hpp"
#include "va_event/error.hpp"

// Lists by variable, as they are asked for; what users get is selected, put together and sorted when they ask.

namespace va_event::recording {

namespace {

bool is_of(const SynapseRequest& request, std::size_t projection, std::string_view variable) {
  return request.projection == projection && request.variable == variable;
}

bool contains(const std::vector<std::uint64_t>& ascending, std::uint64_t synapse) {
  return std::binary_search(ascending.begin(), ascending.end(), synapse);
}

/// The synapses of a request of which `wanted` is true.
template <class Wanted>
SynapseRequest part_of(const SynapseRequest& request, const Wanted& wanted) {
  SynapseRequest part{request.projection, request.variable, request.unit, {}, {}};
  for (std::size_t k = 0; k < request.synapses.size(); ++k) {
    if (wanted(request.synapses[k])) {
      part.synapses.push_back(request.synapses[k]);
      if (!request.places.empty()) {
        part.places.push_back(request.places[k]);
      }
    }
  }
  return part;
}

/// Adds synapses that are not in it.
void add_to(SynapseRequest& request, const SynapseRequest& more) {
  std::vector<std::pair<std::uint64_t, synapses::SynapsePlace>> all;
  for (const SynapseRequest* const part : {static_cast<const SynapseRequest*>(&request), &more}) {
    for (std::size_t k = 0; k < part->synapses.size(); ++k) {
      all.emplace_back(part->synapses[k], part->places[k]);
    }
  }
  std::sort(all.begin(), all.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  request.synapses.clear();
  request.places.clear();
  for (const auto& [synapse, place] : all) {
    request.synapses.push_back(synapse);
    request.places.push_back(place);
  }
}

/// Those of the columns of a table whose synapse is `wanted`. @param table  [rows x synapses.size()]
template <class Wanted>
std::vector<double> columns_of(const std::vector<double>& table, const std::vector<std::uint64_t>& synapses,
                               const Wanted& wanted) {
  std::vector<std::size_t> columns;
  for (std::size_t k = 0; k < synapses.size(); ++k) {
    if (wanted(synapses[k])) {
      columns.push_back(k);
    }
  }
  std::vector<double> part;
  for (std::size_t row = 0; !synapses.empty() && row < table.size(); row += synapses.size()) {
    for (const std::size_t column : columns) {
      part.push_back(table[row + column]);
    }
  }
  return part;
}

SynapseSignal as_signal(const SynapseSampling& sampling) {
  return {sampling.request.variable,
          sampling.request.unit,
          sampling.interval,
          sampling.first_sample,
          sampling.request.synapses,
          {},
          {},
          sampling.values};
}

void put_request(foundation::ByteWriter& out, const SynapseRequest& request) {
  out.put<std::uint64_t>(request.projection);
  out.put_text(request.variable);
  out.put_text(request.unit);
  out.put_all(request.synapses);
}

SynapseRequest get_request(foundation::ByteReader& in, const std::vector<std::size_t>& sizes) {
  SynapseRequest request;
  request.projection = in.get<std::uint64_t>();
  in.require(request.projection < sizes.size(), "holds samples of synapses of no projection");
  request.variable = in.get_text();
  request.unit = in.get_text();
  request.synapses = in.get_all<std::uint64_t>();
  in.require(std::adjacent_find(request.synapses.begin(), request.synapses.end(), std::greater_equal<>()) ==
                     request.synapses.end() &&
                 (request.synapses.empty() || request.synapses.back() < sizes[request.projection]),
             "holds synapses that do not ascend");
  return request;
}

SynapseSampling get_sampling(foundation::ByteReader& in, const std::vector<std::size_t>& sizes) {
  SynapseSampling sampling{.request = get_request(in, sizes)};
  sampling.interval = in.get<double>();
  sampling.first_sample = in.get<std::int64_t>();
  sampling.next_sample = in.get<std::int64_t>();
  sampling.values = in.get_all<double>();
  in.require(sampling.interval > 0.0 && std::isfinite(sampling.interval) && sampling.first_sample >= 0 &&
                 sampling.first_sample <= sampling.next_sample && sampling.next_sample < std::int64_t{1} << 52U,
             "holds samples of synapses that are taken at no times");
  const auto rows = static_cast<std::size_t>(sampling.next_sample - sampling.first_sample);
  const std::size_t width = sampling.request.synapses.size();
  in.require(width == 0 ? sampling.values.empty()
                        : sampling.values.size() % width == 0 && sampling.values.size() / width == rows,
             "holds half a sample of synapses");
  in.require(std::all_of(sampling.values.begin(), sampling.values.end(), [](double x) { return std::isfinite(x); }),
             "holds a sample of a synapse that is no number");
  return sampling;
}

SynapseChangeList get_change_list(foundation::ByteReader& in, const std::vector<std::size_t>& sizes) {
  SynapseChangeList list{.request = get_request(in, sizes)};
  for (auto count = in.get<std::uint64_t>(); count > 0; --count) {
    const auto whole = in.get<std::int64_t>();
    const auto fraction = in.get<double>();
    in.require(whole >= 0 && whole < std::int64_t{1} << 62U && fraction >= 0.0 && fraction < 1.0,
               "holds a time that is none");
    list.times.push_back(Time::from_parts(whole, fraction));
    list.synapses.push_back(in.get<std::uint64_t>());
    in.require(contains(list.request.synapses, list.synapses.back()),
               "holds a change of a synapse that is not recorded");
    list.values.push_back(in.get<double>());
    in.require(std::isfinite(list.values.back()), "holds a change of a synapse to no number");
  }
  return list;
}

SynapseChanges as_changes(const SynapseChangeList& list) {
  SynapseChanges changes{list.request.variable, list.request.unit, list.times, list.synapses, {}, {}, list.values};
  sort(changes);
  return changes;
}

/// What tells the tables of a simulation apart.
auto times_of(const SynapseSampling& sampling) {
  return std::tie(sampling.request.projection, sampling.request.variable, sampling.interval, sampling.first_sample);
}
auto variable_of(const SynapseChangeList& list) { return std::tie(list.request.projection, list.request.variable); }

/// Pointers to the elements in an order that depends on what they are of.
template <class List, class Key>
std::vector<const List*> in_order(const std::vector<List>& lists, const Key& key) {
  std::vector<const List*> sorted;
  for (const List& list : lists) {
    sorted.push_back(&list);
  }
  std::sort(sorted.begin(), sorted.end(), [&key](const List* a, const List* b) { return key(*a) < key(*b); });
  return sorted;
}

}  // namespace

void sort(SynapseChanges& changes) {
  std::vector<std::size_t> order(changes.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&changes](std::size_t a, std::size_t b) {
    return std::tie(changes.times[a], changes.synapses[a]) < std::tie(changes.times[b], changes.synapses[b]);
  });
  const auto arrange = [&order](auto& list) {
    auto arranged = list;
    for (std::size_t k = 0; k < list.size(); ++k) {
      arranged[k] = list[order[k]];
    }
    list = std::move(arranged);
  };
  arrange(changes.times);
  arrange(changes.synapses);
  arrange(changes.pre);
  arrange(changes.post);
  arrange(changes.values);
}

SynapseSignal joined(const std::vector<SynapseSignal>& parts) {
  const SynapseSignal& first = parts.front();
  std::vector<std::tuple<std::uint64_t, std::size_t, std::size_t>> columns;  // synapse, part, column
  for (std::size_t p = 0; p < parts.size(); ++p) {
    const SynapseSignal& part = parts[p];
    if (part.sampling_interval != first.sampling_interval || part.first_sample != first.first_sample ||
        part.samples() != first.samples()) {
      throw StateError("variable", first.variable, "",
                       "must be sampled at the same times in all of these synapses to be one signal; ask for parts of "
                       "them");
    }
    for (std::size_t c = 0; c < part.synapses.size(); ++c) {
      columns.emplace_back(part.synapses[c], p, c);
    }
  }
  std::sort(columns.begin(), columns.end());
  SynapseSignal result{first.variable, first.unit, first.sampling_interval, first.first_sample, {}, {}, {}, {}};
  for (const auto& column : columns) {
    const auto [synapse, part, place] = column;
    result.synapses.push_back(synapse);
    if (!parts[part].pre.empty()) {
      result.pre.push_back(parts[part].pre[place]);
      result.post.push_back(parts[part].post[place]);
    }
  }
  result.values.reserve(first.samples() * columns.size());
  for (std::size_t row = 0; row < first.samples(); ++row) {
    for (const auto& [synapse, part, column] : columns) {
      result.values.push_back(parts[part].at(row, column));
    }
  }
  return result;
}

SynapseRequest SynapseRecorder::unrecorded(SynapseRequest request, double interval) const {
  for (const SynapseSampling& sampling : samplings_) {
    if (!is_of(sampling.request, request.projection, request.variable)) {
      continue;
    }
    SynapseRequest rest =
        part_of(request, [&sampling](std::uint64_t k) { return !contains(sampling.request.synapses, k); });
    if (rest.synapses.size() != request.synapses.size() && sampling.interval != interval) {
      throw StateError("sampling_interval", foundation::shortest_text(interval), "ms",
                       "must be " + foundation::shortest_text(sampling.interval) + " ms, at which " + request.variable +
                           " of some of these synapses is recorded already");
    }
    request = std::move(rest);
  }
  return request;
}

void SynapseRecorder::sample(SynapseRequest fresh, double interval, std::int64_t first) {
  for (SynapseSampling& sampling : samplings_) {  // requests made at the same time share their rows
    if (is_of(sampling.request, fresh.projection, fresh.variable) && sampling.interval == interval &&
        sampling.first_sample == first && sampling.next_sample == first) {
      add_to(sampling.request, fresh);
      return;
    }
  }
  samplings_.push_back({std::move(fresh), interval, first, first});
}

void SynapseRecorder::record_changes(const SynapseRequest& request) {
  for (SynapseChangeList& list : change_lists_) {
    if (is_of(list.request, request.projection, request.variable)) {
      add_to(list.request, part_of(request, [&list](std::uint64_t k) { return !contains(list.request.synapses, k); }));
      return;
    }
  }
  change_lists_.push_back({.request = request});
}

// Afterwards no two tables are of the same times, in any process, so that processes can tell which belong together.
void SynapseRecorder::put_together() {
  std::vector<SynapseSampling> result;
  for (SynapseSampling& sampling : samplings_) {
    const auto same = std::find_if(result.begin(), result.end(), [&sampling](const SynapseSampling& one) {
      return times_of(one) == times_of(sampling) && one.next_sample == one.first_sample;
    });
    if (same != result.end()) {
      add_to(same->request, sampling.request);
    } else {
      result.push_back(std::move(sampling));
    }
  }
  samplings_ = std::move(result);
}

std::optional<SynapseSignal> SynapseRecorder::signal(std::size_t projection, std::string_view variable,
                                                     const ChosenSynapses& chosen) const {
  const auto wanted = [&chosen](std::uint64_t synapse) { return !chosen || contains(*chosen, synapse); };
  std::vector<SynapseSignal> parts;
  for (const SynapseSampling& sampling : samplings_) {
    if (is_of(sampling.request, projection, variable)) {
      SynapseSignal part = as_signal(sampling);
      part.values = columns_of(part.values, part.synapses, wanted);
      part.synapses = part_of(sampling.request, wanted).synapses;
      if (!part.synapses.empty()) {
        parts.push_back(std::move(part));
      }
    }
  }
  return parts.empty() ? std::nullopt : std::optional(joined(parts));
}

std::optional<SynapseChanges> SynapseRecorder::changes(std::size_t projection, std::string_view variable,
                                                       const ChosenSynapses& chosen) const {
  for (const SynapseChangeList& list : change_lists_) {
    const auto wanted = [&chosen](std::uint64_t synapse) { return !chosen || contains(*chosen, synapse); };
    if (!is_of(list.request, projection, variable) ||
        std::none_of(list.request.synapses.begin(), list.request.synapses.end(), wanted)) {
      continue;
    }
    SynapseChanges found{list.request.variable, list.request.unit, {}, {}, {}, {}, {}};
    for (std::size_t k = 0; k < list.times.size(); ++k) {
      if (wanted(list.synapses[k])) {
        found.times.push_back(list.times[k]);
        found.synapses.push_back(list.synapses[k]);
        found.values.push_back(list.values[k]);
      }
    }
    sort(found);
    return found;
  }
  return std::nullopt;
}

void SynapseRecorder::clear(std::size_t projection) {
  for (SynapseSampling& sampling : samplings_) {
    if (sampling.request.projection == projection) {
      sampling.first_sample = sampling.next_sample;
      sampling.values.clear();
    }
  }
  put_together();
  for (SynapseChangeList& list : change_lists_) {
    if (list.request.projection == projection) {
      list = {.request = std::move(list.request)};
    }
  }
}

void SynapseRecorder::stop(std::size_t projection) {
  std::erase_if(samplings_, [projection](const auto& one) { return one.request.projection == projection; });
  std::erase_if(change_lists_, [projection](const auto& one) { return one.request.projection == projection; });
}

void SynapseRecorder::restart() {
  for (SynapseSampling& sampling : samplings_) {
    sampling.first_sample = sampling.next_sample = 0;
    sampling.values.clear();
  }
  put_together();
  for (SynapseChangeList& list : change_lists_) {
    list = {.request = std::move(list.request)};
  }
}

void SynapseRecorder::save(foundation::ByteWriter& out) const {
  const auto samplings = in_order(samplings_, times_of);
  out.put<std::uint64_t>(samplings.size());
  for (const SynapseSampling* const sampling : samplings) {
    put_request(out, sampling->request);
    out.put(sampling->interval);
    out.put(sampling->first_sample);
    out.put(sampling->next_sample);
    out.put_all(sampling->values);
  }
  const auto lists = in_order(change_lists_, variable_of);
  out.put<std::uint64_t>(lists.size());
  for (const SynapseChangeList* const list : lists) {
    put_request(out, list->request);
    const SynapseChanges changes = as_changes(*list);
    out.put<std::uint64_t>(changes.size());
    for (std::size_t k = 0; k < changes.size(); ++k) {
      out.put(changes.times[k].whole());
      out.put(changes.times[k].fraction());
      out.put(changes.synapses[k]);
      out.put(changes.values[k]);
    }
  }
}

void SynapseRecorder::load(foundation::ByteReader& in, const std::vector<std::size_t>& sizes) {
  samplings_.clear();
  change_lists_.clear();
  for (auto count = in.get<std::uint64_t>(); count > 0; --count) {
    samplings_.push_back(get_sampling(in, sizes));
  }
  for (auto count = in.get<std::uint64_t>(); count > 0; --count) {
    change_lists_.push_back(get_change_list(in, sizes));
  }
}

void SynapseRecorder::add_from(foundation::ByteReader& in, const std::vector<std::size_t>& sizes) {
  SynapseRecorder other;
  other.load(in, sizes);
  for (SynapseSampling& theirs : other.samplings_) {
    const auto mine = std::find_if(samplings_.begin(), samplings_.end(),
                                   [&theirs](const auto& one) { return times_of(one) == times_of(theirs); });
    in.require(mine != samplings_.end(), "holds samples of synapses that nobody asked for");
    if (mine->request.synapses.empty()) {
      *mine = std::move(theirs);
    } else if (!theirs.request.synapses.empty()) {
      const SynapseSignal both = joined({as_signal(*mine), as_signal(theirs)});
      mine->request.synapses = both.synapses;
      mine->values = both.values;
    }
  }
  for (const SynapseChangeList& theirs : other.change_lists_) {
    const auto mine = std::find_if(change_lists_.begin(), change_lists_.end(),
                                   [&theirs](const auto& one) { return variable_of(one) == variable_of(theirs); });
    in.require(mine != change_lists_.end(), "holds changes of synapses that nobody asked for");
    std::vector<std::uint64_t> both;
    std::merge(mine->request.synapses.begin(), mine->request.synapses.end(), theirs.request.synapses.begin(),
               theirs.request.synapses.end(), std::back_inserter(both));
    mine->request.synapses = std::move(both);
    mine->times.insert(mine->times.end(), theirs.times.begin(), theirs.times.end());
    mine->synapses.insert(mine->synapses.end(), theirs.synapses.begin(), theirs.synapses.end());
    mine->values.insert(mine->values.end(), theirs.values.begin(), theirs.values.end());
  }
}

void SynapseRecorder::keep_local(std::size_t list, const SynapseRequest& local) {
  const auto is_local = [&local](std::uint64_t synapse) { return contains(local.synapses, synapse); };
  if (list < samplings_.size()) {
    SynapseSampling& sampling = samplings_[list];
    sampling.values = columns_of(sampling.values, sampling.request.synapses, is_local);
    sampling.request = local;
    return;
  }
  SynapseChangeList& all = change_lists_[list - samplings_.size()];
  SynapseChangeList kept{.request = local};
  for (std::size_t k = 0; k < all.times.size(); ++k) {
    if (is_local(all.synapses[k])) {
      kept.times.push_back(all.times[k]);
      kept.synapses.push_back(all.synapses[k]);
      kept.values.push_back(all.values[k]);
    }
  }
  all = std::move(kept);
}

// Sums of one hash for each synapse, so that neither the order of requests nor the share of a process matters.
std::uint64_t SynapseRecorder::request_hash() const {
  std::uint64_t sum = 0;
  const auto add = [&sum](const SynapseRequest& request, double interval) {
    foundation::Hash of_all;
    of_all.add(std::uint64_t{request.projection}).add(interval);
    for (const char letter : request.variable) {
      of_all.add(static_cast<std::uint64_t>(letter));
    }
    for (const std::uint64_t synapse : request.synapses) {
      sum += foundation::Hash(of_all).add(synapse).value();
    }
  };
  for (const SynapseSampling& sampling : samplings_) {
    add(sampling.request, sampling.interval);
  }
  for (const SynapseChangeList& list : change_lists_) {
    add(list.request, 0.0);
  }
  return sum;
}

}  // namespace va_event::recording

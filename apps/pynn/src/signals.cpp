// SPDX-License-Identifier: Apache-2.0
// Recording as PyNN counts it: from the beginning to the present time, the samples at both ends included. The library's
// runs are half-open, and it takes the sample at exactly the present time in the next run. Which samples it took is its
// own word: Signal::first_sample and their number.
#include <algorithm>
#include <cmath>
#include <iterator>
#include <limits>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "network.hpp"

namespace va_event::python {

namespace {

/// Writes the rows of a block into those of `whole`, in the columns of the same cells.
void copy_rows(const SampleBlock& block, SampleBlock& whole) {
  std::vector<std::size_t> columns;
  for (const CellId id : block.ids) {
    const auto found = std::lower_bound(whole.ids.begin(), whole.ids.end(), id);
    columns.push_back(static_cast<std::size_t>(found - whole.ids.begin()));
  }
  auto row = static_cast<std::size_t>(block.first - whole.first) * whole.ids.size();
  for (std::size_t k = 0; k < block.values.size(); row += whole.ids.size()) {
    for (const std::size_t column : columns) {
      whole.values[row + column] = block.values[k++];
    }
  }
}

/// All samples of these cells in one block; NaN where some have samples and others have not.
SampleBlock together(std::vector<SampleBlock> blocks, const std::span<const CellId> ids) {
  if (blocks.size() == 1 && blocks.front().ids.size() == ids.size()) {
    return std::move(blocks.front());
  }
  SampleBlock whole{std::numeric_limits<std::int64_t>::max(), {ids.begin(), ids.end()}, {}};
  std::int64_t end = 0;
  std::erase_if(blocks, [](const SampleBlock& block) { return block.rows() == 0; });
  for (const SampleBlock& block : blocks) {
    whole.first = std::min(whole.first, block.first);
    end = std::max(end, block.end());
  }
  if (blocks.empty()) {
    return {0, std::move(whole.ids), {}};
  }
  whole.values.assign(static_cast<std::size_t>(end - whole.first) * ids.size(),
                      std::numeric_limits<double>::quiet_NaN());
  for (const SampleBlock& block : blocks) {
    copy_rows(block, whole);
  }
  return whole;
}

/// Without the column of these cells. @pre at most one row @param unwanted ascending
void drop(SampleBlock& row, std::span<const CellId> unwanted) {
  SampleBlock kept{row.first, {}, {}};
  for (std::size_t column = 0; column < row.ids.size(); ++column) {
    if (!std::binary_search(unwanted.begin(), unwanted.end(), row.ids[column])) {
      kept.ids.push_back(row.ids[column]);
      if (!row.values.empty()) {
        kept.values.push_back(row.values[column]);
      }
    }
  }
  row = std::move(kept);
}

}  // namespace

void Network::record(const IdArray& ids, const std::string& variable, double sampling_interval) {
  const Assembly all = cells(view(ids));
  all.record(variable, sampling_interval);
  if (variable == "spikes") {
    return;
  }
  std::vector<CellId> fresh = all.local_ids();
  std::erase_if(fresh, [&first = sampled_[variable].first](CellId id) { return first.contains(id); });
  begin_signal(variable, std::move(fresh));
}

void check_sampling_interval(double sampling_interval) {
  Simulation(SimulationOptions{}).create(1, IfCurrExp{}).record("v", sampling_interval);
}

void Network::clear_recorded(const IdArray& ids) {
  cells(view(ids)).clear_recorded();
  for (auto& [variable, sampled] : sampled_) {
    std::vector<CellId> again;
    std::copy_if(view(ids).begin(), view(ids).end(), std::back_inserter(again),
                 [&first = sampled.first](CellId id) { return first.contains(id); });
    begin_signal(variable, std::move(again));
  }
}

void Network::stop_recording(const IdArray& ids) {
  cells(view(ids)).stop_recording();
  for (auto& [variable, sampled] : sampled_) {
    for (SampleBlock& row : sampled.before_first) {
      drop(row, view(ids));
    }
    for (const CellId id : view(ids)) {
      sampled.first.erase(id);
    }
  }
}

/// PyNN's clock is a sum of rounded numbers, such as 0.1 ms a thousand times: it misses points of the grid by less than
/// a millionth of the interval.
std::optional<std::int64_t> Network::present_sample(double interval) const {
  const double tolerance = std::min(1e-6 * interval, 1e-7 + 1e-15 * now());  // [ms]
  const double nearest = std::round(now() / interval);
  if (std::abs(nearest * interval - now()) > tolerance) {
    return std::nullopt;
  }
  return static_cast<std::int64_t>(nearest);
}

void Network::begin_signal(const std::string& variable, std::vector<CellId> ids) {
  if (ids.empty()) {
    return;
  }
  SampledVariable& sampled = sampled_[variable];
  for (SampleBlock& row : sampled.before_first) {
    drop(row, ids);
  }
  std::erase_if(sampled.before_first, [](const SampleBlock& row) { return row.ids.empty(); });
  const Signal next = cells(ids).signal(variable, Gather::none);
  for (const CellId id : ids) {
    sampled.first[id] = next.first_sample;
  }
  if (present_sample(next.sampling_interval) == next.first_sample - 1) {
    sampled.before_first.push_back({next.first_sample - 1, std::move(ids), {}});
  }
}

void Network::take_samples_before_first() {
  for (auto& [variable, sampled] : sampled_) {
    for (SampleBlock& row : sampled.before_first) {
      if (row.values.empty() && !row.ids.empty()) {
        row.values = cells(row.ids).value(variable, Gather::none);
      }
    }
  }
}

std::vector<SampleBlock> Network::taken(std::span<const CellId> ids, const std::string& variable) const {
  std::map<std::int64_t, std::vector<CellId>> by_first;
  for (const CellId id : ids) {
    by_first[sampled_.at(variable).first.at(id)].push_back(id);
  }
  std::vector<SampleBlock> blocks;
  for (const auto& group : by_first) {
    const Assembly some = cells(group.second);
    Signal signal = some.signal(variable, Gather::none);
    blocks.push_back({signal.first_sample, std::move(signal.ids), std::move(signal.values)});
    SampleBlock& block = blocks.back();
    if (present_sample(signal.sampling_interval) == block.end()) {
      const std::vector<double> present = some.value(variable, Gather::none);
      block.values.insert(block.values.end(), present.begin(), present.end());
    }
  }
  return blocks;
}

py::tuple Network::signal(const IdArray& ids, const std::string& variable) const {
  std::vector<SampleBlock> blocks = taken(view(ids), variable);
  std::vector<CellId> others;  // than those that are asked for
  for (const SampleBlock& row : sampled_.at(variable).before_first) {
    SampleBlock wanted = row;
    if (wanted.values.empty()) {
      wanted.values = cells(row.ids).value(variable, Gather::none);
    }
    others.clear();
    std::set_difference(row.ids.begin(), row.ids.end(), view(ids).begin(), view(ids).end(), std::back_inserter(others));
    drop(wanted, others);
    if (!wanted.ids.empty()) {
      blocks.push_back(std::move(wanted));
    }
  }
  SampleBlock whole = together(std::move(blocks), view(ids));
  const auto rows = static_cast<py::ssize_t>(whole.rows());
  return py::make_tuple(whole.first, adopt(std::move(whole.values), {rows, static_cast<py::ssize_t>(ids.size())}));
}

}  // namespace va_event::python

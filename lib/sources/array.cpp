// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "sources/source_group.hpp"
#include "va_event/cell_types.hpp"

namespace va_event {

namespace sources {
namespace {

/// Given times, in order.
class ArrayGroup final : public SourceGroup {
 public:
  using Instant = events::Instant<double>;

  ArrayGroup(const network::PopulationData& population, std::uint64_t /*seed*/)
      : population_(population), cursor_(population.size, 0) {}

  std::optional<Instant> restart(std::size_t i, const Instant& start) override {
    const std::vector<Time>& times = population_.times_of(i);
    const auto first = std::lower_bound(times.begin(), times.end(), start, [](const Time& time, const Instant& t) {
      return events::to_instant<double>(time) < t;
    });
    cursor_[i] = static_cast<std::size_t>(first - times.begin());
    return next(i);
  }

  std::optional<Instant> next(std::size_t i) override {
    const std::vector<Time>& times = population_.times_of(i);
    return cursor_[i] < times.size() ? std::optional(events::to_instant<double>(times[cursor_[i]++])) : std::nullopt;
  }

  [[nodiscard]] const std::vector<Time>* spike_times(std::size_t i) const override { return &population_.times_of(i); }

  void save(std::size_t i, foundation::ByteWriter& out) const override { out.put<std::uint64_t>(cursor_[i]); }
  void load(std::size_t i, foundation::ByteReader& in) override {
    cursor_[i] = in.get<std::uint64_t>();
    in.require(cursor_[i] <= population_.times_of(i).size(), "holds a source beyond its last spike");
  }

 private:
  const network::PopulationData& population_;
  std::vector<std::size_t> cursor_;  ///< of the next spike time
};

}  // namespace
}  // namespace sources

const CellModel& SpikeSourceArray::model() {
  static constexpr sources::SourceImplementation kImplementation = sources::implement<sources::ArrayGroup>();
  static const CellModel kModel{.name = "SpikeSourceArray",
                                .parameters = {},
                                .variables = {},
                                .receptors = {},
                                .weight_unit = "",
                                .source = &kImplementation};
  return kModel;
}

SpikeSourceArray::operator CellType() const { return {model(), {}, spike_times}; }

}  // namespace va_event

// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "events/instant_bytes.hpp"
#include "network/parameter_table.hpp"
#include "sources/poisson_train.hpp"
#include "sources/source_group.hpp"
#include "va_event/cell_types.hpp"

namespace va_event {

namespace sources {
namespace {

constexpr network::ParameterTable<SpikeSourcePoisson> kParameters{
    {{{&SpikeSourcePoisson::rate, "rate", "Hz", Bound::non_negative, "mean number of spikes per second"},
      {&SpikeSourcePoisson::start, "start", "ms", Bound::non_negative, "first moment at which a spike is possible"},
      {&SpikeSourcePoisson::duration, "duration", "ms", Bound::duration, "spikes come before start + duration"}}}};

/// The trains of poisson_train.hpp, spike by spike. start and duration only leave spikes out.
class PoissonGroup final : public SourceGroup {
 public:
  using Instant = events::Instant<double>;

  PoissonGroup(const network::PopulationData& population, std::uint64_t seed)
      : population_(population), seed_(seed), sources_(population.size) {
    const random::PhiloxKey key = poisson_key(seed, 0);
    for (std::size_t i = 0; i < sources_.size(); ++i) {
      sources_[i].key = key;
      set_rate(sources_[i], parameters(i).rate);
      set_limits(i);
    }
  }

  std::optional<Instant> restart(std::size_t i, const Instant& start) override {
    Source& source = sources_[i];
    if (const double rate = parameters(i).rate; rate != source.rate) {
      // Of several changes at one time the last one counts: before the first run it is no change.
      source.changes += source.changed < start ? 1U : 0U;
      source.changed = start;
      source.key = poisson_key(seed_, source.changes);
      set_rate(source, rate);
    }
    set_limits(i);
    const Instant begin = std::max({start, source.changed, source.begin});
    go_to(source, SlotStart::of(begin, slots_of(source.rate).exponent));
    std::optional<Instant> spike = next(i);
    while (spike && *spike < begin) {
      spike = next(i);
    }
    return spike;
  }

  std::optional<Instant> next(std::size_t i) override {
    Source& source = sources_[i];
    if (!(source.rate > 0.0)) {
      return std::nullopt;
    }
    const bool kept = source.done < source.first_kept + source.kept;
    const std::optional<Instant> spike =
        kept ? TimeInSlot::of(source.ticks[source.done++ - source.first_kept]).after(source.slot) : draw_next(i);
    return spike && *spike < source.end ? spike : std::nullopt;
  }

  [[nodiscard]] std::optional<PoissonState> poisson(std::size_t i) const override {
    const Source& source = sources_[i];
    return PoissonState{source.rate, source.changes, source.changed, source.begin, source.end};
  }

  // The state is the last change. Where next() stands, the slot and the spikes of it that are behind, follows from the
  // spike that was returned last.
  void save(std::size_t i, foundation::ByteWriter& out) const override {
    const Source& source = sources_[i];
    events::put_instant(out, source.changed);
    out.put<std::uint32_t>(source.changes);
    events::put_instant(out, source.slot.time);
    out.put<std::uint32_t>(source.done);
  }
  void load(std::size_t i, foundation::ByteReader& in) override {
    Source& source = sources_[i];
    source.changed = events::get_instant<double>(in);
    source.changes = in.get<std::uint32_t>();
    source.key = poisson_key(seed_, source.changes);
    set_rate(source, parameters(i).rate);
    set_limits(i);
    go_to(source, SlotStart::of(events::get_instant<double>(in), slots_of(source.rate).exponent));
    const auto done = in.get<std::uint32_t>();
    in.require(done <= kMostSpikes, "holds a source with too many spikes in a slot");
    source.done = static_cast<std::uint8_t>(done);
  }

 private:
  static constexpr double kNever = 1e15;                                   ///< [ms], 30,000 years
  static constexpr std::int64_t kEnd = std::int64_t{1} << 55U;             ///< no spike in this epoch or later
  static constexpr std::size_t kUsual = 16;                                ///< hardly ever more spikes in a slot
  static constexpr std::size_t kAhead = 8;                                 ///< times of a source that are kept
  static constexpr std::uint8_t kUnknown = std::uint8_t{kMostSpikes} + 1;  ///< a count

  struct Source {
    double rate = 0.0;   ///< since `changed`
    Instant changed;     ///< when the rate changed last; 0: never
    Instant begin, end;  ///< no spikes before, and from there on
    SlotStart slot;      ///< of the next spike
    random::PhiloxKey key{};
    std::uint32_t changes = 0;
    std::uint8_t done = 0;          ///< spikes of the slot that were returned
    std::uint8_t count = kUnknown;  ///< spikes of the slot
    std::uint8_t first_kept = 0;    ///< the kept ones are in order, from this one on
    std::uint8_t kept = 0;
    std::array<std::uint64_t, kAhead> ticks{};
  };

  void set_limits(std::size_t i) {
    const SpikeSourcePoisson p = parameters(i);
    Source& source = sources_[i];
    source.begin = events::to_instant<double>(Time(std::min(p.start, kNever)));
    source.end =
        std::isinf(p.duration) ? Instant{kEnd, 0.0} : events::later(source.begin, std::min(p.duration, kNever));
  }
  static void go_to(Source& source, const SlotStart& slot) noexcept {
    source.slot = slot;
    source.done = 0;
    source.count = kUnknown;
    source.first_kept = 0;
    source.kept = 0;
  }

  [[nodiscard]] SpikeSourcePoisson parameters(std::size_t i) const { return kParameters.read(population_, i); }

  /// A table of counts serves one rate: the last one that two sources in a row were given.
  void set_rate(Source& source, double rate) {
    source.rate = rate;
    const double mean = slots_of(rate).mean;
    if (mean == last_mean_ && !(counts_ && counts_->mean() == mean)) {
      counts_.emplace(mean);
    }
    last_mean_ = mean;
  }

  /// The next spike where none is kept.
  std::optional<Instant> draw_next(std::size_t i) {
    Source& source = sources_[i];
    const PoissonSlots slots = slots_of(source.rate);
    for (;;) {
      if (source.count != kUnknown && source.done >= source.count) {
        go_to(source, source.slot.next(slots.exponent));
      }
      if (source.slot.time.epoch >= kEnd) {
        return std::nullopt;
      }
      const bool table = counts_ && counts_->mean() == slots.mean;
      const PoissonSlot slot(source.key, population_.first + static_cast<CellId>(i), source.slot.number(slots.exponent),
                             slots, table ? &*counts_ : nullptr);
      source.count = static_cast<std::uint8_t>(slot.count());
      if (source.done < source.count) {
        const TimeInSlot time =
            slots.exponent <= kLargestShortExponent ? keep(source, slot) : time_of_next(source, slot);
        ++source.done;
        return time.after(source.slot);
      }
    }
  }

  /// The next one in the order of time of the slot's spikes. Those that come after it are kept.
  static TimeInSlot keep(Source& source, const PoissonSlot& slot) {
    std::array<std::uint64_t, kMostSpikes> ticks;
    slot.ticks(ticks);
    sort(ticks.data(), source.count);
    source.first_kept = source.done + 1;
    source.kept = static_cast<std::uint8_t>(std::min<std::size_t>(source.count - source.first_kept, kAhead));
    std::copy_n(ticks.begin() + source.first_kept, source.kept, source.ticks.begin());
    return TimeInSlot::of(ticks[source.done]);
  }

  static TimeInSlot time_of_next(const Source& source, const PoissonSlot& slot) {
    std::array<TimeInSlot, kMostSpikes> times;
    slot.times(times);
    std::sort(times.begin(), times.begin() + slot.count());
    return times[source.done];
  }

  /// By the number of smaller ones: unlike comparisons of a sort, those do not make the processor guess.
  static void sort(std::uint64_t* numbers, std::size_t n) {
    if (n > kUsual) {
      std::sort(numbers, numbers + n);
      return;
    }
    std::array<std::uint64_t, kUsual> sorted;
    std::array<unsigned, kUsual> place{};
    for (std::size_t a = 1; a < n; ++a) {
      for (std::size_t b = 0; b < a; ++b) {
        const unsigned a_first = numbers[a] < numbers[b] ? 1U : 0U;
        place[a] += 1U - a_first;
        place[b] += a_first;
      }
    }
    for (std::size_t k = 0; k < n; ++k) {
      sorted[place[k]] = numbers[k];
    }
    std::copy_n(sorted.begin(), n, numbers);
  }

  const network::PopulationData& population_;
  std::uint64_t seed_;
  std::vector<Source> sources_;
  std::optional<PoissonCounts> counts_;
  double last_mean_ = -1.0;
};

}  // namespace
}  // namespace sources

const CellModel& SpikeSourcePoisson::model() {
  static constexpr sources::SourceImplementation kImplementation = sources::implement<sources::PoissonGroup>();
  static const CellModel kModel{.name = "SpikeSourcePoisson",
                                .parameters = sources::kParameters.infos(),
                                .variables = {},
                                .receptors = {},
                                .weight_unit = "",
                                .source = &kImplementation};
  return kModel;
}

SpikeSourcePoisson::operator CellType() const { return {model(), sources::kParameters.values_of(*this)}; }

}  // namespace va_event

// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <boost/multiprecision/cpp_bin_float.hpp>
#include <cmath>
#include <filesystem>
#include <functional>
#include <limits>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "random/philox.hpp"
#include "sources/poisson_train.hpp"
#include "va_event/va_event.hpp"

namespace va_event::sources {
namespace {

using Exact = boost::multiprecision::cpp_bin_float_50;

constexpr double kNoEnd = std::numeric_limits<double>::infinity();

Spikes spikes_of(const SpikeSourcePoisson& type, std::size_t n, double until, const SimulationOptions& options = {}) {
  Simulation simulation(options);
  const Population sources = simulation.create(n, type);
  sources.record("spikes");
  simulation.run_until(until);
  return sources.spikes();
}

/// Kolmogorov-Smirnov: sqrt(n) times the largest distance from a distribution. Above 1.95 with probability 0.001.
double distance(std::vector<double> numbers, const std::function<double(double)>& cumulative) {
  std::sort(numbers.begin(), numbers.end());
  const auto n = static_cast<double>(numbers.size());
  double largest = 0.0;
  for (std::size_t k = 0; k < numbers.size(); ++k) {
    const double p = cumulative(numbers[k]);
    largest = std::max({largest, p - static_cast<double>(k) / n, static_cast<double>(k + 1) / n - p});
  }
  return largest * std::sqrt(n);
}

/// The inverse of the Poisson distribution function at word / 2^64, in 50 digits.
unsigned exact_count(double mean, std::uint64_t word) {
  const Exact u = Exact(word) / Exact(0x1p64);
  Exact term = exp(-Exact(mean));
  Exact sum = term;
  unsigned k = 0;
  while (u >= sum) {
    term *= Exact(mean) / ++k;
    sum += term;
  }
  return k;
}

const std::vector<double> kMeans{0.0, 1e-30, 1e-5, 0.3, 2.0, 4.0, 4.7123, 5.999, 7.0, std::nextafter(8.0, 0.0)};

TEST(PoissonCounts, AreTheInverseOfTheDistributionFunction) {
  std::mt19937_64 random(1);
  for (const double mean : kMeans) {
    const PoissonCounts table(mean);
    std::vector<std::uint64_t> words{0, 1, 0xffffffff, 1ULL << 32U, 0x7fffffff00000000, 0xfffffffeffffffff};
    for (int k = 0; k < 500; ++k) {
      words.push_back(random());
      words.push_back(~(random() >> (k % 40)));  // in the upper tail
    }
    for (const std::uint64_t word : words) {
      const auto more = [word] { return static_cast<std::uint32_t>(word); };
      const auto bits = static_cast<std::uint32_t>(word >> 32U);
      const unsigned count = poisson_count(mean, bits, more);
      ASSERT_EQ(table(bits, more), count) << mean << ' ' << word;
      // Rounding moves the limits by some 1e-15.
      const std::uint64_t doubt = 1U << 16U;
      const unsigned least = exact_count(mean, word > doubt ? word - doubt : 0);
      const unsigned most = exact_count(mean, word < ~doubt ? word + doubt : word);
      ASSERT_GE(count, least) << mean << ' ' << word;
      ASSERT_LE(count, most) << mean << ' ' << word;
    }
  }
}

TEST(PoissonCounts, TakeMoreBitsExactlyWhere32DoNotDecide) {
  for (const double mean : kMeans) {
    const PoissonCounts table(mean);
    PoissonLimits limits(mean);
    while (limits.advance() && limits.limit() >> 32U < 0xffffffff) {
      const auto upper = static_cast<std::uint32_t>(limits.limit() >> 32U);
      const auto lower = static_cast<std::uint32_t>(limits.limit());
      for (const std::uint32_t bits : {upper - 1, upper, upper + 1}) {
        for (const std::uint32_t rest : {0U, lower - 1, lower, ~0U}) {
          int draws = 0;
          const auto more = [&draws, rest] { return ++draws, rest; };
          const unsigned count = table(bits, more);
          EXPECT_LE(draws, 1);
          EXPECT_TRUE(bits != upper || draws == 1);
          EXPECT_EQ(poisson_count(mean, bits, more), count);
          if (bits == upper && limits.limit() >= 1ULL << 32U) {
            EXPECT_EQ(count, limits.count() + (rest < lower ? 0 : 1)) << mean;
          }
        }
      }
    }
  }
}

TEST(PoissonCounts, OfMostProbableSlotsHaveTheDistributionOfPoisson) {
  for (const double rate : {4000.0, 6500.0, 7999.0}) {
    const PoissonSlots slots = slots_of(rate);
    const PoissonCounts table(slots.mean);
    std::array<double, 17> seen{};
    constexpr int kSlots = 100'000;
    for (int k = 0; k < kSlots; ++k) {
      const PoissonSlot slot(poisson_key(3, 0), static_cast<CellId>(k % 100), static_cast<std::uint64_t>(k / 100),
                             slots, &table);
      seen[std::min(slot.count(), 16U)] += 1.0;
    }
    double chi_square = 0.0;
    double p = std::exp(-slots.mean);
    double rest = 1.0;
    for (unsigned k = 0; k < 17; ++k) {
      const double expected = kSlots * (k < 16 ? p : rest);
      chi_square += (seen[k] - expected) * (seen[k] - expected) / expected;
      rest -= p;
      p *= slots.mean / (k + 1);
    }
    EXPECT_LT(chi_square, 39.3) << rate;  // 16 degrees of freedom: above with probability 0.001
  }
}

TEST(PoissonSlots, HaveFourToEightSpikesAndTilePartsOfEpochsOrWholeOnes) {
  for (const double rate :
       {1e-14, 1e-11, 1e-3, 0.1220703125, 0.123, 1.0, 62.5, 249.9, 250.0, 500.0, 8000.0, 1e6, 1e9}) {
    const PoissonSlots slots = slots_of(rate);
    EXPECT_GE(slots.mean, 4.0) << rate;
    EXPECT_LT(slots.mean, 8.0) << rate;
    EXPECT_DOUBLE_EQ(slots.mean, rate * std::ldexp(1e-3, slots.exponent)) << rate;
    // Some slots in a row: each begins where the one before ends, and has the next number.
    const events::Instant<double> within{1000, 15.999};
    SlotStart slot = SlotStart::of(within, slots.exponent);
    EXPECT_FALSE(within < slot.time);
    for (int k = 0; k < 40; ++k) {
      const SlotStart next = slot.next(slots.exponent);
      EXPECT_EQ(next.number(slots.exponent), slot.number(slots.exponent) + 1) << rate;
      const double length =
          static_cast<double>(next.time.epoch - slot.time.epoch) * 16.0 + (next.time.offset - slot.time.offset);
      EXPECT_EQ(length, std::ldexp(1.0, slots.exponent)) << rate;
      EXPECT_EQ(SlotStart::of(next.time, slots.exponent).time, next.time) << rate;
      EXPECT_EQ(SlotStart::of(events::later(slot.time, length * 0.7), slots.exponent).time, slot.time) << rate;
      slot = next;
    }
  }
  for (const double rate : {0.0, 5e-324, 1e-300, 1e-60, 1e-16}) {  // all time is one slot
    EXPECT_EQ(slots_of(rate).exponent, kLargestExponent);
    EXPECT_LT(slots_of(rate).mean, 4.0);
  }
}

TEST(PoissonSlots, HaveUniformIndependentTimesInAllTheirBits) {
  const PoissonSlots slots = slots_of(6500.0);
  ASSERT_EQ(slots.exponent, 0);  // 1 ms of 2^49 ticks
  std::array<int, 49> ones{};
  std::vector<double> fractions, products, fine;
  std::array<std::uint64_t, kMostSpikes> ticks;
  for (std::uint64_t number = 0; number < 10'000; ++number) {
    const PoissonSlot slot(poisson_key(5, 2), 17, number, slots, nullptr);
    slot.ticks(ticks);
    for (unsigned k = 0; k < slot.count(); ++k) {
      ASSERT_LT(ticks[k], 1ULL << 49U);
      for (unsigned bit = 0; bit < 49; ++bit) {
        ones[bit] += static_cast<int>(ticks[k] >> bit & 1U);
      }
      fractions.push_back(std::ldexp(static_cast<double>(ticks[k]), -49));
      fine.push_back(std::ldexp(static_cast<double>(ticks[k] % (1ULL << 45U)), -45));
      if (k > 0) {
        products.push_back((fractions.back() - 0.5) * (fractions[fractions.size() - 2] - 0.5));
      }
    }
  }
  const auto n = static_cast<double>(fractions.size());
  for (const int count : ones) {
    EXPECT_NEAR(count, 0.5 * n, 4.0 * 0.5 * std::sqrt(n));
  }
  const auto uniform = [](double x) { return x; };
  EXPECT_LT(distance(fractions, uniform), 1.95);
  EXPECT_LT(distance(fine, uniform), 1.95);
  double sum = 0.0;
  for (const double product : products) {
    sum += product;
  }
  EXPECT_NEAR(sum, 0.0, 4.0 / 12.0 * std::sqrt(static_cast<double>(products.size())));
}

/// Of 24 spikes block 0 has the sixteenth of the slot; the others have all bits elsewhere. Slots of so many are rare.
TEST(PoissonSlots, OfMoreThan24SpikesHaveUniformTimesToo) {
  const PoissonSlots slots = slots_of(7999.0);
  const PoissonCounts table(slots.mean);
  std::vector<double> places;
  std::array<std::uint64_t, kMostSpikes> ticks;
  unsigned found = 0;
  for (std::uint64_t number = 0; number < 3'000'000 && found < 2; ++number) {
    const PoissonSlot slot(poisson_key(1, 0), 0, number, slots, &table);
    if (slot.count() > 24) {
      ++found;
      slot.ticks(ticks);
      for (unsigned k = 0; k < slot.count(); ++k) {
        places.push_back(std::ldexp(static_cast<double>(ticks[k]), -49));
      }
    }
  }
  ASSERT_EQ(found, 2U);
  EXPECT_LT(distance(places, [](double x) { return x; }), 1.95);
  EXPECT_EQ(std::adjacent_find(places.begin(), places.end()), places.end());
}

/// From an implementation of its own (Philox, and counts with 300 bits), which shares nothing with this one.
TEST(PoissonTrains, AreThoseOfTheirDefinition) {
  struct Train {
    double rate;
    std::vector<std::pair<std::int64_t, std::uint64_t>> times;  ///< whole ms, and 2^-49 ms
  };
  const std::vector<Train> trains{
      {8000.0,
       {{0, 27673512963179}, {0, 47740350529753}, {0, 68623128188566}, {0, 147208478127258}, {0, 197397733519047}}},
      {3.0,
       {{201, 197768459498606},
        {347, 200841932676479},
        {499, 168306303134393},
        {697, 127733933983989},
        {1071, 46526295027293}}},
      {0.01,
       {{51545, 526179777146615},
        {88923, 187089003839352},
        {127820, 302217142385043},
        {178490, 48789801465120},
        {274197, 88782505139456}}},
      {1e6, {{0, 282019627953}, {0, 432398640049}, {0, 745942977027}, {0, 1072236377946}, {0, 1497283368944}}}};
  for (const Train& train : trains) {
    const double until = static_cast<double>(train.times.back().first) + (train.rate < 1e5 ? 1.0 : 0.01);
    const Spikes spikes = spikes_of({train.rate, 0.0, kNoEnd}, 3, until, {.seed = 12345678901});
    std::vector<Time> third;
    for (std::size_t k = 0; k < spikes.size(); ++k) {
      if (spikes.ids[k] == 2) {
        third.push_back(spikes.times[k]);
      }
    }
    ASSERT_GE(third.size(), train.times.size()) << train.rate;
    for (std::size_t k = 0; k < train.times.size(); ++k) {
      const auto [whole, ticks] = train.times[k];
      EXPECT_EQ(third[k], Time::from_parts(whole, std::ldexp(static_cast<double>(ticks), -49))) << train.rate;
    }
  }
}

TEST(PoissonTrains, HaveTheMeanAndVarianceOfTheirRateInWindowsOfAnyLength) {
  for (const double rate : {0.001, 0.05, 0.3, 7.0, 300.0, 8000.0, 1e6}) {
    const double until = 1e6 / rate;  // 1000 spikes of each
    const Spikes spikes = spikes_of({rate, 0.0, kNoEnd}, 20, until, {.seed = 11});
    EXPECT_NEAR(static_cast<double>(spikes.size()), 20'000.0, 4.0 * 141.0) << rate;
    for (const double expected : {0.37, 5.0, 24.0}) {  // in a window
      const auto windows = static_cast<std::size_t>(1000.0 / expected);
      std::vector<double> counts(20 * windows, 0.0);
      for (std::size_t k = 0; k < spikes.size(); ++k) {
        const auto window = static_cast<std::size_t>(spikes.times[k].ms() * rate / 1000.0 / expected);
        if (window < windows) {
          counts[spikes.ids[k] * windows + window] += 1.0;
        }
      }
      double variance = 0.0;
      double covariance = 0.0;  // of consecutive windows
      double between = 0.0;     // of sources
      for (std::size_t k = 0; k < counts.size(); ++k) {
        const double other = counts[(k + windows) % counts.size()] - expected;
        const double next = counts[(k + 1) % counts.size()] - expected;
        variance += (counts[k] - expected) * (counts[k] - expected);
        covariance += (counts[k] - expected) * next;
        between += (counts[k] - expected) * other;
      }
      const auto n = static_cast<double>(counts.size());
      EXPECT_NEAR(variance / n, expected, 4.0 * std::sqrt((expected + 2.0 * expected * expected) / n)) << rate;
      EXPECT_NEAR(covariance / n, 0.0, 4.0 * expected / std::sqrt(n)) << rate;
      EXPECT_NEAR(between / n, 0.0, 4.0 * expected / std::sqrt(n)) << rate;
    }
  }
}

TEST(PoissonTrains, HaveExponentialIntervalsAtAnyRate) {
  for (const double rate : {0.001, 0.1, 0.3, 8000.0, 1e6}) {
    const Spikes spikes = spikes_of({rate, 0.0, kNoEnd}, 10, 1e6 / rate, {.seed = 4});
    EXPECT_LT(distance(inter_spike_intervals(spikes), [rate](double x) { return -std::expm1(-x * rate / 1000.0); }),
              1.95)
        << rate;
  }
}

bool before(const Time& t, double limit) { return t < Time(limit); }

/// The times of source `id`.
std::vector<Time> times_of(const Spikes& spikes, CellId id) {
  std::vector<Time> times;
  for (std::size_t k = 0; k < spikes.size(); ++k) {
    if (spikes.ids[k] == id) {
      times.push_back(spikes.times[k]);
    }
  }
  return times;
}

/// Of sources that begin with 800 Hz (slots of 8 ms), after `change` at 10.3 ms.
Spikes spikes_after_change(std::size_t n, const std::function<void(Population&)>& change, double until = 100.0) {
  Simulation simulation({.seed = 6});
  Population sources = simulation.create(n, SpikeSourcePoisson{800.0, 0.0, kNoEnd});
  sources.record("spikes");
  simulation.run_until(10.3);
  change(sources);
  simulation.run_until(until);
  return sources.spikes();
}

TEST(PoissonTrains, KeepWhatWasBeforeAChangeOfTheRateWithinASlot) {
  const std::size_t n = 400;
  const Spikes plain = spikes_of({800.0, 0.0, kNoEnd}, n, 100.0, {.seed = 6});
  const Spikes same = spikes_after_change(n, [](Population& sources) { sources.set("rate", 800.0); });
  EXPECT_TRUE(same == plain);
  const Spikes changed = spikes_after_change(n, [](Population& sources) { sources.set("rate", 1400.0); });
  std::vector<double> to_first(n, -1.0);
  double late = 0.0;
  for (CellId id = 0; id < n; ++id) {
    const std::vector<Time> a = times_of(plain, id), b = times_of(changed, id);
    const auto end_a = std::partition_point(a.begin(), a.end(), [](const Time& t) { return before(t, 10.3); });
    const auto end_b = std::partition_point(b.begin(), b.end(), [](const Time& t) { return before(t, 10.3); });
    ASSERT_TRUE(std::equal(a.begin(), end_a, b.begin(), end_b));
    to_first[id] = end_b->minus(Time(10.3));
    late += static_cast<double>(b.end() - end_b);
    // None of the old train's spikes, not even of the slot, is left.
    std::vector<Time> common;
    std::set_intersection(end_a, a.end(), end_b, b.end(), std::back_inserter(common));
    EXPECT_TRUE(common.empty());
  }
  EXPECT_LT(distance(to_first, [](double x) { return -std::expm1(-x * 1.4); }), 1.95);
  const double expected = n * 89.7 * 1.4;
  EXPECT_NEAR(late, expected, 4.0 * std::sqrt(expected));
}

TEST(PoissonTrains, OfTheSameRateAfterTwoChangesAreNewOnes) {
  const Spikes plain = spikes_of({800.0, 0.0, kNoEnd}, 3, 100.0, {.seed = 6});
  Simulation simulation({.seed = 6});
  Population sources = simulation.create(3, SpikeSourcePoisson{800.0, 0.0, kNoEnd});
  sources.record("spikes");
  simulation.run_until(10.3);
  sources.set("rate", 0.0);
  simulation.run_until(12.0);
  sources.set("rate", 800.0);
  simulation.run_until(100.0);
  const Spikes changed = sources.spikes();
  std::vector<Time> common;
  std::set_intersection(plain.times.begin(), plain.times.end(), changed.times.begin(), changed.times.end(),
                        std::back_inserter(common));
  EXPECT_TRUE(std::all_of(common.begin(), common.end(), [](const Time& t) { return before(t, 10.3); }));
  EXPECT_TRUE(std::none_of(changed.times.begin(), changed.times.end(),
                           [](const Time& t) { return !before(t, 10.3) && before(t, 12.0); }));
}

TEST(PoissonTrains, KnowOfSeveralChangesAtOneTimeTheLast) {
  const Spikes once = spikes_after_change(5, [](Population& sources) { sources.set("rate", 1400.0); });
  const Spikes twice = spikes_after_change(5, [](Population& sources) {
    sources.set("rate", 300.0);
    sources.set("rate", 1400.0);
  });
  EXPECT_TRUE(once == twice);
  // At the start a change is none.
  Simulation simulation({.seed = 6});
  Population sources = simulation.create(5, SpikeSourcePoisson{3.0, 0.0, kNoEnd});
  sources.record("spikes");
  simulation.run_until(0.0);
  sources.set("rate", 800.0);
  simulation.run_until(100.0);
  EXPECT_TRUE(sources.spikes() == spikes_of({800.0, 0.0, kNoEnd}, 5, 100.0, {.seed = 6}));
}

TEST(PoissonTrains, OfOneSourceDoNotDependOnTheRatesOfOthers) {
  const Spikes common = spikes_of({800.0, 0.0, kNoEnd}, 6, 100.0, {.seed = 6});
  Simulation simulation({.seed = 6});
  Population sources = simulation.create(6, SpikeSourcePoisson{800.0, 0.0, kNoEnd});
  sources.slice(1, 6).set("rate", RandomDistribution("uniform", {10.0, 5000.0}));
  sources.record("spikes");
  simulation.run_until(100.0);
  EXPECT_EQ(times_of(sources.spikes(), 0), times_of(common, 0));
}

TEST(PoissonTrains, LoseWhatStartAndDurationLeaveOutAndNothingElse) {
  const Spikes all = spikes_of({800.0, 0.0, kNoEnd}, 20, 200.0, {.seed = 6});
  const auto part = [&all](double begin, double end) {
    Spikes kept;
    for (std::size_t k = 0; k < all.size(); ++k) {
      if (!before(all.times[k], begin) && before(all.times[k], end)) {
        kept.times.push_back(all.times[k]);
        kept.ids.push_back(all.ids[k]);
      }
    }
    return kept;
  };
  const Spikes middle = spikes_of({800.0, 33.3, 70.0}, 20, 200.0, {.seed = 6});
  EXPECT_EQ(middle.times, part(33.3, 103.3).times);
  EXPECT_EQ(middle.ids, part(33.3, 103.3).ids);
  const Spikes later = spikes_after_change(20, [](Population& sources) {
    sources.set("start", 50.0);
    sources.set("duration", 30.0);
  });
  std::vector<Time> expected = part(0.0, 10.3).times;
  const std::vector<Time> rest = part(50.0, 80.0).times;
  expected.insert(expected.end(), rest.begin(), rest.end());
  EXPECT_EQ(later.times, expected);
}

/// Rates whose slots are shorter and longer than an epoch, two changes, and what else may cut a run.
struct Stimulus {
  explicit Stimulus(const SimulationOptions& options) : simulation(options) {
    sources = {simulation.create(8, SpikeSourcePoisson{.rate = 900.0, .start = 0.4, .duration = 95.0})};
    sources[0].slice(2, 8).set("rate", RandomDistribution("uniform", {0.5, 20'000.0}));
    sources[0].record("spikes");
  }
  void run_until(double stop) {
    for (const double change : {21.7, 60.0}) {
      if (simulation.now() < Time(change) && stop >= change) {
        simulation.run_until(change);
        sources[0].slice(0, 5).set("rate", change * 100.0);
      }
    }
    simulation.run_until(stop);
  }
  Simulation simulation;
  std::vector<Population> sources;
};

TEST(PoissonTrains, AreTheSameForAnyCutThreadsPrecisionAndFromACheckpoint) {
  Stimulus whole({.seed = 9, .threads = 1});
  whole.run_until(100.0);
  const Spikes expected = whole.sources[0].spikes();
  ASSERT_GT(expected.size(), 2000U);
  for (const SimulationOptions& options :
       {SimulationOptions{.seed = 9, .threads = 1}, SimulationOptions{.seed = 9, .threads = 3},
        SimulationOptions{.seed = 9, .precision = Precision::quad(), .threads = 1}}) {
    Stimulus cut(options);
    for (const double stop : {0.0, 0.1, 7.3, 16.0, 21.7, 21.70001, 48.0, 60.0, 77.7, 100.0}) {
      cut.run_until(stop);
    }
    EXPECT_EQ(cut.sources[0].spikes().times, expected.times);
    EXPECT_EQ(cut.sources[0].spikes().ids, expected.ids);
  }
  const std::filesystem::path file = std::filesystem::temp_directory_path() / "va_event_poisson_trains.checkpoint";
  for (const double stop : {5.5, 21.7, 30.0, 61.1}) {
    Stimulus first({.seed = 9, .threads = 1});
    first.run_until(stop);
    first.simulation.save_checkpoint(file.string());
    Stimulus second({.seed = 9, .threads = 2});
    second.sources[0].slice(0, 5).set("rate", first.sources[0].slice(0, 5).get("rate"));
    second.simulation.load_checkpoint(file.string());
    second.run_until(100.0);
    EXPECT_EQ(second.sources[0].spikes(), expected) << stop;
  }
  std::filesystem::remove(file);
}

}  // namespace
}  // namespace va_event::sources

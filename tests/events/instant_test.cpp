// SPDX-License-Identifier: Apache-2.0
#include "events/instant.hpp"

#include <gtest/gtest.h>

#include <boost/multiprecision/cpp_bin_float.hpp>
#include <cmath>
#include <cstdint>
#include <random>

namespace va_event::events {
namespace {

// Every double up to 1e15 ms, their sums and products with 50 decimal digits are exact or as good as exact: the
// independent route of every test here.
using Wide = boost::multiprecision::cpp_bin_float_50;

/// Half of the last bit of the largest offsets, those in [8, 16) ms.
constexpr double kHalfBit = 0x1p-50;

template <class Real>
Wide exact(const Instant<Real>& t) {
  return Wide(t.epoch) * kEpoch + Wide(t.offset);
}

Wide exact(const Time& t) { return Wide(t.whole()) + Wide(t.fraction()); }

bool is_normal(const Instant<double>& t) { return t.offset >= 0.0 && t.offset < static_cast<double>(kEpoch); }

/// Times of all magnitudes: 2^-40 ms ... 2^50 ms (1.1e15), some of them on the borders of epochs.
class Magnitudes {
 public:
  double operator()() {
    const double magnitude = std::ldexp(std::uniform_real_distribution(1.0, 2.0)(generator_),
                                        std::uniform_int_distribution(-40, 49)(generator_));
    switch (std::uniform_int_distribution(0, 5)(generator_)) {
      case 0:
        return std::floor(magnitude / 16.0) * 16.0;
      case 1:
        return std::nextafter(std::floor(magnitude / 16.0) * 16.0 + 16.0, 0.0);
      default:
        return magnitude;
    }
  }
  double offset() { return std::uniform_real_distribution(0.0, 16.0)(generator_); }
  std::int64_t epoch() { return static_cast<std::int64_t>((*this)() / 16.0); }
  double sign() { return std::bernoulli_distribution()(generator_) ? 1.0 : -1.0; }

 private:
  std::mt19937_64 generator_{20240611};
};

TEST(Instant, NormalisingKeepsTheMomentAndBringsTheOffsetIntoTheEpoch) {
  Magnitudes draw;
  for (int k = 0; k < 100'000; ++k) {
    const std::int64_t epoch = draw.epoch() + (std::int64_t{1} << 46);
    const double offset = draw.sign() * draw();
    const Instant<double> t = normalised(epoch, offset);
    ASSERT_TRUE(is_normal(t)) << "epoch " << epoch << ", offset " << offset;
    ASSERT_LE(abs(exact(t) - (Wide(epoch) * kEpoch + Wide(offset))), Wide(kHalfBit)) << epoch << " " << offset;
  }
}

TEST(Instant, NormalisingAnOffsetThatIsInTheEpochChangesNothing) {
  for (const double offset : {0.0, 0x1p-1074, 1.0, 15.0, std::nextafter(16.0, 0.0)}) {
    EXPECT_EQ(normalised(std::int64_t{7}, offset), (Instant<double>{7, offset}));
  }
}

TEST(Instant, NormalisingATinyNegativeOffsetGivesTheStartOfTheEpochAndNotItsEnd) {
  EXPECT_EQ(normalised(std::int64_t{7}, -1e-30), (Instant<double>{7, 0.0}));
  EXPECT_EQ(normalised(std::int64_t{7}, 16.0), (Instant<double>{8, 0.0}));
}

TEST(Instant, AddingADurationRoundsOnce) {
  Magnitudes draw;
  for (int k = 0; k < 100'000; ++k) {
    const Instant<double> start{draw.epoch(), draw.offset()};
    const double duration = draw();
    const Instant<double> end = later(start, duration);
    ASSERT_TRUE(is_normal(end));
    // The sum lies below 32 ms before the epoch is split off: half of its last bit is one bit of the offset.
    ASSERT_LE(abs(exact(end) - (exact(start) + Wide(duration))), Wide(2 * kHalfBit)) << start.offset << " " << duration;
    ASSERT_FALSE(end < start);
  }
}

TEST(Instant, AddingDurationsOfWholeEpochsIsExact) {
  for (const double epochs : {1.0, 2.0, 3.0, 625'000.0, 0x1p40}) {
    const Instant<double> start{3, 0.1};
    EXPECT_EQ(later(start, epochs * 16.0), (Instant<double>{3 + static_cast<std::int64_t>(epochs), 0.1}));
  }
}

TEST(Instant, AddingNothingOrLessThanTheResolutionStaysAtTheSameInstant) {
  const Instant<double> t{5, 12.5};
  EXPECT_EQ(later(t, 0.0), t);
  EXPECT_EQ(later(t, 1e-30), t);
}

TEST(Instant, ADurationLongerThanAllTimeComesAfterEverythingElse) {
  // A synapse with a delay of 1e300 ms, or a neuron that is refractory for ever: legal, and no reason for overflow.
  for (const double duration : {1e19, 1e100, 1e300}) {
    const Instant<double> t = later(Instant<double>{625'000, 3.0}, duration);
    EXPECT_TRUE(is_normal(t)) << duration;
    EXPECT_LT((Instant<double>{std::int64_t{1} << 50, 0.0}), t) << duration;
  }
}

TEST(Instant, ResolutionAt1e15MsIsThatAtZero) {
  const Instant<double> zero{0, 3.0};
  const Instant<double> late{62'500'000'000'000, 3.0};  // 1e15 ms
  for (double step = 0x1p-49; step < 1e5; step *= 1.75) {
    const Instant<double> a = later(zero, step);
    const Instant<double> b = later(late, step);
    EXPECT_EQ(a.offset, b.offset) << step;
    EXPECT_EQ(a.epoch + late.epoch, b.epoch) << step;
  }
}

TEST(Instant, MultiplesOfAnIntervalAreRoundedOnceAndDoNotDrift) {
  Magnitudes draw;
  for (const double interval : {0.1, 0.025, 1.0 / 3.0, 16.0, 15.9, 1e-3, 123.456, std::nextafter(16.0, 0.0)}) {
    for (int k = 0; k < 20'000; ++k) {
      const auto count = static_cast<std::int64_t>(draw() / interval / 32.0);
      const Instant<double> t = multiple(count, interval);
      ASSERT_TRUE(is_normal(t));
      ASSERT_LE(abs(exact(t) - Wide(count) * Wide(interval)), Wide(kHalfBit) * (1 + Wide(1e-9)))
          << count << " * " << interval;
    }
  }
}

TEST(Instant, MultiplesAscendWithTheirNumber) {
  for (const double interval : {0.1, 1.0 / 3.0, 0.7}) {
    Instant<double> before = multiple(0, interval);
    EXPECT_EQ(before, (Instant<double>{0, 0.0}));
    for (std::int64_t k = 1; k < 10'000; ++k) {
      const Instant<double> t = multiple(k, interval);
      ASSERT_LT(before, t) << k;
      before = t;
    }
  }
}

TEST(Instant, TimesBecomeInstantsWithinHalfABitOfAnOffset) {
  Magnitudes draw;
  for (int k = 0; k < 100'000; ++k) {
    const Time time = Time::from_parts(static_cast<std::int64_t>(draw()), draw.offset() / 16.0);
    const auto t = to_instant<double>(time);
    ASSERT_TRUE(is_normal(t));
    ASSERT_LE(abs(exact(t) - exact(time)), Wide(kHalfBit)) << time.to_string();
  }
}

TEST(Instant, InstantsBecomeTimesExactly) {
  Magnitudes draw;
  for (int k = 0; k < 100'000; ++k) {
    const Instant<double> t{draw.epoch(), draw.offset()};
    ASSERT_EQ(exact(to_time(t)), exact(t));
    ASSERT_EQ(to_instant<double>(to_time(t)), t);
  }
}

TEST(Instant, AWiderFractionThatRoundsUpToAMillisecondBecomesThatMillisecond) {
  const Wide almost = Wide(3) - Wide(1e-40);
  EXPECT_EQ(to_time(Instant<Wide>{2, almost}), Time(35.0));
}

TEST(Instant, WiderNumbersKeepTheirOwnResolution) {
  const Wide tiny = Wide(1) / Wide("3e30");
  const Instant<Wide> t = later(Instant<Wide>{62'500'000'000'000, Wide(15)}, Wide(1) + tiny);
  EXPECT_EQ(t.epoch, 62'500'000'000'001);
  EXPECT_LE(abs(t.offset - tiny), Wide(1e-48));
}

TEST(Instant, OrderIsThatOfTheMoments) {
  Magnitudes draw;
  for (int k = 0; k < 100'000; ++k) {
    const Instant<double> a{draw.epoch() % 4, draw.offset()};
    const Instant<double> b = k % 3 == 0 ? a : Instant<double>{draw.epoch() % 4, draw.offset()};
    ASSERT_EQ(a < b, exact(a) < exact(b));
    ASSERT_EQ(a == b, exact(a) == exact(b));
  }
}

}  // namespace
}  // namespace va_event::events

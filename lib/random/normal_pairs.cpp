// SPDX-License-Identifier: Apache-2.0
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "random/normal_pairs.cpp"
#include <hwy/foreach_target.h>
// clang-format off: the order matters
#include <hwy/highway.h>

#include "random/philox-inl.hpp"
// clang-format on
#include <algorithm>
#include <array>
#include <cassert>
#include <cstddef>

#include "numerics/elementary.hpp"
#include "numerics/turns.hpp"
#include "random/normal_pairs.hpp"

HWY_BEFORE_NAMESPACE();
namespace va_event::random::HWY_NAMESPACE {
namespace {

using Doubles = hn::ScalableTag<double>;
using Words = hn::ScalableTag<std::uint64_t>;
using V = hn::Vec<Doubles>;
using W = hn::Vec<Words>;

/// A multiple of 2^-52 in [0, 1), from the upper bits of each word.
HWY_INLINE V fraction(W words) {
  const Doubles d;
  const Words bits;
  const W mantissa = hn::Or(hn::ShiftRight<12>(words), hn::Set(bits, std::uint64_t{1023} << 52U));
  return hn::BitCast(d, mantissa) - hn::Set(d, 1.0);
}

/// numerics::elementary::log(), operation by operation.
HWY_INLINE V log(V x) {
  using namespace numerics::elementary::detail;
  const Doubles d;
  const hn::RebindToSigned<Doubles> integers;
  const auto c = [d](double value) HWY_ATTR { return hn::Set(d, value); };
  constexpr std::int64_t kSqrtHalf = 0x3fe6a09e667f3bcd;
  constexpr std::int64_t kRoundBits = 0x4338000000000000;  // of kRound: adding k makes the double kRound + k
  const auto bits = hn::BitCast(integers, x);
  const auto k = hn::ShiftRight<52>(bits - hn::Set(integers, kSqrtHalf));
  const V m = hn::BitCast(d, bits - hn::ShiftLeft<52>(k));
  const V f = m - c(1.0);
  const V s = f / (c(2.0) + f);
  const V z = s * s;
  V sum = c(2.0 / 21.0);
  for (int odd = 19; odd >= 3; odd -= 2) {
    sum = c(2.0 / odd) + z * sum;
  }
  const V half_square = c(0.5) * f * f;
  const V kd = hn::BitCast(d, k + hn::Set(integers, kRoundBits)) - c(kRound);
  return kd * c(kLn2Hi) + (f - (half_square - (s * (half_square + z * sum) + kd * c(kLn2Lo))));
}

struct Point {
  V sine, cosine;
};

/// numerics::at_turns(), operation by operation.
HWY_INLINE Point at_turns(V turns) {
  using numerics::detail::kCosine;
  using numerics::detail::kSine;
  const Doubles d;
  const Words integers;
  const auto c = [d](double value) HWY_ATTR { return hn::Set(d, value); };
  const V shifted = c(4.0) * turns + c(numerics::elementary::detail::kRound);
  const V quarters = shifted - c(numerics::elementary::detail::kRound);
  const V x = (turns - c(0.25) * quarters) * c(numerics::two_pi<double>());
  const V x2 = x * x;
  V sine = c(0.0);
  for (std::size_t k = kSine.size(); k-- > 0;) {
    sine = c(kSine[k]) + x2 * sine;
  }
  V cosine = c(0.0);
  for (std::size_t k = kCosine.size(); k-- > 0;) {
    cosine = c(kCosine[k]) + x2 * cosine;
  }
  sine = x + x * (x2 * sine);
  cosine = c(1.0) + x2 * cosine;
  const W quarter = hn::BitCast(integers, shifted);  // its two low bits are those of the integer
  const auto odd = hn::RebindMask(d, hn::TestBit(quarter, hn::Set(integers, 1)));
  const auto sign = [&](W number) HWY_ATTR {  // the bit of 2 as a double's sign
    return hn::BitCast(d, hn::ShiftLeft<62>(hn::And(number, hn::Set(integers, 2))));
  };
  return {hn::Xor(hn::IfThenElse(odd, cosine, sine), sign(quarter)),
          hn::Xor(hn::IfThenElse(odd, sine, cosine), sign(quarter + hn::Set(integers, 1)))};
}

/// The pairs of as many items as a vector has lanes.
HWY_INLINE Point pairs(const RoundKeys& keys, W number, W object, W part, std::uint32_t attempt) {
  const Doubles d;
  const Words words;
  W block[1][4] = {{hn::Set(words, attempt), part, object, number}};
  philox(words, keys, block);
  // Centres of cells of (0, 1): neither end occurs, so that the logarithm is finite.
  const V u = fraction(join(block[0][0], block[0][1])) + hn::Set(d, 0x1p-53);
  const Point point = at_turns(fraction(join(block[0][2], block[0][3])));
  const V radius = hn::Sqrt(hn::Set(d, -2.0) * log(u));
  return {radius * point.sine, radius * point.cosine};
}

void draw_pairs(std::uint64_t key, const Items& items, std::uint32_t attempt, std::span<double> cosine,
                std::span<double> sine) {
  const Doubles d;
  const Words words;
  const hn::Rebind<std::uint32_t, Words> halves;
  const std::size_t lanes = hn::Lanes(d);
  const std::size_t count = cosine.size();
  const RoundKeys keys({static_cast<std::uint32_t>(key), static_cast<std::uint32_t>(key >> 32U)});
  const auto load = [&](const std::uint32_t* from) HWY_ATTR { return hn::PromoteTo(words, hn::LoadU(halves, from)); };
  std::size_t k = 0;
  for (; k + lanes <= count; k += lanes) {
    const Point point = pairs(keys, load(&items.number[k]), load(&items.object[k]), load(&items.part[k]), attempt);
    hn::StoreU(point.cosine, d, &cosine[k]);
    hn::StoreU(point.sine, d, &sine[k]);
  }
  if (k == count) {
    return;
  }
  constexpr std::size_t kMaxLanes = HWY_MAX_BYTES / sizeof(double);
  std::array<std::uint32_t, 3 * kMaxLanes> rest{};
  std::array<double, 2 * kMaxLanes> results;
  const std::size_t left = count - k;
  std::copy_n(&items.number[k], left, rest.data());
  std::copy_n(&items.object[k], left, rest.data() + kMaxLanes);
  std::copy_n(&items.part[k], left, rest.data() + 2 * kMaxLanes);
  const Point point =
      pairs(keys, load(rest.data()), load(rest.data() + kMaxLanes), load(rest.data() + 2 * kMaxLanes), attempt);
  hn::StoreU(point.cosine, d, results.data());
  hn::StoreU(point.sine, d, results.data() + kMaxLanes);
  std::copy_n(results.data(), left, &cosine[k]);
  std::copy_n(results.data() + kMaxLanes, left, &sine[k]);
}

}  // namespace
}  // namespace va_event::random::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace va_event::random {

HWY_EXPORT(draw_pairs);

void draw_normal_pairs(std::uint64_t key, const Items& items, std::uint32_t attempt, std::span<double> cosine,
                       std::span<double> sine) {
  assert(items.number.size() == cosine.size() && items.object.size() == cosine.size());
  assert(items.part.size() == cosine.size() && sine.size() == cosine.size());
  HWY_DYNAMIC_DISPATCH(draw_pairs)(key, items, attempt, cosine, sine);
}

void ClippedNormal::finish(std::uint64_t key, const Items& items, OfPair which, std::span<double> values) const {
  std::vector<std::uint32_t> number, object, part;  // of the items that are drawn anew
  std::vector<std::size_t> index;                   // of these among all
  const auto settle = [&](std::size_t i, double z, std::vector<std::size_t>& rejected) {
    values[i] = mu + sigma * z;
    if (!(values[i] >= low && values[i] <= high)) {
      rejected.push_back(i);
    }
  };
  for (std::size_t i = 0; i < values.size(); ++i) {
    settle(i, values[i], index);
  }
  std::vector<double> cosine, sine;
  std::vector<std::size_t> rejected;
  for (std::uint32_t attempt = 1; !index.empty(); ++attempt) {
    number.clear(), object.clear(), part.clear(), rejected.clear();
    for (const std::size_t i : index) {
      number.push_back(items.number[i]);
      object.push_back(items.object[i]);
      part.push_back(items.part[i]);
    }
    cosine.resize(index.size()), sine.resize(index.size());
    draw_normal_pairs(key, {number, object, part}, attempt, cosine, sine);
    for (std::size_t i = 0; i < index.size(); ++i) {
      settle(index[i], which == OfPair::cosine ? cosine[i] : sine[i], rejected);
    }
    index.swap(rejected);
  }
}

}  // namespace va_event::random
#endif

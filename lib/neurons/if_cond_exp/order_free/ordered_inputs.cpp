// SPDX-License-Identifier: Apache-2.0
#undef HWY_DISABLED_TARGETS
#define HWY_DISABLED_TARGETS VA_EVENT_SIZELESS_TARGETS
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "neurons/if_cond_exp/order_free/ordered_inputs.cpp"
#include <hwy/foreach_target.h>
// clang-format off: the order matters
#include <hwy/highway.h>
// clang-format on
#include <array>
#include <cstddef>
#include <cstdint>
#include <utility>

#include "neurons/if_cond_exp/order_free/frames.hpp"
#include "neurons/if_cond_exp/order_free/ordered_inputs.hpp"

#ifndef VA_EVENT_ORDER_BY_SORTING
#define VA_EVENT_ORDER_BY_SORTING
namespace va_event::neurons::order_free_conductances {
namespace {

/// Inputs are few enough to count for each how many come before.
constexpr std::size_t kFew = 128;

/// Any number of inputs, some of which may come at one time.
[[gnu::noinline]] std::size_t order_by_sorting(const GatheredInputs& inputs, double* x, double* exc, double* inh) {
  std::vector<std::pair<double, double>> sorted(inputs.size);
  for (std::size_t k = 0; k < inputs.size; ++k) {
    sorted[k] = {inputs.x[k], inputs.weight[k]};
  }
  std::sort(sorted.begin(), sorted.end());
  std::size_t size = 0;
  for (const auto& [time, weight] : sorted) {
    if (size == 0 || x[size - 1] != time) {
      x[size] = time;
      exc[size] = inh[size] = 0.0;
      ++size;
    }
    if (weight < 0.0) {
      inh[size - 1] -= weight;
    } else {
      exc[size - 1] += weight;
    }
  }
  return size;
}

}  // namespace
}  // namespace va_event::neurons::order_free_conductances
#endif

HWY_BEFORE_NAMESPACE();
namespace va_event::neurons::order_free_conductances::HWY_NAMESPACE {
namespace {

namespace hn = hwy::HWY_NAMESPACE;
using Doubles = hn::ScalableTag<double>;
using Ints = hn::ScalableTag<std::int32_t>;
using Ranks = std::array<std::int32_t, kFew + std::size_t{4} * HWY_MAX_BYTES / sizeof(std::int32_t)>;

/// How many of the keys come before those of the vectors from k on.
template <std::size_t kVectors>
HWY_INLINE void rank(const Ranks& keys, std::size_t size, std::size_t k, Ranks& ranks) {
  const Ints d;
  const std::size_t lanes = hn::Lanes(d);
  hn::Vec<Ints> key[kVectors], before[kVectors];
  for (std::size_t v = 0; v < kVectors; ++v) {
    key[v] = hn::LoadU(d, keys.data() + k + v * lanes);
    before[v] = hn::Zero(d);
  }
  for (std::size_t other = 0; other < size; ++other) {
    const auto its = hn::Set(d, keys[other]);
    for (std::size_t v = 0; v < kVectors; ++v) {
      before[v] = before[v] - hn::VecFromMask(d, its < key[v]);
    }
  }
  for (std::size_t v = 0; v < kVectors; ++v) {
    hn::StoreU(before[v], d, ranks.data() + k + v * lanes);
  }
}

/// Whole numbers in the order of the times: those of different times may be equal.
HWY_INLINE void find_keys(const double* x, std::size_t size, Ranks& keys) {
  constexpr double kPerMs = 0x1p28;  // below 2^31 in a frame
  static_assert(kFrame * kPerMs <= 0x1p31);
  const Doubles d;
  const hn::Rebind<std::int32_t, Doubles> half;
  for (std::size_t k = 0; k < size; k += hn::Lanes(d)) {
    hn::StoreU(hn::DemoteTo(half, hn::LoadU(d, x + k) * hn::Set(d, kPerMs)), half, keys.data() + k);
  }
}

std::size_t order_lanes(const GatheredInputs& inputs, double* x, double* exc, double* inh) {
  const Doubles d;
  const std::size_t lanes = hn::Lanes(d);
  const std::size_t size = inputs.size;
  if (size > kFew) {
    return order_by_sorting(inputs, x, exc, inh);
  }
  Ranks keys, ranks;
  find_keys(inputs.x.data(), size, keys);
  const std::size_t of_ranks = hn::Lanes(Ints());
  std::size_t k = 0;
  for (; k + 2 * of_ranks < size; k += 3 * of_ranks) {
    rank<3>(keys, size, k, ranks);
  }
  if (k + of_ranks < size) {
    rank<2>(keys, size, k, ranks);
  } else if (k < size) {
    rank<1>(keys, size, k, ranks);
  }
  std::int64_t sum = 0;
  for (k = 0; k < size; ++k) {
    const auto place = static_cast<std::size_t>(ranks[k]);
    sum += ranks[k];
    x[place] = inputs.x[k];
    exc[place] = inputs.weight[k];
  }
  if (HWY_UNLIKELY(2 * sum != static_cast<std::int64_t>(size * (size - 1)))) {  // two have the same rank
    return order_by_sorting(inputs, x, exc, inh);
  }
  for (k = 0; k < size; k += lanes) {
    const auto weight = hn::LoadU(d, exc + k);
    hn::StoreU(hn::Max(weight, hn::Zero(d)), d, exc + k);
    hn::StoreU(hn::Max(hn::Neg(weight), hn::Zero(d)), d, inh + k);
  }
  return size;
}

}  // namespace
}  // namespace va_event::neurons::order_free_conductances::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace va_event::neurons::order_free_conductances {

HWY_EXPORT(order_lanes);

std::size_t order(const GatheredInputs& inputs, double* x, double* exc, double* inh) {
  return HWY_DYNAMIC_DISPATCH(order_lanes)(inputs, x, exc, inh);
}

}  // namespace va_event::neurons::order_free_conductances
#endif

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
#include <limits>
#include <utility>

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
using Integers = hn::RebindToSigned<Doubles>;

/// How many of the inputs come before those of the vectors from k on.
template <std::size_t kVectors>
HWY_INLINE void rank(const GatheredInputs& inputs, std::size_t k, std::int64_t* ranks) {
  const Doubles d;
  const Integers di;
  const std::size_t lanes = hn::Lanes(d);
  hn::Vec<Doubles> x[kVectors];
  hn::Vec<Integers> before[kVectors];
  for (std::size_t v = 0; v < kVectors; ++v) {
    x[v] = hn::LoadU(d, inputs.x.data() + k + v * lanes);
    before[v] = hn::Zero(di);
  }
  for (std::size_t other = 0; other < inputs.size; ++other) {
    const auto its = hn::Set(d, inputs.x[other]);
    for (std::size_t v = 0; v < kVectors; ++v) {
      before[v] = before[v] - hn::VecFromMask(di, hn::RebindMask(di, its < x[v]));
    }
  }
  for (std::size_t v = 0; v < kVectors; ++v) {
    hn::StoreU(before[v], di, ranks + k + v * lanes);
  }
}

std::size_t order_lanes(GatheredInputs& inputs, double* x, double* exc, double* inh) {
  const Doubles d;
  const std::size_t lanes = hn::Lanes(d);
  const std::size_t size = inputs.size;
  if (size > kFew) {
    return order_by_sorting(inputs, x, exc, inh);
  }
  inputs.reserve(0);
  hn::StoreU(hn::Set(d, std::numeric_limits<double>::infinity()), d, inputs.x.data() + size);
  std::array<std::int64_t, kFew + std::size_t{3} * HWY_MAX_BYTES / sizeof(std::int64_t)> ranks;
  std::size_t k = 0;
  for (; k + 2 * lanes < size; k += 3 * lanes) {
    rank<3>(inputs, k, ranks.data());
  }
  for (; k < size; k += lanes) {
    rank<1>(inputs, k, ranks.data());
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

std::size_t order(GatheredInputs& inputs, double* x, double* exc, double* inh) {
  return HWY_DYNAMIC_DISPATCH(order_lanes)(inputs, x, exc, inh);
}

}  // namespace va_event::neurons::order_free_conductances
#endif

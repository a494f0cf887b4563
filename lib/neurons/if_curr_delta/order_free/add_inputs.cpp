// SPDX-License-Identifier: Apache-2.0
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "neurons/if_curr_delta/order_free/add_inputs.cpp"
#include <hwy/foreach_target.h>
// clang-format off: the order matters
#include <hwy/highway.h>

#include "numerics/lanes-inl.hpp"
// clang-format on
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "neurons/if_curr_delta/order_free/add_inputs.hpp"

HWY_BEFORE_NAMESPACE();
namespace va_event::neurons::delta_order_free::HWY_NAMESPACE {
namespace {

namespace hn = hwy::HWY_NAMESPACE;
using numerics::HWY_NAMESPACE::Doubles;
using numerics::HWY_NAMESPACE::V;
using Integers = hn::RebindToSigned<Doubles>;
constexpr std::size_t kMostLanes = 4;

HWY_INLINE void add_one(std::int64_t* sums, std::uint32_t i, std::int64_t input) { sums[i] = sum_of(sums[i], input); }

/// In place of a polynomial's degree: neurons have rates of their own.
constexpr std::size_t kOwn = 0;

/// input_of(), in each lane. @param weight_in_units weight * frame.per_unit @param rate of the neurons, if kOwn
template <std::size_t degree>
HWY_INLINE void inputs_at(const Frame& frame, V x, V weight_in_units, V rate, std::int64_t* out) {
  const Doubles d;
  const Integers di;
  V growth;
  if constexpr (degree == kOwn) {
    growth = numerics::HWY_NAMESPACE::exp(x * rate);
  } else {
    const V u = x - hn::Set(d, frame.length / 2);
    growth = hn::Set(d, frame.coefficient[degree]);
    for (std::size_t k = degree; k-- > 0;) {
      growth = growth * u + hn::Set(d, frame.coefficient[k]);
    }
  }
  const V magic = hn::Set(d, 0x1.8p52);
  hn::Store(hn::BitCast(di, weight_in_units * growth + magic) - hn::BitCast(di, magic), di, out);
}

/// @param index of the neuron in each lane
template <std::size_t degree, class Index>
HWY_INLINE V rates_of(const Sums& sums, const Index& index) {
  const Doubles d;
  if constexpr (degree == kOwn) {
    HWY_ALIGN std::array<double, kMostLanes> rate{};
    for (std::size_t n = 0; n < hn::Lanes(d); ++n) {
      rate[n] = sums.rate[index(n)];
    }
    return hn::Load(d, rate.data());
  } else {
    return hn::Zero(d);
  }
}

/// All at one time with one weight: one integer for all.
void add_equal(const Frame& frame, const RowSlice& slice, const Sums& sums) {
  const std::int64_t input = input_of(frame, slice.arrival(0), slice.constant_weight, 0.0);
  // Groups have less than 2^31 neurons: the offset modulo 2^32 may be taken as a signed number.
  std::int64_t* const first = sums.of(input) + static_cast<std::int32_t>(slice.offset);
  const std::uint32_t* target = slice.target;
  std::size_t left = slice.count;
  for (; left >= 8; left -= 8, target += 8) {
    for (std::size_t n = 0; n < 8; ++n) {
      add_one(first, target[n], input);
    }
  }
  for (; left > 0; --left, ++target) {
    add_one(first, *target, input);
  }
}

/// Arrivals and weights of their own, or one of both in common.
template <std::size_t degree>
void add_different(const Frame& frame, const RowSlice& slice, const Sums& sums) {
  const Doubles d;
  const std::size_t lanes = hn::Lanes(d);
  HWY_ALIGN std::array<std::int64_t, kMostLanes> input;
  std::size_t k = 0;
  for (; k + lanes <= slice.count; k += lanes) {
    const V time =
        slice.delay == nullptr ? hn::Set(d, slice.time) : hn::Set(d, slice.time) + hn::LoadU(d, slice.delay + k);
    const V weight = slice.weight == nullptr ? hn::Set(d, slice.constant_weight) : hn::LoadU(d, slice.weight + k);
    const V rate = rates_of<degree>(sums, [&slice, k](std::size_t n) HWY_ATTR { return slice.index(k + n); });
    inputs_at<degree>(frame, time - hn::Set(d, slice.origin), weight * hn::Set(d, frame.per_unit), rate, input.data());
    for (std::size_t n = 0; n < lanes; ++n) {
      add_one(sums.of(input[n]), slice.index(k + n), input[n]);
    }
  }
  for (; k < slice.count; ++k) {
    const std::int64_t one = input_of(frame, slice.arrival(k), slice.weight_of(k), sums.rate_of(slice.index(k)));
    add_one(sums.of(one), slice.index(k), one);
  }
}

void add_slice_lanes(const Frame& frame, const RowSlice& slice, const Sums& sums) {
  if (slice.count == 0) {
    return;
  }
  if (frame.own) {
    add_different<kOwn>(frame, slice, sums);
  } else if (slice.delay == nullptr && slice.weight == nullptr) {
    add_equal(frame, slice, sums);
  } else if (frame.slow) {
    add_different<kSlowDegree>(frame, slice, sums);
  } else {
    add_different<kDegree>(frame, slice, sums);
  }
}

template <std::size_t degree>
void add_single(const Frame& frame, std::span<const SingleInput> inputs, const Sums& sums) {
  const Doubles d;
  const std::size_t lanes = hn::Lanes(d);
  HWY_ALIGN std::array<std::int64_t, kMostLanes> input;
  HWY_ALIGN std::array<double, kMostLanes> x{};
  HWY_ALIGN std::array<double, kMostLanes> weight{};
  std::size_t k = 0;
  for (; k + lanes <= inputs.size(); k += lanes) {
    for (std::size_t n = 0; n < lanes; ++n) {
      x[n] = inputs[k + n].x;
      weight[n] = inputs[k + n].weight;
    }
    const V rate = rates_of<degree>(sums, [&inputs, k](std::size_t n) HWY_ATTR { return inputs[k + n].index; });
    inputs_at<degree>(frame, hn::Load(d, x.data()), hn::Load(d, weight.data()) * hn::Set(d, frame.per_unit), rate,
                      input.data());
    for (std::size_t n = 0; n < lanes; ++n) {
      add_one(sums.of(input[n]), inputs[k + n].index, input[n]);
    }
  }
  for (; k < inputs.size(); ++k) {
    const std::int64_t one = input_of(frame, inputs[k].x, inputs[k].weight, sums.rate_of(inputs[k].index));
    add_one(sums.of(one), inputs[k].index, one);
  }
}

void add_inputs_lanes(const Frame& frame, std::span<const SingleInput> inputs, const Sums& sums) {
  if (frame.own) {
    add_single<kOwn>(frame, inputs, sums);
  } else if (frame.slow) {
    add_single<kSlowDegree>(frame, inputs, sums);
  } else {
    add_single<kDegree>(frame, inputs, sums);
  }
}

template <std::size_t degree>
void add_from_sources(const Frame& frame, const SourceArrivals<double>& arrivals, double frame_start,
                      const Sums& sums) {
  const Doubles d;
  const std::size_t lanes = hn::Lanes(d);
  const std::size_t count = arrivals.source.size();
  const bool own_weights = arrivals.weight.size() > 1;
  const std::uint32_t* const source = arrivals.source.data();
  const std::uint32_t* const target = arrivals.target.data();
  HWY_ALIGN std::array<std::int64_t, kMostLanes> input;
  HWY_ALIGN std::array<double, kMostLanes> weights{};
  V weight = hn::Set(d, arrivals.weight[0]) * hn::Set(d, frame.per_unit);
  std::int64_t* const sum = arrivals.weight[0] < 0.0 ? sums.lowering : sums.raising;
  std::size_t k = 0;
  for (; k + lanes <= count; k += lanes) {
    const V x = hn::LoadU(d, arrivals.t.data() + k) - hn::Set(d, frame_start);
    const V rate =
        rates_of<degree>(sums, [source, target, k](std::size_t n) HWY_ATTR { return target[source[k + n]]; });
    if (!own_weights) {
      inputs_at<degree>(frame, x, weight, rate, input.data());
      for (std::size_t n = 0; n < lanes; ++n) {
        add_one(sum, target[source[k + n]], input[n]);
      }
      continue;
    }
    for (std::size_t n = 0; n < lanes; ++n) {
      weights[n] = arrivals.weight[source[k + n]];
    }
    weight = hn::Load(d, weights.data()) * hn::Set(d, frame.per_unit);
    inputs_at<degree>(frame, x, weight, rate, input.data());
    for (std::size_t n = 0; n < lanes; ++n) {
      add_one(sums.of(input[n]), target[source[k + n]], input[n]);
    }
  }
  for (; k < count; ++k) {
    const std::int64_t one =
        input_of(frame, arrivals.t[k] - frame_start, arrivals.weight_of(source[k]), sums.rate_of(target[source[k]]));
    add_one(sums.of(one), target[source[k]], one);
  }
}

void add_arrivals_lanes(const Frame& frame, const SourceArrivals<double>& arrivals, double frame_start,
                        const Sums& sums) {
  if (frame.own) {
    add_from_sources<kOwn>(frame, arrivals, frame_start, sums);
  } else if (frame.slow) {
    add_from_sources<kSlowDegree>(frame, arrivals, frame_start, sums);
  } else {
    add_from_sources<kDegree>(frame, arrivals, frame_start, sums);
  }
}

}  // namespace
}  // namespace va_event::neurons::delta_order_free::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace va_event::neurons::delta_order_free {

HWY_EXPORT(add_slice_lanes);
HWY_EXPORT(add_inputs_lanes);
HWY_EXPORT(add_arrivals_lanes);

void add_slice(const Frame& frame, const RowSlice& slice, const Sums& sums) {
  HWY_DYNAMIC_DISPATCH(add_slice_lanes)(frame, slice, sums);
}

void add_inputs(const Frame& frame, std::span<const SingleInput> inputs, const Sums& sums) {
  HWY_DYNAMIC_DISPATCH(add_inputs_lanes)(frame, inputs, sums);
}

void add_arrivals(const Frame& frame, const SourceArrivals<double>& arrivals, double frame_start, const Sums& sums) {
  HWY_DYNAMIC_DISPATCH(add_arrivals_lanes)(frame, arrivals, frame_start, sums);
}

}  // namespace va_event::neurons::delta_order_free
#endif

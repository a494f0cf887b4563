// SPDX-License-Identifier: Apache-2.0
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "neurons/if_curr_exp/order_free/add_own_inputs.cpp"
#include <hwy/foreach_target.h>
// clang-format off: the order matters
#include <hwy/highway.h>

#include "neurons/if_curr_exp/order_free/sums-inl.hpp"
// clang-format on
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "neurons/if_curr_exp/order_free/add_inputs.hpp"

HWY_BEFORE_NAMESPACE();
namespace va_event::neurons::order_free::HWY_NAMESPACE {
namespace {

using Indices = std::array<std::uint32_t, 4>;

template <std::size_t size>
HWY_INLINE V polynomial(const std::array<double, size>& coefficient, V z) {
  const Doubles d;
  const V square = z * z;
  std::size_t k = size - 1;
  V first = hn::Set(d, coefficient[k]);
  V second = hn::Set(d, coefficient[k - 1]);
  while (k >= 3) {
    k -= 2;
    first = first * square + hn::Set(d, coefficient[k]);
    second = second * square + hn::Set(d, coefficient[k - 1]);
  }
  return k == 2 ? (first * square + hn::Set(d, coefficient[0])) + second * z : second + first * z;
}

/// The constants of one neuron in each lane. @tparam D Doubles: of a template, since half a vector may not exist
template <class D>
HWY_INLINE void load_constants(D d, const Frame& frame, std::size_t receptor, const Indices& index, V& mean, V& half) {
  const auto constants = [&](std::size_t n) HWY_ATTR { return &frame.own.of_inputs[index[n]].synapse[receptor].mean; };
#if HWY_TARGET == HWY_SCALAR
  mean = hn::Load(d, constants(0));
  half = hn::Load(d, constants(0) + 1);
#else
  V even;
  V odd;
  if constexpr (hn::MaxLanes(D()) == 4) {
    const hn::Half<D> pair;
    even = hn::Combine(d, hn::Load(pair, constants(2)), hn::Load(pair, constants(0)));
    odd = hn::Combine(d, hn::Load(pair, constants(3)), hn::Load(pair, constants(1)));
  } else {
    even = hn::Load(d, constants(0));
    odd = hn::Load(d, constants(1));
  }
  mean = hn::InterleaveLower(d, even, odd);
  half = hn::InterleaveUpper(d, even, odd);
#endif
}

/// own_input_of(), operation by operation.
template <class Reach>
HWY_INLINE Columns inputs_of(const Frame& frame, std::size_t receptor, const Indices& index, V x, V weight,
                             V per_length, V per_unit) {
  const Doubles d;
  const Integers di;
  V mean;
  V half;
  load_constants(d, frame, receptor, index, mean, half);
  const V place = x * per_length;
  const V units = weight * per_unit;
  const V z = half * x;
  const V sinh_over_x = polynomial(Reach::kSinhOverX, z * z);
  const V growth = units * polynomial(Reach::kExp, mean * x);
  const V s = growth * (polynomial(Reach::kCosh, z * z) - z * sinh_over_x);
  const V m = growth * (place * sinh_over_x);
  const V rise = hn::Max(units * (hn::Set(d, 1.0) - place), hn::Zero(d));
  const VI current = rounded(s);
  const VI zero = hn::Zero(di);
  return {zero - rounded(m), receptor == 0 ? current : zero, receptor == 0 ? zero : current,
          zero - (rounded(rise) + hn::Set(di, kSlack))};
}

/// The neurons and arrivals of all lanes.
struct OfLanes {
  const Indices& neuron;
  V arrival;
  [[nodiscard]] std::uint32_t index(std::size_t lane) const { return neuron[lane]; }
  [[nodiscard]] HWY_INLINE double x(std::size_t lane) const {
    alignas(64) std::array<double, 4> all{};
    hn::Store(arrival, Doubles(), all.data());
    return all[lane];
  }
};

/// Adds the inputs of the first `count` lanes.
HWY_INLINE void add_first(const Columns& columns, std::size_t count, const Indices& index, V x, const Inbox& inbox) {
  const OfLanes lanes{index, x};
  if (HWY_LIKELY(count == hn::Lanes(Doubles()))) {
    add_all(columns, lanes, inbox);
  } else {
    add_some(columns, 0, count, lanes, inbox);
  }
}

/// Some numbers, one in each lane; lanes from `count` on have the last of them.
HWY_INLINE V load_some(const double* numbers, std::size_t count) {
  const Doubles d;
  if (HWY_LIKELY(count == hn::Lanes(d))) {
    return hn::LoadU(d, numbers);
  }
  alignas(64) std::array<double, 4> some{};
  for (std::size_t n = 0; n < hn::Lanes(d); ++n) {
    some[n] = numbers[HWY_MIN(n, count - 1)];
  }
  return hn::Load(d, some.data());
}

template <class Reach>
void add_slices_of(const Frame& frame, std::span<const RowSlice> slices, const Inbox& inbox) {
  const Doubles d;
  const std::size_t lanes = hn::Lanes(d);
  const V per_length = hn::Set(d, 1.0 / frame.length);
  const V per_unit = hn::Set(d, 1.0 / frame.unit);
  Indices index{};
  for (const RowSlice& slice : slices) {
    V x = hn::Set(d, slice.delay == nullptr ? slice.arrival(0) : 0.0);
    V weight = hn::Set(d, slice.constant_weight);
    for (std::size_t k = 0; k < slice.count; k += lanes) {
      const std::size_t count = HWY_MIN(lanes, slice.count - k);
      for (std::size_t n = 0; n < lanes; ++n) {
        index[n] = slice.index(k + HWY_MIN(n, count - 1));
      }
      if (slice.delay != nullptr) {
        x = (hn::Set(d, slice.time) + load_some(slice.delay + k, count)) - hn::Set(d, slice.origin);
      }
      if (slice.weight != nullptr) {
        weight = load_some(slice.weight + k, count);
      }
      add_first(inputs_of<Reach>(frame, slice.receptor, index, x, weight, per_length, per_unit), count, index, x,
                inbox);
    }
  }
}

/// @param input gives the k-th of `count` inputs of one receptor
template <class Reach, class InputAt>
HWY_INLINE void add_each(const Frame& frame, std::size_t receptor, std::size_t count, const InputAt& input_at,
                         const Inbox& inbox) {
  const Doubles d;
  const std::size_t lanes = hn::Lanes(d);
  const V per_length = hn::Set(d, 1.0 / frame.length);
  const V per_unit = hn::Set(d, 1.0 / frame.unit);
  Indices index{};
  alignas(64) std::array<double, 4> x{};
  alignas(64) std::array<double, 4> weight{};
  for (std::size_t k = 0; k < count; k += lanes) {
    const std::size_t some = HWY_MIN(lanes, count - k);
    for (std::size_t n = 0; n < lanes; ++n) {
      const SingleInput input = input_at(k + HWY_MIN(n, some - 1));
      index[n] = input.index;
      x[n] = input.x;
      weight[n] = input.weight;
    }
    const V arrival = hn::Load(d, x.data());
    add_first(inputs_of<Reach>(frame, receptor, index, arrival, hn::Load(d, weight.data()), per_length, per_unit), some,
              index, arrival, inbox);
  }
}

template <class InputAt>
HWY_INLINE void add_each(const Frame& frame, std::size_t receptor, std::size_t count, const InputAt& input_at,
                         const Inbox& inbox) {
  frame.own.slow ? add_each<ReachesSixteenth>(frame, receptor, count, input_at, inbox)
                 : add_each<ReachesQuarter>(frame, receptor, count, input_at, inbox);
}

void add_own_slices_lanes(const Frame& frame, std::span<const RowSlice> slices, const Inbox& inbox) {
  frame.own.slow ? add_slices_of<ReachesSixteenth>(frame, slices, inbox)
                 : add_slices_of<ReachesQuarter>(frame, slices, inbox);
}
void add_own_inputs_lanes(const Frame& frame, std::span<const SingleInput> inputs, const Inbox& inbox) {
  add_each(
      frame, inputs[0].receptor, inputs.size(), [inputs](std::size_t k) HWY_ATTR { return inputs[k]; }, inbox);
}
void add_own_arrivals_lanes(const Frame& frame, const SourceArrivals<double>& arrivals, double frame_start,
                            const Inbox& inbox) {
  const auto input_at = [&arrivals, frame_start](std::size_t k) HWY_ATTR {
    const std::uint32_t source = arrivals.source[k];
    return SingleInput{arrivals.t[k] - frame_start, arrivals.weight_of(source), arrivals.target[source],
                       arrivals.receptor};
  };
  add_each(frame, arrivals.receptor, arrivals.t.size(), input_at, inbox);
}

}  // namespace
}  // namespace va_event::neurons::order_free::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace va_event::neurons::order_free {

HWY_EXPORT(add_own_slices_lanes);
HWY_EXPORT(add_own_inputs_lanes);
HWY_EXPORT(add_own_arrivals_lanes);

void add_own_slices(const Frame& frame, std::span<const RowSlice> slices, const Inbox& inbox) {
  HWY_DYNAMIC_DISPATCH(add_own_slices_lanes)(frame, slices, inbox);
}
void add_own_inputs(const Frame& frame, std::span<const SingleInput> inputs, const Inbox& inbox) {
  HWY_DYNAMIC_DISPATCH(add_own_inputs_lanes)(frame, inputs, inbox);
}
void add_own_arrivals(const Frame& frame, const SourceArrivals<double>& arrivals, double frame_start,
                      const Inbox& inbox) {
  HWY_DYNAMIC_DISPATCH(add_own_arrivals_lanes)(frame, arrivals, frame_start, inbox);
}

}  // namespace va_event::neurons::order_free
#endif

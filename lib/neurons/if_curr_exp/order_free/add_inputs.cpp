// SPDX-License-Identifier: Apache-2.0
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "neurons/if_curr_exp/order_free/add_inputs.cpp"
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

/// Growth, in each lane.
template <std::size_t degree>
HWY_INLINE V growth_at(const Growth& growth, V u) {
  const Doubles d;
  const V square = u * u;
  V even = hn::Set(d, growth.coefficient[degree]);
  V odd = hn::Set(d, growth.coefficient[degree - 1]);
  for (std::size_t k = degree - 2; k > 0; k -= 2) {
    even = even * square + hn::Set(d, growth.coefficient[k]);
    odd = odd * square + hn::Set(d, growth.coefficient[k - 1]);
  }
  return (even * square + hn::Set(d, growth.coefficient[0])) + odd * u;
}

/// common_input_of(), operation by operation, once the growth of both exponentials is known.
HWY_INLINE Columns inputs_of(const Frame& frame, std::size_t receptor, V weight, V growth_syn, V growth_m) {
  const Doubles d;
  const Integers di;
  const Frame::Synapse& synapse = frame.synapse[receptor];
  const V amplitude = weight * hn::Set(d, synapse.amplitude);
  const V s = amplitude * growth_syn;
  const V m = amplitude * growth_m;
  const V rise = hn::Max(s * hn::Set(d, synapse.decay) - m * hn::Set(d, frame.decay_m), hn::Zero(d));
  const VI current = rounded(s);
  const VI zero = hn::Zero(di);
  return {zero - rounded(m), receptor == 0 ? current : zero, receptor == 0 ? zero : current,
          zero - (rounded(rise) + hn::Set(di, kSlack))};
}

/// The synapses of a slice from `begin` on, one in each lane.
struct OfSlice {
  const RowSlice& slice;
  std::size_t begin;
  [[nodiscard]] std::uint32_t index(std::size_t lane) const { return slice.index(begin + lane); }
  [[nodiscard]] double x(std::size_t lane) const { return slice.arrival(begin + lane); }
};

/// The same of single inputs.
struct OfInputs {
  std::span<const SingleInput> inputs;
  std::size_t begin;
  [[nodiscard]] std::uint32_t index(std::size_t lane) const { return inputs[begin + lane].index; }
  [[nodiscard]] double x(std::size_t lane) const { return inputs[begin + lane].x; }
};

/// The same of arrivals from sources.
struct OfArrivals {
  const SourceArrivals<double>& arrivals;
  double frame_start;
  std::size_t begin;
  [[nodiscard]] std::uint32_t index(std::size_t lane) const { return arrivals.target[arrivals.source[begin + lane]]; }
  [[nodiscard]] double x(std::size_t lane) const { return arrivals.t[begin + lane] - frame_start; }
};

/// All at one time, with the same weight.
HWY_INLINE void add_alike(const Frame& frame, const RowSlice& slice, const Inbox& inbox) {
  const double x = slice.arrival(0);
  const Sums input = common_input_of(frame, slice.receptor, x, slice.constant_weight);
  std::size_t k = 0;
  for (; k + 4 <= slice.count; k += 4) {
    std::int64_t any = 0;
    for (std::size_t n = 0; n < 4; ++n) {
      any |= add(inbox.sums[slice.index(k + n)], input);
    }
    if (any < 0) [[unlikely]] {
      for (std::size_t n = 0; n < 4; ++n) {
        note(slice.index(k + n), x, input, inbox);
      }
    }
  }
  for (; k < slice.count; ++k) {
    add_and_note(slice.index(k), x, input, inbox);
  }
}

/// All at one time, with weights of their own.
HWY_INLINE void add_at_once(const Frame& frame, const RowSlice& slice, const Inbox& inbox) {
  const Doubles d;
  const std::size_t lanes = hn::Lanes(d);
  const double u = slice.arrival(0) - frame.length / 2;
  const V growth_syn = hn::Set(d, frame.synapse[slice.receptor].growth(u));
  const V growth_m = hn::Set(d, frame.growth_m(u));
  std::size_t k = 0;
  for (; k + lanes <= slice.count; k += lanes) {
    add_all(inputs_of(frame, slice.receptor, hn::LoadU(d, slice.weight + k), growth_syn, growth_m), OfSlice{slice, k},
            inbox);
  }
  for (; k < slice.count; ++k) {
    const double x = slice.arrival(k);
    add_and_note(slice.index(k), x, common_input_of(frame, slice.receptor, x, slice.weight[k]), inbox);
  }
}

/// Each at its own time. The last vector of a slice ends with it: of its lanes only those that are left are added.
template <std::size_t degree_syn, std::size_t degree_m>
HWY_INLINE void add_with_delays(const Frame& frame, const RowSlice& slice, const Inbox& inbox) {
  const Doubles d;
  const std::size_t lanes = hn::Lanes(d);
  if (slice.count < lanes) {
    for (std::size_t k = 0; k < slice.count; ++k) {
      const double x = slice.arrival(k);
      add_and_note(slice.index(k), x, common_input_of(frame, slice.receptor, x, slice.weight_of(k)), inbox);
    }
    return;
  }
  const V time = hn::Set(d, slice.time);
  const V origin = hn::Set(d, slice.origin);
  const V middle = hn::Set(d, frame.length / 2);
  const auto columns_at = [&](std::size_t k) HWY_ATTR {
    const V u = ((time + hn::LoadU(d, slice.delay + k)) - origin) - middle;
    const V weight = slice.weight == nullptr ? hn::Set(d, slice.constant_weight) : hn::LoadU(d, slice.weight + k);
    return inputs_of(frame, slice.receptor, weight, growth_at<degree_syn>(frame.synapse[slice.receptor].growth, u),
                     growth_at<degree_m>(frame.growth_m, u));
  };
  std::size_t k = 0;
  for (; k + lanes <= slice.count; k += lanes) {
    add_all(columns_at(k), OfSlice{slice, k}, inbox);
  }
  if (k < slice.count) {
    const std::size_t begin = slice.count - lanes;
    add_some(columns_at(begin), k - begin, lanes, OfSlice{slice, begin}, inbox);
  }
}

template <std::size_t degree_syn, std::size_t degree_m>
void add_slices_of(const Frame& frame, std::span<const RowSlice> slices, const Inbox& inbox) {
  for (const RowSlice& slice : slices) {
    if (slice.delay != nullptr) {
      add_with_delays<degree_syn, degree_m>(frame, slice, inbox);
    } else if (slice.weight != nullptr) {
      add_at_once(frame, slice, inbox);
    } else {
      add_alike(frame, slice, inbox);
    }
  }
}

/// @pre one receptor
void add_slices_lanes(const Frame& frame, std::span<const RowSlice> slices, const Inbox& inbox) {
  const bool slow_m = frame.growth_m.slow;
  if (frame.synapse[slices[0].receptor].growth.slow) {
    return slow_m ? add_slices_of<kSlowDegree, kSlowDegree>(frame, slices, inbox)
                  : add_slices_of<kSlowDegree, kDegree>(frame, slices, inbox);
  }
  return slow_m ? add_slices_of<kDegree, kSlowDegree>(frame, slices, inbox)
                : add_slices_of<kDegree, kDegree>(frame, slices, inbox);
}

template <std::size_t degree_syn, std::size_t degree_m>
void add_single(const Frame& frame, std::size_t receptor, std::span<const SingleInput> inputs, const Inbox& inbox) {
  const Doubles d;
  const std::size_t lanes = hn::Lanes(d);
  alignas(64) std::array<double, 4> x{};
  alignas(64) std::array<double, 4> weight{};
  std::size_t k = 0;
  for (; k + lanes <= inputs.size(); k += lanes) {
    for (std::size_t n = 0; n < lanes; ++n) {
      x[n] = inputs[k + n].x;
      weight[n] = inputs[k + n].weight;
    }
    const V u = hn::Load(d, x.data()) - hn::Set(d, frame.length / 2);
    add_all(inputs_of(frame, receptor, hn::Load(d, weight.data()),
                      growth_at<degree_syn>(frame.synapse[receptor].growth, u), growth_at<degree_m>(frame.growth_m, u)),
            OfInputs{inputs, k}, inbox);
  }
  for (; k < inputs.size(); ++k) {
    add_and_note(inputs[k].index, inputs[k].x, common_input_of(frame, receptor, inputs[k].x, inputs[k].weight), inbox);
  }
}

template <std::size_t degree_syn, std::size_t degree_m, bool own_weights>
void add_from_sources(const Frame& frame, const SourceArrivals<double>& arrivals, double frame_start,
                      const Inbox& inbox) {
  const Doubles d;
  const std::size_t lanes = hn::Lanes(d);
  const std::size_t receptor = arrivals.receptor;
  const std::size_t count = arrivals.source.size();
  const std::uint32_t* const source = arrivals.source.data();
  alignas(64) std::array<double, 4> weights{};
  V weight = hn::Set(d, arrivals.weight[0]);
  std::size_t k = 0;
  for (; k + lanes <= count; k += lanes) {
    const V u = (hn::LoadU(d, arrivals.t.data() + k) - hn::Set(d, frame_start)) - hn::Set(d, frame.length / 2);
    if (own_weights) {
      for (std::size_t n = 0; n < lanes; ++n) {
        weights[n] = arrivals.weight[source[k + n]];
      }
      weight = hn::Load(d, weights.data());
    }
    add_all(inputs_of(frame, receptor, weight, growth_at<degree_syn>(frame.synapse[receptor].growth, u),
                      growth_at<degree_m>(frame.growth_m, u)),
            OfArrivals{arrivals, frame_start, k}, inbox);
  }
  for (; k < count; ++k) {
    const double x = arrivals.t[k] - frame_start;
    add_and_note(arrivals.target[source[k]], x, common_input_of(frame, receptor, x, arrivals.weight_of(source[k])),
                 inbox);
  }
}

template <std::size_t degree_syn, std::size_t degree_m>
void add_from_sources(const Frame& frame, const SourceArrivals<double>& arrivals, double frame_start,
                      const Inbox& inbox) {
  return arrivals.weight.size() == 1
             ? add_from_sources<degree_syn, degree_m, false>(frame, arrivals, frame_start, inbox)
             : add_from_sources<degree_syn, degree_m, true>(frame, arrivals, frame_start, inbox);
}

void add_arrivals_lanes(const Frame& frame, const SourceArrivals<double>& arrivals, double frame_start,
                        const Inbox& inbox) {
  const bool slow_m = frame.growth_m.slow;
  if (frame.synapse[arrivals.receptor].growth.slow) {
    return slow_m ? add_from_sources<kSlowDegree, kSlowDegree>(frame, arrivals, frame_start, inbox)
                  : add_from_sources<kSlowDegree, kDegree>(frame, arrivals, frame_start, inbox);
  }
  return slow_m ? add_from_sources<kDegree, kSlowDegree>(frame, arrivals, frame_start, inbox)
                : add_from_sources<kDegree, kDegree>(frame, arrivals, frame_start, inbox);
}

/// @pre one receptor
void add_inputs_lanes(const Frame& frame, std::span<const SingleInput> inputs, const Inbox& inbox) {
  const std::size_t receptor = inputs[0].receptor;
  const bool slow_m = frame.growth_m.slow;
  if (frame.synapse[receptor].growth.slow) {
    return slow_m ? add_single<kSlowDegree, kSlowDegree>(frame, receptor, inputs, inbox)
                  : add_single<kSlowDegree, kDegree>(frame, receptor, inputs, inbox);
  }
  return slow_m ? add_single<kDegree, kSlowDegree>(frame, receptor, inputs, inbox)
                : add_single<kDegree, kDegree>(frame, receptor, inputs, inbox);
}

}  // namespace
}  // namespace va_event::neurons::order_free::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace va_event::neurons::order_free {

HWY_EXPORT(add_slices_lanes);
HWY_EXPORT(add_inputs_lanes);
HWY_EXPORT(add_arrivals_lanes);

void add_slices(const Frame& frame, std::span<const RowSlice> slices, const Inbox& inbox) {
  while (!slices.empty()) {  // those of one receptor together
    std::size_t count = 1;
    while (count < slices.size() && slices[count].receptor == slices[0].receptor) {
      ++count;
    }
    if (frame.own.used) {
      add_own_slices(frame, slices.first(count), inbox);
    } else {
      HWY_DYNAMIC_DISPATCH(add_slices_lanes)(frame, slices.first(count), inbox);
    }
    slices = slices.subspan(count);
  }
}

void add_inputs(const Frame& frame, std::span<const SingleInput> inputs, const Inbox& inbox) {
  while (!inputs.empty()) {  // those of one receptor together
    std::size_t count = 1;
    while (count < inputs.size() && inputs[count].receptor == inputs[0].receptor) {
      ++count;
    }
    if (frame.own.used) {
      add_own_inputs(frame, inputs.first(count), inbox);
    } else {
      HWY_DYNAMIC_DISPATCH(add_inputs_lanes)(frame, inputs.first(count), inbox);
    }
    inputs = inputs.subspan(count);
  }
}

void add_arrivals(const Frame& frame, const SourceArrivals<double>& arrivals, double frame_start, const Inbox& inbox) {
  if (frame.own.used) {
    return add_own_arrivals(frame, arrivals, frame_start, inbox);
  }
  HWY_DYNAMIC_DISPATCH(add_arrivals_lanes)(frame, arrivals, frame_start, inbox);
}

}  // namespace va_event::neurons::order_free
#endif

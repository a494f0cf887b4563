// SPDX-License-Identifier: Apache-2.0
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/if_cond_exp_batch.cpp"
#include <hwy/foreach_target.h>
// clang-format off: the order matters
#include <hwy/highway.h>

#include "kernels/if_cond_exp_lanes-inl.hpp"
// clang-format on
#include <algorithm>
#include <array>
#include <limits>
#include <numeric>
#include <utility>

#include "kernels/batch.hpp"

HWY_BEFORE_NAMESPACE();
namespace va_event::kernels::HWY_NAMESPACE {
namespace {

constexpr std::size_t kChunk = 256;  // targets at a time

/// Neurons of one chunk that need the same sequence of operations.
struct Bin {
  alignas(64) std::array<State<double>, kChunk + kPadding> rows;  ///< copies; t is the time since the last event
  std::array<double, kChunk + kPadding> weight;
  std::array<std::uint32_t, kChunk + kPadding> index;
  std::size_t count;

  /// Only full vectors: lanes beyond the count repeat the last neuron.
  void pad() {
    for (std::size_t k = count; k < count + hn::Lanes(Doubles()) - 1; ++k) {
      rows[k] = rows[count - 1];
      weight[k] = weight[count - 1];
    }
  }
};

/// A spike's arrival at neurons with the same constants.
struct Delivery {
  const Constants& c;
  const Neurons& neurons;
  const Arrival& arrival;
  const Watch& watch;
  BatchReport& report;
};

/// All neurons of a bin.
template <class Advance>
void advance(Bin& bin, const Delivery& delivery) {
  const Doubles d;
  const Lanes c = lanes_of(delivery.c);
  const V label = hn::Set(d, delivery.arrival.label);
  bin.pad();
  for (std::size_t k = 0; k < bin.count; k += hn::Lanes(d)) {
    Rows rows = load(&bin.rows[k]);
    Advance()(c, rows.t, rows);
    V& variable = delivery.arrival.receptor == 0 ? rows.exc : rows.inh;
    variable = variable + hn::LoadU(d, bin.weight.data() + k);
    const std::uint32_t* const index = bin.index.data() + k;
    if constexpr (Advance::kHeld) {
      put({rows.y, rows.exc, rows.inh, label}, hn::Set(d, std::numeric_limits<double>::infinity()), index,
          bin.count - k, delivery.neurons);
    } else {
      finish(c, rows, label, index, bin.count - k, delivery.neurons, delivery.watch, delivery.report);
    }
  }
}

template <std::size_t order>
void advance_order(Bin& bin, const Delivery& delivery) {
  constexpr decay_series::Order kOrder = decay_series::kOrders[order];
  const decay_series::Shape& shape = delivery.c.series;
  if (shape.ratio == 1) {
    advance<BySeries<kOrder.terms, kOrder.steps, 1, false>>(bin, delivery);
  } else if (shape.excitatory_is_slow) {
    advance<BySeries<kOrder.terms, kOrder.steps, 2, true>>(bin, delivery);
  } else {
    advance<BySeries<kOrder.terms, kOrder.steps, 2, false>>(bin, delivery);
  }
}

template <std::size_t... order>
void advance_bins(std::array<Bin, kBins>& bins, const Delivery& delivery, std::index_sequence<order...> /*all*/) {
  ((bins[order].count == 0 ? void() : advance_order<order>(bins[order], delivery)), ...);
}

template <std::size_t... level>
void integrate_bins(std::array<Bin, kBins>& bins, const Delivery& delivery, std::index_sequence<level...> /*all*/) {
  ((bins[level].count == 0 ? void() : advance<ByQuadrature<kQuadratureLevels[level].nodes>>(bins[level], delivery)),
   ...);
}

/// Sorts one chunk into the bins. The clock of a neuron that is in a bin is set at once, so that further inputs of the
/// same neuron are seen and left to the scalar kernel.
template <bool kHasSeries>
void sort(const Delivery& delivery, const Targets& targets, std::size_t begin, std::size_t end,
          std::array<Bin, kBins>& bins) {
  const Constants c = delivery.c;  // a copy, so that it can stay in registers
  const Neurons neurons = delivery.neurons;
  const Arrival arrival = delivery.arrival;
  const std::uint32_t* const index = targets.index.data();
  const std::uint32_t offset = targets.offset;
  const bool same_weight = targets.weight.empty();
  prefetch_first(targets, begin, neurons);
  for (std::size_t k = begin; k < end; ++k) {
    prefetch(targets, k + kPrefetch, neurons);
    const std::uint32_t i = offset + index[k];
    State<double>& state = neurons.row[i];
    const double weight = same_weight ? targets.constant_weight : targets.weight[k];
    const double h = arrival.t - state.t;
    const std::size_t number = bin_for<kHasSeries>(c, state, h);
    if (HWY_UNLIKELY(number == kBins)) {
      delivery.report.serial.push_back({i, weight});
      continue;
    }
    Bin& bin = bins[number];
    const std::size_t place = bin.count++;
    copy_row(state, bin.rows[place]);
    bin.rows[place].t = h;
    state.t = arrival.label;
    bin.weight[place] = weight;
    bin.index[place] = i;
  }
}

void deliver_cond_exp(const Constants& c, const Neurons& neurons, const Arrival& arrival,
                      std::span<const Targets> targets, const Watch& watch, BatchReport& report) {
  std::array<Bin, kBins> bins;  // not initialised: only what is filled is read
  const Delivery delivery{c, neurons, arrival, watch, report};
  std::size_t part = 0;
  std::size_t begin = 0;
  while (part < targets.size()) {
    for (Bin& bin : bins) {
      bin.count = 0;
    }
    for (std::size_t room = kChunk; room > 0 && part < targets.size();) {
      const std::size_t end = std::min(begin + room, targets[part].index.size());
      if (c.series.ratio != 0) {
        sort<true>(delivery, targets[part], begin, end, bins);
      } else {
        sort<false>(delivery, targets[part], begin, end, bins);
      }
      room -= end - begin;
      begin = end;
      if (begin == targets[part].index.size()) {
        ++part;
        begin = 0;
      }
    }
    if (c.series.ratio != 0) {
      advance_bins(bins, delivery, std::make_index_sequence<decay_series::kOrders.size()>{});
    } else {
      integrate_bins(bins, delivery, std::make_index_sequence<kQuadratureLevels.size()>{});
    }
    if (Bin& held = bins[kHeldBin]; held.count > 0) {
      report.refractory += held.count;
      advance<Held>(held, delivery);
    }
  }
}

}  // namespace
}  // namespace va_event::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace va_event::kernels {

HWY_EXPORT(deliver_cond_exp);

void Batch<IfCondExpKernel<double>>::deliver(const Constants& constants, const Neurons& neurons, const Arrival& arrival,
                                             std::span<const Targets> targets, const Watch& watch,
                                             BatchReport& report) {
  HWY_DYNAMIC_DISPATCH(deliver_cond_exp)(constants, neurons, arrival, targets, watch, report);
}

/// An event of weight 0 for everybody.
void Batch<IfCondExpKernel<double>>::next_epoch(const Constants& constants, const Neurons& neurons, std::size_t count,
                                                BatchReport& report) {
  constexpr std::size_t kBlock = 1024;
  std::array<std::uint32_t, kBlock> index{};
  std::iota(index.begin(), index.end(), 0U);
  for (std::size_t begin = 0; begin < count; begin += kBlock) {
    const Targets all{{index.data(), std::min(kBlock, count - begin)}, static_cast<std::uint32_t>(begin)};
    deliver(constants, neurons, {kEpoch, 0.0, 0}, {&all, 1}, {-1.0, 0.0}, report);
  }
}

}  // namespace va_event::kernels
#endif

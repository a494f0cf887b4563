// SPDX-License-Identifier: Apache-2.0
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/if_cond_exp_batch.cpp"
#include <hwy/foreach_target.h>
// clang-format off: the order matters
#include <hwy/highway.h>

#include "kernels/lanes-inl.hpp"
// clang-format on
#include <algorithm>
#include <array>
#include <bit>
#include <numeric>
#include <utility>

#include "kernels/batch.hpp"

HWY_BEFORE_NAMESPACE();
namespace va_event::kernels::HWY_NAMESPACE {
namespace {

using Constants = IfCondExpKernel<double>::Constants;

constexpr std::size_t kChunk = 256;  // targets at a time
constexpr std::size_t kPadding = 8;  // lanes of the widest vector
/// One bin for every order of the power series or every level of the quadrature, one for refractory neurons.
constexpr std::size_t kHeldBin = std::max(decay_series::kOrders.size(), kQuadratureLevels.size());
constexpr std::size_t kBins = kHeldBin + 1;

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

/// The neurons of one vector, one in each lane.
struct Rows {
  V y;
  V exc;
  V inh;
  V t;
};

HWY_INLINE Rows load(const Bin& bin, std::size_t k) {
  Rows lanes;
  hn::LoadInterleaved4(Doubles(), &bin.rows[k].y, lanes.y, lanes.exc, lanes.inh, lanes.t);
  return lanes;
}

HWY_INLINE void store(const Rows& lanes, State<double>* states, const std::uint32_t* index, std::size_t count) {
  const Doubles d;
  alignas(64) std::array<State<double>, kPadding> rows;
  hn::StoreInterleaved4(lanes.y, lanes.exc, lanes.inh, lanes.t, d, &rows[0].y);
  for (std::size_t lane = 0; lane < HWY_MIN(count, hn::Lanes(d)); ++lane) {
    states[index[lane]] = rows[lane];
  }
}

/// decay_series::increment(), operation by operation.
template <int terms, int ratio>
HWY_INLINE V increment(V kappa, V leak, V slow, V fast, V gs, V gf, V x) {
  const Doubles d;
  const auto c = [d](double value) HWY_ATTR { return hn::Set(d, value); };
  const V x2 = x * x;
  const V kx = kappa * x;
  const V kx2 = kappa * x2;
  const V kx3 = kx * x2;
  V a = kx * ((c(1.0) + gs) + gf);
  const V c1 = kx2 * (gs + c(ratio) * gf);
  const V c2 = kx3 * (c(ratio == 2 ? 1 : 0) * gf);
  V before = hn::Zero(d);
  V last = hn::Neg(kx * ((leak + slow) + fast));
  a = a - x;
  V now = (a * last - kx2 * (slow + c(ratio) * fast)) * c(decay_series::kInverse[2]);
  V sum = last + now;
  HWY_UNROLL(32)
  for (int n = 2; n < terms; ++n) {
    a = a - x;
    V rest = c1 * last + c2 * before;
    if (n == 2) {
      rest = rest - kx3 * (c(ratio == 2 ? 1 : 0) * fast);
    }
    const V inverse = c(decay_series::kInverse[static_cast<std::size_t>(n + 1)]);
    const V next = (a * inverse) * now + rest * inverse;
    before = last;
    last = now;
    now = next;
    sum = sum + now;
  }
  return sum;
}

/// Adds the input, looks how soon the neurons could spike, and puts them back.
struct Finish {
  const Constants& c;
  const Neurons& neurons;
  const Arrival& arrival;
  const Watch& watch;
  BatchReport& report;

  HWY_INLINE void operator()(const Bin& bin, std::size_t k, V y, V exc, V inh) const {
    const Doubles d;
    add_input(bin, k, exc, inh);
    const V resistance = hn::Set(d, c.resistance);
    const V drive_exc = resistance * exc * hn::Set(d, c.y_exc);
    const V drive_inh = resistance * inh * hn::Set(d, c.y_inh);
    const V slow = c.rate_exc >= c.rate_inh ? drive_inh : drive_exc;
    const V drive = hn::Set(d, c.y_leak) + hn::Max(hn::Zero(d), hn::Max(slow, drive_exc + drive_inh));
    const V conductance = hn::Set(d, 1.0) + resistance * (hn::Abs(exc) + hn::Abs(inh));
    const V distance = hn::Neg(y);
    const SafeLanes safe =
        safe_interval(distance, drive, conductance, hn::Set(d, c.tau_m), hn::Abs(y) + hn::Set(d, c.potentials));
    const V until = hn::Set(d, arrival.label) + safe.duration;
    put(bin, k, {y, exc, inh, hn::Set(d, arrival.label)}, until);

    const std::size_t count = bin.count - k;
    report.by_sign += static_cast<unsigned>(std::popcount(bits_of(safe.by_sign, count)));
    const auto noticed = hn::Or(until < hn::Set(d, watch.until), distance < hn::Set(d, watch.distance));
    if (HWY_UNLIKELY(!hn::AllFalse(d, noticed))) {
      for (unsigned bits = bits_of(noticed, count); bits != 0; bits &= bits - 1) {
        report.noticed.push_back(bin.index[k + static_cast<std::size_t>(std::countr_zero(bits))]);
      }
    }
  }

  HWY_INLINE void add_input(const Bin& bin, std::size_t k, V& exc, V& inh) const {
    V& variable = arrival.receptor == 0 ? exc : inh;
    variable = variable + hn::LoadU(Doubles(), bin.weight.data() + k);
  }

  HWY_INLINE void put(const Bin& bin, std::size_t k, const Rows& rows, V safe_until) const {
    const Doubles d;
    store(rows, neurons.row, bin.index.data() + k, bin.count - k);
    alignas(64) std::array<double, kPadding> until{};
    hn::Store(safe_until, d, until.data());
    for (std::size_t lane = 0; lane < HWY_MIN(bin.count - k, hn::Lanes(d)); ++lane) {
      neurons.safe_until[bin.index[k + lane]] = until[lane];
    }
  }
};

/// IfCondExpKernel<double>::advance_by_series() for all neurons of a bin.
template <int terms, int steps, int ratio, bool exc_is_slow>
void advance(Bin& bin, const Finish& finish) {
  const Constants& c = finish.c;
  const Doubles d;
  const V kappa = hn::Set(d, c.series.kappa);
  const V rate_slow = hn::Set(d, c.series.rate_slow);
  const V resistance = hn::Set(d, c.resistance);
  const V y_leak = hn::Set(d, c.y_leak);
  const V y_slow = hn::Set(d, exc_is_slow ? c.y_exc : c.y_inh);
  const V y_fast = hn::Set(d, exc_is_slow ? c.y_inh : c.y_exc);
  bin.pad();
  for (std::size_t k = 0; k < bin.count; k += hn::Lanes(d)) {
    const Rows rows = load(bin, k);
    const V h = rows.t;
    const V x = expm1(hn::Neg(h * hn::Set(d, 1.0 / steps)) * rate_slow);
    const V decay_slow = hn::Set(d, 1.0) + x;
    const V decay_fast = ratio == 2 ? decay_slow * decay_slow : decay_slow;
    V y = rows.y;
    V slow = exc_is_slow ? rows.exc : rows.inh;
    V fast = exc_is_slow ? rows.inh : rows.exc;
    for (int step = 0; step < steps; ++step) {
      const V gs = resistance * slow;
      const V gf = resistance * fast;
      y = y + increment<terms, ratio>(kappa, y_leak - y, gs * (y_slow - y), gf * (y_fast - y), gs, gf, x);
      slow = decayed(slow, decay_slow);
      fast = decayed(fast, decay_fast);
    }
    finish(bin, k, y, exc_is_slow ? slow : fast, exc_is_slow ? fast : slow);
  }
}

/// IfCondExpKernel<double>::quadrature() for all neurons of a bin.
template <std::size_t kCount>
void integrate(Bin& bin, const Finish& finish) {
  constexpr const GaussLegendre<double, kCount>& kRule = detail::kGaussLegendre<kCount>;
  const Constants& c = finish.c;
  const Doubles d;
  const auto set = [d](double value) HWY_ATTR { return hn::Set(d, value); };
  const V one = set(1.0);
  bin.pad();
  for (std::size_t k0 = 0; k0 < bin.count; k0 += hn::Lanes(d)) {
    const Rows rows = load(bin, k0);
    const V h = rows.t;
    const V x = h * set(c.rate_m);
    const V h_exc = h * set(c.rate_exc);
    const V h_inh = h * set(c.rate_inh);
    V exc[kCount];  // e^{-s_k/tau} - 1
    V inh[kCount];
    for (std::size_t k = 0; k < kCount; ++k) {
      exc[k] = expm1(hn::Neg(h_exc) * set(kRule.node[k]));
      inh[k] = expm1(hn::Neg(h_inh) * set(kRule.node[k]));
    }
    const V ge = set(c.resistance) * rows.exc;
    const V gi = set(c.resistance) * rows.inh;
    const V memory_exc = ge * set(c.tau_exc) * set(c.rate_m);
    const V memory_inh = gi * set(c.tau_inh) * set(c.rate_m);
    const V drive_leak = set(c.y_leak) - rows.y;
    const V drive_exc = ge * (set(c.y_exc) - rows.y);
    const V drive_inh = gi * (set(c.y_inh) - rows.y);
    V sum = hn::Zero(d);
    for (std::size_t k = 0; k < kCount; ++k) {
      const std::size_t mirror = kCount - 1 - k;
      const V factor = exp(memory_exc * ((one + exc[k]) * exc[mirror]) + memory_inh * ((one + inh[k]) * inh[mirror]) -
                           x * set(kRule.node[mirror]));
      sum =
          sum + set(kRule.weight[k]) * factor * (drive_leak + drive_exc * (one + exc[k]) + drive_inh * (one + inh[k]));
    }
    finish(bin, k0, rows.y + x * sum, decayed(rows.exc, exp(hn::Neg(h_exc))), decayed(rows.inh, exp(hn::Neg(h_inh))));
  }
}

/// Refractory neurons: the conductances decay.
void advance_held(Bin& bin, const Finish& finish) {
  const Constants& c = finish.c;
  const Doubles d;
  bin.pad();
  for (std::size_t k = 0; k < bin.count; k += hn::Lanes(d)) {
    const Rows rows = load(bin, k);
    const V h = rows.t;
    V exc = decayed(rows.exc, exp(hn::Neg(h) * hn::Set(d, c.rate_exc)));
    V inh = decayed(rows.inh, exp(hn::Neg(h) * hn::Set(d, c.rate_inh)));
    finish.add_input(bin, k, exc, inh);
    finish.put(bin, k, {rows.y, exc, inh, hn::Set(d, finish.arrival.label)},
               hn::Set(d, std::numeric_limits<double>::infinity()));
  }
}

template <std::size_t order>
void advance_order(Bin& bin, const Finish& finish) {
  constexpr decay_series::Order kOrder = decay_series::kOrders[order];
  const decay_series::Shape& shape = finish.c.series;
  if (shape.ratio == 1) {
    advance<kOrder.terms, kOrder.steps, 1, false>(bin, finish);
  } else if (shape.excitatory_is_slow) {
    advance<kOrder.terms, kOrder.steps, 2, true>(bin, finish);
  } else {
    advance<kOrder.terms, kOrder.steps, 2, false>(bin, finish);
  }
}

template <std::size_t... order>
void advance_bins(std::array<Bin, kBins>& bins, const Finish& finish, std::index_sequence<order...> /*all*/) {
  ((bins[order].count == 0 ? void() : advance_order<order>(bins[order], finish)), ...);
}

template <std::size_t... level>
void integrate_bins(std::array<Bin, kBins>& bins, const Finish& finish, std::index_sequence<level...> /*all*/) {
  ((bins[level].count == 0 ? void() : integrate<kQuadratureLevels[level].nodes>(bins[level], finish)), ...);
}

/// The bin of a neuron; kBins: none, the scalar kernel takes it.
template <bool kHasSeries>
HWY_INLINE std::size_t bin_for(const Constants& c, const State<double>& state, double h) {
  using Kernel = IfCondExpKernel<double>;
  std::size_t bin = kBins;
  if constexpr (kHasSeries) {
    if (const double load = Kernel::series_load(c, state, h); h > 0.0 && load < decay_series::kLoadLimit) {
      bin = state.y == kHeld ? kHeldBin : decay_series::order_for(load);
    }
  } else if (h > 0.0) {
    const std::size_t level = state.y == kHeld ? kHeldBin : Kernel::quadrature_level(c, state, h);
    bin = state.y != kHeld && level == kQuadratureLevels.size() ? kBins : level;
  }
  return bin;
}

/// Sorts one chunk into the bins. The clock of a neuron that is in a bin is set at once, so that further inputs of the
/// same neuron are seen and left to the scalar kernel.
template <bool kHasSeries>
void sort(const Finish& finish, const Targets& targets, std::size_t begin, std::size_t end,
          std::array<Bin, kBins>& bins) {
  const Constants& c = finish.c;
  State<double>* const states = finish.neurons.row;
  const std::uint32_t* const index = targets.index.data();
  const std::uint32_t offset = targets.offset;
  const bool same_weight = targets.weight.empty();
  prefetch_first(targets, begin, finish.neurons);
  for (std::size_t k = begin; k < end; ++k) {
    prefetch(targets, k + kPrefetch, finish.neurons);
    const std::uint32_t i = offset + index[k];
    State<double>& state = states[i];
    const double weight = same_weight ? targets.constant_weight : targets.weight[k];
    const double h = finish.arrival.t - state.t;
    const std::size_t number = bin_for<kHasSeries>(c, state, h);
    if (HWY_UNLIKELY(number == kBins)) {
      finish.report.serial.push_back({i, weight});
      continue;
    }
    Bin& bin = bins[number];
    State<double>& copy = bin.rows[bin.count];
    copy = state;
    copy.t = h;
    state.t = finish.arrival.label;
    bin.weight[bin.count] = weight;
    bin.index[bin.count] = i;
    ++bin.count;
  }
}

void deliver_cond_exp(const Constants& c, const Neurons& neurons, const Arrival& arrival,
                      std::span<const Targets> targets, const Watch& watch, BatchReport& report) {
  std::array<Bin, kBins> bins;  // not initialised: only what is filled is read
  const Finish finish{c, neurons, arrival, watch, report};
  std::size_t part = 0;
  std::size_t begin = 0;
  while (part < targets.size()) {
    for (Bin& bin : bins) {
      bin.count = 0;
    }
    for (std::size_t room = kChunk; room > 0 && part < targets.size();) {
      const std::size_t end = std::min(begin + room, targets[part].index.size());
      if (c.series.ratio != 0) {
        sort<true>(finish, targets[part], begin, end, bins);
      } else {
        sort<false>(finish, targets[part], begin, end, bins);
      }
      room -= end - begin;
      begin = end;
      if (begin == targets[part].index.size()) {
        ++part;
        begin = 0;
      }
    }
    if (c.series.ratio != 0) {
      advance_bins(bins, finish, std::make_index_sequence<decay_series::kOrders.size()>{});
    } else {
      integrate_bins(bins, finish, std::make_index_sequence<kQuadratureLevels.size()>{});
    }
    if (Bin& held = bins[kHeldBin]; held.count > 0) {
      report.refractory += held.count;
      advance_held(held, finish);
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

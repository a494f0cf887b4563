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

/// Stores the first `count` neurons of a vector.
HWY_INLINE void put(const Rows& lanes, V safe_until, const std::uint32_t* index, std::size_t count,
                    const Neurons& neurons) {
  const Doubles d;
  alignas(64) std::array<State<double>, kPadding> rows;
  alignas(64) std::array<double, kPadding> until;
  hn::StoreInterleaved4(lanes.y, lanes.exc, lanes.inh, lanes.t, d, &rows[0].y);
  hn::Store(safe_until, d, until.data());
  for (std::size_t lane = 0; lane < HWY_MIN(count, hn::Lanes(d)); ++lane) {
    neurons.row[index[lane]] = rows[lane];
    neurons.safe_until[index[lane]] = until[lane];
  }
}

/// Constants of the neurons of one vector.
struct Lanes {
  V y_leak;
  V y_exc;
  V y_inh;
  V potentials;
  V resistance;
  V tau_m;
  V rate_m;
  V tau_exc;
  V tau_inh;
  V rate_exc;
  V rate_inh;
  V kappa;
  V rate_slow;
};

HWY_INLINE Lanes lanes_of(const Constants& c) {
  const auto set = [](double value) HWY_ATTR { return hn::Set(Doubles(), value); };
  return {set(c.y_leak),   set(c.y_exc),        set(c.y_inh),           set(c.potentials), set(c.resistance),
          set(c.tau_m),    set(c.rate_m),       set(c.tau_exc),         set(c.tau_inh),    set(c.rate_exc),
          set(c.rate_inh), set(c.series.kappa), set(c.series.rate_slow)};
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

/// IfCondExpKernel<double>::advance_by_series(), operation by operation.
template <int terms, int steps, int ratio, bool exc_is_slow>
HWY_INLINE void advance_by_series(const Lanes& c, V h, Rows& rows) {
  const Doubles d;
  const V x = expm1(hn::Neg(h * hn::Set(d, 1.0 / steps)) * c.rate_slow);
  const V decay_slow = hn::Set(d, 1.0) + x;
  const V decay_fast = ratio == 2 ? decay_slow * decay_slow : decay_slow;
  const V y_slow = exc_is_slow ? c.y_exc : c.y_inh;
  const V y_fast = exc_is_slow ? c.y_inh : c.y_exc;
  V slow = exc_is_slow ? rows.exc : rows.inh;
  V fast = exc_is_slow ? rows.inh : rows.exc;
  for (int step = 0; step < steps; ++step) {
    const V gs = c.resistance * slow;
    const V gf = c.resistance * fast;
    rows.y = rows.y + increment<terms, ratio>(c.kappa, c.y_leak - rows.y, gs * (y_slow - rows.y),
                                              gf * (y_fast - rows.y), gs, gf, x);
    slow = decayed(slow, decay_slow);
    fast = decayed(fast, decay_fast);
  }
  rows.exc = exc_is_slow ? slow : fast;
  rows.inh = exc_is_slow ? fast : slow;
}

/// IfCondExpKernel<double>::quadrature(), operation by operation.
template <std::size_t kCount>
HWY_INLINE void integrate(const Lanes& c, V h, Rows& rows) {
  constexpr const GaussLegendre<double, kCount>& kRule = detail::kGaussLegendre<kCount>;
  const Doubles d;
  const auto set = [d](double value) HWY_ATTR { return hn::Set(d, value); };
  const V one = set(1.0);
  const V x = h * c.rate_m;
  const V h_exc = h * c.rate_exc;
  const V h_inh = h * c.rate_inh;
  V exc[kCount];  // e^{-s_k/tau} - 1
  V inh[kCount];
  for (std::size_t k = 0; k < kCount; ++k) {
    exc[k] = expm1(hn::Neg(h_exc) * set(kRule.node[k]));
    inh[k] = expm1(hn::Neg(h_inh) * set(kRule.node[k]));
  }
  const V ge = c.resistance * rows.exc;
  const V gi = c.resistance * rows.inh;
  const V memory_exc = ge * c.tau_exc * c.rate_m;
  const V memory_inh = gi * c.tau_inh * c.rate_m;
  const V drive_leak = c.y_leak - rows.y;
  const V drive_exc = ge * (c.y_exc - rows.y);
  const V drive_inh = gi * (c.y_inh - rows.y);
  V sum = hn::Zero(d);
  for (std::size_t k = 0; k < kCount; ++k) {
    const std::size_t mirror = kCount - 1 - k;
    const V factor = exp(memory_exc * ((one + exc[k]) * exc[mirror]) + memory_inh * ((one + inh[k]) * inh[mirror]) -
                         x * set(kRule.node[mirror]));
    sum = sum + set(kRule.weight[k]) * factor * (drive_leak + drive_exc * (one + exc[k]) + drive_inh * (one + inh[k]));
  }
  rows.y = rows.y + x * sum;
  rows.exc = decayed(rows.exc, exp(hn::Neg(h_exc)));
  rows.inh = decayed(rows.inh, exp(hn::Neg(h_inh)));
}

/// Refractory neurons: the conductances decay.
HWY_INLINE void advance_held(const Lanes& c, V h, Rows& rows) {
  rows.exc = decayed(rows.exc, exp(hn::Neg(h) * c.rate_exc));
  rows.inh = decayed(rows.inh, exp(hn::Neg(h) * c.rate_inh));
}

/// Looks how soon neurons could spike after `label`, stores their rows, and reports.
HWY_INLINE void finish(const Lanes& c, const Rows& rows, V label, const std::uint32_t* index, std::size_t count,
                       const Neurons& neurons, const Watch& watch, BatchReport& report) {
  const Doubles d;
  const V drive_exc = c.resistance * rows.exc * c.y_exc;
  const V drive_inh = c.resistance * rows.inh * c.y_inh;
  const V slow = hn::IfThenElse(c.rate_exc >= c.rate_inh, drive_inh, drive_exc);
  const V drive = c.y_leak + hn::Max(hn::Zero(d), hn::Max(slow, drive_exc + drive_inh));
  const V conductance = hn::Set(d, 1.0) + c.resistance * (hn::Abs(rows.exc) + hn::Abs(rows.inh));
  const V distance = hn::Neg(rows.y);
  const SafeLanes safe = safe_interval(distance, drive, conductance, c.tau_m, hn::Abs(rows.y) + c.potentials);
  const V until = label + safe.duration;
  put({rows.y, rows.exc, rows.inh, label}, until, index, count, neurons);
  report.by_sign += static_cast<unsigned>(std::popcount(bits_of(safe.by_sign, count)));
  const auto noticed = until < hn::Set(d, watch.until);
  const auto near = distance < hn::Set(d, watch.distance);
  if (HWY_UNLIKELY(!hn::AllFalse(d, hn::Or(noticed, near)))) {
    append(bits_of(noticed, count), index, report.noticed);
    append(bits_of(near, count), index, report.near);
  }
}

/// How the neurons of one bin are advanced, as constants of the compiler.
template <int terms, int steps, int ratio, bool exc_is_slow>
struct BySeries {
  static constexpr bool kHeld = false;
  HWY_INLINE void operator()(const Lanes& c, V h, Rows& rows) const {
    advance_by_series<terms, steps, ratio, exc_is_slow>(c, h, rows);
  }
};
template <std::size_t kCount>
struct ByQuadrature {
  static constexpr bool kHeld = false;
  HWY_INLINE void operator()(const Lanes& c, V h, Rows& rows) const { integrate<kCount>(c, h, rows); }
};
struct Held {
  static constexpr bool kHeld = true;
  HWY_INLINE void operator()(const Lanes& c, V h, Rows& rows) const { advance_held(c, h, rows); }
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
    Rows rows = load(bin, k);
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

/// Inputs each at its own time, sorted by the sequence of operations that their neurons need.
struct Inputs {
  static constexpr std::size_t kPadded = kMaxInputs + HWY_MAX_BYTES / sizeof(double);
  using Numbers = std::array<double, kPadded>;

  alignas(64) std::array<State<double>, kPadded> rows;  ///< t is the time since the last event
  alignas(64) Numbers t, weight, inhibitory;
  alignas(64) Numbers y_leak, y_exc, y_inh, potentials,
      resistance, tau_m, rate_m, tau_exc, tau_inh, rate_exc, rate_inh, kappa, rate_slow;
  std::array<std::uint32_t, kPadded> index;

  HWY_INLINE void set(std::size_t k, const Constants& c) {
    y_leak[k] = c.y_leak;
    y_exc[k] = c.y_exc;
    y_inh[k] = c.y_inh;
    potentials[k] = c.potentials;
    resistance[k] = c.resistance;
    tau_m[k] = c.tau_m;
    rate_m[k] = c.rate_m;
    tau_exc[k] = c.tau_exc;
    tau_inh[k] = c.tau_inh;
    rate_exc[k] = c.rate_exc;
    rate_inh[k] = c.rate_inh;
    kappa[k] = c.series.kappa;
    rate_slow[k] = c.series.rate_slow;
  }
  [[nodiscard]] HWY_INLINE Lanes lanes(std::size_t k) const {
    const auto at = [k](const Numbers& numbers) HWY_ATTR { return hn::LoadU(Doubles(), &numbers[k]); };
    return {at(y_leak),  at(y_exc),   at(y_inh),    at(potentials), at(resistance), at(tau_m),    at(rate_m),
            at(tau_exc), at(tau_inh), at(rate_exc), at(rate_inh),   at(kappa),      at(rate_slow)};
  }
};

/// Where the inputs of one bin are, and what they share.
struct Part {
  std::size_t begin;
  std::size_t end;
  const Constants* constants;  ///< of all neurons; null: each has its own
  const Neurons& neurons;
  const Watch& watch;
  BatchReport& report;
};

template <class Advance, bool kOneSet>
HWY_INLINE void advance_inputs(const Inputs& inputs, const Part& part) {
  const Doubles d;
  Lanes c = kOneSet ? lanes_of(*part.constants) : inputs.lanes(part.begin);
  for (std::size_t k = part.begin; k < part.end; k += hn::Lanes(d)) {
    if constexpr (!kOneSet) {
      c = inputs.lanes(k);
    }
    Rows rows;
    hn::LoadInterleaved4(d, &inputs.rows[k].y, rows.y, rows.exc, rows.inh, rows.t);
    Advance()(c, rows.t, rows);
    const V label = hn::LoadU(d, &inputs.t[k]);
    const V weight = hn::LoadU(d, &inputs.weight[k]);
    const auto inhibitory = hn::LoadU(d, &inputs.inhibitory[k]) != hn::Zero(d);
    rows.exc = hn::IfThenElse(inhibitory, rows.exc, rows.exc + weight);
    rows.inh = hn::IfThenElse(inhibitory, rows.inh + weight, rows.inh);
    const std::uint32_t* const index = inputs.index.data() + k;
    const std::size_t count = std::min(part.end - k, hn::Lanes(d));
    if constexpr (Advance::kHeld) {
      put({rows.y, rows.exc, rows.inh, label}, hn::Set(d, std::numeric_limits<double>::infinity()), index, count,
          part.neurons);
      part.report.refractory += count;
    } else {
      finish(c, rows, label, index, count, part.neurons, part.watch, part.report);
    }
  }
}

template <class Advance>
void advance_inputs(const Inputs& inputs, const Part& part) {
  if (part.constants != nullptr) {
    advance_inputs<Advance, true>(inputs, part);
  } else {
    advance_inputs<Advance, false>(inputs, part);
  }
}

// The bins of inputs: those of the three kinds of series, those of the quadrature, that of refractory neurons.
constexpr std::size_t kOrderCount = decay_series::kOrders.size();
constexpr std::size_t kFirstLevel = 3 * kOrderCount;
constexpr std::size_t kHeldInputs = kFirstLevel + kQuadratureLevels.size();
constexpr std::size_t kInputBins = kHeldInputs + 1;

using AdvanceInputs = void (*)(const Inputs& inputs, const Part& part);

template <std::size_t bin>
constexpr AdvanceInputs advance_of_bin() {
  if constexpr (bin == kHeldInputs) {
    return advance_inputs<Held>;
  } else if constexpr (bin >= kFirstLevel) {
    return advance_inputs<ByQuadrature<kQuadratureLevels[bin - kFirstLevel].nodes>>;
  } else {
    constexpr decay_series::Order kOrder = decay_series::kOrders[bin % kOrderCount];
    constexpr std::size_t kind = bin / kOrderCount;
    return advance_inputs<BySeries<kOrder.terms, kOrder.steps, kind == 0 ? 1 : 2, kind == 2>>;
  }
}

template <std::size_t... bin>
constexpr std::array<AdvanceInputs, kInputBins> advance_of_bins(std::index_sequence<bin...> /*all*/) {
  return {advance_of_bin<bin>()...};
}

/// kInputBins: none.
HWY_INLINE std::size_t input_bin(const Constants& c, const State<double>& state, double h) {
  if (c.series.ratio == 0) {
    const std::size_t bin = bin_for<false>(c, state, h);
    return bin == kBins ? kInputBins : bin == kHeldBin ? kHeldInputs : kFirstLevel + bin;
  }
  const std::size_t bin = bin_for<true>(c, state, h);
  const std::size_t kind = c.series.ratio == 1 ? 0 : c.series.excitatory_is_slow ? 2 : 1;
  return bin == kBins ? kInputBins : bin == kHeldBin ? kHeldInputs : kind * kOrderCount + bin;
}

std::size_t receive_cond_exp(const SetsOf<Constants>& constants, const Neurons& neurons,
                             std::span<const Input<double>> all, const Watch& watch, BatchReport& report) {
  std::array<double, kMaxInputs> since;  // the last event
  std::array<std::uint8_t, kMaxInputs> bin;
  std::array<std::uint8_t, kInputBins + 1> end{};
  const std::size_t count = take_inputs(constants, neurons, all, [&](std::size_t k, const Constants& c) HWY_ATTR {
    const State<double>& row = neurons.row[all[k].index];
    since[k] = all[k].t - row.t;
    const std::size_t number = input_bin(c, row, since[k]);
    bin[k] = static_cast<std::uint8_t>(number);
    end[number + (number < kInputBins ? 1 : 0)] += number < kInputBins ? 1 : 0;
    return number < kInputBins;
  });
  for (std::size_t k = 1; k <= kInputBins; ++k) {
    end[k] = static_cast<std::uint8_t>(end[k] + end[k - 1]);
  }
  const bool one_set = constants.set_of == nullptr;
  Inputs inputs;
  const auto place = [&](std::size_t to, std::size_t k) HWY_ATTR {
    const Input<double>& input = all[k];
    State<double>& row = inputs.rows[to];
    row = neurons.row[input.index];
    row.t = since[k];
    inputs.t[to] = input.t;
    inputs.weight[to] = input.weight;
    inputs.inhibitory[to] = input.receptor == 0 ? 0.0 : 1.0;
    inputs.index[to] = input.index;
    if (!one_set) {
      inputs.set(to, constants[input.index]);
    }
  };
  for (std::size_t k = 0; k < count; ++k) {
    place(end[bin[k]]++, k);
  }
  if (count > 0) {
    for (std::size_t k = count; k < count + hn::Lanes(Doubles()) - 1; ++k) {  // full vectors
      place(k, count - 1);
    }
  }
  static constexpr std::array<AdvanceInputs, kInputBins> kAdvance =
      advance_of_bins(std::make_index_sequence<kInputBins>{});
  std::size_t begin = 0;
  for (std::size_t k = 0; k < kInputBins; ++k) {
    if (end[k] > begin) {
      kAdvance[k](inputs, {begin, end[k], one_set ? constants.sets : nullptr, neurons, watch, report});
      begin = end[k];
    }
  }
  return count;
}

}  // namespace
}  // namespace va_event::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace va_event::kernels {

HWY_EXPORT(deliver_cond_exp);
HWY_EXPORT(receive_cond_exp);

void Batch<IfCondExpKernel<double>>::deliver(const Constants& constants, const Neurons& neurons, const Arrival& arrival,
                                             std::span<const Targets> targets, const Watch& watch,
                                             BatchReport& report) {
  HWY_DYNAMIC_DISPATCH(deliver_cond_exp)(constants, neurons, arrival, targets, watch, report);
}

std::size_t Batch<IfCondExpKernel<double>>::receive(const SetsOf<Constants>& constants, const Neurons& neurons,
                                                    std::span<const Input<double>> inputs, const Watch& watch,
                                                    BatchReport& report) {
  return HWY_DYNAMIC_DISPATCH(receive_cond_exp)(constants, neurons, inputs, watch, report);
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

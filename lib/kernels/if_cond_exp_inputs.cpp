// SPDX-License-Identifier: Apache-2.0
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/if_cond_exp_inputs.cpp"
#include <hwy/foreach_target.h>
// clang-format off: the order matters
#include <hwy/highway.h>

#include "kernels/if_cond_exp_lanes-inl.hpp"
#include "kernels/inputs-inl.hpp"
// clang-format on
#include <algorithm>
#include <array>
#include <limits>
#include <utility>

#include "kernels/batch.hpp"

/// Inputs each at its own time, sorted by the sequence of operations that their neurons need.
HWY_BEFORE_NAMESPACE();
namespace va_event::kernels::HWY_NAMESPACE {
namespace {

using InputsOfBins = Inputs<kConstants>;  ///< t of a row is the time since the last event

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
HWY_INLINE void advance_inputs(const InputsOfBins& inputs, const Part& part) {
  const Doubles d;
  const auto lanes = [&inputs](std::size_t k) HWY_ATTR {
    return make_lanes([&inputs, k](std::size_t n) HWY_ATTR { return inputs.constant(n, k); });
  };
  Lanes c = kOneSet ? lanes_of(*part.constants) : lanes(part.begin);
  for (std::size_t k = part.begin; k < part.end; k += hn::Lanes(d)) {
    if constexpr (!kOneSet) {
      c = lanes(k);
    }
    Rows rows = load(&inputs.rows[k]);
    Advance()(c, rows.t, rows);
    const V label = inputs.t(k);
    const V weight = inputs.weight(k);
    const auto inhibitory = inputs.inhibitory(k);
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
void advance_inputs(const InputsOfBins& inputs, const Part& part) {
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

using AdvanceInputs = void (*)(const InputsOfBins& inputs, const Part& part);

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
  InputsOfBins inputs;  // not initialised: only what is filled is read
  const auto place = [&](std::size_t to, std::size_t k) HWY_ATTR {
    const Input<double>& input = all[k];
    inputs.set(to, neurons.row[input.index], input);
    inputs.rows[to].t = since[k];
    if (!one_set) {
      inputs.set_constants(to, numbers_of(constants[input.index]));
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
HWY_EXPORT(receive_cond_exp);

std::size_t Batch<IfCondExpKernel<double>>::receive(const SetsOf<Constants>& constants, const Neurons& neurons,
                                                    std::span<const Input<double>> inputs, const Watch& watch,
                                                    BatchReport& report) {
  return HWY_DYNAMIC_DISPATCH(receive_cond_exp)(constants, neurons, inputs, watch, report);
}

}  // namespace va_event::kernels
#endif

// SPDX-License-Identifier: Apache-2.0
#undef HWY_DISABLED_TARGETS
#define HWY_DISABLED_TARGETS VA_EVENT_SIZELESS_TARGETS
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "neurons/if_cond_exp/order_free/frame_sums.cpp"
#include <hwy/foreach_target.h>
// clang-format off: the order matters
#include <hwy/highway.h>

#include "numerics/lanes-inl.hpp"
// clang-format on
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <utility>

#include "neurons/if_cond_exp/order_free/frame_sums.hpp"
#include "neurons/if_cond_exp/order_free/input_history.hpp"
#include "neurons/state.hpp"

#ifndef VA_EVENT_RECEPTOR_OF_SLOTS
#define VA_EVENT_RECEPTOR_OF_SLOTS
namespace va_event::neurons::order_free_conductances {
namespace {

constexpr std::size_t kExc = 0;  ///< the receptor of all slots

}  // namespace
}  // namespace va_event::neurons::order_free_conductances
#endif

HWY_BEFORE_NAMESPACE();
namespace va_event::neurons::order_free_conductances::HWY_NAMESPACE {
namespace {

namespace hn = hwy::HWY_NAMESPACE;
using Doubles = hn::ScalableTag<double>;
using V = hn::Vec<Doubles>;
using Integers = hn::RebindToSigned<Doubles>;

/// For each input of a slot its number, 0 where it does not arrive in the frame. @pre all sources have one weight
void find_numbers_lanes(const InputUnits& units, const SlotInFrame& slot, std::size_t count, std::int64_t* number) {
  const Doubles d;
  const Integers di;
  const V shift = hn::Set(d, slot.shift);
  const V frame = hn::Set(d, kFrame);
  const V rate = hn::Set(d, units[kExc].rate);
  const V per_unit = hn::Set(d, units.per_unit());
  const V weight = hn::Set(d, slot.weight[0]);
  const V magic = hn::Set(d, InputUnits::kMagic);
  for (std::size_t k = 0; k < count; k += hn::Lanes(d)) {  // behind the last one there is room
    const V x = hn::LoadU(d, slot.arrival + k) - shift;
    const auto inside = hn::And(x >= hn::Zero(d), x < frame);
    const V since = hn::Min(x - frame, hn::Zero(d));
    const V remaining = numerics::HWY_NAMESPACE::exp(since * rate) * per_unit;
    const auto rounded = hn::BitCast(di, weight * remaining + magic) - hn::BitCast(di, magic);
    hn::StoreU(hn::IfThenElseZero(hn::RebindMask(di, inside), rounded), di, number + k);
  }
}

void find_remaining_lanes(const InputUnits& units, std::size_t receptor, const double* x, double shift,
                          std::size_t count, double* remaining) {
  const Doubles d;
  const double rate = units[receptor].rate;
  std::size_t k = 0;
  for (; k + hn::Lanes(d) <= count; k += hn::Lanes(d)) {
    const V since = (hn::LoadU(d, x + k) - hn::Set(d, shift)) - hn::Set(d, kFrame);
    const V kept = numerics::HWY_NAMESPACE::exp(since * hn::Set(d, rate));
    hn::StoreU(kept * hn::Set(d, units.per_unit()), d, remaining + k);
  }
  for (; k < count; ++k) {
    remaining[k] = units.remaining(receptor, x[k] - shift);
  }
}

}  // namespace
}  // namespace va_event::neurons::order_free_conductances::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace va_event::neurons::order_free_conductances {

HWY_EXPORT(find_numbers_lanes);
HWY_EXPORT(find_remaining_lanes);
namespace {

/// With longer time constants differences of conductances have too few digits for their integrals.
constexpr double kLongestTau = 1000.0;  // [ms]

/// A sum of any number of inputs: high 2^32 + low.
struct WideSum {
  std::int64_t high = 0, low = 0;

  void add(std::int64_t number) {
    constexpr unsigned kBits = 32;
    high += number >> kBits;
    low += number & ((std::int64_t{1} << kBits) - 1);
  }
  /// As end_frame() converts sums that fit.
  [[nodiscard]] double value() const {
    constexpr std::int64_t kFits = std::int64_t{1} << 29;
    constexpr std::int64_t kOne = std::int64_t{1} << 32;
    const std::int64_t upper = high + low / kOne;
    const std::int64_t rest = low % kOne;
    return upper < kFits ? static_cast<double>(upper * kOne + rest)
                         : static_cast<double>(upper) * 0x1p32 + static_cast<double>(rest);
  }
};

/// What a sum of many inputs of one neuron is worth [uS].
double wide_sum(const InputUnits& units, const GatheredInputs& inputs, std::size_t receptor) {
  WideSum sum;
  for (std::size_t k = 0; k < inputs.size; ++k) {
    const double weight = inputs.weight[k];
    if ((weight < 0.0) == (receptor == 1)) {
      sum.add(InputUnits::rounded(std::fabs(weight), units.remaining(receptor, inputs.x[k])));
    }
  }
  return units.unit() * sum.value();
}

}  // namespace

double InputUnits::unit_for(double largest_weight) {
  constexpr double kLeast = 0x1p-600;
  constexpr int kBits = 51;
  return std::ldexp(1.0, std::ilogb(std::max(largest_weight, kLeast)) + 1 - kBits);
}

InputUnits::InputUnits(const std::array<double, 2>& tau, double unit) : unit_(unit), per_unit_(1.0 / unit) {
  constexpr double kPerInput = 0x1p20;  // so that the sum of 2^32 inputs of the largest weight fits
  integral_unit_ = unit * kLongestTau * kPerInput;
  for (std::size_t k = 0; k < tau.size(); ++k) {
    const double decay = numerics::elementary::exp(-kFrame * (1.0 / tau[k]));
    receptors_[k] = {tau[k], 1.0 / tau[k], decay, -numerics::elementary::expm1(-kFrame / tau[k]),
                     tau[k] <= kLongestTau ? tau[k] / integral_unit_ : 0.0};
  }
}

void add_slot(const InputUnits& units, const SlotInFrame& slot, FrameSums& sums, UnwrittenVector<std::int64_t>& space) {
  const std::vector<std::uint32_t>& targets = slot.inputs->sources->target;
  const std::size_t sources = targets.size();
  const std::size_t count = slot.begin[sources];
  if (!slot.one_weight) {
    for (std::size_t source = 0; source < sources; ++source) {
      const double weight = slot.weight[source];
      const std::int64_t integral = units.integral(kExc, weight);
      for (std::uint32_t k = slot.begin[source]; k < slot.begin[source + 1]; ++k) {
        const double x = slot.arrival[k] - slot.shift;
        if (x >= 0.0 && x < kFrame) {
          sums.add(targets[source], kExc, InputUnits::rounded(weight, units.remaining(kExc, x)), integral);
        }
      }
    }
    return;
  }
  // The sum of one source is a difference of two sums over all: no loop is as short as a source has inputs.
  space.resize(2 * (count + SlotInputs::kPadding));
  std::int64_t* const number = space.data();
  std::int64_t* const inside = number + count + SlotInputs::kPadding;  // how many arrive in the frame
  HWY_DYNAMIC_DISPATCH(find_numbers_lanes)(units, slot, count, number);
  const double weight = slot.weight[0];
  const std::int64_t integral = units.integral(kExc, weight);
  std::int64_t sum = 0;
  if (slot.whole && InputUnits::rounded(weight, units.remaining(kExc, 0.0)) > 0) {
    for (std::size_t k = 0; k <= count; ++k) {
      sum += std::exchange(number[k], sum);
    }
    for (std::size_t source = 0; source < sources; ++source) {
      const std::uint32_t begin = slot.begin[source];
      const std::uint32_t end = slot.begin[source + 1];
      const std::uint32_t i = targets[source];
      sums.neurons[i].conductance[kExc] += number[end] - number[begin];
      sums.neurons[i].integral += integral * static_cast<std::int64_t>(end - begin);
    }
    return;
  }
  std::int64_t so_far = 0;
  for (std::size_t k = 0; k <= count; ++k) {
    const std::int64_t here = number[k];
    number[k] = sum;
    inside[k] = so_far;
    sum += here;
    so_far += here != 0 ? 1 : 0;
  }
  for (std::size_t source = 0; source < sources; ++source) {
    const std::uint32_t begin = slot.begin[source];
    const std::uint32_t end = slot.begin[source + 1];
    const std::uint32_t i = targets[source];
    sums.neurons[i].conductance[kExc] += number[end] - number[begin];
    sums.neurons[i].integral += integral * (inside[end] - inside[begin]);
  }
}

void find_remaining(const InputUnits& units, std::size_t receptor, const double* x, double shift, std::size_t count,
                    double* remaining) {
  HWY_DYNAMIC_DISPATCH(find_remaining_lanes)(units, receptor, x, shift, count, remaining);
}

void add_neuron(const InputUnits& units, const GatheredInputs& inputs, std::size_t i, FrameSums& sums) {
  for (std::size_t k = 0; k < inputs.size; ++k) {
    const std::size_t receptor = inputs.weight[k] < 0.0 ? 1 : 0;
    const double weight = std::fabs(inputs.weight[k]);
    sums.add(i, receptor, InputUnits::rounded(weight, units.remaining(receptor, inputs.x[k])),
             units.integral(receptor, weight));
  }
}

void end_frame(const InputUnits& units, const FrameSums& sums, FrameInputs& frame, FrameInputs& next) {
  const InputUnits::Receptor exc = units[0];
  const InputUnits::Receptor inh = units[1];
  const double unit = units.unit();
  const double integral_unit = units.integral_unit();
  // The integral of a conductance that decays from g0 to g1 and gets inputs w is tau (g0 - g1 + w).
  const double exc_from_start = exc.integral_factor > 0.0 ? exc.tau : exc.tau * exc.lost;
  const double inh_from_start = inh.integral_factor > 0.0 ? inh.tau : inh.tau * inh.lost;
  const double exc_from_end = exc.integral_factor > 0.0 ? exc.tau : 0.0;
  const double inh_from_end = inh.integral_factor > 0.0 ? inh.tau : 0.0;
  const NeuronSums* const sum = sums.neurons.data();
  const Conductances* const start = frame.at_start.data();
  Conductances* const end = next.at_start.data();
  float* const integrals = frame.integral.data();
  const auto finish = [=](std::size_t i, double more_exc, double more_inh) {
    const Conductances from = start[i];
    const Conductances to{neurons::decayed(from.exc, exc.decay) + more_exc,
                          neurons::decayed(from.inh, inh.decay) + more_inh};
    end[i] = to;
    integrals[i] = static_cast<float>(
        ((from.exc * exc_from_start - to.exc * exc_from_end) + (from.inh * inh_from_start - to.inh * inh_from_end)) +
        integral_unit * static_cast<double>(sum[i].integral));
  };
  for (std::size_t i = 0; i < frame.at_start.size(); ++i) {
    finish(i, unit * static_cast<double>(sum[i].conductance[0]), unit * static_cast<double>(sum[i].conductance[1]));
  }
  const std::size_t of_slots = frame.most_of_slots();
  GatheredInputs inputs;
  for (std::size_t i = 0; i < frame.at_start.size(); ++i) {
    if (frame.count(i) + of_slots > InputUnits::kMostInputs) {
      inputs.clear();
      frame.gather(i, 0, 0.0, kFrame, inputs);
      finish(i, wide_sum(units, inputs, 0), wide_sum(units, inputs, 1));
    }
  }
}

}  // namespace va_event::neurons::order_free_conductances
#endif

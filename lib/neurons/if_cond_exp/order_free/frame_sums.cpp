// SPDX-License-Identifier: Apache-2.0
#undef HWY_DISABLED_TARGETS
#define HWY_DISABLED_TARGETS VA_EVENT_SIZELESS_TARGETS
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "neurons/if_cond_exp/order_free/frame_sums.cpp"
#include <hwy/foreach_target.h>
// clang-format off: the order matters
#include <hwy/highway.h>

#include "neurons/if_cond_exp/intervals/formulas-inl.hpp"
// clang-format on
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>

#include "neurons/if_cond_exp/order_free/frame_sums.hpp"
#include "neurons/if_cond_exp/order_free/input_history.hpp"
#include "neurons/state.hpp"

#ifndef VA_EVENT_RECEPTOR_OF_SLOTS
#define VA_EVENT_RECEPTOR_OF_SLOTS
namespace va_event::neurons::order_free_conductances {
namespace {

constexpr std::size_t kExc = 0;  ///< the receptor of all slots

/// Numbers and counts of inputs are added up in one: the counts in the upper bits. The numbers are below 2^51.
constexpr unsigned kCountBits = 6;
constexpr unsigned kNumberBits = 64 - kCountBits;
constexpr std::uint32_t kMostAtOnce = (1U << kCountBits) - 1;
constexpr std::int64_t kOneInput = std::int64_t{1} << kNumberBits;

}  // namespace
}  // namespace va_event::neurons::order_free_conductances
#endif

HWY_BEFORE_NAMESPACE();
namespace va_event::neurons::order_free_conductances::HWY_NAMESPACE {
namespace {

namespace hn = hwy::HWY_NAMESPACE;
using neurons::HWY_NAMESPACE::exp_fused;
using neurons::HWY_NAMESPACE::W;
using neurons::HWY_NAMESPACE::Wide;
using Integers = hn::RebindToSigned<Wide>;

/// What remains of conductances of one unit.
struct Remaining {
  HWY_INLINE Remaining(const InputUnits& units, std::size_t receptor)
      : rate(hn::Set(Wide(), units[receptor].rate)), per_unit(hn::Set(Wide(), units.per_unit())) {}
  W rate, per_unit;
  /// @param x since the frame's start [ms]
  [[nodiscard]] HWY_INLINE W operator()(W x) const {
    return exp_fused((x - hn::Set(Wide(), kFrame)) * rate) * per_unit;
  }
};

/// For each input of a slot its number and 1 as a count, 0 where it does not arrive in the frame, or is too small to
/// count. @pre all sources have one weight
/// @tparam kAll  all of the slot's inputs arrive in the frame
template <bool kAll>
HWY_INLINE void find_numbers(const InputUnits& units, const SlotInFrame& slot, std::size_t count,
                             std::int64_t* number) {
  constexpr std::size_t kVectors = 2;
  const Wide d;
  const Integers di;
  const std::size_t n = hn::Lanes(d);
  const Remaining remaining(units, kExc);
  const W shift = hn::Set(d, slot.shift);
  const W frame = hn::Set(d, kFrame);
  const W weight = hn::Set(d, slot.weight[0]);
  const W magic = hn::Set(d, InputUnits::kMagic);
  for (std::size_t k = 0; k < count; k += kVectors * n) {  // behind the last one there is room
    W x[kVectors], kept[kVectors];
    for (std::size_t v = 0; v < kVectors; ++v) {
      x[v] = hn::LoadU(d, slot.arrival + k + v * n) - shift;
    }
    for (std::size_t v = 0; v < kVectors; ++v) {
      kept[v] = remaining(kAll ? x[v] : hn::Min(x[v], frame));
    }
    for (std::size_t v = 0; v < kVectors; ++v) {
      const auto rounded = hn::BitCast(di, weight * kept[v] + magic) - hn::BitCast(di, magic);
      auto counted = hn::IfThenZeroElse(rounded == hn::Zero(di), rounded + hn::Set(di, kOneInput));
      if constexpr (!kAll) {
        const auto inside = hn::And(x[v] >= hn::Zero(d), x[v] < frame);
        counted = hn::IfThenElseZero(hn::RebindMask(di, inside), counted);
      }
      hn::StoreU(counted, di, number + k + v * n);
    }
  }
}
void find_numbers_lanes(const InputUnits& units, const SlotInFrame& slot, std::size_t count, std::int64_t* number) {
  if (slot.whole) {
    find_numbers<true>(units, slot, count, number);
  } else {
    find_numbers<false>(units, slot, count, number);
  }
}

/// Adds the sums of find_numbers_lanes() to those of the sources' targets.
void add_numbers_lanes(const SlotInFrame& slot, const std::int64_t* number, std::int64_t integral, NeuronSums* sums) {
  constexpr std::size_t kUsual = 8;
  static constexpr std::int64_t kFirst[2 * kUsual] = {-1, -1, -1, -1, -1, -1, -1, -1, 0, 0, 0, 0, 0, 0, 0, 0};
  const hn::CappedTag<std::int64_t, kUsual> d;
  const std::vector<std::uint32_t>& target = slot.inputs->sources->target;
  const std::size_t sources = target.size();
  std::size_t begin = 0;
  for (std::size_t source = 0; source < sources; ++source) {
    const std::size_t end = slot.begin[source + 1];
    std::uint64_t more = 0;
    for (; HWY_UNLIKELY(end - begin > kUsual); ++begin) {
      more += static_cast<std::uint64_t>(number[begin]);
    }
    const std::int64_t* const mask = kFirst + kUsual - (end - begin);
    auto sum = hn::Zero(d);
    for (std::size_t k = 0; k < kUsual; k += hn::Lanes(d)) {  // behind the last one there is room
      sum = sum + hn::And(hn::LoadU(d, number + begin + k), hn::LoadU(d, mask + k));
    }
    const std::uint64_t all = static_cast<std::uint64_t>(hn::GetLane(hn::SumOfLanes(d, sum))) + more;
    sums[target[source]].add(kExc, all & (std::uint64_t{kOneInput} - 1),
                             static_cast<std::uint64_t>(integral) * (all >> kNumberBits));
    begin = end;
  }
}

void find_remaining_lanes(const InputUnits& units, std::size_t receptor, const double* x, double shift,
                          std::size_t count, double* kept) {
  const Wide d;
  const std::size_t n = hn::Lanes(d);
  const Remaining remaining(units, receptor);
  std::size_t k = 0;
  for (; k + n <= count; k += n) {
    hn::StoreU(remaining(hn::LoadU(d, x + k) - hn::Set(d, shift)), d, kept + k);
  }
  if (k < count) {
    HWY_ALIGN double rest[HWY_MAX_BYTES / sizeof(double)] = {};
    std::copy(x + k, x + count, rest);
    hn::Store(remaining(hn::Load(d, rest) - hn::Set(d, shift)), d, rest);
    std::copy_n(rest, count - k, kept + k);
  }
}

}  // namespace
}  // namespace va_event::neurons::order_free_conductances::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace va_event::neurons::order_free_conductances {

HWY_EXPORT(find_numbers_lanes);
HWY_EXPORT(add_numbers_lanes);
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
  if (!slot.one_weight || slot.inputs->most > kMostAtOnce) {
    UnwrittenVector<double> remaining(slot.begin[sources]);
    find_remaining(units, kExc, slot.arrival, slot.shift, remaining.size(), remaining.data());
    for (std::size_t source = 0; source < sources; ++source) {
      const double weight = slot.weight[slot.one_weight ? 0 : source];
      const std::int64_t integral = units.integral(kExc, weight);
      for (std::uint32_t k = slot.begin[source]; k < slot.begin[source + 1]; ++k) {
        const double x = slot.arrival[k] - slot.shift;
        if (x >= 0.0 && x < kFrame) {
          sums.add(targets[source], kExc, InputUnits::rounded(weight, remaining[k]), integral);
        }
      }
    }
    return;
  }
  const std::size_t count = slot.begin[sources];
  space.resize(count + SlotInputs::kPadding);
  HWY_DYNAMIC_DISPATCH(find_numbers_lanes)(units, slot, count, space.data());
  HWY_DYNAMIC_DISPATCH(add_numbers_lanes)
  (slot, space.data(), units.integral(kExc, slot.weight[0]), sums.neurons.data());
}

double InputUnits::remaining(std::size_t receptor, double x) const {
  double kept = 0.0;
  find_remaining(*this, receptor, &x, 0.0, 1, &kept);
  return kept;
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

// SPDX-License-Identifier: Apache-2.0
// Included once for each instruction set (Highway's foreach_target.h), hence no #pragma once.
#if defined(VA_EVENT_NEAR_SPIKES_CURRENTS_INPUTS_INL_HPP) == defined(HWY_TARGET_TOGGLE)
#ifdef VA_EVENT_NEAR_SPIKES_CURRENTS_INPUTS_INL_HPP
#undef VA_EVENT_NEAR_SPIKES_CURRENTS_INPUTS_INL_HPP
#else
#define VA_EVENT_NEAR_SPIKES_CURRENTS_INPUTS_INL_HPP
#endif

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "neurons/if_curr_exp/near_spikes/time_constants.hpp"
#include "neurons/inputs.hpp"
#include "neurons/lanes-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace va_event::neurons::near_spikes_currents::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;
using neurons::HWY_NAMESPACE::Doubles;
using neurons::HWY_NAMESPACE::kPadding;
using neurons::HWY_NAMESPACE::V;

/// What inputs with times of their own add to rows: unit_input() and row_of() in vectors of inputs. A lane performs
/// their operations in their order.
class InputRows {
 public:
  /// Of neurons with the same time constants. @param inputs at least one, at most kMaxInputs @param period_end number
  /// of a segment's end, after all of them
  HWY_INLINE void find(const TimeConstants& times, std::span<const Input<double>> inputs, std::size_t period_end) {
    set_inputs(inputs);
    const Synapse exc = synapse_of(times, 0, period_end);
    const Synapse inh = synapse_of(times, 1, period_end);
    const Membrane membrane{hn::Set(Doubles(), times.rate.m), hn::Set(Doubles(), times.at[period_end].m)};
    for (std::size_t k = 0; k < inputs.size(); k += hn::Lanes(Doubles())) {
      const auto inhibitory = is_inhibitory(k);
      find_at(k, inhibitory, membrane,
              {hn::IfThenElse(inhibitory, inh.rate, exc.rate), hn::IfThenElse(inhibitory, inh.gain, exc.gain),
               hn::IfThenElse(inhibitory, inh.peak, exc.peak), hn::IfThenElse(inhibitory, inh.latest, exc.latest),
               hn::IfThenElse(inhibitory, inh.end, exc.end)});
    }
  }

  /// Of any neurons. @param times_of gives those of a neuron
  template <class TimesOf>
  HWY_INLINE void find(const TimesOf& times_of, std::span<const Input<double>> inputs, std::size_t period_end) {
    set_inputs(inputs);
    const Doubles d;
    Numbers rate_m, end_m, rate, gain, peak, latest, end;
    for (std::size_t k = 0; k < inputs.size() + hn::Lanes(d) - 1; ++k) {
      const Input<double>& input = inputs[k < inputs.size() ? k : inputs.size() - 1];
      const TimeConstants& times = times_of(input.index);
      const std::uint32_t receptor = input.receptor;
      rate_m[k] = times.rate.m;
      end_m[k] = times.at[period_end].m;
      rate[k] = receptor == 0 ? times.rate.exc : times.rate.inh;
      gain[k] = times.gain[receptor];
      peak[k] = times.peak[receptor];
      latest[k] = latest_peak(times, receptor, period_end);
      end[k] = receptor == 0 ? times.at[period_end].exc : times.at[period_end].inh;
    }
    for (std::size_t k = 0; k < inputs.size(); k += hn::Lanes(d)) {
      const auto at = [d, k](const Numbers& numbers) HWY_ATTR { return hn::LoadU(d, &numbers[k]); };
      find_at(k, is_inhibitory(k), {at(rate_m), at(end_m)}, {at(rate), at(gain), at(peak), at(latest), at(end)});
    }
  }

  [[nodiscard]] HWY_INLINE const Row& operator[](std::size_t k) const { return rows_[k]; }

 private:
  using Numbers = std::array<double, kMaxInputs + kPadding>;
  struct Membrane {
    V rate;
    V end;  ///< the exponential at the period's end
  };
  struct Synapse {
    V rate;
    V gain;
    V peak;
    V latest;  ///< an input before reaches its peak in the period
    V end;     ///< the exponential at the period's end
  };

  [[nodiscard]] static double latest_peak(const TimeConstants& times, std::size_t receptor, std::size_t period_end) {
    return static_cast<double>(period_end) * kSegment - times.peak_time[receptor];
  }
  [[nodiscard]] static HWY_INLINE Synapse synapse_of(const TimeConstants& times, std::size_t receptor,
                                                     std::size_t period_end) {
    const Doubles d;
    const Factors& end = times.at[period_end];
    return {hn::Set(d, receptor == 0 ? times.rate.exc : times.rate.inh), hn::Set(d, times.gain[receptor]),
            hn::Set(d, times.peak[receptor]), hn::Set(d, latest_peak(times, receptor, period_end)),
            hn::Set(d, receptor == 0 ? end.exc : end.inh)};
  }

  HWY_INLINE void set_inputs(std::span<const Input<double>> inputs) {
    for (std::size_t k = 0; k < inputs.size(); ++k) {
      t_[k] = inputs[k].t;
      weight_[k] = inputs[k].weight;
      inhibitory_[k] = inputs[k].receptor == 0 ? 0.0 : 1.0;
    }
    for (std::size_t k = inputs.size(); k < inputs.size() + hn::Lanes(Doubles()) - 1; ++k) {  // full vectors
      t_[k] = weight_[k] = inhibitory_[k] = 0.0;
    }
  }
  [[nodiscard]] HWY_INLINE hn::Mask<Doubles> is_inhibitory(std::size_t k) const {
    return hn::LoadU(Doubles(), &inhibitory_[k]) != hn::Zero(Doubles());
  }

  /// From the k-th input on, as many as a vector has lanes.
  HWY_INLINE void find_at(std::size_t k, hn::Mask<Doubles> inhibitory, const Membrane& membrane,
                          const Synapse& synapse) {
    const Doubles d;
    const V t = hn::LoadU(d, &t_[k]);
    const V weight = hn::LoadU(d, &weight_[k]);
    const V m = neurons::HWY_NAMESPACE::exp(hn::Neg(t) * membrane.rate);
    const V now = neurons::HWY_NAMESPACE::exp(hn::Neg(t) * synapse.rate);
    const V top = hn::IfThenElse(t < synapse.latest, synapse.peak, synapse.end / now - membrane.end / m);
    const V slack = hn::Set(d, kInputSlack) * hn::Abs(synapse.gain);
    const V up = synapse.gain * top + slack;
    const V synaptic = weight * (synapse.gain / now);
    hn::StoreInterleaved4(weight * (hn::Neg(synapse.gain) / m), hn::IfThenZeroElse(inhibitory, synaptic),
                          hn::IfThenElseZero(inhibitory, synaptic), hn::Max(weight * up, weight * hn::Neg(slack)), d,
                          &rows_[k].m);
  }

  alignas(64) std::array<Row, kMaxInputs + kPadding> rows_;
  alignas(64) Numbers t_, weight_, inhibitory_;
};

}  // namespace va_event::neurons::near_spikes_currents::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif

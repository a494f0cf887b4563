// SPDX-License-Identifier: Apache-2.0
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "neurons/if_curr_exp/batch.cpp"
#include <hwy/foreach_target.h>
// clang-format off: the order matters
#include <hwy/highway.h>

#include "neurons/if_curr_exp/formulas-inl.hpp"
// clang-format on
#include <algorithm>
#include <array>
#include <bit>
#include <span>

#include "neurons/if_curr_exp/batch.hpp"

HWY_BEFORE_NAMESPACE();
namespace va_event::neurons::HWY_NAMESPACE {
namespace {

constexpr std::size_t kBlock = 128;  // a multiple of the lanes of every vector

/// Neurons after their events that may need a look.
struct Block {
  // Not initialised: only what is filled is read.
  alignas(64) std::array<State<double>, kBlock + kPadding> rows;  ///< the upper bound in place of t
  std::array<std::uint32_t, kBlock + kPadding> number;            ///< of their synapses
  std::size_t count = 0;
};

HWY_INLINE void copy_four(const double* from, double* to) {
  const Doubles d;
  for (std::size_t k = 0; k < 4; k += hn::Lanes(d)) {
    hn::Store(hn::Load(d, from + k), d, to + k);
  }
}

/// Looks at blocks of neurons at one time.
class BatchLook {
 public:
  BatchLook(const Kernel::Constants& c, const Kernel::SharedExponentials& at, double since,
            const BoundedNeurons& neurons, const LookLimits& limits, BatchReport& report)
      : c_(c), at_(at), since_(since), neurons_(neurons), look_limits_(limits), report_(report) {}

  /// @param index_of   the neuron of a synapse @param bound_of  what its event added to the upper bound
  template <class IndexOf, class BoundOf>
  HWY_INLINE void operator()(Block& block, const IndexOf& index_of, const BoundOf& bound_of) const {
    std::array<std::uint32_t, kBlock + kPadding> index;
    std::size_t count = 0;
    bool repeated = false;
    for (std::size_t n = 0; n < block.count; ++n) {
      const std::uint32_t i = index_of(block.number[n]);
      if (block.rows[n].t < 0.0) {
        if (block.rows[n].y != kRefractory) {
          report_.near_threshold.push_back(i);
        }
        continue;
      }
      if (n != count) {
        copy_row(block.rows[n], block.rows[count]);
        block.number[count] = block.number[n];
      }
      repeated = repeated || (count > 0 && i <= index[count - 1]);
      index[count++] = i;
    }
    block.count = 0;
    if (count == 0) {
      return;
    }
    if (repeated) {
      return one_by_one(block, index.data(), count, bound_of);
    }
    for (std::size_t n = count; n < count + hn::Lanes(Doubles()) - 1; ++n) {  // full vectors
      copy_row(block.rows[count - 1], block.rows[n]);
    }
    look(block.rows.data(), index.data(), count);
  }

  /// At the first `count`, of which memory has full vectors.
  HWY_INLINE void look(const State<double>* rows, const std::uint32_t* index, std::size_t count) const {
    const Doubles d;
    const Lanes c = lanes_of(c_);
    const SharedExponentialsLanes at = exponentials_of(at_);
    const V since = hn::Set(d, since_);
    for (std::size_t k = 0; k < count; k += hn::Lanes(d)) {
      FactorLanes amplitude;
      V upper_bound;
      hn::LoadInterleaved4(d, &rows[k].y, amplitude.m, amplitude.exc, amplitude.inh, upper_bound);
      put(look_lanes(c, at, amplitude, since, look_limits_), upper_bound, &index[k], first_lanes(count - k), neurons_,
          report_);
    }
  }

 private:
  /// Some neurons may have had several events: what a look finds says whether the next one needs a look at all.
  template <class BoundOf>
  HWY_NOINLINE void one_by_one(Block& block, const std::uint32_t* index, std::size_t count,
                               const BoundOf& bound_of) const {
    for (std::size_t n = 0; n < count; ++n) {
      alignas(64) std::array<State<double>, kPadding> record;
      record.fill(block.rows[n]);
      if (std::find(index, index + n, index[n]) != index + n) {
        double& upper_bound = neurons_.record[index[n]].upper_bound;
        upper_bound += bound_of(block.number[n]);
        if (upper_bound < 0.0) {
          if (!(upper_bound < -look_limits_.distance)) {
            report_.near_threshold.push_back(index[n]);
          }
          continue;
        }
        record[0].t = upper_bound;
      }
      look(record.data(), &index[n], 1);
    }
  }

  const Kernel::Constants& c_;
  const Kernel::SharedExponentials& at_;
  double since_;
  BoundedNeurons neurons_;
  LookLimits look_limits_;
  BatchReport& report_;
};

/// A record in registers.
constexpr std::size_t kParts = 4 / hn::MaxLanes(Doubles());
struct RecordLanes {
  V part[kParts];
};

HWY_INLINE RecordLanes load(const double* from) {
  RecordLanes record;
  for (std::size_t k = 0; k < kParts; ++k) {
    record.part[k] = hn::Load(Doubles(), from + k * hn::MaxLanes(Doubles()));
  }
  return record;
}
HWY_INLINE RecordLanes load_four(double a, double b, double c, double e) {
  alignas(64) const std::array<double, 4> numbers{a, b, c, e};
  return load(numbers.data());
}
HWY_INLINE void store(const RecordLanes& record, double* to) {
  for (std::size_t k = 0; k < kParts; ++k) {
    hn::Store(record.part[k], Doubles(), to + k * hn::MaxLanes(Doubles()));
  }
}
HWY_INLINE RecordLanes operator+(const RecordLanes& a, const RecordLanes& b) {
  RecordLanes sum;
  for (std::size_t k = 0; k < kParts; ++k) {
    sum.part[k] = a.part[k] + b.part[k];
  }
  return sum;
}

/// What comes of the inputs of one part.
class Adder {
 public:
  Adder(const BoundedNeurons& neurons, double since, const LookLimits& limits)
      : records_(neurons.record),
        since_(since),
        limits_(load_four(kRefractory / 2, kNever, kNever, -limits.distance)) {}

  /// Adds `more` to a record. @returns the sum
  HWY_INLINE RecordLanes add(std::uint32_t i, const RecordLanes& more) {
    BoundedRecord& record = records_[i];
    const RecordLanes sum = load(&record.y) + more;
    store(sum, &record.y);
    record.t = since_;
    const auto is_held = sum.part[0] < limits_.part[0];
    held_ = held_ - hn::BitCast(Integers(), hn::VecFromMask(Doubles(), is_held));
    return sum;
  }
  /// Whether there is nothing to do about neurons: a mask whose last lane says so.
  [[nodiscard]] HWY_INLINE hn::Mask<Doubles> done(const RecordLanes& sum) const {
    return sum.part[kParts - 1] < limits_.part[kParts - 1];
  }
  [[nodiscard]] HWY_INLINE std::uint64_t held() const { return static_cast<std::uint64_t>(hn::GetLane(held_)); }

 private:
  using Integers = hn::RebindToSigned<Doubles>;
  static constexpr double kNever = -std::numeric_limits<double>::infinity();

  BoundedRecord* records_;
  double since_;
  RecordLanes limits_;
  hn::Vec<Integers> held_ = hn::Zero(Integers());  ///< the first lane counts refractory neurons
};
HWY_INLINE bool last_lane(hn::Mask<Doubles> mask) {
  const Doubles d;
  return (bits_of(mask, hn::Lanes(d)) >> (hn::MaxLanes(d) - 1)) != 0;
}

/// The targets of one part. `input` says what is added to the record of the k-th one, with its upper bound in place of
/// t.
template <class Input>
HWY_INLINE void add_inputs(const Targets& part, const BoundedNeurons& neurons, double since, const LookLimits& limits,
                           const BatchLook& look, BatchReport& report, const Input& input) {
  const std::uint32_t* const index = part.index.data();
  const std::size_t count = part.index.size();
  const std::uint32_t offset = part.offset;
  const auto index_of = [index, offset](std::size_t k)
                            HWY_ATTR { return static_cast<std::uint32_t>(offset + index[k]); };
  const auto bound_of = [&input](std::size_t k) HWY_ATTR {
    alignas(64) std::array<double, 4> more;
    store(input(k), more.data());
    return more[3];
  };
  Adder adder(neurons, since, limits);
  Block block;
  for (std::size_t begin = 0; begin < count; begin += kBlock) {
    const std::size_t end = std::min(begin + kBlock, count);
    const auto take = [&](const RecordLanes& sum, std::size_t k) HWY_ATTR {
      store(sum, &block.rows[block.count].y);
      block.number[block.count] = static_cast<std::uint32_t>(k);
      block.count += last_lane(adder.done(sum)) ? 0 : 1;
    };
    std::size_t k = begin;
    for (; k + 4 <= end; k += 4) {
      const RecordLanes a = adder.add(index_of(k), input(k));
      const RecordLanes b = adder.add(index_of(k + 1), input(k + 1));
      const RecordLanes c = adder.add(index_of(k + 2), input(k + 2));
      const RecordLanes e = adder.add(index_of(k + 3), input(k + 3));
      if (!last_lane(hn::And(hn::And(adder.done(a), adder.done(b)), hn::And(adder.done(c), adder.done(e))))) {
        take(a, k);
        take(b, k + 1);
        take(c, k + 2);
        take(e, k + 3);
      }
    }
    for (; k < end; ++k) {
      take(adder.add(index_of(k), input(k)), k);
    }
    if (block.count > 0) {
      look(block, index_of, bound_of);
    }
  }
  report.refractory += adder.held();
}

void deliver_curr_exp(const Kernel::Constants& c, const BoundedNeurons& neurons, const Arrival& arrival,
                      std::span<const Targets> targets, const LookLimits& limits, BatchReport& report) {
  const Kernel::SharedExponentials at = Kernel::exponentials_at(c, arrival.t);
  const upper_bound::Input<double> unit = Kernel::input_at(c, at, arrival.receptor);
  const RecordLanes up = load_four(unit.m, unit.exc, unit.inh, unit.up);
  const RecordLanes down = load_four(unit.m, unit.exc, unit.inh, -unit.down);
  const RecordLanes slack = load_four(-0.0, -0.0, -0.0, c.event_slack);  // x + -0.0 is x, also if that is -0.0
  const auto times = [&](double weight) HWY_ATTR {                       // upper_bound::of_input()
    const V w = hn::Set(Doubles(), weight);
    RecordLanes more;
    for (std::size_t k = 0; k < kParts; ++k) {
      more.part[k] = hn::Max(w * up.part[k], w * down.part[k]) + slack.part[k];
    }
    return more;
  };
  const BatchLook look(c, at, arrival.t, neurons, limits, report);
  for (const Targets& part : targets) {
    if (part.weight.empty()) {
      const RecordLanes all = times(part.constant_weight);
      add_inputs(part, neurons, arrival.t, limits, look, report,
                 [&all](std::size_t /*k*/) HWY_ATTR -> const RecordLanes& { return all; });
    } else {
      add_inputs(part, neurons, arrival.t, limits, look, report,
                 [&times, weight = part.weight.data()](std::size_t k) HWY_ATTR { return times(weight[k]); });
    }
  }
}

/// IfCurrExpKernel<double>::next_epoch() and look() for neurons one after the other.
void next_epoch_curr_exp(const Kernel::Constants& constants, const BoundedNeurons& neurons, std::size_t count,
                         const LookLimits& limits, BatchReport& report) {
  const Doubles d;
  const Lanes c = lanes_of(constants);
  const SharedExponentialsLanes at = exponentials_of(Kernel::exponentials_at(constants, 0.0));
  alignas(64) std::array<State<double>, kPadding> rows{};
  alignas(64) std::array<double, kPadding> until{};
  for (std::size_t begin = 0; begin < count; begin += hn::Lanes(d)) {
    const std::size_t size = std::min(hn::Lanes(d), count - begin);
    for (std::size_t k = 0; k < size; ++k) {
      copy_four(&neurons.record[begin + k].y, &rows[k].y);
    }
    FactorLanes amplitude;
    V upper_bound;
    hn::LoadInterleaved4(d, &rows[0].y, amplitude.m, amplitude.exc, amplitude.inh, upper_bound);
    amplitude = {hn::IfThenElse(amplitude.m == hn::Set(d, kRefractory), amplitude.m, decayed(amplitude.m, c.epoch_m)),
                 decayed(amplitude.exc, c.epoch_exc), decayed(amplitude.inh, c.epoch_inh)};
    const LookLanes seen = look_lanes(c, at, amplitude, hn::Zero(d), limits);
    hn::StoreInterleaved4(amplitude.m, amplitude.exc, amplitude.inh, seen.upper_bound, d, &rows[0].y);
    hn::Store(seen.until, d, until.data());
    for (std::size_t k = 0; k < size; ++k) {
      BoundedRecord& record = neurons.record[begin + k];
      copy_four(&rows[k].y, &record.y);
      record.t = 0.0;
      neurons.safe_until[begin + k] = until[k];
    }
    for (unsigned near_threshold = bits_of(seen.near_threshold, size); near_threshold != 0;
         near_threshold &= near_threshold - 1) {
      report.near_threshold.push_back(static_cast<std::uint32_t>(begin) +
                                      static_cast<std::uint32_t>(std::countr_zero(near_threshold)));
    }
  }
}

}  // namespace
}  // namespace va_event::neurons::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace va_event::neurons {

HWY_EXPORT(deliver_curr_exp);
HWY_EXPORT(next_epoch_curr_exp);

void Batch<IfCurrExpKernel<double>>::deliver(const Constants& constants, const BoundedNeurons& neurons,
                                             const Arrival& arrival, std::span<const Targets> targets,
                                             const LookLimits& limits, BatchReport& report) {
  HWY_DYNAMIC_DISPATCH(deliver_curr_exp)(constants, neurons, arrival, targets, limits, report);
}

void Batch<IfCurrExpKernel<double>>::next_epoch(const Constants& constants, const BoundedNeurons& neurons,
                                                std::size_t count, const LookLimits& limits, BatchReport& report) {
  HWY_DYNAMIC_DISPATCH(next_epoch_curr_exp)(constants, neurons, count, limits, report);
}

}  // namespace va_event::neurons
#endif

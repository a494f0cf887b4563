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
  alignas(64) std::array<State<double>, kBlock + kPadding> rows;  ///< the reserve in place of t
  std::array<std::uint32_t, kBlock + kPadding> number;            ///< of their synapses
  std::size_t count = 0;
};

HWY_INLINE void copy_four(const double* from, double* to) {
  const Doubles d;
  for (std::size_t k = 0; k < 4; k += hn::Lanes(d)) {
    hn::Store(hn::Load(d, from + k), d, to + k);
  }
}

/// Looks at blocks of neurons at one moment.
class Watcher {
 public:
  Watcher(const Kernel::Constants& c, const Kernel::Moment& at, double since, const ReserveNeurons& neurons,
          const Watch& watch, BatchReport& report)
      : c_(c), at_(at), since_(since), neurons_(neurons), watch_(watch), report_(report) {}

  /// @param index_of   the neuron of a synapse @param reserve_of  what its event added to the reserve
  template <class IndexOf, class ReserveOf>
  HWY_INLINE void operator()(Block& block, const IndexOf& index_of, const ReserveOf& reserve_of) const {
    std::array<std::uint32_t, kBlock + kPadding> index;
    std::size_t count = 0;
    bool repeated = false;
    for (std::size_t n = 0; n < block.count; ++n) {
      const std::uint32_t i = index_of(block.number[n]);
      if (block.rows[n].t < 0.0) {
        if (block.rows[n].y != kHeld) {
          report_.near.push_back(i);
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
      return one_by_one(block, index.data(), count, reserve_of);
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
    const MomentLanes at = moment_of(at_);
    const V since = hn::Set(d, since_);
    for (std::size_t k = 0; k < count; k += hn::Lanes(d)) {
      FactorLanes amplitude;
      V reserve;
      hn::LoadInterleaved4(d, &rows[k].y, amplitude.m, amplitude.exc, amplitude.inh, reserve);
      put(outlook(c, at, amplitude, since, watch_), reserve, &index[k], first_lanes(count - k), neurons_, report_);
    }
  }

 private:
  /// Some neurons may have had several events: what a look finds says whether the next one needs a look at all.
  template <class ReserveOf>
  HWY_NOINLINE void one_by_one(Block& block, const std::uint32_t* index, std::size_t count,
                               const ReserveOf& reserve_of) const {
    for (std::size_t n = 0; n < count; ++n) {
      alignas(64) std::array<State<double>, kPadding> row;
      row.fill(block.rows[n]);
      if (std::find(index, index + n, index[n]) != index + n) {
        double& reserve = neurons_.row[index[n]].reserve;
        reserve += reserve_of(block.number[n]);
        if (reserve < 0.0) {
          if (!(reserve < -watch_.distance)) {
            report_.near.push_back(index[n]);
          }
          continue;
        }
        row[0].t = reserve;
      }
      look(row.data(), &index[n], 1);
    }
  }

  const Kernel::Constants& c_;
  const Kernel::Moment& at_;
  double since_;
  ReserveNeurons neurons_;
  Watch watch_;
  BatchReport& report_;
};

/// A row in registers.
constexpr std::size_t kParts = 4 / hn::MaxLanes(Doubles());
struct RowLanes {
  V part[kParts];
};

HWY_INLINE RowLanes load(const double* from) {
  RowLanes row;
  for (std::size_t k = 0; k < kParts; ++k) {
    row.part[k] = hn::Load(Doubles(), from + k * hn::MaxLanes(Doubles()));
  }
  return row;
}
HWY_INLINE RowLanes load_four(double a, double b, double c, double e) {
  alignas(64) const std::array<double, 4> numbers{a, b, c, e};
  return load(numbers.data());
}
HWY_INLINE void store(const RowLanes& row, double* to) {
  for (std::size_t k = 0; k < kParts; ++k) {
    hn::Store(row.part[k], Doubles(), to + k * hn::MaxLanes(Doubles()));
  }
}
HWY_INLINE RowLanes operator+(const RowLanes& a, const RowLanes& b) {
  RowLanes sum;
  for (std::size_t k = 0; k < kParts; ++k) {
    sum.part[k] = a.part[k] + b.part[k];
  }
  return sum;
}

/// What comes of the inputs of one part.
class Adder {
 public:
  Adder(const ReserveNeurons& neurons, double since, const Watch& watch)
      : rows_(neurons.row), since_(since), limits_(load_four(kHeld / 2, kNever, kNever, -watch.distance)) {}

  /// Adds `more` to a row. @returns the sum
  HWY_INLINE RowLanes add(std::uint32_t i, const RowLanes& more) {
    ReserveRow& row = rows_[i];
    const RowLanes sum = load(&row.y) + more;
    store(sum, &row.y);
    row.t = since_;
    const auto is_held = sum.part[0] < limits_.part[0];
    held_ = held_ - hn::BitCast(Integers(), hn::VecFromMask(Doubles(), is_held));
    return sum;
  }
  /// Whether there is nothing to do about neurons: a mask whose last lane says so.
  [[nodiscard]] HWY_INLINE hn::Mask<Doubles> done(const RowLanes& sum) const {
    return sum.part[kParts - 1] < limits_.part[kParts - 1];
  }
  [[nodiscard]] HWY_INLINE std::uint64_t held() const { return static_cast<std::uint64_t>(hn::GetLane(held_)); }

 private:
  using Integers = hn::RebindToSigned<Doubles>;
  static constexpr double kNever = -std::numeric_limits<double>::infinity();

  ReserveRow* rows_;
  double since_;
  RowLanes limits_;
  hn::Vec<Integers> held_ = hn::Zero(Integers());  ///< the first lane counts refractory neurons
};
HWY_INLINE bool last_lane(hn::Mask<Doubles> mask) {
  const Doubles d;
  return (bits_of(mask, hn::Lanes(d)) >> (hn::MaxLanes(d) - 1)) != 0;
}

/// The targets of one part. `input` says what is added to the row of the k-th one, with its reserve in place of t.
template <class Input>
HWY_INLINE void add_inputs(const Targets& part, const ReserveNeurons& neurons, double since, const Watch& watch,
                           const Watcher& look, BatchReport& report, const Input& input) {
  const std::uint32_t* const index = part.index.data();
  const std::size_t count = part.index.size();
  const std::uint32_t offset = part.offset;
  const auto index_of = [index, offset](std::size_t k)
                            HWY_ATTR { return static_cast<std::uint32_t>(offset + index[k]); };
  const auto reserve_of = [&input](std::size_t k) HWY_ATTR {
    alignas(64) std::array<double, 4> more;
    store(input(k), more.data());
    return more[3];
  };
  Adder adder(neurons, since, watch);
  Block block;
  for (std::size_t begin = 0; begin < count; begin += kBlock) {
    const std::size_t end = std::min(begin + kBlock, count);
    const auto take = [&](const RowLanes& sum, std::size_t k) HWY_ATTR {
      store(sum, &block.rows[block.count].y);
      block.number[block.count] = static_cast<std::uint32_t>(k);
      block.count += last_lane(adder.done(sum)) ? 0 : 1;
    };
    std::size_t k = begin;
    for (; k + 4 <= end; k += 4) {
      const RowLanes a = adder.add(index_of(k), input(k));
      const RowLanes b = adder.add(index_of(k + 1), input(k + 1));
      const RowLanes c = adder.add(index_of(k + 2), input(k + 2));
      const RowLanes e = adder.add(index_of(k + 3), input(k + 3));
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
      look(block, index_of, reserve_of);
    }
  }
  report.refractory += adder.held();
}

void deliver_curr_exp(const Kernel::Constants& c, const ReserveNeurons& neurons, const Arrival& arrival,
                      std::span<const Targets> targets, const Watch& watch, BatchReport& report) {
  const Kernel::Moment at = Kernel::moment(c, arrival.t);
  const reserve::Input<double> unit = Kernel::input_at(c, at, arrival.receptor);
  const RowLanes up = load_four(unit.m, unit.exc, unit.inh, unit.up);
  const RowLanes down = load_four(unit.m, unit.exc, unit.inh, -unit.down);
  const RowLanes slack = load_four(-0.0, -0.0, -0.0, c.event_slack);  // x + -0.0 is x, also if that is -0.0
  const auto times = [&](double weight) HWY_ATTR {                    // reserve::of_input()
    const V w = hn::Set(Doubles(), weight);
    RowLanes more;
    for (std::size_t k = 0; k < kParts; ++k) {
      more.part[k] = hn::Max(w * up.part[k], w * down.part[k]) + slack.part[k];
    }
    return more;
  };
  const Watcher look(c, at, arrival.t, neurons, watch, report);
  for (const Targets& part : targets) {
    if (part.weight.empty()) {
      const RowLanes all = times(part.constant_weight);
      add_inputs(part, neurons, arrival.t, watch, look, report,
                 [&all](std::size_t /*k*/) HWY_ATTR -> const RowLanes& { return all; });
    } else {
      add_inputs(part, neurons, arrival.t, watch, look, report,
                 [&times, weight = part.weight.data()](std::size_t k) HWY_ATTR { return times(weight[k]); });
    }
  }
}

/// IfCurrExpKernel<double>::next_epoch() and look() for neurons one after the other.
void next_epoch_curr_exp(const Kernel::Constants& constants, const ReserveNeurons& neurons, std::size_t count,
                         const Watch& watch, BatchReport& report) {
  const Doubles d;
  const Lanes c = lanes_of(constants);
  const MomentLanes at = moment_of(Kernel::moment(constants, 0.0));
  alignas(64) std::array<State<double>, kPadding> rows{};
  alignas(64) std::array<double, kPadding> until{};
  for (std::size_t begin = 0; begin < count; begin += hn::Lanes(d)) {
    const std::size_t size = std::min(hn::Lanes(d), count - begin);
    for (std::size_t k = 0; k < size; ++k) {
      copy_four(&neurons.row[begin + k].y, &rows[k].y);
    }
    FactorLanes amplitude;
    V reserve;
    hn::LoadInterleaved4(d, &rows[0].y, amplitude.m, amplitude.exc, amplitude.inh, reserve);
    amplitude = {hn::IfThenElse(amplitude.m == hn::Set(d, kHeld), amplitude.m, decayed(amplitude.m, c.epoch_m)),
                 decayed(amplitude.exc, c.epoch_exc), decayed(amplitude.inh, c.epoch_inh)};
    const Outlook seen = outlook(c, at, amplitude, hn::Zero(d), watch);
    hn::StoreInterleaved4(amplitude.m, amplitude.exc, amplitude.inh, seen.reserve, d, &rows[0].y);
    hn::Store(seen.until, d, until.data());
    for (std::size_t k = 0; k < size; ++k) {
      ReserveRow& row = neurons.row[begin + k];
      copy_four(&rows[k].y, &row.y);
      row.t = 0.0;
      neurons.safe_until[begin + k] = until[k];
    }
    for (unsigned near = bits_of(seen.near, size); near != 0; near &= near - 1) {
      report.near.push_back(static_cast<std::uint32_t>(begin) + static_cast<std::uint32_t>(std::countr_zero(near)));
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

void Batch<IfCurrExpKernel<double>>::deliver(const Constants& constants, const ReserveNeurons& neurons,
                                             const Arrival& arrival, std::span<const Targets> targets,
                                             const Watch& watch, BatchReport& report) {
  HWY_DYNAMIC_DISPATCH(deliver_curr_exp)(constants, neurons, arrival, targets, watch, report);
}

void Batch<IfCurrExpKernel<double>>::next_epoch(const Constants& constants, const ReserveNeurons& neurons,
                                                std::size_t count, const Watch& watch, BatchReport& report) {
  HWY_DYNAMIC_DISPATCH(next_epoch_curr_exp)(constants, neurons, count, watch, report);
}

}  // namespace va_event::neurons
#endif

// SPDX-License-Identifier: Apache-2.0
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/if_curr_exp_batch.cpp"
#include <hwy/foreach_target.h>
// clang-format off: the order matters
#include <hwy/highway.h>

#include "kernels/lanes-inl.hpp"
// clang-format on
#include <algorithm>
#include <array>
#include <bit>

#include "kernels/batch.hpp"

HWY_BEFORE_NAMESPACE();
namespace va_event::kernels::HWY_NAMESPACE {
namespace {

using Kernel = IfCurrExpKernel<double>;

constexpr std::size_t kBlock = 32;  // a multiple of the lanes of every vector

/// Neurons after their event, one after the other, until there are enough for vectors to look at.
struct Block {
  alignas(64) std::array<State<double>, kBlock> rows{};  ///< t still is the time of the event before
  std::array<std::uint32_t, kBlock> index{};
  std::size_t count = 0;
};

/// IfCurrExpKernel<double>::safe_in_frame() for blocks of neurons at one moment.
class Watcher {
 public:
  Watcher(const Kernel::Constants& c, const Kernel::Moment& at, double label, double* safe_until, const Watch& watch,
          BatchReport& report)
      : c_(c), at_(at), label_(label), safe_until_(safe_until), watch_(watch), report_(report) {}

  void operator()(Block& block) const {
    for (std::size_t k = 0; k < block.count; k += hn::Lanes(Doubles())) {
      look(block, k);
    }
    block.count = 0;
  }

 private:
  HWY_INLINE void look(const Block& block, std::size_t k) const {
    const Doubles d;
    V m;
    V amplitude_exc;
    V amplitude_inh;
    V t;
    hn::LoadInterleaved4(d, &block.rows[k].y, m, amplitude_exc, amplitude_inh, t);
    const V exc = amplitude_exc * hn::Set(d, at_.now.exc);
    const V inh = amplitude_inh * hn::Set(d, at_.now.inh);
    const V y = hn::Set(d, c_.y_infinity) + ((m * hn::Set(d, at_.now.m) + exc) + inh);
    const V drive_exc = exc * hn::Set(d, c_.drive_exc);
    const V drive_inh = inh * hn::Set(d, c_.drive_inh);
    const V slow = c_.exc.rate >= c_.inh.rate ? drive_inh : drive_exc;
    const V drive = hn::Set(d, c_.y_infinity) + hn::Max(hn::Zero(d), hn::Max(slow, drive_exc + drive_inh));
    const V scale = hn::Abs(y) + hn::Set(d, c_.potentials) + (hn::Abs(drive_exc) + hn::Abs(drive_inh));
    const V distance = hn::Neg(y);
    const SafeLanes safe = safe_interval(distance, drive, hn::Set(d, 1.0), hn::Set(d, c_.tau_m), scale);
    const auto held = m < hn::Set(d, kHeld / 2);
    const V until =
        hn::IfThenElse(held, hn::Set(d, std::numeric_limits<double>::infinity()), hn::Set(d, label_) + safe.duration);
    alignas(64) std::array<double, HWY_MAX_BYTES / sizeof(double)> bounds{};
    hn::Store(until, d, bounds.data());
    const std::size_t count = std::min(block.count - k, hn::Lanes(d));
    for (std::size_t lane = 0; lane < count; ++lane) {
      safe_until_[block.index[k + lane]] = bounds[lane];
    }
    report_.refractory += static_cast<unsigned>(std::popcount(bits_of(held, count)));
    report_.by_sign += static_cast<unsigned>(std::popcount(bits_of(hn::AndNot(held, safe.by_sign), count)));
    const auto again = t == hn::Set(d, at_.t);
    const auto noticed = hn::Or(until < hn::Set(d, watch_.until), distance < hn::Set(d, watch_.distance));
    if (HWY_UNLIKELY(!hn::AllFalse(d, hn::Or(noticed, again)))) {
      append(bits_of(again, count), block, k, report_.again);
      append(bits_of(noticed, count), block, k, report_.noticed);
    }
  }

  static void append(unsigned bits, const Block& block, std::size_t k, std::vector<std::uint32_t>& list) {
    for (; bits != 0; bits &= bits - 1) {
      list.push_back(block.index[k + static_cast<std::size_t>(std::countr_zero(bits))]);
    }
  }

  const Kernel::Constants& c_;
  Kernel::Moment at_;
  double label_;
  double* safe_until_;
  Watch watch_;
  BatchReport& report_;
};

/// The targets of one part. `input` says what is added to the k-th one's amplitudes.
template <class Input>
HWY_INLINE void add_inputs(const Targets& part, const Neurons& neurons, double label, Block& block, const Watcher& look,
                           const Input& input) {
  const std::uint32_t* const index = part.index.data();
  const std::size_t count = part.index.size();
  prefetch_first(part, 0, neurons);
  for (std::size_t k = 0; k < count; ++k) {
    prefetch(part, k + kPrefetch, neurons);
    const std::uint32_t i = part.offset + index[k];
    const frame::Factors<double> more = input(k);
    State<double>& row = neurons.row[i];
    row.y += more.m;
    row.exc += more.exc;
    row.inh += more.inh;
    block.rows[block.count] = row;
    row.t = label;
    block.index[block.count] = i;
    if (++block.count == kBlock) {
      look(block);
    }
  }
}

void deliver_curr_exp(const Kernel::Constants& c, const Neurons& neurons, const Arrival& arrival,
                      std::span<const Targets> targets, const Watch& watch, BatchReport& report) {
  const Kernel::Moment at = Kernel::moment(c, arrival.t);
  const frame::Factors<double> unit = Kernel::input_at(c, at.now, arrival.receptor);
  const auto times = [&unit](double weight) {
    return frame::Factors<double>{weight * unit.m, weight * unit.exc, weight * unit.inh};
  };
  const Watcher look(c, at, arrival.label, neurons.safe_until, watch, report);
  Block block;
  for (const Targets& part : targets) {
    if (part.weight.empty()) {
      const frame::Factors<double> all = times(part.constant_weight);
      add_inputs(part, neurons, arrival.label, block, look, [&all](std::size_t /*k*/) { return all; });
    } else {
      add_inputs(part, neurons, arrival.label, block, look,
                 [&times, weight = part.weight.data()](std::size_t k) { return times(weight[k]); });
    }
  }
  look(block);
}

/// IfCurrExpKernel<double>::next_epoch() for neurons one after the other.
void next_epoch_curr_exp(const Kernel::Constants& c, const Neurons& neurons, std::size_t count) {
  const Doubles d;
  BatchReport unused;
  const Watcher look(c, {-1.0, {1.0, 1.0, 1.0}}, 0.0, neurons.safe_until, {-1.0, 0.0}, unused);
  Block block;
  const V factor_m = hn::Set(d, c.epoch.m);
  const V factor_exc = hn::Set(d, c.epoch.exc);
  const V factor_inh = hn::Set(d, c.epoch.inh);
  for (std::size_t begin = 0; begin < count; begin += kBlock) {
    block.count = std::min(kBlock, count - begin);
    for (std::size_t k = 0; k < block.count; ++k) {
      block.rows[k] = neurons.row[begin + k];
      block.index[k] = static_cast<std::uint32_t>(begin + k);
    }
    for (std::size_t k = 0; k < block.count; k += hn::Lanes(d)) {
      V m;
      V exc;
      V inh;
      V t;
      hn::LoadInterleaved4(d, &block.rows[k].y, m, exc, inh, t);
      m = hn::IfThenElse(m == hn::Set(d, kHeld), m, decayed(m, factor_m));
      hn::StoreInterleaved4(m, decayed(exc, factor_exc), decayed(inh, factor_inh), hn::Zero(d), d, &block.rows[k].y);
    }
    std::copy_n(block.rows.begin(), block.count, neurons.row + begin);
    look(block);
  }
}

}  // namespace
}  // namespace va_event::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace va_event::kernels {

HWY_EXPORT(deliver_curr_exp);
HWY_EXPORT(next_epoch_curr_exp);

void Batch<IfCurrExpKernel<double>>::deliver(const Constants& constants, const Neurons& neurons, const Arrival& arrival,
                                             std::span<const Targets> targets, const Watch& watch,
                                             BatchReport& report) {
  HWY_DYNAMIC_DISPATCH(deliver_curr_exp)(constants, neurons, arrival, targets, watch, report);
}

void Batch<IfCurrExpKernel<double>>::next_epoch(const Constants& constants, const Neurons& neurons, std::size_t count,
                                                BatchReport& /*report*/) {
  HWY_DYNAMIC_DISPATCH(next_epoch_curr_exp)(constants, neurons, count);
}

}  // namespace va_event::kernels
#endif

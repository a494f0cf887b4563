// SPDX-License-Identifier: Apache-2.0
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "synapses/plastic_rows.cpp"
#include <hwy/foreach_target.h>
// clang-format off: the order matters
#include <hwy/cache_control.h>
#include <hwy/highway.h>

#include "numerics/lanes-inl.hpp"
// clang-format on
#include <algorithm>
#include <array>
#include <bit>

#include "synapses/plastic_rows.hpp"

// Compiled once for each instruction set, as numerics/find_below.cpp.

HWY_BEFORE_NAMESPACE();
namespace va_event::synapses::HWY_NAMESPACE {
namespace {

namespace hn = hwy::HWY_NAMESPACE;
using numerics::HWY_NAMESPACE::bits_of;
using numerics::HWY_NAMESPACE::Doubles;
using numerics::HWY_NAMESPACE::exp;
using numerics::HWY_NAMESPACE::log;
using numerics::HWY_NAMESPACE::V;
using Mask = hn::Mask<Doubles>;

HWY_INLINE V set(double value) { return hn::Set(Doubles(), value); }

/// power() of weight_dependence.hpp.
HWY_INLINE V power(V base, double exponent) {
  if (exponent == 0.0) {
    return set(1.0);
  }
  const Mask positive = base > set(kLeastBase);
  if (exponent == 1.0) {
    return hn::IfThenElseZero(positive, base);
  }
  const V some = hn::IfThenElse(positive, base, set(1.0));
  return hn::IfThenElseZero(positive, exp(set(exponent) * log(some)));
}

HWY_INLINE V clipped(V weight, const WeightBounds<double>& b) {
  const V below_max = hn::IfThenElse(set(b.max) < weight, set(b.max), weight);
  return hn::IfThenElse(weight < set(b.min), set(b.min), below_max);
}

/// with_potentiation() of stdp_rule.hpp.
template <Timing timing, Dependence dependence>
HWY_INLINE V with_potentiation(V weight, V amount, const WeightBounds<double>& b) {
  V change = amount;
  if constexpr (timing != Timing::vogels) {
    if constexpr (dependence == Dependence::multiplicative) {
      change = amount * (set(b.max) - weight);
    } else if constexpr (dependence == Dependence::gutig) {
      change = amount * set(b.max) * power((set(b.max) - weight) / set(b.max), b.mu_plus);
    } else {
      change = amount * set(b.max);
    }
  }
  return hn::IfThenElse(amount == set(0.0), weight, clipped(weight + change, b));
}

/// with_depression() of stdp_rule.hpp.
template <Timing timing, Dependence dependence>
HWY_INLINE V with_depression(V weight, V o1, double r2, const StdpValues<double>& p) {
  const WeightBounds<double>& b = p.bounds;
  if constexpr (timing == Timing::vogels) {
    return clipped(weight + set(p.a_plus) * (o1 - set(p.a_minus)), b);
  }
  const V amount = o1 * set(p.a_minus + p.a3_minus * r2);
  V change = amount * set(b.max);
  if constexpr (dependence == Dependence::gutig) {
    change = change * power((weight - set(b.min)) / set(b.max), b.mu_minus);
  } else if constexpr (dependence != Dependence::additive) {
    change = amount * (weight - set(b.min));
  }
  return hn::IfThenElse(amount == set(0.0), weight, clipped(weight - change, b));
}

/// Times in the lanes of one vector.
struct ArrivalLanes {
  V epoch, offset;
};

/// duration() of source_history.hpp.
HWY_INLINE V duration(const ArrivalLanes& b, const ArrivalLanes& a) {
  return (a.epoch - b.epoch) + (a.offset - b.offset);
}

/// The latest spikes of the targets of one vector.
struct LatestLanes {
  ArrivalLanes last, second, third;
  V earlier, trace;
};

/// Copies a cache line of doubles to where LoadInterleaved4() finds halves of those of other lanes next to them.
HWY_INLINE void copy_halves(const double* from, double* first, double* second) {
  const hn::CappedTag<double, 4> d;
  for (std::size_t k = 0; k < 4; k += hn::Lanes(d)) {
    hn::Store(hn::Load(d, from + k), d, first + k);
    hn::Store(hn::Load(d, from + 4 + k), d, second + k);
  }
}

HWY_INLINE LatestLanes latest_of(const std::uint32_t* targets, const RowPass& pass) {
  const Doubles d;
  const std::size_t lanes = hn::Lanes(d);
  static_assert(sizeof(LatestSpikes) == 8 * sizeof(double));
  alignas(64) std::array<double, 16> first;
  alignas(64) std::array<double, 16> second;
  for (std::size_t lane = 0; lane < lanes; ++lane) {
    copy_halves(&pass.latest[targets[lane] - pass.first_target].last.epoch, &first[4 * lane], &second[4 * lane]);
  }
  LatestLanes all;
  hn::LoadInterleaved4(d, first.data(), all.last.epoch, all.last.offset, all.second.epoch, all.second.offset);
  hn::LoadInterleaved4(d, second.data(), all.third.epoch, all.third.offset, all.earlier, all.trace);
  return all;
}

/// LatestTriplets of the targets of one vector.
struct TripletLanes {
  V last, second, third;
};

HWY_INLINE TripletLanes triplets_of(const std::uint32_t* targets, const RowPass& pass) {
  const Doubles d;
  const std::size_t lanes = hn::Lanes(d);
  alignas(64) std::array<double, 16> rows;
  for (std::size_t lane = 0; lane < lanes; ++lane) {
    const std::array<double, 4>& from = pass.triplets[targets[lane] - pass.first_target].before;
    std::copy(from.begin(), from.end(), &rows[4 * lane]);
  }
  TripletLanes all;
  V unused;
  hn::LoadInterleaved4(d, rows.data(), all.last, all.second, all.third, unused);
  return all;
}

template <Timing timing, Dependence dependence>
class Row {
 public:
  Row(const StdpValues<double>& values, const RowPass& pass) : p_(values), pass_(pass) {}

  /// @returns which synapses of one vector are done
  HWY_INLINE Mask pass(const std::uint32_t* targets, V& weight) const {
    const V zero = set(0.0);
    const LatestLanes post = latest_of(targets, pass_);
    TripletLanes triplets{zero, zero, zero};
    if constexpr (timing == Timing::triplets) {
      triplets = triplets_of(targets, pass_);
    }
    const ArrivalLanes source{set(pass_.last.epoch), set(pass_.last.offset)};
    const V since_third = duration(source, post.third);
    const V since_second = duration(source, post.second);
    const V since_last = duration(source, post.last);
    V w = weight;
    if (!hn::AllFalse(Doubles(), since_third >= zero)) {  // seldom
      w = hn::IfThenElse(since_third >= zero, potentiated(w, since_third, triplets.third), w);
    }
    w = hn::IfThenElse(since_second >= zero, potentiated(w, since_second, triplets.second), w);
    const Mask follows_last = hn::And(since_last >= zero, post.trace >= zero);
    w = hn::IfThenElse(follows_last, potentiated(w, since_last, triplets.last), w);
    const V h = duration(post.last, {set(pass_.arrival.epoch), set(pass_.arrival.offset)});
    const V o1 = hn::Abs(post.trace) * exp(hn::Neg(h) * set(p_.rate_minus));
    w = with_depression<timing, dependence>(w, o1, pass_.r2, p_);
    const Mask done = hn::And(h > zero, post.earlier < set(pass_.earlier));
    weight = hn::IfThenElse(done, w, weight);
    return done;
  }

 private:
  /// By a spike of the target x after the last one of the source.
  HWY_INLINE V potentiated(V weight, V x, V o2) const {
    V trace = set(pass_.r1) * exp(hn::Neg(x) * set(p_.rate_plus));
    V gain = set(p_.a_plus);
    if constexpr (timing != Timing::vogels) {
      trace = hn::IfThenElse(x > set(0.0), trace, set(pass_.r1_before));
    }
    if constexpr (timing == Timing::triplets) {
      gain = gain + set(p_.a3_plus) * o2;
    }
    return with_potentiation<timing, dependence>(weight, trace * gain, p_.bounds);
  }

  const StdpValues<double> p_;
  const RowPass pass_;
};

template <Timing timing, Dependence dependence>
std::size_t pass_row(const StdpValues<double>& values, const RowPass& pass, std::span<const std::uint32_t> targets,
                     double* kept, std::uint32_t* left) {
  const Doubles d;
  const std::size_t lanes = hn::Lanes(d);
  const Row<timing, dependence> row(values, pass);
  std::size_t count_left = 0;
  const auto leave = [&](std::size_t k, Mask done, std::size_t count) HWY_ATTR {
    for (unsigned bits = bits_of(hn::Not(done), count); bits != 0; bits &= bits - 1) {
      left[count_left++] = static_cast<std::uint32_t>(k) + static_cast<std::uint32_t>(std::countr_zero(bits));
    }
  };
  constexpr std::size_t kAhead = 16;  // prefetched: the records of a few thousand targets exceed the first-level cache
  const auto fetch = [&](std::size_t begin, std::size_t end) HWY_ATTR {
    for (std::size_t ahead = begin; ahead < std::min(end, targets.size()); ++ahead) {
      hwy::Prefetch(&pass.latest[targets[ahead] - pass.first_target]);
    }
  };
  fetch(0, kAhead);
  std::size_t k = 0;
  for (; k + lanes <= targets.size(); k += lanes) {
    fetch(k + kAhead, k + kAhead + lanes);
    V weight = hn::LoadU(d, kept + k);
    const Mask done = row.pass(targets.data() + k, weight);
    hn::StoreU(weight, d, kept + k);
    leave(k, done, lanes);
  }
  if (const std::size_t rest = targets.size() - k; rest > 0) {
    std::array<std::uint32_t, 4> last_targets;
    std::array<double, 4> last_kept{};
    last_targets.fill(targets[k]);
    std::copy(targets.begin() + static_cast<std::ptrdiff_t>(k), targets.end(), last_targets.begin());
    std::copy(kept + k, kept + targets.size(), last_kept.begin());
    V weight = hn::LoadU(d, last_kept.data());
    const Mask done = row.pass(last_targets.data(), weight);
    hn::StoreU(weight, d, last_kept.data());
    std::copy(last_kept.begin(), last_kept.begin() + static_cast<std::ptrdiff_t>(rest), kept + k);
    leave(k, done, rest);
  }
  return count_left;
}

template <Timing timing>
std::size_t pass_row_of(const StdpChoice& choice, const StdpValues<double>& values, const RowPass& pass,
                        std::span<const std::uint32_t> targets, double* kept, std::uint32_t* left) {
  switch (choice.dependence) {
    case Dependence::additive:
      return pass_row<timing, Dependence::additive>(values, pass, targets, kept, left);
    case Dependence::multiplicative:
      return pass_row<timing, Dependence::multiplicative>(values, pass, targets, kept, left);
    case Dependence::additive_multiplicative:
      return pass_row<timing, Dependence::additive_multiplicative>(values, pass, targets, kept, left);
    default:
      return pass_row<timing, Dependence::gutig>(values, pass, targets, kept, left);
  }
}

std::size_t pass_row_by_rule(const StdpChoice& choice, const StdpValues<double>& values, const RowPass& pass,
                             std::span<const std::uint32_t> targets, double* kept, std::uint32_t* left) {
  switch (choice.timing) {
    case Timing::pairs:
      return pass_row_of<Timing::pairs>(choice, values, pass, targets, kept, left);
    case Timing::triplets:
      return pass_row_of<Timing::triplets>(choice, values, pass, targets, kept, left);
    default:
      return pass_row<Timing::vogels, Dependence::additive>(values, pass, targets, kept, left);
  }
}

}  // namespace
}  // namespace va_event::synapses::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace va_event::synapses {

HWY_EXPORT(pass_row_by_rule);

std::size_t pass_row(const StdpChoice& choice, const StdpValues<double>& values, const RowPass& pass,
                     std::span<const std::uint32_t> targets, double* kept, std::uint32_t* left) {
  return HWY_DYNAMIC_DISPATCH(pass_row_by_rule)(choice, values, pass, targets, kept, left);
}

std::span<const std::uint32_t> PlasticRows::pass(const Source& spike, const Source* before,
                                                 std::span<const std::uint32_t> targets, double* kept) {
  constexpr double kNever = 0x1p62;    // without a spike before, nothing is followed [ms]
  constexpr double kMargin = 0x1p-20;  // [ms], and of a time: above the rounding of times that are one number
  RowPass pass{
      latest_.data(), triplets_.data(), own_.begin, {kNever, 0.0}, arrival_of(arrival_of(spike)), kNever, 0.0, 0.0,
      spike.before[1]};
  if (before != nullptr) {
    pass.last = arrival_of(arrival_of(*before));
    const double rounded = pass.last.epoch + pass.last.offset;
    pass.earlier = rounded - kMargin * (1.0 + rounded * kMargin);
    pass.r1 = trace_after(choice_, before->before[0]);
    pass.r1_before = before->before[0];
  }
  left_.resize(std::max(left_.size(), targets.size()));
  return {left_.data(), pass_row(choice_, values_, pass, targets, kept, left_.data())};
}

}  // namespace va_event::synapses
#endif

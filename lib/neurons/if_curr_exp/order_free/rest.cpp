// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

#include "neurons/if_curr_exp/order_free/begin_frame.hpp"
#include "neurons/if_curr_exp/order_free/order_free_group.hpp"

namespace va_event::neurons::order_free {

/// Exponentials decay: the potential never exceeds y_infinity and the parts whose amplitudes are positive. psi(x) is at
/// most the shorter one of its time constants.
bool OrderFreeGroup::stays_below(std::size_t i) const {
  const Potential p = potential(i);
  double highest = p.y_infinity;
  const std::array<double, 3> rate = rates(frame_, i);
  for (std::size_t k = 0; k < rate.size(); ++k) {
    const bool psi = frame_.own.used && k > 0;
    highest += std::max(p.amplitude[k], 0.0) / (psi ? frame_.length * std::max(rate[0], rate[k]) : 1.0);
  }
  return highest < -kMargin;
}

/// Neurons that do not wait for each other on their way through many frames without inputs.
struct OrderFreeGroup::Decaying {
  static constexpr std::size_t kCount = 4 * kNeuronsPerVector;
  using Numbers = std::array<double, kCount>;

  std::array<Numbers, 3> amplitude{};  ///< m, exc, inh

  /// Else they end with an epoch (end_tiny_currents()).
  [[nodiscard]] bool has_no_currents() const { return amplitude[1] == Numbers{} && amplitude[2] == Numbers{}; }
  /// What begin_frame() does with common time constants.
  void pass(const std::array<double, 3>& decay) {
    for (std::size_t a = 0; a < amplitude.size(); ++a) {
      for (double& number : amplitude[a]) {
        number *= decay[a];
      }
    }
  }
  /// And with time constants of their own. @param loss, psi see OwnConstants
  void pass(const std::array<Numbers, 3>& loss, const std::array<Numbers, 2>& psi) {
    auto& [m, exc, inh] = amplitude;
    for (std::size_t k = 0; k < kCount; ++k) {
      m[k] = m[k] + ((exc[k] * psi[0][k] + inh[k] * psi[1][k]) - m[k] * loss[0][k]);
      exc[k] = exc[k] - exc[k] * loss[1][k];
      inh[k] = inh[k] - inh[k] * loss[2][k];
    }
  }
};

/// Amplitudes after so many frames, with the same roundings as in begin_frame(). @pre frames > 0, there are no sums
/// @returns whether the last frame changed none of them
bool OrderFreeGroup::decay(std::int64_t frames) {
  bool same = true;
  const std::array<double, 3> common{frame_.decay_m, frame_.synapse[0].decay, frame_.synapse[1].decay};
  for (std::size_t begin = 0; begin < m_.size(); begin += Decaying::kCount) {
    const std::size_t count = std::min(Decaying::kCount, m_.size() - begin);
    const auto load = [&](const auto& numbers, Decaying::Numbers& some) {
      std::copy_n(numbers.data() + begin, count, some.begin());
    };
    Decaying some;
    load(m_, some.amplitude[0]);
    load(exc_, some.amplitude[1]);
    load(inh_, some.amplitude[2]);
    std::array<Decaying::Numbers, 3> loss{};
    std::array<Decaying::Numbers, 2> psi{};
    for (std::size_t a = 0; frame_.own.used && a < loss.size(); ++a) {
      load(frame_.own.loss[a], loss[a]);
    }
    for (std::size_t receptor = 0; frame_.own.used && receptor < psi.size(); ++receptor) {
      load(frame_.own.psi[receptor], psi[receptor]);
    }
    Decaying before;
    for (std::int64_t frame = 1; frame <= frames; ++frame) {
      if (frame == frames) {
        before = some;
      }
      if (frame_.own.used) {
        some.pass(loss, psi);
      } else {
        some.pass(common);
      }
    }
    same = same && before.amplitude == some.amplitude && some.has_no_currents();
    std::copy_n(some.amplitude[0].begin(), count, m_.data() + begin);
    std::copy_n(some.amplitude[1].begin(), count, exc_.data() + begin);
    std::copy_n(some.amplitude[2].begin(), count, inh_.data() + begin);
  }
  return same;
}

/// The first frame adds the sums to the amplitudes, the last one gives new reserves, and an epoch ends tiny currents.
void OrderFreeGroup::advance_quietly(const Instant& end) {
  while (!settled_ && frame_start_.epoch + 1 < end.epoch) {
    advance_quietly({frame_start_.epoch + 1, 0.0});
  }
  if (!settled_ && frame_start_.epoch < end.epoch && end.offset > 0.0) {
    advance_quietly({end.epoch, 0.0});
  }
  const Instant last = frame_containing(end);
  if (!settled_) {
    const auto frames = static_cast<std::int64_t>(since_start(last) / frame_.length);
    if (frames > 0) {
      begin_frame();
    }
    if (frames > 2) {
      settled_ = decay(frames - 2);
    }
    if (frames > 1) {
      frame_start_ = events::normalised<double>(last.epoch, last.offset - frame_.length);
      begin_frame();
    }
  }
  frame_start_ = last;
  time_ = end;
}

}  // namespace va_event::neurons::order_free

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "events/instant.hpp"
#include "neurons/if_cond_exp/order_free/exact.hpp"
#include "neurons/if_cond_exp/order_free/input_history.hpp"
#include "neurons/if_cond_exp/order_free/unwritten.hpp"

/// v at a frame's start: what all intervals between inputs since the neuron's origin make of it, or those since the
/// latest frame before that v has forgotten by then. A function of the neuron's inputs alone.
namespace va_event::neurons::order_free_conductances {

/// v has forgotten what it was when the integral of the conductance since then, over cm, is larger: e^-36 = 2e-16.
inline constexpr double kForgotten = 36.0;

/// The integral of a neuron's conductance over a frame that has ended, over cm; at most that.
[[nodiscard]] inline double area(const Constants& c, const FrameInputs& frame, std::size_t i) {
  return (kFrame + c.resistance * static_cast<double>(frame.integral[i])) * c.rate_m;
}

/// What a neuron's v begins with.
struct Origin {
  events::Instant<double> time{};
  double y = 0.0;  ///< v - v_thresh [mV]
};

/// Where an integration begins within its first frame.
struct Within {
  std::size_t first = 0;  ///< the first interval that is integrated
  double before = 0.0;    ///< where it begins [ms]
  double begin = 0.0;     ///< where the integration does [ms]
};

/// The intervals of one neuron in several frames, side by side. The arrays only grow.
struct PastIntervals {
  static constexpr std::size_t kPadding = 16;
  UnwrittenVector<double> end;               ///< since the start of its frame [ms]
  UnwrittenVector<double> add_exc, add_inh;  ///< at the end [uS]
  // What the integration fills in:
  UnwrittenVector<double> length;    ///< [ms]
  UnwrittenVector<double> exc, inh;  ///< at the start [uS]
  UnwrittenVector<double> lost;      ///< of the slower conductance, over the interval, negative
  UnwrittenVector<double> decay_exc, decay_inh;
  UnwrittenVector<double> integral, ahead;  ///< of the conductance over cm: in the interval, and from it to the frame
  UnwrittenVector<double> load;             ///< decay_series::load_of()
  UnwrittenVector<double> factor, offset;   ///< of the transfer
  std::size_t size = 0;

  void reserve(std::size_t count) {
    if (count + kPadding > end.size()) {
      for (auto* numbers : {&end, &add_exc, &add_inh, &length, &exc, &inh, &lost, &decay_exc, &decay_inh, &integral,
                            &ahead, &load, &factor, &offset}) {
        numbers->resize(2 * (count + kPadding));
      }
    }
  }
};

/// Computes it, one neuron after the other.
class LookBack {
 public:
  /// y of a neuron at the start of a frame, which has not begun before the origin.
  [[nodiscard]] double potential(const Constants& c, const InputHistory& history, std::size_t i, std::int64_t frame,
                                 const Origin& origin);

 private:
  /// The frame from which on v is integrated, and the time in it.
  struct Begin {
    std::int64_t frame;
    double x;
    double y;
  };
  [[nodiscard]] static Begin begin_of(const Constants& c, const InputHistory& history, std::size_t i,
                                      std::int64_t frame, const Origin& origin);
  void gather(const InputHistory& history, std::size_t i, std::int64_t first, std::int64_t end);
  [[nodiscard]] double any_lengths(const Constants& c, const Within& within, double y);

  GatheredInputs gathered_;
  PastIntervals past_;
  IntervalList intervals_;            ///< where an interval is long
  std::vector<std::size_t> ends_;     ///< by frame: number of the interval behind its last one
  std::vector<Conductances> starts_;  ///< by frame
};

}  // namespace va_event::neurons::order_free_conductances

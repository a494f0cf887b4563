// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstddef>
#include <vector>

/// The inputs of one neuron in a frame, side by side: as they come, and in the order of time.
namespace va_event::neurons::order_free_conductances {

/// Inputs in no order. Vectors may be read and written behind the last one.
struct GatheredInputs {
  static constexpr std::size_t kPadding = 16;
  std::vector<double> x;       ///< since the frame's start [ms]
  std::vector<double> weight;  ///< [uS]; negative: -weight at the inhibitory receptor
  std::size_t size = 0;

  void clear() { size = 0; }
  /// Room for so many more.
  void reserve(std::size_t more) {
    if (size + more + kPadding > x.size()) {
      x.resize(2 * (size + more + kPadding));
      weight.resize(x.size());
    }
  }
};

/// Inputs in the order of time; those of one time are one. Only the first `size` elements have a meaning.
struct OrderedInputs {
  std::vector<double> x;         ///< since the frame's start [ms]
  std::vector<double> exc, inh;  ///< what they add to the conductances [uS]
  std::size_t size = 0;

  void resize(std::size_t count) {
    size = count;
    if (count + GatheredInputs::kPadding > x.size()) {
      for (auto* numbers : {&x, &exc, &inh}) {
        numbers->resize(2 * (count + GatheredInputs::kPadding));
      }
    }
  }
  /// Forgets those at `end` or later.
  void cut(double end) {
    size = static_cast<std::size_t>(std::lower_bound(x.begin(), x.begin() + static_cast<std::ptrdiff_t>(size), end) -
                                    x.begin());
  }
};

/// Weights of one time are added up from the smallest one on, so that the sums do not depend on the order in which they
/// came. @param x, exc, inh  as in OrderedInputs, with as much room as
/// `inputs` has @returns how many there are
[[nodiscard]] std::size_t order(const GatheredInputs& inputs, double* x, double* exc, double* inh);

inline void order(const GatheredInputs& inputs, OrderedInputs& ordered) {
  ordered.resize(inputs.size);
  ordered.size = order(inputs, ordered.x.data(), ordered.exc.data(), ordered.inh.data());
}

}  // namespace va_event::neurons::order_free_conductances

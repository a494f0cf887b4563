// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>

#include "foundation/large_pages.hpp"
#include "neurons/if_curr_exp/if_curr_exp.hpp"
#include "numerics/elementary.hpp"

namespace va_event::neurons::order_free {

/// Polynomials for inputs of neurons with time constants of their own. With rates a = 1/tau_syn and b = 1/tau_m,
/// c = (a + b)/2 and d = (b - a)/2, what an input at x adds is made of e^{c x}, cosh(d x) and sinh(d x)/(d x). In a
/// frame c x is at most 2 reach and |d x| at most reach. Chebyshev expansions in 60 digits; relative errors below
/// 1e-16.
struct ReachesQuarter {
  static constexpr double kReach = 1.0 / 4;  ///< time constants of at least two frames
  static constexpr std::array<double, 11> kExp{0x1p+0,
                                               0x1.fffffffffffe0p-1,
                                               0x1.00000000009ffp-1,
                                               0x1.55555555077e0p-3,
                                               0x1.55555568bec25p-5,
                                               0x1.11110e3f0001bp-7,
                                               0x1.6c174403c4fe6p-10,
                                               0x1.a00ae09225a0ep-13,
                                               0x1.a138fb5b93516p-16,
                                               0x1.64c724a7baff9p-19,
                                               0x1.7c6e570bf3515p-22};
  static constexpr std::array<double, 6> kCosh{0x1p+0,
                                               0x1.0000000000001p-1,
                                               0x1.5555555554df8p-5,
                                               0x1.6c16c17003f52p-10,
                                               0x1.a019e3567124dp-16,
                                               0x1.2850a64b5958bp-22};
  static constexpr std::array<double, 5> kSinhOverX{0x1p+0, 0x1.5555555555013p-3, 0x1.11111113b231cp-7,
                                                    0x1.a019e42dc6002p-13, 0x1.7264d01d50259p-19};
};
struct ReachesSixteenth {
  static constexpr double kReach = 1.0 / 16;  ///< of at least eight frames
  static constexpr std::array<double, 8> kExp{0x1p+0,
                                              0x1.00000000000dcp+0,
                                              0x1.ffffffffdbefcp-2,
                                              0x1.555555675883ep-3,
                                              0x1.55554c80f6598p-5,
                                              0x1.11136a0d3fc5dp-7,
                                              0x1.6b661d68d917bp-10,
                                              0x1.bafc63d32d56cp-13};
  static constexpr std::array<double, 4> kCosh{0x1p+0, 0x1.0000000000d01p-1, 0x1.555555144ff83p-5,
                                               0x1.6c23c26eff920p-10};
  static constexpr std::array<double, 4> kSinhOverX{0x1p+0, 0x1.5555555555b1dp-3, 0x1.111110f42b3b7p-7,
                                                    0x1.a02590b6e9943p-13};
};

/// What neurons with time constants of their own have in place of the constants of Frame; equal and nearly equal time
/// constants are nothing special. Within a frame of length F
///   y(x) = y_infinity + m e^{-b x} + exc psi_exc(x)/F + inh psi_inh(x)/F,
/// where psi(x) = (e^{-a x} - e^{-b x})/(b - a) is the potential of a synaptic charge, a divided difference: x times
/// the mean of e^{-r x} over all rates r from a to b. In a frame it rises, since no time constant is shorter than two
/// of them, and 0 <= psi(x) <= x. exc and inh are the currents at x = 0, times F/cm.
struct OwnConstants {
  /// What an input needs: half a line of memory.
  struct alignas(32) OfInputs {
    struct Synapse {
      double mean = 0.0;             ///< c [1/ms]
      double half_difference = 0.0;  ///< d [1/ms]
    };
    std::array<Synapse, 2> synapse;  ///< by receptor
  };

  bool used = false;
  bool slow = false;  ///< ReachesSixteenth; else ReachesQuarter
  // By neuron:
  foundation::LargeVector<OfInputs> of_inputs;
  std::array<foundation::LargeVector<double>, 3> rate;  ///< of m, exc, inh [1/ms]
  /// Of m, exc, inh: 1 - e^{-F rate}, what decays in a frame. (With e^{-F rate} in its place the same rounding error of
  /// the amplitude would come with each of many frames.)
  std::array<foundation::LargeVector<double>, 3> loss;
  std::array<foundation::LargeVector<double>, 2> psi;  ///< by receptor: psi(F)/F

  /// The shortest time constant that the polynomials reach [ms]. @param length of a frame [ms]
  [[nodiscard]] double shortest(double length) const {
    return length / (2 * (slow ? ReachesSixteenth::kReach : ReachesQuarter::kReach));
  }

  /// Calls `f` with each array.
  template <class F>
  void for_each_array(const F& f) {
    f(of_inputs);
    for (auto* const arrays : {&rate, &loss}) {
      for (auto& array : *arrays) {
        f(array);
      }
    }
    for (auto& array : psi) {
      f(array);
    }
  }

  void set(std::size_t i, const IfCurrExpKernel<double>::Constants& c, double length);
};

/// psi(x) [ms]. @param decay_m, decay_syn e^{-x/tau_m}, e^{-x/tau_syn}
[[nodiscard]] inline double psi_at(double x, double rate_m, double rate, double decay_m, double decay_syn) {
  return (rate < rate_m ? decay_syn : decay_m) * x * numerics::elementary::phi(std::fabs(rate_m - rate) * x);
}

inline void OwnConstants::set(std::size_t i, const IfCurrExpKernel<double>::Constants& c, double length) {
  const std::array<double, 3> rates{c.rate_m, c.exc.rate, c.inh.rate};
  for (std::size_t k = 0; k < rates.size(); ++k) {
    rate[k][i] = rates[k];
    loss[k][i] = -numerics::elementary::expm1(-length * rates[k]);
  }
  const double decay_m = numerics::elementary::exp(-length * c.rate_m);
  for (std::size_t receptor = 0; receptor < psi.size(); ++receptor) {
    const auto& synapse = receptor == 0 ? c.exc : c.inh;
    of_inputs[i].synapse[receptor] = {(c.rate_m + synapse.rate) / 2,
                                      (synapse.slow ? synapse.rate_difference : -synapse.rate_difference) / 2};
    psi[receptor][i] =
        psi_at(length, c.rate_m, synapse.rate, decay_m, numerics::elementary::exp(-length * synapse.rate)) / length;
  }
}

}  // namespace va_event::neurons::order_free

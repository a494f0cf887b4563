// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>

#include "foundation/large_pages.hpp"
#include "neurons/if_cond_exp/order_free/frames.hpp"
#include "neurons/if_cond_exp/order_free/unwritten.hpp"
#include "numerics/elementary.hpp"

/// What the inputs of a frame add to the conductances by the frame's end, and to the integrals of the conductances over
/// the frame: sums of whole numbers. Each input is rounded once, to a multiple of a unit that all neurons share, so
/// that the order in which inputs come, and how they come, leaves no trace. Sums are kept modulo 2^64: only neurons
/// with more than kMostInputs inputs in a frame can exceed that, and are added up again in more digits (end_frame()).
namespace va_event::neurons::order_free_conductances {

/// The numbers that inputs add.
class InputUnits {
 public:
  /// Inputs of a neuron in a frame whose sum surely fits.
  static constexpr std::size_t kMostInputs = 2048;

  /// @param tau of each receptor [ms] @param unit unit_for() the largest weight [uS]
  InputUnits(const std::array<double, 2>& tau, double unit);
  /// With it no input exceeds 2^51 units. @param largest_weight of all synapses [uS]
  [[nodiscard]] static double unit_for(double largest_weight);

  /// Of one receptor.
  struct Receptor {
    double tau, rate;        ///< [ms], [1/ms]
    double decay, lost;      ///< of a conductance over a frame, and 1 - decay
    double integral_factor;  ///< numbers of integrals per uS; 0: the integrals of inputs are not counted
  };
  [[nodiscard]] const Receptor& operator[](std::size_t receptor) const { return receptors_[receptor]; }
  [[nodiscard]] double unit() const { return unit_; }                    ///< of conductances [uS]
  [[nodiscard]] double per_unit() const { return per_unit_; }            ///< 1/unit()
  [[nodiscard]] double integral_unit() const { return integral_unit_; }  ///< [uS ms]

  /// What remains at the frame's end of a conductance of one unit that came at x [ms], as a number of units per uS.
  [[nodiscard]] double remaining(std::size_t receptor, double x) const;
  /// @param remaining of the input's time @param weight [uS], >= 0
  [[nodiscard]] static std::int64_t rounded(double weight, double remaining) {
    return std::bit_cast<std::int64_t>(weight * remaining + kMagic) - std::bit_cast<std::int64_t>(kMagic);
  }
  /// What an input adds to tau times the sum of the weights, the part of the integral that its time does not matter to:
  /// rounded down, and nothing where the input adds nothing to the conductance.
  [[nodiscard]] std::int64_t integral(std::size_t receptor, double weight) const {
    return static_cast<std::int64_t>(weight * receptors_[receptor].integral_factor);
  }

  /// 2^52 + 2^51: a double of less than 2^51 that is added to it is rounded to a whole number.
  static constexpr double kMagic = 0x1.8p52;

 private:
  std::array<Receptor, 2> receptors_;
  double unit_, per_unit_, integral_unit_;
};

/// The sums of one neuron, in half a line of memory.
struct alignas(32) NeuronSums {
  std::array<std::int64_t, 2> conductance{};  ///< by receptor
  std::int64_t integral = 0;

  /// Sums wrap around, as vectors of integers do: those of more inputs than fit are not used.
  void add(std::size_t receptor, std::uint64_t number, std::uint64_t its_integral) {
    conductance[receptor] = static_cast<std::int64_t>(static_cast<std::uint64_t>(conductance[receptor]) + number);
    integral = static_cast<std::int64_t>(static_cast<std::uint64_t>(integral) + its_integral);
  }

  friend bool operator==(const NeuronSums&, const NeuronSums&) = default;
};

/// The sums of one frame.
struct FrameSums {
  foundation::LargeVector<NeuronSums> neurons;

  /// All are 0. @param count  how many neurons there are
  void begin(std::size_t count) { neurons.assign(count, {}); }
  /// One input. @param number InputUnits::rounded() @param its_integral InputUnits::integral()
  void add(std::size_t i, std::size_t receptor, std::int64_t number, std::int64_t its_integral) {
    neurons[i].add(receptor, static_cast<std::uint64_t>(number),
                   static_cast<std::uint64_t>(number != 0 ? its_integral : 0));
  }
};

class FrameInputs;
struct GatheredInputs;
struct SlotInFrame;

/// Adds the inputs of a slot that arrive in its frame. @param space for some numbers
void add_slot(const InputUnits& units, const SlotInFrame& slot, FrameSums& sums, UnwrittenVector<std::int64_t>& space);
/// InputUnits::remaining() of many inputs. @param x their times, of which `shift` is taken off [ms]
void find_remaining(const InputUnits& units, std::size_t receptor, const double* x, double shift, std::size_t count,
                    double* remaining);
/// Adds inputs of one neuron.
void add_neuron(const InputUnits& units, const GatheredInputs& inputs, std::size_t i, FrameSums& sums);

/// The conductances of all neurons at the end of a frame, from those at its start and the sums; and the integrals over
/// the frame, FrameInputs::integral. @param next the frame that follows; its conductances are written
void end_frame(const InputUnits& units, const FrameSums& sums, FrameInputs& frame, FrameInputs& next);

}  // namespace va_event::neurons::order_free_conductances

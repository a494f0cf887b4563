// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "va_event/connectors.hpp"
#include "va_event/values.hpp"

/// The Connection-Set Algebra (Djurfeldt 2012, Neuroinformatics 10:287): masks are sets of pairs (pre, post)
/// on the infinite grid, combined by set operations and evaluated only when two groups of cells are connected.
namespace va_event::csa {

/// The cell numbers begin ... end - 1.
struct Interval {
  std::size_t begin = 0;
  std::size_t end = 0;
};

/// A lazily evaluated set of pairs. Cheap to copy; immutable.
class Mask {
 public:
  class Node;  ///< private representation
  explicit Mask(std::shared_ptr<const Node> node) noexcept;
  [[nodiscard]] const Node& node() const noexcept { return *node_; }

  friend Mask operator+(const Mask& a, const Mask& b);  ///< union
  friend Mask operator*(const Mask& a, const Mask& b);  ///< intersection
  friend Mask operator-(const Mask& a, const Mask& b);  ///< difference
  friend Mask operator~(const Mask& a);                 ///< complement

 private:
  std::shared_ptr<const Node> node_;
};

/// All pairs.
[[nodiscard]] Mask full();
/// No pair.
[[nodiscard]] Mask empty();
/// The pairs (i, i).
[[nodiscard]] Mask one_to_one();
/// Each pair independently with probability p in [0, 1]. Two masks made by two calls are independent; the same mask
/// used twice in an expression is the same set (so m - m is empty). @throws ParameterError for another p
[[nodiscard]] Mask random(double p);
/// Pairs with pre in `pre` and post in `post`. @throws ParameterError for an interval whose end is before its begin
[[nodiscard]] Mask cross(Interval pre, Interval post);
/// Pairs (i, j) with i / pre_size == j / post_size (whole numbers): all-to-all blocks along the diagonal.
/// @throws ParameterError for a size of 0
[[nodiscard]] Mask block(std::size_t pre_size, std::size_t post_size);

/// A mask with value sets for weight and delay; absent ones are the projection's.
struct ConnectionSet {
  Mask mask;
  std::function<double(std::size_t pre, std::size_t post)> weight;  ///< empty: the projection's
  std::function<double(std::size_t pre, std::size_t post)> delay;   ///< [ms]
};

/// A connection set of a mask, with the projection's weights and delays, with constants, or with functions of the pair.
/// Weights are in the unit of the target's synapses, delays in ms.
[[nodiscard]] ConnectionSet cset(Mask mask);
[[nodiscard]] ConnectionSet cset(Mask mask, double weight, double delay);
[[nodiscard]] ConnectionSet cset(Mask mask, std::function<double(std::size_t, std::size_t)> weight,
                                 std::function<double(std::size_t, std::size_t)> delay);

}  // namespace va_event::csa

namespace va_event {

/// Connects the pairs of a connection set.
class CSAConnector : public Connector {
 public:
  explicit CSAConnector(csa::ConnectionSet set);
  explicit CSAConnector(csa::Mask mask);
  void connect(const ConnectionContext& context, ConnectionSink& sink) const override;
  [[nodiscard]] std::string name() const override;

 private:
  csa::ConnectionSet set_;
};

}  // namespace va_event

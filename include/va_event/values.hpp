// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <initializer_list>
#include <utility>
#include <variant>
#include <vector>

#include "va_event/random.hpp"

namespace va_event {

/// The numbers of many objects in one argument, as PyNN takes them: a constant, an array, a distribution or a function.

/// A weight or delay as a function of the distance between the two cells [um].
struct OfDistance {
  std::function<double(double)> function;
};

/// What a parameter, an initial value, a weight or a delay can be given as: one number for all, one number
/// for each, a random distribution (each number keyed by the object it belongs to, so that it depends
/// neither on order nor on threads), or, for synapses between cells with positions, a function of distance.
///
/// Arrays have one number for each cell, in the order of the set; for the synapses of a new projection one for each
/// pair of cells, number [pre * n_post + post], whether or not it is connected. Another length is a SizeError, and a
/// function of distance for what has none is a ConnectionError, where the values are used.
class Values {
 public:
  Values(double constant) : content_(constant) {}                  // NOLINT(google-explicit-constructor)
  Values(std::vector<double> each) : content_(std::move(each)) {}  // NOLINT(google-explicit-constructor)
  Values(std::initializer_list<double> each) : content_(std::vector(each)) {}
  Values(RandomDistribution distribution) : content_(std::move(distribution)) {}  // NOLINT(google-explicit-constructor)
  Values(OfDistance function) : content_(std::move(function)) {}                  // NOLINT(google-explicit-constructor)

  // The content; null where it is of another kind.
  [[nodiscard]] const double* constant() const noexcept { return std::get_if<double>(&content_); }
  [[nodiscard]] const std::vector<double>* each() const noexcept { return std::get_if<std::vector<double>>(&content_); }
  [[nodiscard]] const RandomDistribution* distribution() const noexcept {
    return std::get_if<RandomDistribution>(&content_);
  }
  [[nodiscard]] const OfDistance* of_distance() const noexcept { return std::get_if<OfDistance>(&content_); }

 private:
  std::variant<double, std::vector<double>, RandomDistribution, OfDistance> content_;
};

}  // namespace va_event

// SPDX-License-Identifier: Apache-2.0
#include "numpy_draws.hpp"

#include <pybind11/stl.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "arrays.hpp"
#include "mersenne_twister.hpp"
#include "va_event/error.hpp"

namespace va_event::python {

namespace {

/// The random numbers that distributions of RandomState are made of.
class NumpyStream {
 public:
  /// @param gauss  the normal number that RandomState keeps for the next call
  NumpyStream(const IdArray& key, std::size_t position, std::optional<double> gauss)
      : twister_(view(key), position), gauss_(gauss) {}

  /// (key, position, gauss) after what was drawn
  [[nodiscard]] py::tuple state() const {
    const auto& key = twister_.key();
    return py::make_tuple(adopt(std::vector<std::uint32_t>(key.begin(), key.end())), twister_.position(), gauss_);
  }

  /// 0 ... 2^53 - 1: the numerator of a uniform number in [0, 1) whose denominator is 2^53.
  std::uint64_t numerator() {
    const std::uint64_t high = twister_.next() >> 5U;
    return (high << 26U) + (twister_.next() >> 6U);
  }

  /// In [0, 1).
  double uniform() { return static_cast<double>(numerator()) * 0x1p-53; }

  /// Of mean 0 and variance 1, by Marsaglia's polar method, which makes two at a time.
  double normal() {
    if (gauss_) {
      return *std::exchange(gauss_, std::nullopt);
    }
    for (;;) {
      const double x = 2.0 * uniform() - 1.0;
      const double y = 2.0 * uniform() - 1.0;
      const double r2 = x * x + y * y;
      if (r2 < 1.0 && r2 != 0.0) {
        const double factor = std::sqrt(-2.0 * std::log(r2) / r2);
        gauss_ = factor * x;
        return factor * y;
      }
    }
  }

  /// 0 ... last, all equally likely.
  std::uint32_t up_to(std::uint32_t last) {
    if (last == 0) {
      return 0;
    }
    const std::uint32_t mask = mask_of(last);
    for (;;) {
      const std::uint32_t drawn = twister_.next() & mask;
      if (drawn <= last) {
        return drawn;
      }
    }
  }

  /// Puts values in random order, as RandomState.permutation() does: the last one changes places with any up to it,
  /// then the one before.
  void shuffle(std::vector<std::uint32_t>& values) {
    const std::size_t size = values.size();
    places_.resize(size);
    for (std::size_t k = 0; k + 1 < size;) {
      const auto last = static_cast<std::uint32_t>(size - 1 - k);
      const std::uint32_t mask = mask_of(last);
      const std::size_t end = size - (std::size_t{mask} / 2 + 1);  // up to there the mask is the same
      while (k < end) {                                            // without branches that are predicted wrongly
        places_[k] = twister_.next() & mask;
        k += places_[k] <= size - 1 - k ? 1U : 0U;
      }
    }
    for (std::size_t k = 0; k + 1 < size; ++k) {
      std::swap(values[size - 1 - k], values[places_[k]]);
    }
  }

 private:
  /// 1 in all bits up to the highest of `last`.
  static std::uint32_t mask_of(std::uint32_t last) {
    return ~std::uint32_t{0} >> static_cast<unsigned>(std::countl_zero(last));
  }

  MersenneTwister twister_;
  std::optional<double> gauss_;
  std::vector<std::uint32_t> places_;
};

/// Cells that PyNN's connectors of fixed numbers draw out of some, perhaps without the cell of the column's number.
class Cells {
 public:
  Cells(std::size_t size, bool exclusive, bool with_replacement)
      : size_(size), exclusive_(exclusive), with_replacement_(with_replacement) {}

  void draw(NumpyStream& stream, std::size_t number, std::span<double> column) {
    if (with_replacement_) {
      draw_with_replacement(stream, number, column);
    } else {
      draw_without(stream, number, column);
    }
  }

 private:
  [[nodiscard]] bool is_skipped(double cell, std::size_t number) const {
    return exclusive_ && cell == static_cast<double>(number);
  }

  /// A column is drawn as a whole, then what must not be in it again, until it is not.
  void draw_with_replacement(NumpyStream& stream, std::size_t number, std::span<double> column) {
    check(column.size(), exclusive_ && number < size_ ? size_ - 1 : size_);
    const auto last = static_cast<std::uint32_t>(size_ - 1);
    for (double& cell : column) {
      cell = stream.up_to(last);
    }
    while (std::any_of(column.begin(), column.end(), [&](double cell) { return is_skipped(cell, number); })) {
      for (double& cell : column) {
        if (is_skipped(cell, number)) {
          cell = stream.up_to(last);
        }
      }
    }
  }

  /// The first ones of a random order; where they are not enough, all cells come first as often as they can.
  void draw_without(NumpyStream& stream, std::size_t number, std::span<double> column) {
    order_.resize(size_);
    std::iota(order_.begin(), order_.end(), 0U);
    if (exclusive_ && number < size_) {
      order_.erase(order_.begin() + static_cast<std::ptrdiff_t>(number));
    }
    check(column.size(), order_.size());
    while (!column.empty() && column.size() >= order_.size()) {
      std::copy(order_.begin(), order_.end(), column.begin());
      column = column.subspan(order_.size());
    }
    if (column.empty()) {
      return;
    }
    stream.shuffle(order_);
    std::copy_n(order_.begin(), column.size(), column.begin());
  }

  static void check(std::size_t count, std::size_t available) {
    if (count > 0 && available == 0) {
      throw ParameterError("n", static_cast<double>(count), "", "must be 0, since there are no cells to connect with");
    }
  }

  std::size_t size_;
  bool exclusive_, with_replacement_;
  std::vector<std::uint32_t> order_;
};

/// Normal numbers; all of a column that are out of bounds are drawn again, until none is.
class NormalClipped {
 public:
  NormalClipped(double mean, double deviation, double low, double high)
      : mean_(mean), deviation_(deviation), low_(low), high_(high) {}

  void draw(NumpyStream& stream, std::size_t /*number*/, std::span<double> column) const {
    for (double& value : column) {
      value = mean_ + deviation_ * stream.normal();
    }
    const auto is_out = [this](double value) { return value < low_ || value > high_; };
    for (std::size_t rounds = 0; std::any_of(column.begin(), column.end(), is_out); ++rounds) {
      if (rounds > kMaxRounds) {
        throw ParameterError("sigma", deviation_, "", "must be such that numbers can be within low and high");
      }
      for (double& value : column) {
        if (is_out(value)) {
          value = mean_ + deviation_ * stream.normal();
        }
      }
    }
  }

 private:
  static constexpr std::size_t kMaxRounds = 1000;  // PyNN's

  double mean_, deviation_, low_, high_;
};

/// Whole numbers from low to high - 1.
class UniformInt {
 public:
  UniformInt(double low, double high) : low_(low) {
    if (!(high > low && high - low <= 0xFFFFFFFFp0)) {
      throw ParameterError("high", high, "", "must be above low, by less than 2^32");
    }
    last_ = static_cast<std::uint32_t>(high - low - 1.0);
  }

  void draw(NumpyStream& stream, std::size_t /*number*/, std::span<double> column) const {
    for (double& value : column) {
      value = low_ + stream.up_to(last_);
    }
  }

 private:
  double low_;
  std::uint32_t last_ = 0;
};

using Distribution = std::variant<Cells, NormalClipped, UniformInt>;

/// @param p  in PyNN's order; of cells as the constructor's
Distribution distribution(const std::string& name, const std::vector<double>& p) {
  if (name == "cells" && p.size() == 3) {
    return Cells(static_cast<std::size_t>(p[0]), p[1] != 0.0, p[2] != 0.0);
  }
  if (name == "normal_clipped" && p.size() == 4) {
    return NormalClipped(p[0], p[1], p[2], p[3]);
  }
  if (name == "uniform_int" && p.size() == 2) {
    return UniformInt(p[0], p[1]);
  }
  throw std::invalid_argument("distribution = " + name + ": is not drawn in columns");
}

/// Columns of 10,000 cells take less than a second.
constexpr std::size_t kColumnsBetweenSignals = 1000;

using NamedDistribution = std::pair<std::string, std::vector<double>>;
using IntArray = py::array_t<std::int64_t, py::array::c_style | py::array::forcecast>;

/// One array for each distribution, and the state after them. They are drawn in turn: the first column of all
/// distributions, then the second, of so many numbers.
py::tuple draw_columns(const IdArray& key, std::size_t position, std::optional<double> gauss,
                       const std::vector<NamedDistribution>& named, const IntArray& sizes) {
  NumpyStream stream(key, position, gauss);
  std::vector<Distribution> distributions;
  for (const auto& [name, parameters] : named) {
    distributions.push_back(distribution(name, parameters));
  }
  const auto columns = view(sizes);
  const auto total = static_cast<std::size_t>(std::accumulate(columns.begin(), columns.end(), std::int64_t{0}));
  std::vector<std::vector<double>> values(named.size(), std::vector<double>(total));
  std::size_t begin = 0;
  for (std::size_t number = 0; number < columns.size(); ++number) {
    if (number % kColumnsBetweenSignals == 0 && PyErr_CheckSignals() != 0) {  // Ctrl-C
      throw py::error_already_set();
    }
    const auto size = static_cast<std::size_t>(columns[number]);
    for (std::size_t k = 0; k < values.size(); ++k) {
      std::visit([&](auto& one) { one.draw(stream, number, std::span(values[k]).subspan(begin, size)); },
                 distributions[k]);
    }
    begin += size;
  }
  py::list arrays;
  for (std::vector<double>& one : values) {
    arrays.append(adopt(std::move(one)));
  }
  return py::make_tuple(arrays, stream.state());
}

/// The pairs of cells whose uniform numbers are below p, (pre, post), and the state after them: one number for each pre
/// cell of the first post cell, then of the second.
py::tuple pairs_below(const IdArray& key, std::size_t position, double p, std::uint32_t n_pre, std::uint32_t n_post) {
  NumpyStream stream(key, position, std::nullopt);
  const auto bound = static_cast<std::uint64_t>(std::ceil(std::min(p, 1.0) * 0x1p53));
  std::vector<std::uint32_t> pre, post;
  for (std::uint32_t to = 0; to < n_post; ++to) {
    for (std::uint32_t from = 0; from < n_pre; ++from) {
      if (stream.numerator() < bound) {
        pre.push_back(from);
        post.push_back(to);
      }
    }
  }
  return py::make_tuple(adopt(std::move(pre)), adopt(std::move(post)), stream.state());
}

}  // namespace

void add_numpy_draws(py::module_& module) {
  module.def("draw_columns", &draw_columns, py::arg("key"), py::arg("position"), py::arg("gauss"),
             py::arg("distributions"), py::arg("sizes"));
  module.def("pairs_below", &pairs_below, py::arg("key"), py::arg("position"), py::arg("p"), py::arg("n_pre"),
             py::arg("n_post"));
}

}  // namespace va_event::python

// SPDX-License-Identifier: Apache-2.0
#include "generator.hpp"

#include <pybind11/stl.h>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>
#include <optional>
#include <span>
#include <utility>

#include "network/connectors/cell_bits.hpp"
#include "network/connectors/sampling.hpp"
#include "random/bounded.hpp"
#include "va_event/error.hpp"

namespace va_event::python {

namespace {

/// A stream is left for the next one when so many of its 2^33 words are drawn.
constexpr std::uint64_t kWordsOfStream = std::uint64_t{1} << 32U;

RandomStream stream_of(std::uint64_t seed, std::uint32_t number, std::uint64_t item) {
  return {seed, static_cast<std::uint64_t>(random::Purpose::native_rng), number, item};
}

/// Angles around mu with density proportional to exp(kappa cos(angle - mu)), from -pi to pi.
class VonMises {
 public:
  /// @param parameters mu [rad] and kappa
  explicit VonMises(std::span<const double> parameters) : mu_(parameters[0]), kappa_(parameters[1]) {
    if (!std::isfinite(mu_)) {
      throw ParameterError("mu", mu_, "rad", "must be finite");
    }
    if (!(kappa_ >= 0.0 && kappa_ <= kMaxKappa)) {
      throw ParameterError("kappa", kappa_, "", "must be in [0, 1e6]");
    }
  }

  /// Best & Fisher 1979, Appl. Statist. 28:152.
  [[nodiscard]] double draw(RandomStream& stream) const {
    if (kappa_ < kMinKappa) {
      return wrapped(mu_ + std::numbers::pi * (2.0 * stream.uniform() - 1.0));
    }
    const double tau = 1.0 + std::sqrt(1.0 + 4.0 * kappa_ * kappa_);
    const double rho = (tau - std::sqrt(2.0 * tau)) / (2.0 * kappa_);
    const double r = (1.0 + rho * rho) / (2.0 * rho);
    for (;;) {
      const double z = std::cos(std::numbers::pi * stream.uniform());
      const double f = (1.0 + r * z) / (r + z);
      const double c = kappa_ * (r - f);
      const double u = 1.0 - stream.uniform();  // not 0
      if (c * (2.0 - c) > u || std::log(c / u) + 1.0 >= c) {
        const double angle = std::acos(std::clamp(f, -1.0, 1.0));
        return wrapped(stream.uniform() < 0.5 ? mu_ - angle : mu_ + angle);
      }
    }
  }

 private:
  /// Less than this is uniform to within 1e-8, and rho would cancel.
  static constexpr double kMinKappa = 1e-8;
  static constexpr double kMaxKappa = 1e6;

  static double wrapped(double angle) { return std::remainder(angle, 2.0 * std::numbers::pi); }

  double mu_, kappa_;
};

template <class Distribution>
py::array_t<double> drawn(const Distribution& distribution, RandomStream& stream, std::size_t size) {
  std::vector<double> values(size);
  for (double& value : values) {
    value = distribution.draw(stream);
  }
  return adopt(std::move(values));
}

}  // namespace

Generator::Generator(std::uint64_t seed, std::uint32_t number)
    : seed_(seed), number_(number), stream_(stream_of(seed, number, 0)) {}

RandomStream& Generator::stream() {
  if (stream_.position() > kWordsOfStream) {
    ++item_;
    stream_ = stream_of(seed_, number_, item_);
  }
  return stream_;
}

py::array_t<double> Generator::draw(const std::string& distribution, std::vector<double> parameters, std::size_t size) {
  if (distribution == "vonmises" && parameters.size() == 2) {
    return drawn(VonMises(parameters), stream(), size);
  }
  return drawn(RandomDistribution(distribution, std::move(parameters)), stream(), size);
}

py::array Generator::permutation(std::uint32_t size) {
  std::vector<std::int64_t> order(size);
  std::iota(order.begin(), order.end(), 0);
  RandomStream& stream = this->stream();
  for (std::uint32_t left = size; left > 1; --left) {
    std::swap(order[left - 1], order[random::uniform_below(stream, left)]);
  }
  return adopt(std::move(order));
}

py::array Generator::draw_cells(std::uint32_t size, const py::array_t<std::int64_t>& counts,
                                const py::array_t<std::int64_t>& skipped, bool with_replacement) {
  const auto count_of = counts.unchecked<1>();
  const auto skipped_of = skipped.unchecked<1>();
  network::CellBits bits(size);
  std::vector<std::uint32_t> cells, some;
  for (py::ssize_t k = 0; k < count_of.shape(0); ++k) {
    const auto skip = skipped_of(k) < 0 ? std::nullopt : std::optional(static_cast<std::size_t>(skipped_of(k)));
    const network::CellDrawer drawer(size, skip);
    if (count_of(k) < 0) {
      throw ParameterError("n", static_cast<double>(count_of(k)), "", "must be >= 0");
    }
    auto count = static_cast<std::size_t>(count_of(k));
    network::check_count(count, drawer.available(), true, "cells");
    while (count > 0) {
      const std::size_t now = with_replacement ? count : std::min(count, drawer.available());
      drawer.draw(stream(), now, with_replacement, bits, some);
      cells.insert(cells.end(), some.begin(), some.end());
      count -= now;
    }
  }
  return adopt(std::move(cells));
}

void add_generator(py::module_& module) {
  py::class_<Generator>(module, "Generator")
      .def(py::init<std::uint64_t, std::uint32_t>(), py::arg("seed"), py::arg("number"))
      .def("__copy__", [](const Generator& self) { return self; })
      .def("draw", &Generator::draw, py::arg("distribution"), py::arg("parameters"), py::arg("size"))
      .def("permutation", &Generator::permutation, py::arg("size"))
      .def("draw_cells", &Generator::draw_cells, py::arg("size"), py::arg("counts"), py::arg("skipped"),
           py::arg("with_replacement"));
}

}  // namespace va_event::python

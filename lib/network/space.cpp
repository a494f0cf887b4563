// SPDX-License-Identifier: Apache-2.0
#include "va_event/space.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <string>
#include <string_view>

#include "network/network.hpp"
#include "random/purposes.hpp"
#include "va_event/error.hpp"

namespace va_event {

double Space::distance(const Position& pre, const Position& post) const noexcept {
  double sum = 0.0;
  for (const char axis : axes) {
    const auto k = static_cast<std::size_t>(axis - 'x');
    // remainder(): the shortest way around, exactly; an infinite period leaves the difference as it is.
    const double difference = std::remainder(pre[k] - scale_factor * (post[k] + offset[k]), period[k]);
    sum += difference * difference;
  }
  return std::sqrt(sum);
}

void Space::check() const {
  constexpr std::array<std::string_view, 7> kAxes{"x", "y", "z", "xy", "yz", "xz", "xyz"};
  if (std::find(kAxes.begin(), kAxes.end(), axes) == kAxes.end()) {
    throw UnknownNameError("axes", axes, "", "must be one of x, y, z, xy, yz, xz, xyz");
  }
  if (!(scale_factor > 0.0 && std::isfinite(scale_factor))) {
    throw ParameterError("scale_factor", scale_factor, "", "must be > 0 and finite");
  }
  for (const double shift : offset) {
    if (!std::isfinite(shift)) {
      throw ParameterError("offset", shift, "um", "must be finite");
    }
  }
  for (const double length : period) {
    if (!(length > 0.0)) {
      throw ParameterError("period", length, "um", "must be > 0 (infinite where the space does not wrap)");
    }
  }
}

namespace network {
namespace {

void check_finite(std::string_view field, double value) {
  if (!std::isfinite(value)) {
    throw ParameterError(field, value, "um", "must be finite");
  }
}

void check_ratio(std::string_view field, double value) {
  if (!(value > 0.0 && std::isfinite(value))) {
    throw ParameterError(field, value, "", "must be > 0 and finite");
  }
}

std::vector<Position> fill_grid(std::size_t size, double nx, double ny, double nz, const Position& origin,
                                const Position& step) {
  if (nx * ny * nz != static_cast<double>(size)) {
    const auto text = [](double n) { return std::to_string(static_cast<long long>(n)); };
    throw SizeError("population", std::to_string(size) + " cells", "",
                    "must fill the grid, which is " + text(nx) + " x " + text(ny) + " x " + text(nz));
  }
  const auto columns = static_cast<std::size_t>(ny);
  const auto layers = static_cast<std::size_t>(nz);
  std::vector<Position> positions;
  for (std::size_t i = 0; i < size; ++i) {
    const std::array<std::size_t, 3> index{i / (columns * layers), i / layers % columns, i % layers};
    Position position;
    for (std::size_t k = 0; k < 3; ++k) {
      position[k] = origin[k] + step[k] * static_cast<double>(index[k]);
    }
    positions.push_back(position);
  }
  return positions;
}

struct Placer {
  std::size_t size;
  std::uint64_t seed;
  std::size_t population;

  std::vector<Position> operator()(std::monostate /*nowhere*/) const { return {}; }

  std::vector<Position> operator()(const Line& line) const {
    const auto n = static_cast<double>(size);
    return fill_grid(size, n, 1.0, 1.0, {line.x0, line.y, line.z}, {line.dx, 0.0, 0.0});
  }

  std::vector<Position> operator()(const Grid2D& grid) const {
    check_ratio("aspect_ratio", grid.aspect_ratio);
    const auto n = static_cast<double>(size);
    const double nx = std::nearbyint(std::sqrt(n * grid.aspect_ratio));
    const double ny = nx > 0.0 ? std::nearbyint(n / nx) : 0.0;
    return fill_grid(size, nx, ny, 1.0, {grid.x0, grid.y0, grid.z}, {grid.dx, grid.dy, 0.0});
  }

  std::vector<Position> operator()(const Grid3D& grid) const {
    check_ratio("aspect_ratio_xy", grid.aspect_ratio_xy);
    check_ratio("aspect_ratio_xz", grid.aspect_ratio_xz);
    const auto n = static_cast<double>(size);
    const double nx = std::nearbyint(std::cbrt(n * grid.aspect_ratio_xy * grid.aspect_ratio_xz));
    return fill_grid(size, nx, std::nearbyint(nx / grid.aspect_ratio_xy), std::nearbyint(nx / grid.aspect_ratio_xz),
                     {grid.x0, grid.y0, grid.z0}, {grid.dx, grid.dy, grid.dz});
  }

  std::vector<Position> operator()(const RandomBox& box) const {
    for (std::size_t k = 0; k < 3; ++k) {
      check_finite("low", box.low[k]);
      check_finite("high", box.high[k]);
      if (box.high[k] < box.low[k]) {
        throw ParameterError("high", box.high[k], "um", "must be >= low");
      }
    }
    std::vector<Position> positions(size);
    for (std::size_t i = 0; i < size; ++i) {
      RandomStream stream(seed, static_cast<std::uint64_t>(random::Purpose::position), population, i);
      for (std::size_t k = 0; k < 3; ++k) {
        positions[i][k] = box.low[k] + (box.high[k] - box.low[k]) * stream.uniform();
      }
    }
    return positions;
  }

  std::vector<Position> operator()(const std::vector<Position>& positions) const {
    if (positions.size() != size) {
      throw SizeError("positions", std::to_string(positions.size()) + " values", "",
                      "must be " + std::to_string(size) + ", one per cell");
    }
    return positions;
  }
};

}  // namespace

std::vector<Position> place(const Structure& structure, std::size_t size, std::uint64_t seed, std::size_t population) {
  std::vector<Position> positions = std::visit(Placer{size, seed, population}, structure);
  for (const Position& position : positions) {
    for (const double coordinate : position) {
      check_finite("position", coordinate);
    }
  }
  return positions;
}

}  // namespace network
}  // namespace va_event

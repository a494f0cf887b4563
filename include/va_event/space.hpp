// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <variant>
#include <vector>

namespace va_event {

/// Positions of cells and distances between them, as PyNN defines them.

using Position = std::array<double, 3>;  ///< x, y, z [um]

/// How distances are measured (PyNN's Space).
struct Space {
  std::string axes = "xyz";        ///< which coordinates count: any of "x", "y", "z", "xy", ..., "xyz"
  double scale_factor = 1.0;       ///< the shifted post position is multiplied by it, > 0
  Position offset{0.0, 0.0, 0.0};  ///< the post position is shifted by this [um]
  /// Period along each axis [um], > 0; infinity where the space does not wrap.
  Position period{std::numeric_limits<double>::infinity(), std::numeric_limits<double>::infinity(),
                  std::numeric_limits<double>::infinity()};

  /// Euclidean distance [um] between a pre and a post position, by the axes that count: of pre and
  /// scale_factor (post + offset), the shortest way around where the space wraps.
  [[nodiscard]] double distance(const Position& pre, const Position& post) const noexcept;
  /// @throws ParameterError, UnknownNameError unless the members are as stated
  void check() const;
};

/// Cells on a line along x: x = x0 + i dx. All coordinates of all structures are finite.
struct Line {
  double dx = 1.0, x0 = 0.0, y = 0.0, z = 0.0;  ///< [um]
};
/// Cells on a grid of nx = round(sqrt(n * aspect_ratio)) by ny = round(n / nx) points that n must fill exactly; y runs
/// fastest, as in PyNN's Grid2D(fill_order="sequential"). create() throws SizeError for a number of cells that does not
/// fill the grid, and ParameterError for a ratio that is not > 0 and finite.
struct Grid2D {
  double aspect_ratio = 1.0, dx = 1.0, dy = 1.0, x0 = 0.0, y0 = 0.0, z = 0.0;  ///< all but the first: [um]
};
/// nx = round(cbrt(n * aspect_ratio_xy * aspect_ratio_xz)) by ny = round(nx / aspect_ratio_xy) by
/// nz = round(nx / aspect_ratio_xz) points that n must fill exactly; z runs fastest, then y.
struct Grid3D {
  /// The ratios are > 0; the rest: [um].
  double aspect_ratio_xy = 1.0, aspect_ratio_xz = 1.0, dx = 1.0, dy = 1.0, dz = 1.0, x0 = 0.0, y0 = 0.0, z0 = 0.0;
};
/// Cells uniformly distributed in a box.
struct RandomBox {
  Position low{0.0, 0.0, 0.0}, high{1.0, 1.0, 1.0};  ///< opposite corners [um], low <= high
};

/// Where the cells of a population are: nowhere, on a structure, or at given positions.
using Structure = std::variant<std::monostate, Line, Grid2D, Grid3D, RandomBox, std::vector<Position>>;

}  // namespace va_event

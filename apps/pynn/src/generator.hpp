// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "arrays.hpp"
#include "random/purposes.hpp"
#include "va_event/random.hpp"

namespace va_event::python {

/// The numbers behind NativeRNG: those of one counter-based stream of the library, and of the next where it ends.
class Generator {
 public:
  /// @param number distinguishes generators of one seed; < 2^32
  Generator(std::uint64_t seed, std::uint32_t number);

  /// `size` numbers of a distribution that PyNN names. @throws UserError
  [[nodiscard]] py::array_t<double> draw(const std::string& distribution, std::vector<double> parameters,
                                         std::size_t size);

  /// 0 ... size-1 in random order.
  [[nodiscard]] py::array permutation(std::uint32_t size);

  /// Cells out of 0 ... size-1, one draw after the other: counts[k] of them that are not skipped[k] (none where this is
  /// < 0). Without replacement, no cell comes again before all others have come as often.
  [[nodiscard]] py::array draw_cells(std::uint32_t size, const py::array_t<std::int64_t>& counts,
                                     const py::array_t<std::int64_t>& skipped, bool with_replacement);

 private:
  /// The stream, with words for any call that memory has room for.
  RandomStream& stream();

  std::uint64_t seed_;
  std::uint32_t number_;
  std::uint64_t item_ = 0;
  RandomStream stream_;
};

void add_generator(py::module_& module);

}  // namespace va_event::python

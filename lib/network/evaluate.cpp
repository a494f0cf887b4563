// SPDX-License-Identifier: Apache-2.0
#include <string>

#include "network/network.hpp"
#include "va_event/error.hpp"

namespace va_event::network {

std::vector<double> evaluate(const Values& values, std::span<const CellId> ids, std::uint64_t seed,
                             std::uint64_t purpose, std::string_view field) {
  if (const double* constant = values.constant()) {
    return std::vector<double>(ids.size(), *constant);
  }
  if (const std::vector<double>* each = values.each()) {
    if (each->size() != ids.size()) {
      throw SizeError(std::string(field), std::to_string(each->size()) + " values", "",
                      "must be " + std::to_string(ids.size()) + ", one per cell");
    }
    return *each;
  }
  if (const RandomDistribution* distribution = values.distribution()) {
    std::vector<double> result;
    result.reserve(ids.size());
    for (const CellId id : ids) {
      RandomStream stream(seed, purpose, id);
      result.push_back(distribution->draw(stream));
    }
    return result;
  }
  throw ConnectionError(std::string(field), "a function of distance", "",
                        "must be a number, an array or a distribution: one cell has no distance");
}

}  // namespace va_event::network

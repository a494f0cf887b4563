// SPDX-License-Identifier: Apache-2.0
#include "sources/source_group.hpp"

#include "va_event/cell_types.hpp"

namespace va_event::sources {

std::unique_ptr<SourceGroup> make_source_group(const network::PopulationData& population, std::uint64_t seed) {
  return population.model->source->make(population, seed);
}

}  // namespace va_event::sources

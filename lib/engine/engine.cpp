// SPDX-License-Identifier: Apache-2.0
#include "engine/engine.hpp"

#include "engine/shard.hpp"
#include "foundation/number_types.hpp"

namespace va_event::engine {

std::unique_ptr<Engine> make_engine(const Precision& precision, const network::Network& network,
                                    recording::Recorder& recorder) {
  if (precision == Precision()) {
    return make_shard<double>(network, recorder);
  }
  if (precision == Precision::quad()) {
    return make_shard<foundation::Quad>(network, recorder);
  }
  return precision.digits() <= std::numeric_limits<foundation::Digits50>::digits10
             ? make_shard<foundation::Digits50>(network, recorder)
             : make_shard<foundation::Digits100>(network, recorder);
}

}  // namespace va_event::engine

// SPDX-License-Identifier: Apache-2.0
#include "engine/run/engine.hpp"

#include <limits>

#include "engine/run/make_shards.hpp"
#include "foundation/number_types.hpp"

namespace va_event::engine {

std::unique_ptr<Engine> make_engine(const Precision& precision, const network::Network& network,
                                    recording::Recorder& recorder, unsigned threads, Processes& processes,
                                    std::string_view methods) {
  if (precision == Precision()) {
    return make_shards<double>(network, recorder, threads, processes, methods);
  }
  if (precision == Precision::quad()) {
    return make_shards<foundation::Quad>(network, recorder, threads, processes, methods);
  }
  return precision.digits() <= std::numeric_limits<foundation::Digits50>::digits10
             ? make_shards<foundation::Digits50>(network, recorder, threads, processes, methods)
             : make_shards<foundation::Digits100>(network, recorder, threads, processes, methods);
}

std::unique_ptr<Engine> make_engine(const Precision& precision, const network::Network& network,
                                    recording::Recorder& recorder, unsigned threads) {
  static const std::shared_ptr<Processes> alone = single_process();
  return make_engine(precision, network, recorder, threads, *alone);
}

}  // namespace va_event::engine

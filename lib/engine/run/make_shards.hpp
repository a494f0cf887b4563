// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string_view>

#include "engine/run/engine.hpp"

namespace va_event::engine {

/// Makes an engine of shards (shards.hpp). Instantiated for each number type in a source of its own, shards_<type>.cpp,
/// so that they build in parallel.
template <class Real>
[[nodiscard]] std::unique_ptr<Engine> make_shards(const network::Network& network, recording::Recorder& recorder,
                                                  unsigned threads, Processes& processes, std::string_view methods);

}  // namespace va_event::engine

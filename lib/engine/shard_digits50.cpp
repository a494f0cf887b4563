// SPDX-License-Identifier: Apache-2.0
#include "engine/shard_definitions.hpp"
#include "foundation/number_types.hpp"

namespace va_event::engine {

template std::unique_ptr<Engine> make_shard<foundation::Digits50>(const network::Network&, recording::Recorder&);

}  // namespace va_event::engine

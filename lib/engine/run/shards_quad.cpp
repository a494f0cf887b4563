// SPDX-License-Identifier: Apache-2.0
#include "engine/run/shards.hpp"
#include "foundation/number_types.hpp"

namespace va_event::engine {

template std::unique_ptr<Engine> make_shards<foundation::Quad>(const network::Network&, recording::Recorder&, unsigned,
                                                               Processes&, std::string_view);

}  // namespace va_event::engine

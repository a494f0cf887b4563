// SPDX-License-Identifier: Apache-2.0
#include "va_event/connectors.hpp"

namespace va_event {

FromListConnector::FromListConnector(std::vector<ListedConnection> connections)
    : connections_(std::move(connections)) {}

void FromListConnector::connect(const ConnectionContext& /*context*/, ConnectionSink& sink) const {
  for (const ListedConnection& connection : connections_) {
    sink.add(connection.pre, connection.post, connection.weight, connection.delay);
  }
}

std::string FromListConnector::name() const { return "FromListConnector"; }

}  // namespace va_event

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <ostream>
#include <string>

#include "progress.hpp"
#include "va_event/connectors.hpp"

namespace va_event::cli {

/// Tells how much of a network is built: a bar that is redrawn on a terminal and erased in the end, nothing elsewhere.
class BuildDisplay {
 public:
  /// @param patience  nothing is shown before: most networks are built by then
  BuildDisplay(std::ostream& out, ProgressDisplay::Style style,
               std::chrono::milliseconds patience = std::chrono::milliseconds(300));
  BuildDisplay(const BuildDisplay&) = delete;
  BuildDisplay& operator=(const BuildDisplay&) = delete;
  ~BuildDisplay() { erase(); }

  /// @param done  of the synapses, from 0 to 1
  void update(double done);
  void erase();

 private:
  using Clock = std::chrono::steady_clock;

  std::ostream& out_;
  bool redraws_;
  bool drawn_ = false;
  Clock::time_point start_, last_drawn_;
};

/// A connector that tells how far its projection is.
class WatchedConnector final : public Connector {
 public:
  /// Called with the part that is done, from 0 to 1, by the thread that made the connector only.
  using Progress = std::function<void(double done)>;

  /// @param connector  must outlive this one
  /// @param expected   number of connections that this process lists, about
  WatchedConnector(const Connector& connector, double expected, Progress progress);
  ~WatchedConnector() override;
  WatchedConnector(const WatchedConnector&) = delete;
  WatchedConnector& operator=(const WatchedConnector&) = delete;

  void connect(const ConnectionContext& context, ConnectionSink& sink) const override;
  [[nodiscard]] std::string name() const override { return connector_.name(); }
  [[nodiscard]] double expected_connections(double n_pre, double n_post) const override {
    return connector_.expected_connections(n_pre, n_post);
  }
  [[nodiscard]] bool is_repeatable() const override { return connector_.is_repeatable(); }
  [[nodiscard]] std::unique_ptr<ConnectionRows> rows(const ConnectionContext& context) const override;

 private:
  class Count;
  class Sink;
  class Rows;

  const Connector& connector_;
  std::shared_ptr<Count> count_;
};

}  // namespace va_event::cli

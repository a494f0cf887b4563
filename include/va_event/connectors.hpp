// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "va_event/random.hpp"
#include "va_event/space.hpp"

namespace va_event {

/// Connectors decide which cells of two sets are connected: PyNN's, and those that programs derive from Connector. A
/// connector lists pairs; weights and delays come from the projection, unless the connector gives its own.

/// The two sets of cells that a connector connects, and its random numbers. Cells are counted within their
/// group: pre 0 ... n_pre-1, post 0 ... n_post-1.
class ConnectionContext {
 public:
  virtual ~ConnectionContext() = default;
  [[nodiscard]] virtual std::size_t n_pre() const noexcept = 0;
  [[nodiscard]] virtual std::size_t n_post() const noexcept = 0;
  /// The half-open range of post cells whose connections are to be listed now. Other ranges may be listed in other
  /// calls or by other processes.
  [[nodiscard]] virtual std::size_t local_post_begin() const noexcept = 0;
  [[nodiscard]] virtual std::size_t local_post_end() const noexcept = 0;
  /// Whether pre cell number `pre` and post cell number `post` are one and the same cell.
  [[nodiscard]] virtual bool same_cell(std::size_t pre, std::size_t post) const noexcept = 0;
  /// The number among the pre cells of post cell number `post`, if it is one of them.
  [[nodiscard]] virtual std::optional<std::size_t> as_pre(std::size_t post) const noexcept = 0;
  /// The distance of two cells in the projection's Space [um]. @throws ConnectionError when one of the cells has no
  /// position.
  [[nodiscard]] virtual double distance(std::size_t pre, std::size_t post) const = 0;
  /// An independent stream of random numbers for each `item` of this projection (use a post cell's number, so
  /// that the network does not depend on which process builds which part of it).
  /// @param item < 2^32
  /// @param part < 2^16; distinguishes several streams of one item
  [[nodiscard]] virtual RandomStream stream(std::uint64_t item, std::uint64_t part) const = 0;
  [[nodiscard]] RandomStream stream(std::uint64_t item) const { return stream(item, 0); }
};

/// Takes the connections that a connector makes. Order does not matter; the same pair may come more than once.
class ConnectionSink {
 public:
  virtual ~ConnectionSink() = default;
  /// Connects all of `pre` to `post`, with the projection's weight and delay. @param pre numbers of `count` pre cells,
  /// in any order, which are copied @param post a local one @throws IndexError for a number that no cell has
  virtual void add(const std::uint32_t* pre, std::size_t count, std::size_t post) = 0;
  /// Connects one pair with its own weight and/or delay (nullopt: the projection's). @param weight in the unit of the
  /// post cell's model @param delay [ms], > 0 @throws IndexError, ParameterError
  virtual void add(std::size_t pre, std::size_t post, std::optional<double> weight, std::optional<double> delay) = 0;
};

/// The connections of a connector by pre cell. Any number of threads may ask at once.
class ConnectionRows {
 public:
  virtual ~ConnectionRows() = default;
  /// How many connections a pre cell has, those onto post cells that are not local included.
  [[nodiscard]] virtual std::size_t size(std::size_t pre) const = 0;
  /// The post cells of a pre cell, in any order; the same in each call.
  /// @param post is replaced by them
  virtual void list(std::size_t pre, std::vector<std::uint32_t>& post) const = 0;
};

/// Decides which cells are connected. Derive from it to add a connector; no other code has to change.
class Connector {
 public:
  virtual ~Connector() = default;
  /// Adds every connection to a local post cell; those to other ones are dropped. What it adds for a post cell may
  /// depend on that cell and on the context's streams, not on the local range: otherwise the network would depend on
  /// the number of processes. @throws UserError
  virtual void connect(const ConnectionContext& context, ConnectionSink& sink) const = 0;
  [[nodiscard]] virtual std::string name() const = 0;  ///< for messages and the sidecar
  /// About how many connections there will be between so many cells; 0: not known before. What cannot be held is
  /// refused at once where this tells it, and otherwise while the connections come.
  [[nodiscard]] virtual double expected_connections(double /*n_pre*/, double /*n_post*/) const { return 0.0; }
  /// Whether connect() may be called several times, also by several threads at once, each time for other local post
  /// cells or for the same, and then lists the same connections of a post cell. Such a connector is called once to
  /// count and once to fill the table, on all threads; of others the connections are kept meanwhile.
  [[nodiscard]] virtual bool is_repeatable() const { return false; }
  /// The connections of all pre cells, for connectors that draw them so: tables are then filled row by row, which is
  /// the fastest way. Null: connect() lists them.
  /// @param context outlives the result
  [[nodiscard]] virtual std::unique_ptr<ConnectionRows> rows(const ConnectionContext& /*context*/) const {
    return nullptr;
  }
};

/// Every pre cell to every post cell.
class AllToAllConnector : public Connector {
 public:
  /// @param allow_self_connections whether a cell that is in both sets is connected to itself; so in all connectors
  explicit AllToAllConnector(bool allow_self_connections = true);
  void connect(const ConnectionContext& context, ConnectionSink& sink) const override;
  [[nodiscard]] std::string name() const override;
  [[nodiscard]] double expected_connections(double n_pre, double n_post) const override { return n_pre * n_post; }
  [[nodiscard]] bool is_repeatable() const override { return true; }

 private:
  bool allow_self_connections_;
};

/// Pre cell i to post cell i. @throws SizeError when the groups differ in size.
class OneToOneConnector : public Connector {
 public:
  void connect(const ConnectionContext& context, ConnectionSink& sink) const override;
  [[nodiscard]] std::string name() const override;
  [[nodiscard]] double expected_connections(double n_pre, double /*n_post*/) const override { return n_pre; }
  [[nodiscard]] bool is_repeatable() const override { return true; }
};

/// Each pair independently with probability p_connect.
class FixedProbabilityConnector : public Connector {
 public:
  /// @param p_connect in [0, 1] @throws ParameterError otherwise
  explicit FixedProbabilityConnector(double p_connect, bool allow_self_connections = true);
  /// Draws from a copy of `rng` exactly as PyNN does: for each post cell n_pre uniform numbers, connected where
  /// the number is < p_connect. Every projection made with this connector replays the same numbers, as in PyNN.
  /// @throws ParameterError unless p_connect is in [0, 1]
  FixedProbabilityConnector(double p_connect, NumpyRandom rng, bool allow_self_connections = true);
  void connect(const ConnectionContext& context, ConnectionSink& sink) const override;
  [[nodiscard]] std::string name() const override;
  [[nodiscard]] double expected_connections(double n_pre, double n_post) const override {
    return p_connect_ * n_pre * n_post;
  }
  /// Not with numpy's generator, which has to draw from the beginning each time.
  [[nodiscard]] bool is_repeatable() const override { return !numpy_; }

 private:
  double p_connect_;
  std::optional<NumpyRandom> numpy_;
  bool allow_self_connections_;
};

/// Each post cell gets n pre cells, drawn without (default) or with replacement. connect() throws ParameterError when
/// there are not n cells to draw; so do the two connectors below.
class FixedNumberPreConnector : public Connector {
 public:
  explicit FixedNumberPreConnector(std::size_t n, bool allow_self_connections = true, bool with_replacement = false);
  void connect(const ConnectionContext& context, ConnectionSink& sink) const override;
  [[nodiscard]] std::string name() const override;
  [[nodiscard]] double expected_connections(double /*n_pre*/, double n_post) const override {
    return static_cast<double>(n_) * n_post;
  }
  [[nodiscard]] bool is_repeatable() const override { return true; }

 private:
  std::size_t n_;
  bool allow_self_connections_, with_replacement_;
};

/// Each pre cell is connected to n post cells, drawn without (default) or with replacement.
class FixedNumberPostConnector : public Connector {
 public:
  explicit FixedNumberPostConnector(std::size_t n, bool allow_self_connections = true, bool with_replacement = false);
  void connect(const ConnectionContext& context, ConnectionSink& sink) const override;
  [[nodiscard]] std::string name() const override;
  [[nodiscard]] double expected_connections(double n_pre, double /*n_post*/) const override {
    return static_cast<double>(n_) * n_pre;
  }
  [[nodiscard]] bool is_repeatable() const override { return true; }
  [[nodiscard]] std::unique_ptr<ConnectionRows> rows(const ConnectionContext& context) const override;

 private:
  std::size_t n_;
  bool allow_self_connections_, with_replacement_;
};

/// n connections in total, drawn uniformly from all pairs, with (default, as in PyNN) or without replacement.
class FixedTotalNumberConnector : public Connector {
 public:
  explicit FixedTotalNumberConnector(std::size_t n, bool allow_self_connections = true, bool with_replacement = true);
  void connect(const ConnectionContext& context, ConnectionSink& sink) const override;
  [[nodiscard]] std::string name() const override;
  [[nodiscard]] double expected_connections(double /*n_pre*/, double /*n_post*/) const override {
    return static_cast<double>(n_);
  }
  [[nodiscard]] bool is_repeatable() const override { return true; }
  [[nodiscard]] std::unique_ptr<ConnectionRows> rows(const ConnectionContext& context) const override;

 private:
  std::size_t n_;
  bool allow_self_connections_, with_replacement_;
};

/// One entry of a list of connections; pre and post are counted within the connected sets.
struct ListedConnection {
  std::uint32_t pre = 0;
  std::uint32_t post = 0;
  std::optional<double> weight;  ///< [uS], [nA] or [mV]; nullopt: the projection's
  std::optional<double> delay;   ///< [ms]
};

/// The connections of a list; the order of the list does not matter. connect() throws IndexError for numbers that no
/// cell has.
class FromListConnector : public Connector {
 public:
  explicit FromListConnector(std::vector<ListedConnection> connections);
  void connect(const ConnectionContext& context, ConnectionSink& sink) const override;
  [[nodiscard]] std::string name() const override;
  [[nodiscard]] double expected_connections(double /*n_pre*/, double /*n_post*/) const override {
    return static_cast<double>(connections_.size());
  }
  [[nodiscard]] bool is_repeatable() const override { return true; }

 private:
  std::vector<ListedConnection> connections_;
};

/// The connections of a text file in PyNN's format: lines `i j [weight delay]`, `#` starts a comment; a header
/// `# columns = ["i", "j", "weight", "delay"]` names the columns when there are others.
class FromFileConnector : public Connector {
 public:
  /// Reads the file at once. @throws FileError with the line that cannot be read.
  explicit FromFileConnector(std::string path);
  void connect(const ConnectionContext& context, ConnectionSink& sink) const override;
  [[nodiscard]] std::string name() const override;
  [[nodiscard]] double expected_connections(double n_pre, double n_post) const override {
    return list_.expected_connections(n_pre, n_post);
  }
  [[nodiscard]] bool is_repeatable() const override { return true; }

 private:
  std::string path_;
  FromListConnector list_;
};

/// Each pair with probability f(d), d the distance [um]. f must return numbers in [0, 1]: else connect() throws
/// ParameterError; and ConnectionError for cells without positions.
class DistanceDependentProbabilityConnector : public Connector {
 public:
  /// @throws UserError for an empty function
  explicit DistanceDependentProbabilityConnector(std::function<double(double)> probability,
                                                 bool allow_self_connections = true);
  void connect(const ConnectionContext& context, ConnectionSink& sink) const override;
  [[nodiscard]] std::string name() const override;

 private:
  std::function<double(double)> probability_;
  bool allow_self_connections_;
};

}  // namespace va_event

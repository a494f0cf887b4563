// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "network/connectors/cell_bits.hpp"
#include "va_event/csa.hpp"

namespace va_event::csa {

/// A node of the tree of operations that a mask consists of. It is evaluated one column at a time (all pre cells of one
/// post cell), so that a mask on the infinite grid never needs more memory than a bit per pre cell.
class Mask::Node {
 public:
  /// The column to evaluate, and the random masks of the whole tree in the order of their first appearance: the
  /// place in that list distinguishes their streams.
  struct Column {
    const ConnectionContext& context;
    const std::vector<const Node*>& random_masks;
    std::size_t post;
  };

  Node() = default;
  Node(const Node&) = delete;
  Node& operator=(const Node&) = delete;
  virtual ~Node() = default;

  /// Sets the bits of the column's cells. @param bits  empty, one bit per pre cell
  virtual void evaluate(const Column& column, network::CellBits& bits) const = 0;

  /// Appends the random masks of this tree that are not in the list yet.
  virtual void list_random_masks(std::vector<const Node*>& list) const = 0;
};

}  // namespace va_event::csa

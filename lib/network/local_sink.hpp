// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "network/network.hpp"
#include "network/projection_context.hpp"
#include "va_event/connectors.hpp"

namespace va_event::network {

/// Where the post cells of a projection are, and which of them this process has.
class PostCells {
 public:
  /// One of the populations that they belong to.
  struct Block {
    std::uint32_t population;
    CellId first;        ///< of the population
    Share::Range share;  ///< of its cells: only synapses onto these are kept
    const CellModel* model;
  };
  struct Target {
    std::uint32_t block;
    std::uint32_t index;  ///< within the population
  };

  PostCells(const Network& network, const std::vector<CellId>& post);

  [[nodiscard]] std::size_t size() const noexcept { return targets_.size(); }
  [[nodiscard]] const std::vector<Block>& blocks() const noexcept { return blocks_; }  ///< ascending population
  [[nodiscard]] const Target& target(std::size_t post) const noexcept { return targets_[post]; }
  [[nodiscard]] bool in_share(std::size_t post) const noexcept {
    return blocks_[targets_[post].block].share.contains(targets_[post].index);
  }
  /// Ranges of post cells that hold all of the process's share, in order: its runs, the last of them joined when there
  /// are many, because each range costs a pass of the connector.
  [[nodiscard]] std::vector<PostRange> local_ranges() const;

 private:
  std::vector<Block> blocks_;
  std::vector<Target> targets_;
};

/// A connection that came alone; weight and delay may be kProjectionsOwn.
struct OwnConnection {
  std::uint32_t post;
  std::uint32_t pre;
  double weight;
  double delay;
};

/// Checks what a connector lists, and passes on the connections onto post cells of a range that this process has.
class LocalSink : public ConnectionSink {
 public:
  LocalSink(const PostCells& post, std::size_t n_pre) : post_(post), n_pre_(n_pre) {}

  void set_local(PostRange local) noexcept { local_ = local; }

  /// @throws IndexError for cells that are not in the sets
  void add(const std::uint32_t* pre, std::size_t count, std::size_t post) final;
  /// @throws also ParameterError for weights and delays that cannot be
  void add(std::size_t pre, std::size_t post, std::optional<double> weight, std::optional<double> delay) final;

 protected:
  virtual void take(std::span<const std::uint32_t> pre, std::uint32_t post) = 0;
  virtual void take(const OwnConnection& connection) = 0;
  [[nodiscard]] const PostCells& post_cells() const noexcept { return post_; }

 private:
  void check_post(std::size_t post) const;
  void check_pre(std::size_t pre) const;
  [[nodiscard]] bool is_local(std::size_t post) const noexcept {
    return post >= local_.begin && post < local_.end && post_.in_share(post);
  }

  const PostCells& post_;
  std::size_t n_pre_;
  PostRange local_;
};

}  // namespace va_event::network

// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <utility>

#include "network/connectors/sampling.hpp"
#include "network/csa/node.hpp"
#include "va_event/error.hpp"

namespace va_event::csa {
namespace {

using network::CellBits;
using Node = Mask::Node;
using NodePointer = std::shared_ptr<const Node>;

/// A mask that is not put together from others and has no random numbers.
class Leaf : public Node {
 public:
  void list_random_masks(std::vector<const Node*>& /*list*/) const override {}
};

class Full final : public Leaf {
 public:
  void evaluate(const Column& /*column*/, CellBits& bits) const override { bits.set_all(); }
};

class Empty final : public Leaf {
 public:
  void evaluate(const Column& /*column*/, CellBits& /*bits*/) const override {}
};

class OneToOne final : public Leaf {
 public:
  void evaluate(const Column& column, CellBits& bits) const override {
    if (column.post < bits.size()) {
      bits.set(column.post);
    }
  }
};

void set_range(CellBits& bits, std::size_t begin, std::size_t end) {
  for (std::size_t cell = begin; cell < std::min(end, bits.size()); ++cell) {
    bits.set(cell);
  }
}

class Cross final : public Leaf {
 public:
  Cross(Interval pre, Interval post) : pre_(pre), post_(post) {}
  void evaluate(const Column& column, CellBits& bits) const override {
    if (column.post >= post_.begin && column.post < post_.end) {
      set_range(bits, pre_.begin, pre_.end);
    }
  }

 private:
  Interval pre_, post_;
};

class Block final : public Leaf {
 public:
  Block(std::size_t pre_size, std::size_t post_size) : pre_size_(pre_size), post_size_(post_size) {}
  void evaluate(const Column& column, CellBits& bits) const override {
    const std::size_t block = column.post / post_size_;
    if (block <= (bits.size() - 1) / pre_size_) {  // beyond, block * pre_size_ may overflow
      set_range(bits, block * pre_size_, block * pre_size_ + std::min(pre_size_, bits.size()));
    }
  }

 private:
  std::size_t pre_size_, post_size_;
};

/// Each pair with one probability. The node itself identifies the set: the same node twice in a tree has one stream.
class Random final : public Node {
 public:
  explicit Random(double p) : skipping_(p) {}
  void evaluate(const Column& column, CellBits& bits) const override {
    const std::vector<const Node*>& all = column.random_masks;
    const auto place = std::find(all.begin(), all.end(), this) - all.begin();
    RandomStream stream = column.context.stream(column.post, static_cast<std::uint64_t>(place) + 1);
    skipping_.run(stream, bits.size(), [&bits](std::size_t cell) { bits.set(cell); });
  }
  void list_random_masks(std::vector<const Node*>& list) const override {
    if (std::find(list.begin(), list.end(), this) == list.end()) {
      list.push_back(this);
    }
  }

 private:
  network::Skipping skipping_;
};

enum class Operation { unite, intersect, subtract };

/// Union, intersection or difference of two masks.
class Binary final : public Node {
 public:
  Binary(Operation operation, NodePointer a, NodePointer b)
      : operation_(operation), a_(std::move(a)), b_(std::move(b)) {}
  void evaluate(const Column& column, CellBits& bits) const override {
    a_->evaluate(column, bits);
    CellBits other(bits.size());
    b_->evaluate(column, other);
    switch (operation_) {
      case Operation::unite:
        return bits.unite(other);
      case Operation::intersect:
        return bits.intersect(other);
      case Operation::subtract:
        return bits.subtract(other);
    }
  }
  void list_random_masks(std::vector<const Node*>& list) const override {
    a_->list_random_masks(list);
    b_->list_random_masks(list);
  }

 private:
  Operation operation_;
  NodePointer a_, b_;
};

/// The pairs that are not in a mask.
class Complement final : public Node {
 public:
  explicit Complement(NodePointer a) : a_(std::move(a)) {}
  void evaluate(const Column& column, CellBits& bits) const override {
    a_->evaluate(column, bits);
    bits.flip();
  }
  void list_random_masks(std::vector<const Node*>& list) const override { a_->list_random_masks(list); }

 private:
  NodePointer a_;
};

template <class T, class... Arguments>
Mask make(Arguments&&... arguments) {
  return Mask(std::make_shared<const T>(std::forward<Arguments>(arguments)...));
}

void check_interval(const char* field, Interval interval) {
  if (interval.end < interval.begin) {
    throw ParameterError(field, static_cast<double>(interval.end), "",
                         "must be >= " + std::to_string(interval.begin) + ", where the interval begins");
  }
}

void check_size(const char* field, std::size_t size) {
  if (size == 0) {
    throw ParameterError(field, 0.0, "", "must be > 0");
  }
}

}  // namespace

Mask::Mask(std::shared_ptr<const Node> node) noexcept : node_(std::move(node)) {}

Mask operator+(const Mask& a, const Mask& b) { return make<Binary>(Operation::unite, a.node_, b.node_); }
Mask operator*(const Mask& a, const Mask& b) { return make<Binary>(Operation::intersect, a.node_, b.node_); }
Mask operator-(const Mask& a, const Mask& b) { return make<Binary>(Operation::subtract, a.node_, b.node_); }
Mask operator~(const Mask& a) { return make<Complement>(a.node_); }

Mask full() { return make<Full>(); }
Mask empty() { return make<Empty>(); }
Mask one_to_one() { return make<OneToOne>(); }

Mask random(double p) {
  network::check_probability("p", p);
  return make<Random>(p);
}

Mask cross(Interval pre, Interval post) {
  check_interval("pre.end", pre);
  check_interval("post.end", post);
  return make<Cross>(pre, post);
}

Mask block(std::size_t pre_size, std::size_t post_size) {
  check_size("pre_size", pre_size);
  check_size("post_size", post_size);
  return make<Block>(pre_size, post_size);
}

}  // namespace va_event::csa

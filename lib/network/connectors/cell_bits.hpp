// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace va_event::network {

/// A set of the cells 0 ... size-1, one bit each, with the operations of sets 64 cells at a time: for masks of the
/// connection-set algebra, and for draws without replacement.
class CellBits {
 public:
  explicit CellBits(std::size_t size) : size_(size), words_((size + 63) / 64) {}

  [[nodiscard]] std::size_t size() const noexcept { return size_; }
  [[nodiscard]] bool test(std::size_t cell) const noexcept { return (words_[cell / 64] >> (cell % 64) & 1U) != 0; }
  void set(std::size_t cell) noexcept { words_[cell / 64] |= std::uint64_t{1} << (cell % 64); }
  void clear() noexcept { words_.assign(words_.size(), 0); }
  void set_all() noexcept {
    words_.assign(words_.size(), ~std::uint64_t{0});
    trim();
  }
  void flip() noexcept {
    for (std::uint64_t& word : words_) {
      word = ~word;
    }
    trim();
  }
  void unite(const CellBits& other) noexcept {
    for (std::size_t i = 0; i < words_.size(); ++i) {
      words_[i] |= other.words_[i];
    }
  }
  void intersect(const CellBits& other) noexcept {
    for (std::size_t i = 0; i < words_.size(); ++i) {
      words_[i] &= other.words_[i];
    }
  }
  void subtract(const CellBits& other) noexcept {
    for (std::size_t i = 0; i < words_.size(); ++i) {
      words_[i] &= ~other.words_[i];
    }
  }

  /// Calls visit(cell) for its cells, ascending.
  template <class Visit>
  void for_each(const Visit& visit) const {
    for (std::size_t i = 0; i < words_.size(); ++i) {
      for (std::uint64_t word = words_[i]; word != 0; word &= word - 1) {
        visit(static_cast<std::uint32_t>(i * 64 + static_cast<std::size_t>(std::countr_zero(word))));
      }
    }
  }

 private:
  void trim() noexcept {
    if (size_ % 64 != 0) {
      words_.back() &= (std::uint64_t{1} << (size_ % 64)) - 1;
    }
  }

  std::size_t size_;
  std::vector<std::uint64_t> words_;
};

}  // namespace va_event::network

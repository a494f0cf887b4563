// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cassert>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <span>
#include <string>
#include <type_traits>
#include <vector>

#include "va_event/processes.hpp"

namespace va_event::processes {

/// Numbers and arrays as bytes, between processes of one program on machines of one kind.
class Writer {
 public:
  template <class T>
  void put(const T& value) requires std::is_trivially_copyable_v<T> {
    const auto* begin = reinterpret_cast<const std::byte*>(&value);
    bytes_.insert(bytes_.end(), begin, begin + sizeof value);
  }
  template <class T>
  void put_array(std::span<const T> values) requires std::is_trivially_copyable_v<T> {
    put(static_cast<std::uint64_t>(values.size()));
    const auto bytes = std::as_bytes(values);
    bytes_.insert(bytes_.end(), bytes.begin(), bytes.end());
  }
  template <class T>
  void put_array(const std::vector<T>& values) {
    put_array(std::span<const T>(values));
  }
  void put_text(const std::string& text) { put_array(std::span(text.data(), text.size())); }

  [[nodiscard]] const Processes::Bytes& bytes() const noexcept { return bytes_; }
  void clear() noexcept { bytes_.clear(); }

 private:
  Processes::Bytes bytes_;
};

/// Reads what a Writer wrote, in the same order.
class Reader {
 public:
  explicit Reader(std::span<const std::byte> bytes) : bytes_(bytes) {}

  template <class T>
  [[nodiscard]] T get() requires std::is_trivially_copyable_v<T> {
    assert(bytes_.size() >= sizeof(T));
    T value;
    std::memcpy(&value, bytes_.data(), sizeof value);
    bytes_ = bytes_.subspan(sizeof value);
    return value;
  }
  template <class T>
  [[nodiscard]] std::vector<T> get_array() {
    std::vector<T> values(get<std::uint64_t>());
    if (!values.empty()) {
      assert(bytes_.size() >= values.size() * sizeof(T));
      std::memcpy(values.data(), bytes_.data(), values.size() * sizeof(T));
      bytes_ = bytes_.subspan(values.size() * sizeof(T));
    }
    return values;
  }
  [[nodiscard]] std::string get_text() {
    const auto characters = get_array<char>();
    return {characters.begin(), characters.end()};
  }

 private:
  std::span<const std::byte> bytes_;
};

/// A number of the engine, of any type, without loss: wider ones as a sum of doubles, each the rounded rest.
/// @pre their smallest part is not below a double's range
template <class Real>
void put_number(Writer& writer, const Real& value) {
  if constexpr (std::is_same_v<Real, double>) {
    writer.put(value);
  } else {
    Real rest = value;
    for (int bits = 0; bits < std::numeric_limits<Real>::digits; bits += std::numeric_limits<double>::digits) {
      const auto part = static_cast<double>(rest);
      writer.put(part);
      rest -= Real(part);
    }
  }
}
template <class Real>
[[nodiscard]] Real get_number(Reader& reader) {
  Real value(reader.get<double>());
  if constexpr (!std::is_same_v<Real, double>) {
    constexpr int kDouble = std::numeric_limits<double>::digits;
    for (int bits = kDouble; bits < std::numeric_limits<Real>::digits; bits += kDouble) {
      value += Real(reader.get<double>());
    }
  }
  return value;
}

}  // namespace va_event::processes

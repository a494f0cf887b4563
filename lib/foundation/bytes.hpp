// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace va_event::foundation {

/// What its bytes are all of. (Structures may have bytes that mean nothing: they are for messages, not for files.)
template <class T>
concept Plain = std::is_trivially_copyable_v<T> && !std::is_pointer_v<T>;

/// Puts numbers and texts one after the other, in the byte order of the machine and in tagged sections.
class ByteWriter {
 public:
  template <Plain T>
  void put(const T& value) {
    put_bytes(&value, sizeof value);
  }
  /// How many, and each of them.
  template <Plain T>
  void put_all(const std::vector<T>& values) {
    put<std::uint64_t>(values.size());
    put_bytes(values.data(), values.size() * sizeof(T));
  }
  void put_text(std::string_view text) {
    put<std::uint64_t>(text.size());
    put_bytes(text.data(), text.size());
  }
  /// As they are.
  void put_bytes(std::string_view bytes) { bytes_.append(bytes); }
  /// What `write` puts, with a tag of four letters and its length before it.
  template <class Write>
  void section(std::string_view tag, const Write& write) {
    put_bytes(tag.data(), tag.size());
    const std::size_t length_at = bytes_.size();
    put<std::uint64_t>(0);
    const std::size_t begin = bytes_.size();
    write();
    const std::uint64_t length = bytes_.size() - begin;
    std::memcpy(bytes_.data() + length_at, &length, sizeof length);
  }
  [[nodiscard]] const std::string& bytes() const noexcept { return bytes_; }
  void clear() noexcept { bytes_.clear(); }

 private:
  void put_bytes(const void* data, std::size_t count) { bytes_.append(static_cast<const char*>(data), count); }

  std::string bytes_;
};

/// What was read cannot have been written by a ByteWriter in the same way.
class BadBytes : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Reads what a ByteWriter put, and nothing beyond the end. @throws BadBytes
class ByteReader {
 public:
  /// @param bytes must outlive the reader
  explicit ByteReader(std::string_view bytes) : rest_(bytes) {}

  template <Plain T>
  [[nodiscard]] T get() {
    T value;
    std::memcpy(&value, take(sizeof value).data(), sizeof value);
    return value;
  }
  template <Plain T>
  [[nodiscard]] std::vector<T> get_all() {
    const auto count = get<std::uint64_t>();
    require(count <= rest_.size() / sizeof(T), "is too short");
    std::vector<T> values(count);
    if (count > 0) {
      std::memcpy(values.data(), take(count * sizeof(T)).data(), count * sizeof(T));
    }
    return values;
  }
  [[nodiscard]] std::string get_text() { return std::string(get_view()); }
  /// A text, as long as the bytes live.
  [[nodiscard]] std::string_view get_view() { return take(get<std::uint64_t>()); }
  /// The section that follows, which must have this tag; `read` must read all of it.
  template <class Read>
  void section(std::string_view tag, const Read& read) {
    require(take(tag.size()) == tag, "lacks a section");
    ByteReader part(take(get<std::uint64_t>()));
    read(part);
    require(part.rest_.empty(), "holds more than it should");
  }
  [[nodiscard]] bool at_end() const noexcept { return rest_.empty(); }

  static void require(bool condition, const char* otherwise) {
    if (!condition) {
      throw BadBytes(otherwise);
    }
  }

 private:
  std::string_view take(std::uint64_t count) {
    require(count <= rest_.size(), "is too short");
    const std::string_view taken = rest_.substr(0, count);
    rest_.remove_prefix(count);
    return taken;
  }

  std::string_view rest_;
};

}  // namespace va_event::foundation

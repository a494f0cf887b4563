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

/// Binary data, written and read in the same order: checkpoints, and messages between processes. There is no
/// description of the types in it: the reader must ask for the same types as the writer put. Sections with tags and
/// lengths reveal where the two disagree, and a damaged or foreign file is refused instead of being read beyond its
/// end.
///
/// Byte order is the machine's: the format of checkpoints states it in its head (lib/api/checkpoint.hpp).

/// A type whose value is its bytes. Structures may have padding, whose bytes are not determined: they may be sent in
/// messages, but not stored in files, which must be the same for the same contents.
template <class T>
concept Plain = std::is_trivially_copyable_v<T> && !std::is_pointer_v<T>;

/// Appends numbers and texts to a string of bytes, without padding between them.
class ByteWriter {
 public:
  /// The bytes of a value, without its type.
  template <Plain T>
  void put(const T& value) {
    put_bytes(&value, sizeof value);
  }
  /// The number of elements (64 bits), then the elements.
  template <Plain T>
  void put_all(const std::vector<T>& values) {
    put<std::uint64_t>(values.size());
    put_bytes(values.data(), values.size() * sizeof(T));
  }
  /// The number of bytes (64 bits), then the bytes of the text.
  void put_text(std::string_view text) {
    put<std::uint64_t>(text.size());
    put_bytes(text.data(), text.size());
  }
  /// The bytes alone, without their number.
  void put_bytes(std::string_view bytes) { bytes_.append(bytes); }
  /// A tag, the number of bytes that follow (64 bits), and what `write()` puts into this writer.
  /// @param tag has the same number of letters in every use (four); its length is not stored
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
  /// All that was put.
  [[nodiscard]] const std::string& bytes() const noexcept { return bytes_; }
  void clear() noexcept { bytes_.clear(); }

 private:
  void put_bytes(const void* data, std::size_t count) { bytes_.append(static_cast<const char*>(data), count); }

  std::string bytes_;
};

/// The bytes do not have the form that the reader expects. The text continues a sentence whose subject is the file: "is
/// too short".
class BadBytes : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Reads what a ByteWriter put, in the same order. No function reads beyond the end. @throws BadBytes from every
/// function that reads, when the bytes that are left do not suffice or do not fit.
class ByteReader {
 public:
  /// @param bytes must outlive the reader
  explicit ByteReader(std::string_view bytes) : rest_(bytes) {}

  /// What put() wrote. Any bytes are a value of a Plain type: its rules are the caller's to check.
  template <Plain T>
  [[nodiscard]] T get() {
    T value;
    std::memcpy(&value, take(sizeof value).data(), sizeof value);
    return value;
  }
  /// What put_all() wrote. The number of elements is compared with the bytes that are left before memory is allocated,
  /// so that a damaged number does not lead to a huge allocation.
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
  /// What put_text() wrote, as a copy.
  [[nodiscard]] std::string get_text() { return std::string(get_view()); }
  /// The same without a copy: valid as long as the bytes that this reader was made from.
  [[nodiscard]] std::string_view get_view() { return take(get<std::uint64_t>()); }
  /// Reads the section that follows, by a reader of its own that ends with it.
  /// @throws BadBytes when its tag is another one, or when `read` leaves a part of it
  template <class Read>
  void section(std::string_view tag, const Read& read) {
    require(take(tag.size()) == tag, "lacks a section");
    ByteReader part(take(get<std::uint64_t>()));
    read(part);
    require(part.rest_.empty(), "holds more than it should");
  }
  /// All has been read.
  [[nodiscard]] bool at_end() const noexcept { return rest_.empty(); }

  /// @param otherwise predicate of the message, for a rule that values must fulfil. @throws BadBytes unless `condition`
  static void require(bool condition, const char* otherwise) {
    if (!condition) {
      throw BadBytes(otherwise);
    }
  }

 private:
  /// The next `count` bytes.
  std::string_view take(std::uint64_t count) {
    require(count <= rest_.size(), "is too short");
    const std::string_view taken = rest_.substr(0, count);
    rest_.remove_prefix(count);
    return taken;
  }

  std::string_view rest_;  ///< what has not been read
};

}  // namespace va_event::foundation

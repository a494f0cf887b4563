// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <hdf5.h>

#include <array>
#include <cstdint>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "recording/files/atomic_file.hpp"

namespace va_event::recording::hdf5 {

/// The part of HDF5's C interface that the formats need, as classes that release what they hold and throw on failure.
/// HDF5's own C++ interface is not used: HDF5 does not support it in builds with thread safety.

/// An HDF5 identifier that is closed with its owner.
class Handle {
 public:
  using Close = herr_t (*)(hid_t);

  /// @param id may be invalid (< 0): then there is nothing to close
  Handle(hid_t id, Close close) noexcept : id_(id), close_(close) {}
  Handle(Handle&& other) noexcept : id_(std::exchange(other.id_, H5I_INVALID_HID)), close_(other.close_) {}
  Handle& operator=(Handle&&) = delete;
  ~Handle() {
    if (id_ >= 0) {
      close_(id_);
    }
  }
  [[nodiscard]] hid_t id() const noexcept { return id_; }

 private:
  hid_t id_;
  Close close_;
};

/// While one lives, this thread has HDF5 for itself (builds without thread safety exist, and the handler below
/// belongs to the whole process in them), and HDF5 prints nothing: failures come back as return values.
class Session {
 public:
  Session();
  ~Session();
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

 private:
  std::lock_guard<std::mutex> lock_;
  H5E_auto2_t print_ = nullptr;
  void* print_data_ = nullptr;
};

/// A block of a larger array in memory: columns [first, first + n) of rows of `row_length` values. HDF5 picks them
/// itself (a hyperslab), without a copy.
struct Columns {
  const double* values;
  hsize_t row_length, first;
};

/// An HDF5 file that is made in memory, because one on disk cannot be closed once the disk is full. Every failure of
/// HDF5 is a FileError about the file that is to be written.
class Image {
 public:
  /// @param file gets the bytes at finish(); must outlive this
  explicit Image(AtomicFile& file);

  /// The root group, for the functions below.
  [[nodiscard]] hid_t root() const noexcept { return image_.id(); }
  /// A group in `parent`. @param name in UTF-8, without "/", unlike the parent's others
  [[nodiscard]] Handle make_group(hid_t parent, const std::string& name) const;

  /// One-dimensional data. The dataset is returned for its attributes.
  Handle write(hid_t parent, const char* name, std::span<const double> values) const;
  Handle write(hid_t parent, const char* name, std::span<const std::uint64_t> values) const;
  Handle write(hid_t parent, const char* name, std::span<const std::uint32_t> values) const;
  /// Two-dimensional data [rows x columns] in single precision, in chunks that make single columns quick to read.
  Handle write(hid_t parent, const char* name, hsize_t rows, hsize_t columns, const Columns& source) const;

  /// One more name of a dataset.
  void link(hid_t group, const char* dataset, const char* name) const;

  /// A text of variable length in UTF-8.
  void write_attribute(hid_t object, const char* name, const std::string& text) const;
  /// A number.
  void write_attribute(hid_t object, const char* name, std::uint8_t value) const;
  /// Some numbers; one is written as a scalar.
  void write_attribute(hid_t object, const char* name, std::span<const std::uint32_t> values) const;
  /// An enumeration of the names (values 0, 1, ...) with value `value`.
  void write_attribute(hid_t object, const char* name, std::span<const char* const> names, std::uint8_t value) const;

  /// Hands the bytes to the file. All handles of groups and datasets should be closed before.
  void finish() const;

 private:
  /// @throws FileError with HDF5's own reason unless `holds`
  void require(bool holds) const;
  /// The identifier as a handle. @throws FileError when it is invalid
  [[nodiscard]] Handle checked(hid_t id, Handle::Close close) const;
  Handle write(hid_t parent, const char* name, hid_t file_type, hid_t memory_type, const void* values,
               hsize_t count) const;
  void write_attribute(hid_t object, const char* name, hid_t file_type, hid_t memory_type, hid_t space,
                       const void* value) const;

  AtomicFile& file_;
  Session session_;
  Handle image_;
};

}  // namespace va_event::recording::hdf5

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace va_event::recording {

/// A file that appears under its name complete or not at all: bytes go to a temporary file in the same folder (renaming
/// works only within a file system), which commit() forces to disk and renames. Without commit() nothing remains.
///
/// The only place of the library that writes to disk. Formats whose libraries want to write files themselves (HDF5,
/// zip) make an image in memory and hand it over: a full disk inside those libraries leaves handles that cannot be
/// closed.
class AtomicFile {
 public:
  /// @throws FileError when no file can be made in that folder or the name is taken by something else than a file.
  explicit AtomicFile(std::string path);
  ~AtomicFile();
  AtomicFile(const AtomicFile&) = delete;
  AtomicFile& operator=(const AtomicFile&) = delete;

  /// @throws FileError when not all of it could be written.
  void write(std::string_view bytes);
  void write(const void* data, std::size_t bytes) { write({static_cast<const char*>(data), bytes}); }

  /// Returns when all bytes so far are on disk, under the temporary name. @throws FileError
  void sync();

  /// Ends the file. @throws FileError; the old file of that name, if any, is then untouched.
  void commit();

  [[nodiscard]] const std::string& path() const noexcept { return path_; }

 private:
  void flush();
  void close_file();

  std::string path_;
  std::string folder_;
  std::string temporary_;
  std::string buffer_;
  int descriptor_ = -1;
};

}  // namespace va_event::recording

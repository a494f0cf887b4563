// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace va_event::recording {

/// A file that appears under its name complete or not at all: bytes go to a temporary file in the same folder (renaming
/// works only within a file system), which commit() forces to disk and renames. Without commit() nothing remains.
///
/// The only place of the library that writes to disk. Formats whose libraries write files by themselves (HDF5, zip)
/// make an image in memory and hand it over: a full disk inside those libraries leaves handles that cannot be closed.
///
/// The temporary file is named `.va_event-<process>-<number>.tmp` and locked while it is written. A lock ends with its
/// process, so that files without one are what killed runs have left; the first file that a process makes in a folder
/// removes them.
class AtomicFile {
 public:
  /// @throws FileError when no file can be made in that folder or the name is taken by something else than a file.
  explicit AtomicFile(std::string path);
  /// Removes the temporary file unless commit() has renamed it.
  ~AtomicFile();
  AtomicFile(const AtomicFile&) = delete;
  AtomicFile& operator=(const AtomicFile&) = delete;

  /// Appends bytes. @throws FileError when not all of it could be written.
  void write(std::string_view bytes);
  void write(const void* data, std::size_t bytes) { write({static_cast<const char*>(data), bytes}); }

  /// Returns when all bytes so far are on disk, under the temporary name. @throws FileError
  void sync();

  /// Ends the file. @throws FileError; the old file of that name, if any, is then untouched.
  void commit();

  /// The name under which the file will appear.
  [[nodiscard]] const std::string& path() const noexcept { return path_; }

 private:
  /// Writes the buffer. @throws FileError
  void flush();
  /// @throws FileError when the system reports only now that bytes were not written
  void close_file();

  std::string path_;       ///< the final name
  std::string folder_;     ///< its folder
  std::string temporary_;  ///< the present name; "" after commit()
  std::string buffer_;     ///< bytes that are not written yet
  int descriptor_ = -1;    ///< of the temporary file; -1: closed
};

}  // namespace va_event::recording

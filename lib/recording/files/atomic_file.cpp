// SPDX-License-Identifier: Apache-2.0
#include "recording/files/atomic_file.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <mutex>
#include <set>
#include <system_error>
#include <utility>

#include "va_event/error.hpp"

// System calls that POSIX lets fail half-way (write, close) are treated as such: a call may write less than it is
// given, or be interrupted by a signal. What cannot be helped and does no harm is cast to void.

namespace va_event::recording {
namespace {

/// Text formats write a line at a time; the system is called once for so many bytes.
constexpr std::size_t kBufferBytes = std::size_t{1} << 16;

/// The folder of a file, "." for a name alone.
std::string folder_of(const std::string& path) {
  const std::string folder = std::filesystem::path(path).parent_path().string();
  return folder.empty() ? "." : folder;
}

/// "No space left on device" for the present errno.
std::string system_reason() { return std::generic_category().message(errno); }

/// Writes all bytes or fails with errno set.
bool write_all(int descriptor, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(descriptor, bytes.data(), bytes.size());
    if (written > 0) {
      bytes.remove_prefix(static_cast<std::size_t>(written));
    } else if (written == 0) {
      errno = ENOSPC;
      return false;
    } else if (errno != EINTR) {
      return false;
    }
  }
  return true;
}

/// fsync, where the file system has it.
bool make_durable(int descriptor) {
  return ::fsync(descriptor) == 0 || errno == EINVAL || errno == ENOTSUP || errno == EROFS;
}

/// Makes the renaming itself durable. Not all file systems can; the file is complete either way.
void make_folder_durable(const std::string& folder) {
  const int descriptor = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor >= 0) {
    (void)::fsync(descriptor);
    (void)::close(descriptor);
  }
}

constexpr std::string_view kPrefix = ".va_event-";
constexpr std::string_view kSuffix = ".tmp";

/// The name of a temporary file: prefix, process, '-', number, suffix.
bool is_temporary_name(std::string_view name) {
  if (name.size() <= kPrefix.size() + kSuffix.size() || name.substr(0, kPrefix.size()) != kPrefix ||
      name.substr(name.size() - kSuffix.size()) != kSuffix) {
    return false;
  }
  const std::string_view numbers = name.substr(kPrefix.size(), name.size() - kPrefix.size() - kSuffix.size());
  return numbers.find_first_not_of("0123456789-") == std::string_view::npos;
}

/// Removes the file unless a process that writes it holds its lock; the lock of a killed process is gone with it.
/// Links, and file systems without locks, are left alone.
void remove_if_stale(const std::string& path) {
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
  if (descriptor < 0) {
    return;
  }
  struct stat status {};
  if (::fstat(descriptor, &status) == 0 && S_ISREG(status.st_mode) && ::flock(descriptor, LOCK_EX | LOCK_NB) == 0) {
    (void)::unlink(path.c_str());
  }
  (void)::close(descriptor);
}

/// Removes the temporary files that killed runs have left, once per folder and process.
void remove_stale_files(const std::string& folder) {
  static std::mutex mutex;
  static std::set<std::string> seen;
  const std::lock_guard<std::mutex> lock(mutex);
  std::error_code failure;
  const std::string name = std::filesystem::weakly_canonical(folder, failure).string();
  if (failure || !seen.insert(name).second) {
    return;
  }
  for (auto entry = std::filesystem::directory_iterator(folder, failure);
       !failure && entry != std::filesystem::directory_iterator(); entry.increment(failure)) {
    if (is_temporary_name(entry->path().filename().string())) {
      remove_if_stale(entry->path().string());
    }
  }
}

/// Makes a temporary file and locks it. @return its descriptor, < 0 with errno set when there is none
int create_locked(const std::string& path) {
  const int descriptor = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
  if (descriptor < 0) {
    return descriptor;
  }
  (void)::flock(descriptor, LOCK_EX);  // where there are no locks, no stale file is removed either
  struct stat status {};
  if (::fstat(descriptor, &status) == 0 && status.st_nlink == 0) {  // taken for stale before it was locked
    (void)::close(descriptor);
    errno = EEXIST;
    return -1;
  }
  return descriptor;
}

}  // namespace

AtomicFile::AtomicFile(std::string path) : path_(std::move(path)), folder_(folder_of(path_)) {
  if (std::filesystem::path(path_).filename().empty()) {
    throw FileError(path_, "is not the name of a file");
  }
  // A device or a folder of this name would be replaced by the renaming, or refuse it only at the end of a long run.
  struct stat status {};
  if (::stat(path_.c_str(), &status) != 0) {
    if (errno != ENOENT) {  // a name that is too long, and the like
      throw FileError(path_, system_reason());
    }
  } else if (!S_ISREG(status.st_mode)) {
    throw FileError(path_, S_ISDIR(status.st_mode) ? "is a folder" : "exists and is not a regular file");
  }
  remove_stale_files(folder_);
  // Not made of the final name, which may be as long as the system allows. Names in use are skipped.
  for (int attempt = 0; descriptor_ < 0; ++attempt) {
    temporary_ = folder_ + '/' + std::string(kPrefix) + std::to_string(::getpid()) + '-' + std::to_string(attempt) +
                 std::string(kSuffix);
    descriptor_ = create_locked(temporary_);
    if (descriptor_ < 0 && errno != EEXIST && errno != EINTR) {
      throw FileError(path_, system_reason());
    }
  }
  buffer_.reserve(kBufferBytes);
}

AtomicFile::~AtomicFile() {
  if (descriptor_ >= 0) {
    (void)::close(descriptor_);
  }
  if (!temporary_.empty()) {
    (void)::unlink(temporary_.c_str());
  }
}

void AtomicFile::write(std::string_view bytes) {
  if (buffer_.size() + bytes.size() > kBufferBytes) {
    flush();
  }
  if (bytes.size() < kBufferBytes) {
    buffer_.append(bytes);
  } else if (!write_all(descriptor_, bytes)) {
    throw FileError(path_, system_reason());
  }
}

void AtomicFile::flush() {
  if (!write_all(descriptor_, buffer_)) {
    throw FileError(path_, system_reason());
  }
  buffer_.clear();
}

void AtomicFile::close_file() {
  const int descriptor = std::exchange(descriptor_, -1);  // gone after close(), whatever it returns
  if (::close(descriptor) != 0 && errno != EINTR) {       // a network file system may say only here that it is full
    throw FileError(path_, system_reason());
  }
}

void AtomicFile::sync() {
  flush();
  if (!make_durable(descriptor_)) {
    throw FileError(path_, system_reason());
  }
}

// The order matters: the bytes are on disk before the name exists. Without it a crash of the machine could leave the
// name with an empty file, because file systems write names before contents.
void AtomicFile::commit() {
  sync();
  close_file();
  if (std::rename(temporary_.c_str(), path_.c_str()) != 0) {
    throw FileError(path_, system_reason());
  }
  temporary_.clear();
  make_folder_durable(folder_);
}

}  // namespace va_event::recording

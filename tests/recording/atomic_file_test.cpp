// SPDX-License-Identifier: Apache-2.0
#include "recording/files/atomic_file.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <functional>
#include <random>
#include <string>
#include <vector>

#include "child_process.hpp"
#include "temporary_folder.hpp"
#include "va_event/error.hpp"

namespace {

/// What happens just before a file is locked: another process may be faster.
std::function<void(int descriptor)> before_lock;

}  // namespace

/// This program's own, which the library calls.
extern "C" int flock(int descriptor, int operation) noexcept {
  if (before_lock && operation == LOCK_EX) {
    before_lock(descriptor);
  }
  return static_cast<int>(::syscall(SYS_flock, descriptor, operation));
}

namespace va_event::recording {
namespace {

using ::testing::HasSubstr;
using testing_support::content;
using testing_support::failure_in_child;
using testing_support::TemporaryFolder;

TEST(AtomicFile, AppearsUnderItsNameOnlyWhenComplete) {
  const TemporaryFolder folder;
  const std::string path = folder / "a.txt";
  AtomicFile file(path);
  file.write("half");
  file.sync();
  EXPECT_FALSE(std::filesystem::exists(path));
  file.write(" and half");
  file.commit();
  EXPECT_EQ(content(path), "half and half");
  EXPECT_EQ(folder.entries(), 1U);
}

TEST(AtomicFile, LeavesNothingWithoutCommit) {
  const TemporaryFolder folder;
  {
    AtomicFile file(folder / "a.txt");
    file.write("lost");
    file.sync();
    EXPECT_EQ(folder.entries(), 1U);
  }
  EXPECT_EQ(folder.entries(), 0U);
}

TEST(AtomicFile, KeepsTheOldFileUntilTheNewOneIsComplete) {
  const TemporaryFolder folder;
  const std::string path = folder / "a.txt";
  for (const char* text : {"old", "newer"}) {
    AtomicFile file(path);
    file.write(text);
    file.commit();
  }
  {
    AtomicFile file(path);
    file.write("newest");
  }
  EXPECT_EQ(content(path), "newer");
}

TEST(AtomicFile, HoldsExactlyTheBytesWrittenInPiecesOfAnySize) {
  const TemporaryFolder folder;
  std::mt19937 bits(1);
  std::string all;
  AtomicFile file(folder / "a.bin");
  for (int piece = 0; piece < 60; ++piece) {
    std::string bytes(bits() % (piece % 3 == 0 ? 200000U : 3000U), '\0');
    for (char& byte : bytes) {
      byte = static_cast<char>(bits());
    }
    file.write(bytes);
    all += bytes;
  }
  file.commit();
  EXPECT_TRUE(content(folder / "a.bin") == all);
}

TEST(AtomicFile, CanBeWrittenSeveralAtATimeInOneFolder) {
  const TemporaryFolder folder;
  AtomicFile a(folder / "a");
  AtomicFile b(folder / "b");
  a.write("A");
  b.write("B");
  b.commit();
  a.commit();
  EXPECT_EQ(content(folder / "a"), "A");
  EXPECT_EQ(content(folder / "b"), "B");
}

TEST(AtomicFile, HasTheUsualPermissionsOfANewFile) {
  const TemporaryFolder folder;
  const mode_t mask = ::umask(027);
  AtomicFile file(folder / "a");
  file.commit();
  ::umask(mask);
  struct stat status {};
  ASSERT_EQ(::stat((folder / "a").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777U, 0640U);
}

TEST(AtomicFile, TakesNamesAsLongAsTheSystemDoes) {
  const TemporaryFolder folder;
  AtomicFile file(folder / std::string(255, 'x'));
  file.commit();
  EXPECT_THROW(AtomicFile(folder / std::string(256, 'x')), FileError);
}

TEST(AtomicFile, SaysWhyItCannotBeMade) {
  const TemporaryFolder folder;
  const auto reason = [](const std::string& path) -> std::string {
    try {
      const AtomicFile file(path);
      return "none";
    } catch (const FileError& error) {
      EXPECT_EQ(error.path(), path);
      return error.reason();
    }
  };
  EXPECT_EQ(reason(folder / "missing/a.txt"), "No such file or directory");
  std::filesystem::create_directory(folder / "taken");
  EXPECT_EQ(reason(folder / "taken"), "is a folder");
  EXPECT_EQ(reason(folder / "taken/"), "is not the name of a file");
  EXPECT_EQ(reason(""), "is not the name of a file");
  ASSERT_EQ(::mkfifo((folder / "pipe").c_str(), 0600), 0);
  EXPECT_EQ(reason(folder / "pipe"), "exists and is not a regular file");
  EXPECT_EQ(reason("/dev/null"), "exists and is not a regular file");
  AtomicFile(folder / "file").commit();
  EXPECT_EQ(reason(folder / "file/a.txt"), "Not a directory");
  EXPECT_EQ(folder.entries(), 3U);
}

TEST(AtomicFile, FailsInAFolderThatCannotBeWrittenTo) {
  const TemporaryFolder folder;
  const std::string message = failure_in_child([&] {
    testing_support::lose_access(folder.path());
    AtomicFile file(folder / "a.txt");
  });
  EXPECT_EQ(message, folder / "a.txt" + ": Permission denied");
}

TEST(AtomicFile, NoticesAShortWriteAndLeavesNothing) {
  const TemporaryFolder folder;
  for (const std::size_t bytes : {std::size_t{5000}, std::size_t{500000}}) {  // less and more than the buffer
    const std::string message = failure_in_child([&] {
      testing_support::limit_file_size(4096);
      AtomicFile file(folder / "a.bin");
      file.write(std::string(bytes, 'x'));
      file.commit();
    });
    EXPECT_EQ(message, folder / "a.bin" + ": File too large");
    EXPECT_EQ(folder.entries(), 0U);
  }
}

TEST(AtomicFile, RemovesWhatKilledProcessesHaveLeftAndNothingElse) {
  const TemporaryFolder folder;
  const pid_t killed = ::fork();
  if (killed == 0) {
    AtomicFile file(folder / "killed.bin");
    file.sync();
    ::_exit(0);  // as kill -9: no destructor
  }
  ASSERT_EQ(::waitpid(killed, nullptr, 0), killed);
  EXPECT_EQ(folder.entries(), 1U);
  int ready[2];
  int go_on[2];
  ASSERT_EQ(::pipe(ready) + ::pipe(go_on), 0);
  const pid_t writing = ::fork();
  char byte = 0;
  if (writing == 0) {
    AtomicFile file(folder / "alive.bin");
    file.write("alive");
    const bool told = ::write(ready[1], &byte, 1) == 1 && ::read(go_on[0], &byte, 1) == 1;
    file.commit();
    ::_exit(told ? 0 : 1);
  }
  ASSERT_EQ(::read(ready[0], &byte, 1), 1);
  EXPECT_EQ(folder.entries(), 1U) << "that of the killed process is gone";
  const std::vector<std::string> others = {".va_event-notes.tmp", ".va_event-.tmp", ".va_event-1-0.txt", "1-0.tmp"};
  for (const std::string& name : others) {
    std::ofstream(folder / name) << "not ours";
  }
  std::ofstream(folder / "precious") << "not ours";
  std::filesystem::create_symlink("precious", folder / ".va_event-1-0.tmp");
  AtomicFile(folder / "a.bin").commit();
  ASSERT_EQ(::write(go_on[1], &byte, 1), 1);
  int status = 1;
  ASSERT_EQ(::waitpid(writing, &status, 0), writing);
  EXPECT_EQ(status, 0) << "a file that is being written is not taken for stale";
  EXPECT_EQ(content(folder / "alive.bin"), "alive");
  EXPECT_EQ(content(folder / "precious"), "not ours");
  for (const std::string& name : others) {
    EXPECT_EQ(content(folder / name), "not ours") << name;
  }
  EXPECT_EQ(folder.entries(), 4U + others.size());
  for (const int end : {ready[0], ready[1], go_on[0], go_on[1]}) {
    ::close(end);
  }
}

TEST(AtomicFile, IsMadeAgainWhenItIsTakenForStaleBeforeItIsLocked) {
  const TemporaryFolder folder;
  std::vector<std::string> taken;
  before_lock = [&](int descriptor) {
    before_lock = {};
    taken.push_back(std::filesystem::read_symlink("/proc/self/fd/" + std::to_string(descriptor)).string());
    std::filesystem::remove(taken.back());
  };
  AtomicFile file(folder / "a.txt");
  file.write("there");
  file.commit();
  EXPECT_EQ(taken.size(), 1U);
  EXPECT_EQ(content(folder / "a.txt"), "there");
  EXPECT_EQ(folder.entries(), 1U);
}

TEST(AtomicFile, LeavesTheOldFileWhenTheDiskFillsUp) {
  const TemporaryFolder folder;
  AtomicFile old(folder / "a.bin");
  old.write("old");
  old.commit();
  const std::string message = failure_in_child([&] {
    testing_support::limit_file_size(4096);
    AtomicFile file(folder / "a.bin");
    file.write(std::string(5000, 'x'));
    file.commit();
  });
  EXPECT_THAT(message, HasSubstr("File too large"));
  EXPECT_EQ(content(folder / "a.bin"), "old");
  EXPECT_EQ(folder.entries(), 1U);
}

}  // namespace
}  // namespace va_event::recording

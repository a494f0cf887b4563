// SPDX-License-Identifier: Apache-2.0
// The limits that Linux sets a process by control groups, as its pages cgroup-v1/memory and cgroup-v2 describe them.
#include "foundation/memory.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <limits>
#include <string>

namespace va_event::foundation {
namespace {

constexpr double kNoLimit = std::numeric_limits<double>::infinity();

/// A tree of files as the kernel shows it, in a temporary folder.
class ControlGroups : public ::testing::Test {
 protected:
  ControlGroups()
      : root_(std::filesystem::path(::testing::TempDir()) / ("control_groups_" + std::to_string(::getpid()))) {
    std::filesystem::remove_all(root_);
  }
  ~ControlGroups() override { std::filesystem::remove_all(root_); }

  void put(const std::string& file, const std::string& text) const {
    std::filesystem::create_directories((root_ / file).parent_path());
    std::ofstream(root_ / file) << text << '\n';
  }
  /// A group of version 2.
  void group(const std::string& folder, const std::string& max, const std::string& current) const {
    put("sys/fs/cgroup/" + folder + "/memory.max", max);
    put("sys/fs/cgroup/" + folder + "/memory.current", current);
  }
  /// A group of version 1.
  void old_group(const std::string& folder, const std::string& limit, const std::string& usage) const {
    put("sys/fs/cgroup/memory/" + folder + "/memory.limit_in_bytes", limit);
    put("sys/fs/cgroup/memory/" + folder + "/memory.usage_in_bytes", usage);
  }
  void is_in(const std::string& lines) const { put("proc/self/cgroup", lines); }
  [[nodiscard]] double left() const { return left_of_control_groups(root_); }

 private:
  std::filesystem::path root_;
};

TEST_F(ControlGroups, WithoutAnyThereIsNoLimit) {
  EXPECT_EQ(left(), kNoLimit);
  is_in("0::/user.slice/session-1.scope");
  EXPECT_EQ(left(), kNoLimit);
  is_in("nothing of the kind\n0:");
  EXPECT_EQ(left(), kNoLimit);
}

TEST_F(ControlGroups, TheOwnGroupLimits) {
  is_in("0::/user.slice/job.scope");
  group("user.slice/job.scope", "1000000", "300000");
  EXPECT_EQ(left(), 700000.0);
  group("other.slice", "10", "9");
  EXPECT_EQ(left(), 700000.0);
}

TEST_F(ControlGroups, TheNarrowestOfThoseAroundItLimits) {
  is_in("0::/a/b/c");
  group("a", "9000", "8500");
  group("a/b", "max", "8400");
  group("a/b/c", "5000", "1000");
  EXPECT_EQ(left(), 500.0);
  group("a/b", "8600", "8400");
  EXPECT_EQ(left(), 200.0);
  group("a/b/c", "5000", "5001");
  EXPECT_EQ(left(), 0.0) << "more is used than allowed, until the kernel reclaims it";
}

TEST_F(ControlGroups, MaxIsNoLimit) {
  is_in("0::/a");
  group("a", "max", "123456");
  EXPECT_EQ(left(), kNoLimit);
}

TEST_F(ControlGroups, FilesThatAreMissingSetNoLimit) {
  is_in("0::/a/b");
  put("sys/fs/cgroup/a/memory.max", "1000");
  EXPECT_EQ(left(), kNoLimit);
  put("sys/fs/cgroup/a/b/memory.current", "10");
  EXPECT_EQ(left(), kNoLimit);
}

TEST_F(ControlGroups, WhatTheKernelHasCachedIsAvailable) {
  is_in("0::/a");
  group("a", "1000", "900");
  put("sys/fs/cgroup/a/memory.stat", "anon 100\nactive_file 50\ninactive_file 750\nslab 3");
  EXPECT_EQ(left(), 850.0);
}

TEST_F(ControlGroups, AContainerSeesItsGroupAtTheTop) {
  group("", "4000", "1000");
  EXPECT_EQ(left(), 3000.0);
  is_in("0::/");
  EXPECT_EQ(left(), 3000.0);
  is_in("0::/../../neighbour");
  group("neighbour", "5", "0");  // not that one, which is beside the top
  EXPECT_EQ(left(), 3000.0);
}

TEST_F(ControlGroups, OfVersion1AreReadFromTheFolderOfTheirController) {
  is_in("12:cpu,cpuacct:/cpus\n4:memory:/batch/job:7\n1:name=systemd:/init\n0::/init");
  old_group("batch/job:7", "7000", "1000");
  EXPECT_EQ(left(), 6000.0);
  old_group("batch", "5500", "1500");
  EXPECT_EQ(left(), 4000.0);
  put("sys/fs/cgroup/memory/batch/memory.stat", "cache 9\ninactive_file 1\ntotal_inactive_file 70");
  EXPECT_EQ(left(), 4070.0);
  old_group("", "9223372036854771712", "100000");  // what version 1 says for "no limit"
  EXPECT_EQ(left(), 4070.0);
}

TEST_F(ControlGroups, OfAContainerOfVersion1AreAtTheTopWhateverItsPathOutside) {
  is_in("4:memory:/docker/0123abc");
  old_group("", "2500", "500");
  EXPECT_EQ(left(), 2000.0);
}

TEST(Megabytes, AreRoundedUp) {
  EXPECT_EQ(megabytes(0.0), "0 MB");
  EXPECT_EQ(megabytes(1.0), "1 MB");
  EXPECT_EQ(megabytes(2e6), "2 MB");
  EXPECT_EQ(megabytes(kNoLimit), "more than 1e15 MB");
}

}  // namespace
}  // namespace va_event::foundation

// SPDX-License-Identifier: Apache-2.0
#include "foundation/memory.hpp"

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <limits>
#include <string>

#include "va_event/error.hpp"

// Every limit that may end this process is asked: what the system has left, the process's own limit, and those of the
// control groups of containers and batch systems, of both versions. What cannot be read sets no limit.

namespace va_event {
namespace {

constexpr double kUnknown = std::numeric_limits<double>::infinity();

/// The first number of a file, or the first one behind a word; +inf if the file or the number is missing.
double number_in(const std::filesystem::path& path, const std::string& word = "") {
  std::ifstream file(path);
  std::string read;
  while (!word.empty() && file >> read && read != word) {
  }
  double number = 0.0;
  return file >> number ? number : kUnknown;
}

/// Memory that Linux estimates to be available without swapping [bytes].
double available_in_system() { return 1024.0 * number_in("/proc/meminfo", "MemAvailable:"); }

/// What a limit of the process's address space (ulimit -v) leaves [bytes]; +inf without one.
double left_of_address_space() {
  rlimit limit{};
  if (getrlimit(RLIMIT_AS, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY) {
    return kUnknown;
  }
  const double used = number_in("/proc/self/statm") * static_cast<double>(sysconf(_SC_PAGESIZE));
  return std::isfinite(used) ? std::max(0.0, static_cast<double>(limit.rlim_cur) - used) : kUnknown;
}

/// Names of the files that hold a control group's limit and use of memory, and of an entry of memory.stat.
struct GroupFiles {
  const char* limit;
  const char* used;
  const char* cached;  ///< file contents that go when memory is asked for
};
constexpr GroupFiles kVersion1{"memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file"};
constexpr GroupFiles kVersion2{"memory.max", "memory.current", "inactive_file"};

/// What the limit of one control group leaves, with file contents that the system can drop [bytes]; +inf without one.
double left_of_group(const std::filesystem::path& folder, const GroupFiles& files) {
  const double most = number_in(folder / files.limit);  // "max" is no number
  const double used = number_in(folder / files.used);
  const double cached = number_in(folder / "memory.stat", files.cached);
  return std::isfinite(most) && std::isfinite(used)
             ? std::max(0.0, most - used + (std::isfinite(cached) ? cached : 0.0))
             : kUnknown;
}

/// Of a group and of all that it is within. In a container the path may be that outside of it, while the group itself
/// is at the top: folders that are not there set no limit.
double left_along(std::filesystem::path folder, const std::filesystem::path& group, const GroupFiles& files) {
  double left = left_of_group(folder, files);
  for (const std::filesystem::path& part : group.relative_path()) {
    if (part == "..") {
      break;  // beside the top that this process can see
    }
    folder /= part;
    left = std::min(left, left_of_group(folder, files));
  }
  return left;
}

}  // namespace

double available_memory() {
  return std::min({available_in_system(), left_of_address_space(), foundation::left_of_control_groups()});
}

std::string megabytes(double bytes) {
  const double rounded_up = std::ceil(bytes / 1e6);
  return rounded_up < 1e15 ? std::to_string(static_cast<std::uint64_t>(rounded_up)) + " MB" : "more than 1e15 MB";
}

namespace foundation {

double left_of_control_groups(const std::filesystem::path& root) {
  const std::filesystem::path tops = root / "sys/fs/cgroup";
  double left = std::min(left_of_group(tops, kVersion2), left_of_group(tops / "memory", kVersion1));
  std::ifstream groups(root / "proc/self/cgroup");
  for (std::string line; std::getline(groups, line);) {  // "0::/group" and, of version 1, "4:memory:/group"
    const std::size_t first = line.find(':');
    const std::size_t second = line.find(':', first + 1);
    if (first == std::string::npos || second == std::string::npos) {
      continue;
    }
    const std::string controllers = line.substr(first + 1, second - first - 1);
    const std::string group = line.substr(second + 1);
    if (controllers.empty()) {
      left = std::min(left, left_along(tops, group, kVersion2));
    } else if ((',' + controllers + ',').find(",memory,") != std::string::npos) {
      left = std::min(left, left_along(tops / controllers, group, kVersion1));
    }
  }
  return left;
}

std::string lack_of_memory(double needed) {
  constexpr double kSmall = 64e6;  // not worth a look
  if (needed < kSmall) {
    return "";
  }
  const double available = available_memory();
  return needed <= available
             ? ""
             : "about " + megabytes(needed) + " of memory are needed and " + megabytes(available) + " are available";
}

void require_room_to_go_on(std::string_view what, std::uint64_t count, double coming) {
  constexpr double kReserve = 256e6;  // for what is done with them: files, say
  const double available = available_memory();
  if (available < kReserve + coming) {
    throw StateError(std::string(what), std::to_string(count), "",
                     "must be fewer, as only " + megabytes(available) +
                         " of memory are left: a shorter run, lower rates, or fewer recorded cells; what is recorded "
                         "so far is kept");
  }
}

}  // namespace foundation
}  // namespace va_event

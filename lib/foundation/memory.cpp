// SPDX-License-Identifier: Apache-2.0
#include "foundation/memory.hpp"

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <fstream>
#include <limits>
#include <string>

#include "va_event/error.hpp"

namespace va_event {
namespace {

constexpr double kUnknown = std::numeric_limits<double>::infinity();

/// The first number of a file, or behind a word at the beginning of a line.
double number_in(const char* path, const std::string& word = "") {
  std::ifstream file(path);
  std::string read;
  while (!word.empty() && file >> read && read != word) {
  }
  double number = 0.0;
  return file >> number ? number : kUnknown;
}

double available_in_system() { return 1024.0 * number_in("/proc/meminfo", "MemAvailable:"); }

double left_of_address_space() {
  rlimit limit{};
  if (getrlimit(RLIMIT_AS, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY) {
    return kUnknown;
  }
  const double used = number_in("/proc/self/statm") * static_cast<double>(sysconf(_SC_PAGESIZE));
  return std::isfinite(used) ? std::max(0.0, static_cast<double>(limit.rlim_cur) - used) : kUnknown;
}

double left_of_control_group() {
  const double most = number_in("/sys/fs/cgroup/memory.max");  // "max" is no number
  const double used = number_in("/sys/fs/cgroup/memory.current");
  const double cached = number_in("/sys/fs/cgroup/memory.stat", "inactive_file");  // goes when memory is asked for
  return std::isfinite(most) && std::isfinite(used)
             ? std::max(0.0, most - used + (std::isfinite(cached) ? cached : 0.0))
             : kUnknown;
}

}  // namespace

double available_memory() {
  return std::min({available_in_system(), left_of_address_space(), left_of_control_group()});
}

namespace foundation {
namespace {

std::string megabytes(double bytes) {
  const double rounded_up = std::ceil(bytes / 1e6);
  return rounded_up < 1e15 ? std::to_string(static_cast<std::uint64_t>(rounded_up)) + " MB" : "more than 1e15 MB";
}

}  // namespace

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

void require_room_to_go_on(std::string_view what, std::uint64_t count) {
  constexpr double kReserve = 256e6;  // for what is done with them: files, say
  const double available = available_memory();
  if (available < kReserve) {
    throw StateError(std::string(what), std::to_string(count), "",
                     "must be fewer, as only " + megabytes(available) +
                         " of memory are left: a shorter run, lower rates, or fewer recorded cells; what is recorded "
                         "so far is kept");
  }
}

}  // namespace foundation
}  // namespace va_event

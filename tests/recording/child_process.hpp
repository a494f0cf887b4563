// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <exception>
#include <fstream>
#include <stdexcept>
#include <string>

namespace va_event::testing_support {

/// What `action` threw in a process of its own, "" for nothing. So it can lose rights and be limited for good.
template <class Action>
std::string failure_in_child(Action action) {
  int ends[2];
  if (::pipe(ends) != 0) {
    throw std::runtime_error("no pipe");
  }
  const pid_t child = ::fork();
  if (child == 0) {
    std::string message;
    try {
      action();
    } catch (const std::exception& error) {
      message = error.what();
    }
    const ssize_t written = ::write(ends[1], message.data(), message.size());
    ::_exit(written == static_cast<ssize_t>(message.size()) ? 0 : 1);
  }
  ::close(ends[1]);
  std::string message;
  char buffer[256];
  for (ssize_t count = 0; (count = ::read(ends[0], buffer, sizeof buffer)) > 0;) {
    message.append(buffer, static_cast<std::size_t>(count));
  }
  ::close(ends[0]);
  int status = 0;
  ::waitpid(child, &status, 0);
  return status == 0 ? message : "the child died with status " + std::to_string(status);
}

/// From now on no file can grow beyond `bytes`: what a disk that fills up does, on any machine.
inline void limit_file_size(rlim_t bytes) {
  std::signal(SIGXFSZ, SIG_IGN);  // then write() fails with EFBIG
  const rlimit limit{bytes, bytes};
  ::setrlimit(RLIMIT_FSIZE, &limit);
}

/// From now on this process gets about so much more memory [bytes], and std::bad_alloc after that. May be called again.
inline void limit_memory(double more) {
  std::ifstream sizes("/proc/self/statm");
  double pages = 0.0;
  sizes >> pages;
  rlimit limit{};
  ::getrlimit(RLIMIT_AS, &limit);
  limit.rlim_cur = static_cast<rlim_t>(pages * static_cast<double>(::sysconf(_SC_PAGESIZE)) + more);
  ::setrlimit(RLIMIT_AS, &limit);
}

/// From now on the process is killed when it has used so many seconds of processors.
inline void limit_processor_time(rlim_t seconds) {
  const rlimit limit{seconds, seconds};
  ::setrlimit(RLIMIT_CPU, &limit);
}

/// Makes a folder that this process cannot write to. The superuser, who can write anywhere, becomes nobody first.
inline void lose_access(const std::string& folder) {
  ::chmod(folder.c_str(), 0555);
  if (::geteuid() == 0) {
    constexpr uid_t kNobody = 65534;
    if (::setuid(kNobody) != 0) {
      throw std::runtime_error("still the superuser");
    }
  }
}

}  // namespace va_event::testing_support

// SPDX-License-Identifier: Apache-2.0
#include "va_crossval/simulators/process.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>

#include "va_event/error.hpp"

namespace va_event::crossval {
namespace {

constexpr int kPollMs = 200;
constexpr int kNotFound = 127;  // as shells say it
constexpr int kBySignal = 128;

/// In the child: becomes the program. Only calls that are safe between fork and exec.
[[noreturn]] void become(char* const* arguments, int output, int errors) {
  dup2(output, STDOUT_FILENO);
  dup2(errors, STDERR_FILENO);
  execvp(arguments[0], arguments);
  _exit(kNotFound);
}

/// A started program; ends it, if it still runs, when going away.
class Child {
 public:
  Child(const std::vector<std::string>& arguments, const std::string& error_file) {
    std::vector<std::string> words(arguments);
    std::vector<char*> pointers;
    for (std::string& word : words) {
      pointers.push_back(word.data());
    }
    pointers.push_back(nullptr);
    std::array<int, 2> pipe_ends{};
    const char* const errors = error_file.empty() ? "/dev/null" : error_file.c_str();
    const int error_fd = open(errors, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0666);
    if (error_fd < 0) {
      throw FileError(error_file, std::strerror(errno));
    }
    if (pipe2(pipe_ends.data(), O_CLOEXEC) != 0 || (pid_ = fork()) < 0) {
      close(error_fd);
      throw Error(std::string("no process can be started: ") + std::strerror(errno));
    }
    if (pid_ == 0) {
      become(pointers.data(), pipe_ends[1], error_fd);
    }
    close(pipe_ends[1]);
    close(error_fd);
    output_ = pipe_ends[0];
  }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;
  Child(Child&&) = delete;
  Child& operator=(Child&&) = delete;
  ~Child() {
    close(output_);
    if (pid_ > 0) {
      kill(pid_, SIGTERM);
      wait();
    }
  }

  /// More of its standard output, perhaps none yet. @return false at its end
  bool read_more(std::string& text) const {
    pollfd waiting{.fd = output_, .events = POLLIN, .revents = 0};
    if (poll(&waiting, 1, kPollMs) <= 0) {
      return true;  // nothing yet, or a signal came
    }
    std::array<char, 4096> buffer{};
    const ssize_t count = read(output_, buffer.data(), buffer.size());
    if (count > 0) {
      text.append(buffer.data(), static_cast<std::size_t>(count));
    }
    return count > 0 || (count < 0 && errno == EINTR);
  }
  int wait() {
    int status = 0;
    while (waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
    }
    pid_ = -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : kBySignal + WTERMSIG(status);
  }

 private:
  pid_t pid_ = -1;
  int output_ = -1;
};

}  // namespace

int run_process(const std::vector<std::string>& arguments, const std::string& error_file,
                const std::function<void(const std::string& line)>& on_line, const std::function<void()>& check) {
  Child child(arguments, error_file);
  std::string text;
  bool open = true;
  while (open) {
    check();
    open = child.read_more(text);
    for (std::size_t end = text.find('\n'); end != std::string::npos; end = text.find('\n')) {
      on_line(text.substr(0, end));
      text.erase(0, end + 1);
    }
  }
  if (!text.empty()) {
    on_line(text);
  }
  return child.wait();
}

}  // namespace va_event::crossval

// SPDX-License-Identifier: Apache-2.0
#include "gnuplot.hpp"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <string_view>

#include "va_event/error.hpp"
#include "va_event/files.hpp"

extern char** environ;  // NOLINT(readability-redundant-declaration): POSIX leaves the declaration to programs

namespace va_event::cli {
namespace {

/// A pipe whose ends do not reach other programs, closed with its owner.
class Pipe {
 public:
  Pipe() {
    if (::pipe2(ends_.data(), O_CLOEXEC) != 0) {
      ends_ = {-1, -1};
    }
  }
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;
  ~Pipe() {
    close_end(ends_[0]);
    close_end(ends_[1]);
  }
  [[nodiscard]] int read_end() const noexcept { return ends_[0]; }
  [[nodiscard]] int write_end() const noexcept { return ends_[1]; }
  void close_read() { close_end(ends_[0]); }
  void close_write() { close_end(ends_[1]); }

 private:
  static void close_end(int& end) {
    if (end >= 0) {
      (void)::close(end);
      end = -1;
    }
  }

  std::array<int, 2> ends_{-1, -1};
};

/// Starts gnuplot without a shell and without the settings of the user. @return -1 when it cannot be started
pid_t start_gnuplot(int input, int output, bool silent) {
  posix_spawn_file_actions_t files;
  posix_spawnattr_t attributes;
  sigset_t usual;
  sigemptyset(&usual);
  sigaddset(&usual, SIGPIPE);  // ignored here, and so in programs started from here
  posix_spawn_file_actions_init(&files);
  posix_spawnattr_init(&attributes);
  posix_spawnattr_setsigdefault(&attributes, &usual);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF);
  posix_spawn_file_actions_adddup2(&files, input, STDIN_FILENO);
  posix_spawn_file_actions_adddup2(&files, output, STDOUT_FILENO);
  if (silent) {
    posix_spawn_file_actions_addopen(&files, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
  }
  std::string program = "gnuplot";
  std::string option = "-d";  // --default-settings
  const std::array<char*, 3> arguments{program.data(), option.data(), nullptr};
  pid_t child = -1;
  const int failure = ::posix_spawnp(&child, program.c_str(), &files, &attributes, arguments.data(), environ);
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&files);
  return failure == 0 ? child : -1;
}

/// Gives `script` to a program and takes what it prints, side by side, since both pipes hold only some bytes.
/// @return false when it did not take the whole script
bool exchange(Pipe& input, Pipe& output, std::string_view script, std::string& printed) {
  std::array<char, 65536> buffer{};
  for (bool open = true; open;) {
    if (script.empty()) {
      input.close_write();  // the end of the script; poll() leaves out descriptors < 0
    }
    std::array<pollfd, 2> waiting{pollfd{.fd = output.read_end(), .events = POLLIN, .revents = 0},
                                  pollfd{.fd = input.write_end(), .events = POLLOUT, .revents = 0}};
    if (::poll(waiting.data(), waiting.size(), -1) < 0) {
      if (errno == EINTR) {
        continue;
      }
      return false;
    }
    if (waiting[1].revents != 0) {
      const ssize_t count = ::write(input.write_end(), script.data(), script.size());
      if (count > 0) {
        script.remove_prefix(static_cast<std::size_t>(count));
      } else if (count < 0 && errno != EINTR && errno != EAGAIN) {
        input.close_write();  // it has ended; what it printed before is still to be read
      }
    }
    if (waiting[0].revents != 0) {
      const ssize_t count = ::read(output.read_end(), buffer.data(), buffer.size());
      if (count > 0) {
        printed.append(buffer.data(), static_cast<std::size_t>(count));
      } else if (count == 0 || errno != EINTR) {
        open = false;
      }
    }
  }
  return script.empty();
}

/// Runs gnuplot on a script; `printed` gets its standard output. Its messages go to standard error, or nowhere.
/// @return whether it took the whole script and ended without an error
bool run_gnuplot(const std::string& script, bool silent, std::string& printed) {
  Pipe input;
  Pipe output;
  if (input.write_end() < 0 || output.write_end() < 0 ||
      ::fcntl(input.write_end(), F_SETFL, O_NONBLOCK) != 0) {  // a long script must not block the reading
    return false;
  }
  const pid_t child = start_gnuplot(input.read_end(), output.write_end(), silent);
  if (child < 0) {
    return false;
  }
  input.close_read();
  output.close_write();
  const bool taken = exchange(input, output, script, printed);
  input.close_write();
  output.close_read();
  int status = 0;
  while (::waitpid(child, &status, 0) < 0) {
    if (errno != EINTR) {
      return false;
    }
  }
  return taken && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

bool ends_with(std::string_view text, std::string_view end) {
  return text.size() >= end.size() && text.substr(text.size() - end.size()) == end;
}

}  // namespace

bool gnuplot_draws(const std::string& terminal) {
  std::string printed;
  return run_gnuplot("set terminal " + terminal + "\n", true, printed);
}

bool is_complete_figure(std::string_view bytes) {
  using namespace std::string_view_literals;
  if (bytes.substr(0, 8) == "\x89PNG\r\n\x1a\n"sv) {
    return ends_with(bytes, "\0\0\0\0IEND\xae\x42\x60\x82"sv);  // the last chunk: length, name, checksum
  }
  const std::size_t last = bytes.find_last_not_of(" \t\r\n"sv);
  const std::string_view text = bytes.substr(0, last == std::string_view::npos ? 0 : last + 1);
  if (text.substr(0, 5) == "%PDF-"sv) {
    return ends_with(text, "%%EOF"sv);
  }
  return text.find("<svg"sv) != std::string_view::npos && ends_with(text, "</svg>"sv);
}

void draw_with_gnuplot(const std::string& file, const std::string& terminal, const std::string& script) {
  std::string figure;
  if (!run_gnuplot("set terminal " + terminal + '\n' + script + "\nunset output\n", false, figure)) {
    throw FileError(file, "gnuplot could not draw it");
  }
  if (!is_complete_figure(figure)) {
    throw FileError(file, "gnuplot drew only a part of it");
  }
  write_text(file, figure);
}

std::string gnuplot_quoted(const std::string& text) {
  std::string result = "'";
  for (const char c : text) {
    const bool control = static_cast<unsigned char>(c) < 0x20U || c == '\x7f';
    result += c == '\'' ? std::string("''") : std::string(1, control ? ' ' : c);
  }
  return result + "'";
}

}  // namespace va_event::cli

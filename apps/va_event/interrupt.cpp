// SPDX-License-Identifier: Apache-2.0
#include "interrupt.hpp"

#include <atomic>
#include <csignal>

namespace va_event::cli {
namespace {

std::atomic<int> signal_that_came{0};  // a signal handler can reach nothing else
std::atomic<bool> simulating{false};
static_assert(std::atomic<int>::is_always_lock_free, "a signal handler may not lock");

extern "C" void note_signal(int signal) {
  if (signal_that_came.exchange(signal) != 0 || !simulating) {
    std::signal(signal, SIG_DFL);
    std::raise(signal);
  }
}

}  // namespace

Interrupt::Interrupt() {
  signal_that_came = 0;
  simulating = false;
  std::signal(SIGINT, note_signal);
  std::signal(SIGTERM, note_signal);
  std::signal(SIGPIPE, SIG_IGN);
}

Interrupt::~Interrupt() {
  std::signal(SIGINT, SIG_DFL);
  std::signal(SIGTERM, SIG_DFL);
  std::signal(SIGPIPE, SIG_DFL);
}

void Interrupt::simulation_begins() noexcept { simulating = true; }

int Interrupt::signal() const noexcept { return signal_that_came; }

}  // namespace va_event::cli

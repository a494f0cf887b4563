// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstddef>
#include <exception>
#include <limits>
#include <mutex>
#include <system_error>
#include <thread>
#include <vector>

namespace va_event::network {

/// Calls work(0) ... work(parts - 1), each once, on so many threads, this one among them. The parts begin in ascending
/// order. Where parts throw, none begins any more, and the exception of the first of them is thrown: with the same
/// parts it is the same one for any number of threads.
template <class Work>
void for_each_part(unsigned threads, std::size_t parts, const Work& work) {
  std::atomic<std::size_t> next{0};
  std::mutex mutex;
  std::exception_ptr failure;
  std::size_t failed = std::numeric_limits<std::size_t>::max();
  const auto run = [&] {
    for (std::size_t part = next++; part < parts; part = next++) {
      try {
        work(part);
      } catch (...) {
        next = parts;
        const std::lock_guard lock(mutex);
        if (part < failed) {
          failed = part;
          failure = std::current_exception();
        }
      }
    }
  };
  std::vector<std::thread> others;
  for (std::size_t k = 1; k < threads && k < parts; ++k) {
    try {
      others.emplace_back(run);
    } catch (const std::system_error&) {  // the system has no more threads: those there are do the work
      break;
    }
  }
  run();
  for (std::thread& other : others) {
    other.join();
  }
  if (failure) {
    std::rethrow_exception(failure);
  }
}

}  // namespace va_event::network

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>

namespace va_event::engine {

/// Threads wait here for each other. A window of a small network takes microseconds, much less than waking a sleeping
/// thread: so they spin, and only after a while, where others want the processor, they sleep.
class SpinBarrier {
 public:
  explicit SpinBarrier(unsigned threads) : threads_(threads) {}

  /// What the threads wrote before they called this is seen by all after it.
  void wait() {
    const unsigned round = round_.load(std::memory_order_acquire);
    if (arrived_.fetch_add(1, std::memory_order_acq_rel) + 1 == threads_) {
      arrived_.store(0, std::memory_order_relaxed);
      round_.store(round + 1, std::memory_order_release);
      round_.notify_all();
      return;
    }
    for (int spins = 0; spins < kSpins; ++spins) {
      if (round_.load(std::memory_order_acquire) != round) {
        return;
      }
      pause();
    }
    round_.wait(round, std::memory_order_acquire);
  }

 private:
  /// Some tens of microseconds: sleeping threads take as long to come back.
  static constexpr int kSpins = 2048;

  /// Leaves the core to its other thread for a moment.
  static void pause() {
#if defined(__x86_64__) || defined(__i386__)
    __builtin_ia32_pause();
#endif
  }

  const unsigned threads_;
  alignas(64) std::atomic<unsigned> arrived_{0};
  alignas(64) std::atomic<unsigned> round_{0};
};

}  // namespace va_event::engine

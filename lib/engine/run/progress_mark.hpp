// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <thread>

namespace va_event::engine {

/// Number of the last exchange window that a thread has finished; other threads wait for it. A window of a small
/// network takes microseconds, much less than waking a sleeping thread. So a waiting thread first spins, then yields
/// the processor, then sleeps.
class ProgressMark {
 public:
  /// What this thread wrote before is visible to every thread that has waited for `round`.
  void reach(unsigned round) {
    // Sequentially consistent: the new round must be visible before the list of sleeping threads is read.
    round_.store(round, std::memory_order_seq_cst);
    round_.notify_all();
  }

  /// @pre the thread cannot reach the round after it before this returns
  void wait_for(unsigned round) const {
    unsigned present = round_.load(std::memory_order_acquire);
    for (int times = 0; present != round && times < kSpins + kYields; ++times) {
      if (times < kSpins) {
        pause();
      } else {
        std::this_thread::yield();
      }
      present = round_.load(std::memory_order_acquire);
    }
    while (present != round) {
      round_.wait(present, std::memory_order_acquire);
      present = round_.load(std::memory_order_acquire);
    }
  }

 private:
  static constexpr int kSpins = 256;   ///< some microseconds, the usual lag between threads
  static constexpr int kYields = 128;  ///< some tens of microseconds: as long as waking a sleeping thread takes

  /// Leaves the core to its other hardware thread for some cycles.
  static void pause() {
#if defined(__x86_64__) || defined(__i386__)
    __builtin_ia32_pause();
#endif
  }

  std::atomic<unsigned> round_{0};
};

}  // namespace va_event::engine

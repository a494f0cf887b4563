// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <thread>

namespace va_event::engine {

/// How far one thread has come, for others that wait until it has. A window of a small network takes microseconds, much
/// less than waking a sleeping thread: so they spin, after a while they let others have the processor that want it, and
/// only then they sleep.
class Milestone {
 public:
  /// What this thread wrote before is seen by those who have waited for `round`.
  void reach(unsigned round) {
    // Sequentially consistent: whether somebody sleeps must not be asked before the new round can be seen.
    round_.store(round, std::memory_order_seq_cst);
    round_.notify_all();
  }

  /// @pre the thread cannot reach the round after it before this returns
  void await(unsigned round) const {
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
  static constexpr int kSpins = 256;   ///< some microseconds, what others are usually behind
  static constexpr int kYields = 128;  ///< some tens: sleeping threads take as long to come back

  /// Leaves the core to its other thread for a moment.
  static void pause() {
#if defined(__x86_64__) || defined(__i386__)
    __builtin_ia32_pause();
#endif
  }

  std::atomic<unsigned> round_{0};
};

}  // namespace va_event::engine

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>

namespace va_event::engine {

/// How far one thread has come, for others that wait until it has. A window of a small network takes microseconds, much
/// less than waking a sleeping thread: so they spin, and only after a while, where others want the processor, they
/// sleep.
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
    for (int spins = 0; present != round && spins < kSpins; ++spins) {
      pause();
      present = round_.load(std::memory_order_acquire);
    }
    while (present != round) {
      round_.wait(present, std::memory_order_acquire);
      present = round_.load(std::memory_order_acquire);
    }
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

  std::atomic<unsigned> round_{0};
};

}  // namespace va_event::engine

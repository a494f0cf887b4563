// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace va_event::cli {

/// While it lives and a simulation has begun, the first Ctrl-C (SIGINT) or SIGTERM is only noted, so that the run can
/// end at a clean point and be written; the second one kills the program at once, as does the first one before, when
/// there is nothing to write yet. A closed pipe behind stdout does not kill it either.
class Interrupt {
 public:
  Interrupt();
  Interrupt(const Interrupt&) = delete;
  Interrupt& operator=(const Interrupt&) = delete;
  ~Interrupt();

  /// From now on there is something to write.
  static void simulation_begins() noexcept;

  /// The signal that came; 0: none.
  [[nodiscard]] int signal() const noexcept;
  /// What a shell expects of a program that a signal ended: 130 or 143; 0 when none came.
  [[nodiscard]] int exit_code() const noexcept { return signal() == 0 ? 0 : 128 + signal(); }
};

}  // namespace va_event::cli

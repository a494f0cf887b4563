// SPDX-License-Identifier: Apache-2.0
#include <cstdlib>

#include "va_event/processes.hpp"

// The processes of a simulation in one process: no exchange, no threads, no MPI.

namespace va_event {

namespace {

/// One process alone: it gets what it gave.
class SingleProcess final : public Processes {
 public:
  [[nodiscard]] unsigned rank() const noexcept override { return 0; }
  [[nodiscard]] unsigned count() const noexcept override { return 1; }
  [[nodiscard]] unsigned on_this_machine() const noexcept override { return 1; }
  void start_all_gather(std::string_view mine) override { mine_ = mine; }
  void finish_all_gather(std::vector<Bytes>& all) override { all.assign(1, Bytes(mine_)); }
  void gather(std::string_view mine, std::vector<Bytes>& all) override { all_gather(mine, all); }
  [[noreturn]] void abort(int exit_code) noexcept override { std::_Exit(exit_code); }

 private:
  std::string_view mine_;
};

}  // namespace

std::shared_ptr<Processes> single_process() { return std::make_shared<SingleProcess>(); }

}  // namespace va_event

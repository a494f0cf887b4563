// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace va_event {

/// Communication between the processes of one simulation. Programs may derive from Processes; the library has MPI and
/// the process alone.

/// The processes that simulate one network together, on one machine or many. All run the same program and make the same
/// calls in the same order; each holds its share of the cells of every population and the synapses onto them, and the
/// results are bit for bit those of one process.
///
/// One call of gather() or all_gather() at a time, by one thread of each process; none between start_all_gather() and
/// finish_all_gather().
class Processes {
 public:
  using Bytes = std::string;

  Processes() = default;
  Processes(const Processes&) = delete;
  Processes& operator=(const Processes&) = delete;
  virtual ~Processes() = default;

  /// The number of this process, 0 ... count()-1.
  [[nodiscard]] virtual unsigned rank() const noexcept = 0;
  [[nodiscard]] virtual unsigned count() const noexcept = 0;
  /// How many of them share this machine's processors, at least 1.
  [[nodiscard]] virtual unsigned on_this_machine() const noexcept = 0;

  /// All give `mine`, all get what each gave, by rank: `all` gets count() elements, of any lengths.
  void all_gather(std::string_view mine, std::vector<Bytes>& all) {
    start_all_gather(mine);
    finish_all_gather(all);
  }
  /// The same in two steps, for work in between. @param mine has to stay as it is until the second one
  virtual void start_all_gather(std::string_view mine) = 0;
  virtual void finish_all_gather(std::vector<Bytes>& all) = 0;
  /// All give `mine`, process 0 gets what each gave, by rank; the others get nothing.
  virtual void gather(std::string_view mine, std::vector<Bytes>& all) = 0;

  /// Ends all of them at once, without waiting for any. @param exit_code of the whole job
  [[noreturn]] virtual void abort(int exit_code) noexcept = 0;
};

/// Does `work` in each process; when it fails in one of them, it fails in all. All must call this.
/// @throws what `work` throws; ProcessError in the others
void together(Processes& processes, const std::function<void()>& work);

/// This process alone.
[[nodiscard]] std::shared_ptr<Processes> single_process();

/// All processes that `mpirun` started (MPI_COMM_WORLD). Starts MPI if the program has not, and then ends it when the
/// program ends. @throws StateError when the library was built without MPI (VA_EVENT_MPI)
[[nodiscard]] std::shared_ptr<Processes> mpi_processes();

/// mpi_processes() if a launcher of MPI programs started this one (and the library knows MPI), single_process() if not.
[[nodiscard]] std::shared_ptr<Processes> launched_processes();

}  // namespace va_event

// SPDX-License-Identifier: Apache-2.0
#include <mpi.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <limits>
#include <numeric>
#include <string>
#include <vector>

#include "processes/mpi_support.hpp"
#include "va_event/error.hpp"
#include "va_event/processes.hpp"

// The only file that uses MPI. Bytes are all that is exchanged: what they mean is the engine's matter.

namespace va_event {

namespace processes {
const bool kMpi = true;
}  // namespace processes

namespace {

/// @throws Error with MPI's text unless `status` is success. @param call name of the function, for the message
void check(int status, const char* call) {
  if (status != MPI_SUCCESS) {
    char text[MPI_MAX_ERROR_STRING];  // NOLINT(modernize-avoid-c-arrays): the type that MPI takes
    int length = 0;
    MPI_Error_string(status, text, &length);
    throw Error(std::string(call) + ": " + std::string(text, static_cast<std::size_t>(length)));
  }
}

/// Starts MPI unless the program has done so, and then ends it with the program. MPI is called by one thread at a time.
class Session {
 public:
  Session() {
    int running = 0;
    MPI_Initialized(&running);
    if (running == 0) {
      int provided = 0;
      check(MPI_Init_thread(nullptr, nullptr, MPI_THREAD_FUNNELED, &provided), "MPI_Init_thread");
      mine_ = true;
    }
  }
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;
  ~Session() {
    int over = 0;
    MPI_Finalized(&over);
    if (mine_ && over == 0) {
      MPI_Finalize();
    }
  }

 private:
  bool mine_ = false;
};

/// The processes of MPI_COMM_WORLD, on a communicator of their own, so that messages of the program do not meet the
/// library's. Failures come back as status, and become exceptions.
///
/// A window message is mostly a few spikes, and an exchange takes the time of its messages' way, not of their bytes. So
/// all_gather() sends blocks of a fixed size, and needs a second exchange only where a message is larger than expected.
class MpiProcesses final : public Processes {
 public:
  MpiProcesses() {
    check(MPI_Comm_dup(MPI_COMM_WORLD, &all_), "MPI_Comm_dup");
    MPI_Comm_set_errhandler(all_, MPI_ERRORS_RETURN);
    int number = 0;
    check(MPI_Comm_rank(all_, &number), "MPI_Comm_rank");
    rank_ = static_cast<unsigned>(number);
    check(MPI_Comm_size(all_, &number), "MPI_Comm_size");
    count_ = static_cast<unsigned>(number);
    MPI_Comm machine = MPI_COMM_NULL;
    check(MPI_Comm_split_type(all_, MPI_COMM_TYPE_SHARED, 0, MPI_INFO_NULL, &machine), "MPI_Comm_split_type");
    check(MPI_Comm_size(machine, &number), "MPI_Comm_size");
    on_this_machine_ = static_cast<unsigned>(number);
    MPI_Comm_free(&machine);
  }

  [[nodiscard]] unsigned rank() const noexcept override { return rank_; }
  [[nodiscard]] unsigned count() const noexcept override { return count_; }
  [[nodiscard]] unsigned on_this_machine() const noexcept override { return on_this_machine_; }

  /// Starts an exchange of blocks of block_ bytes: the size of the message, and as much of it as fits. The block
  /// follows the sizes of earlier messages, so that one exchange is enough in most cases: sizes would otherwise have to
  /// be exchanged first. What does not fit follows in a second exchange.
  void start_all_gather(std::string_view mine) override {
    mine_ = mine;
    const auto size = static_cast<std::uint64_t>(mine.size());
    const std::size_t first = std::min(mine.size(), block_ - sizeof size);
    sent_.resize(block_);
    received_.resize(block_ * count_);
    std::memcpy(sent_.data(), &size, sizeof size);
    std::copy_n(mine.begin(), first, sent_.begin() + sizeof size);
    check(MPI_Iallgather(sent_.data(), static_cast<int>(block_), MPI_BYTE, received_.data(), static_cast<int>(block_),
                         MPI_BYTE, all_, &request_),
          "MPI_Iallgather");
  }

  /// All processes find the same sizes, so that all make the second exchange or none, and choose the same next block:
  /// twice the largest message, at least half of the present block.
  void finish_all_gather(std::vector<Bytes>& all) override {
    check(MPI_Wait(&request_, MPI_STATUS_IGNORE), "MPI_Wait");
    std::vector<std::uint64_t> sizes(count_);
    std::uint64_t largest = 0;
    all.resize(count_);
    for (std::size_t k = 0; k < count_; ++k) {
      const char* const block = received_.data() + k * block_;
      std::memcpy(&sizes[k], block, sizeof(std::uint64_t));
      largest = std::max(largest, sizes[k]);
      const std::size_t here = std::min<std::size_t>(sizes[k], block_ - sizeof(std::uint64_t));
      all[k].resize(sizes[k]);
      std::copy_n(block + sizeof(std::uint64_t), here, all[k].begin());
    }
    if (largest + sizeof(std::uint64_t) > block_) {
      gather_rest(mine_, sizes, all);
    }
    block_ = std::clamp<std::size_t>(std::max<std::size_t>(2 * largest, block_ / 2), kSmallestBlock, kLargestBlock);
  }

  /// Messages of any size (checkpoints), in pieces of what MPI can count. Process 0 takes them one after the other,
  /// into memory of their own.
  void gather(std::string_view mine, std::vector<Bytes>& all) override {
    const auto size = static_cast<std::uint64_t>(mine.size());
    std::vector<std::uint64_t> sizes(count_);
    check(MPI_Gather(&size, 1, MPI_UINT64_T, sizes.data(), 1, MPI_UINT64_T, 0, all_), "MPI_Gather");
    all.clear();
    if (rank_ != 0) {
      for (std::size_t done = 0; done < mine.size(); done += kPiece) {
        check(MPI_Send(mine.data() + done, piece(mine.size(), done), MPI_BYTE, 0, 0, all_), "MPI_Send");
      }
      return;
    }
    all.resize(count_);
    all[0].assign(mine.begin(), mine.end());
    for (unsigned k = 1; k < count_; ++k) {
      all[k].resize(sizes[k]);
      for (std::size_t done = 0; done < sizes[k]; done += kPiece) {
        check(MPI_Recv(all[k].data() + done, piece(sizes[k], done), MPI_BYTE, static_cast<int>(k), 0, all_,
                       MPI_STATUS_IGNORE),
              "MPI_Recv");
      }
    }
  }

  [[noreturn]] void abort(int exit_code) noexcept override {
    MPI_Abort(all_, exit_code);
    std::abort();
  }

 private:
  static constexpr std::size_t kSmallestBlock = 256;                   ///< [bytes]
  static constexpr std::size_t kLargestBlock = std::size_t{1} << 16U;  ///< [bytes]
  static constexpr std::size_t kPiece = std::size_t{1} << 30U;         // MPI counts with int

  /// The length of the piece that begins after `done` of `size` bytes.
  static int piece(std::size_t size, std::size_t done) { return static_cast<int>(std::min(kPiece, size - done)); }

  /// The second exchange: what did not fit into the block of each process.
  void gather_rest(std::string_view mine, const std::vector<std::uint64_t>& sizes, std::vector<Bytes>& all) {
    const std::size_t room = block_ - sizeof(std::uint64_t);
    const std::uint64_t total = std::accumulate(sizes.begin(), sizes.end(), std::uint64_t{0});
    if (total > static_cast<std::uint64_t>(std::numeric_limits<int>::max())) {  // rank by rank, in pieces
      for (unsigned k = 0; k < count_; ++k) {
        if (k == rank_) {
          all[k].assign(mine.begin(), mine.end());
        }
        for (std::size_t done = 0; done < sizes[k]; done += kPiece) {
          check(MPI_Bcast(all[k].data() + done, piece(sizes[k], done), MPI_BYTE, static_cast<int>(k), all_),
                "MPI_Bcast");
        }
      }
      return;
    }
    std::vector<int> counts;
    std::vector<int> places;
    int end = 0;
    for (const std::uint64_t size : sizes) {
      counts.push_back(size > room ? static_cast<int>(size - room) : 0);
      places.push_back(end);
      end += counts.back();
    }
    Bytes rest(static_cast<std::size_t>(end), '\0');
    const std::size_t first = std::min(room, mine.size());
    check(MPI_Allgatherv(mine.data() + first, counts[rank_], MPI_BYTE, rest.data(), counts.data(), places.data(),
                         MPI_BYTE, all_),
          "MPI_Allgatherv");
    for (std::size_t k = 0; k < count_; ++k) {
      std::copy_n(rest.begin() + places[k], counts[k], all[k].end() - counts[k]);
    }
  }

  MPI_Comm all_ = MPI_COMM_NULL;
  unsigned rank_ = 0;
  unsigned count_ = 1;
  unsigned on_this_machine_ = 1;
  std::size_t block_ = kSmallestBlock;  ///< the same in all processes
  Bytes sent_, received_;
  std::string_view mine_;  ///< what is being exchanged
  MPI_Request request_ = MPI_REQUEST_NULL;
};

}  // namespace

std::shared_ptr<Processes> mpi_processes() {
  static const Session session;
  static const auto processes = std::make_shared<MpiProcesses>();
  return processes;
}

}  // namespace va_event

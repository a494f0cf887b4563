// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstdlib>
#include <exception>
#include <functional>
#include <memory>
#include <stdexcept>
#include <thread>
#include <vector>

#include "va_event/processes.hpp"

namespace va_event {

/// Stand-ins for processes: threads of this one that share nothing but what they say to each other.
class ThreadProcesses final : public Processes {
 public:
  enum class Machines { one, many };

  /// Runs `program` in `count` of them. @param machines what they say of where they are @throws what one of them threw
  static void run(unsigned count, const std::function<void(const std::shared_ptr<Processes>&)>& program,
                  Machines machines = Machines::one) {
    Table table;
    table.machines = machines;
    table.said.resize(count);
    std::vector<std::exception_ptr> failures(count);
    std::vector<std::thread> threads;
    for (unsigned rank = 0; rank < count; ++rank) {
      threads.emplace_back([&, rank] {
        try {
          program(std::make_shared<ThreadProcesses>(rank, table));
        } catch (...) {
          failures[rank] = std::current_exception();
          table.leave();
        }
      });
    }
    for (std::thread& thread : threads) {
      thread.join();
    }
    for (const std::exception_ptr& failure : failures) {
      if (failure) {
        std::rethrow_exception(failure);
      }
    }
  }

  /// Where they meet. They wait busily: windows are short, and sleeping takes longer.
  struct Table {
    std::vector<Bytes> said;
    Machines machines = Machines::one;
    std::atomic<std::size_t> arrived{0};
    std::atomic<std::size_t> round{0};
    std::atomic<bool> left{false};

    void wait() {
      const std::size_t mine = round;
      if (++arrived == said.size()) {
        arrived = 0;
        ++round;
        return;
      }
      while (round == mine) {
        if (left) {
          throw std::logic_error("another process has left");
        }
        std::this_thread::yield();
      }
    }
    void leave() { left = true; }
  };

  ThreadProcesses(unsigned rank, Table& table) : rank_(rank), table_(table) {}

  [[nodiscard]] unsigned rank() const noexcept override { return rank_; }
  [[nodiscard]] unsigned count() const noexcept override { return static_cast<unsigned>(table_.said.size()); }
  [[nodiscard]] unsigned on_this_machine() const noexcept override {
    return table_.machines == Machines::one ? count() : 1;
  }
  void start_all_gather(std::string_view mine) override { mine_ = mine; }
  void finish_all_gather(std::vector<Bytes>& all) override {
    table_.said[rank_].assign(mine_.begin(), mine_.end());
    table_.wait();
    all = table_.said;
    table_.wait();
  }
  void gather(std::string_view mine, std::vector<Bytes>& all) override {
    all_gather(mine, all);
    if (rank_ != 0) {
      all.clear();
    }
  }
  [[noreturn]] void abort(int exit_code) noexcept override { std::_Exit(exit_code); }

  /// How often all have met so far.
  [[nodiscard]] std::size_t rounds() const { return table_.round; }

 private:
  unsigned rank_;
  Table& table_;
  std::string_view mine_;
};

}  // namespace va_event

// SPDX-License-Identifier: Apache-2.0
#include "build_progress.hpp"

#include <algorithm>
#include <atomic>
#include <thread>
#include <utility>
#include <vector>

namespace va_event::cli {
namespace {

constexpr std::chrono::milliseconds kRedrawInterval{100};
constexpr const char* kClearLine = "\r\x1b[2K";  // ANSI: erase the whole line

}  // namespace

BuildDisplay::BuildDisplay(std::ostream& out, ProgressDisplay::Style style, std::chrono::milliseconds patience)
    : out_(out),
      redraws_(style == ProgressDisplay::Style::bar),
      start_(Clock::now()),
      last_drawn_(start_ + patience - kRedrawInterval) {}

void BuildDisplay::update(double done) {
  const auto now = Clock::now();
  if (!redraws_ || now - last_drawn_ < kRedrawInterval) {
    return;
  }
  last_drawn_ = now;
  drawn_ = true;
  const double elapsed_s = std::chrono::duration<double>(now - start_).count();
  out_ << kClearLine << progress_bar(std::clamp(done, 0.0, 1.0), "of the synapses", elapsed_s) << std::flush;
}

void BuildDisplay::erase() {
  if (std::exchange(drawn_, false)) {
    out_ << kClearLine << std::flush;
  }
}

/// How many connections were listed, by all threads.
class WatchedConnector::Count {
 public:
  Count(double expected, Progress progress)
      : expected_(std::max(expected, 1.0)), progress_(std::move(progress)), maker_(std::this_thread::get_id()) {}

  /// How often each connection is listed. Before any is.
  void set_passes(double passes) noexcept { passes_ = passes; }
  void add(std::uint64_t more) {
    const std::uint64_t sum = listed_.fetch_add(more, std::memory_order_relaxed) + more;
    if (std::this_thread::get_id() == maker_) {
      progress_(std::min(static_cast<double>(sum) / (passes_ * expected_), 1.0));
    }
  }

 private:
  double expected_;
  double passes_ = 1.0;
  Progress progress_;
  std::thread::id maker_;
  std::atomic<std::uint64_t> listed_{0};
};

/// Passes connections on, and counts them.
class WatchedConnector::Sink final : public ConnectionSink {
 public:
  Sink(ConnectionSink& sink, Count& count) : sink_(sink), count_(count) {}
  ~Sink() override { count_.add(pending_); }
  Sink(const Sink&) = delete;
  Sink& operator=(const Sink&) = delete;

  void add(const std::uint32_t* pre, std::size_t count, std::size_t post) override {
    sink_.add(pre, count, post);
    report(count);
  }
  void add(std::size_t pre, std::size_t post, std::optional<double> weight, std::optional<double> delay) override {
    sink_.add(pre, post, weight, delay);
    report(1);
  }

 private:
  void report(std::size_t more) {
    constexpr std::uint64_t kReportEvery = 1U << 16U;
    pending_ += more;
    if (pending_ >= kReportEvery) {
      count_.add(std::exchange(pending_, 0));
    }
  }

  ConnectionSink& sink_;
  Count& count_;
  std::uint64_t pending_ = 0;
};

class WatchedConnector::Rows final : public ConnectionRows {
 public:
  Rows(std::unique_ptr<ConnectionRows> rows, std::shared_ptr<Count> count)
      : rows_(std::move(rows)), count_(std::move(count)) {}

  [[nodiscard]] std::size_t size(std::size_t pre) const override { return rows_->size(pre); }
  void list(std::size_t pre, std::vector<std::uint32_t>& post) const override {
    rows_->list(pre, post);
    count_->add(post.size());
  }

 private:
  std::unique_ptr<ConnectionRows> rows_;
  std::shared_ptr<Count> count_;
};

WatchedConnector::WatchedConnector(const Connector& connector, double expected, Progress progress)
    : connector_(connector), count_(std::make_shared<Count>(expected, std::move(progress))) {}

WatchedConnector::~WatchedConnector() = default;

void WatchedConnector::connect(const ConnectionContext& context, ConnectionSink& sink) const {
  Sink counting(sink, *count_);
  connector_.connect(context, counting);
}

std::unique_ptr<ConnectionRows> WatchedConnector::rows(const ConnectionContext& context) const {
  std::unique_ptr<ConnectionRows> rows = connector_.rows(context);
  count_->set_passes(rows || !is_repeatable() ? 1.0 : 2.0);
  return rows ? std::make_unique<Rows>(std::move(rows), count_) : nullptr;
}

}  // namespace va_event::cli

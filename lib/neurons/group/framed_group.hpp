// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "events/candidates.hpp"
#include "events/instant.hpp"
#include "events/instant_bytes.hpp"
#include "foundation/bytes.hpp"
#include "neurons/group/neuron_group.hpp"
#include "neurons/group/windowed_group.hpp"
#include "neurons/state.hpp"

namespace va_event::neurons {

/// What inputs and frames do not touch of a neuron.
struct NeuronInFrames {
  CellId cell = 0;
  std::uint32_t set = 0;
  double refractory_y = 0.0;       ///< v - v_thresh while the neuron is refractory [mV]
  events::Instant<double> wake{};  ///< where its refractoriness ends
  bool refractory = false;
  bool at_threshold = false;  ///< set to it or above by the user: it spikes at once
};

/// Current-based neurons of one population that go from window to window through frames: time is cut into frames of one
/// length at fixed places. Here is where the present frame and the present time are, which neurons are refractory, and
/// whether all are at rest.
/// @tparam Rare  a NeuronInFrames
template <class Rare>
class FramedGroup : public ModelGroup<double, State<double>>, public WindowedGroup<double> {
 public:
  using Instant = events::Instant<double>;
  using Candidates = events::Candidates<double>;

  [[nodiscard]] Instant next_stop() const final { return events::later(frame_start_, frame_length_); }
  [[nodiscard]] std::optional<Instant> refractory_until(std::size_t index) const final {
    return rare_[index].refractory ? std::optional(rare_[index].wake) : std::nullopt;
  }
  /// Checked from the neuron on that was the last one not quiet: the usual cost is that of one neuron.
  [[nodiscard]] bool is_quiet() final {
    for (std::size_t checked = 0; checked < rare_.size(); ++checked) {
      not_quiet_ = not_quiet_ < rare_.size() ? not_quiet_ : 0;
      const Rare& rare = rare_[not_quiet_];
      if (rare.refractory ? rare.wake.epoch != kNeverWakes : rare.at_threshold || !stays_below(not_quiet_)) {
        return false;
      }
      ++not_quiet_;
    }
    return true;
  }
  [[nodiscard]] bool is_settled() const final { return settled_; }

 protected:
  /// Number of an epoch: neurons that have left the group are refractory for good.
  static constexpr std::int64_t kNeverWakes = std::int64_t{1} << 56U;
  static constexpr double kLargest = 1e100;  ///< of any number of a checkpoint

  /// @param length of a frame, a power of two [ms]
  void set_frame_length(double length) { frame_length_ = length; }

  /// Whether a neuron certainly stays below its threshold as long as no input comes. @pre it is not refractory
  [[nodiscard]] virtual bool stays_below(std::size_t i) const = 0;

  /// The start of the frame that contains `t`.
  [[nodiscard]] Instant frame_containing(const Instant& t) const {
    return {t.epoch, std::floor(t.offset / frame_length_) * frame_length_};
  }
  /// From the frame's start on [ms].
  [[nodiscard]] double since_start(const Instant& t) const {
    return static_cast<double>((t.epoch - frame_start_.epoch) * events::kEpoch) + (t.offset - frame_start_.offset);
  }
  [[nodiscard]] Instant at(double x) const {
    return events::normalised<double>(frame_start_.epoch, frame_start_.offset + x);
  }
  [[nodiscard]] double present() const { return since_start(time_); }

  void save_rare(const Rare& rare, foundation::ByteWriter& out) const {
    out.put<std::uint8_t>(rare.refractory ? 1 : 0);
    out.put<std::uint8_t>(rare.at_threshold ? 1 : 0);
    events::put_instant(out, rare.wake);
    out.put(rare.refractory_y);
  }
  void begin_load_of_frames(const Instant& now) {
    time_ = now;
    frame_start_ = frame_containing(now);
    settled_ = false;
  }
  void load_rare(Rare& rare, foundation::ByteReader& in, const Instant& now) const {
    rare.refractory = in.get<std::uint8_t>() != 0;
    rare.at_threshold = in.get<std::uint8_t>() != 0;
    rare.wake = events::get_instant<double>(in);
    rare.refractory_y = in.get<double>();
    in.require(std::fabs(rare.refractory_y) <= kLargest, "holds a number out of range");
    in.require(!rare.refractory || !(rare.wake < now), "holds a neuron of another time");
  }

  Instant frame_start_;
  Instant time_;          ///< every event before it is done
  bool settled_ = false;  ///< frames without inputs change no bit any more
  std::vector<Rare> rare_;

 private:
  double frame_length_ = 1.0;  ///< [ms]
  std::size_t not_quiet_ = 0;  ///< a neuron that was not when the group was asked last
};

}  // namespace va_event::neurons

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

#include "foundation/bytes.hpp"
#include "foundation/number_bytes.hpp"
#include "neurons/crossing.hpp"
#include "neurons/group/candidate_group.hpp"
#include "neurons/safe_interval.hpp"
#include "neurons/sinusoid/driven.hpp"
#include "neurons/sinusoid/sine_source.hpp"
#include "neurons/state.hpp"
#include "va_event/cell_types.hpp"

namespace va_event::neurons {

/// A neuron that gets, got or will get a sinusoid: its state at its last event, and what looks at it have found out
/// since. When it is looked at, and what is found out, follows from that state alone.
template <class Kernel, class Real>
struct DrivenNeuron {
  using Driven = DrivenKernel<Kernel, Real>;
  using Constants = typename Driven::Constants;
  using State = typename Kernel::State;

  CellId cell = 0;  ///< number in the network
  Constants constants;
  State record{};                   ///< as of the last event; y of a refractory one is kRefractory
  Real refractory_y = Real(0);      ///< y while the neuron is refractory
  Real safe = infinity();           ///< no spike before this time unless an event comes
  bool crosses = false;             ///< there is one at that time
  bool searched = false;            ///< pieces of the drive were looked at since the last event
  Approach approach;                ///< of the last look, its time in the present epoch
  std::vector<SineSource> sources;  ///< those of constants.sines, as users gave them

  static Real infinity() { return std::numeric_limits<Real>::infinity(); }
  [[nodiscard]] bool refractory() const { return record.y == Real(kRefractory); }

  /// Phases at the start of an epoch.
  void set_epoch(std::int64_t epoch) {
    for (std::size_t k = 0; k < sources.size(); ++k) {
      constants.sines.each[k].turns = turns_at_epoch<Real>(sources[k], epoch);
    }
  }

  /// The state at `t` without input since the last event; y of a refractory neuron is kRefractory.
  [[nodiscard]] State state_at(const Real& t) const {
    return refractory() ? Driven::refractory_at(constants, record, t) : Driven::state_at(constants, record, t);
  }
  /// A state as users see it: y is the potential also while the neuron is refractory.
  [[nodiscard]] State visible(const State& state) const {
    State seen = state;
    if (refractory()) {
      seen.y = refractory_y;
    }
    return seen;
  }

  /// How long the neuron is safe after its last event; nothing of earlier looks is kept. @pre it is not refractory
  SafeInterval<Real> predict() {
    const auto bound = Driven::safe_interval(constants, record);
    safe = record.t + bound.duration;
    crosses = false;
    approach = {};
    return bound;
  }

  /// A look from `safe` on, before which there is no crossing: bounds as long as they reach far, else the next piece of
  /// the drive, at whose end v says whether there was a crossing. It ends with a time until which the neuron is safe,
  /// at the latest after kMostLooks, or with a crossing.
  LookResult<Real> look() {
    if (crosses) {
      return {true, safe};
    }
    const Real begin = safe;
    const Real end(kEpoch);
    const Drive<Kernel, Real> drive(constants, record);
    const auto at = [&](const Real& time) { return Driven::state_at(constants, record, time); };
    Real t = begin;
    for (unsigned looks = 0; t < end && looks < kMostLooks; ++looks) {
      const State there = at(t);
      if (!(there.y < Real(0))) {
        return found_crossing(t, begin);
      }
      const Real bound = Driven::safe_interval(constants, there).duration;
      if (bound >= Real(kLookAgain)) {
        return found_none(t + bound);
      }
      if (bound >= kPeriods * constants.sines.shortest_period) {
        t += bound;
        continue;
      }
      searched = true;
      const DrivenPiece<Real> piece = drive.piece(t, end);
      const bool whole = piece.end < end;
      if (piece.positive) {
        const Real y = at(piece.end).y;
        if (whole || y >= Real(0)) {
          approach = {static_cast<double>(magnitude(y)), static_cast<double>(piece.end)};
        }
        if (y >= Real(0)) {
          const auto point = [&](const State& state) { return detail::point_of<Driven>(constants, state); };
          const auto point_at = [&](const Real& time) { return point(at(time)); };
          return found_crossing(
              detail::unique_crossing(Driven::scale(constants, there), point_at, point(there), t, piece.end), begin);
        }
      }
      t = whole ? Real(piece.end + drive.resolution()) : end;
      if (piece.positive || t >= begin + Real(kLookAgain)) {
        break;
      }
    }
    return found_none(t);
  }

  /// The record, y of a refractory neuron, and whether a search has settled the present interval, which is counted
  /// once.
  void save(foundation::ByteWriter& out) const {
    State saved = record;
    for (const Real* x : saved.numbers()) {
      foundation::put_number(out, *x);
    }
    foundation::put_number(out, refractory_y);
    out.put<std::uint8_t>(!refractory() && searched ? 1 : 0);
  }
  /// @param now  in the present epoch
  void load(foundation::ByteReader& in, const Real& now) {
    for (Real* x : record.numbers()) {
      *x = foundation::get_number<Real>(in);
    }
    refractory_y = foundation::get_number<Real>(in);
    in.require(Real(0) <= record.t && record.t <= now, "holds a neuron of another time");
    constexpr double kLargest = 1e100;  // far beyond what weights and potentials within their ranges add up to
    for (const Real* x : record.numbers()) {
      in.require(magnitude(*x) <= Real(kLargest) || (refractory() && x == &record.y), "holds a number out of range");
    }
    in.require(magnitude(refractory_y) <= Real(kLargest), "holds a number out of range");
    for (std::size_t x = 0; x < Kernel::kVariables.infos().size(); ++x) {
      in.require(Kernel::kVariables.infos()[x].bound != Bound::non_negative ||
                     Kernel::variable(constants.plain, record, x) >= Real(0),
                 "holds a variable below 0");
    }
    searched = in.get<std::uint8_t>() != 0;
  }

 private:
  /// How far a look has to move the bound [ms] so that the neuron is left alone until then. Where the bounds reach less
  /// far than that and than so many periods, the pieces of the drive are looked at.
  static constexpr double kLookAgain = 0.05;
  static constexpr int kPeriods = 2;
  /// In one call; the next one goes on from there. Fast sinusoids need very many, and runs must be able to end between.
  static constexpr unsigned kMostLooks = 256;

  /// The end of a look that found no crossing before `time`.
  LookResult<Real> found_none(const Real& time) {
    safe = time;
    return {};
  }
  /// The end of a look that found a crossing. When that is later than the look itself, it is kept, because an event may
  /// come before it; the next look, at that time, is the spike.
  LookResult<Real> found_crossing(const Real& time, const Real& now) {
    searched = true;
    safe = time;
    crosses = true;
    return time > now ? LookResult<Real>{} : LookResult<Real>{true, time};
  }
};

}  // namespace va_event::neurons

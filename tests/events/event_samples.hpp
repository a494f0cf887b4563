// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <random>
#include <tuple>

#include "events/delivery.hpp"

namespace va_event::events {

/// Random events of each type, from so few values that every kind of tie occurs; and what the order has to look at.
template <class Event>
struct EventSample;

inline std::int64_t pick(std::mt19937_64& generator, std::int64_t n) {
  return std::uniform_int_distribution<std::int64_t>(0, n - 1)(generator);
}

inline Instant<double> pick_instant(std::mt19937_64& generator) {
  return {pick(generator, 3), 0.1 * static_cast<double>(pick(generator, 4))};
}

template <>
struct EventSample<Delivery<double>> {
  static Delivery<double> draw(std::mt19937_64& generator) {
    return {pick_instant(generator), static_cast<std::uint32_t>(pick(generator, 3)),
            static_cast<std::uint32_t>(pick(generator, 3)), static_cast<std::uint64_t>(pick(generator, 3)),
            pick_instant(generator)};
  }
  static auto contents(const Delivery<double>& e) {
    return std::tuple(e.arrival.epoch, e.arrival.offset, e.source, e.route, e.position, e.emitted.epoch,
                      e.emitted.offset);
  }
};

template <>
struct EventSample<CellEvent<double>> {
  static CellEvent<double> draw(std::mt19937_64& generator) {
    return {pick_instant(generator), static_cast<std::uint32_t>(pick(generator, 4))};
  }
  static auto contents(const CellEvent<double>& e) { return std::tuple(e.time.epoch, e.time.offset, e.cell); }
};

template <>
struct EventSample<Candidate<double>> {
  static Candidate<double> draw(std::mt19937_64& generator) {
    return {0.1 * static_cast<double>(pick(generator, 12)), static_cast<std::uint32_t>(pick(generator, 4))};
  }
  static auto contents(const Candidate<double>& e) { return std::tuple(e.time, e.cell); }
};

}  // namespace va_event::events

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <ostream>
#include <string>
#include <vector>

#include "va_event/va_event.hpp"

namespace va_event::examples {

struct Network;

/// A number of the network that a program follows over time, beside rates and intervals: a mean weight.
struct Followed {
  std::string label;
  std::string unit;
  std::function<double()> value;  ///< as of now
};

/// What the network did in one part of the recorded time.
struct CoursePart {
  double from_ms = 0.0, to_ms = 0.0;
  std::vector<double> followed;                     ///< at to_ms
  std::vector<double> rates_hz{};                   ///< of each layer
  std::vector<std::optional<double>> cvs_of_isi{};  ///< of each layer; absent: there are not enough spikes
};

/// The course of the recorded time, part by part.
struct Course {
  std::vector<std::string> layers;
  std::vector<std::string> followed, units;
  std::vector<double> start;  ///< of what is followed
  std::vector<CoursePart> parts;
};

/// An empty course of a network that is about to be recorded.
[[nodiscard]] Course begin_course(const Network& network);
/// Adds a part that ends now; it must not be empty.
void add_part(Course& course, const Network& network, double from_ms, double to_ms);
/// Works out rates and intervals of all parts from what was recorded.
void finish_course(Course& course, const Network& network);

/// A table of at most 20 parts, the first and the last among them.
void print(std::ostream& out, const Course& course);
[[nodiscard]] nlohmann::ordered_json to_json(const Course& course);
/// The gnuplot script of a figure of rates, intervals and what is followed. There must be a part.
[[nodiscard]] std::string course_script(const Network& network, const Course& course);

}  // namespace va_event::examples

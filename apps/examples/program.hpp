// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "examples/course.hpp"
#include "option_values.hpp"
#include "va_event/va_event.hpp"

namespace va_event::examples {

/// The part of an example program that has nothing to do with its network: the command line, progress on the terminal,
/// Ctrl-C, the result and the figure.

/// Neurons that have a line in the result and a band in the raster.
struct Layer {
  Population neurons;
  bool inhibitory = false;
  std::optional<double> published_rate_hz{};  ///< mean rate of one neuron in the publication; absent: not published
  std::optional<double> aim_hz{};             ///< rate that plasticity aims at; absent: none
};

/// What an example builds.
struct Network {
  std::vector<Layer> layers;            ///< from the top of the figure to its bottom
  std::vector<Projection> projections;  ///< between the neurons; those from external sources are not counted
  std::vector<Followed> followed{};     ///< shown with rates part by part of the recorded time; empty: no parts
  double interval_ms = 0.0;             ///< length of a part, > 0 where something is followed
};

/// Tells how far the building is; `done` is from 0 to 1.
using BuildProgress = std::function<void(double done)>;
using Build = std::function<Network(Simulation&, const BuildProgress&)>;

/// The options that every example has.
struct RunOptions {
  double scale = 1.0;                   ///< of the network, (0, 1]
  double duration = 1000.0;             ///< simulated time that is recorded [ms], > 0
  double warm_up = 100.0;               ///< simulated time before, in which the start is forgotten [ms], >= 0
  std::uint64_t seed = 1;               ///< of every random number
  std::uint64_t threads = 0;            ///< 0: as many as pay
  std::optional<std::string> file{};    ///< gets the spikes; absent: none
  std::optional<std::string> figure{};  ///< of spikes and rates; absent: none
  bool json = false;
};

/// An option that only one example has.
struct OwnOption {
  std::string name;           ///< "--g"
  std::string placeholder;    ///< "G"
  std::string meaning;        ///< with the unit
  std::string default_value;  ///< as it is shown
  /// Reads the option if it was written. @throws UserError
  std::function<void(const cli::OptionTexts&)> read;
};

/// A number > 0 that is written into `value`, which holds the default.
[[nodiscard]] OwnOption number(const std::string& name, const std::string& placeholder, const std::string& meaning,
                               double& value);
/// One of the `words`; the default is what `value` holds.
[[nodiscard]] OwnOption choice(const std::string& name, const std::vector<std::string>& words,
                               const std::string& meaning, std::string& value);

struct Program {
  std::string name;           ///< "microcircuit"
  std::string description;    ///< what it simulates, with the source
  std::string scale_meaning;  ///< of --scale, which depends on the network
  RunOptions& options;        ///< the defaults; hold what was read when `build` is called
  std::vector<OwnOption> own_options;

  /// The whole of main(): reads the options, builds, simulates, and shows the result. @return the exit code
  int run(int argc, char** argv, const Build& build) const;
};

}  // namespace va_event::examples

// SPDX-License-Identifier: Apache-2.0
#include "examples/program.hpp"

#include <CLI/CLI.hpp>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <iostream>
#include <memory>
#include <new>
#include <sstream>

#include "build_progress.hpp"
#include "declaration.hpp"
#include "examples/raster.hpp"
#include "examples/result.hpp"
#include "figure.hpp"
#include "interrupt.hpp"
#include "output.hpp"
#include "progress.hpp"
#include "run.hpp"

namespace va_event::examples {
namespace {

using Clock = std::chrono::steady_clock;
using Style = cli::ProgressDisplay::Style;

double seconds_since(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }

void declare(CLI::App& app, cli::OptionTexts& texts, const Program& program) {
  RunOptions& o = program.options;
  app.description(program.description);
  app.footer(
      "Exit code: 0 done; 1 failed; 2 wrong use; 130, 143 stopped by Ctrl-C, SIGTERM, after showing what there is.");
  app.formatter(std::make_shared<cli::HelpFormatter>(program.name + " [OPTIONS]"));
  cli::Declaration declare(app, texts);
  declare.group("Network");
  declare.number("--scale", "S", program.scale_meaning, o.scale);
  for (const OwnOption& option : program.own_options) {
    declare.text(option.name, option.placeholder, option.meaning, option.default_value);
  }
  declare.group("Simulation");
  declare.number("--duration", "MS", "simulated time that is recorded [ms]", o.duration);
  declare.number("--warm-up", "MS", "simulated time before that, in which the start is forgotten [ms]", o.warm_up);
  declare.text("--seed", "N", "seed of every random number", std::to_string(o.seed));
  declare.text("--threads", "N", "threads that simulate; the spikes are bit for bit the same for any number",
               "all that pay");
  declare.group("Result");
  declare.text("--spikes", "FILE", "write the spikes to a .gdf, .csv, .npz or .h5 file", "off");
  declare.text("--plot-figure", "FILE", "draw spikes and rates by layer, as a .png, .svg or .pdf file", "off");
  declare.flag("--json", o.json, "print the result as one JSON object");
  declare.version_and_help(program.name);
}

void read_file(const cli::OptionTexts& texts, const std::string& option, std::optional<std::string>& file) {
  if (const auto found = texts.find(option); found != texts.end()) {
    file = found->second;
  }
}

void read(const cli::OptionTexts& texts, const Program& program) {
  RunOptions& o = program.options;
  cli::read_real(texts, "--scale", "", {.zero = false, .high = 1.0}, o.scale);
  for (const OwnOption& option : program.own_options) {
    option.read(texts);
  }
  cli::read_real(texts, "--duration", "ms", {.zero = false, .high = cli::kLongestMs}, o.duration);
  cli::read_real(texts, "--warm-up", "ms", {.zero = true, .high = cli::kLongestMs}, o.warm_up);
  cli::read_integer(texts, "--seed", 0, std::numeric_limits<std::uint64_t>::max(), o.seed);
  cli::read_integer(texts, "--threads", 1, cli::kMostThreads, o.threads);
  read_file(texts, "--spikes", o.file);
  read_file(texts, "--plot-figure", o.figure);
}

/// Whatever can be known before about the files is checked before the simulation.
void prepare_files(const RunOptions& o) {
  if (o.file) {
    const std::string ending = cli::lower_case(std::filesystem::path(*o.file).extension().string());
    const auto known = file_formats();
    if (std::find(known.begin(), known.end(), ending) == known.end()) {
      throw UnknownNameError("--spikes", o.file->empty() ? "''" : *o.file, "", "must end in .gdf, .csv, .npz or .h5");
    }
    cli::prepare_file("--spikes", *o.file);
  }
  if (o.figure) {
    cli::require_figure_ending("--plot-figure", *o.figure);
    cli::require_gnuplot(*o.figure);
    cli::prepare_file("--plot-figure", *o.figure);
  }
}

/// Builds with a bar on a terminal.
Network build_network(const Build& build, Simulation& sim, Style style) {
  std::cerr << "Building the network..." << std::endl;
  cli::BuildDisplay display(std::cerr, style);
  return build(sim, [&display](double done) { display.update(done); });
}

/// Simulates what is recorded part by part, until the progress callback ends it. @return the recorded time [ms]
double simulate_parts(Simulation& sim, const Network& network, const RunOptions& o, Course& course) {
  const Time stop = Time().plus(o.warm_up).plus(o.duration);
  bool goes_on = true;
  for (std::size_t part = 1; goes_on && sim.now() < stop; ++part) {
    const double from_ms = sim.now().ms();
    const Time end = Time().plus(o.warm_up).plus(static_cast<double>(part) * network.interval_ms);
    goes_on = sim.run_until(std::min(end, stop)) == RunEnd::completed;
    if (sim.now().ms() > from_ms) {
      add_part(course, network, from_ms, sim.now().ms());
    }
  }
  return goes_on ? o.duration : sim.now().ms() - o.warm_up;
}

/// Simulates the warm-up, and then what is recorded, until Ctrl-C comes. @return the recorded time [ms]
double simulate(Simulation& sim, const Network& network, const RunOptions& o, const cli::Interrupt& interrupt,
                Style style, Course& course) {
  cli::ProgressDisplay display(std::cerr, style);
  const double stop_ms = o.warm_up + o.duration;
  sim.on_progress([&](const Progress& progress) {
    display.update({progress.now_ms, stop_ms});
    return interrupt.signal() == 0;
  });
  double recorded_ms = 0.0;
  const RunEnd warm = sim.run(o.warm_up);
  for (const Layer& layer : network.layers) {
    layer.neurons.record("spikes");
  }
  course = begin_course(network);
  if (warm == RunEnd::completed && network.followed.empty()) {
    recorded_ms = sim.run(o.duration) == RunEnd::completed ? o.duration : sim.now().ms() - o.warm_up;
  } else if (warm == RunEnd::completed) {
    recorded_ms = simulate_parts(sim, network, o, course);
  }
  display.finish({sim.now().ms(), stop_ms});
  return recorded_ms;
}

void write_files(const Network& network, const RunOptions& o, Result& result) {
  if (o.file) {
    Assembly all = network.layers.front().neurons;
    for (std::size_t i = 1; i < network.layers.size(); ++i) {
      all = all + network.layers[i].neurons;
    }
    all.write(*o.file);
    result.files.push_back(*o.file);
  }
  if (o.figure && result.recorded_ms > 0.0) {
    cli::draw_figure(*o.figure,
                     network.followed.empty() ? raster_script(network, result) : course_script(network, result.course));
    result.files.push_back(*o.figure);
  }
}

int build_and_run(const Program& program, const Build& build) {
  const RunOptions& o = program.options;
  prepare_files(o);
  const cli::Interrupt interrupt;
  const Style style = cli::style_of_stderr();
  Simulation sim({.seed = o.seed, .threads = static_cast<unsigned>(o.threads)});
  const Clock::time_point start = Clock::now();
  const Network network = build_network(build, sim, style);
  const double build_s = seconds_since(start);

  cli::Interrupt::simulation_begins();
  const Clock::time_point begin = Clock::now();
  Course course;
  const double recorded_ms = simulate(sim, network, o, interrupt, style, course);
  Result result = make_result(network, sim, o, recorded_ms);
  finish_course(course, network);
  result.course = std::move(course);
  result.build_s = build_s;
  result.simulation_s = seconds_since(begin);
  std::string failure;
  try {
    write_files(network, o, result);
  } catch (const Error& error) {
    failure = error.what();  // the result must not be lost for it
  }
  o.json ? print_json(std::cout, program.name, result) : print(std::cout, program.name, result);
  std::cout << std::flush;
  if (interrupt.signal() != 0) {
    std::cerr << program.name << ": stopped by " << (interrupt.signal() == SIGINT ? "Ctrl-C" : "SIGTERM") << " at "
              << sim.now().ms() << " of " << o.warm_up + o.duration << " ms" << std::endl;
  }
  if (!failure.empty() || !std::cout) {
    std::cerr << program.name << ": " << (failure.empty() ? "the result cannot be written to standard output" : failure)
              << std::endl;
    return cli::kFailed;
  }
  return interrupt.exit_code();
}

}  // namespace

OwnOption number(const std::string& name, const std::string& placeholder, const std::string& meaning, double& value) {
  constexpr double kLargest = 1e6;  // far beyond any sensible use
  return {name, placeholder, meaning, cli::Declaration::shown(value), [name, &value](const cli::OptionTexts& texts) {
            cli::read_real(texts, name, "", {.zero = false, .high = kLargest}, value);
          }};
}

OwnOption choice(const std::string& name, const std::vector<std::string>& words, const std::string& meaning,
                 std::string& value) {
  return {name, "KIND", cli::join(words, " or ") + ": " + meaning, value,
          [name, words, &value](const cli::OptionTexts& texts) {
            const auto found = texts.find(name);
            if (found == texts.end()) {
              return;
            }
            if (std::find(words.begin(), words.end(), found->second) == words.end()) {
              throw UnknownNameError(name, found->second.empty() ? "''" : found->second, "",
                                     "must be " + cli::join(words, " or "));
            }
            value = found->second;
          }};
}

int Program::run(int argc, char** argv, const Build& build) const {
  const auto say = [this](const char* text) { std::cerr << name << ": " << text << std::endl; };
  CLI::App app;
  cli::OptionTexts texts;
  declare(app, texts, *this);
  try {
    app.parse(argc, argv);
    read(texts, *this);
    return build_and_run(*this, build);
  } catch (const CLI::ParseError& request) {  // help and version, too
    std::ostringstream unused;
    if (app.exit(request, std::cout, unused) == 0) {
      return 0;
    }
    say(request.what());
    return cli::kWrongUse;
  } catch (const UserError& error) {
    say(error.what());
    return cli::kWrongUse;
  } catch (const std::bad_alloc&) {
    say("there is not enough memory for this network and its spikes");
    return cli::kFailed;
  } catch (const std::exception& error) {
    say(error.what());
    return cli::kFailed;
  }
}

}  // namespace va_event::examples

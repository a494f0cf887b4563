// SPDX-License-Identifier: Apache-2.0
#include "run.hpp"

#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <iostream>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <system_error>
#include <vector>

#include "build_progress.hpp"
#include "certify.hpp"
#include "checkpoint.hpp"
#include "option_values.hpp"
#include "output.hpp"
#include "progress.hpp"
#include "report.hpp"

namespace va_event::cli {
namespace {

/// Wall-clock time between two calls of lap() [s].
class Timer {
 public:
  double lap() {
    const auto now = Clock::now();
    const double seconds = std::chrono::duration<double>(now - last_).count();
    last_ = now;
    return seconds;
  }

 private:
  using Clock = std::chrono::steady_clock;
  Clock::time_point last_ = Clock::now();
};

/// The lines `0 Building...` of VAbenchmarks.py; 0 is the number of the process.
class Announcer {
 public:
  Announcer(const Options& options, Processes& processes)
      : out_(options.json ? std::cerr : std::cout), processes_(processes), quiet_(options.quiet) {}
  void operator()(const std::string& step) const {
    spdlog::debug(step);
    if (!quiet_ && processes_.rank() == 0) {
      out_ << "0 " << step << std::endl;
    }
  }
  void greet() const {
    std::array<char, 256> host{};
    if (gethostname(host.data(), host.size() - 1) != 0) {
      host = {"an unnamed machine"};
    }
    std::vector<Processes::Bytes> hosts;
    processes_.gather(host.data(), hosts);
    for (std::size_t rank = 0; rank < hosts.size() && !quiet_; ++rank) {
      out_ << "Host #" << rank + 1 << " is on " << hosts[rank] << std::endl;
    }
    (*this)("Initialising the simulator with 1 thread(s)...");
  }

 private:
  std::ostream& out_;
  Processes& processes_;
  bool quiet_;
};

void start_log(const Options& options) {
  if (!options.log_level) {
    spdlog::set_level(spdlog::level::off);
    return;
  }
  if (spdlog::get("va-event") == nullptr) {
    spdlog::set_default_logger(spdlog::stderr_color_mt("va-event"));
  }
  spdlog::set_level(spdlog::level::from_str(*options.log_level));
  const VogelsAbbottParameters& p = options.network;
  spdlog::debug("{}: {} excitatory and {} inhibitory neurons, p = {}, delay {} ms, weights {} and {} {}",
                name(p.benchmark), p.n_exc(), p.n_inh(), p.pconn, p.delay, p.w_exc(), p.w_inh(),
                p.benchmark == Benchmark::coba ? "uS" : "nA");
  const CellType type = cell_type(p);
  for (std::size_t i = 0; i < type.values().size(); ++i) {
    const ParameterInfo& info = type.model().parameters[i];
    spdlog::debug("{}: {} = {} {}", type.model().name, info.name, type.values()[i], info.unit);
  }
  spdlog::debug("seed {}, {} network, {} ms, precision {}", options.seed, p.pynn_network ? "pynn" : "random",
                options.duration, options.precision.description());
}

void log_network(const VogelsAbbott& network) {
  for (const auto* projections : {&network.projections, &network.external}) {
    for (const Projection& projection : *projections) {
      spdlog::debug("projection {}: {} synapses, {} bytes", projection.label(), projection.size(),
                    projection.memory_bytes());
    }
  }
}

void log_counts(const RunStatistics& s, const WorkCounts& work) {
  spdlog::debug("{} spikes of neurons, {} of sources, {} synaptic events", s.spikes, s.source_spikes,
                s.synaptic_events);
  spdlog::debug("{} intervals of neurons one by one: sign {}, bound {}, search {}, refractory {}, spike {}",
                work.intervals, work.settled_by_sign, work.settled_by_bound, work.settled_by_search,
                work.settled_by_refractory, work.settled_by_spike);
  spdlog::debug("{} looks at other neurons", work.looks);
}

void set_up_recording(const VogelsAbbott& network, const Options& options) {
  network.exc.record("spikes");
  network.inh.record("spikes");
  const PopulationView recorded = network.exc.slice(0, options.record_cells);
  for (const std::string& variable : options.variables()) {
    recorded.record(variable, options.sampling_interval);
  }
  if (options.record_weights && !options.formats.empty()) {
    record_weights(network, *options.record_weights, options.record_synapses);
  }
}

ProgressDisplay::Style progress_style(const Options& options, const Processes& processes) {
  const auto style = options.quiet || processes.rank() > 0 ? ProgressDisplay::Style::none : style_of_stderr();
  const bool torn_by_log = options.log_level && style == ProgressDisplay::Style::bar;
  return torn_by_log ? ProgressDisplay::Style::lines : style;
}

struct SimulationEnd {
  bool completed = true;
  std::uint64_t checkpoints = 0;  ///< written
  std::uint64_t failed_checkpoints = 0;
  std::string last_failure;         ///< of a checkpoint; "": none
  bool checkpoint_missing = false;  ///< the last one failed
};

/// Saves a checkpoint, or says at once that it cannot: that is no reason to lose what has been simulated, and maybe the
/// next one can be written. A reason that goes on is said once.
void save_checkpoint(Simulation& sim, const Options& options, SimulationEnd& end) {
  const std::string path = checkpoint_path(options);
  const bool says = sim.processes().rank() == 0;
  try {
    if (says) {
      std::error_code unknown;  // a folder that was deleted during the run
      std::filesystem::create_directories(options.output, unknown);
    }
    sim.save_checkpoint(path);
    ++end.checkpoints;
    if (end.checkpoint_missing && says) {
      std::cerr << "\nva-event: " << path << " is written again, at " << sim.now().to_string() << " ms" << std::endl;
    }
    end.checkpoint_missing = false;
  } catch (const Error& error) {
    ++end.failed_checkpoints;
    if (says && (!end.checkpoint_missing || end.last_failure != error.what())) {
      std::cerr << "\nva-event: " << error.what() << ": no checkpoint at " << sim.now().to_string()
                << " ms; the run goes on, and the next one is tried" << std::endl;
    }
    end.last_failure = error.what();
    end.checkpoint_missing = true;
  }
}

SimulationEnd simulate(Simulation& sim, const Options& options, const Interrupt& interrupt) {
  ProgressDisplay display(std::cerr, progress_style(options, sim.processes()));
  sim.on_progress([&](const Progress& progress) {
    spdlog::trace("simulated {} ms", progress.now_ms);
    display.update({progress.now_ms, options.duration});
    return interrupt.signal() == 0;
  });
  SimulationEnd end;
  const Time stop = Time().plus(options.duration);
  while (end.completed && sim.now() < stop) {
    end.completed = sim.run_until(next_checkpoint(sim.now(), options)) == RunEnd::completed;
    if (options.checkpoint_every) {
      save_checkpoint(sim, options, end);
    }
  }
  display.finish({sim.now().ms(), options.duration});
  return end;
}

void show(const Report& report) {
  if (report.options.json) {
    std::cout << to_json(report).dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) << std::endl;
  } else {
    print(std::cout, report);
    std::cout << std::flush;
  }
  for (const std::string& text : warnings(report)) {
    (report.options.json ? std::cerr : std::cout) << "\nWarning: " << text << std::endl;
  }
}

}  // namespace

int run(const Options& options, const Interrupt& interrupt, const std::shared_ptr<Processes>& processes) {
  start_log(options);
  if (options.certify && processes->count() > 1) {
    reject("--certify", std::to_string(processes->count()) + " processes", "", "must be asked of a single process");
  }
  together(*processes, [&] { prepare_output(options, *processes); });
  const OutputMark mark(options, *processes);
  if (mark.taken()) {
    std::cerr << "va-event: another run is writing into " << options.output
              << "; of files with the same name, those of the run that ends last will stay" << std::endl;
  }
  const Announcer announce(options, *processes);
  announce.greet();
  Simulation sim({.seed = options.seed,
                  .precision = options.precision,
                  .threads = static_cast<unsigned>(options.threads),
                  .method = options.method,
                  .processes = processes});

  Timer timer;
  BuildDisplay display(std::cerr, progress_style(options, *processes));
  const VogelsAbbott network = build(sim, options.network, announce, [&display](double done) { display.update(done); });
  display.erase();
  announce("Setting up recording...");
  set_up_recording(network, options);
  log_network(network);
  const double build_s = timer.lap();

  std::optional<double> resumed_at_ms;
  if (options.resume) {
    resume(sim, options);
    resumed_at_ms = sim.now().ms();
    announce("Resuming at " + sim.now().to_string() + " ms from " + checkpoint_path(options) + "...");
  }
  const std::uint64_t synaptic_events_before = sim.statistics().synaptic_events;
  timer.lap();

  Interrupt::simulation_begins();
  announce("Running simulation...");
  const SimulationEnd end = simulate(sim, options, interrupt);
  const double simulation_s = timer.lap();
  for (const MethodRow& row : sim.methods()) {
    spdlog::debug("{} {}: {} ({})", row.kind, row.label, row.method, row.reason);
  }
  log_counts(sim.statistics(), sim.work_counts());

  Report report = make_report(options, network, sim);
  report.interrupted = !end.completed;
  report.resumed_at_ms = resumed_at_ms;
  report.synaptic_events_before = synaptic_events_before;
  report.build_s = build_s;
  report.simulation_s = simulation_s;
  timer.lap();
  report.checkpoints = end.checkpoints;
  report.failed_checkpoints = end.failed_checkpoints;
  report.checkpoint_failure = end.last_failure;
  std::vector<std::string> failures;
  if (end.checkpoint_missing) {
    failures.push_back(end.last_failure);
  }
  announce("Writing data to file...");
  try {
    write_output(sim, network, report);
  } catch (const std::exception& error) {
    failures.emplace_back(error.what());  // the summary must not be lost for it
  }
  for (const FileFailure& failure : report.failures) {
    failures.push_back(failure.text());
  }
  report.writing_s = timer.lap();

  if (options.certify && interrupt.signal() == 0) {
    report.certificate = make_certificate(sim, options, interrupt, progress_style(options, *processes), announce);
    try {
      rewrite_sidecar(sim, network, report);
    } catch (const std::exception& error) {
      failures.emplace_back(error.what());
    }
  }

  if (processes->rank() > 0) {  // the first one says all else
    for (const std::string& text : report.warnings) {
      std::cerr << "\nWarning: process " << processes->rank() << ": " << text << std::endl;
    }
    return failures.empty() ? interrupt.exit_code() : kFailed;
  }
  show(report);
  if (interrupt.signal() != 0 && report.certificate) {
    std::cerr << "va-event: stopped by " << (interrupt.signal() == SIGINT ? "Ctrl-C" : "SIGTERM")
              << "; the run is complete, the certificate is not" << std::endl;
  } else if (interrupt.signal() != 0) {
    std::cerr << "va-event: stopped by " << (interrupt.signal() == SIGINT ? "Ctrl-C" : "SIGTERM") << " at "
              << report.simulated_ms << " of " << options.duration << " ms; "
              << (!failures.empty()      ? "not everything could be written in its place"
                  : report.files.empty() ? "nothing was to be written"
                                         : "everything simulated so far is written")
              << (options.checkpoint_every && !end.checkpoint_missing ? "; --resume goes on from there" : "")
              << std::endl;
  }
  for (const std::string& failure : failures) {
    std::cerr << "va-event: " << failure << std::endl;
  }
  if (!failures.empty()) {
    return kFailed;
  }
  if (!std::cout) {
    std::cerr << "va-event: the report cannot be written to standard output" << std::endl;
    return kFailed;
  }
  return interrupt.exit_code();
}

}  // namespace va_event::cli

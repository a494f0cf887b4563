// SPDX-License-Identifier: Apache-2.0
// va-event as published.py runs it on the microcircuit; see session.hpp.
#include <CLI/CLI.hpp>

#include "microcircuit.hpp"
#include "session.hpp"

int main(int argc, char** argv) {
  using namespace va_event;
  benchmarks::MicrocircuitOptions network;
  benchmarks::SessionOptions session;
  bool current = false;
  CLI::App app("The microcircuit of Potjans & Diesmann (2014) for benchmarks/networks/published.py");
  app.set_version_flag("--version", std::string(version()));
  app.add_option("--neurons", network.neurons, "fraction of the neurons");
  app.add_option("--inputs", network.inputs, "fraction of the inputs per neuron");
  app.add_flag("--current", current, "external input as a current instead of Poisson sources");
  app.add_flag("--common", network.common, "common weights and delays");
  app.add_option("--source-delay", network.source_delay, "delay from Poisson sources [ms]");
  benchmarks::add_session_options(app, session);
  CLI11_PARSE(app, argc, argv);
  network.poisson = !current;
  return benchmarks::serve(session,
                           [&](Simulation& simulation) { return benchmarks::Microcircuit(simulation, network); });
}

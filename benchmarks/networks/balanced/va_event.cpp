// SPDX-License-Identifier: Apache-2.0
// va-event as published.py runs it on the balanced network; see session.hpp.
#include <CLI/CLI.hpp>

#include "balanced.hpp"
#include "session.hpp"

int main(int argc, char** argv) {
  using namespace va_event;
  benchmarks::BalancedOptions network;
  benchmarks::SessionOptions session;
  CLI::App app("The balanced network of conductance-based neurons for benchmarks/networks/published.py");
  app.set_version_flag("--version", std::string(version()));
  app.add_option("--scale", network.scale, "fraction of the neurons");
  app.add_option("--source-delay", network.source_delay, "delay from Poisson sources [ms]");
  benchmarks::add_session_options(app, session);
  CLI11_PARSE(app, argc, argv);
  return benchmarks::serve(session, [&](Simulation& simulation) { return benchmarks::Balanced(simulation, network); });
}

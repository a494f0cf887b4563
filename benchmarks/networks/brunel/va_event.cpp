// SPDX-License-Identifier: Apache-2.0
// va-event as published.py runs it on Brunel's network; see session.hpp.
#include <CLI/CLI.hpp>

#include "brunel.hpp"
#include "session.hpp"

int main(int argc, char** argv) {
  using namespace va_event;
  benchmarks::BrunelOptions network;
  benchmarks::SessionOptions session;
  CLI::App app("The network of Brunel (2000) for benchmarks/networks/published.py");
  app.set_version_flag("--version", std::string(version()));
  app.add_option("--scale", network.scale, "fraction of the neurons");
  app.add_flag("--exponential", network.exponential, "exponential synaptic currents instead of jumps of v");
  app.add_option("--source-delay", network.source_delay, "delay from Poisson sources [ms]");
  benchmarks::add_session_options(app, session);
  CLI11_PARSE(app, argc, argv);
  return benchmarks::serve(session, [&](Simulation& simulation) { return benchmarks::Brunel(simulation, network); });
}

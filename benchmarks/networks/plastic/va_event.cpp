// SPDX-License-Identifier: Apache-2.0
// va-event as published.py runs it on the plastic network; see session.hpp.
#include <CLI/CLI.hpp>

#include "plastic.hpp"
#include "session.hpp"

int main(int argc, char** argv) {
  using namespace va_event;
  benchmarks::PlasticOptions network;
  benchmarks::SessionOptions session;
  CLI::App app("The plastic network of current-based neurons for benchmarks/networks/published.py");
  app.set_version_flag("--version", std::string(version()));
  app.add_option("--scale", network.scale, "fraction of the neurons");
  app.add_flag("--static", network.is_static, "no synapse is plastic");
  app.add_flag("--poisson", network.poisson, "each neuron has a Poisson source");
  app.add_option("--source-delay", network.source_delay, "from Poisson sources [ms]");
  benchmarks::add_session_options(app, session);
  CLI11_PARSE(app, argc, argv);
  return benchmarks::serve(session, [&](Simulation& simulation) { return benchmarks::Plastic(simulation, network); });
}

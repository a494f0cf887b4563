// SPDX-License-Identifier: Apache-2.0
// va-event as published.py runs it on Brunel's network; see session.hpp.
#include "brunel.hpp"
#include "session.hpp"

int main(int argc, char** argv) {
  using namespace va_event::benchmarks;
  BrunelOptions network;
  CLI::App app("The network of Brunel (2000) for benchmarks/networks/published.py");
  app.add_option("--scale", network.scale, "fraction of the neurons");
  app.add_flag("--exponential", network.exponential, "exponential synaptic currents instead of jumps of v");
  return serve<Brunel>(app, network, argc, argv);
}

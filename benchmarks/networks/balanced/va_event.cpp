// SPDX-License-Identifier: Apache-2.0
// va-event as published.py runs it on the balanced network; see session.hpp.
#include "balanced.hpp"
#include "session.hpp"

int main(int argc, char** argv) {
  using namespace va_event::benchmarks;
  BalancedOptions network;
  CLI::App app("The balanced network of conductance-based neurons for benchmarks/networks/published.py");
  app.add_option("--scale", network.scale, "fraction of the neurons");
  return serve<Balanced>(app, network, argc, argv);
}

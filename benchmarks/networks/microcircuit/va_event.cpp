// SPDX-License-Identifier: Apache-2.0
// va-event as published.py runs it on the microcircuit; see session.hpp.
#include "microcircuit.hpp"
#include "session.hpp"

int main(int argc, char** argv) {
  using namespace va_event::benchmarks;
  MicrocircuitOptions network;
  CLI::App app("The microcircuit of Potjans & Diesmann (2014) for benchmarks/networks/published.py");
  app.add_option("--neurons", network.neurons, "fraction of the neurons");
  app.add_option("--inputs", network.inputs, "fraction of the inputs per neuron");
  app.add_flag("!--current", network.poisson, "external input as a current instead of Poisson sources");
  app.add_flag("--common", network.common, "common weights and delays");
  return serve<Microcircuit>(app, network, argc, argv);
}

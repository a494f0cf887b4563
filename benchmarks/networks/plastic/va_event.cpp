// SPDX-License-Identifier: Apache-2.0
// va-event as published.py runs it on the plastic network; see session.hpp.
#include "plastic.hpp"
#include "session.hpp"

int main(int argc, char** argv) {
  using namespace va_event::benchmarks;
  PlasticOptions network;
  CLI::App app("The plastic network of current-based neurons for benchmarks/networks/published.py");
  app.add_option("--scale", network.scale, "fraction of the neurons");
  app.add_flag("--static", network.is_static, "no synapse is plastic");
  app.add_flag("--poisson", network.poisson, "each neuron has a Poisson source");
  return serve<Plastic>(app, network, argc, argv);
}

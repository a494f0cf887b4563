// SPDX-License-Identifier: Apache-2.0
#include "vogels_abbott.hpp"

#include <cmath>
#include <memory>

#include "build_progress.hpp"

namespace va_event::cli {

VogelsAbbottParameters::VogelsAbbottParameters(Benchmark which)
    : benchmark(which),
      g_exc(which == Benchmark::coba ? 4.0 : 0.27),
      g_inh(which == Benchmark::coba ? 51.0 : 4.5),
      v_rest(which == Benchmark::coba ? -60.0 : -49.0) {}

std::size_t VogelsAbbottParameters::n_exc() const {
  return static_cast<std::size_t>(std::lround(static_cast<double>(n) * r_ei / (1.0 + r_ei)));
}

double VogelsAbbottParameters::w_exc_of(double g) const {
  return benchmark == Benchmark::coba ? g * 1e-3 : 1e-3 * g * (e_rev_exc - v_mean);
}

double VogelsAbbottParameters::w_inh() const {
  return benchmark == Benchmark::coba ? g_inh * 1e-3 : 1e-3 * g_inh * (e_rev_inh - v_mean);
}

std::string_view name(Benchmark benchmark) { return benchmark == Benchmark::coba ? "COBA" : "CUBA"; }

std::string_view weight_unit(Benchmark benchmark) { return benchmark == Benchmark::coba ? "uS" : "nA"; }

SynapseType excitatory_synapse(const VogelsAbbottParameters& p) {
  const Plasticity& rule = p.plasticity;
  return synapse_type(rule, {.w = p.w_exc(), .w_min = p.w_exc_of(rule.g_min), .w_max = p.w_exc_of(p.g_exc_max())},
                      p.delay);
}

CellType cell_type(const VogelsAbbottParameters& p) {
  if (p.benchmark == Benchmark::coba) {
    return IfCondExp{.v_rest = p.v_rest,
                     .cm = p.cm,
                     .tau_m = p.tau_m,
                     .tau_refrac = p.tau_refrac,
                     .tau_syn_E = p.tau_exc,
                     .tau_syn_I = p.tau_inh,
                     .e_rev_E = p.e_rev_exc,
                     .e_rev_I = p.e_rev_inh,
                     .v_thresh = p.v_thresh,
                     .v_reset = p.v_reset};
  }
  return IfCurrExp{.v_rest = p.v_rest,
                   .cm = p.cm,
                   .tau_m = p.tau_m,
                   .tau_refrac = p.tau_refrac,
                   .tau_syn_E = p.tau_exc,
                   .tau_syn_I = p.tau_inh,
                   .v_reset = p.v_reset,
                   .v_thresh = p.v_thresh};
}

namespace {

// The generators of VAbenchmarks.py: `rng`, and the one that PyNN makes for a connector that was given none.
constexpr std::uint32_t kPyNNSeed = 98765;
constexpr std::uint32_t kPyNNDefaultSeed = 151985012;

constexpr std::string_view kExcitatory = "excitatory";  // receptor

struct Groups {
  PopulationView exc, inh;
  Assembly all;
};

Groups create_cells(Simulation& sim, const VogelsAbbottParameters& p) {
  if (p.style.use_views) {
    const Population all = sim.create(p.n, cell_type(p), {.label = "All Cells"});
    PopulationView exc = all.slice(0, p.n_exc());
    PopulationView inh = all.slice(p.n_exc(), p.n);
    exc.set_label("Excitatory cells");
    inh.set_label("Inhibitory cells");
    return {exc, inh, p.style.use_assembly ? exc + inh : Assembly(all)};
  }
  const Population exc = sim.create(p.n_exc(), cell_type(p), {.label = "Excitatory_Cells"});
  const Population inh = sim.create(p.n_inh(), cell_type(p), {.label = "Inhibitory_Cells"});
  return {exc, inh, exc + inh};
}

/// Connector of the recurrent synapses. For PyNN's network it starts where initialising the potentials left `rng`.
std::unique_ptr<const Connector> recurrent_connector(const VogelsAbbottParameters& p, const NumpyRandom& rng) {
  if (p.style.use_csa) {
    return std::make_unique<CSAConnector>(csa::cset(csa::random(p.pconn)));
  }
  if (p.pynn_network) {
    return std::make_unique<FixedProbabilityConnector>(p.pconn, rng);
  }
  return std::make_unique<FixedProbabilityConnector>(p.pconn);
}

FixedProbabilityConnector external_connector(const VogelsAbbottParameters& p) {
  return p.pynn_network ? FixedProbabilityConnector(p.stim_pconn, NumpyRandom(kPyNNDefaultSeed))
                        : FixedProbabilityConnector(p.stim_pconn);
}

}  // namespace

VogelsAbbott build(Simulation& sim, const VogelsAbbottParameters& p,
                   const std::function<void(const std::string&)>& announce,
                   const std::function<void(double)>& progress) {
  announce("Creating cell populations...");
  const auto [exc, inh, all] = create_cells(sim, p);

  announce("Initialising membrane potential to random values...");
  NumpyRandom rng(kPyNNSeed);
  if (p.pynn_network) {
    all.initialize("v", rng.uniform(p.v_reset, p.v_thresh, p.n));
  } else {
    all.initialize("v", RandomDistribution("uniform", {p.v_reset, p.v_thresh}));
  }

  announce("Connecting populations...");
  const auto connector = recurrent_connector(p, rng);
  const SynapseType exc_syn = excitatory_synapse(p);
  const StaticSynapse inh_syn{.weight = p.w_inh(), .delay = p.delay};
  const bool to_all = p.style.use_views || p.style.use_assembly;
  VogelsAbbott network{exc, inh, {}, {}};
  double built = 0.0;  // of all pairs of neurons
  const auto connect = [&](const Assembly& pre, const Assembly& post, const SynapseType& synapse,
                           std::string_view receptor, const char* label) {
    const double pairs = static_cast<double>(pre.size()) * static_cast<double>(post.size());
    const double part = pairs / (static_cast<double>(p.n) * static_cast<double>(p.n));
    const WatchedConnector watched(*connector, p.pconn * pairs / sim.processes().count(), [&](double done) {
      if (progress) {
        progress(built + done * part);
      }
    });
    network.projections.push_back(
        sim.connect(pre, post, watched, synapse, {.receptor_type = std::string(receptor), .label = label}));
    if (receptor == kExcitatory) {
      network.excitatory.push_back({network.projections.back(), pre.ids().front(), post.ids().front()});
    }
    built += part;
  };
  if (to_all) {
    connect(exc, all, exc_syn, kExcitatory, "e2e,i");
    connect(inh, all, inh_syn, "inhibitory", "i2e,i");
  } else {
    connect(exc, exc, exc_syn, kExcitatory, "e2e");
    connect(exc, inh, exc_syn, kExcitatory, "e2i");
    connect(inh, exc, inh_syn, "inhibitory", "i2e");
    connect(inh, inh, inh_syn, "inhibitory", "i2i");
  }

  if (p.benchmark == Benchmark::coba) {
    const Population stimulus =
        sim.create(p.n_stim, SpikeSourcePoisson{.rate = p.rate, .duration = p.stim_dur}, {.label = "expoisson"});
    network.stimulus = stimulus;
    const FixedProbabilityConnector random = external_connector(p);
    const StaticSynapse synapse{.weight = p.stim_weight, .delay = p.delay};
    const auto stimulate = [&](const Assembly& post, const char* label) {
      network.external.push_back(
          sim.connect(stimulus, post, random, synapse, {.receptor_type = "excitatory", .label = label}));
    };
    if (to_all) {
      stimulate(all, "ext2e,i");
    } else {
      stimulate(exc, "ext2e");
      stimulate(inh, "ext2i");
    }
  }
  return network;
}

}  // namespace va_event::cli

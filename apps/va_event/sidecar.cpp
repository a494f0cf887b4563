// SPDX-License-Identifier: Apache-2.0
#include "sidecar.hpp"

#include <filesystem>
#include <nlohmann/json.hpp>

#include "output.hpp"

namespace va_event::cli {
namespace {

using Json = nlohmann::ordered_json;

Json quantity(double value, std::string_view unit) { return {{"value", value}, {"unit", unit}}; }

Json options_json(const Options& o) {
  const Style& style = o.network.style;
  return {{"duration", quantity(o.duration, "ms")},
          {"precision", o.precision.name()},
          {"method", name_of(o.method)},
          {"checkpoint_every", o.checkpoint_every ? quantity(*o.checkpoint_every, "ms") : Json(nullptr)},
          {"resume", o.resume},
          {"network", o.network.pynn_network ? "pynn" : "random"},
          {"plasticity", kPlasticityWords[static_cast<std::size_t>(o.network.plasticity.kind)]},
          {"use_views", style.use_views},
          {"use_assembly", style.use_assembly},
          {"use_csa", style.use_csa},
          {"format", o.formats},
          {"record", o.record},
          {"record_cells", o.record_cells},
          {"sampling_interval", quantity(o.sampling_interval, "ms")},
          {"record_weights", o.record_weights ? quantity(*o.record_weights, "ms") : Json(nullptr)},
          {"record_synapses", o.record_synapses},
          {"plot_figure", o.figure ? Json(*o.figure) : Json(nullptr)}};
}

Json network_json(const VogelsAbbottParameters& p) {
  const std::string_view unit = weight_unit(p.benchmark);
  Json network{{"neurons", p.n},
               {"neurons_exc", p.n_exc()},
               {"neurons_inh", p.n_inh()},
               {"r_ei", p.r_ei},
               {"connection_probability", p.pconn},
               {"delay", quantity(p.delay, "ms")},
               {"g_exc", quantity(p.g_exc, "nS")},
               {"g_inh", quantity(p.g_inh, "nS")},
               {"weight_exc", quantity(p.w_exc(), unit)},
               {"weight_inh", quantity(p.w_inh(), unit)},
               {"v_initial", {{"distribution", "uniform"}, {"low", p.v_reset}, {"high", p.v_thresh}, {"unit", "mV"}}}};
  if (p.benchmark == Benchmark::coba) {
    network["stimulus"] = {{"sources", p.n_stim},
                           {"rate", quantity(p.rate, "Hz")},
                           {"duration", quantity(p.stim_dur, "ms")},
                           {"connection_probability", p.stim_pconn},
                           {"weight", quantity(p.stim_weight, "uS")},
                           {"delay", quantity(p.delay, "ms")}};
  }
  return network;
}

Json cell_json(const CellType& type) {
  Json parameters = Json::object();
  for (std::size_t i = 0; i < type.values().size(); ++i) {
    const ParameterInfo& info = type.model().parameters[i];
    parameters[std::string(info.name)] = quantity(type.values()[i], info.unit);
  }
  return {{"model", type.model().name}, {"parameters", parameters}};
}

Json range(std::string_view label, const Cells& cells) {
  return {{"label", label}, {"first_id", cells.ids().front()}, {"size", cells.size()}};
}

Json populations_json(const Simulation& sim) {
  Json all = Json::array();
  for (const PopulationRange& population : sim.populations()) {
    all.push_back({{"label", population.label},
                   {"cell_type", population.cell_type},
                   {"first_id", population.first_id},
                   {"size", population.size}});
  }
  return all;
}

Json files_json(const Options& options) {
  Json all = Json::array();
  for (const DataFile& file : data_files(options)) {
    Json entry{{"file", std::filesystem::path(file.path).filename().string()},
               {"content", file.content},
               {"cells", file.excitatory ? "exc" : "inh"}};
    if (file.content == kWeightsContent) {
      entry["unit"] = weight_unit(options.network.benchmark);
      entry["delay_unit"] = "ms";
    } else if (file.content == kWeightSamplesContent) {
      entry["unit"] = weight_unit(options.network.benchmark);
      entry["sampling_interval"] = quantity(*options.record_weights, "ms");
    } else if (file.content == "spikes") {
      entry["time_unit"] = "ms";
    } else {
      const CellModel& model = cell_type(options.network).model();
      entry["unit"] = model.variables[variable_index(model, file.content)].unit;
      entry["sampling_interval"] = quantity(options.sampling_interval, "ms");
    }
    all.push_back(std::move(entry));
  }
  return all;
}

}  // namespace

std::string sidecar_path(const Options& options) { return options.file_stem() + ".json"; }

std::string sidecar(const Simulation& sim, const VogelsAbbott& network, const Report& report) {
  const Options& options = report.options;
  Json results = to_json(report);
  results.erase("writing_s");  // not over yet
  const Json all{{"program", "va-event"},
                 {"version", version()},
                 {"benchmark", name(options.network.benchmark)},
                 {"seed", sim.seed()},
                 {"interrupted", report.interrupted},
                 {"options", options_json(options)},
                 {"network", network_json(options.network)},
                 {"cells", cell_json(cell_type(options.network))},
                 {"populations", populations_json(sim)},
                 {"groups", Json::array({range("exc", network.exc), range("inh", network.inh)})},
                 {"data", files_json(options)},
                 {"results", results}};
  // Bytes of a path that are not UTF-8 must not cost the run its sidecar.
  return all.dump(2, ' ', false, Json::error_handler_t::replace) + '\n';
}

}  // namespace va_event::cli

// SPDX-License-Identifier: Apache-2.0
#include "network.hpp"

#include <algorithm>
#include <utility>

#include "api/core.hpp"
#include "api/gathered.hpp"
#include "cell_models.hpp"

namespace va_event::python {

namespace {

using NamedValues = std::vector<std::pair<std::string, Values>>;

CellType default_type(const CellModel& model) {
  std::vector<double> defaults;
  for (const ParameterInfo& parameter : model.parameters) {
    defaults.push_back(parameter.default_value);
  }
  return {model, std::move(defaults)};
}

NamedValues named_values(const py::dict& parameters) {
  NamedValues result;
  for (const auto& [name, value] : parameters) {
    const auto array = py::cast<DoubleArray>(value);
    result.emplace_back(py::cast<std::string>(name),
                        array.size() == 1 ? Values(*array.data()) : Values(to_vector(array)));
  }
  return result;
}

std::vector<Time> times_of(const DoubleArray& times) {
  std::vector<Time> result;
  result.reserve(static_cast<std::size_t>(times.size()));
  for (const double time : view(times)) {
    result.emplace_back(time);
  }
  return result;
}

/// The connections of four arrays.
class ArrayConnector final : public Connector {
 public:
  ArrayConnector(const IdArray& pre, const IdArray& post, const DoubleArray& weights, const DoubleArray& delays)
      : pre_(view(pre)), post_(view(post)), weights_(view(weights)), delays_(view(delays)) {
    const auto check = [this](const char* field, std::size_t size) {
      if (size != pre_.size() && size != 1) {
        throw SizeError(field, std::to_string(size) + " values", "",
                        "must be 1 or " + std::to_string(pre_.size()) + ", one per synapse");
      }
    };
    if (post_.size() != pre_.size()) {
      throw SizeError("post", std::to_string(post_.size()) + " values", "", "must be as many as pre");
    }
    check("weight", weights_.size());
    check("delay", delays_.size());
  }

  [[nodiscard]] StaticSynapse synapse() const {
    return {.weight = same_weight() ? weights_.front() : 0.0, .delay = same_delay() ? delays_.front() : 1.0};
  }

  void connect(const ConnectionContext& /*context*/, ConnectionSink& sink) const override {
    if (!same_weight() || !same_delay()) {
      for (std::size_t k = 0; k < pre_.size(); ++k) {
        sink.add(pre_[k], post_[k], same_weight() ? std::nullopt : std::optional(weights_[k]),
                 same_delay() ? std::nullopt : std::optional(delays_[k]));
      }
      return;
    }
    for (std::size_t begin = 0, end = 0; begin < pre_.size(); begin = end) {
      while (end < pre_.size() && post_[end] == post_[begin]) {
        ++end;
      }
      sink.add(pre_.data() + begin, end - begin, post_[begin]);
    }
  }

  [[nodiscard]] std::string name() const override { return "PyNN"; }
  [[nodiscard]] double expected_connections(double /*n_pre*/, double /*n_post*/) const override {
    return static_cast<double>(pre_.size());
  }
  /// Reading the arrays needs nothing of Python, so threads may do so.
  [[nodiscard]] bool is_repeatable() const override { return true; }

 private:
  [[nodiscard]] bool same_weight() const { return weights_.size() == 1; }
  [[nodiscard]] bool same_delay() const { return delays_.size() == 1; }

  std::span<const std::uint32_t> pre_, post_;
  std::span<const double> weights_, delays_;
};

}  // namespace

void Network::create(const std::string& model, std::size_t size, const py::dict& parameters, const std::string& label) {
  populations_.push_back(simulation_.create(size, default_type(model_of(model)), {.label = label}));
  populations_.back().set(named_values(parameters));
}

Assembly Network::cells(std::span<const CellId> all) const {
  std::optional<Assembly> result;
  for (std::size_t begin = 0, end = 0; begin < all.size(); begin = end) {
    const auto after = std::upper_bound(populations_.begin(), populations_.end(), all[begin],
                                        [](CellId id, const Population& p) { return id < p.first_id(); });
    if (after == populations_.begin()) {
      throw IndexError("cell", std::to_string(all[begin]), "", "must be one that exists");
    }
    const Population& population = *(after - 1);
    std::vector<std::size_t> indices;
    for (; end < all.size() && all[end] >= population.first_id() &&
           (after == populations_.end() || all[end] < after->first_id());
         ++end) {
      indices.push_back(all[end] - population.first_id());
    }
    const bool whole = indices.size() == population.size() && std::is_sorted(indices.begin(), indices.end());
    const PopulationView part = whole ? PopulationView(population) : population.select(indices);
    result = result ? *result + part : Assembly(part);
  }
  if (!result) {
    throw SizeError("cells", "none", "", "must be at least one");
  }
  return *result;
}

void Network::set(const IdArray& ids, const py::dict& parameters) { cells(view(ids)).set(named_values(parameters)); }

void Network::set_spike_times(CellId id, const DoubleArray& times) {
  const auto after = std::upper_bound(populations_.begin(), populations_.end(), id,
                                      [](CellId cell, const Population& p) { return cell < p.first_id(); });
  const Population& population = *(after - 1);
  population.set_spike_times(id - population.first_id(), times_of(times));
}

void Network::initialize(const IdArray& ids, const std::string& variable, const DoubleArray& values) {
  cells(view(ids)).initialize(variable, to_vector(values));
}

void Network::inject(const IdArray& ids, const DoubleArray& times, const DoubleArray& amplitudes) {
  cells(view(ids)).inject(StepCurrentSource(times_of(times), to_vector(amplitudes)));
}

void Network::inject_sine(const IdArray& ids, double amplitude, double offset, double frequency, double phase,
                          double start, double stop) {
  cells(view(ids)).inject(ACSource{amplitude, offset, frequency, phase, start, stop});
}

std::size_t Network::connect(const IdArray& pre_cells, const IdArray& post_cells, const IdArray& pre,
                             const IdArray& post, const DoubleArray& weights, const DoubleArray& delays,
                             const SynapseParts& parts, const SynapseParameters& parameters,
                             const std::string& receptor, const std::string& label) {
  const ArrayConnector connector(pre, post, weights, delays);
  projections_.push_back(simulation_.connect(cells(view(pre_cells)), cells(view(post_cells)), connector,
                                             synapse_type(parts, parameters, connector.synapse()),
                                             {.receptor_type = receptor, .label = label}));
  raise_warnings();
  return projections_.size() - 1;
}

void Network::set_synapses(std::size_t projection, const std::string& name, const DoubleArray& values) {
  if (name == "weight") {
    projections_.at(projection).set_weights(to_vector(values));
  } else {
    projections_.at(projection).set(name, values.size() == 1 ? Values(*values.data()) : Values(to_vector(values)));
  }
}

py::array Network::weights(std::size_t projection) const {
  const detail::Core& core = *simulation_.core();  // Projection::weights() would gather those of all processes
  const network::ProjectionData& data = core.network.projections.at(projection);
  detail::SynapseColumns columns;
  for (const network::SynapseBlock& block : data.blocks) {
    columns.emplace_back(block.table.size());
  }
  core.engine->weights(projection, columns);
  std::vector<double> weights;
  data.for_each_synapse([&](std::size_t block, std::size_t synapse) { weights.push_back(columns[block][synapse]); });
  return adopt(std::move(weights));
}

void Network::run_until(double time) {
  if (time > now()) {
    take_samples_before_first();
  }
  simulation_.on_progress([](const Progress&) {
    const py::gil_scoped_acquire gil;
    return PyErr_CheckSignals() == 0;
  });
  RunEnd end{};
  {
    const py::gil_scoped_release no_gil;
    end = simulation_.run_until(time);
  }
  if (end == RunEnd::interrupted) {
    if (PyErr_Occurred() == nullptr) {  // it was another process that Ctrl-C reached
      PyErr_SetNone(PyExc_KeyboardInterrupt);
    }
    throw py::error_already_set();
  }
  raise_warnings();
}

py::list Network::methods() const {
  py::list rows;
  for (const MethodRow& row : simulation_.methods()) {
    rows.append(py::make_tuple(row.kind, row.label, row.method, row.reason));
  }
  return rows;
}

void Network::raise_warnings() {
  const std::vector<std::string>& all = simulation_.warnings();
  while (warned_ < all.size()) {
    if (PyErr_WarnEx(PyExc_RuntimeWarning, all[warned_++].c_str(), 1) != 0) {
      throw py::error_already_set();
    }
  }
}

py::tuple Network::spikes(const IdArray& ids) const {
  Spikes spikes = cells(view(ids)).spikes(Gather::none);
  std::vector<double> times;
  times.reserve(spikes.size());
  for (const Time& time : spikes.times) {
    times.push_back(time.ms());
  }
  return py::make_tuple(adopt(std::move(spikes.ids)), adopt(std::move(times)));
}

py::array Network::spike_counts(const IdArray& ids) const {
  const std::vector<std::size_t> counts = cells(view(ids)).spike_counts(Gather::none);
  return adopt(std::vector<std::int64_t>(counts.begin(), counts.end()));
}

void check_parameters(const std::string& model, const py::dict& parameters) {
  std::size_t size = 1;
  for (const auto& item : parameters) {
    size = std::max(size, static_cast<std::size_t>(py::cast<DoubleArray>(item.second).size()));
  }
  Simulation(SimulationOptions{}).create(size, default_type(model_of(model))).set(named_values(parameters));
}

void check_synapse(const std::string& model, const std::string& receptor, const SynapseParts& parts,
                   SynapseParameters parameters) {
  const auto take = [&](const char* name) { return parameters.extract(name).mapped(); };
  const double weight = take("weight"), delay = take("delay");
  Simulation simulation(SimulationOptions{});
  const Population pre = simulation.create(1, SpikeSourceArray{});
  const Population post = simulation.create(1, default_type(model_of(model)));
  static_cast<void>(simulation.connect(pre, post, OneToOneConnector(),
                                       synapse_type(parts, parameters, {.weight = weight, .delay = delay}),
                                       {.receptor_type = receptor}));
}

void check_initial_values(const std::string& model, const std::string& variable, const DoubleArray& values) {
  Simulation(SimulationOptions{})
      .create(static_cast<std::size_t>(values.size()), default_type(model_of(model)))
      .initialize(variable, to_vector(values));
}

}  // namespace va_event::python

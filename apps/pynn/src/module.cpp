// SPDX-License-Identifier: Apache-2.0
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include <string>

#include "cell_models.hpp"
#include "generator.hpp"
#include "network.hpp"
#include "numpy_draws.hpp"
#include "processes.hpp"
#include "va_event/error.hpp"
#include "va_event/memory.hpp"

namespace va_event::python {

namespace {

/// Python's exceptions have the library's names, and the nearest of Python's own as a second base, so that `except
/// ValueError` catches them as well.
template <class Exception>
void add_exception(py::module_& module, const char* name, const py::handle& base, PyObject* python) {
  py::register_exception<Exception>(module, name, py::make_tuple(base, py::handle(python)));
}

void add_exceptions(py::module_& module) {
  const auto& base = py::register_exception<Error>(module, "Error", PyExc_Exception);
  add_exception<UserError>(module, "UserError", base, PyExc_ValueError);
  add_exception<ParameterError>(module, "ParameterError", base, PyExc_ValueError);
  add_exception<UnknownNameError>(module, "UnknownNameError", base, PyExc_ValueError);
  add_exception<IndexError>(module, "IndexError", base, PyExc_IndexError);
  add_exception<SizeError>(module, "SizeError", base, PyExc_ValueError);
  add_exception<ConnectionError>(module, "ConnectionError", base, PyExc_ValueError);
  add_exception<StateError>(module, "StateError", base, PyExc_RuntimeError);
  add_exception<ProcessError>(module, "ProcessError", base, PyExc_RuntimeError);
}

}  // namespace

PYBIND11_MODULE(_native, module) {
  module.doc() = "The library behind va_event.pynn: networks of cells addressed by arrays of ids";
  add_exceptions(module);
  add_processes(module);
  add_generator(module);
  add_numpy_draws(module);
  module.attr("MAX_FREQUENCY") = ACSource::kMaxFrequency;
  module.def(
      "check_method", [](const std::string& name) { static_cast<void>(method_named(name)); }, py::arg("name"));
  module.def("version", [] { return std::string(version()); });
  module.def("available_memory", &available_memory);
  module.def("megabytes", &megabytes, py::arg("bytes"));
  module.def("cell_models", &cell_models);
  module.def("check_parameters", &check_parameters, py::arg("model"), py::arg("parameters"));
  module.def("check_initial_values", &check_initial_values, py::arg("model"), py::arg("variable"), py::arg("values"));
  module.def("check_synapse", &check_synapse, py::arg("model"), py::arg("receptor"), py::arg("parts"),
             py::arg("parameters"));
  module.def("synapse_variables", &synapse_variables, py::arg("parts"));
  module.def("synapse_defaults", &synapse_defaults, py::arg("parts"));
  module.def("check_sampling_interval", &check_sampling_interval, py::arg("sampling_interval"));

  py::class_<Network>(module, "Network")
      .def(py::init<std::uint64_t, unsigned, const std::string&>(), py::arg("seed"), py::arg("threads"),
           py::arg("method"))
      .def("create", &Network::create, py::arg("model"), py::arg("size"), py::arg("parameters"), py::arg("label"))
      .def("set", &Network::set, py::arg("ids"), py::arg("parameters"))
      .def("set_spike_times", &Network::set_spike_times, py::arg("id"), py::arg("times"))
      .def("initialize", &Network::initialize, py::arg("ids"), py::arg("variable"), py::arg("values"))
      .def("inject", &Network::inject, py::arg("ids"), py::arg("times"), py::arg("amplitudes"))
      .def("inject_sine", &Network::inject_sine, py::arg("ids"), py::arg("amplitude"), py::arg("offset"),
           py::arg("frequency"), py::arg("phase"), py::arg("start"), py::arg("stop"))
      .def("connect", &Network::connect, py::arg("pre_cells"), py::arg("post_cells"), py::arg("pre"), py::arg("post"),
           py::arg("weights"), py::arg("delays"), py::arg("parts"), py::arg("parameters"), py::arg("receptor"),
           py::arg("label"))
      .def("set_synapses", &Network::set_synapses, py::arg("projection"), py::arg("name"), py::arg("values"))
      .def("weights", &Network::weights, py::arg("projection"))
      .def("record_synapses", &Network::record_synapses, py::arg("projection"), py::arg("variable"),
           py::arg("sampling_interval"), py::arg("synapses"))
      .def("clear_recorded_synapses", &Network::clear_recorded_synapses, py::arg("projection"))
      .def("stop_recording_synapses", &Network::stop_recording_synapses, py::arg("projection"))
      .def("synapse_signal", &Network::synapse_signal, py::arg("projection"), py::arg("variable"), py::arg("synapses"))
      .def("synapse_changes", &Network::synapse_changes, py::arg("projection"), py::arg("variable"),
           py::arg("synapses"))
      .def("record", &Network::record, py::arg("ids"), py::arg("variable"), py::arg("sampling_interval"))
      .def("clear_recorded", &Network::clear_recorded, py::arg("ids"))
      .def("stop_recording", &Network::stop_recording, py::arg("ids"))
      .def("run_until", &Network::run_until, py::arg("time"))
      .def_property_readonly("now", &Network::now)
      .def("methods", &Network::methods)
      .def("spikes", &Network::spikes, py::arg("ids"))
      .def("spike_counts", &Network::spike_counts, py::arg("ids"))
      .def("signal", &Network::signal, py::arg("ids"), py::arg("variable"));
}

}  // namespace va_event::python

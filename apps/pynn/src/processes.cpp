// SPDX-License-Identifier: Apache-2.0
#include "processes.hpp"

#include <cstdint>
#include <string_view>
#include <vector>

#include "network/share.hpp"

namespace va_event::python {

namespace py = pybind11;

namespace {

py::list to_list(const std::vector<Processes::Bytes>& all) {
  py::list result;
  for (const Processes::Bytes& one : all) {
    result.append(py::bytes(one));
  }
  return result;
}

py::list all_gather(const py::bytes& mine) {
  std::vector<Processes::Bytes> all;
  processes()->all_gather(std::string_view(mine), all);
  return to_list(all);
}

py::list gather(const py::bytes& mine) {
  std::vector<Processes::Bytes> all;
  processes()->gather(std::string_view(mine), all);
  return to_list(all);
}

py::tuple local_range(std::uint32_t size) {
  const auto range = network::Share{processes()->rank(), processes()->count()}.of(size);
  return py::make_tuple(range.begin, range.end);
}

}  // namespace

const std::shared_ptr<Processes>& processes() {
  static const std::shared_ptr<Processes> all = launched_processes();
  return all;
}

void add_processes(py::module_& module) {
  module.def("rank", [] { return processes()->rank(); });
  module.def("process_count", [] { return processes()->count(); });
  module.def("local_range", &local_range, py::arg("size"),
             "The first of this process's cells of a population, and the one after its last");
  module.def("all_gather", &all_gather, py::arg("mine"));
  module.def("gather", &gather, py::arg("mine"), "What each gave, in process 0; nothing in the others");
  module.def(
      "abort", [](int exit_code) { processes()->abort(exit_code); }, py::arg("exit_code"));
}

}  // namespace va_event::python

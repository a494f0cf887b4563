// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <utility>
#include <vector>

namespace va_event::python {

namespace py = pybind11;

/// What comes from numpy; converted to this type and layout when it is another.
using DoubleArray = py::array_t<double, py::array::c_style | py::array::forcecast>;
using IdArray = py::array_t<std::uint32_t, py::array::c_style | py::array::forcecast>;
using IndexArray = py::array_t<std::uint64_t, py::array::c_style | py::array::forcecast>;

template <class Number>
std::span<const Number> view(const py::array_t<Number, py::array::c_style | py::array::forcecast>& array) {
  return {array.data(), static_cast<std::size_t>(array.size())};
}

template <class Number>
std::vector<Number> to_vector(const py::array_t<Number, py::array::c_style | py::array::forcecast>& array) {
  return {array.data(), array.data() + array.size()};
}

/// An array that takes over the memory of `values`: nothing is copied.
template <class Number>
py::array_t<Number> adopt(std::vector<Number> values, std::vector<py::ssize_t> shape) {
  auto owner = std::make_unique<std::vector<Number>>(std::move(values));
  const Number* data = owner->data();
  const py::capsule release(owner.get(), [](void* vector) { delete static_cast<std::vector<Number>*>(vector); });
  static_cast<void>(owner.release());
  return py::array_t<Number>(std::move(shape), data, release);
}

template <class Number>
py::array_t<Number> adopt(std::vector<Number> values) {
  const auto size = static_cast<py::ssize_t>(values.size());
  return adopt(std::move(values), {size});
}

}  // namespace va_event::python

// SPDX-License-Identifier: Apache-2.0
#include "va_crossval/simulators/network_file.hpp"

#include <hdf5.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

namespace va_event::crossval {
namespace {

/// Closes what HDF5 opened.
class Handle {
 public:
  using Close = herr_t (*)(hid_t);
  Handle(hid_t id, Close close, const std::string& path, const std::string& what) : id_(id), close_(close) {
    if (id_ < 0) {
      throw FileError(path, "HDF5 cannot open or make " + what);
    }
  }
  Handle(const Handle&) = delete;
  Handle& operator=(const Handle&) = delete;
  Handle(Handle&&) = delete;
  Handle& operator=(Handle&&) = delete;
  ~Handle() { close_(id_); }
  [[nodiscard]] hid_t id() const noexcept { return id_; }

 private:
  hid_t id_;
  Close close_;
};

/// HDF5 prints a stack of errors; ours say it in one line.
class Silence {
 public:
  Silence() {
    H5Eget_auto2(H5E_DEFAULT, &print_, &data_);
    H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);
  }
  Silence(const Silence&) = delete;
  Silence& operator=(const Silence&) = delete;
  Silence(Silence&&) = delete;
  Silence& operator=(Silence&&) = delete;
  ~Silence() { H5Eset_auto2(H5E_DEFAULT, print_, data_); }

 private:
  H5E_auto2_t print_ = nullptr;
  void* data_ = nullptr;
};

template <class T>
hid_t memory_type();
template <>
hid_t memory_type<double>() {
  return H5T_NATIVE_DOUBLE;
}
template <>
hid_t memory_type<std::uint32_t>() {
  return H5T_NATIVE_UINT32;
}
template <>
hid_t memory_type<std::uint8_t>() {
  return H5T_NATIVE_UINT8;
}

constexpr std::size_t kMaxName = 64;  // of the model

/// A file image in memory, which HDF5 itself never writes.
hid_t create_image(const std::string& path) {
  constexpr std::size_t kGrowth = std::size_t{1} << 20;  // [bytes]
  const Handle access(H5Pcreate(H5P_FILE_ACCESS), H5Pclose, path, "it");
  return H5Pset_fapl_core(access.id(), kGrowth, false) < 0
             ? H5I_INVALID_HID
             : H5Fcreate(path.c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, access.id());
}

class Writer {
 public:
  explicit Writer(const std::string& path) : path_(path), file_(create_image(path), H5Fclose, path, "it") {}

  /// Writes the file, complete or not at all.
  void finish() const {
    void* handle = nullptr;  // the core driver's is a pointer to its pointer to the bytes
    const bool flushed = H5Fflush(file_.id(), H5F_SCOPE_LOCAL) >= 0;
    const ssize_t size = flushed ? H5Fget_file_image(file_.id(), nullptr, 0) : -1;
    if (size <= 0 || H5Fget_vfd_handle(file_.id(), H5P_DEFAULT, &handle) < 0 || handle == nullptr) {
      throw FileError(path_, "HDF5 cannot make it");
    }
    write_text(path_, {static_cast<const char*>(*static_cast<void**>(handle)), static_cast<std::size_t>(size)});
  }

  [[nodiscard]] Handle group(const char* name) const {
    return {H5Gcreate2(file_.id(), name, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT), H5Gclose, path_, name};
  }
  template <class T>
  void array(const Handle& group, const char* name, const std::vector<T>& values) const {
    const hsize_t count = values.size();
    const Handle space(H5Screate_simple(1, &count, nullptr), H5Sclose, path_, name);
    const Handle set(H5Dcreate2(group.id(), name, memory_type<T>(), space.id(), H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT),
                     H5Dclose, path_, name);
    if (H5Dwrite(set.id(), memory_type<T>(), H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data()) < 0) {
      throw FileError(path_, std::string("HDF5 cannot write ") + name);
    }
  }
  void attribute(hid_t object, const std::string& name, double value) const {
    attribute(object, name, H5T_NATIVE_DOUBLE, &value);
  }
  void attribute(hid_t object, const std::string& name, const std::string& text) const {
    const Handle type(H5Tcopy(H5T_C_S1), H5Tclose, path_, name);
    H5Tset_size(type.id(), text.size() + 1);
    attribute(object, name, type.id(), text.c_str());
  }
  [[nodiscard]] hid_t id() const noexcept { return file_.id(); }

 private:
  void attribute(hid_t object, const std::string& name, hid_t type, const void* value) const {
    const Handle space(H5Screate(H5S_SCALAR), H5Sclose, path_, name);
    const Handle made(H5Acreate2(object, name.c_str(), type, space.id(), H5P_DEFAULT, H5P_DEFAULT), H5Aclose, path_,
                      name);
    if (H5Awrite(made.id(), type, value) < 0) {
      throw FileError(path_, "HDF5 cannot write " + name);
    }
  }

  std::string path_;
  Handle file_;
};

class Reader {
 public:
  explicit Reader(const std::string& path)
      : path_(path), file_(H5Fopen(path.c_str(), H5F_ACC_RDONLY, H5P_DEFAULT), H5Fclose, path, "it") {}

  template <class T>
  void array(const char* name, std::vector<T>& values) const {
    const Handle set(H5Dopen2(file_.id(), name, H5P_DEFAULT), H5Dclose, path_, name);
    const Handle space(H5Dget_space(set.id()), H5Sclose, path_, name);
    values.resize(static_cast<std::size_t>(std::max<hssize_t>(H5Sget_simple_extent_npoints(space.id()), 0)));
    if (H5Dread(set.id(), memory_type<T>(), H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data()) < 0) {
      throw FileError(path_, std::string("HDF5 cannot read ") + name);
    }
  }
  [[nodiscard]] bool has(const char* name) const { return H5Lexists(file_.id(), name, H5P_DEFAULT) > 0; }
  [[nodiscard]] double number(const std::string& object, const std::string& name) const {
    double value = 0.0;
    const Handle attribute = open(object, name);
    read(attribute, H5T_NATIVE_DOUBLE, &value, name);
    return value;
  }
  [[nodiscard]] std::string text(const std::string& object, const std::string& name) const {
    std::array<char, kMaxName> characters{};
    const Handle attribute = open(object, name);
    const Handle type(H5Tcopy(H5T_C_S1), H5Tclose, path_, name);
    H5Tset_size(type.id(), kMaxName - 1);
    read(attribute, type.id(), characters.data(), name);
    return characters.data();
  }

 private:
  [[nodiscard]] Handle open(const std::string& object, const std::string& name) const {
    return {H5Aopen_by_name(file_.id(), object.c_str(), name.c_str(), H5P_DEFAULT, H5P_DEFAULT), H5Aclose, path_, name};
  }
  void read(const Handle& attribute, hid_t type, void* value, const std::string& name) const {
    if (H5Aread(attribute.id(), type, value) < 0) {
      throw FileError(path_, "HDF5 cannot read " + name);
    }
  }

  std::string path_;
  Handle file_;
};

const CellModel& model_of(const std::string& name, const std::string& path) {
  for (const CellModel* model : list_standard_models()) {
    if (model->name == name) {
      return *model;
    }
  }
  throw FileError(path, "it has neurons of an unknown kind, " + name);
}

}  // namespace

void NetworkDescription::add(const Projection& projection, CellId first_pre, CellId first_post, bool is_inhibitory,
                             bool is_changing) {
  const std::vector<double> weights = projection.weights();
  const std::vector<double> delays = projection.delays();
  const std::vector<ListedConnection> connections = projection.connections();
  for (std::size_t i = 0; i < connections.size(); ++i) {
    pre.push_back(first_pre + connections[i].pre);
    post.push_back(first_post + connections[i].post);
    weight.push_back(weights[i]);
    delay.push_back(delays[i]);
    inhibitory.push_back(is_inhibitory ? 1 : 0);
    changing.push_back(is_changing ? 1 : 0);
  }
}

void write_network(const std::string& path, const NetworkDescription& network) {
  const Silence silence;
  const Writer file(path);
  file.attribute(file.id(), "model", network.model);
  file.attribute(file.id(), "duration", network.duration);
  const Handle parameters = file.group("parameters");
  for (const auto& [name, value] : network.parameters) {
    file.attribute(parameters.id(), name, value);
  }
  const Handle neurons = file.group("neurons");
  file.array(neurons, "v", network.v);
  const Handle synapses = file.group("synapses");
  file.array(synapses, "pre", network.pre);
  file.array(synapses, "post", network.post);
  file.array(synapses, "weight", network.weight);
  file.array(synapses, "delay", network.delay);
  file.array(synapses, "inhibitory", network.inhibitory);
  file.array(synapses, "changing", network.changing);
  const Handle spikes = file.group("source_spikes");
  file.array(spikes, "ids", network.source_ids);
  file.array(spikes, "times", network.source_times);
  if (!network.rule.empty()) {
    const Handle plasticity = file.group("plasticity");
    file.attribute(plasticity.id(), "rule", network.rule);
    for (const auto& [name, value] : network.rule_parameters) {
      file.attribute(plasticity.id(), name, value);
    }
  }
  file.finish();
}

NetworkDescription read_network(const std::string& path) {
  const Silence silence;
  const Reader file(path);
  NetworkDescription network{.model = file.text(".", "model")};
  network.duration = file.number(".", "duration");
  for (const ParameterInfo& parameter : model_of(network.model, path).parameters) {
    const std::string name(parameter.name);
    network.parameters.emplace_back(name, file.number("parameters", name));
  }
  file.array("neurons/v", network.v);
  file.array("synapses/pre", network.pre);
  file.array("synapses/post", network.post);
  file.array("synapses/weight", network.weight);
  file.array("synapses/delay", network.delay);
  file.array("synapses/inhibitory", network.inhibitory);
  file.array("source_spikes/ids", network.source_ids);
  file.array("source_spikes/times", network.source_times);
  return network;
}

Spikes read_spikes(const std::string& path) {
  const Silence silence;
  const Reader file(path);
  std::vector<double> times;
  std::vector<CellId> ids;
  file.array("times", times);
  file.array("ids", ids);
  if (times.size() != ids.size()) {
    throw FileError(
        path, "it has " + std::to_string(times.size()) + " times for " + std::to_string(ids.size()) + " ids of spikes");
  }
  std::vector<std::size_t> order(times.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(), [&times, &ids](std::size_t a, std::size_t b) {
    return std::make_pair(times[a], ids[a]) < std::make_pair(times[b], ids[b]);
  });
  Spikes spikes;
  for (const std::size_t i : order) {
    if (!std::isfinite(times[i]) || times[i] < 0.0) {
      throw FileError(path, "it has a spike at " + std::to_string(times[i]) + " ms");
    }
    spikes.times.emplace_back(times[i]);
    spikes.ids.push_back(ids[i]);
  }
  return spikes;
}

std::vector<double> read_weights(const std::string& path) {
  const Silence silence;
  const Reader file(path);
  std::vector<double> weights;
  if (file.has("weights")) {
    file.array("weights", weights);
  }
  return weights;
}

}  // namespace va_event::crossval

// SPDX-License-Identifier: Apache-2.0
#include "recording/files/hdf5.hpp"

#include <algorithm>

#include "va_event/error.hpp"

// Every call of HDF5 is checked, and every identifier is owned by a Handle before the next call, so that an exception
// leaves nothing open. The order of creation and the absence of time stamps make the bytes a function of the data.

namespace va_event::recording::hdf5 {
namespace {

constexpr std::size_t kGrowth = std::size_t{1} << 20;  // [bytes] by which the image in memory grows

/// Held while HDF5 is used. A function's own static, because files may be written while other statics are made.
std::mutex& library_mutex() {
  static std::mutex mutex;
  return mutex;
}

/// Keeps the innermost description, the first that H5E_WALK_UPWARD visits: what really went wrong.
herr_t keep_first(unsigned position, const H5E_error2_t* error, void* text) {
  if (position == 0 && error->desc != nullptr) {
    *static_cast<std::string*>(text) = error->desc;
  }
  return 0;
}

/// A file image in memory, never written by HDF5 itself.
hid_t create_image(const std::string& name) {
  const Handle access(H5Pcreate(H5P_FILE_ACCESS), H5Pclose);
  if (access.id() < 0 || H5Pset_fapl_core(access.id(), kGrowth, false) < 0) {
    return H5I_INVALID_HID;
  }
  return H5Fcreate(name.c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, access.id());
}

}  // namespace

Session::Session() : lock_(library_mutex()) {
  H5Eget_auto2(H5E_DEFAULT, &print_, &print_data_);
  H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);
}

Session::~Session() { H5Eset_auto2(H5E_DEFAULT, print_, print_data_); }

Image::Image(AtomicFile& file) : file_(file), image_(create_image(file.path()), H5Fclose) { require(image_.id() >= 0); }

void Image::require(bool holds) const {
  if (!holds) {
    std::string reason = "unknown failure";
    H5Ewalk2(H5E_DEFAULT, H5E_WALK_UPWARD, keep_first, &reason);
    throw FileError(file_.path(), "HDF5: " + reason);
  }
}

Handle Image::checked(hid_t id, Handle::Close close) const {
  require(id >= 0);
  return {id, close};
}

Handle Image::make_group(hid_t parent, const std::string& name) const {
  const Handle link = checked(H5Pcreate(H5P_LINK_CREATE), H5Pclose);
  require(H5Pset_char_encoding(link.id(), H5T_CSET_UTF8) >= 0);
  return checked(H5Gcreate2(parent, name.c_str(), link.id(), H5P_DEFAULT, H5P_DEFAULT), H5Gclose);
}

Handle Image::write(hid_t parent, const char* name, hid_t file_type, hid_t memory_type, const void* values,
                    hsize_t count) const {
  const Handle space = checked(H5Screate_simple(1, &count, nullptr), H5Sclose);
  const Handle creation = checked(H5Pcreate(H5P_DATASET_CREATE), H5Pclose);
  require(H5Pset_obj_track_times(creation.id(), false) >= 0);  // equal data shall make equal files
  Handle dataset =
      checked(H5Dcreate2(parent, name, file_type, space.id(), H5P_DEFAULT, creation.id(), H5P_DEFAULT), H5Dclose);
  if (count > 0) {
    require(H5Dwrite(dataset.id(), memory_type, H5S_ALL, H5S_ALL, H5P_DEFAULT, values) >= 0);
  }
  return dataset;
}

Handle Image::write(hid_t parent, const char* name, std::span<const double> values) const {
  return write(parent, name, H5T_IEEE_F64LE, H5T_NATIVE_DOUBLE, values.data(), values.size());
}

Handle Image::write(hid_t parent, const char* name, std::span<const std::uint64_t> values) const {
  return write(parent, name, H5T_STD_U64LE, H5T_NATIVE_UINT64, values.data(), values.size());
}

Handle Image::write(hid_t parent, const char* name, std::span<const std::uint32_t> values) const {
  return write(parent, name, H5T_STD_U32LE, H5T_NATIVE_UINT32, values.data(), values.size());
}

Handle Image::write(hid_t parent, const char* name, hsize_t rows, hsize_t columns, const Columns& source) const {
  const std::array<hsize_t, 2> extents{rows, columns};
  const Handle space = checked(H5Screate_simple(2, extents.data(), nullptr), H5Sclose);
  const Handle creation = checked(H5Pcreate(H5P_DATASET_CREATE), H5Pclose);
  require(H5Pset_obj_track_times(creation.id(), false) >= 0);
  const bool empty = rows == 0 || columns == 0;
  if (!empty) {
    const std::array<hsize_t, 2> chunk{std::min<hsize_t>(rows, 1024), std::min<hsize_t>(columns, 32)};  // 128 KiB
    require(H5Pset_chunk(creation.id(), 2, chunk.data()) >= 0);
  }
  Handle dataset =
      checked(H5Dcreate2(parent, name, H5T_IEEE_F32LE, space.id(), H5P_DEFAULT, creation.id(), H5P_DEFAULT), H5Dclose);
  if (!empty) {
    const std::array<hsize_t, 2> all{rows, source.row_length};
    const std::array<hsize_t, 2> start{0, source.first};
    const Handle memory = checked(H5Screate_simple(2, all.data(), nullptr), H5Sclose);
    require(H5Sselect_hyperslab(memory.id(), H5S_SELECT_SET, start.data(), nullptr, extents.data(), nullptr) >= 0);
    require(H5Dwrite(dataset.id(), H5T_NATIVE_DOUBLE, memory.id(), H5S_ALL, H5P_DEFAULT, source.values) >= 0);
  }
  return dataset;
}

void Image::link(hid_t group, const char* dataset, const char* name) const {
  require(H5Lcreate_hard(group, dataset, group, name, H5P_DEFAULT, H5P_DEFAULT) >= 0);
}

void Image::write_attribute(hid_t object, const char* name, std::uint8_t value) const {
  const Handle space = checked(H5Screate(H5S_SCALAR), H5Sclose);
  write_attribute(object, name, H5T_STD_U8LE, H5T_NATIVE_UINT8, space.id(), &value);
}

void Image::write_attribute(hid_t object, const char* name, hid_t file_type, hid_t memory_type, hid_t space,
                            const void* value) const {
  const Handle attribute = checked(H5Acreate2(object, name, file_type, space, H5P_DEFAULT, H5P_DEFAULT), H5Aclose);
  require(H5Awrite(attribute.id(), memory_type, value) >= 0);
}

void Image::write_attribute(hid_t object, const char* name, const std::string& text) const {
  const Handle type = checked(H5Tcopy(H5T_C_S1), H5Tclose);
  require(H5Tset_size(type.id(), H5T_VARIABLE) >= 0 && H5Tset_cset(type.id(), H5T_CSET_UTF8) >= 0);
  const Handle space = checked(H5Screate(H5S_SCALAR), H5Sclose);
  const char* const characters = text.c_str();
  write_attribute(object, name, type.id(), type.id(), space.id(), &characters);
}

void Image::write_attribute(hid_t object, const char* name, std::span<const std::uint32_t> values) const {
  const hsize_t count = values.size();
  const Handle space = checked(count == 1 ? H5Screate(H5S_SCALAR) : H5Screate_simple(1, &count, nullptr), H5Sclose);
  write_attribute(object, name, H5T_STD_U32LE, H5T_NATIVE_UINT32, space.id(), values.data());
}

void Image::write_attribute(hid_t object, const char* name, std::span<const char* const> names,
                            std::uint8_t value) const {
  const Handle type = checked(H5Tenum_create(H5T_STD_U8LE), H5Tclose);
  for (std::size_t i = 0; i < names.size(); ++i) {
    const auto code = static_cast<std::uint8_t>(i);
    require(H5Tenum_insert(type.id(), names[i], &code) >= 0);
  }
  const Handle space = checked(H5Screate(H5S_SCALAR), H5Sclose);
  write_attribute(object, name, type.id(), type.id(), space.id(), &value);
}

void Image::finish() const {
  require(H5Fflush(image_.id(), H5F_SCOPE_LOCAL) >= 0);
  const ssize_t size = H5Fget_file_image(image_.id(), nullptr, 0);
  require(size > 0);
  void* handle = nullptr;  // the core driver's is a pointer to its pointer to the bytes: no second copy of them
  require(H5Fget_vfd_handle(image_.id(), H5P_DEFAULT, &handle) >= 0 && handle != nullptr);
  file_.write(*static_cast<void**>(handle), static_cast<std::size_t>(size));
}

}  // namespace va_event::recording::hdf5

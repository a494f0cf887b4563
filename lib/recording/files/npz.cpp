// SPDX-License-Identifier: Apache-2.0
#include <zip.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "recording/files/formats.hpp"
#include "va_event/error.hpp"

// NPY format: https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html, version 1.0. An .npz file is a
// zip archive of them, here stored and not compressed: the low bits of times and voltages are noise to a compressor.
namespace va_event::recording {
namespace {

/// Numbers are written as they are in memory; numpy reads either order.
constexpr char kByteOrder = std::endian::native == std::endian::little ? '<' : '>';

/// numpy's name of a number type, without the byte order.
template <class T>
constexpr std::string_view kTypeCode{};
template <>
constexpr std::string_view kTypeCode<double> = "f8";
template <>
constexpr std::string_view kTypeCode<std::uint32_t> = "u4";
template <>
constexpr std::string_view kTypeCode<std::uint64_t> = "u8";

/// All that precedes the numbers: magic, version, length of the header, header.
std::string npy_header(std::string_view type_code, const std::vector<std::size_t>& shape) {
  std::string header = "{'descr': '";
  header += kByteOrder;
  header += type_code;
  header += "', 'fortran_order': False, 'shape': (";
  for (const std::size_t extent : shape) {
    header += std::to_string(extent) + ',';
  }
  header += "), }";
  constexpr std::size_t kPrefix = 10;     // bytes of magic, version and length
  constexpr std::size_t kAlignment = 64;  // of the numbers, so that they can be mapped into memory
  const std::size_t total = (kPrefix + header.size() + 1 + kAlignment - 1) / kAlignment * kAlignment;
  header.resize(total - kPrefix - 1, ' ');
  header += '\n';
  const std::size_t length = header.size();
  const std::string prefix{
      '\x93', 'N', 'U', 'M', 'P', 'Y', 1, 0, static_cast<char>(length & 0xff), static_cast<char>(length >> 8)};
  return prefix + header;
}

/// The code points of a text; bytes that are not UTF-8 become the replacement character.
std::u32string decode_utf8(std::string_view text) {
  std::u32string points;
  for (std::size_t i = 0; i < text.size();) {
    const auto lead = static_cast<unsigned char>(text[i++]);
    const int following = lead < 0x80 ? 0 : lead >= 0xf0 ? 3 : lead >= 0xe0 ? 2 : lead >= 0xc2 ? 1 : -1;
    char32_t point = following <= 0 ? lead : lead & (0x3fU >> following);
    int missing = following;
    for (; missing > 0 && i < text.size() && (static_cast<unsigned char>(text[i]) & 0xc0U) == 0x80U; --missing) {
      point = (point << 6U) | (static_cast<unsigned char>(text[i++]) & 0x3fU);
    }
    points += missing == 0 && point <= 0x10ffff ? point : U'\ufffd';
  }
  return points;
}

/// A zip archive in memory. Entries are stored uncompressed and have a fixed date; libzip reads the arrays when the
/// archive is made, without a copy of its own before.
class Archive {
 public:
  /// @param file gets the bytes at finish(); must outlive this
  explicit Archive(AtomicFile& file)
      : file_(file), source_(zip_source_buffer_create(nullptr, 0, 0, &error_.value)), archive_(open_archive()) {
    zip_source_keep(source_.get());  // one reference is the archive's now, the other serves finish()
  }
  ~Archive() {
    if (archive_ != nullptr) {
      zip_discard(archive_);
    }
  }
  Archive(const Archive&) = delete;
  Archive& operator=(const Archive&) = delete;

  /// Adds an array `name`.npy, whose values must stay where they are until finish().
  /// @param shape  extents, slowest first; {} is a single number
  template <class T>
  void add(const std::string& name, const T* values, const std::vector<std::size_t>& shape) {
    std::size_t size = 1;
    for (const std::size_t extent : shape) {
      size *= extent;
    }
    add_bytes(name, npy_header(kTypeCode<T>, shape), values, size * sizeof(T));
  }
  template <class T>
  void add(const std::string& name, const std::vector<T>& values) {
    add(name, values.data(), {values.size()});
  }

  /// Adds texts as an array of numpy's fixed-length unicode type; kept here.
  void add_texts(const std::string& name, const std::vector<std::string>& texts,
                 const std::vector<std::size_t>& shape) {
    std::size_t length = 1;  // numpy has no strings of length 0
    std::vector<std::u32string> rows;
    for (const std::string& text : texts) {
      length = std::max(length, rows.emplace_back(decode_utf8(text)).size());
    }
    std::u32string& cells = texts_.emplace_back();
    for (std::u32string& row : rows) {
      row.resize(length, U'\0');
      cells += row;
    }
    add_bytes(name, npy_header(std::string("U").append(std::to_string(length)), shape), cells.data(),
              cells.size() * sizeof(char32_t));
  }

  /// Makes the archive and writes it to the file; nothing can be added afterwards. @throws FileError
  void finish() {
    if (zip_close(archive_) != 0) {
      fail(zip_get_error(archive_));
    }
    archive_ = nullptr;
    require(zip_source_open(source_.get()) == 0, zip_source_error(source_.get()));
    std::vector<char> chunk(std::size_t{1} << 20);
    for (;;) {
      const zip_int64_t count = zip_source_read(source_.get(), chunk.data(), chunk.size());
      require(count >= 0, zip_source_error(source_.get()));
      if (count == 0) {
        break;
      }
      file_.write(chunk.data(), static_cast<std::size_t>(count));
    }
    zip_source_close(source_.get());
  }

 private:
  struct FreeSource {
    void operator()(zip_source_t* source) const { zip_source_free(source); }
  };

  struct Error {
    Error() { zip_error_init(&value); }
    ~Error() { zip_error_fini(&value); }
    Error(const Error&) = delete;
    Error& operator=(const Error&) = delete;
    zip_error_t value{};
  };

  [[noreturn]] void fail(zip_error_t* error) const {
    throw FileError(file_.path(), std::string("zip: ") + zip_error_strerror(error));
  }
  void require(bool holds, zip_error_t* error) const {
    if (!holds) {
      fail(error);
    }
  }

  [[nodiscard]] zip_t* open_archive() {
    require(source_ != nullptr, &error_.value);
    zip_t* const archive = zip_open_from_source(source_.get(), ZIP_TRUNCATE, &error_.value);
    require(archive != nullptr, &error_.value);
    return archive;
  }

  /// Adds an entry of two parts: the header, kept here, and the values.
  void add_bytes(const std::string& name, std::string header, const void* values, std::size_t bytes) {
    const std::string& kept = headers_.emplace_back(std::move(header));
    // libzip only reads through these pointers, though their type does not say so.
    const std::array<zip_buffer_fragment_t, 2> parts{
        {{reinterpret_cast<zip_uint8_t*>(const_cast<char*>(kept.data())), kept.size()},
         {static_cast<zip_uint8_t*>(const_cast<void*>(values)), bytes}}};
    zip_source_t* source = zip_source_buffer_fragment(archive_, parts.data(), bytes == 0 ? 1 : 2, 0);
    require(source != nullptr, zip_get_error(archive_));
    const zip_int64_t index = zip_file_add(archive_, (name + ".npy").c_str(), source, ZIP_FL_ENC_UTF_8);
    if (index < 0) {
      zip_source_free(source);
    }
    require(index >= 0, zip_get_error(archive_));
    const auto entry = static_cast<zip_uint64_t>(index);
    require(zip_set_file_compression(archive_, entry, ZIP_CM_STORE, 0) == 0, zip_get_error(archive_));
    constexpr zip_uint16_t kFirstOfJanuary1980 = (1U << 5U) | 1U;  // equal data shall make equal files
    require(zip_file_set_dostime(archive_, entry, 0, kFirstOfJanuary1980, 0) == 0, zip_get_error(archive_));
  }

  AtomicFile& file_;
  Error error_;
  std::unique_ptr<zip_source_t, FreeSource> source_;  ///< the bytes of the archive
  zip_t* archive_;                                    ///< null after finish()
  std::deque<std::string> headers_;                   // deques: elements stay where they are
  std::deque<std::u32string> texts_;
};

/// The populations as three arrays.
struct PopulationArrays {
  explicit PopulationArrays(Populations populations) {
    for (const PopulationRange& population : populations) {
      labels.push_back(population.label);
      first_ids.push_back(population.first_id);
      sizes.push_back(population.size);
    }
  }
  void add_to(Archive& archive) const {
    archive.add_texts("population_labels", labels, {labels.size()});
    archive.add("population_first_ids", first_ids);
    archive.add("population_sizes", sizes);
  }

  std::vector<std::string> labels;
  std::vector<std::uint32_t> first_ids;
  std::vector<std::uint64_t> sizes;
};

/// The tails of all spikes, one array for each place behind the first residual.
std::vector<std::vector<double>> further_residuals(const Spikes& spikes) {
  std::vector<std::vector<double>> arrays(spikes.tails_per_spike, std::vector<double>(spikes.size()));
  for (std::size_t k = 0; k < spikes.tails.size(); ++k) {
    arrays[k % spikes.tails_per_spike][k / spikes.tails_per_spike] = spikes.tails[k];
  }
  return arrays;
}

}  // namespace

void write_npz(AtomicFile& file, const Spikes& spikes, Populations populations) {
  std::vector<double> times;
  std::vector<double> residuals;
  times.reserve(spikes.size());
  residuals.reserve(spikes.size());
  for (const Time& time : spikes.times) {
    times.push_back(time.ms());
    residuals.push_back(time.residual());
  }
  const std::vector<std::vector<double>> further = further_residuals(spikes);
  const PopulationArrays ranges(populations);
  Archive archive(file);
  archive.add("ids", spikes.ids);
  archive.add("times", times);
  archive.add("times_residual", residuals);
  for (std::size_t k = 0; k < further.size(); ++k) {
    archive.add(std::string("times_residual").append(std::to_string(k + 2)), further[k]);
  }
  ranges.add_to(archive);
  archive.finish();
}

void write_npz(AtomicFile& file, const Signal& signal, Populations populations) {
  std::vector<double> times;
  times.reserve(signal.samples());
  for (std::size_t sample = 0; sample < signal.samples(); ++sample) {
    times.push_back(signal.time(sample));
  }
  const PopulationArrays ranges(populations);
  Archive archive(file);
  archive.add("values", signal.values.data(), {signal.samples(), signal.ids.size()});
  archive.add("times", times);
  archive.add("ids", signal.ids);
  archive.add("sampling_interval", &signal.sampling_interval, {});
  archive.add_texts("variable", {signal.variable}, {});
  archive.add_texts("unit", {signal.unit}, {});
  ranges.add_to(archive);
  archive.finish();
}

void write_npz(AtomicFile& file, const Connections& connections, Populations populations) {
  const PopulationArrays ranges(populations);
  Archive archive(file);
  archive.add("pre", connections.pre);
  archive.add("post", connections.post);
  archive.add("weights", connections.weights);
  archive.add("delays", connections.delays);
  archive.add_texts("weight_unit", {connections.weight_unit}, {});
  ranges.add_to(archive);
  archive.finish();
}

void write_npz(AtomicFile& file, const SynapseSignal& signal, Populations populations) {
  std::vector<double> times;
  for (std::size_t sample = 0; sample < signal.samples(); ++sample) {
    times.push_back(signal.time(sample));
  }
  const PopulationArrays ranges(populations);
  Archive archive(file);
  archive.add("values", signal.values.data(), {signal.samples(), signal.synapses.size()});
  archive.add("times", times);
  archive.add("synapses", signal.synapses);
  archive.add("pre", signal.pre);
  archive.add("post", signal.post);
  archive.add("sampling_interval", &signal.sampling_interval, {});
  archive.add_texts("variable", {signal.variable}, {});
  archive.add_texts("unit", {signal.unit}, {});
  ranges.add_to(archive);
  archive.finish();
}

void write_npz(AtomicFile& file, const SynapseChanges& changes, Populations populations) {
  std::vector<double> times;
  std::vector<double> residuals;
  for (const Time& time : changes.times) {
    times.push_back(time.ms());
    residuals.push_back(time.residual());
  }
  const PopulationArrays ranges(populations);
  Archive archive(file);
  archive.add("times", times);
  archive.add("times_residual", residuals);
  archive.add("synapses", changes.synapses);
  archive.add("pre", changes.pre);
  archive.add("post", changes.post);
  archive.add("values", changes.values);
  archive.add_texts("variable", {changes.variable}, {});
  archive.add_texts("unit", {changes.unit}, {});
  ranges.add_to(archive);
  archive.finish();
}

}  // namespace va_event::recording

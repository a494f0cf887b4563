// SPDX-License-Identifier: Apache-2.0
#include "va_event/files.hpp"

#include <array>
#include <filesystem>
#include <system_error>
#include <utility>

#include "recording/files/atomic_file.hpp"
#include "recording/files/formats.hpp"
#include "va_event/error.hpp"

// The public functions of files: they check the data, find the format by the ending, and have it written atomically.

namespace va_event {
namespace {

using recording::AtomicFile;
using recording::Populations;

/// A format, by the ending of a file's name. To add one: a writer in formats.hpp and a line here.
struct Format {
  std::string_view ending;
  void (*write_spikes)(AtomicFile&, const Spikes&, Populations);
  void (*write_signal)(AtomicFile&, const Signal&, Populations);                   ///< null: not for signals
  void (*write_connections)(AtomicFile&, const Connections&, Populations);         ///< null: not for connections
  void (*write_synapse_signal)(AtomicFile&, const SynapseSignal&, Populations);    ///< null: not for these
  void (*write_synapse_changes)(AtomicFile&, const SynapseChanges&, Populations);  ///< null: not for these
};
constexpr std::array<Format, 4> kFormats{{
    {".gdf", recording::write_gdf, nullptr, nullptr, nullptr, nullptr},
    {".csv", recording::write_csv, recording::write_csv, recording::write_csv, recording::write_csv,
     recording::write_csv},
    {".npz", recording::write_npz, recording::write_npz, recording::write_npz, recording::write_npz,
     recording::write_npz},
    {".h5", recording::write_sonata, recording::write_sonata, recording::write_sonata, nullptr, nullptr},
}};

/// The ending of the file's name in lower case, with the dot; "" when it has none.
std::string ending_of(const std::string& path) {
  const std::string name = std::filesystem::path(path).filename().string();
  const std::size_t dot = name.rfind('.');
  std::string ending = dot == std::string::npos ? "" : name.substr(dot);
  for (char& c : ending) {
    c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  }
  return ending;
}

/// @throws UnknownNameError unless there is a writer, `writer`, for such a file.
template <class Writer>
const Format& format_of(const std::string& path, Writer Format::*writer) {
  const std::string ending = ending_of(path);
  std::string known;
  for (const Format& format : kFormats) {
    if (format.*writer == nullptr) {
      continue;
    }
    if (format.ending == ending) {
      return format;
    }
    known += (known.empty() ? "" : ", ") + std::string(format.ending);
  }
  throw UnknownNameError("file format", '"' + ending + '"', "", "must be one of " + known + " (in " + path + ")");
}

/// @throws SizeError unless the arrays fit together
void check(const Spikes& spikes) {
  if (spikes.times.size() != spikes.ids.size()) {
    throw SizeError("spike ids", std::to_string(spikes.ids.size()), "ids",
                    "must be as many as times, " + std::to_string(spikes.times.size()));
  }
  if (spikes.tails.size() != spikes.size() * spikes.tails_per_spike) {
    throw SizeError("tails of spikes", std::to_string(spikes.tails.size()), "numbers",
                    "must be " + std::to_string(spikes.tails_per_spike) + " for each of " +
                        std::to_string(spikes.size()) + " spikes");
  }
}

/// @throws SizeError unless the values are whole rows
void check(const Signal& signal) {
  const std::size_t cells = signal.ids.size();
  if (cells == 0 ? !signal.values.empty() : signal.values.size() % cells != 0) {
    throw SizeError("signal values", std::to_string(signal.values.size()), "values",
                    "must be whole rows of " + std::to_string(cells) + ", one value per id");
  }
}

/// @throws SizeError unless `count` elements of a list are as many as the synapses or changes
void check_count(const char* name, std::size_t count, std::size_t size) {
  if (count != size) {
    throw SizeError(name, std::to_string(count) + " values", "",
                    "must be as many as synapses, " + std::to_string(size));
  }
}

void check(const SynapseSignal& signal) {
  const std::size_t size = signal.synapses.size();
  check_count("pre", signal.pre.size(), size);
  check_count("post", signal.post.size(), size);
  if (size == 0 ? !signal.values.empty() : signal.values.size() % size != 0) {
    throw SizeError("signal values", std::to_string(signal.values.size()), "values",
                    "must be whole rows of " + std::to_string(size) + ", one value per synapse");
  }
}

void check(const SynapseChanges& changes) {
  const std::size_t size = changes.synapses.size();
  check_count("times", changes.times.size(), size);
  check_count("pre", changes.pre.size(), size);
  check_count("post", changes.post.size(), size);
  check_count("values", changes.values.size(), size);
}

/// The first link on the way to `path` whose target is missing; "" when there is none.
std::string dangling_link(const std::filesystem::path& path) {
  std::filesystem::path way;
  std::error_code unknown;
  for (const std::filesystem::path& part : path) {
    way /= part;
    if (std::filesystem::is_symlink(std::filesystem::symlink_status(way, unknown)) &&
        !std::filesystem::exists(way, unknown)) {
      return way.string();
    }
  }
  return "";
}

}  // namespace

void write_spikes(const std::string& path, const Spikes& spikes, std::span<const PopulationRange> populations) {
  check(spikes);
  const Format& format = format_of(path, &Format::write_spikes);
  AtomicFile file(path);
  format.write_spikes(file, spikes, populations);
  file.commit();
}

void write_signal(const std::string& path, const Signal& signal, std::span<const PopulationRange> populations) {
  check(signal);
  const Format& format = format_of(path, &Format::write_signal);
  AtomicFile file(path);
  format.write_signal(file, signal, populations);
  file.commit();
}

void write_connections(const std::string& path, const Connections& connections,
                       std::span<const PopulationRange> populations) {
  const std::size_t size = connections.size();
  for (const auto& [name, count] :
       {std::pair("post", connections.post.size()), std::pair("weights", connections.weights.size()),
        std::pair("delays", connections.delays.size())}) {
    if (count != size) {
      throw SizeError(name, std::to_string(count) + " values", "", "must be as many as pre, " + std::to_string(size));
    }
  }
  const Format& format = format_of(path, &Format::write_connections);
  AtomicFile file(path);
  format.write_connections(file, connections, populations);
  file.commit();
}

void write_synapse_signal(const std::string& path, const SynapseSignal& signal,
                          std::span<const PopulationRange> populations) {
  check(signal);
  const Format& format = format_of(path, &Format::write_synapse_signal);
  AtomicFile file(path);
  format.write_synapse_signal(file, signal, populations);
  file.commit();
}

void write_synapse_changes(const std::string& path, const SynapseChanges& changes,
                           std::span<const PopulationRange> populations) {
  check(changes);
  const Format& format = format_of(path, &Format::write_synapse_changes);
  AtomicFile file(path);
  format.write_synapse_changes(file, changes, populations);
  file.commit();
}

void write_text(const std::string& path, std::string_view text) {
  AtomicFile file(path);
  file.write(text);
  file.commit();
}

std::span<const std::string_view> file_formats() noexcept {
  static constexpr auto kEndings = [] {
    std::array<std::string_view, kFormats.size()> endings;
    for (std::size_t i = 0; i < endings.size(); ++i) {
      endings[i] = kFormats[i].ending;
    }
    return endings;
  }();
  return kEndings;
}

void prepare_folder(const std::string& folder) {
  const std::filesystem::path path = folder.empty() ? "." : folder;
  std::error_code failure;
  if (const std::string link = dangling_link(path); !link.empty()) {
    throw FileError(folder, "the link " + link + " leads to " + std::filesystem::read_symlink(link, failure).string() +
                                ", which does not exist");
  }
  std::filesystem::create_directories(path, failure);
  if (failure) {
    throw FileError(folder, failure.message());
  }
  if (!std::filesystem::is_directory(path, failure)) {
    throw FileError(folder, "exists and is not a folder");
  }
  try {  // rights, quotas and full disks show only when a file is written
    AtomicFile probe((path / "va_event_probe").string());
    probe.write("a full disk refuses even this");
    probe.sync();
  } catch (const FileError& error) {
    throw FileError(folder, error.reason());
  }
}

}  // namespace va_event

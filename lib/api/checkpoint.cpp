// SPDX-License-Identifier: Apache-2.0
#include "api/checkpoint.hpp"

#include <algorithm>
#include <boost/crc.hpp>
#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <initializer_list>
#include <memory>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "api/gathered.hpp"
#include "api/shared_sources.hpp"
#include "api/synapse_recording.hpp"
#include "events/instant.hpp"
#include "foundation/bytes.hpp"
#include "network/fingerprint.hpp"
#include "recording/files/atomic_file.hpp"
#include "va_event/error.hpp"

// Saving: each process saves its part of the engine and of the data; process 0 puts them together and writes the file.
// Loading: process 0 reads the file, all get its bytes and take what belongs to their own cells. So the number of
// processes may be another one when the simulation goes on.

namespace va_event::detail {
namespace {

using foundation::BadBytes;
using foundation::ByteReader;
using foundation::ByteWriter;
using network::Trait;

constexpr std::string_view kMagic("\x89VAE\r\n\x1a\n", 8);  // as in PNG: shows what a transfer as text has done
constexpr std::uint32_t kByteOrder = 0x01020304;  ///< reads as another number on a machine with another byte order
constexpr std::uint32_t kFormat = 7;              ///< to be raised with every change of what the sections hold
constexpr std::size_t kHeaderBytes = kMagic.size() + 2 * sizeof(std::uint32_t) + sizeof(std::uint64_t);

/// CRC-64/XZ.
using Crc = boost::crc_optimal<64, 0x42f0e1eba9ea3693, ~std::uint64_t{0}, ~std::uint64_t{0}, true, true>;

/// The checksum of the parts, one after the other.
std::uint64_t checksum(std::initializer_list<std::string_view> parts) {
  Crc crc;
  for (const std::string_view part : parts) {
    crc.process_bytes(part.data(), part.size());
  }
  return crc.checksum();
}

/// What stands before the sections (checkpoint.hpp).
std::string header(std::uint64_t payload_bytes) {
  ByteWriter out;
  out.put(kByteOrder);
  out.put(kFormat);
  out.put(payload_bytes);
  return std::string(kMagic) + out.bytes();
}

/// What lies between header and checksum. @throws BadBytes
std::string_view payload_of(std::string_view file) {
  ByteReader::require(file.substr(0, kMagic.size()) == kMagic, "is none");
  ByteReader in(file.substr(kMagic.size()));
  ByteReader::require(in.get<std::uint32_t>() == kByteOrder, "is damaged, or of a machine with another byte order");
  const auto format = in.get<std::uint32_t>();
  ByteReader::require(in.get<std::uint64_t>() == file.size() - kHeaderBytes - sizeof(std::uint64_t),
                      "is damaged: its length is not what it says");
  const std::string_view sealed = file.substr(0, file.size() - sizeof(std::uint64_t));
  ByteReader end(file.substr(sealed.size()));
  ByteReader::require(end.get<std::uint64_t>() == checksum({sealed}), "is damaged: its checksum does not fit");
  ByteReader::require(format == kFormat, "is of a version of the library whose format is another one");
  return sealed.substr(kHeaderBytes);
}

/// The whole file. @throws CheckpointError with the system's reason when it cannot be read
std::string read_file(const std::string& path) {
  constexpr std::size_t kPart = std::size_t{1} << 16U;
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path.c_str(), "rb"), std::fclose);
  std::string bytes;
  std::size_t size = 0;
  while (file && std::feof(file.get()) == 0 && std::ferror(file.get()) == 0) {
    bytes.resize(size + kPart);
    size += std::fread(bytes.data() + size, 1, kPart, file.get());
  }
  if (!file || std::ferror(file.get()) != 0) {
    throw CheckpointError(path, "must be a file that can be read: " + std::generic_category().message(errno));
  }
  bytes.resize(size);
  return bytes;
}

/// All that a checkpoint and the simulation that loads it must have in common.
std::vector<Trait> traits_of(const Core& core) {
  std::vector<std::uint64_t> sums;
  for (const network::ProjectionData& projection : core.network.projections) {
    sums.push_back(network::hash_sum(projection));
  }
  sums.push_back(core.synapse_recorder.request_hash());
  sums.push_back(core.recorder.signal_request_hash());
  sums = gather_sums(sums, *core.processes);
  std::vector<Trait> traits{{"precision", core.precision.description()}};
  for (Trait& trait : network::traits_of(core.network, sums)) {
    traits.push_back(std::move(trait));
  }
  traits.push_back({"recorded synapses and variables", std::to_string(sums[sums.size() - 2]), true});
  traits.push_back(
      {"recorded cells and variables", std::to_string(sums.back() + core.recorder.spike_request_hash()), true});
  return traits;
}

/// Of all processes.
std::vector<std::size_t> sizes_of_projections(const Core& core) {
  std::vector<std::size_t> sizes;
  for (const network::ProjectionData& projection : core.network.projections) {
    sizes.push_back(projection.total_size);
  }
  return sizes;
}

/// Data of all processes, in process 0. @param add  to `data`, what another process has saved
template <class Data, class Add>
Data gather_data(const Core& core, Data data, const Add& add) {
  if (core.processes->count() > 1) {
    ByteWriter mine;
    data.save(mine);
    std::vector<Processes::Bytes> parts;
    core.processes->gather(mine.bytes(), parts);
    for (std::size_t rank = 1; rank < parts.size(); ++rank) {
      ByteReader part(parts[rank]);
      add(data, part);
    }
  }
  return data;
}

/// What all processes have recorded, in process 0.
recording::Recorder gather_recorded(const Core& core) {
  return gather_data(core, core.recorder,
                     [](auto& data, ByteReader& part) { data.add_from(part, [](CellId /*id*/) { return true; }); });
}

/// The same of synapses.
recording::SynapseRecorder gather_recorded_synapses(const Core& core) {
  return gather_data(core, core.synapse_recorder,
                     [&core](auto& data, ByteReader& part) { data.add_from(part, sizes_of_projections(core)); });
}

/// What process 0 reads, in all of them.
std::string read_for_all(const Core& core, const std::string& path) {
  std::string file;
  core.together([&] { file = core.processes->rank() == 0 ? read_file(path) : ""; });
  std::vector<Processes::Bytes> all;
  core.processes->all_gather(file, all);
  return std::move(all[0]);
}

/// Traits as bytes, and back.
void put_traits(ByteWriter& out, const std::vector<Trait>& traits) {
  out.put<std::uint64_t>(traits.size());
  for (const Trait& trait : traits) {
    out.put_text(trait.name);
    out.put_text(trait.value);
    out.put<std::uint8_t>(trait.is_hash ? 1 : 0);
  }
}

std::vector<Trait> get_traits(ByteReader& in) {
  std::vector<Trait> traits;
  for (auto count = in.get<std::uint64_t>(); count > 0; --count) {
    Trait trait;
    trait.name = in.get_text();
    trait.value = in.get_text();
    trait.is_hash = in.get<std::uint8_t>() != 0;
    traits.push_back(std::move(trait));
  }
  return traits;
}

/// The first difference; counts come before what they count. "" for none.
std::string difference(const std::vector<Trait>& there, const std::vector<Trait>& here) {
  for (std::size_t k = 0; k < there.size() && k < here.size(); ++k) {
    if (there[k].name != here[k].name || (there[k].is_hash && there[k].value != here[k].value)) {
      return "other " + here[k].name;
    }
    if (there[k].value != here[k].value) {
      return here[k].name + ' ' + there[k].value + " there, " + here[k].value + " here";
    }
  }
  return there.size() == here.size() ? "" : "more of it";
}

/// The methods of a checkpoint are those that were chosen when its simulation began: only a method that is asked for
/// here may be missing there. As difference().
std::string difference(SimulationMethod asked_for, const std::vector<MethodRow>& there) {
  const auto row_of = [&there](SimulationMethod method) {
    const auto row =
        std::find_if(there.begin(), there.end(), [method](const MethodRow& r) { return r.method == name_of(method); });
    return row == there.end() ? nullptr : &*row;
  };
  const MethodRow* other = row_of(SimulationMethod::order_free);
  other = other == nullptr ? row_of(SimulationMethod::near_spikes) : other;
  if (asked_for == SimulationMethod::one_by_one && other != nullptr) {
    return "method " + other->method + " of population \"" + other->label + "\" there, one-by-one here";
  }
  if (asked_for != SimulationMethod::automatic && asked_for != SimulationMethod::one_by_one &&
      row_of(asked_for) == nullptr) {
    return "method " + (other == nullptr ? std::string("one-by-one") : other->method) + " there, " +
           std::string(name_of(asked_for)) + " here";
  }
  return "";
}

/// All sections. A simulation that has not run is saved as an engine at time 0, which is made for that.
void put_payload(ByteWriter& out, const Core& core) {
  out.section("VERS", [&out] { out.put_text(version()); });
  out.section("NETW", [&] { put_traits(out, traits_of(core)); });
  const auto put_engine = [&out](const engine::Engine& engine) {
    ByteWriter methods;
    engine.save_methods(methods);
    out.section("METH", [&] { out.put_text(methods.bytes()); });
    engine.save(out);
  };
  if (core.engine) {
    put_engine(*core.engine);
  } else {  // time 0
    recording::Recorder unused;
    put_engine(*engine::make_engine(core.precision, core.network, unused, 1, *core.processes));
  }
  const recording::Recorder data = gather_recorded(core);
  out.section("DATA", [&] { data.save(out); });
  const recording::SynapseRecorder of_synapses = gather_recorded_synapses(core);
  out.section("SYND", [&] { of_synapses.save(out); });
}

/// Header, payload and the checksum of both, as one file. @throws FileError
void write_file(const std::string& path, std::string_view payload) {
  const std::string head = header(payload.size());
  ByteWriter tail;
  tail.put(checksum({head, payload}));
  recording::AtomicFile file(path);
  file.write(head);
  file.write(payload);
  file.write(tail.bytes());
  file.commit();
}

/// What was recorded in the file is what is recorded here, up to `now`. @throws BadBytes
void require_same_requests(const recording::Recorder& here, const recording::Recorder& there, const Time& now) {
  ByteReader::require(there.signal_request_hash() == here.signal_request_hash(), "holds samples of other cells");
  const auto present = events::to_instant<double>(now);
  for (const recording::Sampling& sampling : there.samplings()) {
    const std::int64_t next = sampling.next_sample();
    ByteReader::require(!(events::multiple(next, sampling.interval) < present), "lacks samples");
    ByteReader::require(next == sampling.first_sample || events::multiple(next - 1, sampling.interval) < present,
                        "holds samples of the future");
  }
}

/// The same of synapses. @param there  of this process
void require_same_requests(const recording::SynapseRecorder& here, const recording::SynapseRecorder& there,
                           const Time& now) {
  ByteReader::require(there.request_hash() == here.request_hash(), "holds data of other synapses");
  const auto present = events::to_instant<double>(now);
  for (const recording::SynapseSampling& sampling : there.samplings()) {
    const std::int64_t next = sampling.next_sample;
    ByteReader::require(!(events::multiple(next, sampling.interval) < present), "lacks samples of synapses");
    ByteReader::require(next == sampling.first_sample || events::multiple(next - 1, sampling.interval) < present,
                        "holds samples of synapses of the future");
  }
}

}  // namespace

void save_checkpoint(Core& core, const std::string& path) {
  core.require_whole();
  share_sources(core);
  ByteWriter payload;
  put_payload(payload, core);
  core.together([&] {
    if (core.processes->rank() == 0) {
      write_file(path, payload.bytes());
    }
  });
}

void load_checkpoint(Core& core, const std::string& path) {
  core.require_not_started("load_checkpoint");
  share_sources(core);
  const std::string file = read_for_all(core, path);
  try {
    ByteReader in(payload_of(file));
    in.section("VERS", [](ByteReader& part) { static_cast<void>(part.get_text()); });
    std::vector<Trait> traits;
    in.section("NETW", [&traits](ByteReader& part) { traits = get_traits(part); });
    if (const std::string other = difference(traits, traits_of(core)); !other.empty()) {
      throw CheckpointError(path, "must be of this simulation: " + other);
    }
    std::string_view methods;
    in.section("METH", [&methods](ByteReader& part) { methods = part.get_view(); });
    ByteReader::require(!methods.empty(), "lacks methods of simulation");
    core.engine =
        engine::make_engine(core.precision, core.network, core.recorder, core.threads, *core.processes, methods);
    if (core.precision == Precision()) {  // otherwise there is one method only, whatever is asked for
      const std::string other = difference(core.network.method, core.engine->methods());
      if (!other.empty()) {
        throw CheckpointError(path, "must be of this simulation: " + other);
      }
    }
    recording::Recorder data = core.recorder;
    recording::SynapseRecorder of_synapses;
    core.together([&] {
      core.engine->load(in);
      const auto is_local = [&core](CellId id) { return id < core.network.cells() && core.network.is_local(id); };
      in.section("DATA", [&](ByteReader& part) { data.load(part, is_local); });
      in.section("SYND", [&](ByteReader& part) { of_synapses.load(part, sizes_of_projections(core)); });
      ByteReader::require(in.at_end(), "holds more than it should");
      require_same_requests(core.recorder, data, core.engine->now());
    });
    share_synapse_data(core, of_synapses);
    core.together([&] { require_same_requests(core.synapse_recorder, of_synapses, core.engine->now()); });
    core.recorder = std::move(data);
    core.synapse_recorder = std::move(of_synapses);
    core.observers_outdated = true;
    core.statistics = gather_statistics(core.engine->statistics(), *core.processes);
    core.work_counts = gather_work_counts(core.engine->work_counts(), *core.processes);
  } catch (const BadBytes& problem) {
    core.reset();
    throw CheckpointError(path, std::string("must be a whole checkpoint, but ") + problem.what());
  } catch (...) {
    core.reset();
    throw;
  }
}

}  // namespace va_event::detail

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "foundation/bytes.hpp"
#include "synapses/synapse_observation.hpp"
#include "va_event/data.hpp"

namespace va_event::recording {

/// What is recorded of synapses. As with cells (recorder.hpp) each process has the data of its own synapses, those onto
/// its cells; but all of them have the same lists in the same order, some of which may be empty there. Synapses are
/// numbered in the projection's order, of all processes.

/// Which variable of which synapses of a projection.
struct SynapseRequest {
  std::size_t projection = 0;
  std::string variable;
  std::string unit;
  std::vector<std::uint64_t> synapses;         ///< of this process, ascending
  std::vector<synapses::SynapsePlace> places;  ///< of each of them; those that load() has read have none yet
};

/// Samples on the grid k * interval. A row is the samples of one time, in the order of the synapses.
struct SynapseSampling {
  SynapseRequest request;
  double interval = 0.0;          ///< [ms]
  std::int64_t first_sample = 0;  ///< index of the first row on the grid
  std::int64_t next_sample = 0;   ///< of the row that is to be taken next
  std::vector<double> values{};   ///< [rows x synapses]
};

/// Every change; of each synapse in their order.
struct SynapseChangeList {
  SynapseRequest request;
  std::vector<Time> times{};
  std::vector<std::uint64_t> synapses{};
  std::vector<double> values{};
};

/// The synapses that somebody asks for, by index; none: all.
using ChosenSynapses = std::optional<std::vector<std::uint64_t>>;

/// Everything that is recorded of synapses, and the requests for it. Holds data only; the engine brings the changes,
/// the API the samples.
class SynapseRecorder {
 public:
  /// Those of the request that are not sampled yet. @throws StateError when others are, at another interval
  [[nodiscard]] SynapseRequest unrecorded(SynapseRequest request, double interval) const;
  /// Samples synapses from sample `first` on. @pre they are unrecorded()
  void sample(SynapseRequest fresh, double interval, std::int64_t first);
  /// Records the changes of synapses; those of which they are recorded already go on.
  void record_changes(const SynapseRequest& request);
  [[nodiscard]] std::vector<SynapseSampling>& samplings() noexcept { return samplings_; }
  [[nodiscard]] const std::vector<SynapseSampling>& samplings() const noexcept { return samplings_; }
  [[nodiscard]] std::vector<SynapseChangeList>& change_lists() noexcept { return change_lists_; }
  [[nodiscard]] const std::vector<SynapseChangeList>& change_lists() const noexcept { return change_lists_; }

  /// The samples of those of the synapses of this process that have some, columns in their order; pre and post are
  /// empty. Nothing when there are none. @throws StateError when they are sampled at different times
  [[nodiscard]] std::optional<SynapseSignal> signal(std::size_t projection, std::string_view variable,
                                                    const ChosenSynapses& chosen) const;
  /// The changes of those of the synapses of which they are recorded, by time and synapse; pre and post are empty.
  /// Nothing when there are none such in this process.
  [[nodiscard]] std::optional<SynapseChanges> changes(std::size_t projection, std::string_view variable,
                                                      const ChosenSynapses& chosen) const;

  /// Forgets the data of a projection; recording goes on.
  void clear(std::size_t projection);
  /// Forgets the data of a projection and all requests for it.
  void stop(std::size_t projection);
  /// Forgets all data; recording starts again at time 0.
  void restart();

  /// Writes all data in an order that depends on its contents only.
  void save(foundation::ByteWriter& out) const;
  /// Replaces the data by what save() wrote, of all processes. @param sizes  of the projections
  /// @throws foundation::BadBytes, after which the data is incomplete
  void load(foundation::ByteReader& in, const std::vector<std::size_t>& sizes);
  /// Adds what save() of another process wrote, which has the same lists of other synapses.
  void add_from(foundation::ByteReader& in, const std::vector<std::size_t>& sizes);
  /// Keeps those of a list's synapses that are `local`, with their places. @param list  a sampling, or a list of
  /// changes after them
  void keep_local(std::size_t list, const SynapseRequest& local);
  /// What is recorded, at whatever times that was asked for: a sum over synapses, modulo 2^64.
  [[nodiscard]] std::uint64_t request_hash() const;

 private:
  /// Makes one table of those that are of the same times.
  void put_together();

  std::vector<SynapseSampling> samplings_;       ///< none is without synapses in all processes
  std::vector<SynapseChangeList> change_lists_;  ///< one for each variable of a projection
};

/// The changes by time and synapse; those of one synapse at one time keep their order. pre and post may be empty.
void sort(SynapseChanges& changes);

/// The columns of all of them, by ascending synapse. @param parts  at least one; pre and post may be empty @throws
/// StateError unless all are sampled at the same times
[[nodiscard]] SynapseSignal joined(const std::vector<SynapseSignal>& parts);

}  // namespace va_event::recording

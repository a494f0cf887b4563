// SPDX-License-Identifier: Apache-2.0
// A checkpoint is input, also behind its checksum: whatever its numbers are, it is refused or it can be run on.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <bit>
#include <boost/crc.hpp>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <fstream>
#include <functional>
#include <iterator>
#include <limits>
#include <random>
#include <string>
#include <vector>

#include "../recording/temporary_folder.hpp"
#include "va_event/va_event.hpp"

namespace va_event {
namespace {

using ::testing::HasSubstr;
using testing_support::TemporaryFolder;

constexpr std::size_t kHeader = 24;  // up to where the contents begin
constexpr double kSavedAt = 32.2;    // [ms]

/// Of every kind of cell, synapse, current and record.
std::vector<Population> build(Simulation& simulation) {
  const Population conductance =
      simulation.create(5, IfCondExp{.v_rest = -49.0, .cm = 0.2, .tau_refrac = 4.0, .v_reset = -60.0});
  conductance.slice(4, 5).set("tau_syn_I", 11.0);  // keeps the population from order-free conductances
  const Population current =
      simulation.create(5, IfCurrExp{.v_rest = -49.0, .cm = 0.2, .tau_refrac = 4.0, .v_reset = -60.0});
  const Population delta = simulation.create(3, IfCurrDelta{.v_rest = -49.0});
  const Population poisson = simulation.create(2, SpikeSourcePoisson{.rate = 300.0});
  const Population gamma = simulation.create(1, SpikeSourceGamma{.alpha = 2.0, .beta = 400.0});
  const Population array = simulation.create(1, SpikeSourceArray{{Time(1.0), Time(30.0), Time(35.0)}});
  const AllToAllConnector connector;
  const RandomDistribution delay("uniform", {0.5, 20.0});
  simulation.connect(conductance + current + poisson, conductance, connector, {.weight = 0.002, .delay = delay});
  simulation.connect(conductance + gamma + array, current, connector, {.weight = 0.05, .delay = 1.0});
  simulation.connect(current, conductance, connector, {.weight = 0.003, .delay = 1.5}, {.receptor_type = "inhibitory"});
  simulation.connect(conductance + array, delta, connector, {.weight = 0.4, .delay = delay});
  conductance.slice(0, 1).inject(ACSource{.amplitude = 0.02, .frequency = 30.0});
  current.slice(0, 1).inject(ACSource{.amplitude = 0.1, .frequency = 50.0});
  conductance.slice(1, 3).inject(DCSource{.amplitude = 0.05, .start = 10.0, .stop = 40.0});
  conductance.record({"spikes", "v", "gsyn_exc"}, 0.5);
  current.record({"spikes", "v"}, 1.0);
  delta.record("spikes");
  return {conductance, current, delta};
}

std::string with_checksum(std::string file) {
  boost::crc_optimal<64, 0x42f0e1eba9ea3693, ~std::uint64_t{0}, ~std::uint64_t{0}, true, true> crc;
  crc.process_bytes(file.data(), file.size() - sizeof(std::uint64_t));
  const std::uint64_t sum = crc.checksum();
  std::memcpy(file.data() + file.size() - sizeof sum, &sum, sizeof sum);
  return file;
}

void write(const std::string& path, const std::string& bytes) { std::ofstream(path, std::ios::binary) << bytes; }

/// What the error says; "" when there is none.
std::string refusal_of(const std::function<void()>& load) {
  try {
    load();
  } catch (const CheckpointError& error) {
    return error.what();
  }
  return "";
}

class CheckpointMutations : public ::testing::Test {
 protected:
  explicit CheckpointMutations(SimulationMethod asked_for = SimulationMethod::one_by_one) : method(asked_for) {
    Simulation simulation({.seed = 3, .threads = 1, .method = method});
    build(simulation);
    simulation.run(kSavedAt);
    simulation.save_checkpoint(path);
    std::ifstream in(path, std::ios::binary);
    file.assign(std::istreambuf_iterator<char>(in), {});
  }

  /// @returns whether it was accepted; then it has run on, to finite values
  bool loads(const std::string& mutant) {
    write(path, mutant);
    Simulation simulation({.seed = 3, .threads = 1, .method = method});
    const std::vector<Population> cells = build(simulation);
    try {
      simulation.load_checkpoint(path);
    } catch (const CheckpointError&) {
      EXPECT_EQ(simulation.now(), Time());
      simulation.run(1.0);  // as if nothing had happened
      return false;
    }
    simulation.run(5.0);
    for (const Population& some : cells) {
      for (const double v : some.value("v")) {
        EXPECT_TRUE(std::isfinite(v));
      }
      EXPECT_LT(some.mean_spike_count(), 10'000.0);
    }
    return true;
  }

  /// @returns why it is refused; "" when it is not
  [[nodiscard]] std::string complaint(const std::string& mutant) const {
    write(path, with_checksum(mutant));
    Simulation simulation({.seed = 3, .threads = 1, .method = method});
    build(simulation);
    return refusal_of([&] { simulation.load_checkpoint(path); });
  }

  /// Changes numbers anywhere between two places of the file.
  void mutate(int mutants, std::size_t begin, std::size_t end, std::size_t& accepted, std::size_t& refused);

  SimulationMethod method;
  TemporaryFolder folder;
  std::string path = folder / "mutant.checkpoint";
  std::string file;
};

/// The population of IF_curr_exp has order-free sums, and a neuron that is held apart.
class CheckpointMutationsOfSums : public CheckpointMutations {
 protected:
  CheckpointMutationsOfSums() : CheckpointMutations(SimulationMethod::order_free) {}
};

/// The populations with currents and conductances are looked at near spikes only.
class CheckpointMutationsNearSpikes : public CheckpointMutations {
 protected:
  CheckpointMutationsNearSpikes() : CheckpointMutations(SimulationMethod::near_spikes) {}
};

/// Files of version 0.1 have format 2: their sources were in the middle of other trains.
TEST_F(CheckpointMutations, OfAnotherFormatAreRefusedByVersion) {
  for (const std::uint32_t format : {1U, 2U, ~0U}) {
    std::string mutant = file;
    std::memcpy(mutant.data() + kHeader - 3 * sizeof format, &format, sizeof format);
    EXPECT_THAT(complaint(mutant), HasSubstr("is of a version of the library whose format is another one"));
  }
}

TEST_F(CheckpointMutations, TheFileItselfLoads) {
  EXPECT_EQ(with_checksum(file), file);
  EXPECT_TRUE(loads(file));
}

void CheckpointMutations::mutate(int mutants, std::size_t begin, std::size_t end, std::size_t& accepted,
                                 std::size_t& refused) {
  const std::vector<double> numbers = {0.0,
                                       -0.0,
                                       1.0,
                                       -1.0,
                                       -60.0,
                                       15.99,
                                       16.0,
                                       1e3,
                                       -1e3,
                                       1e15,
                                       -1e300,
                                       1e300,
                                       1e-320,
                                       0x1p+900,
                                       -0x1p+900,
                                       std::numeric_limits<double>::infinity(),
                                       -std::numeric_limits<double>::infinity(),
                                       std::numeric_limits<double>::quiet_NaN()};
  const std::vector<std::uint64_t> words = {0, 1, 2, 3, 7, 255, 1000, 1ULL << 31U, 1ULL << 40U, 1ULL << 56U, ~0ULL};
  std::mt19937_64 random(1);
  for (int k = 0; k < mutants; ++k) {
    std::string mutant = file;
    const std::size_t size = k % 3 == 0 ? 1 : k % 3 == 1 ? 4 : 8;
    const std::size_t at = begin + random() % (end - begin - sizeof(std::uint64_t));
    const std::uint64_t word = random() % 2 == 0 ? std::bit_cast<std::uint64_t>(numbers[random() % numbers.size()])
                                                 : words[random() % words.size()];
    std::memcpy(mutant.data() + at, &word, size);
    SCOPED_TRACE("mutation " + std::to_string(k) + ", " + std::to_string(size) + " bytes at " + std::to_string(at));
    (loads(with_checksum(mutant)) ? accepted : refused) += 1;
    if (HasFailure()) {
      return;
    }
  }
}

TEST_F(CheckpointMutations, EndInAnErrorOrInARunThatCompletes) {
  std::size_t accepted = 0, refused = 0;
  mutate(1500, kHeader, file.size() - sizeof(std::uint64_t), accepted, refused);
  EXPECT_GT(accepted, 100U);
  EXPECT_GT(refused, 300U);
}

/// Where things are in the file: places of a file of a simulation in doubles.
class Layout {
 public:
  explicit Layout(const std::string& file) : file_(file) {}

  template <class T>
  [[nodiscard]] T at(std::size_t place) const {
    T value;
    std::memcpy(&value, file_.data() + place, sizeof value);
    return value;
  }
  [[nodiscard]] std::size_t length_at(std::size_t place) const { return at<std::uint64_t>(place); }

  /// Of a section's contents; its length stands before them.
  [[nodiscard]] std::size_t section(const std::string& tag) const {
    std::size_t place = kHeader;
    while (file_.compare(place, 4, tag) != 0) {
      place += 12 + length_at(place + 4);
    }
    return place + 12;
  }
  [[nodiscard]] std::size_t end_of(const std::string& tag) const { return section(tag) + length_at(section(tag) - 8); }
  /// Of what is said of a cell: y, exc, inh, time, potential while it is refractory, ...
  [[nodiscard]] std::size_t cell(std::size_t number) const {
    std::size_t place = section("CELL");
    for (; number > 0; --number) {
      place += 8 + length_at(place);
    }
    return place + 8;
  }
  /// Of ends of refractoriness (0), source spikes (1), spikes in flight (2): their number, then kEvent bytes for each.
  [[nodiscard]] std::size_t events(int kind) const {
    std::size_t place = section("NEXT");
    for (; kind > 0; --kind) {
      place += 8 + length_at(place) * kEvent;
    }
    return place;
  }
  struct Samples {
    std::size_t variable, interval, first, ids, values;
  };
  /// The first samplings that are listed: gsyn_exc.
  [[nodiscard]] Samples samples() const {
    Samples place{};
    place.variable = section("DATA") + 8 + length_at(section("DATA")) * kSpike + 8 + 8;
    const std::size_t unit = place.variable + length_at(place.variable - 8) + 8;
    place.interval = unit + length_at(unit - 8);
    place.first = place.interval + 8;
    place.ids = place.first + 8 + 8;
    place.values = place.ids + 4 * length_at(place.ids - 8) + 8;
    return place;
  }

  static constexpr std::size_t kEvent = 4 + 8 + 8;  ///< cell, epoch, offset
  static constexpr std::size_t kSpike = 4 + 8 + 8;  ///< cell, whole and fraction of its time

 private:
  const std::string& file_;
};

template <class T>
std::string with(std::string file, std::size_t place, T value) {
  std::memcpy(file.data() + place, &value, sizeof value);
  return file;
}

/// The lengths of section and file are still right.
std::string without(std::string file, std::size_t place, std::size_t count, const std::string& section) {
  const Layout layout(file);
  const std::size_t begin = layout.section(section);
  file = with(file, begin - 8, std::uint64_t{layout.length_at(begin - 8) - count});
  file = with(file, kHeader - 8, std::uint64_t{layout.length_at(kHeader - 8) - count});
  return file.erase(place, count);
}

TEST_F(CheckpointMutationsOfSums, EndInAnErrorOrInARunThatCompletes) {
  const Layout place(file);
  for (const char* const section : {"METH", "CELL", "NEXT"}) {
    SCOPED_TRACE(section);
    std::size_t accepted = 0, refused = 0;
    mutate(300, place.section(section), place.end_of(section), accepted, refused);
    EXPECT_GT(accepted, 10U);
    EXPECT_GT(refused, 50U);
  }
}

TEST_F(CheckpointMutationsNearSpikes, EndInAnErrorOrInARunThatCompletes) {
  const Layout place(file);
  std::size_t accepted = 0, refused = 0;
  mutate(300, place.section("CELL"), place.end_of("CELL"), accepted, refused);
  EXPECT_GT(accepted, 10U);
  EXPECT_GT(refused, 50U);
}

TEST_F(CheckpointMutationsOfSums, OfNeuronsThatCannotBeAreRefused) {
  const Layout place(file);
  const std::size_t apart = place.cell(5);  // driven by a sinusoid
  const std::size_t added_up = place.cell(6);
  ASSERT_EQ(place.length_at(apart - 8), 1 + 5 * 8 + 1U) << "a mark before five numbers and a byte";
  ASSERT_EQ(place.length_at(added_up - 8), 1 + 6 * 8 + 2 + 16 + 8U) << "a mark, amplitudes, sums, refractoriness";
  EXPECT_THAT(complaint(with(file, apart, std::uint8_t{0})),
              HasSubstr("holds a neuron among others that it does not fit"));
  EXPECT_THAT(complaint(with(file, added_up, std::uint8_t{1})), HasSubstr("holds"));
  for (const double bad : {1e200, std::nan("")}) {
    EXPECT_THAT(complaint(with(file, added_up + 1, bad)), HasSubstr("holds a number out of range"));
  }
  EXPECT_THAT(complaint(with(file, added_up + 1 + 3 * 8, std::int64_t{1} << 61U)),
              HasSubstr("holds a number out of range"));
}

TEST_F(CheckpointMutationsOfSums, OfMethodsThatCannotBeAreRefused) {
  const Layout place(file);
  const std::size_t populations = place.section("METH") + 8;
  const std::size_t conductance_based = populations + 8;
  const std::size_t reason = conductance_based + 1 + 8;
  const std::size_t current_based = reason + place.length_at(reason - 8) + 8;
  ASSERT_EQ(place.at<std::uint8_t>(current_based), 2U);
  const std::size_t asked_for = current_based + 1 + 8;
  const std::size_t choices = asked_for + place.length_at(asked_for - 8) + 8;
  const std::size_t unit = choices + place.length_at(choices - 8) - 8;
  EXPECT_THAT(complaint(with(file, populations, std::uint64_t{5})), HasSubstr("holds methods of other populations"));
  for (const std::size_t at : {conductance_based, current_based}) {
    for (const std::uint8_t bad : {0, 4}) {
      EXPECT_THAT(complaint(with(file, at, bad)), HasSubstr("holds a method of simulation that a population cannot"));
    }
  }
  EXPECT_THAT(complaint(with(file, conductance_based, std::uint8_t{2})),
              HasSubstr("holds a method of simulation that a population cannot have"));
  EXPECT_THAT(complaint(with(file, current_based, std::uint8_t{3})),
              HasSubstr("holds a method of simulation that a population cannot have"));
  ASSERT_GT(place.at<double>(unit), 0.0);
  for (const double bad : {0.0, -1.0, 3.0, 0x1p400, HUGE_VAL, std::nan("")}) {
    EXPECT_THAT(complaint(with(file, unit, bad)), HasSubstr("holds a unit that is none")) << bad;
  }
  const std::size_t tau_m = choices + 8 + 2 * 8;
  ASSERT_EQ(place.at<double>(tau_m), 20.0);
  EXPECT_THAT(complaint(with(file, tau_m, -20.0)), HasSubstr("holds a parameter out of range"));
  EXPECT_THAT(complaint(with(file, tau_m, 5.0)), HasSubstr("holds time constants that sums cannot have"));
  EXPECT_THAT(complaint(with(file, tau_m, 10.0)), HasSubstr("holds a neuron among others that it does not fit"));
}

TEST_F(CheckpointMutations, OfNeuronsThatCannotBeAreRefused) {
  constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
  const Layout place(file);
  const auto refused = [&](std::size_t cell, std::size_t number, double value) {
    return complaint(with(file, place.cell(cell) + 8 * number, value));
  };
  for (const std::size_t cell : {1U, 6U}) {
    ASSERT_EQ(place.at<std::uint64_t>(place.cell(cell) - 8), 41U) << "five numbers and a byte";
  }
  for (const std::size_t cell : {0U, 1U, 5U, 6U}) {  // of both models, driven by a sinusoid or not
    SCOPED_TRACE(cell);
    for (const double bad : {1e200, -1e200, kNaN}) {
      for (const std::size_t number : {0U, 1U, 2U, 4U}) {
        EXPECT_THAT(refused(cell, number, bad), HasSubstr("holds a number out of range")) << number << ' ' << bad;
      }
    }
    EXPECT_THAT(refused(cell, 3, -1.0), HasSubstr("holds a neuron of another time"));
  }
  for (const std::size_t cell : {0U, 1U}) {
    EXPECT_THAT(refused(cell, 1, -1e-3), HasSubstr("holds a variable below 0"));
    EXPECT_THAT(refused(cell, 2, -1e-3), HasSubstr("holds a variable below 0"));
  }
  std::string large = file;
  for (const std::size_t number : {0U, 1U, 2U}) {
    large = with(large, place.cell(6) + 8 * number, 9e99);
  }
  EXPECT_THAT(complaint(large), HasSubstr("holds a potential out of range")) << "the sum of what is in range";
}

TEST_F(CheckpointMutations, OfEventsAtImpossibleTimesOrOfOtherCellsAreRefused) {
  const Layout place(file);
  const auto changed = [&](int kind, std::size_t part, auto value) {
    EXPECT_GT(place.length_at(place.events(kind)), 0U) << kind;
    return complaint(with(file, place.events(kind) + 8 + part, value));
  };
  constexpr std::size_t kEpoch = 4;  // place in an event; the cell is first
  EXPECT_THAT(changed(0, kEpoch, std::int64_t{0}), HasSubstr("holds an end of refractoriness that is over"));
  EXPECT_THAT(changed(1, kEpoch, std::int64_t{0}), HasSubstr("holds a source spike that is over"));
  EXPECT_THAT(changed(2, kEpoch, std::int64_t{99}), HasSubstr("holds a spike of the future"));
  const auto awake = [&] {
    CellId cell = 0;
    for (std::size_t k = 0; k < place.length_at(place.events(0)); ++k) {
      cell += place.at<CellId>(place.events(0) + 8 + k * Layout::kEvent) == cell ? 1 : 0;
    }
    return cell;
  }();
  EXPECT_THAT(changed(0, 0, awake), HasSubstr("holds the end of a refractoriness that is none"));
  const std::string fewer = with(file, place.events(0), std::uint64_t{place.length_at(place.events(0)) - 1});
  EXPECT_THAT(complaint(without(fewer, place.events(0) + 8, Layout::kEvent, "NEXT")),
              HasSubstr("holds a refractory neuron without an end"));
  const std::size_t distance = place.end_of("DONE") - 8 - 8 - 4 - 8;  // of the last closest approach
  EXPECT_THAT(complaint(with(file, distance, -1.0)), HasSubstr("holds a distance below 0"));
  EXPECT_THAT(complaint(with(file, distance + 8, CellId{17})), HasSubstr("holds a closest approach of no cell"));
}

/// Else a shard would wait for a time that is over.
TEST_F(CheckpointMutations, OfSourcesWhoseSpikesGoBackInTimeAreRefused) {
  const Layout place(file);
  constexpr std::size_t kPoisson = 13, kGamma = 15, kArray = 16;  // cells
  constexpr std::size_t kSlot = 8 + 8 + 4;  // its epoch, after the last change of the rate and the number of changes
  for (const std::size_t begin : {place.cell(kPoisson) + kSlot, place.cell(kGamma), place.cell(kArray)}) {
    ASSERT_GT(place.at<std::int64_t>(begin), 0) << begin;
    EXPECT_THAT(complaint(with(file, begin, std::int64_t{0})), HasSubstr("holds a source whose spikes go back in time"))
        << begin;
  }
}

TEST_F(CheckpointMutations, OfTwoNextSpikesOfASourceAreRefused) {
  const Layout place(file);
  const std::size_t first = place.events(1) + 8;
  ASSERT_GT(place.length_at(place.events(1)), 1U);
  EXPECT_THAT(complaint(with(file, first + Layout::kEvent, place.at<CellId>(first))),
              HasSubstr("holds two next spikes of a source"));
}

TEST_F(CheckpointMutations, OfCurrentsAtOtherStepsThanThoseOfTheTimeAreRefused) {
  const Layout place(file);
  ASSERT_EQ(place.at<std::uint64_t>(place.section("CURR")), 1U);  // the sinusoid began at 0
  EXPECT_THAT(complaint(with(file, place.section("CURR"), std::uint64_t{0})),
              HasSubstr("holds a current of another time"));
  EXPECT_THAT(complaint(with(file, place.section("CURR"), std::uint64_t{99})),
              HasSubstr("holds more steps than a current has"));
}

TEST_F(CheckpointMutations, OfSpikesOfOtherCellsOrAtNoTimesAreRefused) {
  const std::size_t spike = Layout(file).section("DATA") + 8;
  EXPECT_THAT(complaint(with(file, spike, CellId{13})), HasSubstr("holds a spike of a cell that is not recorded"));
  EXPECT_THAT(complaint(with(file, spike + 4, std::int64_t{-1})), HasSubstr("holds a time that is none"));
  EXPECT_THAT(complaint(with(file, spike + 4, std::int64_t{1} << 62U)), HasSubstr("holds a time that is none"));
  for (const double bad : {-0.1, 1.0, std::nan("")}) {
    EXPECT_THAT(complaint(with(file, spike + 12, bad)), HasSubstr("holds a time that is none")) << bad;
  }
}

TEST_F(CheckpointMutations, OfSamplesThatAreNotRecordedHereAreRefused) {
  const Layout layout(file);
  const Layout::Samples place = layout.samples();
  ASSERT_EQ(file.substr(place.variable, 8), "gsyn_exc");
  ASSERT_EQ(layout.at<double>(place.interval), 0.5);
  ASSERT_EQ(layout.at<CellId>(place.ids + 16), 4U);
  EXPECT_THAT(complaint(with(file, place.variable, 'x')), HasSubstr("holds samples of other cells"));
  EXPECT_THAT(complaint(with(file, place.ids + 16, CellId{7})), HasSubstr("holds samples of other cells"));
  EXPECT_THAT(complaint(with(file, place.interval, 0.25)), HasSubstr("holds samples of other cells"));
  for (const CellId bad : {0U, 2U, 3U}) {  // 3 is there twice
    EXPECT_THAT(complaint(with(file, place.ids + 16, bad)), HasSubstr("holds cells that do not ascend"));
  }
  for (const double bad : {0.0, -0.5, HUGE_VAL, std::nan("")}) {
    EXPECT_THAT(complaint(with(file, place.interval, bad)), HasSubstr("holds samples that are taken at no times"));
    if (!std::isfinite(bad)) {
      EXPECT_THAT(complaint(with(file, place.values + 80, bad)), HasSubstr("holds a sample that is no number"));
    }
  }
  for (const std::int64_t bad : {std::int64_t{-1}, std::int64_t{1} << 52U}) {
    EXPECT_THAT(complaint(with(file, place.first, bad)), HasSubstr("holds samples that are taken at no times"));
  }
  EXPECT_THAT(complaint(with(file, place.first, std::int64_t{1})), HasSubstr("holds samples of the future"));
  const std::uint64_t values = layout.length_at(place.values - 8);
  EXPECT_EQ(values, 5 * 65U);  // at 0, 0.5, ... 33 ms
  EXPECT_THAT(complaint(without(with(file, place.values - 8, values - 5), place.values, 5 * 8, "DATA")),
              HasSubstr("lacks samples"));
}

TEST_F(CheckpointMutations, OfDigitsOfATimeThatAreNoneAreRefused) {
  const auto make = [] {
    Simulation simulation({.precision = Precision::quad()});
    simulation.create(1, SpikeSourceArray{{Time(1.0)}}).record("spikes");
    return simulation;
  };
  Simulation simulation = make();
  simulation.run(2.0);
  simulation.save_checkpoint(path);
  const std::string wide = testing_support::content(path);
  for (const double bad : {1.0, -1.0, 1e300, std::nan("")}) {
    const std::size_t tail = Layout(wide).section("DATA") + 8 + Layout::kSpike;
    write(path, with_checksum(with(wide, tail, bad)));
    Simulation other = make();
    EXPECT_THAT(refusal_of([&] { other.load_checkpoint(path); }), HasSubstr("holds a time that is none")) << bad;
  }
}

}  // namespace
}  // namespace va_event

// SPDX-License-Identifier: Apache-2.0
#include "va_event/files.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>
#include <string>
#include <thread>
#include <vector>

#include "child_process.hpp"
#include "sample_data.hpp"
#include "temporary_folder.hpp"
#include "va_event/error.hpp"

namespace va_event {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing_support::content;
using testing_support::failure_in_child;
using testing_support::sample_connections;
using testing_support::sample_populations;
using testing_support::sample_signal;
using testing_support::sample_spikes;
using testing_support::sample_synapse_changes;
using testing_support::sample_synapse_signal;
using testing_support::TemporaryFolder;

const std::vector<std::string> kSignalFormats{".csv", ".npz", ".h5"};

/// What HDF5 files and zip archives begin with; texts begin with their first character.
std::string first_bytes(const std::string& path) { return content(path).substr(0, 4); }

TEST(Files, OfferFourFormats) { EXPECT_THAT(file_formats(), ElementsAre(".gdf", ".csv", ".npz", ".h5")); }

TEST(Files, TakeTheFormatFromTheEndingInAnyCase) {
  const TemporaryFolder folder;
  for (const char* name : {"a.GDF", "b.v1.Csv", "c.NPZ", "d.H5"}) {
    write_spikes(folder / name, sample_spikes(), sample_populations());
  }
  EXPECT_EQ(first_bytes(folder / "a.GDF"), "0\t0.");
  EXPECT_EQ(first_bytes(folder / "b.v1.Csv"), "id,t");
  EXPECT_EQ(first_bytes(folder / "c.NPZ"), "PK\x03\x04");
  EXPECT_EQ(first_bytes(folder / "d.H5"), "\x89HDF");
}

TEST(Files, RefuseOtherEndingsBeforeAnythingIsWritten) {
  const TemporaryFolder folder;
  for (const char* name : {"spikes", "spikes.txt", "spikes.", "gdf", "spikes.gdf2", "a.gdf/spikes"}) {
    EXPECT_THROW(write_spikes(folder / name, sample_spikes(), sample_populations()), UnknownNameError) << name;
  }
  EXPECT_THROW(write_signal(folder / "v.gdf", sample_signal(), sample_populations()), UnknownNameError);
  try {
    write_signal("v.dat", sample_signal(), sample_populations());
    FAIL();
  } catch (const UnknownNameError& error) {
    EXPECT_STREQ(error.what(), "file format = \".dat\": must be one of .csv, .npz, .h5 (in v.dat)");
  }
  EXPECT_EQ(folder.entries(), 0U);
}

TEST(Files, KeepEveryDigitOfTimesInTexts) {
  const TemporaryFolder folder;
  Spikes spikes;
  spikes.times = {Time(0.1), Time(3.0), Time::from_parts(10000000, 0.1), Time::from_parts(10000000, 0.1 + 0x1p-56)};
  spikes.ids = {4, 0, 4294967295U, 1};
  write_spikes(folder / "a.gdf", spikes, {});
  EXPECT_EQ(content(folder / "a.gdf"), "4\t0.1\n0\t3.0\n4294967295\t10000000.1\n1\t10000000.10000000000000002\n");
  write_spikes(folder / "a.csv", spikes, {});
  EXPECT_EQ(content(folder / "a.csv"), "id,time_ms\n4,0.1\n0,3\n4294967295,10000000.1\n1,10000000.10000000000000002\n");
}

TEST(Files, WriteTextAsItIs) {
  const TemporaryFolder folder;
  const std::string text("{\"a\": 1}\n\0é", 11);
  write_text(folder / "run.json", text);
  EXPECT_EQ(content(folder / "run.json"), text);
  write_text(folder / "run.json", "");
  EXPECT_EQ(content(folder / "run.json"), "");
}

TEST(Files, OfEqualDataAreEqualByteByByte) {
  const TemporaryFolder folder;
  for (const char* const subfolder : {"a", "b"}) {
    std::filesystem::create_directory(folder / subfolder);
    const std::filesystem::path path(folder / subfolder);
    for (const std::string_view format : file_formats()) {
      write_spikes((path / "spikes").concat(format).string(), sample_spikes(), sample_populations());
    }
    for (const std::string& format : kSignalFormats) {
      write_signal((path / "v").concat(format).string(), sample_signal(), sample_populations());
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(2100));  // zip counts time in steps of 2 s
  }
  for (const char* name : {"spikes.gdf", "spikes.csv", "spikes.npz", "spikes.h5", "v.csv", "v.npz", "v.h5"}) {
    EXPECT_TRUE(content((std::filesystem::path(folder / "a") / name).string()) ==
                content((std::filesystem::path(folder / "b") / name).string()))
        << name;
  }
}

TEST(Files, CanBeWrittenByThreads) {
  const TemporaryFolder folder;
  write_spikes(folder / "alone.h5", sample_spikes(), sample_populations());
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back(
        [&folder, i] { write_spikes(folder / (std::to_string(i) + ".h5"), sample_spikes(), sample_populations()); });
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
  for (int i = 0; i < 4; ++i) {
    EXPECT_TRUE(content(folder / (std::to_string(i) + ".h5")) == content(folder / "alone.h5"));
  }
}

TEST(Files, FailWithTheirPathAndLeaveNothingWhenTheDiskFillsUp) {
  const TemporaryFolder folder;
  for (const std::string_view format : file_formats()) {
    const std::string path = folder / ("spikes" + std::string(format));
    EXPECT_EQ(failure_in_child([&] {
                testing_support::limit_file_size(4096);
                write_spikes(path, sample_spikes(), sample_populations());
              }),
              path + ": File too large");
  }
  for (const std::string& format : kSignalFormats) {
    const std::string path = folder / ("v" + format);
    EXPECT_EQ(failure_in_child([&] {
                testing_support::limit_file_size(4096);
                write_signal(path, sample_signal(), sample_populations());
              }),
              path + ": File too large");
  }
  EXPECT_EQ(folder.entries(), 0U);
}

TEST(Files, RefuseArraysThatDoNotFitTogether) {
  const TemporaryFolder folder;
  Spikes spikes = sample_spikes();
  spikes.ids.pop_back();
  Signal ragged = sample_signal();
  ragged.values.pop_back();
  Signal nobody = sample_signal();
  nobody.ids.clear();
  for (const std::string& format : kSignalFormats) {
    EXPECT_THROW(write_spikes(folder / ("s" + format), spikes, sample_populations()), SizeError);
    EXPECT_THROW(write_signal(folder / ("v" + format), ragged, sample_populations()), SizeError);
    EXPECT_THROW(write_signal(folder / ("v" + format), nobody, sample_populations()), SizeError);
  }
  EXPECT_EQ(folder.entries(), 0U);
}

TEST(ConnectionFiles, RefuseWhatDoesNotFit) {
  const TemporaryFolder folder;
  EXPECT_THROW(write_connections(folder / "c.gdf", sample_connections(), sample_populations()), UnknownNameError);
  Connections ragged = sample_connections();
  ragged.delays.pop_back();
  EXPECT_THROW(write_connections(folder / "c.csv", ragged, sample_populations()), SizeError);
  EXPECT_THROW(write_connections(folder / "c.h5", sample_connections(), {}), IndexError);
}

TEST(SynapseFiles, RefuseWhatDoesNotFit) {
  const TemporaryFolder folder;
  for (const char* name : {"s.gdf", "s.h5"}) {
    EXPECT_THROW(write_synapse_signal(folder / name, sample_synapse_signal(), {}), UnknownNameError);
    EXPECT_THROW(write_synapse_changes(folder / name, sample_synapse_changes(), {}), UnknownNameError);
  }
  SynapseSignal signal = sample_synapse_signal();
  signal.values.pop_back();
  EXPECT_THROW(write_synapse_signal(folder / "s.csv", signal, {}), SizeError);
  signal = sample_synapse_signal();
  signal.post.pop_back();
  EXPECT_THROW(write_synapse_signal(folder / "s.csv", signal, {}), SizeError);
  SynapseChanges changes = sample_synapse_changes();
  changes.values.pop_back();
  EXPECT_THROW(write_synapse_changes(folder / "s.npz", changes, {}), SizeError);
  EXPECT_EQ(folder.entries(), 0U);
}

TEST(SonataFiles, RefuseCellsOfNoPopulation) {
  const TemporaryFolder folder;
  const std::vector<PopulationRange> gap{{"a", "", 0, 20}, {"b", "", 21, 100}};
  EXPECT_THROW(write_spikes(folder / "s.h5", sample_spikes(), gap), IndexError);
  EXPECT_THROW(write_signal(folder / "v.h5", sample_signal(), gap), IndexError);
  EXPECT_THROW(write_spikes(folder / "s.h5", sample_spikes(), {}), IndexError);
  try {
    Spikes spikes;
    spikes.times = {Time(1.0)};
    spikes.ids = {20};
    write_spikes(folder / "s.h5", spikes, gap);
    FAIL();
  } catch (const IndexError& error) {
    EXPECT_STREQ(error.what(), "recorded id = 20: must belong to one of the populations given");
  }
  EXPECT_EQ(folder.entries(), 0U);
}

TEST(SonataFiles, RefuseCellsOfTwoPopulations) {
  const TemporaryFolder folder;
  const std::vector<PopulationRange> overlapping{{"b", "", 10, 100}, {"a", "", 0, 20}, {"empty", "", 5, 0}};
  EXPECT_THROW(write_spikes(folder / "s.h5", sample_spikes(), overlapping), IndexError);
}

TEST(SonataFiles, TakePopulationsInAnyOrderAndEmptyOnes) {
  const TemporaryFolder folder;
  const std::vector<PopulationRange> any{{"b", "", 30, 25}, {"none", "", 0, 0}, {"a", "", 0, 30}, {"nil", "", 30, 0}};
  EXPECT_NO_THROW(write_spikes(folder / "s.h5", sample_spikes(), any));
  EXPECT_NO_THROW(write_signal(folder / "v.h5", sample_signal(), any));
  EXPECT_NO_THROW(write_spikes(folder / "none.h5", {}, {}));
}

TEST(SonataFiles, TakeAnyLabels) {
  const TemporaryFolder folder;
  const std::vector<PopulationRange> odd{{"", "", 0, 10},   {".", "", 10, 10}, {"x", "", 20, 10},
                                         {"x", "", 30, 10}, {"/", "", 40, 5},  {"\xff\xfe not UTF-8", "", 45, 5}};
  for (const char* name : {"s.h5", "s.npz"}) {
    EXPECT_NO_THROW(write_spikes(folder / name, sample_spikes(), odd)) << name;
  }
}

TEST(SonataFiles, RefuseSignalsWhoseIdsDoNotAscend) {
  const TemporaryFolder folder;
  Signal signal = sample_signal();
  std::swap(signal.ids[3], signal.ids[4]);
  EXPECT_THROW(write_signal(folder / "v.h5", signal, sample_populations()), IndexError);
}

TEST(SonataFiles, ReportFailuresOfHdf5AsErrorsAndPrintNothing) {
  const TemporaryFolder folder;
  // HDF5 ends names at a zero byte: for it these two are equal.
  const std::vector<PopulationRange> clash{{"x", "", 0, 30}, {std::string("x\0y", 3), "", 30, 25}};
  ::testing::internal::CaptureStderr();
  try {
    write_spikes(folder / "s.h5", sample_spikes(), clash);
    ADD_FAILURE() << "no error";
  } catch (const FileError& error) {
    EXPECT_EQ(error.path(), folder / "s.h5");
    EXPECT_THAT(error.reason(), HasSubstr("HDF5: "));
    EXPECT_THAT(error.reason(), HasSubstr("exists"));
  }
  EXPECT_EQ(::testing::internal::GetCapturedStderr(), "");
  EXPECT_EQ(folder.entries(), 0U);
}

TEST(PrepareFolder, MakesItWithItsParentsAndLeavesItEmpty) {
  const TemporaryFolder folder;
  prepare_folder(folder / "a/b/c");
  EXPECT_TRUE(std::filesystem::is_empty(folder / "a/b/c"));
  prepare_folder(folder / "a/b/c/");
  std::filesystem::create_directory_symlink(folder / "a", folder / "link");
  prepare_folder(folder / "link");
  prepare_folder(folder / "link/d");
  EXPECT_TRUE(std::filesystem::is_directory(folder / "a/d"));
}

TEST(PrepareFolder, TakesAnEmptyNameForThePresentFolder) {
  const TemporaryFolder folder;
  EXPECT_EQ(failure_in_child([&] {
              std::filesystem::current_path(folder.path());
              prepare_folder("");
              prepare_folder("below");
              write_text("here.txt", "x");
            }),
            "");
  EXPECT_TRUE(std::filesystem::is_directory(folder / "below"));
  EXPECT_EQ(content(folder / "here.txt"), "x");
}

TEST(PrepareFolder, RefusesAFileInItsPlace) {
  const TemporaryFolder folder;
  write_text(folder / "file", "x");
  for (const char* name : {"file", "file/below", "file/below/it"}) {
    try {
      prepare_folder(folder / name);
      ADD_FAILURE() << name;
    } catch (const FileError& error) {
      EXPECT_EQ(error.path(), folder / name);
      EXPECT_EQ(error.reason(), "Not a directory");
    }
  }
}

TEST(PrepareFolder, RefusesFoldersThatCannotBeWrittenTo) {
  const TemporaryFolder folder;
  EXPECT_EQ(failure_in_child([&] {
              testing_support::lose_access(folder.path());
              prepare_folder(folder.path());
            }),
            folder.path() + ": Permission denied");
  EXPECT_EQ(failure_in_child([&] {
              testing_support::lose_access(folder.path());
              prepare_folder(folder / "below");
            }),
            folder / "below" + ": Permission denied");
  EXPECT_THROW(prepare_folder("/proc/va_event"), FileError);
}

TEST(PrepareFolder, NoticesAFullDisk) {
  const TemporaryFolder folder;
  EXPECT_EQ(failure_in_child([&] {
              testing_support::limit_file_size(0);
              prepare_folder(folder.path());
            }),
            folder.path() + ": File too large");
  EXPECT_EQ(folder.entries(), 0U);
}

}  // namespace
}  // namespace va_event

// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <limits>

#include "test_network.hpp"
#include "va_event/error.hpp"

namespace va_event::network {
namespace {

using namespace testing_support;
using testing::HasSubstr;

std::vector<ListedConnection> random_list(std::size_t n, std::uint32_t n_pre, std::uint32_t n_post) {
  RandomStream random(5, 5, 5);
  std::vector<ListedConnection> list;
  for (std::size_t i = 0; i < n; ++i) {
    ListedConnection connection;
    connection.pre = static_cast<std::uint32_t>(random() % n_pre);
    connection.post = static_cast<std::uint32_t>(random() % n_post);
    if (random() % 3 != 0) {
      connection.weight = std::ldexp(static_cast<double>(random() % 5), -2);
    }
    if (random() % 3 != 0) {
      connection.delay = 0.1 + 0.1 * static_cast<double>(random() % 4);
    }
    list.push_back(connection);
  }
  return list;
}

TEST(FromList, makesExactlyTheListedSynapses) {
  TestNetwork net;
  const Ids pre = net.add(9);
  const Ids post = net.add(6);
  const std::vector<ListedConnection> list = random_list(300, 9, 6);  // with multapses
  std::vector<Synapse> expected;
  for (const ListedConnection& connection : list) {
    expected.emplace_back(connection.pre, connection.post, connection.weight.value_or(0.5),
                          connection.delay.value_or(0.2));
  }
  std::sort(expected.begin(), expected.end());
  EXPECT_EQ(synapses(net.connect(pre, post, FromListConnector(list))), expected);
}

TEST(FromList, theOrderOfTheListLeavesNoTrace) {
  TestNetwork net;
  const Ids pre = net.add(9);
  const Ids post = TestNetwork::list({3, 8, 1, 0, 5, 4});
  std::vector<ListedConnection> list = random_list(300, 9, 6);
  // Random weights and delays included: they belong to the synapse, not to its place in the list.
  const StaticSynapse synapse{RandomDistribution("normal", {0.0, 1.0}), RandomDistribution("uniform", {0.1, 2.0})};
  const ProjectionData reference = net.connect(pre, post, FromListConnector(list), synapse);
  RandomStream random(6, 6, 6);
  for (int trial = 0; trial < 20; ++trial) {
    for (std::size_t i = list.size(); i > 1; --i) {
      std::swap(list[i - 1], list[random() % i]);
    }
    EXPECT_TRUE(same_tables(net.connect(pre, post, FromListConnector(list), synapse), reference));
  }
}

TEST(FromList, refusesCellsBeyondTheGroupsAndBadValues) {
  TestNetwork net;
  const Ids pre = net.add(9);
  const Ids post = net.add(6);
  const Ids conductance = net.add(6, kConductanceNeuron);
  const auto build = [&](ListedConnection connection, const Ids& target) {
    static_cast<void>(net.connect(pre, target, FromListConnector({connection})));
  };
  EXPECT_THROW(build({9, 0, {}, {}}, post), IndexError);
  EXPECT_THROW(build({0, 6, {}, {}}, post), IndexError);
  EXPECT_THROW(build({0, 0, std::nan(""), {}}, post), ParameterError);
  EXPECT_THROW(build({0, 0, HUGE_VAL, {}}, post), ParameterError);
  EXPECT_THROW(build({0, 0, {}, 0.0}, post), ParameterError);
  EXPECT_THROW(build({0, 0, {}, -1.0}, post), ParameterError);
  EXPECT_THROW(build({0, 0, {}, std::nan("")}, post), ParameterError);
  EXPECT_THROW(build({0, 0, {}, HUGE_VAL}, post), ParameterError);
  EXPECT_NO_THROW(build({0, 0, -1.0, {}}, post));
  try {
    build({0, 0, -0.1, {}}, conductance);
    FAIL();
  } catch (const ParameterError& error) {
    EXPECT_STREQ(error.what(), "weight = -0.1 uS: must be >= 0 for conductance_neuron");
  }
}

class FromFile : public testing::Test {
 protected:
  ~FromFile() override { std::filesystem::remove(path_); }

  const std::string& write(const std::string& text) const {
    std::ofstream(path_, std::ios::binary) << text;
    return path_;
  }

  std::vector<Synapse> read(const std::string& text) {
    return synapses(net_.connect(pre_, post_, FromFileConnector(write(text))));
  }

  std::string failure(const std::string& text) const {
    try {
      FromFileConnector connector(write(text));
      return "accepted";
    } catch (const FileError& error) {
      return error.what();
    }
  }

  std::string path_ = testing::TempDir() + "va_event_connections_" +
                      testing::UnitTest::GetInstance()->current_test_info()->name() + ".txt";
  TestNetwork net_;
  Ids pre_ = net_.add(9), post_ = net_.add(6);
};

TEST_F(FromFile, readsWhatWasWrittenBitByBit) {
  std::string text = "# columns = [\"i\", \"j\", \"weight\", \"delay\"]\n";
  std::vector<Synapse> expected;
  RandomStream random(7, 7, 7);
  for (int line = 0; line < 200; ++line) {
    const Synapse synapse(random() % 9, random() % 6, random.uniform() - 0.5, 0.1 + random.uniform());
    std::array<char, 128> buffer{};
    std::snprintf(buffer.data(), buffer.size(), "%u\t%u\t%.17g\t%.17g\n", std::get<0>(synapse), std::get<1>(synapse),
                  std::get<2>(synapse), std::get<3>(synapse));
    text += buffer.data();
    expected.push_back(synapse);
  }
  std::sort(expected.begin(), expected.end());
  EXPECT_EQ(read(text), expected);
}

TEST_F(FromFile, readsEveryFormThatPyNNWritesOrReads) {
  const std::vector<Synapse> expected{{0, 5, 0.5, 0.2}, {3, 1, 0.5, 0.2}};
  EXPECT_EQ(read("0 5\n3 1\n"), expected);
  EXPECT_EQ(read("0.0\t5.0\r\n\r\n# a comment\n3.0 1.0 # another\n"), expected);
  EXPECT_EQ(read("#columns = ['j', 'i']\n5 0\n1 3"), expected);
  const std::vector<Synapse> valued{{0, 5, -1.5, 0.2}, {3, 1, 2e-3, 0.2}};
  EXPECT_EQ(read("# columns = [\"i\", \"j\", \"weight\"]\n0 5 -1.5\n3 1 +2e-3\n"), valued);
  EXPECT_EQ(read("0 5 -1.5 0.2\n3 1 2e-3 0.2\n"), valued);
  EXPECT_TRUE(read("").empty());
}

TEST_F(FromFile, namesTheLineThatItCannotRead) {
  EXPECT_THAT(failure("0 1\nx 1\n"), HasSubstr("line 2: x is not a finite number"));
  EXPECT_THAT(failure("0 1\n\n1 1.5\n"), HasSubstr("line 3: 1.5 is not the number of a cell"));
  EXPECT_THAT(failure("-1 1\n"), HasSubstr("line 1: -1 is not the number of a cell"));
  EXPECT_THAT(failure("99999999999 1\n"), HasSubstr("line 1"));
  EXPECT_THAT(failure("0 1 nan 0.1\n"), HasSubstr("line 1: nan is not a finite number"));
  EXPECT_THAT(failure("0 1 1e999 0.1\n"), HasSubstr("line 1"));
  EXPECT_THAT(failure("0 1 0.5 0.1x\n"), HasSubstr("line 1: 0.1x is not"));
  EXPECT_THAT(failure("0 1 0.5\n"), HasSubstr("line 1: 3 numbers where 2"));
  EXPECT_THAT(failure("0 1 0.5 0.1\n0 1\n"), HasSubstr("line 2: 2 numbers where 4"));
  EXPECT_THAT(failure("0\n"), HasSubstr("line 1: 1 numbers"));
  EXPECT_THAT(failure("# columns = [\"i\", \"j\", \"U\"]\n"), HasSubstr("line 1: column U is none of"));
  EXPECT_THAT(failure("# columns = [\"i\", \"weight\"]\n"), HasSubstr("line 1: the columns must be"));
  EXPECT_THAT(failure("# columns = [\"i\", \"j\", \"i\"]\n"), HasSubstr("line 1: the columns must be"));
}

TEST_F(FromFile, namesTheFileThatIsMissing) {
  try {
    FromFileConnector connector("/nonexistent/list.txt");
    FAIL();
  } catch (const FileError& error) {
    EXPECT_EQ(error.path(), "/nonexistent/list.txt");
    EXPECT_THAT(error.reason(), HasSubstr("No such file"));
  }
  EXPECT_THROW(FromFileConnector{testing::TempDir()}, FileError);
}

}  // namespace
}  // namespace va_event::network

// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <limits>
#include <map>
#include <nlohmann/json.hpp>
#include <sstream>

#include "va_crossval/command_line.hpp"
#include "va_crossval/network_setup.hpp"
#include "va_event/error.hpp"

namespace va_event::crossval {
namespace {

using Json = nlohmann::json;

/// Runs studies in a folder of its own.
class Studies : public ::testing::Test {
 protected:
  Studies()
      : folder_(std::filesystem::temp_directory_path() /
                ("va_crossval_" + std::string(::testing::UnitTest::GetInstance()->current_test_info()->name()))) {}
  ~Studies() override { std::filesystem::remove_all(folder_); }

  void run(std::vector<std::string> arguments) const {
    arguments.insert(arguments.end(), {"--quick", "--output", folder_.string()});
    const auto parsed = parse_command_line(arguments, commands());
    if (const auto* no_run = std::get_if<NoRun>(&parsed)) {
      throw std::runtime_error(no_run->text);
    }
    const auto& invocation = std::get<Invocation>(parsed);
    prepare_output(invocation.common);
    const cli::Interrupt interrupt;
    Session session(invocation.common, invocation.command_text, interrupt);
    ::testing::internal::CaptureStdout();
    try {
      invocation.command.run(invocation.texts, session);
    } catch (...) {
      ::testing::internal::GetCapturedStdout();
      throw;
    }
    ::testing::internal::GetCapturedStdout();
  }

  [[nodiscard]] std::string text(const std::string& file) const {
    std::ifstream stream(folder_ / file);
    EXPECT_TRUE(stream) << file;
    std::ostringstream all;
    all << stream.rdbuf();
    return all.str();
  }
  [[nodiscard]] Json json(const std::string& study) const { return Json::parse(text(study + ".json")); }

  std::filesystem::path folder_;
};

const Json& table(const Json& study, const std::string& name) {
  for (const Json& candidate : study.at("tables")) {
    if (candidate.at("name") == name) {
      return candidate;
    }
  }
  throw std::runtime_error("no table " + name);
}

std::size_t column(const Json& of, const std::string& name) {
  for (std::size_t c = 0; c < of.at("columns").size(); ++c) {
    if (of.at("columns").at(c).at("name") == name) {
      return c;
    }
  }
  throw std::runtime_error("no column " + name);
}

double number(const Json& entry) {
  return entry.is_null() ? std::numeric_limits<double>::quiet_NaN() : entry.get<double>();
}

void expect_well_formed(const Json& study) {
  for (const char* key : {"study", "title", "command", "version", "parameters", "tables", "figures", "notes"}) {
    EXPECT_TRUE(study.contains(key)) << key;
  }
  for (const Json& one : study.at("tables")) {
    EXPECT_FALSE(one.at("rows").empty()) << one.at("name");
    for (const Json& row : one.at("rows")) {
      EXPECT_EQ(row.size(), one.at("columns").size()) << one.at("name");
    }
  }
}

TEST_F(Studies, NeuronConvergesInTheOrderOfTheory) {
  run({"neuron", "--duration", "1000"});
  const Json study = json("neuron");
  expect_well_formed(study);
  const Json& orders = table(study, "orders");
  ASSERT_EQ(orders.at("rows").size(), 27U);
  for (const Json& row : orders.at("rows")) {
    const std::string what = row.dump();
    const auto theory = row.at(column(orders, "theory")).get<double>();
    const bool grid = row.at(column(orders, "spikes")) == "grid";
    if (row.at(column(orders, "steps fitted")).get<int>() < 3) {
      EXPECT_EQ(theory, 4.0) << what;  // nothing else reaches rounding errors so early
      continue;
    }
    // Where the spikes fall in their steps is chance: on the grid, and for lines, errors scatter about their trend.
    const double tolerance = grid ? 0.45 : row.at(column(orders, "spikes")) == "linear" ? 0.35 : 0.3;
    EXPECT_NEAR(number(row.at(column(orders, "spike times"))), theory, tolerance) << what;
    EXPECT_NEAR(number(row.at(column(orders, "v"))), theory, grid ? 0.45 : 0.4) << what;
  }
}

TEST_F(Studies, NeuronWithTheShortestStepsReachesTheEventDrivenRun) {
  run({"neuron", "--duration", "1000", "--methods", "rk4/cubic", "--dt", "0.0078125"});
  const Json study = json("neuron");
  const Json& errors = table(study, "errors");
  ASSERT_EQ(errors.at("rows").size(), 2U);
  for (const Json& row : errors.at("rows")) {
    EXPECT_LT(number(row.at(column(errors, "max error"))), 1e-9) << row;
    EXPECT_LT(number(row.at(column(errors, "max error of v"))), 1e-9) << row;
    EXPECT_EQ(row.at(column(errors, "missed")), 0);
    EXPECT_EQ(row.at(column(errors, "spurious")), 0);
  }
}

TEST_F(Studies, NeuronWritesTheSameNumbersAsCsv) {
  run({"neuron", "CUBA", "--methods", "exact/grid", "--dt", "0.125,0.0625"});
  const Json study = json("neuron");
  const Json& errors = table(study, "errors");
  std::istringstream csv(text("neuron_errors.csv"));
  std::string line;
  std::getline(csv, line);
  EXPECT_EQ(line.substr(0, 29), "model,method,spikes,dt [ms],m");
  for (const Json& row : errors.at("rows")) {
    std::getline(csv, line);
    std::istringstream cells(line);
    for (const Json& entry : row) {
      std::string cell;
      std::getline(cells, cell, ',');
      if (entry.is_number()) {
        EXPECT_EQ(std::stod(cell), entry.get<double>());
      } else {
        EXPECT_EQ(cell, entry.is_null() ? "" : entry.get<std::string>());
      }
    }
  }
  EXPECT_FALSE(std::getline(csv, line));
}

TEST_F(Studies, NetworkStaysRightLongerWithBetterMethods) {
  run({"network", "--duration", "50", "--seeds", "1", "--until", "80"});
  const Json study = json("network");
  expect_well_formed(study);
  const Json& accuracy = table(study, "accuracy");
  std::map<std::string, double> right;
  for (const Json& row : accuracy.at("rows")) {
    const auto key = row.at(0).get<std::string>() + ' ' + row.at(1).get<std::string>();
    right[key] = number(row.at(column(accuracy, "right spikes")));  // of the shortest step
  }
  EXPECT_LT(right.at("COBA rk4/grid"), 0.2 * right.at("COBA rk4/cubic"));
  EXPECT_LT(right.at("CUBA exact/grid"), 0.5 * right.at("CUBA exact/cubic"));
  const Json& peers = table(study, "peers");
  EXPECT_EQ(peers.at("rows").size(), 5U * (2U + 12U));  // five quantities, two models, twelve peers
}

TEST_F(Studies, NetworkComparesOrderFreeSumsWithTheEventLoopAndWithSteps) {
  const auto rows_with = [this](const std::string& method) {
    run({"network", "CUBA", "--duration", "50", "--seeds", "0", "--methods", "exact/cubic", "--dt", "0.1", "--method",
         method});
    const Json study = json("network");
    EXPECT_EQ(study.at("parameters").at("method"), method);
    return table(study, "accuracy");
  };
  const Json accuracy = rows_with("order-free");
  const Json& rows = accuracy.at("rows");
  ASSERT_EQ(rows.size(), 3U);
  EXPECT_EQ(rows[0].at(1), "event-driven, order-free");
  EXPECT_EQ(rows[1].at(1), "event-driven, one by one");
  const double spikes = number(rows[0].at(column(accuracy, "spikes")));
  EXPECT_GT(spikes, 100.0);
  EXPECT_EQ(number(rows[1].at(column(accuracy, "right spikes"))), spikes);
  EXPECT_TRUE(rows[1].at(column(accuracy, "first wrong")).is_null());
  EXPECT_LT(number(rows[1].at(column(accuracy, "max error"))), 1e-10);  // rounding
  EXPECT_GT(number(rows[1].at(column(accuracy, "max error"))), 0.0);    // it was another way
  EXPECT_GT(number(rows[2].at(column(accuracy, "max error"))), 1e-9);   // a step of 0.1 ms
  EXPECT_EQ(rows_with("one-by-one").at("rows").size(), 2U);
}

TEST_F(Studies, CostTellsTheErrorOfEveryMethod) {
  run({"cost", "CUBA", "--duration", "10"});
  const Json study = json("cost");
  expect_well_formed(study);
  const Json& networks = table(study, "networks");
  const std::size_t error = column(networks, "rms error");
  EXPECT_LT(number(networks.at("rows").at(0).at(error)), 1e-11);  // event-driven, against quadruple precision
  for (std::size_t r = 1; r < networks.at("rows").size(); ++r) {
    EXPECT_GT(number(networks.at("rows").at(r).at(error)), number(networks.at("rows").at(0).at(error)));
  }
  EXPECT_EQ(table(study, "sweep").at("rows").size(), 4U);
}

TEST_F(Studies, NetworksWhoseProcessorTimeIsReportedRunOnOneThread) {
  const cli::Interrupt interrupt;
  const Session session({}, "", interrupt);
  // Large enough for several threads, if nobody said how many.
  const BuiltNetwork network(network_setup(cli::Benchmark::coba, false), 17);
  EXPECT_GT(network.run_exact(1.0, session).synaptic_events, 0U);
  EXPECT_EQ(network.simulation().threads(), 1U);
}

TEST_F(Studies, ChaosSeparatesInProportionToThePerturbation) {
  run({"chaos", "CUBA", "--neurons", "1", "--duration", "100"});
  const Json study = json("chaos");
  expect_well_formed(study);
  const Json& growth = table(study, "growth");
  const std::size_t at_10 = column(growth, "at 10 ms");
  ASSERT_EQ(growth.at("rows").size(), 3U);
  // 1e-9 and 1e-5 mV: far above rounding errors and far below a spike's worth.
  const double ratio = number(growth.at("rows").at(2).at(at_10)) / number(growth.at("rows").at(1).at(at_10));
  EXPECT_NEAR(ratio, 1e4, 1e2);
}

TEST_F(Studies, PlasticityConvergesInTheOrdersOfTheory) {
  run({"plasticity", "--simulators", "none", "--dt", "1,0.5,0.25,0.125,0.0625,0.03125"});
  const Json study = json("plasticity");
  expect_well_formed(study);
  const Json& orders = table(study, "orders");
  const std::size_t order = column(orders, "order");
  ASSERT_EQ(orders.at("rows").size(), 5U);
  // Pairs whose order is lost: their number shrinks with dt, and each costs a whole change.
  EXPECT_NEAR(number(orders.at("rows").at(0).at(order)), 0.5, 0.15);
  EXPECT_NEAR(number(orders.at("rows").at(1).at(order)), 0.5, 0.15);
  EXPECT_NEAR(number(orders.at("rows").at(4).at(order)), 1.0, 0.2);  // synapses without such a pair
  const Json& reference = table(study, "reference");
  EXPECT_LT(number(reference.at("rows").at(0).at(column(reference, "max error"))), 1e-9);
  EXPECT_TRUE(reference.at("rows").at(0).at(column(reference, "first wrong spike")).is_null());
  const Json& errors = table(study, "errors");
  ASSERT_EQ(errors.at("rows").size(), 4U * 6U);
  std::map<std::string, std::vector<double>> rms;
  for (const Json& row : errors.at("rows")) {
    rms[row.at(0).get<std::string>() + ", " + row.at(1).get<std::string>()].push_back(
        number(row.at(column(errors, "rms error"))));
  }
  for (const char* coincident : {"no change", "potentiation"}) {
    const std::vector<double>& given = rms.at(std::string("exact, ") + coincident);
    const std::vector<double>& network = rms.at(std::string("on the grid, ") + coincident);
    EXPECT_LT(given.back(), 0.4 * given.front()) << coincident;
    for (std::size_t k = 0; k < given.size(); ++k) {
      EXPECT_GT(network[k], given[k]) << coincident;  // wrong spikes come on top
    }
  }
}

TEST_F(Studies, RejectBadValuesBeforeTheyStart) {
  using Arguments = std::vector<std::string>;
  for (const Arguments& arguments : {Arguments{"neuron", "CABA"},
                                     Arguments{"neuron", "--dt", "0.3"},
                                     Arguments{"neuron", "--dt", "2"},
                                     Arguments{"neuron", "--duration", "0"},
                                     Arguments{"neuron", "--seed", "-1"},
                                     Arguments{"network", "--methods", "rk5"},
                                     Arguments{"network", "--seeds", "many"},
                                     Arguments{"network", "--until", "50"},
                                     Arguments{"network", "--method", "fast"},
                                     Arguments{"cost", "--repeats", "0"},
                                     Arguments{"cost", "--dt", "nan"},
                                     Arguments{"chaos", "--neurons", "0"},
                                     Arguments{"chaos", "--duration", "99"},
                                     Arguments{"plasticity", "--timing", "pairs"},
                                     Arguments{"plasticity", "--pairs", "nearest"},
                                     Arguments{"plasticity", "--dendritic-delay-fraction", "1.5"},
                                     Arguments{"plasticity", "--timing", "triplet", "--pairs", "nearest-reduced"},
                                     Arguments{"plasticity", "--simulators", "genesis"},
                                     Arguments{"plasticity", "--dt", "2"},
                                     Arguments{"plasticity", "--weight-dependence", "additive,gutig"}}) {
    EXPECT_THROW(run(arguments), UserError) << ::testing::PrintToString(arguments);
  }
}

TEST_F(Studies, DoNotWriteIntoAFile) {
  std::ofstream(folder_) << "a file";
  EXPECT_THROW(run({"neuron"}), UserError);
}

}  // namespace
}  // namespace va_event::crossval

// SPDX-License-Identifier: Apache-2.0
// Synapses that change, as users make, ask for and set them; what their rules compute is tested in tests/synapses.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "../recording/temporary_folder.hpp"
#include "va_event/va_event.hpp"

namespace va_event {
namespace {

using ::testing::AllOf;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::Ge;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Le;
using ::testing::SizeIs;

/// The message of the error that `call` must throw; "" if it throws none.
template <class Exception, class Call>
std::string message_of(const Call& call) {
  try {
    call();
  } catch (const Exception& error) {
    return error.what();
  }
  return "";
}

struct Cells {
  Simulation sim;
  Population pre = sim.create(3, SpikeSourcePoisson{.rate = 50.0});
  Population post = sim.create(4, IfCondExp{});

  Projection connect(const SynapseType& synapse) { return sim.connect(pre, post, AllToAllConnector(), synapse); }
};

StdpMechanism stdp() { return {.weight = 0.5}; }

TEST(SynapseTypes, AreNamedWithTheirParts) {
  EXPECT_EQ(SynapseType(StaticSynapse{}).name(), "StaticSynapse");
  EXPECT_EQ(SynapseType(MultiQuantalSynapse{}).name(), "MultiQuantalSynapse");
  StdpMechanism mechanism{.timing_dependence = TripletRule{.pairs = SpikePairs::nearest_symmetric},
                          .weight_dependence = GutigWeightDependence{}};
  mechanism.short_term = ShortTermDynamics{};
  EXPECT_EQ(SynapseType(mechanism).name(),
            "STDPMechanism(TripletRule of nearest_symmetric pairs, GutigWeightDependence, short-term dynamics)");
}

TEST(SynapseTypes, AreMadeWithoutNamingTheStaticOne) {
  Cells cells;
  EXPECT_EQ(cells.sim.connect(cells.pre, cells.post, AllToAllConnector(), {.weight = 0.1, .delay = 2.0}).synapse_type(),
            "StaticSynapse");
  EXPECT_EQ(cells.connect(TsodyksMarkramSynapse{.weight = 0.1}).synapse_type(), "TsodyksMarkramSynapse");
}

TEST(SynapseTypes, HaveParametersOfEveryKindOfValues) {
  Cells cells;
  std::vector<double> each(12);
  for (std::size_t k = 0; k < each.size(); ++k) {
    each[k] = 10.0 + static_cast<double>(k);
  }
  const Projection projection = cells.connect(TsodyksMarkramSynapse{
      .weight = 0.1, .U = RandomDistribution("uniform", {0.2, 0.4}), .tau_rec = each, .tau_facil = 7.0});
  EXPECT_THAT(projection.parameter("U"), AllOf(SizeIs(12), Each(AllOf(Ge(0.2), Le(0.4)))));
  EXPECT_NE(projection.parameter("U")[0], projection.parameter("U")[1]);
  EXPECT_EQ(projection.parameter("tau_rec"), each);  // of one delay, so that targets are in their order
  EXPECT_THAT(projection.parameter("tau_facil"), Each(7.0));
  EXPECT_THAT(projection.parameter("u"), Each(0.0));
}

TEST(SynapseTypes, HaveRandomParametersThatDependOnTheSynapseAlone) {
  const auto drawn = [](unsigned threads) {
    Simulation sim({.seed = 5, .threads = threads});
    const Population cells = sim.create(40, IfCurrExp{});
    return sim
        .connect(cells, cells, FixedProbabilityConnector(0.3),
                 SimpleStochasticSynapse{.delay = RandomDistribution("uniform", {1.0, 2.0}),
                                         .p = RandomDistribution("normal_clipped", {0.5, 0.1, 0.0, 1.0})})
        .parameter("p");
  };
  EXPECT_EQ(drawn(1), drawn(3));
}

TEST(SynapseTypes, AreSetAtAnyTime) {
  Cells cells;
  Projection projection = cells.connect(stdp());
  projection.set("A_plus", 0.02);
  EXPECT_THAT(projection.parameter("A_plus"), Each(0.02));
  cells.sim.run(20.0);
  projection.set("A_plus", 0.03);
  EXPECT_THAT(projection.parameter("A_plus"), Each(0.03));
  EXPECT_NE(message_of<StateError>([&] { projection.set("A_plus", RandomDistribution("uniform", {0.0, 1.0})); }), "");
  cells.sim.reset();
  projection.set("A_plus", std::vector<double>(12, 0.04));
  EXPECT_THAT(projection.parameter("A_plus"), Each(0.04));
}

TEST(SynapseTypes, KeepTheirParametersWhenOthersAreRefused) {
  Cells cells;
  Projection projection = cells.connect(stdp());
  EXPECT_THAT(message_of<ParameterError>([&] { projection.set("w_max", -1.0); }), HasSubstr("w_max"));
  EXPECT_THAT(message_of<ParameterError>([&] { projection.set("tau_plus", 0.0); }), HasSubstr("tau_plus = 0 ms"));
  EXPECT_THAT(message_of<UnknownNameError>([&] { projection.set("tau", 3.0); }),
              AllOf(HasSubstr("tau_plus"), HasSubstr("STDPMechanism")));
  EXPECT_THAT(projection.parameter("w_max"), Each(1.0));
  EXPECT_THAT(projection.parameter("tau_plus"), Each(20.0));
  EXPECT_THAT(message_of<UnknownNameError>([&] { static_cast<void>(cells.connect(StaticSynapse{}).parameter("U")); }),
              HasSubstr("StaticSynapse has none"));
}

TEST(SynapseTypes, AreRefusedWithTheNameOfWhatCannotBe) {
  Cells cells;
  const auto refused = [&](const SynapseType& synapse) {
    return message_of<ParameterError>([&] { static_cast<void>(cells.connect(synapse)); });
  };
  EXPECT_THAT(refused(TsodyksMarkramSynapse{.U = 1.5}), HasSubstr("U = 1.5: must be >= 0 and <= 1"));
  EXPECT_THAT(refused(TsodyksMarkramSynapse{.tau_rec = 0.0}), HasSubstr("tau_rec = 0 ms"));
  EXPECT_THAT(refused(TsodyksMarkramSynapse{.u = -0.1}), HasSubstr("u = -0.1"));
  EXPECT_THAT(refused(SimpleStochasticSynapse{.p = -0.1}), HasSubstr("p = -0.1"));
  EXPECT_THAT(refused(MultiQuantalSynapse{.n = 2.5}), HasSubstr("n = 2.5 release sites: must be an integer"));
  EXPECT_THAT(refused(MultiQuantalSynapse{.n = 0.0}), HasSubstr("n = 0"));
  StdpMechanism mechanism = stdp();
  mechanism.dendritic_delay_fraction = 1.1;
  EXPECT_THAT(refused(mechanism), HasSubstr("dendritic_delay_fraction = 1.1"));
  mechanism = stdp();
  mechanism.weight_dependence = AdditiveWeightDependence{.w_min = 1.0, .w_max = 0.5};
  EXPECT_THAT(refused(mechanism), HasSubstr("w_min = 1: must be <= w_max"));
  mechanism.weight_dependence = AdditiveWeightDependence{.w_min = 0.0, .w_max = -0.5};
  EXPECT_THAT(refused(mechanism), HasSubstr("weight = 0.5: must have the sign of w_min and w_max"));
  mechanism.weight_dependence = GutigWeightDependence{.w_max = 0.0};
  EXPECT_THAT(refused(mechanism), HasSubstr("w_max = 0"));
  EXPECT_EQ(cells.sim.methods().size(), 0U);
}

TEST(SynapseTypes, WhosePartsDoNotFitAreRefused) {
  EXPECT_THAT(message_of<ParameterError>([] {
                static_cast<void>(SynapseType(StdpMechanism{.timing_dependence = Vogels2011Rule{},
                                                            .weight_dependence = MultiplicativeWeightDependence{}}));
              }),
              HasSubstr("must be AdditiveWeightDependence"));
  EXPECT_THAT(message_of<ParameterError>([] {
                static_cast<void>(
                    SynapseType(StdpMechanism{.timing_dependence = TripletRule{.pairs = SpikePairs::nearest_reduced}}));
              }),
              HasSubstr("must be all or nearest_symmetric"));
}

TEST(SynapseTypes, WarnOfWeightsOutsideTheirBounds) {
  Cells cells;
  StdpMechanism mechanism = stdp();
  cells.connect(mechanism);
  EXPECT_THAT(cells.sim.warnings(), IsEmpty());
  mechanism.weight = 2.0;
  Projection projection = cells.connect(mechanism);
  EXPECT_THAT(cells.sim.warnings(), ElementsAre(HasSubstr("outside [w_min, w_max]")));
  projection.set("w_max", 3.0);
  EXPECT_THAT(cells.sim.warnings(), IsEmpty());
  projection.set_weights(4.0);
  EXPECT_THAT(cells.sim.warnings(), ElementsAre(HasSubstr("outside [w_min, w_max]")));
}

TEST(SynapseTypes, AreWrittenWithTheirPresentWeights) {
  Cells cells;
  StdpMechanism mechanism = stdp();
  mechanism.timing_dependence = Vogels2011Rule{.eta = 0.01, .rho = 0.01};
  const Projection projection = cells.connect(mechanism);
  cells.sim.run(60.0);
  const testing_support::TemporaryFolder folder;
  projection.write(folder / "weights.csv");
  std::ifstream file(folder / "weights.csv");
  std::string line;
  ASSERT_TRUE(std::getline(file, line));
  EXPECT_EQ(line, "pre,post,weight_uS,delay_ms");
  std::vector<double> weights;
  while (std::getline(file, line)) {
    std::istringstream numbers(line);
    std::vector<double> row;
    for (std::string number; std::getline(numbers, number, ',');) {
      row.push_back(std::stod(number));
    }
    ASSERT_EQ(row.size(), 4U);
    EXPECT_EQ(row[0], static_cast<double>(weights.size() / 4));        // pre cells are 0 ... 2
    EXPECT_EQ(row[1], 3.0 + static_cast<double>(weights.size() % 4));  // post cells 3 ... 6
    EXPECT_EQ(row[3], 0.1);
    weights.push_back(row[2]);
  }
  EXPECT_EQ(weights, projection.weights());
}

TEST(SynapseTypes, GoBackToTheWeightsThatTheUserGave) {
  Cells cells;
  StdpMechanism mechanism = stdp();
  mechanism.timing_dependence = Vogels2011Rule{.eta = 0.01, .rho = 0.01};
  Projection projection = cells.connect(mechanism);
  cells.sim.run(60.0);
  ASSERT_NE(projection.weights(), std::vector<double>(12, 0.5));
  projection.set_weights(0.25);
  EXPECT_EQ(projection.weights(), std::vector<double>(12, 0.25));
  cells.sim.run(60.0);
  EXPECT_NE(projection.weights(), std::vector<double>(12, 0.25));
  cells.sim.reset();
  EXPECT_EQ(projection.weights(), std::vector<double>(12, 0.25));
}

}  // namespace
}  // namespace va_event

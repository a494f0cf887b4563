// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstddef>
#include <limits>
#include <string>
#include <vector>

#include "neurons/if_cond_exp/if_cond_exp.hpp"
#include "neurons/if_curr_delta/if_curr_delta.hpp"
#include "neurons/if_curr_exp/if_curr_exp.hpp"
#include "va_event/cell_types.hpp"
#include "va_event/error.hpp"

namespace va_event {
namespace {

using ::testing::HasSubstr;

std::vector<double> defaults(const CellModel& model) {
  std::vector<double> values;
  for (const ParameterInfo& info : model.parameters) {
    values.push_back(info.default_value);
  }
  return values;
}

TEST(CellModels, EveryStandardModelIsListedOnceUnderItsPyNNName) {
  std::vector<std::string> names;
  for (const CellModel* model : list_standard_models()) {
    names.emplace_back(model->name);
  }
  EXPECT_THAT(names, ::testing::ElementsAre("IF_curr_exp", "IF_cond_exp", "IF_curr_delta", "SpikeSourcePoisson",
                                            "SpikeSourcePoissonRefractory", "SpikeSourceGamma", "SpikeSourceArray"));
}

TEST(CellModels, DefaultsOfTheStructsAreThoseOfTheDescriptors) {
  EXPECT_EQ(CellType(IfCurrExp{}).values(), defaults(IfCurrExp::model()));
  EXPECT_EQ(CellType(IfCondExp{}).values(), defaults(IfCondExp::model()));
  EXPECT_EQ(CellType(IfCurrDelta{}).values(), defaults(IfCurrDelta::model()));
  EXPECT_EQ(CellType(SpikeSourcePoisson{}).values(), defaults(SpikeSourcePoisson::model()));
  EXPECT_EQ(CellType(SpikeSourcePoissonRefractory{}).values(), defaults(SpikeSourcePoissonRefractory::model()));
  EXPECT_EQ(CellType(SpikeSourceGamma{}).values(), defaults(SpikeSourceGamma::model()));
  EXPECT_TRUE(CellType(SpikeSourceArray{}).values().empty());
}

TEST(CellModels, EveryFieldOfIfCurrExpReachesTheParameterOfItsName) {
  IfCurrExp cell;
  cell.v_rest = 1, cell.cm = 2, cell.tau_m = 3, cell.tau_refrac = 4, cell.tau_syn_E = 5, cell.tau_syn_I = 6;
  cell.i_offset = 7, cell.v_reset = 8, cell.v_thresh = 9;
  const CellType type = cell;
  const char* names[] = {"v_rest",    "cm",       "tau_m",   "tau_refrac", "tau_syn_E",
                         "tau_syn_I", "i_offset", "v_reset", "v_thresh"};
  for (std::size_t i = 0; i < std::size(names); ++i) {
    EXPECT_EQ(type.values()[parameter_index(type.model(), names[i])], static_cast<double>(i + 1)) << names[i];
  }
}

TEST(CellModels, EveryFieldOfIfCondExpReachesTheParameterOfItsName) {
  IfCondExp cell;
  cell.v_rest = 1, cell.cm = 2, cell.tau_m = 3, cell.tau_refrac = 4, cell.tau_syn_E = 5, cell.tau_syn_I = 6;
  cell.e_rev_E = 7, cell.e_rev_I = 8, cell.i_offset = 9, cell.v_reset = 10, cell.v_thresh = 11;
  const CellType type = cell;
  const char* names[] = {"v_rest",  "cm",      "tau_m",    "tau_refrac", "tau_syn_E", "tau_syn_I",
                         "e_rev_E", "e_rev_I", "i_offset", "v_reset",    "v_thresh"};
  for (std::size_t i = 0; i < std::size(names); ++i) {
    EXPECT_EQ(type.values()[parameter_index(type.model(), names[i])], static_cast<double>(i + 1)) << names[i];
  }
}

TEST(CellModels, EveryFieldOfIfCurrDeltaReachesTheParameterOfItsName) {
  IfCurrDelta cell;
  cell.v_rest = 1, cell.cm = 2, cell.tau_m = 3, cell.tau_refrac = 4, cell.i_offset = 5, cell.v_reset = 6;
  cell.v_thresh = 7;
  const CellType type = cell;
  const char* names[] = {"v_rest", "cm", "tau_m", "tau_refrac", "i_offset", "v_reset", "v_thresh"};
  for (std::size_t i = 0; i < std::size(names); ++i) {
    EXPECT_EQ(type.values()[parameter_index(type.model(), names[i])], static_cast<double>(i + 1)) << names[i];
  }
}

TEST(CellModels, EveryFieldOfASourceReachesTheParameterOfItsName) {
  const auto value = [](const CellType& type, const char* name) {
    return type.values()[parameter_index(type.model(), name)];
  };
  const CellType poisson = SpikeSourcePoisson{.rate = 1, .start = 2, .duration = 3};
  EXPECT_EQ(value(poisson, "rate"), 1);
  EXPECT_EQ(value(poisson, "start"), 2);
  EXPECT_EQ(value(poisson, "duration"), 3);
  const CellType refractory = SpikeSourcePoissonRefractory{.rate = 1, .tau_refrac = 2, .start = 3, .duration = 4};
  EXPECT_EQ(value(refractory, "rate"), 1);
  EXPECT_EQ(value(refractory, "tau_refrac"), 2);
  EXPECT_EQ(value(refractory, "start"), 3);
  EXPECT_EQ(value(refractory, "duration"), 4);
  const CellType gamma = SpikeSourceGamma{.alpha = 1, .beta = 2, .start = 3, .duration = 4};
  EXPECT_EQ(value(gamma, "alpha"), 1);
  EXPECT_EQ(value(gamma, "beta"), 2);
  EXPECT_EQ(value(gamma, "start"), 3);
  EXPECT_EQ(value(gamma, "duration"), 4);
}

TEST(CellModels, KernelsReadEachParameterFromTheFieldOfItsName) {
  IfCondExp cond;
  cond.v_rest = -60, cond.cm = 0.5, cond.tau_m = 10, cond.tau_syn_E = 4, cond.tau_syn_I = 8, cond.e_rev_I = -85;
  cond.v_reset = -70, cond.tau_refrac = 3, cond.i_offset = 0.5;
  const auto c = neurons::IfCondExpKernel<double>::prepare(cond, 0.25);
  EXPECT_EQ(c.resistance, 20);
  EXPECT_EQ(c.y_leak, 5);
  EXPECT_EQ(c.y_exc, 50);
  EXPECT_EQ(c.y_inh, -35);
  EXPECT_EQ(c.tau_exc, 4);
  EXPECT_EQ(c.tau_inh, 8);
  EXPECT_EQ(c.y_reset, -20);
  EXPECT_EQ(c.tau_refrac, 3);
  IfCurrExp curr;
  curr.v_rest = -60, curr.cm = 0.5, curr.tau_m = 10, curr.tau_syn_E = 4, curr.tau_syn_I = 8;
  curr.v_reset = -70, curr.tau_refrac = 3, curr.i_offset = 0.5;
  const auto d = neurons::IfCurrExpKernel<double>::prepare(curr, 0.25);
  EXPECT_EQ(d.resistance, 20);
  EXPECT_EQ(d.y_infinity, 5);
  EXPECT_EQ(d.exc.rate, 0.25);
  EXPECT_EQ(d.inh.rate, 0.125);
  EXPECT_EQ(d.y_reset, -20);
  EXPECT_EQ(d.tau_refrac, 3);
}

TEST(CellModels, SourcesHaveNeitherVariablesNorReceptors) {
  for (const CellModel* model : {&SpikeSourcePoisson::model(), &SpikeSourceArray::model()}) {
    EXPECT_TRUE(model->is_source());
    EXPECT_TRUE(model->variables.empty());
  }
  EXPECT_FALSE(IfCurrExp::model().is_source());
  EXPECT_FALSE(IfCurrExp::model().conductance_based);
  EXPECT_TRUE(IfCondExp::model().conductance_based);
  EXPECT_FALSE(IfCurrDelta::model().conductance_based);
  EXPECT_EQ(IfCurrExp::model().weight_unit, "nA");
  EXPECT_EQ(IfCondExp::model().weight_unit, "uS");
  EXPECT_EQ(IfCurrDelta::model().weight_unit, "mV");
}

TEST(CellModels, SpikeTimesOfAnArrayAreKept) {
  const CellType type = SpikeSourceArray{{Time(3.5), Time(1.25)}};
  EXPECT_EQ(type.spike_times(), (std::vector<Time>{Time(3.5), Time(1.25)}));
}

TEST(CellParameters, EveryValueOutsideItsRangeIsRefusedWithFieldValueUnitAndRule) {
  const double infinity = std::numeric_limits<double>::infinity();
  for (const CellModel* model : list_standard_models()) {
    for (std::size_t i = 0; i < model->parameters.size(); ++i) {
      const ParameterInfo& info = model->parameters[i];
      std::vector<double> bad = {std::nan(""), -infinity};
      if (info.bound != Bound::duration) {
        bad.push_back(infinity);
      }
      if (info.bound != Bound::any) {
        bad.push_back(-1.0);
        bad.push_back(-std::numeric_limits<double>::denorm_min());
      }
      if (info.bound == Bound::positive) {
        bad.push_back(0.0);
        bad.push_back(-0.0);
      }
      for (const double value : bad) {
        std::vector<double> values = defaults(*model);
        values[i] = value;
        try {
          const CellType type(*model, values);
          ADD_FAILURE() << model->name << "." << info.name << " = " << value << " was accepted";
        } catch (const ParameterError& error) {
          EXPECT_EQ(error.field(), info.name);
          EXPECT_EQ(error.unit(), info.unit);
          EXPECT_EQ(error.rule(), info.bound == Bound::duration   ? "must be >= 0; infinite means that it never ends"
                                  : !std::isfinite(value)         ? "must be finite"
                                  : info.bound == Bound::positive ? "must be > 0"
                                                                  : "must be >= 0");
          EXPECT_THAT(error.what(), HasSubstr(std::string(info.name)));
        }
      }
    }
  }
}

TEST(CellParameters, ValuesOnTheEdgeOfTheirRangeAreAccepted) {
  IfCurrExp cell;
  cell.tau_refrac = 0.0;
  cell.tau_m = 1e-60;
  EXPECT_NO_THROW(static_cast<void>(CellType(cell)));
  EXPECT_NO_THROW(static_cast<void>(CellType(SpikeSourcePoisson{0.0, 0.0, 0.0})));
}

TEST(CellParameters, ResetMustLieBelowTheThreshold) {
  for (const double v_reset : {-50.0, std::nextafter(-50.0, 0.0), -20.0}) {
    IfCurrExp curr;
    curr.v_reset = v_reset;
    EXPECT_THROW(static_cast<void>(CellType(curr)), ParameterError);
    IfCondExp cond;
    cond.v_reset = v_reset;
    try {
      const CellType type = cond;
      ADD_FAILURE() << v_reset << " was accepted";
    } catch (const ParameterError& error) {
      EXPECT_EQ(error.field(), "v_reset");
      EXPECT_EQ(error.unit(), "mV");
      EXPECT_EQ(error.rule(), "must be < v_thresh = -50 mV");
    }
  }
  IfCurrExp cell;
  cell.v_reset = std::nextafter(-50.0, -60.0);
  EXPECT_NO_THROW(static_cast<void>(CellType(cell)));
}

TEST(CellParameters, WrongNumberOfValuesIsRefused) {
  EXPECT_THROW(CellType(IfCurrExp::model(), {1.0, 2.0}), SizeError);
  EXPECT_THROW(CellType(SpikeSourceArray::model(), {1.0}), SizeError);
}

TEST(CellNames, UnknownOnesAreRefusedWithAListOfThoseThatExist) {
  const CellModel& model = IfCondExp::model();
  EXPECT_EQ(variable_index(model, "gsyn_inh"), 2U);
  EXPECT_EQ(variable_index(IfCurrExp::model(), "isyn_exc"), 1U);
  EXPECT_EQ(receptor_index(model, "excitatory"), 0U);
  EXPECT_EQ(receptor_index(model, "inhibitory"), 1U);
  try {
    static_cast<void>(variable_index(model, "isyn_exc"));
    ADD_FAILURE() << "isyn_exc was found";
  } catch (const UnknownNameError& error) {
    EXPECT_EQ(error.field(), "variable");
    EXPECT_EQ(error.value(), "isyn_exc");
    EXPECT_THAT(error.rule(), HasSubstr("v, gsyn_exc, gsyn_inh"));
    EXPECT_THAT(error.rule(), HasSubstr("IF_cond_exp"));
  }
  EXPECT_THROW(static_cast<void>(parameter_index(model, "tau")), UnknownNameError);
  EXPECT_THROW(static_cast<void>(parameter_index(model, "")), UnknownNameError);
  EXPECT_THROW(static_cast<void>(receptor_index(model, "Excitatory")), UnknownNameError);
  EXPECT_THROW(static_cast<void>(receptor_index(SpikeSourcePoisson::model(), "excitatory")), UnknownNameError);
  EXPECT_THROW(static_cast<void>(parameter_index(SpikeSourceArray::model(), "spike_times")), UnknownNameError);
}

}  // namespace
}  // namespace va_event

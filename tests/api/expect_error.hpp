// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <typeinfo>

#include "va_event/error.hpp"

namespace va_event {

/// Expects that `call` throws exactly `Exception`, for this field, and that the message names field, value and rule.
template <class Exception, class Call>
void expect_error(Call call, const std::string& field, const std::string& part_of_rule = "must") {
  try {
    call();
    ADD_FAILURE() << "no error; expected one for \"" << field << '"';
  } catch (const UserError& error) {
    EXPECT_EQ(typeid(error), typeid(Exception)) << error.what();
    EXPECT_EQ(error.field(), field) << error.what();
    EXPECT_NE(error.rule().find(part_of_rule), std::string::npos) << error.what();
    const std::string message = error.what();
    EXPECT_NE(message.find(error.field() + " = " + error.value()), std::string::npos) << message;
    EXPECT_NE(message.find(error.rule()), std::string::npos) << message;
  }
}

}  // namespace va_event

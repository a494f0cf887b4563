// SPDX-License-Identifier: Apache-2.0
#include "va_event/error.hpp"

#include <utility>

#include "foundation/number_text.hpp"

namespace va_event {
namespace {

/// All messages of user errors have this form: "tau_m = -1 ms: must be > 0".
std::string message(const std::string& field, const std::string& value, const std::string& unit,
                    const std::string& rule) {
  std::string text = field + " = " + value;
  if (!unit.empty()) {
    text += ' ' + unit;
  }
  return text + ": " + rule;
}

}  // namespace

UserError::UserError(std::string field, std::string value, std::string unit, std::string rule)
    : Error(message(field, value, unit, rule)),
      field_(std::move(field)),
      value_(std::move(value)),
      unit_(std::move(unit)),
      rule_(std::move(rule)) {}

ParameterError::ParameterError(std::string_view field, double value, std::string_view unit, std::string_view rule)
    : UserError(std::string(field), foundation::shortest_text(value), std::string(unit), std::string(rule)) {}

CheckpointError::CheckpointError(std::string path, std::string rule)
    : UserError("checkpoint", std::move(path), "", std::move(rule)) {}

FileError::FileError(std::string path, std::string reason)
    : Error(path + ": " + reason), path_(std::move(path)), reason_(std::move(reason)) {}

}  // namespace va_event

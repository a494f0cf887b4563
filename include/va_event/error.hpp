// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stdexcept>
#include <string>
#include <string_view>

namespace va_event {

/// The exceptions of the library. Those about values that a user gave state field, value, unit and rule; each kind is a
/// class, so that programs can tell them apart.

/// Base of every exception that the library throws on purpose.
class Error : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// A value that the user gave and that cannot be used. The message is one sentence that names the
/// field, the value with its unit and the rule: `tau_m = -20 ms: must be > 0`.
class UserError : public Error {
 public:
  /// @param field what was given @param value as text @param unit "" if it has none @param rule what the value must be,
  /// as the end of a sentence: "must be > 0"
  UserError(std::string field, std::string value, std::string unit, std::string rule);

  [[nodiscard]] const std::string& field() const noexcept { return field_; }
  [[nodiscard]] const std::string& value() const noexcept { return value_; }  ///< without its unit
  [[nodiscard]] const std::string& unit() const noexcept { return unit_; }    ///< "" if it has none
  [[nodiscard]] const std::string& rule() const noexcept { return rule_; }    ///< "must be > 0"

 private:
  std::string field_, value_, unit_, rule_;
};

/// A number outside its range, or not finite: `tau_m <= 0`, `v_reset >= v_thresh`, a negative delay.
class ParameterError : public UserError {
 public:
  using UserError::UserError;
  ParameterError(std::string_view field, double value, std::string_view unit, std::string_view rule);
};

/// A name that the addressed object does not have: a parameter, recordable, receptor or file format.
class UnknownNameError : public UserError {
 public:
  using UserError::UserError;
};

/// An index beyond the population, view, assembly or array that it addresses.
class IndexError : public UserError {
 public:
  using UserError::UserError;
};

/// An array whose length does not fit what it is assigned to.
class SizeError : public UserError {
 public:
  using UserError::UserError;
};

/// Two cells that cannot be connected as asked (a spike source as target, foreign simulations, ...).
class ConnectionError : public UserError {
 public:
  using UserError::UserError;
};

/// A call that does not fit the state of the simulation (a population created while it has run, ...).
class StateError : public UserError {
 public:
  using UserError::UserError;
};

/// A checkpoint that cannot be loaded: no such file, a damaged one, or one of another network; the value is its path.
class CheckpointError : public UserError {
 public:
  CheckpointError(std::string path, std::string rule);
};

/// A file that cannot be read or written; the message names the path and what the system said.
class FileError : public Error {
 public:
  FileError(std::string path, std::string reason);
  [[nodiscard]] const std::string& path() const noexcept { return path_; }
  [[nodiscard]] const std::string& reason() const noexcept { return reason_; }

 private:
  std::string path_, reason_;
};

/// Another process of the simulation has failed, so that this one cannot go on either.
class ProcessError : public Error {
 public:
  /// @param bad_input the other process threw a UserError
  ProcessError(unsigned rank, const std::string& message, bool bad_input)
      : Error("process " + std::to_string(rank) + ": " + message), rank_(rank), bad_input_(bad_input) {}
  [[nodiscard]] unsigned rank() const noexcept { return rank_; }        ///< of the process that failed
  [[nodiscard]] bool bad_input() const noexcept { return bad_input_; }  ///< it threw a UserError

 private:
  unsigned rank_;
  bool bad_input_;
};

}  // namespace va_event

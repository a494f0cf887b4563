// SPDX-License-Identifier: Apache-2.0
#include <cstdint>
#include <exception>
#include <string>
#include <vector>

#include "foundation/bytes.hpp"
#include "va_event/error.hpp"
#include "va_event/processes.hpp"

// Work that all processes do. If one of them threw alone, the others would wait for it in the next exchange, for good:
// so each sends all others how its work ended before it goes on.

namespace va_event {

namespace {

/// How the work of one process ended, as it is sent to all others: done, a UserError, or another failure.
enum class Outcome : std::uint8_t { done, bad_input, failed };

}  // namespace

void together(Processes& processes, const std::function<void()>& work) {
  if (processes.count() == 1) {
    work();
    return;
  }
  std::exception_ptr mine;
  auto outcome = Outcome::done;
  std::string text;
  try {
    work();
  } catch (const UserError& error) {
    mine = std::current_exception();
    outcome = Outcome::bad_input;
    text = error.what();
  } catch (const std::exception& error) {
    mine = std::current_exception();
    outcome = Outcome::failed;
    text = error.what();
  } catch (...) {
    mine = std::current_exception();
    outcome = Outcome::failed;
    text = "unknown failure";
  }
  foundation::ByteWriter message;
  message.put(outcome);
  message.put_text(text);
  std::vector<Processes::Bytes> all;
  processes.all_gather(message.bytes(), all);
  if (mine) {
    std::rethrow_exception(mine);
  }
  for (unsigned rank = 0; rank < all.size(); ++rank) {
    foundation::ByteReader reader(all[rank]);
    const auto theirs = reader.get<Outcome>();
    if (theirs != Outcome::done) {
      throw ProcessError(rank, reader.get_text(), theirs == Outcome::bad_input);
    }
  }
}

}  // namespace va_event

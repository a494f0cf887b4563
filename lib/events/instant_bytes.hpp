// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "events/instant.hpp"
#include "foundation/number_bytes.hpp"

namespace va_event::events {

/// Instants in checkpoints: the number of the epoch (64 bits) and the offset, to the last bit, in every number type.
/// Reading checks that they are instants, since a file may hold any bytes.

/// Appends an instant.
template <class Real>
void put_instant(foundation::ByteWriter& out, const Instant<Real>& t) {
  out.put(t.epoch);
  foundation::put_number(out, t.offset);
}

/// The first epoch whose times are 2^61 ms or later: no checkpoint holds such times.
inline constexpr std::int64_t kLastEpoch = std::int64_t{1} << 57U;

/// Reads what put_instant<Real>() wrote. @throws foundation::BadBytes unless it is a time before kLastEpoch
template <class Real>
[[nodiscard]] Instant<Real> get_instant(foundation::ByteReader& in) {
  const auto epoch = in.get<std::int64_t>();
  const Real offset = foundation::get_number<Real>(in);
  in.require(epoch >= 0 && epoch < kLastEpoch && Real(0) <= offset && offset < Real(kEpoch),
             "holds a time that is none");
  return {epoch, offset};
}

}  // namespace va_event::events

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>

namespace va_event::numerics {

/// Replaces each x by e^x, with the bits of elementary::exp(), in vectors. @param values <= elementary::kMaxExponent
void take_exponentials(std::span<double> values);

}  // namespace va_event::numerics

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/multiprecision/cpp_bin_float.hpp>

#include "foundation/quad.hpp"

/// The number types wider than double that the engine is built for; va_event/precision.hpp has the names that users
/// give them. Boost's types have no expression templates here (et_off): each operation gives a number, as for double.
namespace va_event::foundation {

#ifndef VA_EVENT_HAS_BINARY128
/// As many digits as binary128, in software, where the compiler has no such type. The last digits of results can be
/// other ones there: Boost 1.74 rounds some differences of operands that are about 2^113 apart the other way.
using Quad = boost::multiprecision::number<
    boost::multiprecision::cpp_bin_float<113, boost::multiprecision::digit_base_2, void, std::int16_t, -16382, 16383>,
    boost::multiprecision::et_off>;
#endif
/// 50 decimal digits: the check of certificates, whose reference is Quad.
using Digits50 = boost::multiprecision::number<boost::multiprecision::cpp_bin_float<50>, boost::multiprecision::et_off>;
/// 100 decimal digits, the widest type.
using Digits100 =
    boost::multiprecision::number<boost::multiprecision::cpp_bin_float<100>, boost::multiprecision::et_off>;

}  // namespace va_event::foundation

// SPDX-License-Identifier: Apache-2.0
#include "foundation/bytes.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <limits>
#include <random>
#include <string>
#include <vector>

#include "foundation/number_bytes.hpp"

namespace va_event::foundation {
namespace {

std::string example() {
  ByteWriter out;
  out.section("ABCD", [&out] {
    out.put<std::uint8_t>(7);
    out.put_text("v_rest");
    out.put_all(std::vector<double>{1.0, -0.0});
  });
  out.section("EMPT", [] {});
  out.put<std::int64_t>(-3);
  return out.bytes();
}

void read_example(std::string_view bytes) {
  ByteReader in(bytes);
  in.section("ABCD", [](ByteReader& part) {
    EXPECT_EQ(part.get<std::uint8_t>(), 7);
    EXPECT_EQ(part.get_text(), "v_rest");
    EXPECT_EQ(part.get_all<double>(), (std::vector<double>{1.0, -0.0}));
    EXPECT_TRUE(part.at_end());
  });
  in.section("EMPT", [](ByteReader& part) { EXPECT_TRUE(part.at_end()); });
  EXPECT_EQ(in.get<std::int64_t>(), -3);
  EXPECT_TRUE(in.at_end());
}

TEST(Bytes, AreReadAsTheyWereWritten) { read_example(example()); }

TEST(Bytes, ThatEndTooEarlyAreBad) {
  const std::string bytes = example();
  for (std::size_t length = 0; length < bytes.size(); ++length) {
    EXPECT_THROW(read_example(std::string(bytes, 0, length)), BadBytes) << length;
  }
}

TEST(Bytes, OfASectionThatIsNotReadWholeAreBad) {
  const std::string bytes = example();
  ByteReader in(bytes);
  EXPECT_THROW(in.section("ABCD", [](ByteReader& part) { static_cast<void>(part.get<std::uint8_t>()); }), BadBytes);
  ByteReader other(bytes);
  EXPECT_THROW(other.section("ABCE", [](ByteReader&) {}), BadBytes);
}

TEST(Bytes, OfAnImpossibleCountAreBadBeforeMemoryIsAsked) {
  ByteWriter out;
  out.put(~std::uint64_t{0} / sizeof(double) + 2);  // times 8: 8
  out.put(1.0);
  EXPECT_THROW(static_cast<void>(ByteReader(out.bytes()).get_all<double>()), BadBytes);
  EXPECT_THROW(static_cast<void>(ByteReader(out.bytes()).get_text()), BadBytes);
}

template <class Real>
class NumberBytes : public ::testing::Test {};
using Types = ::testing::Types<double, Quad, Digits50, Digits100>;
TYPED_TEST_SUITE(NumberBytes, Types);

TYPED_TEST(NumberBytes, KeepEveryBitOfEveryNumber) {
  using Limits = std::numeric_limits<TypeParam>;
  std::vector<TypeParam> numbers{TypeParam(0),          TypeParam(-TypeParam(0)), TypeParam(1),
                                 TypeParam(-1),         Limits::epsilon(),        Limits::min(),
                                 Limits::infinity(),    TypeParam(-0x1p+900),     TypeParam(1) / 3,
                                 TypeParam(1e-300) / 7, TypeParam(1e300) / 7,     Limits::quiet_NaN()};
  std::mt19937_64 generator(1);
  for (int k = 0; k < 500; ++k) {
    TypeParam x(0);  // random bits from the first to beyond the last
    for (int word = 0; word < 8; ++word) {
      x = x * TypeParam(0x1p-40) + TypeParam(static_cast<double>(generator() >> 24U));
    }
    numbers.push_back(k % 2 == 0 ? x : TypeParam(-x));
  }
  std::size_t size = 0;
  for (const TypeParam& x : numbers) {
    ByteWriter out;
    put_number(out, x);
    ByteReader in(out.bytes());
    const auto read = get_number<TypeParam>(in);
    EXPECT_TRUE(in.at_end());
    if (x == x) {
      EXPECT_TRUE(read == x) << static_cast<double>(x);
    } else {
      EXPECT_FALSE(read == read);
    }
    EXPECT_EQ(std::signbit(static_cast<double>(read)), std::signbit(static_cast<double>(x)));
    EXPECT_TRUE(size == 0 || out.bytes().size() == size) << "every number takes the same bytes";
    size = out.bytes().size();
  }
}

}  // namespace
}  // namespace va_event::foundation

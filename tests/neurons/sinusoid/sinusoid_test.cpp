// SPDX-License-Identifier: Apache-2.0
#include "neurons/sinusoid/sinusoid.hpp"

#include <gtest/gtest.h>

#include <cstdint>

#include "tests/numerics/random_numbers.hpp"

namespace va_event::neurons {
namespace {

using numerics::testing::epsilon;
using numerics::testing::RandomNumbers;
using numerics::testing::Wide;

TEST(Sinusoid, PhasesAtAnEpochAreRightToTheLastBitHoweverManyTurnsThereAre) {
  RandomNumbers random(83);
  for (int i = 0; i < 5000; ++i) {
    const double frequency = random.log_uniform(1e-3, 1e9);
    const SineSource source{1.0, frequency, random.uniform(-1e4, 1e4), static_cast<std::int64_t>(random.uniform(0, 9)),
                            random.uniform(0, 16)};
    const auto epoch = static_cast<std::int64_t>(random.log_uniform(10, 1e9));
    const Wide since = 16 * Wide(static_cast<double>(epoch - source.start_epoch)) - Wide(source.start_offset);
    const Wide at_epoch =
        Wide(turns_at_epoch<double>(source, epoch)) - Wide(frequency) * since / 1000 - Wide(source.phase) / 360;
    ASSERT_LE(static_cast<double>(abs(at_epoch - round(at_epoch))), epsilon()) << frequency << " Hz, epoch " << epoch;
  }
}

}  // namespace
}  // namespace va_event::neurons

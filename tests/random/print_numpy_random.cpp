// SPDX-License-Identifier: Apache-2.0
// Prints numbers of NumpyRandom for check_numpy_random.py: print_numpy_random <seed> <count> <low> <high>
#include <cstdio>
#include <cstdlib>

#include "va_event/random.hpp"

int main(int argc, char** argv) {
  if (argc != 5) {
    return EXIT_FAILURE;
  }
  va_event::NumpyRandom random(static_cast<std::uint32_t>(std::strtoul(argv[1], nullptr, 10)));
  const auto count = static_cast<std::size_t>(std::strtoul(argv[2], nullptr, 10));
  for (const double value : random.uniform(std::strtod(argv[3], nullptr), std::strtod(argv[4], nullptr), count)) {
    std::printf("%a\n", value);
  }
  return EXIT_SUCCESS;
}

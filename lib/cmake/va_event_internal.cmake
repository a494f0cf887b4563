# SPDX-License-Identifier: Apache-2.0
# How our own sources are compiled: library, apps, tests and benchmarks link va_event_internal. Nothing of it reaches
# those who link the library.
find_package(Boost 1.74 REQUIRED)
find_path(VA_EVENT_RANDOM123_INCLUDE_DIR Random123/philox.h DOC "Folder that holds Random123/" REQUIRED)

add_library(va_event_internal INTERFACE)
target_compile_features(va_event_internal INTERFACE cxx_std_20)
target_include_directories(va_event_internal INTERFACE ${PROJECT_SOURCE_DIR}/lib)
# Folders instead of Boost::headers: an imported target cannot be seen by a project that adds ours as a subdirectory.
target_include_directories(va_event_internal SYSTEM INTERFACE ${Boost_INCLUDE_DIRS} ${VA_EVENT_RANDOM123_INCLUDE_DIR})

# Vectors are members and elements of arrays, so their size must be known to the compiler; that of SVE (Arm) and RVV
# (RISC-V) is not. What is left on Arm is NEON alone, which every 64-bit processor has: no choice at run time. For GCC
# Highway would prepare one all the same, by functions that only code compiled with "+crypto" may call, which implicit
# constructors are not; it does not where it takes the header for that choice to be missing.
target_compile_definitions(
  va_event_internal INTERFACE "VA_EVENT_SIZELESS_TARGETS=(HWY_SVE|HWY_SVE2|HWY_SVE_256|HWY_SVE2_128|HWY_RVV)"
                              TOOLCHAIN_MISS_SYS_AUXV_H)
# On x86-64 there are SSE2, which all processors have, and AVX2, which nearly all have that were made since 2013. Each
# instruction set compiles all vectorized code once more, so what lies between them would take twice the time and size.
if(CMAKE_SYSTEM_PROCESSOR MATCHES "^(x86_64|AMD64)$")
  target_compile_definitions(va_event_internal INTERFACE "HWY_BROKEN_TARGETS=(HWY_SSSE3|HWY_SSE4)")
endif()
# Where rows of neurons are transposed, eight lanes are not worth it: with AVX-512 CUBA takes a fifth more time than with
# AVX2 on the same processor (benchmarks/networks). Sources that gain from it say so.
target_compile_definitions(va_event_internal
                           INTERFACE "HWY_DISABLED_TARGETS=(HWY_AVX3|HWY_AVX3_DL|VA_EVENT_SIZELESS_TARGETS)")

if(CMAKE_CXX_COMPILER_ID MATCHES "^(GNU|Clang|AppleClang)$")
  # Results must not depend on whether a compiler fuses a*b+c: FMA only where the code says so.
  target_compile_options(va_event_internal INTERFACE -ffp-contract=off -Wall -Wextra -Wpedantic -Wshadow)
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
    # GCC 12 warns of overlapping copies in `"x" + std::to_string(...)`, where there are none (GCC bug 105651).
    target_compile_options(va_event_internal INTERFACE -Wno-restrict)
  endif()
  if(VA_EVENT_WARNINGS_AS_ERRORS)
    target_compile_options(va_event_internal INTERFACE -Werror)
  endif()
endif()

if(VA_EVENT_SANITIZE)
  # The address sanitizer meets null pointers and the ends of objects anyway, without a check of each access by the other
  # one, which takes a fifth of the time to compile.
  target_compile_options(
    va_event_internal INTERFACE -fsanitize=${VA_EVENT_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer
                                -fno-sanitize=null,vptr,nonnull-attribute,returns-nonnull-attribute,object-size)
  target_link_options(va_event_internal INTERFACE -fsanitize=${VA_EVENT_SANITIZE})
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    # With the branches that a sanitizer adds, GCC takes the alternatives that a std::variant does not hold for used
    # before they are set.
    target_compile_options(va_event_internal INTERFACE -Wno-maybe-uninitialized)
  endif()
endif()

if(VA_EVENT_COVERAGE)
  target_compile_options(va_event_internal INTERFACE --coverage)
  target_link_options(va_event_internal INTERFACE --coverage)
endif()

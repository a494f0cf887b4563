// SPDX-License-Identifier: Apache-2.0
// The vectors here hold numbers that lie side by side, so wider ones pay; see va_event_internal.cmake for the others.
#undef HWY_DISABLED_TARGETS
#define HWY_DISABLED_TARGETS VA_EVENT_SIZELESS_TARGETS
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "random/philox.cpp"
#include <hwy/foreach_target.h>
// clang-format off: the order matters
#include <hwy/highway.h>

#include "random/philox-inl.hpp"
// clang-format on

HWY_BEFORE_NAMESPACE();
namespace va_event::random::HWY_NAMESPACE {
namespace {

void philox_row_in_lanes(const PhiloxKey& key, const PhiloxBlock& counter, PhiloxRow& out) {
  const hn::CappedTag<std::uint64_t, kPhiloxRow> d;
  constexpr std::size_t kLanes = hn::MaxLanes(d);
  constexpr std::size_t kVectors = kPhiloxRow / kLanes;
  hn::Vec<decltype(d)> words[kVectors][4];
  for (std::size_t v = 0; v < kVectors; ++v) {
    words[v][0] = hn::Set(d, std::uint64_t{counter[0]});
    words[v][1] = hn::Set(d, std::uint64_t{counter[1]});
    words[v][2] = hn::Set(d, std::uint64_t{counter[2]});
    words[v][3] = hn::Iota(d, std::uint64_t{counter[3]} + v * kLanes);
  }
  philox(d, RoundKeys(key), words);
  for (std::size_t v = 0; v < kVectors; ++v) {
    hn::StoreInterleaved2(join(words[v][0], words[v][1]), join(words[v][2], words[v][3]), d,
                          out.data() + 2 * v * kLanes);
  }
}

}  // namespace
}  // namespace va_event::random::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace va_event::random {

HWY_EXPORT(philox_row_in_lanes);

void philox_row(const PhiloxKey& key, const PhiloxBlock& counter, PhiloxRow& out) noexcept {
  HWY_DYNAMIC_DISPATCH(philox_row_in_lanes)(key, counter, out);
}

}  // namespace va_event::random
#endif

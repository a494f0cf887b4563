// SPDX-License-Identifier: Apache-2.0
#include "neurons/if_cond_exp/near_spikes/input_lists.hpp"

#include <utility>

namespace va_event::neurons::near_spikes {

void InputLists::make_room() {
  const std::uint32_t before = capacity_;
  const foundation::LargeArray<Block> old = std::move(blocks_);
  capacity_ *= kGrowth;
  blocks_ = {};
  blocks_.resize(lines_.size() * capacity_);
  for (std::size_t i = 0; i < lines_.size(); ++i) {
    const std::uint32_t end = lines_[i].position / Line::kBlock;
    for (std::uint32_t block = end > before ? end - before : 0; block < end; ++block) {
      blocks_[place(i, block)] = old[i * before + (block & (before - 1))];
    }
  }
}

void InputLists::grow_inputs() {
  const foundation::LargeVector<Input> old = std::move(inputs_);
  const std::uint32_t mask = std::exchange(mask_, 2 * mask_ + 1);
  inputs_ = foundation::LargeVector<Input>(std::size_t{mask_} + 1);
  for (std::uint32_t number = oldest_; number != next_; ++number) {
    inputs_[number & mask_] = old[number & mask];
  }
}

void InputLists::begin_epoch(std::int64_t epoch, std::int64_t oldest) {
  first_of_epoch_.push_back({epoch, next_});
  while (first_of_epoch_.size() > 1 && first_of_epoch_[1].epoch <= oldest) {
    first_of_epoch_.pop_front();
  }
  if (first_of_epoch_.front().epoch <= oldest) {
    oldest_ = first_of_epoch_.front().number;
  }
}

void InputLists::clear(std::int64_t epoch) {
  first_of_epoch_.clear();
  oldest_ = next_;
  first_of_epoch_.push_back({epoch, next_});
}

}  // namespace va_event::neurons::near_spikes

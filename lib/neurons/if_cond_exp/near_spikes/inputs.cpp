// SPDX-License-Identifier: Apache-2.0
// What an input does to a neuron, as it is delivered.
#include <algorithm>
#include <array>
#include <type_traits>

#include "neurons/if_cond_exp/near_spikes/bounds.hpp"
#include "neurons/if_cond_exp/near_spikes/near_spikes_group.hpp"
#include "neurons/rows_by_index.hpp"
#include "numerics/exponentials.hpp"

namespace va_event::neurons::near_spikes {

Input NearSpikesGroup::input_of(const Kernel::SharedExponentials& at, std::size_t receptor, double weight) const {
  return {time_.epoch,
          at.t,
          at.decay_exc,
          at.decay_inh,
          receptor == 0 ? weight / at.decay_exc : 0.0,
          receptor == 0 ? 0.0 : weight / at.decay_inh};
}

/// @param exc, inh  the line's amplitudes @param number  of the block's last input
inline void NearSpikesGroup::complete_block(std::size_t i, double exc, double inh, std::uint32_t number) {
  if (--lists_.line(i).blocks_left == 0) [[unlikely]] {
    check_list(i);
  }
  lists_.keep_block(i, exc, inh, number);
}

/// Whether there is room for one more block, and whether the list is to be renewed.
void NearSpikesGroup::check_list(std::size_t i) {
  const History& history = history_[i];
  if (lists_.is_full(lists_.line(i), history.base.position)) [[unlikely]] {
    lists_.make_room();
  }
  if (lists_.line(i).position - history.next_base.position >= kInputsPerBase) {
    notice(i);
    lists_.prefetch_blocks(i, history.next_base.position);
  }
  lists_.count_blocks_left(i, history.base.position, history.next_base.position + kInputsPerBase);
}

/// An excitatory input has come to a neuron whose drive at threshold only falls, and is positive after it: a run begins
/// or goes on. While the bound excludes a spike there is nothing else to do. Inhibition only lowers v, as long as the
/// bound is above its reversal potential, so that the bound need not know it.
void NearSpikesGroup::follow_bound(std::size_t i, double exc_before, const Input& input,
                                   const Kernel::DriveFactors& drive) {
  const Constants& c = constants(i);
  const Line& line = lists_.line(i);
  Prospects& prospects = prospects_[i];
  const double exc_drive = drive.exc * line.exc;
  const double inh_drive = drive.inh * line.inh;
  const double now = c.y_leak + (exc_drive + inh_drive);
  if (line.noticed != 0 || !(now > 0.0)) {
    return;  // the line's limit is rounded
  }
  if (prospects.in_run && prospects.safe <= input.t) {
    return notice(i);
  }
  const double before = c.y_leak + (drive.exc * exc_before + inh_drive);
  double distance = 0.0;
  if (!(before > 0.0)) {
    distance = distance_from_last_inputs(
        i, {input.epoch, input.t, input.decay_exc, input.decay_inh, line.exc, line.inh, 0.0, line.position, 1},
        enough_for(now));
  } else if (prospects.in_run && before > drive_margin(c)) {
    distance = carried_distance(c, prospects, input.t);
  }
  distance = std::min(distance, -c.y_inh);
  const double conductance = 1.0 + c.resistance * (line.exc * input.decay_exc + line.inh * input.decay_inh);
  const double safe = safe_time_of_falling(c, distance, now, conductance, exc_drive, inh_drive);
  if (!(safe > 0.0)) {
    return notice(i);
  }
  if (!(before > 0.0)) {
    prospects.run_position = line.position;
    prospects.run_placed = prospects.run_known = false;
    prospects.rough = true;
  }
  prospects.distance = distance;
  prospects.since = input.t;
  prospects.drive = now;
  prospects.conductance = conductance;
  prospects.safe = input.t + safe;
  prospects.position = line.position;
  prospects.in_run = true;
  wait_until_safe(i);
}

/// The effect of an input on some neurons with the same constants, where F changes its sign once: the synapses' share
/// of it after excitatory inputs is then all that is to be looked at. Where it has become positive is written down
/// without a branch, and looked at when all targets have got the input. @tparam kInhibitory  the input is
template <bool kInhibitory>
void NearSpikesGroup::deliver_to_falling(const Input& input, std::uint32_t number, const Kernel::DriveFactors& drive,
                                         std::span<const std::uint32_t> targets, std::uint32_t offset) {
  constexpr std::size_t kAhead = 8;
  const double added = kInhibitory ? input.inh : input.exc;
  const double drive_exc = drive.exc;
  const double drive_inh = drive.inh;
  if (!kInhibitory && risen_.size() < targets.size()) {
    risen_.resize(targets.size());
    exc_before_.resize(targets.size());
  }
  std::uint32_t* risen = risen_.data();
  double* exc_before = exc_before_.data();
  Line* const lines = rows_by_index(&lists_.line(0), offset, targets[0]);
  const auto go_through = [&](const std::uint32_t* target, const std::uint32_t* end, auto prefetch) {
    for (; target != end; ++target) {
      if constexpr (decltype(prefetch)::value) {
        foundation::prefetch(&lines[target[kAhead]]);
      }
      Line& line = lines[*target];
      const double before = kInhibitory ? line.inh : line.exc;
      const double after = before + added;
      (kInhibitory ? line.inh : line.exc) = after;
      const std::uint32_t position = line.position;
      line.number[position % Line::kBlock] = number;
      line.position = position + 1;
      if constexpr (!kInhibitory) {
        *risen = *target;
        *exc_before = before;
        const std::ptrdiff_t has_risen =
            drive_exc * after + drive_inh * line.inh > static_cast<double>(line.limit) ? 1 : 0;
        risen += has_risen;
        exc_before += has_risen;
      }
      if (position % Line::kBlock == Line::kBlock - 1) [[unlikely]] {
        complete_block(static_cast<std::uint32_t>(offset + *target), kInhibitory ? line.exc : after,
                       kInhibitory ? after : line.inh, number);
      }
    }
  };
  const std::uint32_t* const last = targets.data() + (targets.size() > kAhead ? targets.size() - kAhead : 0);
  go_through(targets.data(), last, std::true_type());
  go_through(last, targets.data() + targets.size(), std::false_type());
  for (const std::uint32_t* one = risen_.data(); one != risen; ++one) {
    foundation::prefetch(&prospects_[static_cast<std::uint32_t>(offset + *one)]);
  }
  exc_before = exc_before_.data();
  for (const std::uint32_t* one = risen_.data(); one != risen; ++one) {
    follow_bound(static_cast<std::uint32_t>(offset + *one), *exc_before++, input, drive);
  }
}

[[gnu::always_inline]] inline void NearSpikesGroup::receive_one(std::size_t i, std::uint32_t number, const Input& input,
                                                                const Kernel::DriveFactors& drive) {
  Line& line = lists_.line(i);
  const double exc_before = line.exc;
  line.exc += input.exc;
  line.inh += input.inh;
  line.number[line.position % Line::kBlock] = number;
  if (++line.position % Line::kBlock == 0) {
    complete_block(i, line.exc, line.inh, number);
  }
  if (drive.largest(line.exc, line.inh) > static_cast<double>(line.limit)) {
    if (!drive_only_falls(constants(i))) {
      notice(i);
    } else if (input.exc > 0.0) {
      follow_bound(i, exc_before, input, drive);
    }
  }
}

/// The effect of an input on some neurons with the same constants.
void NearSpikesGroup::deliver_to_all(const Input& input, const Constants& c, const Kernel::SharedExponentials& at,
                                     std::span<const std::uint32_t> targets, std::uint32_t offset) {
  const std::uint32_t number = lists_.store(input);
  const Kernel::DriveFactors drive(c, at.decay_exc, at.decay_inh);
  if (drive_only_falls(c)) {
    return input.inh > 0.0 ? deliver_to_falling<true>(input, number, drive, targets, offset)
                           : deliver_to_falling<false>(input, number, drive, targets, offset);
  }
  for (const std::uint32_t target : targets) {
    receive_one(static_cast<std::uint32_t>(offset + target), number, input, drive);
  }
}

/// A spike's inputs of some neurons with the same constants: those with the same weight share one.
void NearSpikesGroup::deliver_to_set(const Constants& c, double t, std::size_t receptor, const Targets& targets) {
  if (!(known_for_ == &c && known_.t == t)) {
    known_ = Kernel::exponentials_at(c, t);
    known_for_ = &c;
  }
  const std::size_t together = targets.weight.empty() ? targets.index.size() : 1;
  for (std::size_t k = 0; k < targets.index.size(); k += together) {
    deliver_to_all(input_of(known_, receptor, targets.weight_of(k)), c, known_, targets.index.subspan(k, together),
                   targets.offset);
  }
}

/// A spike's inputs of neurons with different constants.
void NearSpikesGroup::deliver_to_each(double t, std::size_t receptor, const Targets& targets) {
  std::array<neurons::Input<double>, kMaxInputs> inputs;
  for (std::size_t begin = 0; begin < targets.index.size(); begin += kMaxInputs) {
    const std::size_t count = std::min(targets.index.size() - begin, kMaxInputs);
    for (std::size_t k = 0; k < count; ++k) {
      inputs[k] = {t, targets.weight_of(begin + k), targets.offset + targets.index[begin + k],
                   static_cast<std::uint32_t>(receptor)};
    }
    receive_some({inputs.data(), count});
  }
}

void NearSpikesGroup::deliver(const double& t, std::size_t receptor, std::span<const Targets> targets,
                              Candidates& /*candidates*/) {
  constexpr std::size_t kLeastTogether = 4;
  for (const Targets& part : targets) {
    const std::size_t size = part.index.size();
    if (sets_.all().size() == 1) {
      deliver_to_set(sets_[0], t, receptor, part);
      continue;
    }
    const auto set_of = [&](std::size_t k) {
      return lists_.line(static_cast<std::uint32_t>(part.offset + part.index[k])).set;
    };
    // Stretches of targets with the same constants, and what is between those that are long.
    std::size_t done = 0;
    for (std::size_t begin = 0; begin < size;) {
      const std::uint32_t set = set_of(begin);
      std::size_t end = begin + 1;
      while (end < size && set_of(end) == set) {
        ++end;
      }
      if (end - begin >= kLeastTogether) {
        deliver_to_each(t, receptor, part.part(done, begin));
        deliver_to_set(sets_[set], t, receptor, part.part(begin, end));
        done = end;
      }
      begin = end;
    }
    deliver_to_each(t, receptor, part.part(done, size));
  }
}

/// @param inputs  at most kMaxInputs: their exponentials are found in vectors, with the bits of exponentials_at()
void NearSpikesGroup::receive_some(std::span<const neurons::Input<double>> inputs) {
  std::array<double, 2 * kMaxInputs> decays;
  double* next = decays.data();
  for (const neurons::Input<double>& one : inputs) {
    const Constants& c = constants(one.index);
    *next++ = -one.t * c.rate_exc;
    *next++ = -one.t * c.rate_inh;
  }
  numerics::take_exponentials({decays.data(), next});
  const double* decay = decays.data();
  for (const neurons::Input<double>& one : inputs) {
    const Constants& c = constants(one.index);
    const Input input = input_of({one.t, decay[0], decay[1]}, one.receptor, one.weight);
    receive_one(one.index, lists_.store(input), input, {c, decay[0], decay[1]});
    decay += 2;
  }
}

std::size_t NearSpikesGroup::receive(std::span<const neurons::Input<double>> inputs, Candidates& /*candidates*/) {
  for (std::size_t begin = 0; begin < inputs.size(); begin += kMaxInputs) {
    receive_some(inputs.subspan(begin, std::min(inputs.size() - begin, kMaxInputs)));
  }
  return inputs.size();
}

void NearSpikesGroup::prefetch_targets(std::span<const std::uint32_t> targets, std::uint32_t offset) const {
  for (const std::uint32_t target : targets) {
    lists_.prefetch(offset + target);
  }
}

}  // namespace va_event::neurons::near_spikes

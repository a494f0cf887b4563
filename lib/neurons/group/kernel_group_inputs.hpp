// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The definitions of KernelGroup that have to do with inputs: from a spike to its targets, and to their looks.
#include <algorithm>
#include <optional>
#include <span>

#include "neurons/group/kernel_group.hpp"

namespace va_event::neurons {

template <class Kernel, class Real>
void KernelGroup<Kernel, Real>::deliver(const Real& t, std::size_t receptor, std::span<const neurons::Targets> targets,
                                        Candidates<Real>& candidates) {
  // Parts one after the other whose neurons all have the same parameters go together.
  for (std::size_t begin = 0; begin < targets.size();) {
    const std::optional<std::uint32_t> set = common_set(targets[begin]);
    std::size_t end = begin + 1;
    while (end < targets.size() && common_set(targets[end]) == set) {
      ++end;
    }
    const auto parts = targets.subspan(begin, end - begin);
    if (set && in_batches(*set)) {
      deliver_batch(*set, t, receptor, parts, candidates);
    } else if ((neurons::Batch<Kernel>::kExists || kBacklogs) && !set) {
      deliver_each(t, receptor, parts, candidates);
    } else {
      deliver_one_by_one(set, t, receptor, parts, candidates);
    }
    begin = end;
  }
}

template <class Kernel, class Real>
std::size_t KernelGroup<Kernel, Real>::receive(std::span<const neurons::Input<Real>> inputs,
                                               Candidates<Real>& candidates) {
  if constexpr (kBacklogs) {
    const auto constants = constants_of_all();
    if (const std::size_t count = backlogs_.receive(constants, inputs, safe_.data(), settle_all_for(candidates));
        count > 0) {
      settle_due(constants, candidates);
      return count;
    }
  } else if constexpr (neurons::Batch<Kernel>::kExists) {
    if (const std::size_t count = inputs.size() > 1 ? receive_batch(inputs, candidates) : 0; count > 0) {
      return count;
    }
  }
  const Real begin = inputs[0].t;
  std::size_t count = 0;
  do {
    const neurons::Input<Real>& input = inputs[count];
    receive(input.index, Kernel::moment(constants(input.index), input.t), input.receptor, Real(input.weight),
            candidates);
    ++count;
  } while (!neurons::Batch<Kernel>::kExists && !kBacklogs && count < inputs.size() &&
           rows_[inputs[count].index].t < begin && safe_[inputs[count].index] > inputs[count].t);
  return count;
}

template <class Kernel, class Real>
void KernelGroup<Kernel, Real>::deliver_batch(std::uint32_t set, const Real& t, std::size_t receptor,
                                              std::span<const neurons::Targets> targets, Candidates<Real>& candidates) {
  if constexpr (kBacklogs) {
    const neurons::SetsOf<Constants> constants{&sets_[set], nullptr};
    for (const neurons::Targets& part : targets) {
      const auto same_population = [&part](const neurons::Targets& other) { return other.offset == part.offset; };
      if (std::any_of(targets.data(), &part, same_population)) {  // who is due must not get more
        settle_due(constants, candidates);
      }
      backlogs_.deliver(
          sets_[set], t, receptor, part, [&] { settle_due(constants, candidates); }, settle_all_for(candidates));
    }
    settle_due(constants, candidates);
  } else if constexpr (neurons::Batch<Kernel>::kExists) {
    const Constants& c = sets_[set];
    std::uint64_t count = 0;
    for (const neurons::Targets& part : targets) {
      count += part.index.size();
    }
    report_.clear();
    neurons::Batch<Kernel>::deliver(c, {rows_.data(), safe_.data()}, {t, receptor}, targets,
                                    {candidates.frame_end(), this->closest_.distance}, report_);
    this->counts_[number(Interval::by_sign)] += report_.by_sign;
    this->counts_[number(Interval::refractory)] += report_.refractory;
    this->counts_[number(Interval::by_bound)] += count - report_.by_sign - report_.refractory;
    take_report(candidates);
    if constexpr (kReserves) {
      if (t == Real(0)) {
        for (const neurons::Targets& part : targets) {
          for (const std::uint32_t k : part.index) {
            begin_at_epoch(part.offset + k, t);
          }
        }
      }
    }
  }
}

template <class Kernel, class Real>
void KernelGroup<Kernel, Real>::settle_due(const neurons::SetsOf<Constants>& constants, Candidates<Real>& candidates) {
  if constexpr (kBacklogs) {
    settle(constants, backlogs_.due(), &candidates);
    backlogs_.due().clear();
  }
}

template <class Kernel, class Real>
void KernelGroup<Kernel, Real>::settle_all(Candidates<Real>* candidates) {
  if constexpr (kBacklogs) {
    pending_.clear();
    backlogs_.append_pending(pending_);
    settle(constants_of_all(), pending_, candidates);
    backlogs_.due().clear();
  }
}

template <class Kernel, class Real>
void KernelGroup<Kernel, Real>::settle(std::size_t i) {
  if constexpr (kBacklogs) {
    if (backlogs_.pending(i)) {
      const auto who = static_cast<std::uint32_t>(i);
      settle({&constants(i), nullptr}, {&who, 1}, nullptr);
    }
  }
}

template <class Kernel, class Real>
void KernelGroup<Kernel, Real>::settle(const neurons::SetsOf<Constants>& constants, std::span<const std::uint32_t> who,
                                       Candidates<Real>* candidates) {
  if constexpr (kBacklogs) {
    if (who.empty()) {
      return;
    }
    backlog_report_.clear();
    const double noticed_until = candidates == nullptr ? 0.0 : candidates->frame_end();
    backlogs_.settle(constants, rows_.data(), safe_.data(), who, {noticed_until, this->closest_.distance},
                     backlog_report_);
    this->counts_[number(Interval::by_sign)] += backlog_report_.by_sign;
    this->counts_[number(Interval::by_bound)] += backlog_report_.by_bound;
    this->counts_[number(Interval::refractory)] += backlog_report_.refractory;
    for (const std::uint32_t i : who) {
      searches_.remove(cold_[i].search);
    }
    for (const neurons::NearEvent& event : backlog_report_.near) {
      note_fall(event.index, event.state);
    }
    if (candidates != nullptr) {
      for (const std::uint32_t i : backlog_report_.noticed) {
        candidates->offer(safe_[i], cold_[i].cell);
      }
    }
  }
}

template <class Kernel, class Real>
std::size_t KernelGroup<Kernel, Real>::receive_batch(std::span<const neurons::Input<Real>> inputs,
                                                     Candidates<Real>& candidates) {
  report_.clear();
  const std::size_t count = neurons::Batch<Kernel>::receive(
      {sets_.all().data(), sets_.all().size() == 1 ? nullptr : set_of_.data()}, {rows_.data(), safe_.data()},
      inputs.first(std::min(inputs.size(), neurons::kMaxInputs)), {candidates.frame_end(), this->closest_.distance},
      report_);
  this->counts_[number(Interval::by_sign)] += report_.by_sign;
  this->counts_[number(Interval::refractory)] += report_.refractory;
  this->counts_[number(Interval::by_bound)] += count - report_.by_sign - report_.refractory;
  take_report(candidates);
  if constexpr (kReserves) {
    for (std::size_t k = 0; k < count && inputs[k].t == Real(0); ++k) {
      begin_at_epoch(inputs[k].index, inputs[k].t);
    }
  }
  return count;
}

template <class Kernel, class Real>
void KernelGroup<Kernel, Real>::take_report(Candidates<Real>& candidates) {
  for (const std::uint32_t i : report_.again) {
    searches_.remove(cold_[i].search);
  }
  for (const std::uint32_t i : report_.near) {
    note_fall(i, Kernel::moment(constants(i), rows_[i].t));
    if (has_reserve(i)) {
      expect_touch(i);
      candidates.offer(safe_[i], cold_[i].cell);
    }
  }
  for (const std::uint32_t i : report_.noticed) {
    candidates.offer(safe_[i], cold_[i].cell);
  }
}

template <class Kernel, class Real>
void KernelGroup<Kernel, Real>::deliver_each(const Real& t, std::size_t receptor,
                                             std::span<const neurons::Targets> targets, Candidates<Real>& candidates) {
  const auto flush = [&] {
    for (std::span<const neurons::Input<Real>> left = inputs_; !left.empty();) {
      left = left.subspan(receive(left, candidates));
    }
    inputs_.clear();
  };
  for (const neurons::Targets& part : targets) {
    for (std::size_t k = 0; k < part.index.size(); ++k) {
      inputs_.push_back({t, part.weight.empty() ? part.constant_weight : part.weight[k], part.offset + part.index[k],
                         static_cast<std::uint32_t>(receptor)});
      if (inputs_.size() == neurons::kMaxInputs) {
        flush();
      }
    }
  }
  flush();
}

template <class Kernel, class Real>
void KernelGroup<Kernel, Real>::deliver_one_by_one(std::optional<std::uint32_t> set, const Real& t,
                                                   std::size_t receptor, std::span<const neurons::Targets> targets,
                                                   Candidates<Real>& candidates) {
  Moment at = Kernel::moment(sets_[set.value_or(0)], t);
  for (const neurons::Targets& part : targets) {
    for (std::size_t k = 0; k < part.index.size(); ++k) {
      const std::uint32_t i = part.offset + part.index[k];
      if (!set) {
        at = Kernel::moment(constants(i), t);
      }
      receive(i, at, receptor, Real(part.weight.empty() ? part.constant_weight : part.weight[k]), candidates);
    }
  }
}

template <class Kernel, class Real>
void KernelGroup<Kernel, Real>::next_epoch_batch(const Range& range) {
  if constexpr (kBacklogs) {
    backlog_report_.clear();
    backlogs_.settle_epoch({&sets_[*range.set], nullptr}, rows_.data(), safe_.data(), range.begin,
                           range.end - range.begin, backlog_report_);
  } else if constexpr (neurons::Batch<Kernel>::kExists) {
    report_.clear();
    neurons::Batch<Kernel>::next_epoch(sets_[*range.set], {rows_.data() + range.begin, safe_.data() + range.begin},
                                       range.end - range.begin, {-1.0, this->closest_.distance}, report_);
    for (const std::uint32_t i : report_.near) {
      expect_touch(range.begin + i);
    }
  }
}

template <class Kernel, class Real>
void KernelGroup<Kernel, Real>::receive(std::uint32_t i, const Moment& at, std::size_t receptor, const Real& weight,
                                        Candidates<Real>& candidates) {
  if constexpr (Kernel::kInputsMoveV) {
    note_rise(i, at, weight);
  }
  Kernel::receive(constants(i), rows_[i], at, receptor, weight);
  if (refractory(i)) {
    renew_backlog(i);
    ++this->counts_[number(Interval::refractory)];
    return;
  }
  if (has_reserve(i)) {
    ++this->counts_[number(Interval::by_bound)];
    begin_at_epoch(i, at.t);
    expect_touch(i);
  } else {
    begin_interval(i, at);
  }
  note_fall(i, at);
  if constexpr (Kernel::kInputsMoveV) {
    if (rows_[i].y >= Real(0)) {
      candidates.lift(at.t, cold_[i].cell);
      return;
    }
  }
  candidates.offer(safe_[i], cold_[i].cell);
}

}  // namespace va_event::neurons

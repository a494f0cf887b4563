// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <vector>

/// Plastic synapses by brute force: sums over all pairs of spikes, without traces, from the definitions in
/// va_event/synapses.hpp. Shares nothing with the library.
namespace reference {

enum class Timing { pairs, triplets, vogels };
enum class Pairs { all, nearest_symmetric, nearest_presynaptic, nearest_reduced };
enum class Dependence { additive, multiplicative, additive_multiplicative, gutig };

/// The numbers of one synapse; names and units as in va_event/synapses.hpp.
struct Plasticity {
  bool learns = true;  ///< its weight changes
  Timing timing = Timing::pairs;
  Pairs pairs = Pairs::all;
  double tau_plus = 20.0, tau_minus = 20.0, A_plus = 0.01, A_minus = 0.01;
  double tau_x = 101.0, tau_y = 125.0, A3_plus = 6.2e-3, A3_minus = 2.3e-4;  ///< triplets
  double tau = 20.0, eta = 1e-10, rho = 3.0;                                 ///< Vogels
  Dependence dependence = Dependence::additive;
  double w_min = 0.0, w_max = 1.0, mu_plus = 0.5, mu_minus = 0.5;
  double fraction = 1.0;  ///< of the delay that is dendritic
  bool short_term = false;
  double U = 0.5, tau_rec = 100.0, tau_facil = 0.0, u = 0.0;
  std::size_t group = 0;  ///< those that one projection can have are of one group
};

/// A number and how far a double may be from it.
template <class N>
struct Uncertain {
  N value{};
  double error = 0.0;
};

/// What rounding adds to a sum or to a weight, relative to its scale.
inline constexpr double kSynapseRounding = 4e-15;

/// Depression and facilitation: the state from spike to spike.
template <class N>
class ShortTermByIteration {
 public:
  /// @param tau_syn  [ms]; 0: none
  ShortTermByIteration(const Plasticity& p, double tau_syn) : p_(p), tau_syn_(tau_syn), u_(p.u) {}

  /// What a spike at `t` releases.
  Uncertain<N> release(const N& t, double error) {
    const N h = t - last_;
    u_ = p_.tau_facil > 0.0 ? N(u_ * decay(h, p_.tau_facil)) : N(0);
    // dz/dt = y/tau_syn - z/tau_rec with y = y0 exp(-h/tau_syn)
    const N recovered = decay(h, p_.tau_rec);
    z_ *= recovered;
    if (tau_syn_ > 0.0) {
      const N active = decay(h, tau_syn_);
      const N rate = N(1) / tau_syn_;
      z_ += tau_syn_ == p_.tau_rec ? N(y_ * h * rate * active)
                                   : N(y_ * rate * (active - recovered) / (N(1) / p_.tau_rec - rate));
      y_ *= active;
    }
    u_ += p_.U * (1 - u_);
    const N released = u_ * (1 - y_ - z_);
    (tau_syn_ > 0.0 ? y_ : z_) += released;
    const double rate =
        1.0 / p_.tau_rec + (p_.tau_facil > 0.0 ? 1.0 / p_.tau_facil : 0.0) + (tau_syn_ > 0.0 ? 2.0 / tau_syn_ : 0.0);
    error_ += 2.0 * rate * (error + last_error_) + kSynapseRounding;
    last_ = t;
    last_error_ = error;
    return {released, error_};
  }

  /// u and x = 1 - y - z, `h` after the last spike, or after t = 0; and how far a double may be from them.
  struct State {
    N u, x;
    double error;
  };
  [[nodiscard]] State after(const N& h) const {
    const N recovered = decay(h, p_.tau_rec);
    N z = z_ * recovered;
    N y = y_;
    if (tau_syn_ > 0.0) {
      const N active = decay(h, tau_syn_);
      z += tau_syn_ == p_.tau_rec ? N(y_ * h / tau_syn_ * active)
                                  : N(y_ / tau_syn_ * (active - recovered) / (N(1) / p_.tau_rec - N(1) / tau_syn_));
      y *= active;
    }
    const N u = p_.tau_facil > 0.0 ? N(u_ * decay(h, p_.tau_facil)) : h > 0 ? N(0) : u_;
    return {u, 1 - y - z, error_ + 4.0 * kSynapseRounding};
  }

 private:
  static N decay(const N& h, double tau) {
    using std::exp;
    return exp(N(-h / tau));
  }

  Plasticity p_;
  double tau_syn_;
  N u_, y_ = 0, z_ = 0, last_ = 0;
  double error_ = 0.0, last_error_ = 0.0;
};

/// One synapse and the spikes of its cells. Spikes are told in the order of time of each cell, before they arrive.
template <class N>
class SynapseByPairs {
 public:
  struct Change {
    N time;        ///< of the arrival at the synapse [ms]
    N weight;      ///< from then on
    double error;  ///< of the weight
  };

  SynapseByPairs(const Plasticity& p, double weight, double delay, double tau_syn)
      : p_(p),
        delay_(delay),
        sign_(weight < 0.0 || p.w_min < 0.0 || p.w_max < 0.0 ? -1 : 1),
        low_(std::min(std::abs(p.w_min), std::abs(p.w_max))),
        high_(std::max(std::abs(p.w_min), std::abs(p.w_max))),
        magnitude_(std::abs(weight)),
        initial_(weight),
        release_(p, tau_syn) {}

  /// @param error  how uncertain the time is in a double [ms] @param id  of the spike, if both cells are one
  void pre_spike(const N& t, double error = 0.0, std::size_t id = 0) {
    pre_.push_back({t + (1 - N(p_.fraction)) * delay_, t, error, id});
  }
  void post_spike(const N& t, double error = 0.0, std::size_t id = 0) {
    post_.push_back({t + N(p_.fraction) * delay_, t, error, id});
  }

  /// Makes all changes of arrivals before `time`.
  void advance(const N& time) {
    while (next_time() < time) {
      arrive();
    }
  }
  /// The weight as of now: changes of arrivals before `time` are made.
  N weight(const N& time) {
    advance(time);
    return sign_ * magnitude_;
  }
  /// The user gives it another weight: as of now.
  void set_weight(const N& now, double weight) {
    advance(now);
    magnitude_ = std::abs(weight);
    error_ = 0.0;
  }
  /// The user gives it other numbers; those of sums over pairs hold for all that comes.
  void set_numbers(const N& now, const Plasticity& p) {
    advance(now);
    p_ = p;
    low_ = std::min(std::abs(p.w_min), std::abs(p.w_max));
    high_ = std::max(std::abs(p.w_min), std::abs(p.w_max));
  }
  /// What the next presynaptic spike delivers, all spikes before its delivery being known.
  Uncertain<N> deliver() {
    while (delivered_.size() <= next_delivery_) {
      arrive();
    }
    return delivered_[next_delivery_++];
  }

  [[nodiscard]] const std::vector<Change>& changes() const { return changes_; }
  [[nodiscard]] double initial() const { return initial_; }
  /// Before this, no order of arrivals is decided by rounding [ms].
  [[nodiscard]] double undecided_from() const { return undecided_from_; }
  [[nodiscard]] std::size_t at_bounds() const { return at_bounds_; }

 private:
  struct Arrival {
    N time;  ///< at the synapse
    N emitted;
    double error;
    std::size_t id;
  };

  static N decay(const N& h, double tau) {
    using std::exp;
    return exp(N(-h / tau));
  }

  [[nodiscard]] N next_time() const {
    const N never = std::numeric_limits<N>::infinity();
    return std::min(pres_ < pre_.size() ? pre_[pres_].time : never, posts_ < post_.size() ? post_[posts_].time : never);
  }

  /// The next arrival: at equal times presynaptic spikes go first.
  void arrive() {
    if (posts_ == post_.size() || (pres_ < pre_.size() && pre_[pres_].time <= post_[posts_].time)) {
      const std::size_t i = pres_++;
      check_order(pre_[i], post_);
      if (p_.learns) {
        change(p_.timing == Timing::vogels ? vogels(i) : depression(i), false, pre_[i].time);
      }
      const Uncertain<N> factor =
          p_.short_term ? release_.release(pre_[i].emitted, pre_[i].error) : Uncertain<N>{N(1), 0.0};
      delivered_.push_back({sign_ * magnitude_ * factor.value,
                            error_ + static_cast<double>(magnitude_) * (factor.error + kSynapseRounding)});
    } else {
      const std::size_t j = posts_++;
      check_order(post_[j], pre_);
      if (p_.learns) {
        change(p_.timing == Timing::vogels ? vogels_post(j) : potentiation(j), true, post_[j].time);
      }
    }
  }

  /// Arrivals that are nearly simultaneous: a double cannot tell which comes first. One spike of a neuron onto itself
  /// with a fraction of 1/2 is simultaneous in any arithmetic.
  void check_order(const Arrival& one, const std::vector<Arrival>& others) {
    for (const Arrival& other : others) {
      if (one.error + other.error <= 0.0) {
        continue;
      }
      const auto apart = static_cast<double>(abs(N(one.time - other.time)));
      const bool same = one.error > 0.0 && one.id == other.id;
      if (!(same && apart == 0.0) && apart <= 1e-12 + (same ? 0.0 : 2.0 * (one.error + other.error))) {
        undecided_from_ = std::min(undecided_from_, static_cast<double>(std::max(one.time, other.time)) - 1e-6);
      }
    }
  }

  /// exp(-(later - earlier)/tau), and what the uncertainty of both times does to it.
  Uncertain<N> term(const Arrival& later, const Arrival& earlier, double tau) const {
    const N h = later.time - earlier.time;
    const N value = decay(h, tau);
    const auto size = static_cast<double>(value);
    const double together = later.error + earlier.error + 4e-15;
    return {value, size * (together / tau + kSynapseRounding * (1.0 + static_cast<double>(h) / tau))};
  }
  static void add(Uncertain<N>& sum, const Uncertain<N>& term) {
    sum.value += term.value;
    sum.error += term.error;
  }
  static Uncertain<N> product(const Uncertain<N>& a, const Uncertain<N>& b) {
    return {a.value * b.value,
            a.error * std::abs(static_cast<double>(b.value)) + b.error * std::abs(static_cast<double>(a.value))};
  }

  /// The sum of exp(-h/tau) over the spikes of `list` that a spike at `now` pairs with by looking back; h > 0.
  /// @param first  only those from this one on @param last_only  only the last one
  Uncertain<N> look_back(const Arrival& now, const std::vector<Arrival>& list, double tau, bool last_only) const {
    Uncertain<N> sum;
    for (std::size_t k = list.size(); k-- > 0;) {
      if (list[k].time < now.time) {
        add(sum, term(now, list[k], tau));
        if (last_only) {
          break;
        }
      }
    }
    return sum;
  }
  /// Those of the same cell, which have been before: those of the same time, too.
  Uncertain<N> own_before(const std::vector<Arrival>& list, std::size_t k, double tau, bool last_only) const {
    Uncertain<N> sum;
    for (std::size_t before = k; before-- > 0;) {
      add(sum, term(list[k], list[before], tau));
      if (last_only) {
        break;
      }
    }
    return sum;
  }
  static Uncertain<N> affine(double constant, double factor, const Uncertain<N>& x) {
    return {constant + factor * x.value, std::abs(factor) * x.error};
  }

  [[nodiscard]] static bool is_between(const std::vector<Arrival>& list, const N& from, const N& to) {
    return std::any_of(list.begin(), list.end(), [&](const Arrival& a) { return from < a.time && a.time < to; });
  }

  /// What the presynaptic spike i depresses by.
  Uncertain<N> depression(std::size_t i) const {
    const Arrival& now = pre_[i];
    if (p_.timing == Timing::triplets) {
      const bool nearest = p_.pairs == Pairs::nearest_symmetric;
      return product(look_back(now, post_, p_.tau_minus, nearest),
                     affine(p_.A_minus, p_.A3_minus, own_before(pre_, i, p_.tau_x, nearest)));
    }
    if (p_.pairs == Pairs::nearest_reduced) {
      // No presynaptic spike between the last postsynaptic one and this one. One that came together with that stands
      // before it. Of simultaneous ones of this cell the first counts.
      const Arrival* last = nullptr;
      for (const Arrival& post : post_) {
        last = post.time < now.time ? &post : last;
      }
      if (last == nullptr || is_between(pre_, last->time, now.time) || (i > 0 && pre_[i - 1].time == now.time)) {
        return {};
      }
    }
    return affine(0.0, p_.A_minus, look_back(now, post_, p_.tau_minus, p_.pairs != Pairs::all));
  }

  /// What the postsynaptic spike j potentiates by.
  Uncertain<N> potentiation(std::size_t j) const {
    const Arrival& now = post_[j];
    if (p_.timing == Timing::triplets) {
      const bool nearest = p_.pairs == Pairs::nearest_symmetric;
      return product(look_back(now, pre_, p_.tau_plus, nearest),
                     affine(p_.A_plus, p_.A3_plus, own_before(post_, j, p_.tau_y, nearest)));
    }
    if (p_.pairs == Pairs::all || p_.pairs == Pairs::nearest_symmetric) {
      return affine(0.0, p_.A_plus, look_back(now, pre_, p_.tau_plus, p_.pairs == Pairs::nearest_symmetric));
    }
    Uncertain<N> sum;
    for (std::size_t i = pre_.size(); i-- > 0;) {
      if (p_.pairs == Pairs::nearest_reduced && pre_[i].time == now.time) {
        break;  // of simultaneous spikes the presynaptic one comes first, so that it stands between
      }
      if (pre_[i].time < now.time && !is_between(post_, pre_[i].time, now.time)) {
        add(sum, term(now, pre_[i], p_.tau_plus));
        if (p_.pairs == Pairs::nearest_reduced) {
          break;  // those before have this one in between
        }
      }
    }
    return affine(0.0, p_.A_plus, sum);
  }

  Uncertain<N> vogels(std::size_t i) const {
    const N alpha = 2 * N(p_.rho) * p_.tau;
    Uncertain<N> sum = look_back(pre_[i], post_, p_.tau, false);
    sum.error += static_cast<double>(alpha) * kSynapseRounding;
    sum.value -= alpha;
    return affine(0.0, p_.eta, sum);
  }
  Uncertain<N> vogels_post(std::size_t j) const {
    Uncertain<N> sum;
    for (const Arrival& pre : pre_) {
      if (pre.time <= post_[j].time) {
        add(sum, term(post_[j], pre, p_.tau));
      }
    }
    return affine(0.0, p_.eta, sum);
  }

  /// The magnitude after a change by `amount`.
  N changed(const N& m, const N& amount, bool potentiates) const {
    using std::pow;
    N next = m;
    if (p_.timing == Timing::vogels) {
      next += amount;
    } else if (potentiates) {
      switch (p_.dependence) {
        case Dependence::additive:
        case Dependence::additive_multiplicative:
          next += amount * high_;
          break;
        case Dependence::multiplicative:
          next += amount * (high_ - m);
          break;
        case Dependence::gutig:
          next += amount * high_ * pow(std::max(N((high_ - m) / high_), N(0)), N(p_.mu_plus));
          break;
      }
    } else {
      switch (p_.dependence) {
        case Dependence::additive:
          next -= amount * high_;
          break;
        case Dependence::multiplicative:
        case Dependence::additive_multiplicative:
          next -= amount * (m - low_);
          break;
        case Dependence::gutig:
          next -= amount * high_ * pow(std::max(N((m - low_) / high_), N(0)), N(p_.mu_minus));
          break;
      }
    }
    return std::clamp(next, N(low_), N(high_));
  }

  void change(const Uncertain<N>& amount, bool potentiates, const N& time) {
    const N next = changed(magnitude_, amount.value, potentiates);
    double error = 0.0;
    if (error_ + amount.error > 0.0) {
      for (const double side : {-1.0, 1.0}) {
        for (const double other : {-1.0, 1.0}) {
          const N corner = changed(magnitude_ + side * error_, amount.value + other * amount.error, potentiates);
          error = std::max(error, static_cast<double>(abs(N(corner - next))));
        }
      }
      error += kSynapseRounding * 0.25 * high_;
    }
    magnitude_ = next;
    error_ = error;
    at_bounds_ += next == low_ || next == high_ ? 1 : 0;
    changes_.push_back({time, sign_ * magnitude_, error_});
  }

  Plasticity p_;
  double delay_;
  int sign_;
  double low_, high_;  ///< bounds of the magnitude
  N magnitude_;
  double error_ = 0.0;
  double initial_;
  ShortTermByIteration<N> release_;
  std::vector<Arrival> pre_, post_;
  std::size_t pres_ = 0, posts_ = 0;  ///< that have arrived
  std::vector<Uncertain<N>> delivered_;
  std::size_t next_delivery_ = 0;
  std::vector<Change> changes_;
  double undecided_from_ = std::numeric_limits<double>::infinity();
  std::size_t at_bounds_ = 0;
};

}  // namespace reference

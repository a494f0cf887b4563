// SPDX-License-Identifier: Apache-2.0
#include "reference_simulator.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <optional>
#include <set>
#include <tuple>

namespace reference {

namespace {

/// Order of the Taylor series. With pieces of kReach/(fastest rate) the first term left out is below
/// kReach^(kOrder+1)/(kOrder+1)! = 1e-27 of the whole.
constexpr std::size_t kOrder = 18;
constexpr double kReach = 0.3;
constexpr int kScan = 8;  ///< sub-intervals of a piece in which a crossing or a maximum is looked for

const Wide kPi = acos(Wide(-1));

using Series = std::array<Wide, kOrder + 1>;

Wide value(const Series& series, const Wide& x) {
  Wide sum = series[kOrder];
  for (std::size_t k = kOrder; k-- > 0;) {
    sum = sum * x + series[k];
  }
  return sum;
}

Wide derivative(const Series& series, const Wide& x) {
  Wide sum = series[kOrder] * kOrder;
  for (std::size_t k = kOrder - 1; k > 0; --k) {
    sum = sum * x + series[k] * k;
  }
  return sum;
}

/// No slope in x on [0, 1] is larger.
double slope_bound(const Series& series) {
  double sum = 0.0;
  for (std::size_t k = 1; k <= kOrder; ++k) {
    sum += static_cast<double>(k) * std::abs(static_cast<double>(series[k]));
  }
  return sum;
}

struct State {
  Wide y;  ///< v - v_thresh
  Wide exc, inh;
};

/// The solution on [start, start + length], in x = (t - start)/length.
struct Piece {
  Wide start, length;
  Series y, exc, inh;

  [[nodiscard]] State at(const Wide& t) const {
    const Wide x = (t - start) / length;
    return {value(y, x), value(exc, x), value(inh, x)};
  }
  [[nodiscard]] double slope_at(const Wide& t) const {
    return static_cast<double>(derivative(y, (t - start) / length) / length);
  }
};

/// What sinusoids add to the current, as a Taylor series in (t - start)/length.
Series sine_series(const std::vector<Neuron::Sine>& sines, const Wide& start, const Wide& length) {
  Series sum;
  sum.fill(0);
  for (const Neuron::Sine& sine : sines) {
    const Wide omega = 2 * kPi * sine.frequency / 1000;
    const Wide angle = omega * (start - sine.start) + kPi * sine.phase / 180;
    const std::array<Wide, 4> derivatives{sin(angle), cos(angle), -sin(angle), -cos(angle)};
    Wide factor = sine.amplitude;
    for (std::size_t k = 0; k <= kOrder; ++k) {
      sum[k] += factor * derivatives[k % 4];
      factor *= omega * length / Wide(k + 1);
    }
    sum[0] += sine.offset;
  }
  return sum;
}

Piece make_piece(const Neuron& p, const Wide& current, const std::vector<Neuron::Sine>& sines, bool refractory,
                 const Wide& start, const State& s) {
  const bool coba = p.conductance_based;
  const Wide leak = Wide(1) / p.tau_m;
  const Wide total = coba ? leak + (s.exc + s.inh) / p.cm : leak;
  Wide fastest = std::max({total, Wide(1) / p.tau_syn_E, Wide(1) / p.tau_syn_I});
  for (const Neuron::Sine& sine : sines) {
    fastest = std::max(fastest, Wide(2 * kPi * sine.frequency / 1000));
  }
  Piece piece;
  piece.start = start;
  piece.length = kReach / fastest;
  piece.y[0] = s.y;
  piece.exc[0] = s.exc;
  piece.inh[0] = s.inh;
  const Wide rest = Wide(p.v_rest) - p.v_thresh;
  const Wide e_exc = Wide(p.e_rev_E) - p.v_thresh;
  const Wide e_inh = Wide(p.e_rev_I) - p.v_thresh;
  const Series driven = sine_series(sines, start, piece.length);
  Series g;
  for (std::size_t k = 0; k < kOrder; ++k) {
    const Wide factor = piece.length / Wide(k + 1);
    piece.exc[k + 1] = -factor * piece.exc[k] / p.tau_syn_E;
    piece.inh[k + 1] = -factor * piece.inh[k] / p.tau_syn_I;
    if (refractory) {
      piece.y[k + 1] = 0;
      continue;
    }
    Wide slope = -piece.y[k] * leak + driven[k] / p.cm;
    if (k == 0) {
      slope += rest * leak + (Wide(p.i_offset) + current) / p.cm;
    }
    if (coba) {
      g[k] = piece.exc[k] + piece.inh[k];
      Wide synaptic = piece.exc[k] * e_exc + piece.inh[k] * e_inh;
      for (std::size_t j = 0; j <= k; ++j) {
        synaptic -= g[j] * piece.y[k - j];
      }
      slope += synaptic / p.cm;
    } else {
      slope += (piece.exc[k] + piece.inh[k]) / p.cm;
    }
    piece.y[k + 1] = factor * slope;
  }
  return piece;
}

/// The x in (low, high] where `test` becomes true; it is false at low and true at high.
template <class Test>
Wide bisect(Wide low, Wide high, Test test) {
  for (int k = 0; k < 110; ++k) {
    const Wide middle = (low + high) / 2;
    (test(middle) ? high : low) = middle;
  }
  return high;
}

/// One neuron between two of its events, and what is known of it so far.
class Cell {
 public:
  Cell(const Neuron& neuron, double end) : p_(neuron), end_(end) {
    begin(0, {Wide(p_.v) - p_.v_thresh, p_.exc, p_.inh}, kRounding);
  }

  /// Integrates, at least to `t`, or to the first crossing of the threshold.
  void extend(const Wide& t) {
    while (!crossing_ && scanned_to() < t) {
      const Piece& last = pieces_.back();
      const Wide next = last.start + last.length;
      append(next, last.at(next));
    }
  }

  [[nodiscard]] const std::optional<Wide>& crossing() const { return crossing_; }
  [[nodiscard]] double undecided_from() const { return undecided_from_; }
  [[nodiscard]] const std::vector<Sample>& samples() const { return samples_; }

  /// Spikes at crossing(). Returns how uncertain the time is [ms].
  double fire() {
    const Wide t = *crossing_;
    const State before = leave(t);
    const double slope = slope_before_;
    // v >= v_thresh from the start on: the time is that of the event that made it so, and exact.
    const double uncertain = at_once_ ? 0.0 : error_ / std::max(slope, 1e-300);
    spike_error_ = uncertain + kTimeResolution;
    if (spike_error_ > kUndecided) {
      undecided(t);
    }
    refractory_ = true;
    begin(t, {Wide(p_.v_reset) - p_.v_thresh, before.exc, before.inh}, kRounding);
    jump_at_ = t;
    return spike_error_;
  }

  void wake(const Wide& t) {
    const State before = leave(t);
    refractory_ = false;
    const double slope = make_piece(p_, current_, sines_, refractory_, t, before).slope_at(t);
    begin(t, before, spike_error_ * std::abs(slope) + synaptic_error(t) + kRounding);
  }

  void set_current(const Wide& t, double amplitude) {
    const State before = leave(t);
    current_ = amplitude;
    begin(t, before, error_);
  }

  void switch_sine(const Wide& t, const Neuron::Sine& sine, bool on) {
    const State before = leave(t);
    if (on) {
      sines_.push_back(sine);
    } else {
      std::erase_if(sines_, [&sine](const Neuron::Sine& one) { return one.start == sine.start; });
    }
    begin(t, before, error_);
  }

  /// @param late  how uncertain the time is [ms] @param error  of the weight, in its unit
  void receive(const Wide& t, bool inhibitory, const Wide& weight, double late, double error) {
    State s = leave(t);
    (inhibitory ? s.inh : s.exc) += weight;
    double force = 1.0;
    if (p_.conductance_based) {
      const double reversal = inhibitory ? p_.e_rev_I : p_.e_rev_E;
      force = std::max({std::abs(reversal - p_.v_thresh), std::abs(reversal - p_.v_reset),
                        std::abs(reversal - (static_cast<double>(s.y) + p_.v_thresh))});
    }
    const double of_weight = error * force / p_.cm * 2.0 * (inhibitory ? p_.tau_syn_I : p_.tau_syn_E);
    synaptic_error_ = synaptic_error(t) + of_weight;
    synaptic_error_at_ = t;
    begin(t, s, error_ + std::abs(static_cast<double>(weight)) * force / p_.cm * (late + kTimeResolution) + of_weight);
  }

  void add_sample_times(double interval) { sampling_interval_ = interval; }

  /// Takes the samples up to and including `t`, which belongs to the present pieces.
  void sample_to(const Wide& t) {
    for (;;) {
      const Wide time = Wide(samples_.size()) * sampling_interval_;
      if (time > t || time >= end_) {
        return;
      }
      extend(time);
      const Wide v = piece_at(time).at(time).y + p_.v_thresh;
      // Beside a spike, that is the reset, a tiny shift in time is a large one in v.
      const bool beside = abs(time - jump_at_) < 1e-6 || abs(t - time) < 1e-6;
      const double error = beside ? std::numeric_limits<double>::infinity() : error_ + kRounding;
      samples_.push_back({time, v, refractory_ ? kRounding : error});
    }
  }

 private:
  [[nodiscard]] Wide scanned_to() const { return pieces_.back().start + pieces_.back().length; }

  [[nodiscard]] const Piece& piece_at(const Wide& t) const {
    const auto later = std::find_if(pieces_.begin() + 1, pieces_.end(), [&t](const Piece& p) { return p.start > t; });
    return *(later - 1);
  }

  /// What uncertain weights of inputs until now can still do to v [mV].
  [[nodiscard]] double synaptic_error(const Wide& t) const {
    return synaptic_error_ *
           std::exp(static_cast<double>(synaptic_error_at_ - t) / std::max(p_.tau_syn_E, p_.tau_syn_I));
  }

  void undecided(const Wide& t) { undecided_from_ = std::min(undecided_from_, static_cast<double>(t) - 1e-6); }

  void begin(const Wide& t, const State& s, double error) {
    error_ = error;
    crossing_.reset();
    at_once_ = false;
    pieces_.clear();
    if (!refractory_ && s.y >= 0) {
      crossing_ = t;
      at_once_ = true;
    }
    append(t, s);
  }

  /// Ends the present interval at `t`: the state there, before the event.
  State leave(const Wide& t) {
    extend(t);
    sample_to(t);
    const Piece& piece = piece_at(t);
    const State s = piece.at(t);
    slope_before_ = piece.slope_at(t);
    const double slowest = std::max({p_.tau_m, p_.tau_syn_E, p_.tau_syn_I});
    error_ = kRounding + error_ * std::exp(static_cast<double>(pieces_.front().start - t) / (2.0 * slowest));
    const bool spikes_here = crossing_ && *crossing_ == t;
    if (!refractory_ && !spikes_here && static_cast<double>(s.y) > -error_ && slope_before_ > 0.0) {
      undecided(t);  // the event may come just before or just after a crossing
    }
    return s;
  }

  void append(const Wide& start, const State& s) {
    pieces_.push_back(make_piece(p_, current_, sines_, refractory_, start, s));
    if (refractory_ || crossing_) {
      return;
    }
    const Piece& piece = pieces_.back();
    if (static_cast<double>(s.y) + slope_bound(piece.y) < -1e-3) {
      return;  // far below the threshold all along
    }
    scan(piece);
  }

  /// Looks for the first crossing in every sub-interval, at its end and at a maximum inside it.
  void scan(const Piece& piece) {
    const auto above = [&piece](const Wide& x) { return value(piece.y, x) >= 0; };
    const auto falling = [&piece](const Wide& x) { return derivative(piece.y, x) < 0; };
    for (int k = 0; k < kScan && !crossing_; ++k) {
      const Wide low = Wide(k) / kScan;
      const Wide high = Wide(k + 1) / kScan;
      std::optional<Wide> found;
      if (above(high)) {
        found = high;
      } else if (!falling(low) && falling(high)) {
        const Wide top = bisect(low, high, falling);
        const auto peak = static_cast<double>(value(piece.y, top));
        if (std::abs(peak) <= error_ + kRounding) {
          undecided(piece.start + top * piece.length);
        }
        if (peak >= 0.0) {
          found = top;
        }
      }
      if (found) {
        crossing_ = piece.start + bisect(low, *found, above) * piece.length;
      }
    }
  }

  const Neuron& p_;
  Wide end_;
  Wide current_ = 0;
  std::vector<Neuron::Sine> sines_;  ///< at present
  bool refractory_ = false;
  bool at_once_ = false;       ///< above threshold from the start of the interval
  std::vector<Piece> pieces_;  ///< since the last event
  std::optional<Wide> crossing_;
  double error_ = kRounding;  ///< of v [mV]
  double spike_error_ = 0.0;  ///< of the last spike [ms]
  double slope_before_ = 0.0;
  double synaptic_error_ = 0.0;  ///< at the time below [mV]
  Wide synaptic_error_at_ = 0;
  double undecided_from_ = std::numeric_limits<double>::infinity();
  Wide jump_at_ = -1;
  double sampling_interval_ = 1.0;
  std::vector<Sample> samples_;
};

/// What waits to happen to a neuron; at one instant in this order, after crossings.
enum class Kind { wake, current, sine, input };

struct Pending {
  Wide time;
  Kind kind;
  std::size_t source;  ///< of an input; number of a sinusoid; else 0
  std::size_t index;   ///< synapse, or neuron
  std::size_t count;   ///< tells apart spikes that meet at one synapse
  double number;       ///< amplitude [nA], or how uncertain the time is [ms], or whether a sinusoid starts

  friend bool operator<(const Pending& a, const Pending& b) {
    return std::tie(a.time, a.kind, a.source, a.index, a.count) < std::tie(b.time, b.kind, b.source, b.index, b.count);
  }
};

class Simulator {
 public:
  explicit Simulator(const Description& d) : d_(d) {
    for (std::size_t s = 0; s < d.synapses.size(); ++s) {
      const Synapse& synapse = d.synapses[s];
      if (synapse.plasticity >= 0) {
        const Neuron& post = d.neurons[synapse.post];
        plastic_.try_emplace(s, d.plasticity[static_cast<std::size_t>(synapse.plasticity)], synapse.weight,
                             synapse.delay, synapse.inhibitory ? post.tau_syn_I : post.tau_syn_E);
      }
    }
    for (const Neuron& neuron : d.neurons) {
      const std::size_t index = cells_.size();
      cells_.emplace_back(neuron, d.duration);
      cells_.back().add_sample_times(d.sampling_interval);
      for (const Neuron::Step& step : neuron.injected) {
        pending_.insert({step.time, Kind::current, 0, index, 0, step.amplitude});
      }
      for (std::size_t k = 0; k < neuron.sines.size(); ++k) {
        pending_.insert({neuron.sines[k].start, Kind::sine, k, index, 0, 1.0});
        pending_.insert({neuron.sines[k].stop, Kind::sine, k, index, 0, 0.0});
      }
    }
    for (std::size_t source = 0; source < d.sources.size(); ++source) {
      for (const double time : d.sources[source]) {
        if (time < d.duration) {
          emit(source, time, 0.0);
        }
      }
    }
  }

  Result run() {
    const Wide end = d_.duration;
    for (;;) {
      const Wide next = pending_.empty() ? end : std::min(end, pending_.begin()->time);
      std::size_t first = cells_.size();
      for (std::size_t n = 0; n < cells_.size(); ++n) {
        cells_[n].extend(next);
        if (cells_[n].crossing() && (first == cells_.size() || *cells_[n].crossing() < *cells_[first].crossing())) {
          first = n;
        }
      }
      if (first < cells_.size() && *cells_[first].crossing() <= next && *cells_[first].crossing() < end) {
        const Wide t = *cells_[first].crossing();
        if (++spikes_ > d_.max_spikes) {
          result_.reliable_until = static_cast<double>(t) - 1e-6;
          return finish(t);
        }
        const double error = cells_[first].fire();
        pending_.insert({t + d_.neurons[first].tau_refrac, Kind::wake, 0, first, 0, 0.0});
        emit(d_.sources.size() + first, t, error);
      } else if (next < end) {
        handle(*pending_.begin());
        pending_.erase(pending_.begin());
      } else {
        return finish(end);
      }
    }
  }

 private:
  void handle(const Pending& event) {
    if (event.kind == Kind::wake) {
      cells_[event.index].wake(event.time);
    } else if (event.kind == Kind::current) {
      cells_[event.index].set_current(event.time, event.number);
    } else if (event.kind == Kind::sine) {
      cells_[event.index].switch_sine(event.time, d_.neurons[event.index].sines[event.source], event.number > 0.0);
    } else {
      const Synapse& synapse = d_.synapses[event.index];
      const auto plastic = plastic_.find(event.index);
      const Uncertain<Wide> weight =
          plastic == plastic_.end() ? Uncertain<Wide>{synapse.weight, 0.0} : plastic->second.deliver();
      cells_[synapse.post].receive(event.time, synapse.inhibitory, weight.value, event.number, weight.error);
    }
  }

  void emit(std::size_t cell, const Wide& t, double error) {
    result_.spikes.push_back({t, cell, error});
    for (std::size_t s = 0; s < d_.synapses.size(); ++s) {
      if (d_.synapses[s].pre == cell) {
        pending_.insert({t + d_.synapses[s].delay, Kind::input, cell, s, result_.spikes.size(), error});
      }
    }
    for (auto& [s, synapse] : plastic_) {
      if (d_.synapses[s].pre == cell) {
        synapse.pre_spike(t, error, result_.spikes.size());
      }
      if (d_.sources.size() + d_.synapses[s].post == cell) {
        synapse.post_spike(t, error, result_.spikes.size());
      }
    }
  }

  Result finish(const Wide& end) {
    for (Cell& cell : cells_) {
      cell.sample_to(end);
      result_.samples.push_back(cell.samples());
      result_.reliable_until = std::min(result_.reliable_until, cell.undecided_from());
    }
    result_.changes.resize(d_.synapses.size());
    for (auto& [s, synapse] : plastic_) {
      synapse.advance(end);
      result_.changes[s] = synapse.changes();
      result_.reliable_until = std::min(result_.reliable_until, synapse.undecided_from());
    }
    std::stable_sort(result_.spikes.begin(), result_.spikes.end(), [](const Spike& a, const Spike& b) {
      return std::tie(a.time, a.cell) < std::tie(b.time, b.cell);
    });
    return std::move(result_);
  }

  const Description& d_;
  std::vector<Cell> cells_;  ///< neurons
  std::set<Pending> pending_;
  std::map<std::size_t, SynapseByPairs<Wide>> plastic_;  ///< by number of the synapse
  std::size_t spikes_ = 0;                               ///< of neurons
  Result result_;
};

}  // namespace

Result simulate(const Description& description) { return Simulator(description).run(); }

}  // namespace reference

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace va_event {

/// Random numbers: streams with keys, PyNN's distributions, and numpy's generator for networks that are to be drawn as
/// a Python script draws them.

/// A counter-based stream of random 64-bit words (Philox4x32-10, Salmon et al. 2011). Two streams with
/// different keys are independent; a stream with the same key gives the same words on every machine, in
/// every order and on every thread. A stream holds 2^33 words and then repeats itself. Meets the standard's
/// UniformRandomBitGenerator.
class RandomStream {
 public:
  using result_type = std::uint64_t;

  /// @param seed    the simulation's seed
  /// @param purpose what the numbers are for (see lib/random/purposes.hpp); < 2^32
  /// @param object  the cell, projection, ... that they belong to; < 2^32
  /// @param item    a part of that object (a target neuron, say); < 2^32
  RandomStream(std::uint64_t seed, std::uint64_t purpose, std::uint64_t object, std::uint64_t item = 0) noexcept;

  [[nodiscard]] static constexpr result_type min() noexcept { return 0; }
  [[nodiscard]] static constexpr result_type max() noexcept { return ~result_type{0}; }

  /// The next word: all 64 bits are random.
  result_type operator()() noexcept {
    if (next_ == buffer_.size()) {
      refill();
    }
    return buffer_[next_++];
  }

  /// Uniform on [0, 1), a multiple of 2^-53.
  [[nodiscard]] double uniform() noexcept { return static_cast<double>((*this)() >> 11U) * 0x1p-53; }

  /// Exponential with mean 1; never 0 and never infinite. Its bits do not depend on the machine's libm.
  [[nodiscard]] double exponential() noexcept;

  /// Continues after `words` words from the start of the stream (for restoring a saved state), < 2^33; at a constant
  /// cost.
  void seek(std::uint64_t words) noexcept;
  /// Words drawn since the start of the stream.
  [[nodiscard]] std::uint64_t position() const noexcept { return block_ * buffer_.size() - (buffer_.size() - next_); }

 private:
  void refill() noexcept;

  std::array<std::uint32_t, 2> key_{};
  std::array<std::uint32_t, 3> counter_{};  // item, object, purpose
  std::uint64_t block_ = 0;                 // blocks made so far
  std::array<std::uint64_t, 2> buffer_{};
  std::size_t next_ = 2;
};

/// numpy's legacy generator `numpy.random.RandomState(seed)` (MT19937), word for word: the generator
/// behind PyNN's NumpyRNG. Copies replay the same numbers, as PyNN's connectors do.
class NumpyRandom {
 public:
  /// @param seed as of numpy.random.RandomState(seed), 0 ... 2^32 - 1
  explicit NumpyRandom(std::uint32_t seed);
  NumpyRandom(const NumpyRandom& other);
  NumpyRandom(NumpyRandom&& other) noexcept;
  NumpyRandom& operator=(const NumpyRandom& other);
  NumpyRandom& operator=(NumpyRandom&& other) noexcept;
  ~NumpyRandom();

  /// `random_sample()`: uniform on [0, 1).
  double uniform();
  /// `uniform(low, high, n)`: low + (high - low) * uniform(), n times.
  [[nodiscard]] std::vector<double> uniform(double low, double high, std::size_t n);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// A distribution by PyNN's name and parameters. Units are those of the quantity it is used for.
/// Names: uniform(low, high), uniform_int(low, high), normal(mu, sigma), normal_clipped(mu, sigma, low, high),
/// normal_clipped_to_boundary(mu, sigma, low, high), lognormal(mu, sigma), exponential(beta), gamma(k, theta),
/// poisson(lambda_), binomial(n, p), vonmises is not offered. uniform_int draws low <= k < high, as PyNN does.
class RandomDistribution {
 public:
  /// @throws UnknownNameError for another name, SizeError for another number of parameters,
  ///         ParameterError for a parameter out of its range (high < low, sigma < 0, ...).
  RandomDistribution(std::string_view name, std::vector<double> parameters);

  /// One draw; takes as many words of the stream as it needs.
  [[nodiscard]] double draw(RandomStream& stream) const;

  [[nodiscard]] const std::string& name() const noexcept { return name_; }
  [[nodiscard]] const std::vector<double>& parameters() const noexcept { return parameters_; }

 private:
  std::string name_;
  std::vector<double> parameters_;
  int kind_ = 0;
};

}  // namespace va_event

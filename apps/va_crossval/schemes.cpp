// SPDX-License-Identifier: Apache-2.0
#include "va_crossval/schemes.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <functional>

#include "va_event/error.hpp"

namespace va_event::crossval {
namespace {

constexpr std::array kMethods{Method::exact, Method::exponential_euler, Method::forward_euler, Method::rk2,
                              Method::rk4};
constexpr std::array kTimings{SpikeTiming::grid, SpikeTiming::linear, SpikeTiming::cubic};
constexpr double kLongestStep = 10.0;  // [ms]; longer ones are stable with no method but exponential Euler

int order_of(Method method) {
  switch (method) {
    case Method::exponential_euler:
    case Method::forward_euler:
      return 1;
    case Method::rk2:
      return 2;
    case Method::exact:
    case Method::rk4:
      break;
  }
  return 4;
}

std::vector<std::string> split(const std::string& text) {
  std::vector<std::string> words;
  for (std::size_t begin = 0; begin <= text.size();) {
    const std::size_t end = std::min(text.find(',', begin), text.size());
    words.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return words;
}

}  // namespace

int Scheme::order() const noexcept {
  const int interpolation = spikes == SpikeTiming::grid ? 1 : spikes == SpikeTiming::linear ? 2 : 4;
  return std::min(interpolation, order_of(method));
}

std::string name(const Scheme& scheme) {
  return std::string(va_event::name(scheme.method)) + '/' + std::string(va_event::name(scheme.spikes));
}

std::vector<Scheme> schemes(cli::Benchmark model) {
  std::vector<Scheme> all;
  for (const Method method : kMethods) {
    for (const SpikeTiming timing : kTimings) {
      if (method != Method::exact || model == cli::Benchmark::cuba) {
        all.push_back({method, timing});
      }
    }
  }
  return all;
}

std::vector<Scheme> read_schemes(const cli::OptionTexts& texts, cli::Benchmark model, const std::string& defaults) {
  const auto found = texts.find("--methods");
  std::vector<std::string> known;
  for (const Method method : kMethods) {
    known.emplace_back(name(method));
  }
  for (const Scheme& scheme : schemes(cli::Benchmark::cuba)) {
    known.push_back(name(scheme));
  }
  const std::vector<std::string> words =
      cli::read_list("--methods", found == texts.end() ? defaults : found->second, known);
  std::vector<Scheme> chosen;
  for (const Scheme& scheme : schemes(model)) {
    const bool wanted = std::any_of(words.begin(), words.end(), [&scheme](const std::string& word) {
      return word == name(scheme.method) || word == name(scheme);
    });
    if (wanted) {
      chosen.push_back(scheme);
    }
  }
  return chosen;
}

std::vector<double> read_steps(const cli::OptionTexts& texts, std::vector<double> defaults) {
  const auto found = texts.find("--dt");
  if (found == texts.end()) {
    return defaults;
  }
  std::vector<double> steps;
  for (const std::string& word : split(found->second)) {
    double value = 0.0;
    const char* const end = word.data() + word.size();
    const auto [last, error] = std::from_chars(word.data(), end, value);
    if (error != std::errc() || last != end || !(value > 0.0 && value <= kLongestStep)) {
      cli::reject("--dt", word, "ms", "must be numbers > 0 and <= 10, separated by commas");
    }
    steps.push_back(value);
  }
  std::sort(steps.begin(), steps.end(), std::greater<>());
  steps.erase(std::unique(steps.begin(), steps.end()), steps.end());
  return steps;
}

std::vector<cli::Benchmark> read_benchmarks(const cli::OptionTexts& texts) {
  const auto found = texts.find("benchmark");
  if (found == texts.end()) {
    return {cli::Benchmark::coba, cli::Benchmark::cuba};
  }
  const auto benchmark = cli::read_benchmark(found->second);
  if (!benchmark) {
    throw UnknownNameError("benchmark", found->second, "", "must be COBA or CUBA");
  }
  return {*benchmark};
}

}  // namespace va_event::crossval

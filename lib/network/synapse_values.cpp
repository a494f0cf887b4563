// SPDX-License-Identifier: Apache-2.0
#include "network/synapse_values.hpp"

#include <algorithm>
#include <cmath>
#include <string>

#include "foundation/ranges.hpp"
#include "random/normal_pairs.hpp"
#include "random/purposes.hpp"
#include "va_event/error.hpp"

namespace va_event::network {
namespace {

std::uint64_t key_of(std::uint64_t seed, random::Purpose purpose, std::size_t projection) {
  return RandomStream(seed, static_cast<std::uint64_t>(purpose), projection)();
}

/// "normal", "normal_clipped" or "normal_clipped_to_boundary"
bool is_normal(const Values& values) {
  return values.distribution() != nullptr && values.distribution()->name().starts_with("normal");
}

random::Items items_of(const SynapseBatch& batch) { return {batch.number, batch.pre, batch.post}; }

/// From standard normal numbers to those of the distribution.
void finish_normal(const RandomDistribution& distribution, std::uint64_t key, const SynapseBatch& batch,
                   random::OfPair which, std::span<double> values) {
  const std::vector<double>& p = distribution.parameters();
  if (distribution.name() == "normal_clipped") {
    random::ClippedNormal{p[0], p[1], p[2], p[3]}.finish(key, items_of(batch), which, values);
    return;
  }
  const bool to_boundary = distribution.name() == "normal_clipped_to_boundary";
  for (double& value : values) {
    value = p[0] + p[1] * value;
    if (to_boundary) {
      value = std::clamp(value, p[2], p[3]);
    }
  }
}

void draw_each(const RandomDistribution& distribution, std::uint64_t key, const SynapseBatch& batch,
               std::span<double> values) {
  for (std::size_t i = 0; i < values.size(); ++i) {
    RandomStream stream(key, batch.number[i], batch.pre[i], batch.post[i]);
    values[i] = distribution.draw(stream);
  }
}

/// Values that are not normally distributed.
void evaluate_all(const Values& values, std::uint64_t key, const ProjectionContext& context, const SynapseBatch& batch,
                  std::span<double> result) {
  if (const double* constant = values.constant()) {
    std::fill(result.begin(), result.end(), *constant);
  } else if (const std::vector<double>* each = values.each()) {
    for (std::size_t i = 0; i < result.size(); ++i) {
      result[i] = (*each)[batch.pre[i] * context.n_post() + batch.post[i]];
    }
  } else if (const RandomDistribution* distribution = values.distribution()) {
    draw_each(*distribution, key, batch, result);
  } else {
    const auto& function = values.of_distance()->function;
    for (std::size_t i = 0; i < result.size(); ++i) {
      result[i] = function(context.distance(batch.pre[i], batch.post[i]));
    }
  }
}

void replace_own(std::span<const double> values, std::span<double> result) {
  for (std::size_t i = 0; i < result.size(); ++i) {
    result[i] = result[i] == kProjectionsOwn ? values[i] : result[i];
  }
}

}  // namespace

void check_size(const Values& values, std::string_view field, std::size_t pairs) {
  if (values.each() != nullptr && values.each()->size() != pairs) {
    throw SizeError(std::string(field), std::to_string(values.each()->size()) + " values", "",
                    "must be n_pre * n_post = " + std::to_string(pairs) + ", element [pre * n_post + post]");
  }
}

double checked_weight(double weight, const CellModel& target) {
  if (!std::isfinite(weight)) {
    throw ParameterError("weight", weight, target.weight_unit, "must be finite");
  }
  if (target.conductance_based && weight < 0.0) {
    throw ParameterError("weight", weight, target.weight_unit, "must be >= 0 for " + std::string(target.name));
  }
  foundation::check_range("weight", weight, target.weight_unit, false);
  return weight + 0.0;
}

double checked_delay(double delay) {
  if (!(delay > 0.0 && std::isfinite(delay))) {
    throw ParameterError("delay", delay, "ms", "must be > 0 and finite");
  }
  if (delay > foundation::range_of("ms").largest) {  // any smallest delay is possible
    foundation::check_range("delay", delay, "ms", false);
  }
  return delay;
}

// A pass without branches says whether one is wrong at all, and the rules for single values then say which and why.
void check_weights(std::span<double> weights, const CellModel& target) {
  const double largest = foundation::range_of(target.weight_unit).largest;
  const double smallest = target.conductance_based ? 0.0 : -largest;
  bool right = true;
  for (double& weight : weights) {
    weight += 0.0;
    right &= weight >= smallest && weight <= largest;
  }
  for (std::size_t i = 0; i < weights.size() && !right; ++i) {
    static_cast<void>(checked_weight(weights[i], target));
  }
}

void check_delays(std::span<double> delays) {
  const double largest = foundation::range_of("ms").largest;
  bool right = true;
  for (const double delay : delays) {
    right &= delay > 0.0 && delay <= largest;
  }
  for (std::size_t i = 0; i < delays.size() && !right; ++i) {
    static_cast<void>(checked_delay(delays[i]));
  }
}

SynapseKeys::SynapseKeys(std::uint64_t seed, std::size_t projection)
    : weight(key_of(seed, random::Purpose::weight, projection)),
      delay(key_of(seed, random::Purpose::delay, projection)),
      normal(key_of(seed, random::Purpose::normal_pair, projection)) {}

SynapseValues::SynapseValues(const StaticSynapse& synapse, const ProjectionContext& context, const SynapseKeys& keys)
    : synapse_(synapse), context_(context), keys_(keys) {
  const std::size_t pairs = context.n_pre() * context.n_post();
  check_size(synapse.weight, "weight", pairs);
  check_size(synapse.delay, "delay", pairs);
}

bool SynapseValues::calls_user_functions() const noexcept {
  return synapse_.weight.of_distance() != nullptr || synapse_.delay.of_distance() != nullptr;
}

void SynapseValues::fill(const SynapseBatch& batch, std::span<double> weights, std::span<double> delays, bool all,
                         Scratch& scratch) const {
  const std::size_t size = batch.pre.size();
  const bool normal_weight = !weights.empty() && is_normal(synapse_.weight);
  const bool normal_delay = !delays.empty() && is_normal(synapse_.delay);
  const auto place = [&](std::span<double> wanted, std::vector<double>& otherwise) {
    if (all && !wanted.empty()) {
      return wanted;
    }
    otherwise.resize(size);
    return std::span<double>(otherwise);
  };
  if (normal_weight || normal_delay) {
    const std::span<double> cosine = place(normal_weight ? weights : std::span<double>{}, scratch.weight);
    const std::span<double> sine = place(normal_delay ? delays : std::span<double>{}, scratch.delay);
    random::draw_normal_pairs(keys_.normal, items_of(batch), 0, cosine, sine);
    if (normal_weight) {
      finish_normal(*synapse_.weight.distribution(), keys_.normal, batch, random::OfPair::cosine, cosine);
    }
    if (normal_delay) {
      finish_normal(*synapse_.delay.distribution(), keys_.normal, batch, random::OfPair::sine, sine);
    }
  }
  if (!weights.empty() && !normal_weight) {
    evaluate_all(synapse_.weight, keys_.weight, context_, batch, place(weights, scratch.weight));
  }
  if (!delays.empty() && !normal_delay) {
    evaluate_all(synapse_.delay, keys_.delay, context_, batch, place(delays, scratch.delay));
  }
  if (!all && !weights.empty()) {
    replace_own(scratch.weight, weights);
  }
  if (!all && !delays.empty()) {
    replace_own(scratch.delay, delays);
  }
}

SynapseKeys keys_of_parameter(std::uint64_t seed, std::size_t projection, std::size_t parameter) {
  const auto purpose = static_cast<std::uint64_t>(random::Purpose::synapse_parameter) + parameter;
  return SynapseKeys(RandomStream(seed, purpose, projection)());
}

void evaluate_values(const Values& values, const SynapseKeys& keys, const ProjectionContext& context,
                     const SynapseBatch& batch, std::span<double> result) {
  if (const RandomDistribution* distribution = values.distribution()) {
    draw_weights(*distribution, keys, batch, result);
  } else {
    evaluate_all(values, keys.weight, context, batch, result);
  }
}

void draw_weights(const RandomDistribution& distribution, const SynapseKeys& keys, const SynapseBatch& batch,
                  std::span<double> weights) {
  if (!is_normal(distribution)) {
    draw_each(distribution, keys.weight, batch, weights);
    return;
  }
  std::vector<double> sine(weights.size());
  random::draw_normal_pairs(keys.normal, items_of(batch), 0, weights, sine);
  finish_normal(distribution, keys.normal, batch, random::OfPair::cosine, weights);
}

}  // namespace va_event::network

// SPDX-License-Identifier: Apache-2.0
#include "engine/run/methods.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <optional>
#include <tuple>
#include <utility>

#include "events/instant.hpp"
#include "foundation/bytes.hpp"
#include "foundation/memory.hpp"
#include "foundation/number_text.hpp"
#include "neurons/neuron_implementation.hpp"
#include "synapses/look_back.hpp"
#include "synapses/synapse_rule.hpp"
#include "va_event/error.hpp"

namespace va_event {

namespace {
struct Name {
  SimulationMethod method;
  std::string_view name;
};
constexpr Name kNames[] = {{SimulationMethod::automatic, "automatic"},
                           {SimulationMethod::one_by_one, "one-by-one"},
                           {SimulationMethod::order_free, "order-free"},
                           {SimulationMethod::near_spikes, "near-spikes"}};
}  // namespace

std::string_view name_of(SimulationMethod method) noexcept {
  return std::find_if(std::begin(kNames), std::end(kNames), [method](const Name& n) { return n.method == method; })
      ->name;
}

SimulationMethod method_named(std::string_view name) {
  const auto* const found =
      std::find_if(std::begin(kNames), std::end(kNames), [name](const Name& n) { return n.name == name; });
  if (found == std::end(kNames)) {
    throw ParameterError("method", std::string(name), "", "must be automatic, one-by-one, order-free or near-spikes");
  }
  return found->method;
}

}  // namespace va_event

namespace va_event::engine {

namespace {

constexpr double kRateOfNeurons = 10.0;    ///< [Hz], a guess
constexpr double kFrame = 0.25;            ///< [ms], of most models
constexpr double kShortestDelay = 0x1p-6;  ///< [ms]; with shorter ones a window holds too little
/// Inputs of a population in a window from which on windows are worth it (600 instructions each, as many as one or two
/// inputs one by one).
constexpr double kFewestInputs = 0.5;

/// The column of a parameter; null where the model has none of that name.
const network::Column* find_column(const network::PopulationData& population, std::string_view name) {
  const auto& infos = population.model->parameters;
  const auto found = std::find_if(infos.begin(), infos.end(), [name](const auto& info) { return info.name == name; });
  return found == infos.end() ? nullptr : &population.parameters[static_cast<std::size_t>(found - infos.begin())];
}

/// Inputs per neuron and frame from which sums are faster than one by one, which takes longer for conductance-based
/// neurons.
double worthwhile_events(const CellModel& model) { return model.conductance_based ? 0.5 : 1.0; }
/// One by one, a spike of a source that reaches one neuron takes as long as so many inputs of which a spike brings many
/// (benchmarks/networks/plastic: 200 and 12 ns); with sums it takes no longer than any other, if sources spike often
/// enough to be drawn where they arrive.
constexpr double kCostOfOwnSource = 16.0;
constexpr double kLeastRateOfOwnSource = 300.0;  ///< [Hz]

/// The rate of a cell [Hz]: that of the user where there is one.
double rate_of(const network::PopulationData& population, std::size_t index) {
  const network::Column* const rate = population.model->is_source() ? find_column(population, "rate") : nullptr;
  return rate == nullptr ? kRateOfNeurons : rate->at(index);
}

/// More points of a Poisson process of this mean than any interval has: the probability of more is below 1e-30.
double most_points(double mean) { return mean + 12.0 * std::sqrt(mean) + 50.0; }

/// Of the times of a SpikeSourceArray.
std::size_t most_within_1_ms(const std::vector<Time>& times) {
  std::size_t most = 0;
  for (std::size_t first = 0, k = 0; k < times.size(); ++k) {
    while (times[k].ms() - times[first].ms() > 1.0) {
      ++first;
    }
    most = std::max(most, k - first + 1);
  }
  return most;
}

/// More spikes than a cell can have in 1 ms, or is ever likely to.
std::uint64_t most_spikes_per_ms(const network::PopulationData& population, std::size_t index) {
  constexpr double kMany = 1e6;  // of neurons without a refractory period: too many for sums
  if (!population.spike_times.front().empty()) {
    return most_within_1_ms(population.times_of(index));
  }
  double most = kMany;
  const network::Column* const alpha = find_column(population, "alpha");
  if (const network::Column* const beta = find_column(population, "beta"); alpha != nullptr && beta != nullptr) {
    // Chernoff's bound of the probability that k intervals of shape alpha and rate beta fit into 1 ms is that of k
    // alpha points of a Poisson process of rate beta.
    most = 1.0 + most_points(beta->at(index) / 1000.0) / alpha->at(index);
  } else if (population.model->is_source()) {
    most = most_points(rate_of(population, index) / 1000.0);
  } else if (const network::Column* const tau_refrac = find_column(population, "tau_refrac")) {
    most = std::min(kMany, 1.0 + std::ceil(1.0 / tau_refrac->at(index)));
  }
  return static_cast<std::uint64_t>(std::ceil(most));
}

/// What the inputs of a population are.
struct Extremes {
  double largest_weight = 0.0;
  std::uint64_t most_inputs = 0;     ///< of one neuron in 1 ms
  std::uint64_t events = 0;          ///< of all neurons in 1000 s, expected
  std::uint64_t of_one_delay = 0;    ///< of these events, through synapses with a common delay
  std::uint64_t of_own_sources = 0;  ///< of these events, from quick sources that reach one neuron each
  double shortest_delay = std::numeric_limits<double>::infinity();  ///< of synapses from its neurons [ms]
  /// Weights of synapses onto it depend on its spikes no later than so long before they are delivered [ms].
  double looks_back = std::numeric_limits<double>::infinity();

  /// The longest window: none of its spikes has an effect in the one in which it is emitted.
  [[nodiscard]] double longest_window() const { return std::min(shortest_delay, looks_back); }
};

/// What the rule of a projection adds to the extremes of its targets.
void add_rule(const network::ProjectionData& projection, const network::SynapseBlock& block, Extremes& post) {
  post.looks_back = std::min(post.looks_back, synapses::least_look_back(projection, block));
  if (projection.rule->largest_weight) {
    synapses::for_each_distinct(block, [&](std::span<const double> values, std::size_t /*synapse*/) {
      post.largest_weight = std::max(post.largest_weight, projection.rule->largest_weight(values));
    });
  }
}

/// The delays of the synapses of a projection onto one population, which processes know in parts.
struct Delays {
  double shortest = std::numeric_limits<double>::infinity();  ///< [ms]
  double longest = -std::numeric_limits<double>::infinity();
  std::uint64_t events = 0;  ///< through all of them in 1000 s, expected

  void add(const network::SynapseTable& table) {
    const double any = std::numeric_limits<double>::infinity();
    shortest = table.has_constant_delay() ? table.constant_delay() : -any;
    longest = table.has_constant_delay() ? table.constant_delay() : any;
  }
  void add(const Delays& other) {
    shortest = std::min(shortest, other.shortest);
    longest = std::max(longest, other.longest);
    events += other.events;
  }
};

/// What all processes know together: `mine` and those of the others, which have the same elements.
template <class One, class Add>
std::vector<One> gathered(const std::vector<One>& mine, Processes& processes, const Add& add) {
  foundation::ByteWriter message;
  message.put_all(mine);
  std::vector<Processes::Bytes> all;
  processes.all_gather(message.bytes(), all);
  std::vector<One> together(mine.size());
  for (const Processes::Bytes& one : all) {
    const auto theirs = foundation::ByteReader(one).get_all<One>();
    for (std::size_t k = 0; k < together.size(); ++k) {
      add(together[k], theirs[k]);
    }
  }
  return together;
}

std::vector<Extremes> extremes_of(const network::Network& network, Processes& processes) {
  std::vector<Extremes> mine(network.populations.size());
  std::vector<Delays> delays;  // by block
  std::vector<std::vector<std::uint64_t>> inputs(network.populations.size());
  for (const network::ProjectionData& projection : network.projections) {
    for (const network::SynapseBlock& block : projection.blocks) {
      delays.push_back({});
      if (block.table.size() == 0) {
        continue;
      }
      delays.back().add(block.table);
      Extremes& post = mine[block.post_population];
      const auto [smallest, largest] = block.table.weights();
      post.largest_weight = std::max({post.largest_weight, std::fabs(smallest), std::fabs(largest)});
      if (projection.rule != nullptr) {
        add_rule(projection, block, post);
      }
      std::vector<std::uint64_t>& counts = inputs[block.post_population];
      counts.resize(network.populations[block.post_population].size);
      for (std::size_t row = 0; row < block.table.rows(); ++row) {
        const CellId cell = (*projection.pre)[row];
        const std::size_t p = network.population_of(cell);
        const network::PopulationData& pre = network.populations[p];
        const network::SynapseTable::Row synapses = block.table.row(row);
        if (synapses.target.empty()) {
          continue;
        }
        const std::uint64_t spikes = most_spikes_per_ms(pre, cell - pre.first);
        for (const std::uint32_t target : synapses.target) {
          counts[target] += spikes;
        }
        const std::uint64_t events =
            synapses.target.size() * static_cast<std::uint64_t>(std::llround(1000.0 * rate_of(pre, cell - pre.first)));
        post.events += events;
        delays.back().events += events;
        if (pre.model->is_source() && projection.total_size <= projection.pre->size() &&
            rate_of(pre, cell - pre.first) >= kLeastRateOfOwnSource) {
          post.of_own_sources += events;
        }
        if (!pre.model->is_source()) {
          mine[p].shortest_delay = std::min(mine[p].shortest_delay,
                                            synapses.delay.empty() ? block.table.constant_delay() : synapses.delay[0]);
        }
      }
    }
  }
  for (std::size_t p = 0; p < mine.size(); ++p) {
    for (const std::uint64_t count : inputs[p]) {
      mine[p].most_inputs = std::max(mine[p].most_inputs, count);
    }
  }
  std::vector<Extremes> together = gathered(mine, processes, [](Extremes& sum, const Extremes& one) {
    sum.largest_weight = std::max(sum.largest_weight, one.largest_weight);
    sum.most_inputs = std::max(sum.most_inputs, one.most_inputs);
    sum.events += one.events;
    sum.of_own_sources += one.of_own_sources;
    sum.shortest_delay = std::min(sum.shortest_delay, one.shortest_delay);
    sum.looks_back = std::min(sum.looks_back, one.looks_back);
  });
  delays = gathered(delays, processes, [](Delays& sum, const Delays& one) { sum.add(one); });
  std::size_t next = 0;
  for (const network::ProjectionData& projection : network.projections) {
    for (const network::SynapseBlock& block : projection.blocks) {
      const Delays& known = delays[next++];
      together[block.post_population].of_one_delay += known.shortest == known.longest ? known.events : 0;
    }
  }
  return together;
}

/// @param size of the population
neurons::InputScale scale_of(const Extremes& extremes, std::uint32_t size) {
  return {extremes.largest_weight, extremes.largest_weight * static_cast<double>(extremes.most_inputs),
          static_cast<double>(extremes.of_one_delay) * 1e-6 / std::max(size, 1U),
          static_cast<double>(extremes.events) * 1e-6 / std::max(size, 1U)};
}

/// Why a population cannot be simulated by a method whose neurons are advanced from window to window, or "".
std::string obstacle(SimulationMethod method, const network::PopulationData& population, const Extremes& extremes) {
  const neurons::NeuronImplementation& model = *population.model->neuron;
  const bool order_free = method == SimulationMethod::order_free;
  if (order_free ? model.in<double>().make_order_free == nullptr : model.listing.make == nullptr) {
    return order_free ? "the model has no order-free sums"
                      : "the model has no form in which only spikes are looked for";
  }
  if (extremes.looks_back < kShortestDelay) {
    return "synapses onto it change with its latest spikes";
  }
  if (extremes.shortest_delay < kShortestDelay) {
    return "its neurons have delays below 1/64 ms";
  }
  return order_free ? model.in<double>().order_free_obstacle(population, scale_of(extremes, population.size))
                    : model.listing.obstacle(population);
}

/// What is expected of the inputs of a population.
struct Expectation {
  double per_neuron_and_frame;
  double of_own_sources;  ///< of these
  double per_window;      ///< on all neurons
  [[nodiscard]] std::string text() const {
    return foundation::shortest_text(std::round(per_neuron_and_frame * 100) / 100) +
           " inputs per neuron and frame are expected";
  }
};

/// A method, and why; or one by one, and why not another one.
std::pair<SimulationMethod, std::string> fastest(const network::PopulationData& population, const Extremes& extremes,
                                                 const Expectation& expected) {
  std::string why_not;
  if (expected.per_neuron_and_frame + (kCostOfOwnSource - 1.0) * expected.of_own_sources >=
      worthwhile_events(*population.model)) {
    why_not = obstacle(SimulationMethod::order_free, population, extremes);
    if (why_not.empty()) {
      return {SimulationMethod::order_free, expected.text()};
    }
  }
  if (population.model->neuron->listing.make == nullptr || expected.per_window < kFewestInputs) {
    return {SimulationMethod::one_by_one, why_not.empty() ? expected.text() : why_not};
  }
  const std::string obstacle_near_spikes = obstacle(SimulationMethod::near_spikes, population, extremes);
  if (obstacle_near_spikes.empty()) {
    return {SimulationMethod::near_spikes, expected.text()};
  }
  return {SimulationMethod::one_by_one, why_not.empty() ? obstacle_near_spikes : why_not};
}

/// @throws ParameterError in all processes when one of them has not the memory for the inputs that its neurons keep
void require_room(const network::Network& network, const std::vector<PopulationMethod>& methods, Processes& processes) {
  double needed = 0.0;
  for (std::size_t p = 0; p < methods.size(); ++p) {
    const network::PopulationData& population = network.populations[p];
    if (methods[p].method == SimulationMethod::order_free) {
      if (const auto memory = population.model->neuron->in<double>().order_free_memory; memory != nullptr) {
        needed += memory(static_cast<double>(population.size) / network.share.count, methods[p].scale);
      }
    }
  }
  if (needed == 0.0) {
    return;
  }
  std::vector<Processes::Bytes> lacks;
  processes.all_gather(foundation::lack_of_memory(needed), lacks);
  for (const Processes::Bytes& lack : lacks) {
    if (!lack.empty()) {
      throw ParameterError("method", "order-free", "",
                           "must be another one, one-by-one, or fewer neurons or lower rates: for the inputs that are "
                           "kept " +
                               std::string(lack.begin(), lack.end()));
    }
  }
}

}  // namespace

double shortest_delay_of_windowed(const std::vector<PopulationMethod>& methods) {
  double shortest = std::numeric_limits<double>::infinity();
  for (const PopulationMethod& method : methods) {
    if (method.method != SimulationMethod::one_by_one) {
      shortest = std::min(shortest, method.shortest_delay);
    }
  }
  return shortest;
}

double refractory_period(const network::PopulationData& population, std::size_t index) {
  const network::Column* const tau_refrac = find_column(population, "tau_refrac");
  return tau_refrac == nullptr ? 0.0 : tau_refrac->at(index);
}

std::vector<network::Column> refractory_periods(const network::Network& network) {
  std::vector<network::Column> periods;
  for (const network::PopulationData& population : network.populations) {
    const network::Column* const tau_refrac = find_column(population, "tau_refrac");
    periods.push_back(tau_refrac == nullptr ? network::Column(0.0) : *tau_refrac);
  }
  return periods;
}

std::vector<neurons::InputScale> input_scales(const network::Network& network, Processes& processes) {
  std::vector<neurons::InputScale> scales;
  for (const Extremes& extremes : extremes_of(network, processes)) {
    scales.push_back(scale_of(extremes, network.populations[scales.size()].size));
  }
  return scales;
}

std::vector<PopulationMethod> choose_methods(const network::Network& network, Processes& processes, bool doubles) {
  std::vector<PopulationMethod> methods(network.populations.size());
  if (!doubles || network.method == SimulationMethod::one_by_one) {
    for (PopulationMethod& method : methods) {
      method.reason = doubles ? "asked for" : "the only method of wider arithmetic";
    }
    return methods;
  }
  const std::vector<Extremes> extremes = extremes_of(network, processes);
  std::string obstacles;
  bool any = false;
  for (std::size_t p = 0; p < methods.size(); ++p) {
    const network::PopulationData& population = network.populations[p];
    if (population.model->is_source()) {
      continue;
    }
    methods[p].scale = scale_of(extremes[p], population.size);
    methods[p].shortest_delay = extremes[p].longest_window();
    methods[p].events = extremes[p].events;
    if (network.method != SimulationMethod::automatic) {
      const std::string why_not = obstacle(network.method, population, extremes[p]);
      methods[p].method = why_not.empty() ? network.method : SimulationMethod::one_by_one;
      methods[p].reason = why_not.empty() ? "asked for" : why_not;
      any = any || why_not.empty();
      obstacles += why_not.empty() ? "" : (obstacles.empty() ? "\"" : "; \"") + population.label + "\": " + why_not;
      continue;
    }
    const double per_ms = static_cast<double>(extremes[p].events) * 1e-6;
    std::tie(methods[p].method, methods[p].reason) =
        fastest(population, extremes[p],
                {per_ms * kFrame / population.size,
                 static_cast<double>(extremes[p].of_own_sources) * 1e-6 * kFrame / population.size,
                 per_ms * std::min(extremes[p].longest_window(), static_cast<double>(events::kEpoch))});
  }
  if (network.method != SimulationMethod::automatic && !any) {
    throw ParameterError("method", std::string(name_of(network.method)), "",
                         "must be possible for some population; " + (obstacles.empty() ? "there is none" : obstacles));
  }
  require_room(network, methods, processes);
  return methods;
}

std::vector<PopulationMethod> get_methods(std::string_view bytes, const network::Network& network, Processes& processes,
                                          bool doubles) {
  foundation::ByteReader in(bytes);
  in.require(in.get<std::uint64_t>() == network.populations.size(), "holds methods of other populations");
  std::vector<PopulationMethod> methods(network.populations.size());
  const std::vector<Extremes> extremes = doubles ? extremes_of(network, processes) : std::vector<Extremes>();
  for (std::size_t p = 0; p < methods.size(); ++p) {
    PopulationMethod& method = methods[p];
    method.method = static_cast<SimulationMethod>(in.get<std::uint8_t>());
    method.reason = in.get_text();
    method.choices = in.get_text();
    if (doubles) {
      method.scale = scale_of(extremes[p], network.populations[p].size);
      method.shortest_delay = extremes[p].longest_window();
    }
    const CellModel& model = *network.populations[p].model;
    const bool windowed = doubles && !model.is_source() && extremes[p].longest_window() >= kShortestDelay;
    const bool order_free = method.method == SimulationMethod::order_free && windowed &&
                            model.neuron->in<double>().make_order_free != nullptr && !method.choices.empty();
    const bool near_spikes = method.method == SimulationMethod::near_spikes && windowed &&
                             model.neuron->listing.make != nullptr && method.choices.empty();
    in.require(method.method == SimulationMethod::one_by_one || order_free || near_spikes,
               "holds a method of simulation that a population cannot have");
  }
  in.require(in.at_end(), "holds more than it should");
  return methods;
}

void put_methods(foundation::ByteWriter& out, const std::vector<PopulationMethod>& methods) {
  out.put<std::uint64_t>(methods.size());
  for (const PopulationMethod& method : methods) {
    out.put(static_cast<std::uint8_t>(method.method));
    out.put_text(method.reason);
    out.put_text(method.choices);
  }
}

std::vector<MethodRow> rows_of(const network::Network& network, const std::vector<PopulationMethod>& methods) {
  std::vector<MethodRow> rows;
  for (std::size_t p = 0; p < methods.size(); ++p) {
    const network::PopulationData& population = network.populations[p];
    if (population.model->is_source()) {
      rows.push_back({"population", population.label, "source", "it has no inputs"});
    } else {
      rows.push_back({"population", population.label, std::string(name_of(methods[p].method)), methods[p].reason});
    }
  }
  for (const network::ProjectionData& projection : network.projections) {
    bool added = true;
    bool one_delay = true;
    for (const network::SynapseBlock& block : projection.blocks) {
      added = added && methods[block.post_population].method == SimulationMethod::order_free;
      one_delay = one_delay && block.table.has_constant_delay();
    }
    rows.push_back({"projection", projection.label,
                    one_delay ? "all synapses of a spike at once" : (added ? "rows by window" : "queue of deliveries"),
                    one_delay ? "they have one delay" : "synapses have delays of their own"});
  }
  return rows;
}

}  // namespace va_event::engine

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "va_crossval/command.hpp"
#include "va_crossval/simulators/peers.hpp"

namespace va_event::crossval {

/// Which simulators a study is to run, as its options say, and which of them are installed.
struct PeerChoice {
  std::vector<Peer> wanted{};
  std::vector<std::string> interpreters{"python3", "/usr/bin/python3"};
  bool plastic = false;                           ///< synapses change
  std::vector<std::optional<FoundPeer>> found{};  ///< of the wanted ones, after find()

  /// Writes the scripts and looks for the simulators; says of each that is absent how to get it.
  void find(const std::string& folder, const Session& session);
  [[nodiscard]] std::size_t present() const;
  /// A sentence for each that is absent.
  [[nodiscard]] std::vector<std::string> notes() const;
};

/// Reads --simulators and --python.
/// @param plastic synapses change, and "none" of the simulators may be wanted
[[nodiscard]] PeerChoice read_peer_choice(const cli::OptionTexts& texts, bool plastic);

}  // namespace va_event::crossval

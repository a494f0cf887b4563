// SPDX-License-Identifier: Apache-2.0
#include "va_crossval/simulators/peer_choice.hpp"

#include <algorithm>
#include <iterator>
#include <sstream>

namespace va_event::crossval {
namespace {

std::string way_to_get(const Peer& peer, bool plastic) {
  return peer.how_to_get + (plastic && !peer.plasticity_needs.empty() ? "; " + peer.plasticity_needs : "");
}

}  // namespace

void PeerChoice::find(const std::string& folder, const Session& session) {
  if (!wanted.empty()) {
    write_scripts(folder);
  }
  for (const Peer& peer : wanted) {
    found.push_back(find_peer(peer, folder, interpreters, plastic, [&session] { session.check(); }));
    if (!found.back()) {
      session.messages() << peer.name << " is skipped, it is not installed; to get it: " << way_to_get(peer, plastic)
                         << std::endl;
    }
  }
}

std::size_t PeerChoice::present() const {
  return static_cast<std::size_t>(
      std::count_if(found.begin(), found.end(), [](const std::optional<FoundPeer>& peer) { return peer.has_value(); }));
}

std::vector<std::string> PeerChoice::notes() const {
  std::vector<std::string> notes;
  for (std::size_t k = 0; k < found.size(); ++k) {
    if (!found[k]) {
      notes.push_back(wanted[k].name +
                      " is not installed, so it is not here. To get it: " + way_to_get(wanted[k], plastic) + ".");
    }
  }
  return notes;
}

PeerChoice read_peer_choice(const cli::OptionTexts& texts, bool plastic) {
  std::vector<std::string> keys;
  for (const Peer& peer : peers()) {
    keys.push_back(peer.key);
  }
  if (const auto text = texts.find("--simulators"); text != texts.end()) {
    std::vector<std::string> known = keys;
    if (plastic) {
      known.emplace_back("none");
    }
    keys = cli::read_list("--simulators", text->second, known);
  }
  PeerChoice choice{.plastic = plastic};
  if (std::find(keys.begin(), keys.end(), "none") == keys.end()) {
    std::copy_if(peers().begin(), peers().end(), std::back_inserter(choice.wanted),
                 [&keys](const Peer& peer) { return std::find(keys.begin(), keys.end(), peer.key) != keys.end(); });
  }
  if (const auto python = texts.find("--python"); python != texts.end()) {
    choice.interpreters.clear();
    std::istringstream words(python->second);
    for (std::string word; std::getline(words, word, ',');) {
      choice.interpreters.push_back(word);
    }
  }
  return choice;
}

}  // namespace va_event::crossval

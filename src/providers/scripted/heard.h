#pragma once

#include <optional>
#include <string>
#include <vector>

#include "providers/scripted/spoken_time.h"

namespace call_agent::providers::scripted {

/// What the callee said between two of the agent's turns, and what of it a dialogue can act on.
struct Heard {
  std::string text;
  int turn = -1;                   ///< Index among everything said of its first message.
  std::vector<std::string> words;  ///< Normalised.
  std::optional<SpokenTime> time;  ///< The last on offer: not one that "is taken".
  std::optional<int> number;       ///< The first that is part of no time.
  bool yes = false;
  bool no = false;
};

/// Fills everything in from `text`. Pure; English only.
void understand(Heard& heard);

}  // namespace call_agent::providers::scripted

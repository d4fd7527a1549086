#pragma once

#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "agent/ports.h"
#include "providers/scripted/dialogue.h"

namespace call_agent::providers::scripted {

/// What the script knows, and the callee's words it rests on.
struct Known {
  Json value;
  std::string quote;  ///< Empty if the principal said it.
  int turn = -1;      ///< Index among everything said.
};

/// Where a conversation stands after everything said so far.
struct Standing {
  std::string reply;       ///< What to say now.
  bool end = false;        ///< And hang up.
  std::optional<Ask> ask;  ///< To be asked of the principal now; its texts filled in.
  std::map<std::string, Known> known;
  std::vector<std::string> news;  ///< Names that became known by what was said last.
};

/// Plays a dialogue over what was said. Pure: the same history gives the same reply, so that a reply may be asked for,
/// dropped, and asked for again. `history`: of the tools' messages, only ask_principal counts.
Standing play(const Dialogue& dialogue, const agent::Objective& objective, std::span<const agent::Message> history);

bool holds(const Conditions& conditions, const Dialogue& dialogue, const std::map<std::string, Known>& known);
/// A text of the dialogue with its `{names}` filled in; an unknown one becomes nothing.
std::string fill(const std::string& text, const Dialogue& dialogue, const agent::Objective& objective,
                 const std::map<std::string, Known>& known, const std::string& last = {});

}  // namespace call_agent::providers::scripted

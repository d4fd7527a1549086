#pragma once

#include <string>
#include <vector>

#include "calls/ports.h"

/// Calls as the terminal shows them. Every function ends its lines with a line break.
namespace call_agent::app {

/// One line a call, under a heading.
std::string calls_table(const std::vector<calls::Call>& calls);

/// Everything about one call.
std::string call_text(const calls::Call& call);

/// `[0:12] callee: Good evening.`, a line a turn.
std::string transcript_text(const calls::Call& call);

/// Where the time of the agent's reply went, `  [ms: stt 130, total 404]`; empty where nothing was measured.
std::string latency_text(const calls::Turn& turn);

/// What happened, with the time of day: a line an event.
std::string event_text(const calls::Event& event);

/// How it ended and what came of it; for a call that goes on, where it stands.
std::string ending_text(const calls::Call& call);

}  // namespace call_agent::app

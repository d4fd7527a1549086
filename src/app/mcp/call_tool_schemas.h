#pragma once

#include <vector>

#include "core/clock.h"
#include "mcp/tool.h"

namespace call_agent::app {

// What a principal's token must grant.
inline constexpr const char* kPlaceScope = "calls:place";
inline constexpr const char* kReadScope = "calls:read";
inline constexpr const char* kControlScope = "calls:control";

/// A telephone receiver: for the server and for each of its tools.
mcp::Icon receiver_icon();

/// Names, words, schemas and annotations of the tools; the handlers are still to be set. `longest_attempt`: what
/// make_phone_call takes at most.
std::vector<mcp::Tool> call_tool_descriptions(milliseconds longest_attempt);

}  // namespace call_agent::app

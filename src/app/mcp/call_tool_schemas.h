#pragma once

#include <vector>

#include "mcp/tool.h"

namespace call_agent::app {

/// Names, words, schemas and annotations of the tools; the handlers are still to be set.
std::vector<mcp::Tool> call_tool_descriptions();

}  // namespace call_agent::app

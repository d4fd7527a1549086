#pragma once

#include <vector>

#include "core/metrics.h"
#include "mcp/tool.h"

namespace call_agent::mcp {

/// The same tools, counted as they run: `mcp_tool_calls_total` by tool and result (ok, error, question, task, failed;
/// left: the client cancelled it or has gone) and `mcp_tool_seconds` by tool. `metrics` outlives them.
std::vector<Tool> measured(std::vector<Tool> tools, Metrics& metrics);

}  // namespace call_agent::mcp

#pragma once

#include <functional>
#include <string>
#include <variant>
#include <vector>

#include "core/asio.h"
#include "core/json.h"
#include "mcp/content.h"
#include "mcp/input.h"
#include "mcp/jsonrpc.h"
#include "mcp/request_context.h"
#include "mcp/task.h"
#include "mcp/tool_result.h"

namespace call_agent::mcp {

/// Hints to the client; all four are always sent.
struct ToolAnnotations {
  bool read_only = false;
  bool destructive = true;
  bool idempotent = false;
  bool open_world = true;
};

/// How a call ends: with a result, a question, a task that goes on (only if context.client().tasks), or an error of the
/// protocol. Refusals a model can act on are results: see ToolResult::error.
using ToolOutcome = std::variant<ToolResult, InputRequired, Task, RpcError>;

/// Runs one call. `arguments` fit the input schema. Cancelled through its coroutine's cancellation slot when the client
/// cancels or leaves: what must outlive the request belongs to somebody else's task group.
using ToolHandler = std::function<awaitable<ToolOutcome>(Json arguments, const RequestContext& context)>;

struct Tool {
  std::string name;  ///< verb_noun
  std::string title;
  std::string description;
  Json input_schema;   ///< JSON Schema of an object.
  Json output_schema;  ///< Likewise, or null.
  ToolAnnotations annotations;
  ToolHandler handler;
  std::vector<Icon> icons;
  std::string scope;          ///< What a principal's token must grant; empty: nothing.
  bool only_as_task = false;  ///< Refused to clients that do not declare the tasks extension.
};

}  // namespace call_agent::mcp

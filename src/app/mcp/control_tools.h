#pragma once

#include "app/mcp/call_desk.h"
#include "mcp/tool.h"

namespace call_agent::app {

/// What acts on a call under way: send_to_call, end_call, transfer_call; and check_number, which acts on none.
class ControlTools {
 public:
  explicit ControlTools(CallDesk& desk) : desk_(desk) {}

  awaitable<mcp::ToolOutcome> send_to_call(Json arguments, const mcp::RequestContext& context);
  awaitable<mcp::ToolOutcome> end_call(Json arguments, const mcp::RequestContext& context);
  awaitable<mcp::ToolOutcome> transfer_call(Json arguments, const mcp::RequestContext& context);
  awaitable<mcp::ToolOutcome> check_number(Json arguments, const mcp::RequestContext& context);

 private:
  awaitable<mcp::ToolOutcome> send(calls::Call call, calls::Command command, milliseconds patience);

  CallDesk& desk_;
};

}  // namespace call_agent::app

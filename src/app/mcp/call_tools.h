#pragma once

#include <string_view>
#include <vector>

#include "app/mcp/call_desk.h"
#include "app/mcp/control_tools.h"
#include "app/mcp/following_tools.h"
#include "app/mcp/placing_tool.h"
#include "mcp/tool.h"

namespace call_agent::app {

/// The MCP tools: make_phone_call, wait_for_call, get_call, list_calls, send_to_call, end_call, transfer_call,
/// check_number.
///
/// Lives on one executor; not thread-safe. Outlives the tools it hands out.
class CallTools {
 public:
  /// `desk` outlives it.
  explicit CallTools(CallDesk& desk) : desk_(desk), placing_(desk), following_(desk), control_(desk) {}

  std::vector<mcp::Tool> tools();

  /// For the model that is to use them.
  static std::string_view instructions();

 private:
  CallDesk& desk_;
  PlacingTool placing_;
  FollowingTools following_;
  ControlTools control_;
};

}  // namespace call_agent::app

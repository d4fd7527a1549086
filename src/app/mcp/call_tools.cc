#include "app/mcp/call_tools.h"

#include <algorithm>
#include <utility>

#include "app/mcp/call_tool_schemas.h"

namespace call_agent::app {

std::vector<mcp::Tool> CallTools::tools() {
  auto tools = call_tool_descriptions(desk_.services().longest_attempt());
  const auto handle = [&](std::string_view name, auto& part, auto method) {
    std::ranges::find(tools, name, &mcp::Tool::name)->handler = [&part, method](Json arguments,
                                                                                const mcp::RequestContext& context) {
      return (part.*method)(std::move(arguments), context);
    };
  };
  handle("make_phone_call", placing_, &PlacingTool::make_phone_call);
  handle("wait_for_call", following_, &FollowingTools::wait_for_call);
  handle("get_call", following_, &FollowingTools::get_call);
  handle("list_calls", following_, &FollowingTools::list_calls);
  handle("send_to_call", control_, &ControlTools::send_to_call);
  handle("end_call", control_, &ControlTools::end_call);
  handle("transfer_call", control_, &ControlTools::transfer_call);
  handle("check_number", control_, &ControlTools::check_number);
  return tools;
}

}  // namespace call_agent::app

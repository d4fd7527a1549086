#pragma once

#include <string>
#include <unordered_map>

#include "app/mcp/call_desk.h"
#include "mcp/tool.h"

namespace call_agent::app {

/// wait_for_call, get_call, list_calls.
class FollowingTools {
 public:
  explicit FollowingTools(CallDesk& desk) : desk_(desk) {}

  /// Returns early with the agent's question: as a form where the client shows forms, else within the result.
  awaitable<mcp::ToolOutcome> wait_for_call(Json arguments, const mcp::RequestContext& context);
  awaitable<mcp::ToolOutcome> get_call(Json arguments, const mcp::RequestContext& context);
  awaitable<mcp::ToolOutcome> list_calls(Json arguments, const mcp::RequestContext& context);

 private:
  class Watch;
  awaitable<Result<void>> pass_answer_on(std::string call_id, const mcp::RequestContext& context);
  void remember(const std::string& call_id, std::size_t turns);

  CallDesk& desk_;
  // How many turns of a call its owner has been told, so that each wait tells what is new. Bounded; a forgotten call is
  // told from its start again.
  std::unordered_map<std::string, std::size_t> told_;
};

}  // namespace call_agent::app

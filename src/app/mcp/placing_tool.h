#pragma once

#include <optional>
#include <string>

#include "app/mcp/call_desk.h"
#include "mcp/tool.h"

namespace call_agent::app {

/// make_phone_call: checks, asks a person where the policy wants it, dials once, and answers when the phone has been
/// answered, or at once with a task where the client knows tasks.
class PlacingTool {
 public:
  explicit PlacingTool(CallDesk& desk) : desk_(desk) {}

  awaitable<mcp::ToolOutcome> make_phone_call(Json arguments, const mcp::RequestContext& context);

 private:
  awaitable<mcp::ToolOutcome> dry_run(calls::PlaceRequest request, calls::CheckedNumber number);
  awaitable<Result<bool>> must_confirm(std::string phone_number, std::string owner, bool can_ask);
  /// Nothing if the call may be placed; `request` then has the key that lets it be placed once.
  awaitable<std::optional<mcp::ToolOutcome>> confirm(calls::PlaceRequest& request, const mcp::RequestContext& context);
  awaitable<mcp::ToolOutcome> place(calls::Placer& placer, calls::PlaceRequest request, std::string warning,
                                    const mcp::RequestContext& context);
  awaitable<mcp::ToolOutcome> start_task(calls::Placer& placer, calls::PlaceRequest request, std::string warning);
  awaitable<void> tell_ringing(const std::string& call_id, std::string owner, const mcp::RequestContext& context);

  CallDesk& desk_;
};

}  // namespace call_agent::app

#pragma once

#include <string>

#include "app/mcp/call_desk.h"
#include "mcp/task.h"

namespace call_agent::app {

/// A call as a task of MCP: its id is the call's.
mcp::Task task_of(const calls::Call& call);
/// With its open question as a form, and its whole record once it has ended.
mcp::TaskDetail task_detail(const calls::Call& call);

/// Calls as tasks: where each stands, its question, and cancelling as a hang-up that is confirmed.
class CallTasks final : public mcp::TaskProvider {
 public:
  explicit CallTasks(CallDesk& desk) : desk_(desk) {}

  awaitable<Result<mcp::TaskDetail>> get(std::string id, mcp::Principal principal) override;
  awaitable<Result<void>> update(std::string id, mcp::InputResponses responses, mcp::Principal principal) override;
  /// Returns once nobody is on the line.
  awaitable<Result<void>> cancel(std::string id, mcp::Principal principal) override;

 private:
  CallDesk& desk_;
};

}  // namespace call_agent::app

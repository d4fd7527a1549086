#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>

#include "core/asio.h"
#include "core/result.h"
#include "mcp/input.h"
#include "mcp/jsonrpc.h"
#include "mcp/principal.h"
#include "mcp/tool_result.h"

/// The extension io.modelcontextprotocol/tasks (SEP-2663), which belongs to revision 2026-07-28.
namespace call_agent::mcp {

enum class TaskStatus : std::uint8_t { kWorking, kInputRequired, kCompleted, kFailed, kCancelled };

/// A tool call that goes on after its request was answered.
struct Task {
  std::string id;  ///< At least 128 random bits.
  TaskStatus status = TaskStatus::kWorking;
  std::string status_message;   ///< For people; may be empty.
  std::int64_t created_ms = 0;  ///< Unix time.
  std::int64_t updated_ms = 0;
  std::optional<std::int64_t> ttl_ms;  ///< For how long after its creation it can be asked for; empty: for ever.
  std::optional<std::int64_t> poll_interval_ms;
};

/// Where a task stands, with what came of it. A tool that reports an error has completed; it failed only by a defect.
struct TaskDetail {
  Task task;
  InputRequests input_requests;      ///< If kInputRequired: what is still unanswered.
  std::optional<ToolResult> result;  ///< If kCompleted.
  std::optional<RpcError> error;     ///< If kFailed.
};

/// Keeps the tasks. Every method is given whom the request acts for and answers kNotFound for another's task, exactly
/// as for one that never was.
class TaskProvider {
 public:
  virtual ~TaskProvider() = default;
  virtual awaitable<Result<TaskDetail>> get(std::string id, Principal principal) = 0;
  /// Answers to its input requests, some or all; names it does not wait for are ignored.
  virtual awaitable<Result<void>> update(std::string id, InputResponses responses, Principal principal) = 0;
  /// Returns once the cancel is under way; nothing if the task has ended.
  virtual awaitable<Result<void>> cancel(std::string id, Principal principal) = 0;
};

}  // namespace call_agent::mcp

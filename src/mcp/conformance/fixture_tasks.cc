#include "mcp/conformance/fixture_tasks.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "core/clock.h"
#include "core/id.h"

namespace call_agent::mcp::conformance {
namespace {

constexpr milliseconds kAWhile{1000};
constexpr std::int64_t kTtlMs = 600'000;
constexpr std::int64_t kPollMs = 200;

TaskDetail completed(ToolResult result) {
  TaskDetail out;
  out.task.status = TaskStatus::kCompleted;
  out.result = std::move(result);
  return out;
}

TaskDetail failed() {
  TaskDetail out;
  out.task.status = TaskStatus::kFailed;
  out.error = RpcError{.code = kInternalError, .message = "This job fails by a defect"};
  return out;
}

bool has_ended(const TaskDetail& detail) {
  return detail.task.status >= TaskStatus::kCompleted;
}

InputRequest ask(std::string message, const char* field, const char* type) {
  return elicit_form(std::move(message),
                     {{"type", "object"}, {"properties", {{field, {{"type", type}}}}}, {"required", {field}}});
}

Json one(const char* name, const char* type) {
  return {{"type", "object"}, {"properties", {{name, {{"type", type}}}}}};
}

awaitable<ToolOutcome> greet(Json arguments) {
  co_return ToolResult{.text = fmt::format("Hello, {}!", arguments.value("name", "nobody"))};
}

Tool tool(std::string name, Json schema, ToolHandler handler, bool only_as_task = false) {
  return {.name = std::move(name),
          .title = "",
          .description = "A tool of the suite's tasks.",
          .input_schema = std::move(schema),
          .output_schema = nullptr,
          .annotations = {.read_only = true, .destructive = false, .idempotent = true, .open_world = false},
          .handler = std::move(handler),
          .only_as_task = only_as_task};
}

}  // namespace

awaitable<Result<TaskDetail>> Tasks::get(std::string id, Principal principal) {
  const auto kept = find(id, principal);
  if (!kept) co_return pass(kept);
  co_return (*kept)->detail;
}

awaitable<Result<void>> Tasks::update(std::string id, InputResponses responses, Principal principal) {
  const auto kept = find(id, principal);
  if (!kept) co_return pass(kept);
  auto& requests = (*kept)->detail.input_requests;
  if (requests.empty()) co_return Result<void>();
  for (const auto& [name, response] : responses) requests.erase(name);
  if (requests.empty()) {
    end(id, std::move(waiting_.extract(id).mapped()));
  } else {
    changed(**kept);
  }
  co_return Result<void>();
}

awaitable<Result<void>> Tasks::cancel(std::string id, Principal principal) {
  const auto kept = find(id, principal);
  if (!kept) co_return pass(kept);
  TaskDetail cancelled;
  cancelled.task.status = TaskStatus::kCancelled;
  end(id, std::move(cancelled));
  co_return Result<void>();
}

std::size_t Tasks::cancelled() const {
  return static_cast<std::size_t>(std::ranges::count(
      tasks_, TaskStatus::kCancelled, [](const auto& entry) { return entry.second.detail.task.status; }));
}

awaitable<void> Tasks::stop() {
  working_.cancel();
  co_await working_.join();
}

Task Tasks::begin(const RequestContext& context, TaskDetail end, milliseconds delay, InputRequests requests) {
  Kept kept{.detail = {}, .owner = context.principal().id};
  auto& task = kept.detail.task;
  task = {.id = new_id("task"),
          .status = requests.empty() ? TaskStatus::kWorking : TaskStatus::kInputRequired,
          .status_message = "at work",
          .created_ms = unix_ms(),
          .updated_ms = unix_ms(),
          .ttl_ms = kTtlMs,
          .poll_interval_ms = kPollMs};
  kept.detail.input_requests = std::move(requests);
  if (task.status == TaskStatus::kWorking) {
    working_.spawn(end_after(task.id, std::move(end), delay));
  } else {
    waiting_.emplace(task.id, std::move(end));
  }
  const Task begun = task;
  tasks_.emplace(begun.id, std::move(kept));
  return begun;
}

awaitable<void> Tasks::end_after(std::string id, TaskDetail detail, milliseconds delay) {
  co_await sleep_for(delay);
  end(id, std::move(detail));
}

void Tasks::end(const std::string& id, TaskDetail detail) {
  auto& kept = tasks_.at(id);
  if (has_ended(kept.detail)) return;
  waiting_.erase(id);
  const auto status = detail.task.status;
  detail.task = kept.detail.task;
  detail.task.status = status;
  detail.task.status_message = "over";
  kept.detail = std::move(detail);
  changed(kept);
}

Result<Tasks::Kept*> Tasks::find(const std::string& id, const Principal& principal) {
  const auto found = tasks_.find(id);
  if (found == tasks_.end() || found->second.owner != principal.id)
    return fail(Errc::kNotFound, "there is no such task");
  return &found->second;
}

void Tasks::changed(Kept& kept) {
  kept.detail.task.updated_ms = unix_ms();
  hub_.task_changed(kept.detail, kept.owner);
}

awaitable<ToolOutcome> Tasks::slow_compute(Json arguments, const RequestContext& context) {
  const auto delay = std::chrono::seconds(arguments.value("seconds", 0));
  ToolResult result{.text = "Computed " + arguments.value("label", std::string("something"))};
  if (context.client().tasks && delay.count() > 0) co_return begin(context, completed(std::move(result)), delay);
  co_await sleep_for(delay);
  co_return result;
}

awaitable<ToolOutcome> Tasks::at_length(TaskDetail end, milliseconds delay, InputRequests requests,
                                        const RequestContext& context) {
  co_return begin(context, std::move(end), delay, std::move(requests));
}

awaitable<ToolOutcome> Tasks::ask_then_work(const RequestContext& context) {
  const auto name = context.elicited("user_name");
  if (!name) co_return InputRequired{.requests = {{"user_name", ask("What is your name?", "name", "string")}}};
  co_return begin(context, completed({.text = "Worked for " + name->content.value("name", "nobody")}), kAWhile);
}

std::vector<Tool> Tasks::tools() {
  const Json nothing = {{"type", "object"}};
  const auto job = [this](TaskDetail end, InputRequests requests) -> ToolHandler {
    return [this, end = std::move(end), requests = std::move(requests)](Json, const RequestContext& context) {
      return at_length(end, kAWhile, requests, context);
    };
  };
  const InputRequests confirm{{"confirm", ask("Delete it?", "confirm", "boolean")}};
  const InputRequests two{{"first", ask("First name?", "name", "string")},
                          {"second", ask("Second name?", "name", "string")}};
  Json computing = one("seconds", "integer");
  computing["properties"]["label"] = {{"type", "string"}};
  return {tool("greet", one("name", "string"),
               [](Json arguments, const RequestContext&) { return greet(std::move(arguments)); }),
          tool("slow_compute", std::move(computing),
               [this](Json arguments, const RequestContext& context) {
                 return slow_compute(std::move(arguments), context);
               }),
          tool("failing_job", nothing, job(completed(ToolResult::error("This job fails")), {}), true),
          tool("protocol_error_job", nothing, job(failed(), {}), true),
          tool("confirm_delete", one("filename", "string"), job(completed({.text = "Deleted"}), confirm), true),
          tool("multi_input", nothing, job(completed({.text = "Both answered"}), two), true),
          tool(
              "test_tool_with_task", nothing,
              [this](Json, const RequestContext& context) { return ask_then_work(context); }, true)};
}

}  // namespace call_agent::mcp::conformance

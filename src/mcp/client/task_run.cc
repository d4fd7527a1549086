#include <fmt/format.h>

#include <algorithm>
#include <boost/asio/error.hpp>
#include <boost/system/system_error.hpp>
#include <exception>
#include <utility>

#include "mcp/client/client.h"

// Tool calls as tasks: the extension io.modelcontextprotocol/tasks of 2026-07-28.
namespace call_agent::mcp {
namespace {

constexpr milliseconds kOnce{10'000};  // For one tasks/get, /update or /cancel.
constexpr int kMostLost = 3;           // So many tasks/get in a row may find nobody.
constexpr std::int64_t kDefaultPollMs = 1000;
constexpr std::int64_t kShortestPollMs = 100;
constexpr std::int64_t kLongestPollMs = 60'000;

milliseconds poll_interval(const Json& task) {
  const Json& wanted = part(task, "pollIntervalMs");
  const auto ms = wanted.is_number_integer() ? wanted.get<std::int64_t>() : kDefaultPollMs;
  return milliseconds(std::clamp(ms, kShortestPollMs, kLongestPollMs));
}

Json for_task(const std::string& id, bool forms) {
  Json params{{"taskId", id}};
  add_meta(params, {.forms = forms, .tasks = true});
  return params;
}

}  // namespace

awaitable<Result<Json>> Client::call_as_task(Json params, OnProgress on_progress, OnTask on_task, Deadline deadline) {
  if (!is_stateless(revision_) || !offers_tasks(server_)) {
    co_return fail(Errc::kInvalidArgument, "this server offers no tasks");
  }
  add_meta(params, {.forms = options_.offers_forms, .tasks = true});
  auto begun = co_await ask("tools/call", std::move(params), std::move(on_progress), deadline);
  if (!begun || text_part(*begun, "resultType") != "task") co_return begun;
  if (text_part(*begun, "taskId").empty()) co_return fail(Errc::kInternal, "the server began a task without a taskId");
  co_return co_await finish_task(*std::move(begun), std::move(on_task), deadline);
}

awaitable<Result<Json>> Client::finish_task(Json task, OnTask on_task, Deadline deadline) {
  const std::string id(text_part(task, "taskId"));
  std::exception_ptr stopped;
  Result<Json> result = fail(Errc::kCancelled, "stopped");
  try {
    result = co_await follow_task(std::move(task), std::move(on_task), deadline);
  } catch (const boost::system::system_error& error) {
    if (error.code() != asio::error::operation_aborted) throw;
    stopped = std::current_exception();
  }
  if (stopped || (!result && result.error().code == Errc::kDeadline)) {
    // The caller wants no more of it, yet the task must not work on for nobody.
    co_await asio::this_coro::reset_cancellation_state();
    const auto cancelled =
        co_await request("tasks/cancel", for_task(id, options_.offers_forms), {}, Deadline::after(kOnce));
    if (!cancelled) result = fail(Errc::kCancelled, "stopped, but the task may go on: " + cancelled.error().what);
  }
  if (stopped) std::rethrow_exception(stopped);
  co_return result;
}

awaitable<Result<Json>> Client::follow_task(Json task, OnTask on_task, Deadline deadline) {
  const std::string id(text_part(task, "taskId"));
  std::map<std::string, bool> answered;
  int lost = 0;
  while (true) {
    if (on_task) on_task(task);
    const auto status = text_part(task, "status");
    if (status == "completed") co_return part(task, "result");
    if (status == "cancelled") co_return fail(Errc::kCancelled, "the task was cancelled");
    if (status == "failed") {
      co_return fail(Errc::kInternal, fmt::format("the task failed: {}", text_part(part(task, "error"), "message")));
    }
    if (status == "input_required") {
      const auto updated = co_await update_task(task, id, answered);
      if (!updated) co_return pass(updated);
    } else if (status != "working") {
      co_return fail(Errc::kInternal, "the task has a status that MCP does not know");
    }
    if (deadline.passed()) co_return fail(Errc::kDeadline, "the task did not end in time");
    co_await sleep_for(std::min(poll_interval(task), deadline.left()));
    auto next = co_await poll_task(id);
    if (!next && next.error().code == Errc::kUnavailable && !ended_ && ++lost < kMostLost) continue;
    if (!next) co_return pass(next);
    lost = 0;
    task = *std::move(next);
  }
}

awaitable<Result<Json>> Client::poll_task(std::string id) {
  co_return co_await request("tasks/get", for_task(id, options_.offers_forms), {}, Deadline::after(kOnce));
}

awaitable<Result<void>> Client::update_task(const Json& task, const std::string& id,
                                            std::map<std::string, bool>& answered) {
  // What was answered may still be listed until the server has taken it in.
  Json open = Json::object();
  for (const auto& [name, request] : part(task, "inputRequests").items()) {
    if (answered.emplace(name, true).second) open[name] = request;
  }
  if (open.empty()) co_return Result<void>();
  auto answers = co_await answers_to(open);
  if (!answers) co_return pass(answers);
  Json params = for_task(id, options_.offers_forms);
  params["inputResponses"] = *std::move(answers);
  const auto told = co_await request("tasks/update", std::move(params), {}, Deadline::after(kOnce));
  if (!told) co_return pass(told);
  co_return Result<void>();
}

}  // namespace call_agent::mcp

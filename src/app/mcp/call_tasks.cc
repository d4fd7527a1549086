#include "app/mcp/call_tasks.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "app/mcp/call_questions.h"
#include "app/mcp/call_results.h"
#include "core/clock.h"

namespace call_agent::app {
namespace {

using calls::Call;
using calls::State;

constexpr std::int64_t kPollMs = 1000;

mcp::TaskStatus status_of(const Call& call) {
  if (call.state != State::kEnded) {
    return call.question ? mcp::TaskStatus::kInputRequired : mcp::TaskStatus::kWorking;
  }
  return call.outcome == calls::Outcome::kCanceled ? mcp::TaskStatus::kCancelled : mcp::TaskStatus::kCompleted;
}

// What was said is data, also here: the line is quoted.
std::string status_message(const Call& call) {
  if (call.state == State::kEnded) return fmt::format("ended: {}", to_string(*call.outcome));
  if (call.state < State::kActive) return std::string(to_string(call.state));
  if (call.question) return "the agent asks: " + call.question->text;
  const auto answered = call.entered_ms[static_cast<std::size_t>(State::kActive)];
  const auto seconds = answered == 0 ? 0 : std::max<std::int64_t>(0, unix_ms() - answered) / 1000;
  auto text = fmt::format("answered {:02}:{:02} ago", seconds / 60, seconds % 60);
  if (!call.transcript.empty()) text += "; " + turn_line(call.transcript.back());
  return text;
}

std::int64_t updated_ms(const Call& call) {
  const auto last = std::ranges::max(call.entered_ms);
  return std::max({last, call.created_ms, call.question ? call.question->asked_ms : 0});
}

}  // namespace

mcp::Task task_of(const Call& call) {
  return {.id = call.call_id,
          .status = status_of(call),
          .status_message = status_message(call),
          .created_ms = call.created_ms,
          .updated_ms = updated_ms(call),
          .ttl_ms = std::nullopt,
          .poll_interval_ms = kPollMs};
}

mcp::TaskDetail task_detail(const Call& call) {
  mcp::TaskDetail detail{.task = task_of(call)};
  if (detail.task.status == mcp::TaskStatus::kInputRequired) {
    detail.input_requests.emplace(call.question->id, question_form(call));
  }
  if (detail.task.status == mcp::TaskStatus::kCompleted) detail.result = full_result(call);
  return detail;
}

awaitable<Result<mcp::TaskDetail>> CallTasks::get(std::string id, mcp::Principal principal) {
  const auto call = co_await desk_.read(std::move(id), owner_of(principal));
  if (!call) co_return pass(call);
  co_return task_detail(*call);
}

awaitable<Result<void>> CallTasks::update(std::string id, mcp::InputResponses responses, mcp::Principal principal) {
  const auto call = co_await desk_.read(std::move(id), owner_of(principal));
  if (!call) co_return pass(call);
  if (!call->question) co_return Result<void>{};
  const auto response = responses.find(call->question->id);
  const auto form = response == responses.end() ? std::nullopt : mcp::elicited_from(response->second);
  if (!form || form->action == mcp::Elicited::Action::kCancel) co_return Result<void>{};
  const auto sent = co_await desk_.send(answer_command(call->call_id, call->question->id, *form), desk_.timing().taken);
  if (!sent && sent.error().code != Errc::kConflict) co_return pass(sent);
  co_return Result<void>{};
}

awaitable<Result<void>> CallTasks::cancel(std::string id, mcp::Principal principal) {
  auto call = co_await desk_.read(std::move(id), owner_of(principal));
  if (!call) co_return pass(call);
  const auto ended = co_await desk_.hang_up(std::move(*call));
  if (!ended) co_return pass(ended);
  co_return Result<void>{};
}

}  // namespace call_agent::app

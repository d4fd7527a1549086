#include "app/mcp/following_tools.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <optional>
#include <utility>

#include "app/call_text.h"
#include "app/mcp/call_questions.h"
#include "app/mcp/call_results.h"

namespace call_agent::app {
namespace {

using calls::Call;
using calls::State;
using mcp::RequestContext;
using mcp::ToolOutcome;
using mcp::ToolResult;

constexpr std::size_t kToldLimit = 1000;
constexpr int kDefaultWaitSeconds = 45;
constexpr const char* kAnswer = "answer";

std::string shown(std::chrono::steady_clock::duration time) {
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(time).count();
  return fmt::format("{:02}:{:02}", seconds / 60, seconds % 60);
}

}  // namespace

/// Reports what is new in a call's record as progress, which is the time waited: it grows whatever happens.
class FollowingTools::Watch {
 public:
  Watch(const RequestContext& context, std::size_t turns, std::chrono::seconds limit, milliseconds heartbeat)
      : context_(context), turns_(turns), limit_(limit), heartbeat_(heartbeat) {}

  void look_at(const Call& call, TimePoint now) {
    if (call.transcript.size() > turns_) {
      for (; turns_ < call.transcript.size(); ++turns_) {
        const auto& turn = call.transcript[turns_];
        tell(turn_line(turn) + latency_text(turn), now);
      }
    } else if (state_ != call.state) {
      tell(to_string(call.state), now);
    } else if (now - last_report_ >= heartbeat_) {
      tell(fmt::format("{}, waited {}", to_string(call.state), shown(now - started_)), now);
    }
    state_ = call.state;
  }

 private:
  void tell(std::string_view message, TimePoint now) {
    last_report_ = now;
    context_.progress(std::chrono::duration<double>(now - started_).count(), static_cast<double>(limit_.count()),
                      message);
  }

  const RequestContext& context_;
  std::size_t turns_;
  const std::chrono::seconds limit_;
  const milliseconds heartbeat_;
  const TimePoint started_ = Clock::now();
  TimePoint last_report_ = started_;
  std::optional<State> state_;
};

awaitable<ToolOutcome> FollowingTools::wait_for_call(Json arguments, const RequestContext& context) {
  const std::string call_id = arguments["call_id"];
  const std::string owner = owner_of(context.principal());
  const auto limit = std::chrono::seconds(arguments.value("timeout_s", kDefaultWaitSeconds));
  const auto deadline = Deadline::after(limit);
  // Whose call it is, before anything reaches it.
  if (const auto call = co_await desk_.read(call_id, owner); !call) co_return refusal(call.error());
  if (const auto passed = co_await pass_answer_on(call_id, context); !passed) {
    co_return refusal(passed.error());
  }

  const auto seen = told_.contains(call_id) ? told_.at(call_id) : 0;
  const std::string asked = context.state().is_object() ? context.state().value("question_id", "") : "";
  Watch watch(context, seen, limit, desk_.timing().heartbeat);
  while (true) {
    const auto call = co_await desk_.read(call_id, owner);
    if (!call) co_return refusal(call.error());
    const bool question = call->question && call->question->id != asked;
    if (question && context.client().elicitation_form) {
      co_return mcp::InputRequired{.requests = {{kAnswer, question_form(*call)}},
                                   .state = {{"question_id", call->question->id}}};
    }
    if (call->state == State::kEnded || question || deadline.passed()) {
      remember(call_id, call->transcript.size());
      co_return news_result(*call, seen);
    }
    watch.look_at(*call, Clock::now());
    co_await sleep_until(std::min(Clock::now() + desk_.timing().poll, deadline.at()));
  }
}

// The answer to the question of an earlier round; a form that was closed leaves the question open.
awaitable<Result<void>> FollowingTools::pass_answer_on(std::string call_id, const RequestContext& context) {
  const auto form = context.elicited(kAnswer);
  if (!form || !context.state().is_object() || form->action == mcp::Elicited::Action::kCancel) co_return Result<void>{};
  auto command = answer_command(std::move(call_id), context.state().value("question_id", ""), *form);
  const auto sent = co_await desk_.send(std::move(command), desk_.timing().taken);
  // Too late is for the result to tell: the call goes on, or has ended.
  if (!sent && sent.error().code != Errc::kConflict) co_return pass(sent);
  co_return Result<void>{};
}

void FollowingTools::remember(const std::string& call_id, std::size_t turns) {
  if (told_.size() >= kToldLimit && !told_.contains(call_id)) told_.clear();
  told_[call_id] = turns;
}

awaitable<ToolOutcome> FollowingTools::get_call(Json arguments, const RequestContext& context) {
  const auto call = co_await desk_.read(arguments["call_id"], owner_of(context.principal()));
  if (!call) co_return refusal(call.error());
  co_return full_result(*call);
}

awaitable<ToolOutcome> FollowingTools::list_calls(Json arguments, const RequestContext& context) {
  const auto store = desk_.services().store();
  if (!store) co_return refusal(store.error());
  calls::CallStore::Query query{.owner = owner_of(context.principal())};
  query.limit = arguments.value("limit", query.limit);
  const auto calls = co_await (*store)->list(std::move(query));
  if (!calls) co_return refusal(calls.error());
  co_return list_result(*calls);
}

}  // namespace call_agent::app

#include "app/mcp/placing_tool.h"

#include <fmt/format.h>

#include <array>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <utility>
#include <variant>

#include "app/mcp/call_results.h"
#include "app/mcp/call_tasks.h"
#include "core/channel.h"
#include "core/id.h"

namespace call_agent::app {
namespace {

using calls::Call;
using calls::State;
using mcp::RequestContext;
using mcp::ToolOutcome;
using mcp::ToolResult;

// What the record keeps of the request, beside number and objective; all but consent reaches the agent (calls/job.h).
constexpr std::array kKept{"context", "opening", "result_schema", "language", "max_minutes", "voicemail", "consent"};
constexpr const char* kConfirm = "confirm";
constexpr milliseconds kCheckLimit{5'000};

// Progress has to grow: a step a state.
double step_of(State state) {
  return static_cast<double>(state);
}
constexpr double kSteps = static_cast<double>(State::kActive);

calls::PlaceRequest request_of(Json arguments, std::string e164, std::string owner) {
  calls::PlaceRequest request{.phone_number = std::move(e164),
                              .objective = arguments.value("objective", ""),
                              .request = Json::object(),
                              .owner = std::move(owner),
                              .idempotency_key = arguments.value("idempotency_key", "")};
  for (const auto* field : kKept) {
    if (arguments.contains(field)) request.request[field] = std::move(arguments[field]);
  }
  return request;
}

mcp::InputRequired confirmation(const calls::PlaceRequest& request) {
  std::string message = "Call " + request.phone_number + " now?";
  if (!request.objective.empty()) message += " Objective: " + request.objective;
  const Json yes{{"type", "boolean"}, {"title", "Place this call"}, {"default", false}};
  const Json schema{{"type", "object"}, {"properties", {{kConfirm, yes}}}, {"required", {kConfirm}}};
  return {.requests = {{kConfirm, mcp::elicit_form(std::move(message), schema)}},
          .state = {{"key", request.idempotency_key}}};
}

}  // namespace

awaitable<ToolOutcome> PlacingTool::make_phone_call(Json arguments, const RequestContext& context) {
  // The number first: a refusal of it needs no configuration and costs nothing.
  const auto plan = desk_.services().plan();
  if (!plan) co_return refusal(plan.error());
  const auto number = (*plan)->check(arguments["phone_number"].get_ref<const std::string&>());
  if (!number) co_return refusal(number.error());
  const bool dry = arguments.value("dry_run", false);
  auto request = request_of(std::move(arguments), number->e164, owner_of(context.principal()));
  if (const auto fine = calls::draft(request, **plan); !fine) co_return refusal(fine.error());
  if (dry) co_return co_await dry_run(std::move(request), *number);

  const auto placer = desk_.services().placer();
  if (!placer) co_return refusal(placer.error());
  if (auto first = co_await confirm(request, context)) co_return std::move(*first);
  if (context.client().tasks) co_return co_await start_task(**placer, std::move(request), number->warning);
  co_return co_await place(**placer, std::move(request), number->warning, context);
}

awaitable<ToolOutcome> PlacingTool::dry_run(calls::PlaceRequest request, calls::CheckedNumber number) {
  const auto telephony = desk_.services().telephony();
  if (!telephony) co_return refusal(telephony.error());
  if (const auto store = desk_.services().store(); !store) co_return refusal(store.error());
  const auto reached = co_await (*telephony)->check(Deadline::after(kCheckLimit));
  if (!reached) co_return refusal(reached.error());
  Json out{{"state", "dry_run"},
           {"phone_number", number.e164},
           {"region", number.region},
           {"next_step", "nothing was dialed; the same arguments without dry_run place the call"}};
  std::string text = fmt::format(
      "Dry run: {} could be called now. Number, arguments, configuration, LiveKit and the trunk are in order; whether "
      "a "
      "worker is free shows only when a call is placed. Nothing was dialed.",
      number.e164);
  if (!number.warning.empty()) {
    out["warning"] = number.warning;
    text += " Warning: " + number.warning + ".";
  }
  co_return ToolResult{.text = std::move(text), .structured = std::move(out)};
}

awaitable<Result<bool>> PlacingTool::must_confirm(std::string phone_number, std::string owner, bool can_ask) {
  const auto policy = desk_.services().confirm_policy();
  if (!policy) co_return pass(policy);
  if (*policy == ConfirmPolicy::kNever) co_return false;
  if (*policy == ConfirmPolicy::kAlways) {
    if (can_ask) co_return true;
    co_return fail(Errc::kPermission,
                   "CALL_AGENT_CONFIRM=always wants a person's yes before a call, and this client cannot ask for it "
                   "(elicitation): use one that can, or set it to new or never");
  }
  if (!can_ask) co_return false;
  const auto store = desk_.services().store();
  if (!store) co_return pass(store);
  calls::CallStore::Query earlier{.phone_number = std::move(phone_number), .owner = std::move(owner), .limit = 1};
  const auto known = co_await (*store)->list(std::move(earlier));
  if (!known) co_return pass(known);
  co_return known->empty();
}

awaitable<std::optional<ToolOutcome>> PlacingTool::confirm(calls::PlaceRequest& request,
                                                           const RequestContext& context) {
  const Json& state = context.state();
  if (state.is_object() && state.contains("key")) {
    // The key was made before the question was asked: a yes that is sent twice finds the call of the first.
    request.idempotency_key = state["key"];
    const auto answer = context.elicited(kConfirm);
    if (!answer) co_return confirmation(request);
    const bool yes = answer->action == mcp::Elicited::Action::kAccept && answer->content.value(kConfirm, false);
    if (yes) co_return std::nullopt;
    co_return ToolResult::error("The user did not confirm the call. Nothing was dialed; do not ask again unasked.");
  }
  const auto must = co_await must_confirm(request.phone_number, request.owner, context.client().elicitation_form);
  if (!must) co_return refusal(must.error());
  if (!*must) co_return std::nullopt;
  if (request.idempotency_key.empty()) request.idempotency_key = new_id("confirmed");
  co_return confirmation(request);
}

awaitable<ToolOutcome> PlacingTool::place(calls::Placer& placer, calls::PlaceRequest request, std::string warning,
                                          const RequestContext& context) {
  using namespace asio::experimental::awaitable_operators;
  const bool keyed = !request.idempotency_key.empty();
  const std::string owner = request.owner;
  std::string call_id;
  calls::OnProgress on_progress = [&](const calls::Progress& progress) {
    call_id = progress.call_id;
    context.progress(step_of(progress.state), kSteps, progress.message);
  };
  auto placing = placer.place_in(desk_.services().placing(), std::move(request), std::move(on_progress));
  std::optional<Result<Call>> placed;
  if (context.wants_progress()) {
    auto first = co_await (std::move(placing) || tell_ringing(call_id, owner, context));
    placed = std::get<0>(std::move(first));
  } else {
    placed = co_await std::move(placing);
  }
  if (!*placed) co_return refusal(placed->error());

  std::string note = warning.empty() ? "" : "Warning: " + warning + ".";
  // A call that reported no progress was placed by an earlier request.
  if (keyed && call_id.empty()) note = "This is the earlier call of the same request; nothing was dialed now.";
  auto result = brief_result(**placed, note);
  if (!warning.empty()) result.structured["warning"] = std::move(warning);
  co_return result;
}

// The agent in the room sees the phone ring and says so in the log. Never returns by itself.
awaitable<void> PlacingTool::tell_ringing(const std::string& call_id, std::string owner,
                                          const RequestContext& context) {
  while (true) {
    co_await sleep_for(desk_.timing().poll);
    if (call_id.empty()) continue;
    const auto call = co_await desk_.read(call_id, owner);
    if (call && call->state == State::kRinging) context.progress(step_of(State::kRinging), kSteps, "ringing");
  }
}

// Answers as soon as the call has an id; the placing goes on without the request.
awaitable<ToolOutcome> PlacingTool::start_task(calls::Placer& placer, calls::PlaceRequest request,
                                               std::string warning) {
  using namespace asio::experimental::awaitable_operators;
  const std::string owner = request.owner;
  std::string call_id;
  Notifier known(co_await asio::this_coro::executor);
  calls::OnProgress on_progress = [&](const calls::Progress& progress) {
    call_id = progress.call_id;
    known.notify();
  };
  auto first = co_await (placer.place_in(desk_.services().placing(), std::move(request), std::move(on_progress)) ||
                         known.wait());
  if (auto* placed = std::get_if<0>(&first)) {
    if (!*placed) co_return refusal(placed->error());
    call_id = (*placed)->call_id;
  }
  const auto call = co_await desk_.read(call_id, owner);
  if (!call) co_return refusal(call.error());
  auto task = task_of(*call);
  if (!warning.empty()) task.status_message += "; warning: " + warning;
  co_return task;
}

}  // namespace call_agent::app

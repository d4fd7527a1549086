#include "app/call_tools.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <chrono>
#include <optional>
#include <utility>
#include <variant>

#include "app/call_results.h"
#include "app/call_text.h"
#include "app/call_tool_schemas.h"

namespace call_agent::app {
namespace {

using calls::Call;
using calls::State;
using mcp::RequestContext;
using mcp::ToolOutcome;
using mcp::ToolResult;

constexpr std::size_t kToldLimit = 1000;
constexpr int kDefaultWaitSeconds = 45;

// What the request keeps for the agent, beside number and objective (calls/job.h).
constexpr std::array kPassedOn{"context", "opening", "result_schema", "language", "max_minutes"};

ToolResult refusal(const Error& error) {
  return ToolResult::error(error.what);
}

// Progress has to grow: a step a state.
double step_of(State state) {
  return static_cast<double>(state);
}
constexpr double kSteps = static_cast<double>(State::kActive);

std::string shown(std::chrono::steady_clock::duration time) {
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(time).count();
  return fmt::format("{:02}:{:02}", seconds / 60, seconds % 60);
}

}  // namespace

std::vector<mcp::Tool> CallTools::tools() {
  auto tools = call_tool_descriptions();
  const auto handle = [&](std::string_view name, mcp::ToolHandler handler) {
    std::ranges::find(tools, name, &mcp::Tool::name)->handler = std::move(handler);
  };
  handle("make_phone_call", [this](Json arguments, const RequestContext& context) {
    return make_phone_call(std::move(arguments), context);
  });
  handle("wait_for_call", [this](Json arguments, const RequestContext& context) {
    return wait_for_call(std::move(arguments), context);
  });
  handle("get_call", [this](Json arguments, const RequestContext&) { return get_call(std::move(arguments)); });
  handle("list_calls", [this](Json arguments, const RequestContext&) { return list_calls(std::move(arguments)); });
  handle("end_call", [this](Json arguments, const RequestContext&) { return end_call(std::move(arguments)); });
  return tools;
}

awaitable<ToolOutcome> CallTools::make_phone_call(Json arguments, const RequestContext& context) {
  using namespace asio::experimental::awaitable_operators;  // NOLINT(google-build-using-namespace)
  // The number first: a refusal of it needs no configuration and costs nothing.
  const auto plan = services_.plan();
  if (!plan) co_return refusal(plan.error());
  const auto number = (*plan)->check(arguments["phone_number"].get_ref<const std::string&>());
  if (!number) co_return refusal(number.error());
  const auto placer = services_.placer();
  if (!placer) co_return refusal(placer.error());

  calls::PlaceRequest request{.phone_number = number->e164,
                              .objective = arguments.value("objective", ""),
                              .request = Json::object(),
                              .idempotency_key = arguments.value("idempotency_key", "")};
  for (const auto* field : kPassedOn) {
    if (arguments.contains(field)) request.request[field] = std::move(arguments[field]);
  }
  const bool keyed = !request.idempotency_key.empty();

  std::string call_id;
  calls::OnProgress on_progress = [&](const calls::Progress& progress) {
    call_id = progress.call_id;
    context.progress(step_of(progress.state), kSteps, progress.message);
  };
  auto placing = (*placer)->place_in(services_.placing(), std::move(request), std::move(on_progress));
  std::optional<Result<Call>> placed;
  if (context.wants_progress()) {
    auto first = co_await (std::move(placing) || tell_ringing(call_id, context));
    placed = std::get<0>(std::move(first));
  } else {
    placed = co_await std::move(placing);
  }
  if (!*placed) co_return refusal(placed->error());
  const Call& call = **placed;

  std::string note = number->warning.empty() ? "" : "Warning: " + number->warning + ".";
  // A call that reported no progress was placed by an earlier request.
  if (keyed && call_id.empty())
    note = "This is the earlier call with the same idempotency_key; nothing was dialed now.";
  co_return brief_result(call, note);
}

// The agent in the room sees the phone ring and says so in the log. Never returns by itself.
awaitable<void> CallTools::tell_ringing(const std::string& call_id, const RequestContext& context) {
  while (true) {
    co_await sleep_for(timing_.poll);
    if (call_id.empty()) continue;
    const auto call = co_await read(call_id);
    if (call && call->state == State::kRinging) context.progress(step_of(State::kRinging), kSteps, "ringing");
  }
}

awaitable<Result<Call>> CallTools::read(std::string call_id) {
  const auto store = services_.store();
  if (!store) co_return pass(store);
  auto call = co_await (*store)->get(call_id);
  if (!call && call.error().code == Errc::kNotFound) {
    co_return fail(Errc::kNotFound, "there is no call with this call_id; list_calls shows the latest");
  }
  co_return call;
}

awaitable<ToolOutcome> CallTools::wait_for_call(Json arguments, const RequestContext& context) {
  const std::string call_id = arguments["call_id"];
  const auto limit = std::chrono::seconds(arguments.value("timeout_s", kDefaultWaitSeconds));
  const auto started = Clock::now();
  const auto deadline = Deadline::after(limit);
  const auto seen = told_.contains(call_id) ? told_.at(call_id) : 0;

  std::size_t turns = seen;
  auto last_report = started;
  std::optional<State> state;
  while (true) {
    const auto call = co_await read(call_id);
    if (!call) co_return refusal(call.error());
    if (call->state == State::kEnded || deadline.passed()) {
      remember(call_id, call->transcript.size());
      co_return news_result(*call, seen);
    }
    // Progress is the time waited: it grows whatever happens.
    const auto now = Clock::now();
    const auto tell = [&](std::string_view message) {
      last_report = now;
      context.progress(std::chrono::duration<double>(now - started).count(), static_cast<double>(limit.count()),
                       message);
    };
    if (call->transcript.size() > turns) {
      for (; turns < call->transcript.size(); ++turns) {
        const auto& turn = call->transcript[turns];
        tell(turn_line(turn) + latency_text(turn));
      }
    } else if (state != call->state) {
      tell(to_string(call->state));
    } else if (now - last_report >= timing_.heartbeat) {
      tell(fmt::format("{}, waited {}", to_string(call->state), shown(now - started)));
    }
    state = call->state;
    co_await sleep_until(std::min(now + timing_.poll, deadline.at()));
  }
}

void CallTools::remember(const std::string& call_id, std::size_t turns) {
  if (told_.size() >= kToldLimit && !told_.contains(call_id)) told_.clear();
  told_[call_id] = turns;
}

awaitable<ToolOutcome> CallTools::get_call(Json arguments) {
  const auto call = co_await read(arguments["call_id"]);
  if (!call) co_return refusal(call.error());
  co_return full_result(*call);
}

awaitable<ToolOutcome> CallTools::list_calls(Json arguments) {
  const auto store = services_.store();
  if (!store) co_return refusal(store.error());
  calls::CallStore::Query query;
  query.limit = arguments.value("limit", query.limit);
  const auto calls = co_await (*store)->list(query);
  if (!calls) co_return refusal(calls.error());
  co_return list_result(*calls);
}

awaitable<ToolOutcome> CallTools::end_call(Json arguments) {
  auto call = co_await read(arguments["call_id"]);
  if (!call) co_return refusal(call.error());
  if (call->state == State::kEnded) co_return brief_result(*call, "It had ended already.");
  const auto ended = co_await hang_up(std::move(*call));
  if (!ended) co_return refusal(ended.error());
  co_return brief_result(*ended, "Hung up: nobody is on the line any more.");
}

awaitable<Result<Call>> CallTools::hang_up(Call call) {
  const auto store = services_.store();
  const auto telephony = services_.telephony();
  if (!store) co_return pass(store);
  if (!telephony) co_return pass(telephony);
  const auto cancel = [&] {
    return (*store)->end(call.call_id, calls::Outcome::kCanceled, "hung up by end_call", std::nullopt);
  };
  // Before the answer the record ends first, so that nobody dials after the room is gone.
  const bool talking = call.state >= State::kActive;
  if (!talking) {
    const auto ended = co_await cancel();
    if (!ended && ended.error().code != Errc::kConflict) co_return pass(ended);
  }
  const auto deleted = co_await (*telephony)->delete_room(call.room);
  if (!deleted && deleted.error().code != Errc::kNotFound) {
    co_return fail(deleted.error().code, "the hang-up is not confirmed, try end_call again: " + deleted.error().what);
  }
  // After the answer the agent knows best how it ended; without an agent, nobody else will say.
  const auto deadline = Deadline::after(timing_.hang_up);
  while (true) {
    auto now = co_await read(call.call_id);
    if (!now || now->state == State::kEnded) co_return now;
    if (deadline.passed()) {
      const auto ended = co_await cancel();
      if (!ended && ended.error().code != Errc::kConflict) co_return pass(ended);
      continue;
    }
    co_await sleep_for(timing_.poll);
  }
}

}  // namespace call_agent::app

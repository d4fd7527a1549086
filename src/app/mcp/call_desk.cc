#include "app/mcp/call_desk.h"

#include <utility>

#include "calls/lifecycle.h"

namespace call_agent::app {

using calls::Call;
using calls::Command;
using calls::State;

std::string owner_of(const mcp::Principal& principal) {
  return principal.id == mcp::local_user().id && principal.every_scope ? "" : principal.id;
}

Result<ConfirmPolicy> confirm_policy_from(std::optional<std::string_view> setting) {
  if (!setting || setting->empty() || *setting == "new") return ConfirmPolicy::kNewNumbers;
  if (*setting == "always") return ConfirmPolicy::kAlways;
  if (*setting == "never") return ConfirmPolicy::kNever;
  return fail(Errc::kInvalidArgument, "CALL_AGENT_CONFIRM must be new, always or never");
}

awaitable<Result<Call>> CallDesk::read(std::string call_id, std::string owner) {
  const auto store = services_.store();
  if (!store) co_return pass(store);
  auto call = co_await (*store)->get(std::move(call_id));
  const bool anothers = call && call->owner != owner;
  if (anothers || (!call && call.error().code == Errc::kNotFound)) {
    co_return fail(Errc::kNotFound, "there is no call with this call_id; list_calls shows the latest");
  }
  co_return call;
}

awaitable<Result<CallDesk::Sent>> CallDesk::send(Command command, milliseconds patience) {
  const auto store = services_.store();
  if (!store) co_return pass(store);
  const auto seq = co_await (*store)->send(std::move(command));
  if (!seq) co_return pass(seq);
  const auto taken_by = Deadline::after(timing_.taken);
  const auto deadline = Deadline::after(patience);
  while (true) {
    const auto status = co_await (*store)->command_status(*seq);
    if (!status) co_return pass(status);
    const bool late = deadline.passed() || (!status->taken && taken_by.passed());
    if (status->result || late) co_return Sent{.result = status->result, .taken = status->taken};
    co_await sleep_for(timing_.poll);
  }
}

awaitable<Result<Call>> CallDesk::hang_up(Call call) {
  // The agent has hung up on any other that has ended.
  if (call.state == State::kEnded && call.outcome != calls::Outcome::kCanceled) co_return call;
  bool has_agent = false;
  // The agent hangs up in the order that leaks nothing, and knows best how the call ended.
  if (calls::talking(call.state)) {
    Command command{.call_id = call.call_id, .kind = Command::Kind::kHangUp};
    const auto sent = co_await send(std::move(command), timing_.hang_up);
    if (!sent && sent.error().code != Errc::kConflict) co_return pass(sent);
    has_agent = sent && sent->taken;
    const bool obeyed = !sent || (sent->result && sent->result->fate == calls::CommandResult::Fate::kDone);
    if (obeyed) {
      auto ended = co_await wait_for_end(call.call_id, timing_.hang_up);
      if (!ended) co_return pass(ended);
      if (*ended) co_return std::move(**ended);
    }
  }
  co_return co_await delete_room_of(std::move(call), has_agent);
}

awaitable<Result<Call>> CallDesk::delete_room_of(Call call, bool has_agent) {
  const auto telephony = services_.telephony();
  if (!telephony) co_return pass(telephony);
  // Before the answer the record ends first, so that nobody dials after the room is gone.
  if (call.state < State::kActive) {
    if (const auto ended = co_await record_cancel(call.call_id); !ended) co_return pass(ended);
  }
  const auto deleted = co_await (*telephony)->delete_room(call.room);
  if (!deleted && deleted.error().code != Errc::kNotFound) {
    co_return fail(deleted.error().code, "the hang-up is not confirmed, try end_call again: " + deleted.error().what);
  }
  auto ended = co_await wait_for_end(call.call_id, timing_.hang_up);
  if (!ended) co_return pass(ended);
  if (*ended) co_return std::move(**ended);
  if (has_agent) co_return co_await read(call.call_id, call.owner);
  // Without an agent, nobody else will say that it ended.
  if (const auto recorded = co_await record_cancel(call.call_id); !recorded) co_return pass(recorded);
  co_return co_await read(call.call_id, call.owner);
}

awaitable<Result<std::optional<Call>>> CallDesk::wait_for_end(std::string call_id, milliseconds limit) {
  const auto store = services_.store();
  if (!store) co_return pass(store);
  const auto deadline = Deadline::after(limit);
  while (true) {
    auto now = co_await (*store)->get(call_id);
    if (!now) co_return pass(now);
    if (now->state == State::kEnded) co_return std::move(*now);
    if (deadline.passed()) co_return std::nullopt;
    co_await sleep_for(timing_.poll);
  }
}

awaitable<Result<void>> CallDesk::record_cancel(std::string call_id) {
  const auto store = services_.store();
  if (!store) co_return pass(store);
  auto ended =
      co_await (*store)->end(std::move(call_id), calls::Outcome::kCanceled, "hung up by end_call", std::nullopt);
  if (!ended && ended.error().code == Errc::kConflict) co_return Result<void>{};
  co_return ended;
}

}  // namespace call_agent::app

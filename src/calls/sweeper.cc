#include "calls/sweeper.h"

#include <array>
#include <utility>

#include "calls/lifecycle.h"
#include "core/log.h"

namespace call_agent::calls {
namespace {

constexpr std::array kRunning{State::kQueued,  State::kDispatching, State::kReady, State::kDialing,
                              State::kRinging, State::kActive,      State::kEnding};
constexpr int kMostAtOnce = 1'000;

}  // namespace

Sweeper::Sweeper(CallStore& store, Telephony& telephony, Options options)
    : store_(store), telephony_(telephony), options_(options) {}

awaitable<void> Sweeper::run() {
  while (true) {
    co_await sweep(unix_ms());
    co_await sleep_for(options_.every);
  }
}

awaitable<void> Sweeper::sweep(std::int64_t now_ms) {
  for (const auto state : kRunning) {
    auto calls = co_await store_.list({.state = state, .limit = kMostAtOnce});
    if (!calls) {
      log::warn("the log gives no list of running calls: {}", calls.error().what);
      co_return;
    }
    for (auto& call : *calls) co_await look_at(std::move(call), now_ms);
  }
}

awaitable<void> Sweeper::look_at(Call call, std::int64_t now_ms) {
  const milliseconds age{now_ms - call.entered_ms[static_cast<std::size_t>(call.state)]};
  const auto patience = call.state < State::kActive    ? options_.placing
                        : call.state == State::kEnding ? options_.reporting
                                                       : options_.longest;
  const bool nobodys = age > patience;
  if (!nobodys && !talking(call.state)) co_return;
  if (!nobodys && !co_await callee_is_alone(call)) co_return;
  co_await give_up(std::move(call));
}

awaitable<bool> Sweeper::callee_is_alone(const Call& call) {
  const auto occupancy = co_await telephony_.occupancy(call.room);
  if (!occupancy) co_return false;  // Nor is it an all-clear: what was seen before stands.
  if (!occupancy->callee || occupancy->agent) {
    alone_.erase(call.call_id);
    co_return false;
  }
  co_return !alone_.insert(call.call_id).second;
}

awaitable<void> Sweeper::give_up(Call call) {
  // The record stays open, to be looked at again, while somebody may be on the line.
  const auto deleted = co_await telephony_.delete_room(call.room);
  if (!deleted) {
    log::warn("{}: lost, and its room could not be deleted: {}", call.call_id, deleted.error().what);
    co_return;
  }
  alone_.erase(call.call_id);
  const bool may_have_rung = call.state == State::kDialing || call.state == State::kRinging;
  const auto* detail = talking(call.state) ? "the agent's process died during the call"
                       : may_have_rung     ? "nobody saw what became of the dial"
                                           : "the process that placed it died before it dialed";
  const auto outcome = may_have_rung ? Outcome::kDropped : Outcome::kAgentFailed;
  log::error("{}: lost: {}", call.call_id, detail);
  const auto ended = co_await store_.end(call.call_id, outcome, detail, std::nullopt);
  if (!ended && ended.error().code != Errc::kConflict) log::error("{}: {}", call.call_id, ended.error().what);
}

}  // namespace call_agent::calls

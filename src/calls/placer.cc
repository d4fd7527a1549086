#include "calls/placer.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/asio/error.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/system/system_error.hpp>
#include <memory>
#include <optional>
#include <utility>
#include <variant>

#include "calls/job.h"
#include "calls/lifecycle.h"
#include "calls/room_deletion.h"
#include "core/channel.h"
#include "core/id.h"
#include "core/log.h"

namespace call_agent::calls {

Result<Draft> draft(PlaceRequest request, const NumberingPlan& plan) {
  const auto number = plan.check(request.phone_number);
  if (!number) return pass(number);
  Call call;
  call.call_id = new_id("call");
  call.room = call.call_id;
  call.phone_number = number->e164;
  call.owner = std::move(request.owner);
  call.objective = std::move(request.objective);
  call.request = std::move(request.request);
  call.idempotency_key = std::move(request.idempotency_key);
  const auto job = JobMetadata::of(call);
  if (!job) return pass(job);
  return Draft{
      .call = std::move(call), .metadata = job->to_text(), .max_minutes = job->max_minutes, .warning = number->warning};
}

struct Placer::Attempt {
  Call call;
  std::string metadata;
  milliseconds max_duration;
  Deadline overall;
  OnProgress on_progress;
  bool loopback_only = false;    ///< The agent may only talk to phones on this machine.
  bool anothers = false;         ///< Somebody else moves this call on, or has ended it.
  std::optional<Error> failure;  ///< The log failed before the dial: no record to return can be relied on.

  void tell(State state, std::string message) const {
    if (on_progress) on_progress(Progress{call.call_id, state, std::move(message)});
  }
};

struct Placer::Shared {
  explicit Shared(const asio::any_io_executor& executor) : done(executor) {}
  Notifier done;
  OnProgress on_progress;
  std::optional<Result<Call>> result;
};

Placer::Placer(CallStore& store, Telephony& telephony, const NumberingPlan& plan, Options options)
    : store_(store), telephony_(telephony), plan_(plan), options_(options) {}

awaitable<Result<Call>> Placer::place(PlaceRequest request, OnProgress on_progress) {
  const auto overall = Deadline::after(options_.longest_attempt());
  auto drafted = draft(request, plan_);
  if (!drafted) {
    log::info("refused to call {}", log::redact_number(request.phone_number));
    co_return pass(drafted);
  }

  auto inserted = co_await store_.insert(std::move(drafted->call));
  if (!inserted) co_return pass(inserted);
  if (inserted->existing) co_return std::move(inserted->call);

  Attempt attempt{
      .call = std::move(inserted->call),
      .metadata = std::move(drafted->metadata),
      .max_duration = std::min<milliseconds>(options_.max_duration, std::chrono::minutes(drafted->max_minutes)),
      .overall = overall,
      .on_progress = std::move(on_progress),
      .loopback_only = false,
      .anothers = false,
      .failure = std::nullopt};
  log::info("{}: calling {}", attempt.call.call_id, log::redact_number(attempt.call.phone_number));

  bool may_dial = false;
  bool cancelled = false;
  try {
    may_dial = co_await get_agent(attempt);
  } catch (const boost::system::system_error& error) {
    if (error.code() != asio::error::operation_aborted) throw;
    cancelled = true;
  }
  const auto state = co_await asio::this_coro::cancellation_state;
  cancelled = cancelled && !attempt.anothers;
  if (cancelled || (may_dial && state.cancelled() != asio::cancellation_type::none)) {
    co_await asio::this_coro::reset_cancellation_state();
    co_await end(attempt, Outcome::kCanceled, "canceled before the phone was dialed", std::nullopt);
    co_await delete_room(attempt.call.room);
    co_return co_await record_of(attempt);
  }
  if (may_dial) co_await dial(attempt);
  co_return co_await record_of(attempt);
}

// Everything before the dial. True if this attempt, and nobody else, is to dial now.
awaitable<bool> Placer::get_agent(Attempt& attempt) {
  const std::string id = attempt.call.call_id;
  const std::string room = attempt.call.room;
  const auto deadline = attempt.overall.or_sooner(options_.ready_limit);
  auto moved = co_await store_.advance(id, State::kDispatching);
  if (!moved) co_return co_await stand_aside(attempt, moved.error());
  attempt.tell(State::kDispatching, "waiting for a voice agent to join and get ready");

  Result<Telephony::Agent> agent;
  if (const auto dispatched = co_await telephony_.dispatch(room, attempt.metadata, deadline); !dispatched) {
    agent = pass(dispatched);
  } else {
    agent = co_await telephony_.agent_ready(room, deadline);
  }
  if (!agent) {
    co_await end(attempt, outcome_without_agent(agent.error()), agent.error().what, std::nullopt);
    co_await delete_room(room);
    co_return false;
  }

  attempt.loopback_only = agent->loopback_only;

  moved = co_await store_.advance(id, State::kReady);
  // The exactly-once guard: whoever moves the call to dialing dials, and nobody else ever does.
  if (moved || moved.error().code == Errc::kConflict) moved = co_await store_.advance(id, State::kDialing);
  if (!moved) co_return co_await stand_aside(attempt, moved.error());
  attempt.tell(State::kDialing, "the agent is ready; dialing");
  co_return true;
}

// The log did not let us go on: somebody else has this call, or has ended it, or the log is broken. Always false.
awaitable<bool> Placer::stand_aside(Attempt& attempt, Error why) {
  if (why.code == Errc::kConflict) {
    attempt.anothers = true;
    const auto now = co_await store_.get(attempt.call.call_id);
    if (now && now->state == State::kEnded) co_await delete_room(attempt.call.room);
    co_return false;
  }
  attempt.failure = why;
  co_await end(attempt, Outcome::kAgentFailed, "the call log could not be written", std::nullopt);
  co_await delete_room(attempt.call.room);
  co_return false;
}

awaitable<void> Placer::dial(Attempt& attempt) {
  using namespace asio::experimental::awaitable_operators;
  const std::string id = attempt.call.call_id;
  const std::string room = attempt.call.room;
  const auto left = std::max<milliseconds>(attempt.overall.left() - options_.reply_margin, milliseconds{1'000});
  Telephony::Dial dial{.room = room,
                       .phone_number = attempt.call.phone_number,
                       .callee_identity = callee_identity(id),
                       .ringing_timeout = std::min(options_.ringing_limit, left),
                       .max_duration = attempt.max_duration,
                       .loopback_only = attempt.loopback_only};
  // The far side's own limit passes first, so that an unanswered phone is told from a lost request.
  const auto limit = dial.ringing_timeout + options_.reply_margin;
  auto raced = co_await (telephony_.dial(std::move(dial)) || sleep_for(limit) || hang_up_if_ended(id, room));

  Error lost{Errc::kDeadline, "LiveKit did not say in time what became of the dial"};
  if (auto* result = std::get_if<0>(&raced)) {
    if (*result) co_return co_await settle(attempt, std::move(**result));
    lost = result->error();
  }
  const auto state = co_await asio::this_coro::cancellation_state;
  if (state.cancelled() != asio::cancellation_type::none) co_return;

  // It may be ringing, or answered, or neither. It is not dialed again; only a phone nobody answered is hung up.
  const auto now = co_await store_.get(id);
  if (now && talking(now->state)) co_return;
  const auto deleted = co_await delete_room_patiently(telephony_, room, options_.hang_up_patience);
  if (!deleted) {
    // Ended, it would read as one that may be placed again, while it may still ring. Its agent will say what became of
    // it.
    log::error("{}: {}, and the phone could not be hung up: {}", id, lost.what, deleted.error().what);
    co_return;
  }
  co_await end(attempt, outcome_of_lost_dial(lost), lost.what, std::nullopt);
}

// Never returns. A room that is deleted while LiveKit has yet to dial from it comes back, and rings without an agent.
awaitable<void> Placer::hang_up_if_ended(std::string call_id, std::string room) {
  while (true) {
    co_await sleep_for(options_.look_every);
    const auto now = co_await store_.get(call_id);
    if (now && now->state == State::kEnded) co_await delete_room(room);
  }
}

awaitable<void> Placer::settle(Attempt& attempt, DialResult result) {
  if (!result.answered) {
    co_await end(attempt, result.outcome, result.detail, result.sip_status);
    co_await delete_room(attempt.call.room);
    co_return;
  }
  const auto moved = co_await store_.advance(attempt.call.call_id, State::kActive);
  if (!moved && moved.error().code == Errc::kConflict) {
    // The agent in the room sees the answer too and is often first. Or the call was ended, and nobody is in the room.
    const auto now = co_await store_.get(attempt.call.call_id);
    if (now && now->state == State::kEnded) {
      const auto deleted = co_await delete_room_patiently(telephony_, attempt.call.room, options_.hang_up_patience);
      if (!deleted) log::error("{}: the room could not be deleted: {}", attempt.call.call_id, deleted.error().what);
      co_return;
    }
  } else if (!moved) {
    log::error("{}: {}", attempt.call.call_id, moved.error().what);
  }
  attempt.call.state = State::kActive;
  attempt.tell(State::kActive, "the phone was answered");
}

awaitable<void> Placer::end(Attempt& attempt, Outcome outcome, std::string detail, std::optional<int> sip_status) {
  auto& call = attempt.call;
  call.state = State::kEnded;
  call.outcome = outcome;
  call.outcome_detail = detail;
  call.sip_status = sip_status;
  log::info("{}: {} before an answer: {}", call.call_id, to_string(outcome), detail);
  attempt.tell(State::kEnded, detail);
  const auto ended = co_await store_.end(call.call_id, outcome, std::move(detail), sip_status);
  if (!ended && ended.error().code != Errc::kConflict) log::error("{}: {}", call.call_id, ended.error().what);
}

awaitable<void> Placer::delete_room(std::string room) {
  const auto deleted = co_await telephony_.delete_room(room);
  if (!deleted) {
    log::warn("{}: the room could not be deleted: {}", room, deleted.error().what);
  }
}

awaitable<Result<Call>> Placer::record_of(Attempt& attempt) {
  if (attempt.failure) co_return std::unexpected(*attempt.failure);
  auto call = co_await store_.get(attempt.call.call_id);
  if (call) co_return call;
  // What was dialed must be told even if the log has just failed.
  log::error("{}: {}", attempt.call.call_id, call.error().what);
  co_return attempt.call;
}

awaitable<Result<Call>> Placer::place_in(TaskGroup& tasks, PlaceRequest request, OnProgress on_progress) {
  auto shared = std::make_shared<Shared>(co_await asio::this_coro::executor);
  shared->on_progress = std::move(on_progress);
  // Runs when the placing's frame goes, even one that never started or was unwound.
  std::shared_ptr<void> finished(nullptr, [shared](void*) {
    if (!shared->result) shared->result = fail(Errc::kCancelled, "stopped while the call was being placed");
    shared->done.notify();
  });
  const std::shared_ptr<void> mute(nullptr, [shared](void*) { shared->on_progress = nullptr; });
  tasks.spawn(place_shared(shared, std::move(request), std::move(finished)));
  while (!shared->result) {
    co_await shared->done.wait();
    const auto state = co_await asio::this_coro::cancellation_state;
    if (state.cancelled() != asio::cancellation_type::none) {
      co_return fail(Errc::kCancelled, "the client went away; the call goes on");
    }
  }
  co_return std::move(*shared->result);
}

awaitable<void> Placer::place_shared(std::shared_ptr<Shared> shared, PlaceRequest request,
                                     std::shared_ptr<void> /*finished*/) {
  OnProgress pass_on = [shared](const Progress& progress) {
    if (shared->on_progress) shared->on_progress(progress);
  };
  shared->result = co_await place(std::move(request), std::move(pass_on));
}

}  // namespace call_agent::calls

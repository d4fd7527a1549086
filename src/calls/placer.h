#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "calls/call.h"
#include "calls/ports.h"
#include "core/task_group.h"

namespace call_agent::calls {

struct PlaceRequest {
  std::string phone_number;  ///< As the caller wrote it.
  std::string objective;
  Json request = Json::object();  ///< What job.h passes on, and what the record alone keeps: consent.
  std::string owner;              ///< The principal it is for; empty for this machine's user.
  std::string idempotency_key;    ///< Empty: every request is an intent of its own.
};

/// A request that may be placed.
struct Draft {
  Call call;             ///< With its id and room; in no log yet.
  std::string metadata;  ///< Of the job.
  int max_minutes = 0;
  std::string warning;  ///< About the number, for people; empty if none.
};

/// Checks everything that can be checked without asking anybody. Errors: kInvalidArgument naming the argument.
Result<Draft> draft(PlaceRequest request, const NumberingPlan& plan);

struct Progress {
  std::string call_id;
  State state;
  std::string message;  ///< For people: "the phone is being dialed".
};
using OnProgress = std::function<void(const Progress&)>;

/// Places calls: journals the intent, gets an agent ready, dials once, and reports how that went.
///
/// Until the phone has answered, the placer alone ends a call; from then on the agent does. Nothing is dialed twice for
/// one intent, whatever fails, restarts or races; and no phone of a call that has ended is left ringing or off the
/// hook.
class Placer {
 public:
  struct Options {
    milliseconds ready_limit{10'000};  ///< From dispatch until the agent is ready to speak.
    milliseconds ringing_limit{30'000};
    milliseconds reply_margin{10'000};      ///< For LiveKit to say so after the phone has rung in vain.
    milliseconds max_duration{3'600'000};   ///< Of the conversation; a request's max_minutes may only shorten it.
    milliseconds look_every{500};           ///< At the record while the phone rings: it may have been ended.
    milliseconds hang_up_patience{30'000};  ///< With a LiveKit that does not answer, before a phone is left ringing.

    /// From the request until answered or failed, at most. An agent that took its time to get ready leaves less for the
    /// ringing.
    constexpr milliseconds longest_attempt() const { return ready_limit + ringing_limit + milliseconds{5'000}; }
  };

  /// All must outlive the placer, and the placer every coroutine of it.
  Placer(CallStore& store, Telephony& telephony, const NumberingPlan& plan, Options options);

  /// Returns once the phone has answered or the attempt has failed; either way the call's record as it is then. Busy,
  /// no answer and the like are records with an outcome. With a known idempotency key: the earlier call, nothing
  /// dialed.
  ///
  /// Cancelled before the phone is dialed, it ends the call as canceled and deletes the room. Cancelled while the phone
  /// rings, it leaves both alone: the agent in the room takes or ends the call.
  ///
  /// Errors: kInvalidArgument (the number, or a field of the request; nothing journaled), kConflict (the key belongs to
  /// another number), the store's errors (nothing dialed).
  awaitable<Result<Call>> place(PlaceRequest request, OnProgress on_progress);

  /// The same for a client that may go away: the placing belongs to `tasks` and goes on without it. `on_progress` is
  /// not called any more once this returns or is cancelled. On `tasks`' executor. Further errors: kCancelled.
  awaitable<Result<Call>> place_in(TaskGroup& tasks, PlaceRequest request, OnProgress on_progress);

 private:
  struct Attempt;
  struct Shared;

  awaitable<bool> get_agent(Attempt& attempt);
  awaitable<bool> stand_aside(Attempt& attempt, Error why);
  awaitable<void> dial(Attempt& attempt);
  awaitable<void> hang_up_if_ended(std::string call_id, std::string room);
  awaitable<void> settle(Attempt& attempt, DialResult result);
  awaitable<void> end(Attempt& attempt, Outcome outcome, std::string detail, std::optional<int> sip_status);
  awaitable<void> delete_room(std::string room);
  awaitable<Result<Call>> record_of(Attempt& attempt);
  awaitable<void> place_shared(std::shared_ptr<Shared> shared, PlaceRequest request, std::shared_ptr<void> finished);

  CallStore& store_;
  Telephony& telephony_;
  const NumberingPlan& plan_;
  const Options options_;
};

}  // namespace call_agent::calls

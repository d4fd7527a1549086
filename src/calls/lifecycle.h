#pragma once

#include "calls/call.h"
#include "core/result.h"

/// Which moves a call may make, and what a failure before the conversation means for it. Pure.
namespace call_agent::calls {

/// A call only moves forward and may skip states (the phone answers without a ringing tone). kEnded is not reached this
/// way: ending needs an outcome.
constexpr bool may_advance(State from, State to) {
  return from < to && to != State::kEnded;
}

/// Any call that has not ended may end, and none ends twice.
constexpr bool may_end(State from) {
  return from != State::kEnded;
}

/// Whether somebody may be talking: such a call is left to its agent.
constexpr bool talking(State state) {
  return state == State::kActive || state == State::kEnding;
}

/// How a call ends whose agent could not be got: `error` is Telephony::dispatch's or agent_ready's.
Outcome outcome_without_agent(const Error& error);

/// How a call ends whose dial was lost from sight: `error` is Telephony::dial's. It is never dialed again.
Outcome outcome_of_lost_dial(const Error& error);

}  // namespace call_agent::calls

#include "app/worker/call_outcome.h"

namespace call_agent::app {
namespace {

using agent::EndReason;
using calls::Outcome;
using livekit::rtc::DisconnectReason;

CallEnding callee_gone(DisconnectReason reason) {
  switch (reason) {
    case DisconnectReason::kParticipantRemoved:
    case DisconnectReason::kRoomDeleted:
    case DisconnectReason::kRoomClosed:
      return {Outcome::kCanceled, "our side ended the call"};
    case DisconnectReason::kConnectionTimeout:
    case DisconnectReason::kMediaFailure:
    case DisconnectReason::kSipTrunkFailure:
    case DisconnectReason::kServerShutdown:
    case DisconnectReason::kSignalClose:
    case DisconnectReason::kStateMismatch:
    case DisconnectReason::kMigration:
      return {Outcome::kDropped, "the connection to the phone was lost: " + std::string(to_string(reason))};
    default:
      return {Outcome::kCompleted, "the callee hung up"};
  }
}

}  // namespace

CallEnding ending_of(EndReason reason, const std::string& detail, std::optional<DisconnectReason> callee_left) {
  switch (reason) {
    case EndReason::kAgentFinished:
      return {Outcome::kCompleted, "the agent hung up"};
    case EndReason::kCalleeLeft:
      return callee_gone(callee_left.value_or(DisconnectReason::kUnknown));
    case EndReason::kSilence:
      return {Outcome::kCompleted, "the callee said nothing more; the agent hung up"};
    case EndReason::kDuration:
      return {Outcome::kCompleted, "the longest duration was reached"};
    case EndReason::kFailure:
      return {Outcome::kAgentFailed, detail.empty() ? "the agent failed" : detail};
    case EndReason::kMediaLost:
      return {Outcome::kDropped, "the audio was lost"};
    case EndReason::kStopped:
      return {Outcome::kCanceled, "our side ended the call"};
  }
  return {Outcome::kAgentFailed, "unknown ending"};
}

CallEnding ending_with_transfer(CallEnding ending, const std::string& to, bool confirmed) {
  if (confirmed) return {Outcome::kCompleted, "the callee was transferred to " + to};
  ending.detail += "; whether a transfer to " + to + " succeeded is not known";
  return ending;
}

CallEnding unanswered_ending(std::optional<DisconnectReason> callee_left) {
  if (!callee_left) return {Outcome::kNoAnswer, "nobody dialed, or the phone never answered"};
  switch (*callee_left) {
    case DisconnectReason::kUserRejected:
      return {Outcome::kDeclined, "busy or declined"};
    case DisconnectReason::kUserUnavailable:
      return {Outcome::kNoAnswer, "not available"};
    case DisconnectReason::kSipTrunkFailure:
    case DisconnectReason::kClientInitiated:
      return {Outcome::kTrunkError, "the trunk failed"};
    case DisconnectReason::kParticipantRemoved:
    case DisconnectReason::kRoomDeleted:
    case DisconnectReason::kRoomClosed:
      return {Outcome::kCanceled, "canceled before the answer"};
    default:
      return {Outcome::kNoAnswer, std::string(to_string(*callee_left))};
  }
}

}  // namespace call_agent::app

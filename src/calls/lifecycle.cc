#include "calls/lifecycle.h"

namespace call_agent::calls {

Outcome outcome_without_agent(const Error& error) {
  switch (error.code) {
    case Errc::kCancelled:
      return Outcome::kCanceled;
    case Errc::kOverloaded:
      return Outcome::kRateLimited;
    default:
      return Outcome::kAgentFailed;
  }
}

Outcome outcome_of_lost_dial(const Error& error) {
  switch (error.code) {
    // LiveKit looked at the request and refused it: nothing rang.
    case Errc::kInvalidArgument:
    case Errc::kNotFound:
    case Errc::kPermission:
    case Errc::kConflict:
      return Outcome::kTrunkError;
    case Errc::kOverloaded:
      return Outcome::kRateLimited;
    case Errc::kCancelled:
      return Outcome::kCanceled;
    default:
      return Outcome::kDropped;
  }
}

}  // namespace call_agent::calls

#pragma once

#include <optional>
#include <string>

#include "agent/turn_events.h"
#include "calls/call.h"
#include "livekit/rtc/media_session.h"

namespace call_agent::app {

struct CallEnding {
  calls::Outcome outcome;
  std::string detail;  ///< For people.
};

/// How an answered call ended: why the conversation stopped, and why the callee is no longer in the room (empty if it
/// was still there).
CallEnding ending_of(agent::EndReason reason, const std::string& detail,
                     std::optional<livekit::rtc::DisconnectReason> callee_left);

/// The same for a call whose callee was transferred `to` a number, or may have been (not `confirmed`).
CallEnding ending_with_transfer(CallEnding ending, const std::string& to, bool confirmed);

/// How a call ended whose phone never answered, as far as the room tells: only where whoever dialed has not said.
CallEnding unanswered_ending(std::optional<livekit::rtc::DisconnectReason> callee_left);

}  // namespace call_agent::app

#pragma once

#include <string>
#include <string_view>

#include "core/result.h"
#include "livekit/rtc/media_session.h"

namespace call_agent::livekit::rtc {

/// Checks everything before it reaches the library, where a bad value may abort the process.
/// Errors: kInvalidArgument, naming the option; never its value, the token is a secret.
Result<void> validate(const JoinOptions& options);

/// True if the server is named by an address or is this machine, so that name resolution may not be there. Such a room
/// gets a numeric STUN server of ours in place of the public ones LiveKit hands out: without DNS each of those costs
/// threads that hang. Any other room keeps the server's list, and with it TURN.
bool resolver_may_be_absent(std::string_view url);

}  // namespace call_agent::livekit::rtc

#pragma once

#include "calls/ports.h"
#include "livekit/api/twirp.h"

namespace call_agent::app {

/// What became of a dial that LiveKit says has failed. Pure.
///
/// The telephone network's own status decides where there is one; the Twirp code alone does not tell a wrong number
/// (SIP 404) from an unknown trunk, as both are not_found. Without it: nobody answered, or nothing was dialed at all.
///
/// Errors: the fate of the dial is unknown (the answer got lost, or says nothing about the phone).
Result<calls::DialResult> dial_outcome(const livekit::api::TwirpError& error, const std::string& trunk_id);

}  // namespace call_agent::app

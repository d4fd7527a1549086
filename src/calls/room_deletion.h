#pragma once

#include <string>

#include "calls/ports.h"

namespace call_agent::calls {

/// Deletes a room, and with it hangs up, again and again while LiveKit does not answer: somebody may be on the line.
/// Errors: the last try's, once `patience` is over.
awaitable<Result<void>> delete_room_patiently(Telephony& telephony, std::string room, milliseconds patience);

}  // namespace call_agent::calls

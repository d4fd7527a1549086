#pragma once

#include <functional>
#include <string>

#include "calls/ports.h"

namespace call_agent::app {

/// Tells everything that has happened on a call and, every `poll`, what has happened since, until it has ended.
/// Returns its whole record. Errors: kNotFound, kDeadline (it goes on, or nobody is left to end it), the store's.
awaitable<Result<calls::Call>> follow_call(calls::CallStore& store, std::string call_id, milliseconds poll,
                                           Deadline deadline, std::function<void(const calls::Event&)> on_event);

}  // namespace call_agent::app

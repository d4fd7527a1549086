#pragma once

#include <string>

#include "agent/session.h"
#include "app/worker/call_outcome.h"
#include "calls/job.h"
#include "calls/ports.h"
#include "core/asio.h"

namespace call_agent::app {

/// Writes what an answered call came to into the log, and ends it there. `recording` is its file, or empty.
awaitable<void> store_record(calls::CallStore& store, const calls::JobMetadata& job, const CallEnding& ending,
                             const agent::SessionResult& result, const agent::Report& told,
                             const std::string& recording);

/// What the worker prints on its terminal after a call.
std::string summary_text(const calls::JobMetadata& job, const CallEnding& ending, const agent::SessionResult& result,
                         const agent::Report& report, const std::string& recording);

}  // namespace call_agent::app

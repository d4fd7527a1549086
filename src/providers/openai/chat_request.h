#pragma once

#include <string>

#include "agent/ports.h"
#include "core/json.h"

namespace call_agent::providers::openai {

/// The body of a streamed /chat/completions request for the agent's next words. Pure.
Json reply_request(const std::string& model, const agent::Llm::Request& request);

/// The body of the request for the report after the call: one JSON object, not streamed. Pure.
Json report_request(const std::string& model, const agent::Llm::Request& request);

}  // namespace call_agent::providers::openai

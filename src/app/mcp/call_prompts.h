#pragma once

#include <vector>

#include "mcp/prompt.h"

namespace call_agent::app {

/// What a person picks from a menu: book a table, confirm an appointment, ask a business a question, check opening
/// hours, call around. Each becomes a message that asks the model to place the call.
std::vector<mcp::Prompt> call_prompts();

}  // namespace call_agent::app

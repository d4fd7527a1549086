#pragma once

#include <vector>

#include "mcp/prompt.h"

namespace call_agent::app {

/// What a person picks from a menu to have a call made: book_table, confirm_appointment, ask_business,
/// check_opening_hours, call_around.
std::vector<mcp::Prompt> call_prompts();

}  // namespace call_agent::app

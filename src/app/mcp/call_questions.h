#pragma once

#include <string>

#include "calls/call.h"
#include "calls/command.h"
#include "mcp/input.h"

/// The agent's question to its principal, as a form, and the form's answer as a command. Pure.
namespace call_agent::app {

/// `call` has an open question.
mcp::InputRequest question_form(const calls::Call& call);

/// Declined is an answer too: the agent is told that there will be none.
calls::Command answer_command(std::string call_id, std::string question_id, const mcp::Elicited& form);

}  // namespace call_agent::app

#pragma once

#include <string_view>

#include "agent/ports.h"

namespace call_agent::providers::openai {

/// The report in a completion's body (not streamed). What a model leaves out or misspells is left empty; text that is
/// not the JSON asked for becomes the summary. Pure.
/// Errors: kInvalidArgument for a body that is not a completion.
Result<agent::Report> read_report(std::string_view body);

}  // namespace call_agent::providers::openai

#pragma once

#include <string>

#include "agent/ports.h"

namespace call_agent::providers::openai {

/// What a language model is told before it talks on the telephone.
std::string phone_prompt(const agent::Objective& objective);

/// What it is told before it reports on a call, whose transcript follows as data.
std::string report_prompt(const agent::Objective& objective);

}  // namespace call_agent::providers::openai

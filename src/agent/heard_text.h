#pragma once

#include <span>
#include <string>
#include <string_view>

#include "agent/ports.h"

namespace call_agent::agent {

/// What of a sentence was heard when `played` of its `total` was played: whole words, in proportion to the time.
/// All of it once played >= total; nothing if total is not positive.
std::string heard_text(std::string_view sentence, milliseconds played, milliseconds total);

/// How long a sentence takes to say, before it is synthesised: about 15 characters a second.
milliseconds estimated_duration(std::string_view sentence);

/// Where to go on after an interruption at sample `at`: the quietest place of the last 350 ms, so that no word begins
/// in its middle; the very start if that is near. Never after `at`; `rate` in Hz.
std::size_t resume_point(std::span<const Sample> audio, std::size_t at, int rate);

}  // namespace call_agent::agent

#pragma once

#include <cstdint>
#include <string>
#include <string_view>

/// Text for the user's own terminal.
namespace call_agent::app {

/// On one line, without control characters: what people said on the phone must not steer the terminal it is shown on.
/// Cut to `most` bytes at a character, with an ellipsis.
std::string printable(std::string_view text, std::size_t most = std::string_view::npos);

/// "2026-11-23 09:15:30" in the machine's time zone.
std::string local_time(std::int64_t unix_ms);
/// "09:15:30.123", likewise.
std::string local_clock(std::int64_t unix_ms);

/// "1:05", minutes and seconds.
std::string duration(std::int64_t ms);

}  // namespace call_agent::app

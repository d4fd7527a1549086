#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "core/result.h"

namespace call_agent::livekit::rtc {

// What a session is asked to send, checked before it reaches the library: there, a string that is not UTF-8 is a
// request that cannot be parsed, and why is told to the log only. Errors of all: kInvalidArgument.

inline constexpr std::size_t kMaxDigits = 64;
/// Bytes of the names and values together.
inline constexpr std::size_t kMaxAttributes = 64 * 1024;
/// Bytes; LiveKit's own limit for one reliable packet.
inline constexpr std::size_t kMaxData = 15 * 1024;
inline constexpr std::size_t kMaxTopic = 256;

/// RFC 4733 event code of a digit: 0-9 * # A-D (or a-d).
Result<std::uint32_t> dtmf_code(char digit);

Result<void> validate_digits(std::string_view digits);
Result<void> validate_attributes(const std::map<std::string, std::string>& attributes);
Result<void> validate_data(std::string_view payload, std::string_view topic);

}  // namespace call_agent::livekit::rtc

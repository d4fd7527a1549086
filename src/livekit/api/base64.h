#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "core/result.h"

namespace call_agent::livekit::api {

/// RFC 4648, section 4, with padding.
std::string base64(std::span<const std::uint8_t> bytes);

/// RFC 4648, section 5, without padding, as JWTs use it.
std::string base64url(std::string_view bytes);
/// Errors: kInvalidArgument for anything base64url() would not have written.
Result<std::string> from_base64url(std::string_view text);

}  // namespace call_agent::livekit::api

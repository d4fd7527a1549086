#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace call_agent {

/// RFC 4648, section 4: with padding.
std::string base64(std::string_view bytes);
/// Section 5, without padding.
std::string base64url(std::string_view bytes);

/// Strict: empty for any other character, a wrong length or stray bits.
std::optional<std::string> from_base64(std::string_view text);
std::optional<std::string> from_base64url(std::string_view text);

}  // namespace call_agent

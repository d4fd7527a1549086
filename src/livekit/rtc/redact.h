#pragma once

#include <string>
#include <string_view>

namespace call_agent::livekit::rtc {

/// `text` as a log may show it: access tokens (JWTs) and the values of secret-bearing names such as `access_token=`,
/// `password:` and `ice-pwd:` become "<redacted>". The media library echoes the token in connection errors and
/// the ICE and TURN credentials at debug level.
std::string redact_secrets(std::string_view text);

}  // namespace call_agent::livekit::rtc

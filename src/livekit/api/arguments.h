#pragma once

#include <chrono>
#include <map>
#include <string>
#include <string_view>

#include "core/json.h"
#include "core/result.h"

/// What LiveKit's services do not check themselves, or check too late. Errors are kInvalidArgument naming the argument;
/// they never repeat its value.
namespace call_agent::livekit::api {

/// A room's name, an identity, an id: 1 to 256 bytes without control characters.
Result<void> check_name(std::string_view argument, std::string_view value);

/// The user part of a SIP URI as RFC 3261 allows it, and '#': what livekit-sip puts into the INVITE as it is, so that
/// nothing may end the line or the URI.
Result<void> check_sip_user(std::string_view argument, std::string_view value);

/// Names are tokens and values have no line break: they become SIP headers.
Result<void> check_sip_headers(std::string_view argument, const std::map<std::string, std::string>& headers);

/// protobuf's JSON mapping of a Duration: "4.500s".
std::string duration_text(std::chrono::milliseconds duration);

/// Sets a field unless its value is the default, as protobuf's JSON mapping does.
template <class T>
void set_field(Json& message, const char* name, const T& value) {
  if (value != T{}) message[name] = value;
}

}  // namespace call_agent::livekit::api

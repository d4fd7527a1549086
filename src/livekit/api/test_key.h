#pragma once

#include <cstdint>

#include "livekit/api/token.h"

/// For tests of what is signed: a key, and a time that stands still.
namespace call_agent::livekit::api {

inline constexpr std::int64_t kNow = 1'800'000'000;
inline const ApiKey kKey{.key = "APIkey", .secret = "a secret of more than thirty-two characters"};

}  // namespace call_agent::livekit::api

#pragma once

#include <string>

#include "core/result.h"
#include "core/settings.h"

namespace call_agent::app {

/// The four variables, and nothing else, are enough to place a call.
struct LiveKitConfig {
  std::string url;  ///< ws(s)://, whichever of ws(s) and http(s) LIVEKIT_URL has.
  std::string api_key;
  std::string api_secret;  ///< At least 32 characters are advised; never logged.
  std::string trunk_id;    ///< SIP_OUTBOUND_TRUNK_ID; empty where it was not asked for.

  enum class Needs : std::uint8_t { kServer, kServerAndTrunk };
  /// Errors: kInvalidArgument naming every missing variable and where to get it, or a malformed URL.
  static Result<LiveKitConfig> from(const Settings& settings, Needs needs);

  /// Whether LIVEKIT_URL's host is this machine.
  bool loopback() const;
};

}  // namespace call_agent::app

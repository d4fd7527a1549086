#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/result.h"

namespace call_agent::net {

/// An absolute http, https, ws or wss URL, taken apart for connecting.
struct Url {
  bool secure = false;       ///< https or wss.
  bool websocket = false;    ///< ws or wss.
  std::string host;          ///< Without brackets: "::1".
  std::uint16_t port = 0;    ///< The scheme's default where the URL names none.
  std::string target = "/";  ///< Encoded path and query, never empty, no fragment.

  /// "host" or "host:port" where the port is not the scheme's default; IPv6 in brackets. For the Host header and for
  /// messages: unlike the URL itself it cannot hold a secret.
  std::string authority() const;
};

/// Errors: kInvalidArgument: not absolute, another scheme, no host, port 0, or a user and password in it (they would
/// end up in logs; credentials belong in headers). The message never repeats the URL.
Result<Url> parse_url(std::string_view text);

}  // namespace call_agent::net

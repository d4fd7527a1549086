#pragma once

#include <algorithm>
#include <expected>
#include <string>
#include <string_view>
#include <vector>

#include "core/asio.h"

namespace call_agent::mcp {

/// Whom a request acts for. What one principal places, another can neither see nor touch.
struct Principal {
  std::string id;  ///< Never empty. The token's subject and issuer over HTTP; "local" on standard input and output.
  std::vector<std::string> scopes;
  bool every_scope = false;  ///< The user of this machine, who needs no token.

  bool may(std::string_view scope) const {
    return scope.empty() || every_scope || std::ranges::find(scopes, scope) != scopes.end();
  }
};

/// The user who started the process.
inline Principal local_user() {
  return {.id = "local", .scopes = {}, .every_scope = true};
}

/// Why a request over HTTP is refused, and how to get in (RFC 6750, RFC 9728).
struct Challenge {
  int status = 401;              ///< 401 without a valid token, 403 where its scopes do not suffice.
  std::string www_authenticate;  ///< The value of the header; empty: none.
  std::string message;           ///< For people.
};

/// Tells who a request over HTTP acts for. Its implementations keep the keys and the tokens.
class Authorizer {
 public:
  virtual ~Authorizer() = default;
  /// `authorization` is the header's value, empty if there is none. May wait for keys to be fetched.
  virtual awaitable<std::expected<Principal, Challenge>> authorize(std::string authorization) = 0;
  /// For a principal whose token lacks `scope`.
  virtual Challenge insufficient_scope(std::string_view scope) const = 0;
};

}  // namespace call_agent::mcp

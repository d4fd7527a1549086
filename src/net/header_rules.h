#pragma once

#include "net/http.h"

namespace call_agent::net {

/// RFC 9110, 5.6.2: what a method or a header's name may consist of.
bool is_token(std::string_view text);

/// ASCII case-insensitive.
bool same_name(std::string_view a, std::string_view b);

/// Errors: kInvalidArgument for a header that could end the request's head early (request splitting), or one the client
/// itself must set. The value is not repeated: it may be a secret.
Result<void> check_header(const Header& header);

}  // namespace call_agent::net

#pragma once

#include <string_view>

#include "core/result.h"

namespace call_agent::mcp {

/// Whether a server may listen on `host`: beyond this machine only if it asks who is there. Pure.
/// Errors: kPermission, with what to do instead.
Result<void> check_bind(std::string_view host, bool authorized);

}  // namespace call_agent::mcp

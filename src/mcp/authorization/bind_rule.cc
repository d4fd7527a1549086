#include "mcp/authorization/bind_rule.h"

#include <fmt/format.h>

#include "net/loopback.h"

namespace call_agent::mcp {

Result<void> check_bind(std::string_view host, bool authorized) {
  if (authorized || net::is_loopback(host)) return {};
  return fail(Errc::kPermission,
              fmt::format("refusing to listen on {} without authorization, since whoever connects could use every "
                          "tool: give tokens (--token-file) or an issuer of them (--issuer), or listen on 127.0.0.1",
                          host));
}

}  // namespace call_agent::mcp

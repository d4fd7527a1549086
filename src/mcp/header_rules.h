#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "mcp/catalog.h"
#include "mcp/jsonrpc.h"
#include "net/http_server.h"

/// What the headers of a request over Streamable HTTP must be. Pure; every byte may come from a hostile client.
namespace call_agent::mcp {

/// MCP 2026-07-28: MCP-Protocol-Version, Mcp-Method, Mcp-Name and Mcp-Param-* say again what the body says, so that a
/// proxy need not read it. Whoever disagrees is refused: one of the two readers would be deceived.
std::optional<RpcError> header_mismatch(const net::ServerRequest& request, std::string_view method, const Json& params,
                                        const Catalog& catalog);

/// What header_mismatch() expects, for a client to send. `input_schema` is that of the tool that is called, from
/// whatever server; null if it is not known.
std::vector<net::Header> mirrored_headers(std::string_view method, const Json& params, const Json* input_schema);

/// A header's value as it is meant: itself, or what `=?base64?…?=` stands for. Empty for a broken one.
std::optional<std::string> header_value(std::string_view text);

/// Whether a request was meant for this server (DNS rebinding: CVE-2025-66414, CVE-2025-66416). `host` is the Host
/// header; `allowed` are further host names, without port. localhost, 127.0.0.1 and [::1] always pass.
bool host_allowed(std::string_view host, std::span<const std::string> allowed);
/// Whether a page may send it: no Origin at all, or one of an allowed host.
bool origin_allowed(std::string_view origin, std::span<const std::string> allowed);

/// Whether a Content-Type header names `type`, whatever its parameters.
bool is_media_type(std::string_view content_type, std::string_view type);
/// Whether an Accept header admits `type`, such as "application/json". Absent, it admits everything.
bool accepts(std::string_view accept, std::string_view type);

}  // namespace call_agent::mcp

#pragma once

#include <functional>
#include <optional>
#include <string>

#include "core/metrics.h"
#include "core/result.h"
#include "mcp/authorization/authorization.h"
#include "mcp/http_transport.h"
#include "net/http_server.h"

namespace call_agent::mcp {

/// What an MCP server answers at which path: the endpoint itself, where tokens come from (RFC 9728), and for who runs
/// it /healthz, /readyz and /metrics. A handler for net::HttpServer.
///
/// Lives on one executor; not thread-safe. Outlives every request.
class HttpRoutes {
 public:
  struct Options {
    std::string endpoint = "/mcp";
    Authorization* authorization = nullptr;  ///< Null: everybody who can connect is let in.
    const Metrics* metrics = nullptr;        ///< Null: there is no /metrics.
    std::function<Result<void>()> ready;     ///< Whether requests can be served, and if not, what to mend.
  };

  /// All that is pointed to outlives it.
  HttpRoutes(HttpTransport& transport, Options options) : transport_(transport), options_(std::move(options)) {}

  awaitable<void> handle(net::ServerRequest request, net::ServerReply& reply);

 private:
  awaitable<net::ServerResponse> answer(net::ServerRequest request);
  net::ServerResponse readiness(bool insider) const;
  /// Empty for who may see how the server fares: this machine, and who has a token. Otherwise the refusal.
  awaitable<std::optional<net::ServerResponse>> refuse_outsider(const net::ServerRequest& request);

  HttpTransport& transport_;
  const Options options_;
};

/// Whether a request comes from this machine itself, and not through a proxy on it.
bool is_from_here(const net::ServerRequest& request);

}  // namespace call_agent::mcp

#include "mcp/http_routes.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "mcp/header_rules.h"
#include "net/loopback.h"

namespace call_agent::mcp {

using net::ServerResponse;

bool is_from_here(const net::ServerRequest& request) {
  constexpr std::array<const char*, 4> kOfProxies{"Forwarded", "X-Forwarded-For", "X-Real-IP", "Via"};
  return net::is_loopback(request.peer) && host_allowed(request.header("Host"), {}) &&
         std::ranges::none_of(kOfProxies, [&](const char* name) { return request.count(name) > 0; });
}

awaitable<void> HttpRoutes::handle(net::ServerRequest request, net::ServerReply& reply) {
  if (request.path() == options_.endpoint) co_return co_await transport_.handle(std::move(request), reply);
  ServerResponse response = co_await answer(std::move(request));
  co_await reply.send(std::move(response));
}

awaitable<ServerResponse> HttpRoutes::answer(net::ServerRequest request) {
  const auto path = request.path();
  auto metadata = options_.authorization ? options_.authorization->metadata(path) : std::nullopt;
  const bool metrics = path == "/metrics" && options_.metrics;
  if (!metadata && !metrics && path != "/healthz" && path != "/readyz") {
    co_return ServerResponse::text(404, fmt::format("the MCP endpoint is {}\n", options_.endpoint));
  }
  if (request.method != "GET" && request.method != "HEAD") {
    co_return ServerResponse{.status = 405, .headers = {{"Allow", "GET, HEAD"}}, .body = {}};
  }
  if (metadata) co_return *std::move(metadata);
  if (path == "/healthz") co_return ServerResponse::text(200, "ok\n");
  auto refused = co_await refuse_outsider(request);
  if (path == "/readyz") co_return readiness(!refused);
  if (refused) co_return *std::move(refused);
  co_return ServerResponse{.headers = {{"Content-Type", std::string(Metrics::kContentType)}},
                           .body = options_.metrics->exposition()};
}

ServerResponse HttpRoutes::readiness(bool insider) const {
  const auto ready = options_.ready ? options_.ready() : Result<void>{};
  if (ready) return ServerResponse::text(200, "ready\n");
  // What is missing is nobody else's business.
  return ServerResponse::text(503, insider ? ready.error().what + "\n" : "not ready\n");
}

awaitable<std::optional<ServerResponse>> HttpRoutes::refuse_outsider(const net::ServerRequest& request) {
  if (is_from_here(request)) co_return std::nullopt;
  if (!options_.authorization) co_return ServerResponse::text(403, "this is for the server's own machine\n");
  auto known = co_await options_.authorization->authorize(std::string(request.header("Authorization")));
  if (known) co_return std::nullopt;
  auto response = ServerResponse::text(known.error().status, known.error().message + "\n");
  if (!known.error().www_authenticate.empty()) {
    response.headers.push_back({"WWW-Authenticate", std::move(known.error().www_authenticate)});
  }
  co_return response;
}

}  // namespace call_agent::mcp

#pragma once

#include <memory>
#include <string>
#include <vector>

#include "mcp/catalog.h"
#include "mcp/http_sessions.h"
#include "mcp/principal.h"
#include "mcp/request_state.h"
#include "net/http_server.h"

namespace call_agent::mcp {

class HttpAnswer;

/// MCP's Streamable HTTP: one endpoint, every revision. 2026-07-28 is stateless, each POST for itself; before, a
/// session that `initialize` opens, with a GET for what the server says of its own accord and a DELETE to end it.
///
/// A client that leaves cancels the requests it had put on that connection, and nothing else.
///
/// Lives on one executor; not thread-safe. Outlives every request.
class HttpTransport {
 public:
  struct Options {
    std::vector<std::string> allowed_hosts;  ///< Beside those of this machine; without port.
    HttpSessions::Options sessions{};
  };

  /// `catalog` and `authorizer` outlive it. Without an authorizer everybody who can connect is the local user.
  HttpTransport(asio::any_io_executor executor, const Catalog& catalog, Authorizer* authorizer, Options options);

  /// Answers one request to the endpoint: a handler for net::HttpServer, which calls it for that path only.
  awaitable<void> handle(net::ServerRequest request, net::ServerReply& reply);

  std::size_t sessions() const { return sessions_.size(); }

 private:
  using Reply = net::ServerReply;

  awaitable<void> post(net::ServerRequest request, Principal principal, Reply& reply);
  awaitable<void> get(net::ServerRequest request, Principal principal, Reply& reply);
  awaitable<void> end_session(net::ServerRequest request, Principal principal, Reply& reply);
  awaitable<void> stateless(const net::ServerRequest& request, Incoming incoming, Principal principal, Reply& reply);
  awaitable<void> in_session(const net::ServerRequest& request, Incoming incoming, Principal principal, Reply& reply);
  awaitable<void> answer(std::shared_ptr<HttpSession> session, Server::Step step, Reply& reply,
                         std::string new_session);
  awaitable<void> run_call(std::shared_ptr<HttpSession> session, Server::Call call, HttpAnswer& answer,
                           std::shared_ptr<void> finished);
  awaitable<void> tell_changes(std::shared_ptr<HttpSession> session, HttpAnswer& events);
  awaitable<void> refuse(Reply& reply, int status, RpcError error, std::string_view id = kNullId);
  awaitable<void> challenge(Reply& reply, Challenge challenge);
  void watch(HttpSession& session);

  asio::any_io_executor executor_;
  const Catalog& catalog_;
  Authorizer* const authorizer_;
  const Options options_;
  StateSealer sealer_;
  HttpSessions sessions_;
};

}  // namespace call_agent::mcp

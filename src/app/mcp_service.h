#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "app/lazy_call_services.h"
#include "app/mcp/call_resources.h"
#include "app/mcp/call_tasks.h"
#include "app/mcp/call_tools.h"
#include "core/task_group.h"
#include "mcp/catalog.h"
#include "mcp/http_transport.h"
#include "net/http_server.h"

namespace call_agent::app {

/// What our MCP server offers, over either transport. Lives on one executor; not thread-safe.
class McpService {
 public:
  McpService(const asio::any_io_executor& executor, LazyCallServices& services);

  const mcp::Catalog& catalog() const { return catalog_; }

  /// Serves one client on two file descriptors until it leaves or stop().
  awaitable<void> serve_stdio(int input, int output);

  struct HttpOptions {
    std::string host = "127.0.0.1";
    std::uint16_t port = 8719;
    std::vector<std::string> allowed_hosts;
  };
  /// Serves over Streamable HTTP until stop(). `on_listening` is told the URL. Errors: as net::HttpServer::listen.
  awaitable<Result<void>> serve_http(HttpOptions options, std::function<void(std::string_view url)> on_listening);

  void stop();

 private:
  mcp::Offer make_offer();
  awaitable<void> route(net::ServerRequest request, net::ServerReply& reply);
  /// A phone that rings or talks goes on with its agent; one not dialed yet never will be.
  awaitable<void> wind_up();

  LazyCallServices& services_;
  mcp::ChangeHub hub_;
  CallDesk desk_;
  CallTools tools_;
  CallTasks call_tasks_;
  CallResources resources_;
  const mcp::Catalog catalog_;
  TaskGroup tasks_;
  Notifier changed_;
  std::unique_ptr<mcp::HttpTransport> http_;
  std::function<void()> stop_stdio_;
  bool stopped_ = false;
};

/// "127.0.0.1:8719", ":8719" or "8719". Errors: kInvalidArgument, for anything else, and kPolicyRefused for an address
/// that is not this machine's own: whoever can connect could call anybody, since there is no authorization yet.
Result<McpService::HttpOptions> http_options(std::string_view listen);

}  // namespace call_agent::app

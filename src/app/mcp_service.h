#pragma once

#include <functional>
#include <memory>
#include <string_view>

#include "app/http_service.h"
#include "app/lazy_call_services.h"
#include "app/mcp/call_resources.h"
#include "app/mcp/call_tasks.h"
#include "app/mcp/call_tools.h"
#include "app/mcp/call_watch.h"
#include "core/metrics.h"
#include "core/task_group.h"
#include "mcp/catalog.h"

namespace call_agent::app {

/// What our MCP server offers, over either transport. Lives on one executor; not thread-safe.
class McpService {
 public:
  /// `metrics`: where the tools' work is counted; none where nobody could read it. Both outlive it.
  McpService(const asio::any_io_executor& executor, LazyCallServices& services, Metrics* metrics);

  const mcp::Catalog& catalog() const { return catalog_; }

  /// Serves one client on two file descriptors until it leaves or stop().
  awaitable<void> serve_stdio(int input, int output);

  /// Serves over Streamable HTTP until stop(). `on_listening` is told the URL.
  /// Errors: as HttpService::create and HttpService::listen.
  awaitable<Result<void>> serve_http(HttpOptions options, std::function<void(std::string_view url)> on_listening);

  /// Over HTTP: reads the certificate and the tokens again.
  void reload();

  void stop();

 private:
  mcp::Offer make_offer();
  /// A phone that rings or talks goes on with its agent; one not dialed yet never will be.
  awaitable<void> wind_up();

  LazyCallServices& services_;
  Metrics* const metrics_;
  mcp::ChangeHub hub_;
  CallDesk desk_;
  CallTools tools_;
  CallTasks call_tasks_;
  CallResources resources_;
  CallWatch watch_;
  const mcp::Catalog catalog_;
  TaskGroup tasks_;
  Notifier changed_;
  std::unique_ptr<HttpService> http_;
  std::function<void()> stop_stdio_;
  bool stopped_ = false;
};

}  // namespace call_agent::app

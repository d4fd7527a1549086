#include "app/mcp_service.h"

#include <utility>

#include "app/mcp/call_prompts.h"
#include "app/mcp/call_tool_schemas.h"
#include "mcp/stdio_transport.h"
#include "mcp/tool_metrics.h"

namespace call_agent::app {
namespace {

constexpr milliseconds kWatchPoll{300};
// For the requests under way when the server is told to stop: none of them hangs up a phone.
constexpr milliseconds kLastRequests{2'000};

}  // namespace

McpService::McpService(const asio::any_io_executor& executor, LazyCallServices& services, Metrics* metrics)
    : services_(services),
      metrics_(metrics),
      desk_(services, {}),
      tools_(desk_),
      call_tasks_(desk_),
      resources_(desk_),
      watch_(desk_, hub_, executor, kWatchPoll),
      catalog_(make_offer()),
      tasks_(executor),
      changed_(executor) {}

mcp::Offer McpService::make_offer() {
  mcp::Offer offer{.info = {.name = "call-agent",
                            .title = "Call Agent",
                            .version = CALL_AGENT_VERSION,
                            .instructions = std::string(CallTools::instructions()),
                            .icons = {receiver_icon()}}};
  offer.tools = metrics_ ? mcp::measured(tools_.tools(), *metrics_) : tools_.tools();
  offer.prompts = call_prompts();
  offer.resources = &resources_;
  offer.resource_scope = kReadScope;
  offer.tasks = &call_tasks_;
  offer.task_scope = kReadScope;
  offer.task_control_scope = kControlScope;
  offer.changes = &hub_;
  return offer;
}

awaitable<void> McpService::serve_stdio(int input, int output) {
  mcp::StdioTransport transport(co_await asio::this_coro::executor, catalog_, input, output);
  stop_stdio_ = [&transport] { transport.stop(); };
  tasks_.spawn(watch_.run());
  co_await transport.serve();
  stop_stdio_ = nullptr;
  co_await wind_up();
}

awaitable<Result<void>> McpService::serve_http(HttpOptions options,
                                               std::function<void(std::string_view url)> on_listening) {
  auto http = HttpService::create(
      co_await asio::this_coro::executor, catalog_, *metrics_,
      [this]() -> Result<void> {
        // Ready is who could place a call: the log opens and every variable is there.
        const auto placer = services_.placer();
        if (!placer) return pass(placer);
        return {};
      },
      options);
  if (!http) co_return pass(http);
  http_ = *std::move(http);
  const auto url = http_->listen();
  if (url) {
    on_listening(*url);
    tasks_.spawn(watch_.run());
    while (!stopped_) co_await changed_.wait();
  }
  co_await http_->stop(Deadline::after(kLastRequests));
  co_await wind_up();
  http_ = nullptr;
  if (!url) co_return pass(url);
  co_return Result<void>{};
}

awaitable<void> McpService::wind_up() {
  services_.placing().cancel();
  co_await services_.placing().join();
  tasks_.cancel();
  co_await tasks_.join();
}

void McpService::reload() {
  if (http_) http_->reload();
}

void McpService::stop() {
  stopped_ = true;
  if (stop_stdio_) stop_stdio_();
  changed_.notify();
}

}  // namespace call_agent::app

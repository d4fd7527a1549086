#include "app/mcp_service.h"

#include <fmt/format.h>

#include <charconv>
#include <utility>

#include "app/call_prompts.h"
#include "core/log.h"
#include "mcp/stdio_transport.h"
#include "net/loopback.h"

namespace call_agent::app {
namespace {

constexpr std::string_view kEndpoint = "/mcp";
constexpr milliseconds kWatchPoll{300};
// For the requests under way when the server is told to stop: none of them hangs up a phone.
constexpr milliseconds kLastRequests{2'000};

}  // namespace

McpService::McpService(const asio::any_io_executor& executor, LazyCallServices& services)
    : services_(services),
      tools_(services),
      resources_(services, hub_, executor, kWatchPoll),
      catalog_(make_offer()),
      tasks_(executor),
      changed_(executor) {}

mcp::Offer McpService::make_offer() {
  mcp::Offer offer{.info = {.name = "call-agent",
                            .title = "Call Agent",
                            .version = CALL_AGENT_VERSION,
                            .instructions = std::string(CallTools::instructions())}};
  offer.tools = tools_.tools();
  offer.prompts = call_prompts();
  offer.resources = &resources_;
  offer.changes = &hub_;
  return offer;
}

awaitable<void> McpService::serve_stdio(int input, int output) {
  mcp::StdioTransport transport(co_await asio::this_coro::executor, catalog_, input, output);
  stop_stdio_ = [&transport] { transport.stop(); };
  tasks_.spawn(resources_.watch());
  co_await transport.serve();
  stop_stdio_ = nullptr;
  co_await wind_up();
}

awaitable<Result<void>> McpService::serve_http(HttpOptions options,
                                               std::function<void(std::string_view url)> on_listening) {
  const auto executor = co_await asio::this_coro::executor;
  http_ = std::make_unique<mcp::HttpTransport>(executor, catalog_, nullptr,
                                               mcp::HttpTransport::Options{.allowed_hosts = options.allowed_hosts});
  auto server = net::HttpServer::create(executor, {}, [this](net::ServerRequest request, net::ServerReply& reply) {
    return route(std::move(request), reply);
  });
  if (!server) co_return pass(server);
  const auto port = (*server)->listen(options.host, options.port);
  if (!port) co_return pass(port);
  on_listening(fmt::format("http://{}:{}{}", options.host, *port, kEndpoint));
  tasks_.spawn(resources_.watch());
  while (!stopped_) co_await changed_.wait();
  co_await (*server)->stop(Deadline::after(kLastRequests));
  co_await wind_up();
  co_return Result<void>{};
}

awaitable<void> McpService::route(net::ServerRequest request, net::ServerReply& reply) {
  const auto path = request.path();
  if (path == kEndpoint) {
    co_await http_->handle(std::move(request), reply);
  } else if (path == "/healthz") {
    co_await reply.send(net::ServerResponse::text(200, "ok\n"));
  } else if (path == "/readyz") {
    // Ready is who could place a call: the log opens and every variable is there.
    const auto placer = services_.placer();
    co_await reply.send(placer ? net::ServerResponse::text(200, "ready\n")
                               : net::ServerResponse::text(503, placer.error().what + "\n"));
  } else {
    co_await reply.send(net::ServerResponse::text(404, fmt::format("the MCP endpoint is {}\n", kEndpoint)));
  }
}

awaitable<void> McpService::wind_up() {
  services_.placing().cancel();
  co_await services_.placing().join();
  tasks_.cancel();
  co_await tasks_.join();
}

void McpService::stop() {
  stopped_ = true;
  if (stop_stdio_) stop_stdio_();
  changed_.notify();
}

Result<McpService::HttpOptions> http_options(std::string_view listen) {
  McpService::HttpOptions options;
  const auto colon = listen.rfind(':');
  auto host = colon == std::string_view::npos ? std::string_view() : listen.substr(0, colon);
  const auto port = listen.substr(colon == std::string_view::npos ? 0 : colon + 1);
  unsigned number = 0;
  const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), number);
  if (error != std::errc() || end != port.data() + port.size() || number > 65535) {
    return fail(Errc::kInvalidArgument,
                fmt::format("--http {}: expected an address and port such as 127.0.0.1:8719", listen));
  }
  options.port = static_cast<std::uint16_t>(number);
  if (!host.empty() && !net::is_loopback(host)) {
    return fail(Errc::kInvalidArgument,
                fmt::format("--http {}: only this machine's own addresses are served, since whoever connects may call "
                            "anybody: listen on 127.0.0.1 and put a proxy that authorizes in front",
                            listen));
  }
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  if (!host.empty()) options.host = host;
  return options;
}

}  // namespace call_agent::app

// The library's MCP server with the fixtures of the official conformance suite: for tests only, never installed.
#include <boost/asio/signal_set.hpp>
#include <exception>
#include <iostream>

#include "mcp/conformance/fixture_tasks.h"
#include "mcp/conformance/fixtures.h"
#include "mcp/http_transport.h"
#include "net/http_server.h"

namespace call_agent::mcp::conformance {
namespace {

awaitable<void> only_mcp(HttpTransport& transport, net::ServerRequest request, net::ServerReply& reply) {
  if (request.path() != "/mcp") {
    co_await reply.send(net::ServerResponse::text(404, "the endpoint is /mcp\n"));
  } else {
    co_await transport.handle(std::move(request), reply);
  }
}

awaitable<void> stop_server(net::HttpServer& server, Tasks& tasks) {
  co_await server.stop(Deadline::after(milliseconds{500}));
  co_await tasks.stop();
}

/// Says its URL on standard output and serves until SIGTERM.
int serve() {
  asio::io_context io(1);
  ChangeHub hub;
  const auto provider = resources();
  auto every_tool = tools(hub);
  Tasks tasks(io.get_executor(), hub);
  for (auto& more : {asking_tools(), tasks.tools()}) every_tool.insert(every_tool.end(), more.begin(), more.end());
  Offer offer{
      .info = {.name = "conformance-server", .title = "Conformance", .version = "1", .instructions = "For tests."}};
  offer.tools = std::move(every_tool);
  offer.prompts = prompts();
  offer.resources = provider.get();
  offer.tasks = &tasks;
  offer.complete = completer();
  offer.logs = true;
  offer.changes = &hub;
  offer.tools_change = offer.prompts_change = true;
  const Catalog catalog(std::move(offer));
  HttpTransport transport(io.get_executor(), catalog, nullptr, {});
  auto server =
      net::HttpServer::create(io.get_executor(), {}, [&transport](net::ServerRequest request, net::ServerReply& reply) {
        return only_mcp(transport, std::move(request), reply);
      });
  const auto port = server ? (*server)->listen("127.0.0.1", 0) : pass(server);
  if (!port) {
    std::cerr << port.error().what << '\n';
    return 1;
  }
  std::cout << "http://localhost:" << *port << "/mcp" << '\n' << std::flush;
  asio::signal_set signals(io, SIGTERM, SIGINT);
  signals.async_wait([&](boost::system::error_code error, int) {
    if (!error) asio::co_spawn(io, stop_server(**server, tasks), [](const std::exception_ptr&) {});
  });
  io.run();
  return 0;
}

}  // namespace
}  // namespace call_agent::mcp::conformance

int main() {
  return call_agent::mcp::conformance::serve();
}

#pragma once

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "core/channel.h"
#include "mcp/http_transport.h"
#include "net/http.h"
#include "net/http_server.h"

/// For tests of Streamable HTTP from either side: a small server behind a real port.
namespace call_agent::mcp::http_harness {

inline Deadline in_time() {
  return Deadline::after(milliseconds(10'000));
}

/// "Bearer NAME" is the principal NAME; "reader" may not place calls.
class NameAuthorizer final : public Authorizer {
 public:
  awaitable<std::expected<Principal, Challenge>> authorize(std::string authorization) override {
    if (!authorization.starts_with("Bearer ")) {
      co_return std::unexpected(
          Challenge{.status = 401, .www_authenticate = "Bearer realm=\"test\"", .message = "who?"});
    }
    Principal principal{.id = authorization.substr(7), .scopes = {"read"}};
    if (principal.id != "reader") principal.scopes.emplace_back("place");
    co_return principal;
  }
  Challenge insufficient_scope(std::string_view scope) const override {
    return {.status = 403,
            .www_authenticate = fmt::format("Bearer error=\"insufficient_scope\", scope=\"{}\"", scope),
            .message = "not yours"};
  }
};

struct Seen {
  explicit Seen(const asio::any_io_executor& executor) : changed(executor) {}
  Notifier changed;
  int started = 0;
  int unwound = 0;
};

inline ToolResult said(std::string text) {
  ToolResult result;
  result.text = std::move(text);
  return result;
}

inline awaitable<ToolOutcome> say_hello(const RequestContext& context) {
  co_return said("hello " + context.principal().id);
}
inline awaitable<ToolOutcome> report(const RequestContext& context) {
  context.progress(1, 2, "half");
  co_await asio::post(asio::use_awaitable);  // The progress goes out by itself.
  co_return said("done");
}
inline awaitable<ToolOutcome> ask(const RequestContext& context) {
  const auto elicited = context.elicited("name");
  if (!elicited) {
    co_return InputRequired{.requests = {{"name", elicit_form("Your name?", {{"type", "object"}})}},
                            .state = {{"n", 1}}};
  }
  co_return said("hello " + elicited->content.value("name", "nobody") + dump_json(context.state()));
}
inline awaitable<ToolOutcome> wait_for_ever(Seen& seen) {
  ++seen.started;
  seen.changed.notify();
  const std::shared_ptr<void> unwinding(nullptr, [&seen](void*) {
    ++seen.unwound;
    seen.changed.notify();
  });
  Notifier never(co_await asio::this_coro::executor);
  while (true) co_await never.wait();
}

class OneResource final : public ResourceProvider {
 public:
  awaitable<Result<ResourcePage>> list(std::string, const RequestContext&) override { co_return ResourcePage{}; }
  std::vector<ResourceTemplate> templates() const override { return {}; }
  awaitable<Result<std::vector<ResourceContents>>> read(std::string uri, const RequestContext&) override {
    if (uri != "call://1/transcript") co_return fail(Errc::kNotFound, "no such resource");
    co_return std::vector<ResourceContents>{{.uri = uri, .mime_type = "text/plain", .data = "hello"}};
  }
};

/// The transport behind a real HTTP server, and a client.
struct Scene {
  static awaitable<std::unique_ptr<Scene>> open(Authorizer* authorizer = nullptr) {
    const auto executor = co_await asio::this_coro::executor;
    auto scene = std::make_unique<Scene>(executor, authorizer);
    auto* raw = scene.get();
    scene->server = net::HttpServer::create(executor, {}, [raw](net::ServerRequest request, net::ServerReply& reply) {
                      return raw->transport.handle(std::move(request), reply);
                    }).value();
    scene->port = scene->server->listen("127.0.0.1", 0).value();
    co_return scene;
  }
  Scene(const asio::any_io_executor& executor, Authorizer* authorizer)
      : seen(executor), catalog(offer()), transport(executor, catalog, authorizer, {}), client(executor) {}

  Offer offer() {
    const auto tool = [](std::string name, ToolHandler handler, std::string scope = {}) {
      Tool made;
      made.name = std::move(name);
      made.input_schema = {{"type", "object"}};
      made.handler = std::move(handler);
      made.scope = std::move(scope);
      return made;
    };
    Offer made;
    made.info = {.name = "test", .title = "Test", .version = "1", .instructions = ""};
    made.tools = {tool("hello", [](const Json&, const RequestContext& context) { return say_hello(context); }),
                  tool("report", [](const Json&, const RequestContext& context) { return report(context); }),
                  tool("ask", [](const Json&, const RequestContext& context) { return ask(context); }),
                  tool(
                      "place", [](const Json&, const RequestContext& context) { return say_hello(context); }, "place"),
                  tool("wait", [this](const Json&, const RequestContext&) { return wait_for_ever(seen); })};
    made.resources = &resource;
    made.changes = &hub;
    made.tools_change = true;
    return made;
  }

  std::string url() const { return fmt::format("http://127.0.0.1:{}/mcp", port); }

  awaitable<net::HttpResponse> send(std::string method, std::string body, std::vector<net::Header> headers) {
    if (method == "POST" &&
        std::ranges::none_of(headers, [](const net::Header& h) { return h.name == "Content-Type"; })) {
      headers.push_back({"Content-Type", "application/json"});
    }
    auto response = co_await client.send(
        {.method = std::move(method), .url = url(), .headers = std::move(headers), .body = std::move(body)}, in_time());
    co_return response.value();
  }
  awaitable<net::HttpResponse> post(std::string body, std::vector<net::Header> headers = {}) {
    return send("POST", std::move(body), std::move(headers));
  }

  /// Opens a session of 2025-11-25; its id as a header.
  awaitable<net::Header> initialize(std::string capabilities = "{}", std::vector<net::Header> headers = {}) {
    const auto answer = co_await post(
        R"({"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":)" +
            capabilities + R"(,"clientInfo":{"name":"t","version":"1"}}})",
        std::move(headers));
    EXPECT_EQ(answer.status, 200) << answer.body;
    co_return net::Header{"Mcp-Session-Id", std::string(answer.header("Mcp-Session-Id"))};
  }
  awaitable<void> close() { co_await server->stop(Deadline::after(milliseconds(0))); }

  Seen seen;
  OneResource resource;
  ChangeHub hub;
  const Catalog catalog;
  HttpTransport transport;
  net::HttpClient client;
  std::unique_ptr<net::HttpServer> server;
  std::uint16_t port = 0;
};

}  // namespace call_agent::mcp::http_harness

#include "mcp/http_routes.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "core/id.h"
#include "net/imposter_server.h"

namespace call_agent::mcp {
namespace {

using net::Header;
using net::HttpResponse;
using testing::HasSubstr;
using testing::Not;

const std::string kToken = "operator-0123456789abcdef0123456789";

/// The routes behind a real HTTP server, with a token or without.
class Scene {
 public:
  Scene(const asio::any_io_executor& executor, bool authorizes)
      : catalog_({}), transport_(executor, catalog_, nullptr, {}), client_(executor) {
    if (authorizes) {
      std::ofstream(file_) << kToken << " operator read\n";
      authorization_ = Authorization::create(
                           executor, {.resource = "https://calls.example/mcp", .token_file = file_, .scopes = {"read"}})
                           .value();
    }
    metrics.counter("x_total", "X.").add();
    routes_ = std::make_unique<HttpRoutes>(
        transport_, HttpRoutes::Options{
                        .authorization = authorization_.get(), .metrics = &metrics, .ready = [this] { return ready; }});
    server_ = net::HttpServer::create(executor, {}, [this](net::ServerRequest request, net::ServerReply& reply) {
                return routes_->handle(std::move(request), reply);
              }).value();
    port_ = server_->listen("127.0.0.1", 0).value();
  }
  ~Scene() { std::filesystem::remove(file_); }
  awaitable<void> close() { co_await server_->stop(Deadline::after(milliseconds(0))); }

  awaitable<HttpResponse> send(std::string path, std::vector<Header> headers = {}, std::string method = "GET") {
    co_return (co_await client_.send({.method = std::move(method),
                                      .url = fmt::format("http://127.0.0.1:{}{}", port_, path),
                                      .headers = std::move(headers)},
                                     Deadline::after(milliseconds(10'000))))
        .value();
  }

  Metrics metrics;
  Result<void> ready;

 private:
  const std::string file_ = std::filesystem::temp_directory_path() / new_id("tokens_");
  const Catalog catalog_;
  HttpTransport transport_;
  std::unique_ptr<Authorization> authorization_;
  std::unique_ptr<HttpRoutes> routes_;
  std::unique_ptr<net::HttpServer> server_;
  net::HttpClient client_;
  std::uint16_t port_ = 0;
};

const std::vector<Header> kThroughAProxy{{"X-Forwarded-For", "203.0.113.7"}};

awaitable<void> from_here() {
  Scene scene(co_await asio::this_coro::executor, false);
  EXPECT_EQ((co_await scene.send("/healthz")).body, "ok\n");
  EXPECT_EQ((co_await scene.send("/readyz")).body, "ready\n");
  const auto metrics = co_await scene.send("/metrics");
  EXPECT_EQ(metrics.header("Content-Type"), Metrics::kContentType);
  EXPECT_THAT(metrics.body, HasSubstr("x_total 1\n"));
  const auto elsewhere = co_await scene.send("/");
  EXPECT_EQ(elsewhere.status, 404);
  EXPECT_THAT(elsewhere.body, HasSubstr("/mcp"));
  EXPECT_EQ((co_await scene.send("/metrics", {}, "POST")).status, 405);
  EXPECT_EQ((co_await scene.send("/.well-known/oauth-protected-resource")).status, 404) << "nobody gives tokens";
  co_await scene.close();
}
TEST(HttpRoutes, ThisMachineSeesHowTheServerFares) {
  net::run_test(from_here);
}

awaitable<void> not_ready() {
  Scene scene(co_await asio::this_coro::executor, true);
  scene.ready = fail(Errc::kInvalidArgument, "LIVEKIT_URL is missing");
  const auto inside = co_await scene.send("/readyz");
  EXPECT_EQ(inside.status, 503);
  EXPECT_THAT(inside.body, HasSubstr("LIVEKIT_URL"));
  const auto outside = co_await scene.send("/readyz", kThroughAProxy);
  EXPECT_EQ(outside.status, 503);
  EXPECT_THAT(outside.body, Not(HasSubstr("LIVEKIT_URL"))) << "what is missing is nobody else's business";
  EXPECT_EQ((co_await scene.send("/healthz", kThroughAProxy)).status, 200) << "it runs all the same";
  co_await scene.close();
}
TEST(HttpRoutes, WhatIsMissingIsToldToWhoCanMendIt) {
  net::run_test(not_ready);
}

awaitable<void> outsiders() {
  const auto executor = co_await asio::this_coro::executor;
  Scene open(executor, false);
  EXPECT_EQ((co_await open.send("/metrics", kThroughAProxy)).status, 403);
  co_await open.close();
  Scene scene(executor, true);
  const auto refused = co_await scene.send("/metrics", kThroughAProxy);
  EXPECT_EQ(refused.status, 401);
  EXPECT_EQ(refused.header("WWW-Authenticate"), "Bearer");
  EXPECT_THAT(refused.body, Not(HasSubstr("x_total")));
  auto with_token = kThroughAProxy;
  with_token.push_back({"Authorization", "Bearer " + kToken});
  EXPECT_EQ((co_await scene.send("/metrics", with_token)).status, 200);
  co_await scene.close();
}
TEST(HttpRoutes, OthersNeedAToken) {
  net::run_test(outsiders);
}

TEST(HttpRoutes, AProxyOnThisMachineIsNotThisMachine) {
  const auto here = [](std::string peer, std::vector<Header> headers) {
    return is_from_here({.target = "/metrics", .headers = std::move(headers), .peer = std::move(peer)});
  };
  EXPECT_TRUE(here("127.0.0.1", {{"Host", "localhost:8719"}}));
  EXPECT_TRUE(here("::1", {{"Host", "[::1]:8719"}}));
  EXPECT_FALSE(here("192.168.1.7", {{"Host", "localhost:8719"}}));
  EXPECT_FALSE(here("127.0.0.1", {{"Host", "rebound.example"}}));
  for (const auto* name : {"Forwarded", "X-Forwarded-For", "X-Real-IP", "Via"}) {
    EXPECT_FALSE(here("127.0.0.1", {{"Host", "localhost"}, {name, ""}})) << name;
  }
}

}  // namespace
}  // namespace call_agent::mcp

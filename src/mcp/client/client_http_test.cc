#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "mcp/client/client.h"
#include "mcp/conformance/fixture_tasks.h"
#include "mcp/http_transport_harness.h"
#include "net/imposter_server.h"

// A client over Streamable HTTP: of our own server in both eras, and of imposters that break the rules.
namespace call_agent::mcp {
namespace {

using asio::ip::tcp;
using http_harness::in_time;
using http_harness::NameAuthorizer;
using http_harness::Scene;
using testing::HasSubstr;

constexpr const char* kUri = "call://1/transcript";

awaitable<Json> say_ada(Json) {
  co_return Json{{"action", "accept"}, {"content", {{"name", "Ada"}}}};
}

awaitable<Result<std::unique_ptr<Client>>> reach(std::string url, Era era, std::vector<net::Header> headers = {}) {
  co_return co_await Client::start(co_await asio::this_coro::executor,
                                   {.http = {.url = std::move(url), .headers = std::move(headers)},
                                    .era = era,
                                    .offers_forms = true,
                                    .answerer = [](const InputRequest& form) { return say_ada(form.params); }},
                                   in_time());
}

awaitable<std::string> call(Client& client, std::string tool, std::vector<std::string>* progress = nullptr) {
  const auto on_progress = [progress](double, std::optional<double>, std::string_view message) {
    if (progress) progress->emplace_back(message);
  };
  const auto result = co_await client.ask("tools/call", {{"name", std::move(tool)}}, on_progress, in_time());
  co_return result ? (*result)["content"][0]["text"].get<std::string>() : result.error().what;
}

awaitable<void> both_eras() {
  for (const auto& [era, revision] :
       {std::pair{Era::kAuto, Revision::k2026_07_28}, {Era::kLegacy, Revision::k2025_11_25}}) {
    const auto scene = co_await Scene::open();
    auto reached = co_await reach(scene->url(), era);
    auto& client = *reached.value();
    EXPECT_EQ(client.revision(), revision);
    EXPECT_EQ(text_part(about_server(client.server()), "name"), "test");
    const auto tools = co_await client.list("tools/list", "tools", in_time());
    EXPECT_EQ(tools.value().size(), 5U);
    std::vector<std::string> progress;
    EXPECT_EQ(co_await call(client, "report", &progress), "done");
    EXPECT_EQ(progress, std::vector<std::string>{"half"});
    EXPECT_EQ(co_await call(client, "ask"), R"(hello Ada{"n":1})");
    const auto read = co_await client.ask("resources/read", {{"uri", kUri}}, {}, in_time());
    EXPECT_EQ(read.value()["contents"][0]["text"], "hello");
    co_await client.close();
    EXPECT_EQ(scene->transport.sessions(), 0U) << "a session ends with its client";
    co_await scene->close();
  }
}
TEST(ClientOverHttp, ListsCallsAnswersAndReadsInEitherEra) {
  net::run_test(both_eras);
}

awaitable<void> told_of_changes() {
  for (const auto era : {Era::kModern, Era::kLegacy}) {
    const auto scene = co_await Scene::open();
    auto reached = co_await reach(scene->url(), era);
    auto& client = *reached.value();
    EXPECT_TRUE(co_await client.watch(kUri, in_time()));
    for (int change = 0; change < 2; ++change) {
      scene->hub.resource_changed("call://2/transcript", "");
      scene->hub.resource_changed(kUri, "");
      const auto changed = co_await client.changed(in_time());
      EXPECT_TRUE(changed) << changed.error().what;
    }
    const auto quiet = co_await client.changed(Deadline::after(milliseconds(0)));
    EXPECT_EQ(quiet.error().code, Errc::kDeadline);
    co_await client.close();
    co_await scene->close();
  }
}
TEST(ClientOverHttp, IsToldWhenWhatItWatchesChanges) {
  net::run_test(told_of_changes);
}

awaitable<void> call_wait(Client& client) {
  co_await call(client, "wait");
}

awaitable<void> given_up() {
  for (const auto era : {Era::kModern, Era::kLegacy}) {
    const auto scene = co_await Scene::open();
    auto reached = co_await reach(scene->url(), era);
    TaskGroup tasks(co_await asio::this_coro::executor);
    tasks.spawn(call_wait(**reached));
    while (scene->seen.started == 0) co_await scene->seen.changed.wait(in_time());
    tasks.cancel();
    co_await tasks.join();
    while (scene->seen.unwound == 0) co_await scene->seen.changed.wait(in_time());
    co_await (*reached)->close();
    co_await scene->close();
  }
}
TEST(ClientOverHttp, ACallGivenUpIsCancelledAtTheServer) {
  net::run_test(given_up);
}

awaitable<void> tokens() {
  NameAuthorizer authorizer;
  const auto scene = co_await Scene::open(&authorizer);
  for (const auto era : {Era::kAuto, Era::kModern, Era::kLegacy}) {
    const auto nobody = co_await reach(scene->url(), era);
    EXPECT_EQ(nobody.error().code, Errc::kPermission);
    EXPECT_THAT(nobody.error().what, HasSubstr("CALL_AGENT_MCP_TOKEN"));
    EXPECT_THAT(nobody.error().what, HasSubstr("realm=\"test\""));
    auto reader = co_await reach(scene->url(), era, {{"Authorization", "Bearer reader"}});
    EXPECT_EQ(co_await call(**reader, "hello"), "hello reader");
    EXPECT_THAT(co_await call(**reader, "place"), HasSubstr("scope=\"place\""));
    co_await (*reader)->close();
  }
  co_await scene->close();
}
TEST(ClientOverHttp, WithoutATokenItSaysHowToGiveOne) {
  net::run_test(tokens);
}

// ---- Tasks.

struct TaskScene {
  explicit TaskScene(const asio::any_io_executor& executor)
      : tasks(executor, hub), catalog(offer()), transport(executor, catalog, nullptr, {}) {}
  Offer offer() {
    Offer made;
    made.info = {.name = "tasks", .title = "", .version = "1", .instructions = ""};
    made.tools = tasks.tools();
    made.tasks = &tasks;
    made.changes = &hub;
    return made;
  }
  ChangeHub hub;
  conformance::Tasks tasks;
  const Catalog catalog;
  HttpTransport transport;
};

awaitable<Result<Json>> as_task(Client& client, std::string tool, std::vector<std::string>& states) {
  const auto on_task = [&states](const Json& task) {
    const std::string state(text_part(task, "status"));
    if (states.empty() || states.back() != state) states.push_back(state);
  };
  co_return co_await client.call_as_task({{"name", std::move(tool)}, {"arguments", {{"seconds", 3600}}}}, {}, on_task,
                                         Deadline::never());
}

awaitable<void> call_slowly(Client& client, std::vector<std::string>& states, Result<Json>& result) {
  result = co_await as_task(client, "slow_compute", states);
}

awaitable<void> tasks() {
  const auto executor = co_await asio::this_coro::executor;
  TaskScene scene(executor);
  auto server = net::HttpServer::create(executor, {}, [&scene](net::ServerRequest request, net::ServerReply& reply) {
                  return scene.transport.handle(std::move(request), reply);
                }).value();
  const auto url = fmt::format("http://127.0.0.1:{}/mcp", server->listen("127.0.0.1", 0).value());
  auto reached = co_await reach(url, Era::kAuto);
  auto& client = *reached.value();

  std::vector<std::string> states;
  const auto asked = co_await as_task(client, "multi_input", states);
  EXPECT_EQ(asked.value()["content"][0]["text"], "Both answered");
  EXPECT_EQ(states, (std::vector<std::string>{"input_required", "completed"}));
  const auto at_once = co_await as_task(client, "greet", states);
  EXPECT_EQ(at_once.value()["content"][0]["text"], "Hello, nobody!");
  const auto defect = co_await as_task(client, "protocol_error_job", states);
  EXPECT_THAT(defect.error().what, HasSubstr("by a defect"));

  // Given up, the task does not work on for nobody.
  states.clear();
  TaskGroup group(executor);
  Result<Json> result;
  group.spawn(call_slowly(client, states, result));
  while (states.empty()) co_await sleep_for(milliseconds(1));
  group.cancel();
  co_await group.join();
  co_await client.close();
  auto legacy = co_await reach(url, Era::kLegacy);
  EXPECT_EQ((co_await as_task(**legacy, "greet", states)).error().code, Errc::kInvalidArgument);
  co_await (*legacy)->close();
  EXPECT_EQ(scene.tasks.cancelled(), 1U);
  co_await scene.tasks.stop();
  co_await server->stop(Deadline::after(milliseconds(0)));
}
TEST(ClientOverHttp, FollowsATaskToItsEndAndCancelsOneItGivesUp) {
  net::run_test(tasks);
}

// ---- Imposters.

awaitable<void> say_always(tcp::socket socket, std::string text) {
  while (!(co_await net::read_request(socket)).empty()) co_await net::write_text(socket, text);
}
awaitable<void> say_once(tcp::socket socket, std::string text) {
  co_await net::read_request(socket);
  co_await net::write_text(socket, std::move(text));
}

constexpr const char* kJsonHeader = "Content-Type: application/json\r\n";

/// Of before 2026-07-28: refuses what comes without a session, as the SDKs of then do; forgets its session at
/// tools/list.
awaitable<void> imposter_legacy_server(tcp::socket socket) {
  while (true) {
    const std::string asked = co_await net::read_request(socket);
    if (asked.empty()) co_return;
    const auto says = [&](std::string_view words) { return asked.find(words) != std::string::npos; };
    std::string answer = net::response(400, "Bad Request: no valid session ID provided");
    if (says("\"initialize\"")) {
      answer = net::response(200, R"({"jsonrpc":"2.0","id":2,"result":{"protocolVersion":"2025-06-18"}})",
                             std::string(kJsonHeader) + "Mcp-Session-Id: s-1\r\n");
    } else if (says("notifications/initialized")) {
      EXPECT_TRUE(says("Mcp-Session-Id: s-1") && says("MCP-Protocol-Version: 2025-06-18")) << asked;
      answer = net::response(202, "");
    } else if (says("tools/list")) {
      answer = net::response(404, "");
    } else if (asked.starts_with("GET") || asked.starts_with("DELETE")) {
      answer = net::response(405, "");
    }
    co_await net::write_text(socket, std::move(answer));
  }
}

awaitable<void> fallback() {
  net::ImposterServer imposter(co_await asio::this_coro::executor, {imposter_legacy_server});
  auto reached = co_await reach(imposter.url("http", "/mcp"), Era::kAuto);
  EXPECT_TRUE(reached) << reached.error().what;
  if (reached) {
    EXPECT_EQ((*reached)->revision(), Revision::k2025_06_18);
    const auto lost = co_await (*reached)->list("tools/list", "tools", in_time());
    EXPECT_EQ(lost.error().code, Errc::kUnavailable);
    EXPECT_THAT(lost.error().what, HasSubstr("ended this session"));
    co_await (*reached)->close();
  }
  const auto modern = co_await reach(imposter.url("http", "/mcp"), Era::kModern);
  EXPECT_THAT(modern.error().what, HasSubstr("no valid session ID"));
  co_await imposter.stop();
}
TEST(ClientOverHttp, AServerOfBefore2026IsFoundOutAndALostSessionSaid) {
  net::run_test(fallback);
}

awaitable<void> faults() {
  const std::string events = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n";
  struct Fault {
    std::string answer;
    Errc code;
    std::string words;
  };
  for (const auto& [answer, code, words] : std::vector<Fault>{
           {net::response(404, "nothing here"), Errc::kNotFound, "no MCP endpoint"},
           {net::response(500, "oops"), Errc::kUnavailable, "HTTP 500; it says: oops"},
           {net::response(307, "", "Location: http://elsewhere/\r\n"), Errc::kInternal, "elsewhere"},
           {net::response(200, "<html>", "Content-Type: text/html\r\n"), Errc::kInternal, "text/html"},
           {net::response(200, "{", kJsonHeader), Errc::kInternal, "application/json"},
           {net::response(202, ""), Errc::kInternal, "gives no answer"},
           {events + "data: {\"jsonrpc\":\"2.0\",\"method\":\"notifications/message\"}\n\n", Errc::kUnavailable,
            "ended its stream"},
           {events + "data: nonsense\n\nid: 7\n\n", Errc::kUnavailable, "ended its stream"},
           {"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n{", Errc::kUnavailable, ""},
           {"SSH-2.0-OpenSSH\r\n", Errc::kUnavailable, ""}}) {
    for (const auto era : {Era::kModern, Era::kLegacy}) {
      net::ImposterServer imposter(co_await asio::this_coro::executor,
                                   {[answer](tcp::socket socket) { return say_once(std::move(socket), answer); }});
      const auto reached = co_await reach(imposter.url("http"), era);
      EXPECT_EQ(reached.error().code, code) << reached.error().what;
      EXPECT_THAT(reached.error().what, HasSubstr(words));
      co_await imposter.stop();
    }
  }
}
TEST(ClientOverHttp, WhatIsNoMcpIsAnErrorThatSaysSo) {
  net::run_test(faults);
}

awaitable<void> too_long() {
  const auto events = fmt::format("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\ndata: {}\n\n",
                                  std::string(kMaxMessage + 2048, ' '));
  for (const auto& answer : {events, net::response(200, std::string(kMaxMessage + 1, ' '), kJsonHeader)}) {
    net::ImposterServer imposter(co_await asio::this_coro::executor,
                                 {[answer](tcp::socket socket) { return say_once(std::move(socket), answer); }});
    EXPECT_FALSE(co_await reach(imposter.url("http"), Era::kModern));
    co_await imposter.stop();
  }
}
TEST(ClientOverHttp, AMessageOverTheLimitIsNotTaken) {
  net::run_test(too_long);
}

awaitable<void> silent() {
  net::ImposterServer imposter(co_await asio::this_coro::executor,
                               {[](tcp::socket socket) { return say_always(std::move(socket), ""); }});
  const auto started =
      co_await Client::start(co_await asio::this_coro::executor, {.http = {.url = imposter.url("http"), .headers = {}}},
                             Deadline::after(milliseconds(50)));
  EXPECT_EQ(started.error().code, Errc::kDeadline);
  co_await imposter.stop();
}
TEST(ClientOverHttp, AServerThatSaysNothingIsADeadline) {
  net::run_test(silent);
}

}  // namespace
}  // namespace call_agent::mcp

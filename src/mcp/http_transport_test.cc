#include "mcp/http_transport.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <boost/asio/read.hpp>
#include <utility>

#include "mcp/http_transport_harness.h"
#include "net/imposter_server.h"

namespace call_agent::mcp {
namespace {

using net::Header;
using net::HttpResponse;
using testing::HasSubstr;

using namespace http_harness;

std::string request(std::string_view method, std::string_view params = "{}", std::string_view id = "1") {
  return fmt::format(R"({{"jsonrpc":"2.0","id":{},"method":"{}","params":{}}})", id, method, params);
}
std::string modern(std::string_view method, std::string_view more = "", std::string_view capabilities = "{}") {
  return fmt::format(R"({{"jsonrpc":"2.0","id":1,"method":"{}","params":{{"_meta":{{"{}":"2026-07-28","{}":{}}}{}}}}})",
                     method, kMetaVersion, kMetaCapabilities, capabilities, more);
}
std::vector<Header> modern_headers(std::string method, std::string name = {}) {
  std::vector<Header> headers{{"MCP-Protocol-Version", "2026-07-28"}, {"Mcp-Method", std::move(method)}};
  if (!name.empty()) headers.push_back({"Mcp-Name", std::move(name)});
  return headers;
}

std::vector<Json> events_of(std::string_view body) {
  net::SseParser parser;
  std::vector<Json> out;
  for (const auto& event : parser.push(body)) out.push_back(Json::parse(event.data));
  return out;
}

// ---- With a handshake.

awaitable<void> session() {
  const auto scene = co_await Scene::open();
  const auto id = co_await scene->initialize();
  EXPECT_EQ(id.value.size(), 32U) << "128 random bits";
  const auto told = co_await scene->post(R"({"jsonrpc":"2.0","method":"notifications/initialized"})", {id});
  EXPECT_EQ(told.status, 202);
  EXPECT_EQ(told.body, "");
  const auto called = co_await scene->post(request("tools/call", R"({"name":"hello"})"), {id});
  EXPECT_EQ(called.header("Content-Type"), "application/json");
  EXPECT_EQ(Json::parse(called.body)["result"]["content"][0]["text"], "hello local");
  EXPECT_EQ((co_await scene->post(request("tools/list"))).status, 400) << "without its session";
  EXPECT_EQ((co_await scene->post(request("tools/list"), {{"Mcp-Session-Id", "nonsense"}})).status, 404);
  EXPECT_EQ((co_await scene->post(request("tools/list"), {id, {"MCP-Protocol-Version", "1999-01-01"}})).status, 400);
  EXPECT_EQ((co_await scene->send("DELETE", "", {id})).status, 204);
  EXPECT_EQ((co_await scene->post(request("tools/list"), {id})).status, 404);
  EXPECT_EQ((co_await scene->send("DELETE", "", {id})).status, 404);
  EXPECT_EQ(scene->transport.sessions(), 0U);
  co_await scene->close();
}
TEST(HttpTransport, ASessionLivesFromItsHandshakeToItsDelete) {
  net::run_test(session);
}

awaitable<void> progress() {
  const auto scene = co_await Scene::open();
  const auto id = co_await scene->initialize();
  const auto answer =
      co_await scene->post(request("tools/call", R"({"name":"report","_meta":{"progressToken":"p"}})"), {id});
  EXPECT_EQ(answer.header("Content-Type"), "text/event-stream");
  const auto events = events_of(answer.body);
  EXPECT_EQ(events.size(), 2U) << answer.body;
  EXPECT_EQ(events.front()["params"]["message"], "half");
  EXPECT_EQ(events.back()["result"]["content"][0]["text"], "done");
  co_await scene->close();
}
TEST(HttpTransport, WhatComesBeforeTheAnswerMakesItAStream) {
  net::run_test(progress);
}

awaitable<void> answer_question(Scene& scene, Header id) {
  // The server numbers its questions; the first is this one.
  const auto told = co_await scene.post(
      R"({"jsonrpc":"2.0","id":"ask-1","result":{"action":"accept","content":{"name":"Ada"}}})", {std::move(id)});
  EXPECT_EQ(told.status, 202);
}

awaitable<void> asked_in_session() {
  const auto scene = co_await Scene::open();
  const auto id = co_await scene->initialize(R"({"elicitation":{}})");
  const auto executor = co_await asio::this_coro::executor;
  TaskGroup tasks(executor);
  bool asked = false;
  std::string body;
  const auto on_body = [&](std::string_view piece) {
    body += piece;
    if (!std::exchange(asked, asked || body.find("elicitation/create") != std::string::npos) && asked) {
      tasks.spawn(answer_question(*scene, id));
    }
  };
  const auto answer = co_await scene->client.stream({.method = "POST",
                                                     .url = scene->url(),
                                                     .headers = {{"Content-Type", "application/json"}, id},
                                                     .body = request("tools/call", R"({"name":"ask"})")},
                                                    in_time(), on_body);
  EXPECT_TRUE(answer);
  const auto events = events_of(body);
  EXPECT_EQ(events.size(), 2U) << body;
  EXPECT_EQ(events.back()["result"]["content"][0]["text"], R"(hello Ada{"n":1})");
  co_await tasks.join();
  co_await scene->close();
}
TEST(HttpTransport, AQuestionGoesOutOnTheStreamAndItsAnswerComesByAnotherPost) {
  net::run_test(asked_in_session);
}

awaitable<void> unwilling() {
  const auto scene = co_await Scene::open();
  const auto id = co_await scene->initialize();
  const auto answer = co_await scene->post(request("tools/call", R"({"name":"ask"})"), {id});
  EXPECT_EQ(Json::parse(answer.body)["error"]["code"], kMissingCapability);
  co_await scene->close();
}
TEST(HttpTransport, AClientIsNotAskedWhatItDoesNotOffer) {
  net::run_test(unwilling);
}

awaitable<void> watched() {
  const auto scene = co_await Scene::open();
  const auto id = co_await scene->initialize();
  const auto subscribed =
      co_await scene->post(request("resources/subscribe", R"({"uri":"call://1/transcript"})"), {id});
  EXPECT_EQ(Json::parse(subscribed.body)["result"], Json::object());
  scene->hub.resource_changed("call://1/transcript", "");
  scene->hub.resource_changed("call://1/transcript", "");
  scene->hub.resource_changed("call://2/transcript", "");
  std::string body;
  asio::cancellation_signal enough;
  const auto executor = co_await asio::this_coro::executor;
  const auto on_body = [&](std::string_view piece) {
    body += piece;
    if (body.find("updated") == std::string::npos) return;
    // Once the client waits for more: nothing else can be cancelled.
    asio::post(executor, [&enough] { enough.emit(asio::cancellation_type::terminal); });
  };
  auto stream = scene->client.stream(
      {.method = "GET", .url = scene->url(), .headers = {{"Accept", "text/event-stream"}, id}, .body = {}}, in_time(),
      on_body);
  try {
    co_await asio::co_spawn(executor, std::move(stream),
                            asio::bind_cancellation_slot(enough.slot(), asio::use_awaitable));
  } catch (const boost::system::system_error& error) {
    EXPECT_EQ(error.code(), asio::error::operation_aborted) << "it has come";
  }
  const auto events = events_of(body);
  EXPECT_EQ(events.size(), 1U) << "told once, and only what is watched: " << body;
  EXPECT_EQ(events.front()["params"]["uri"], "call://1/transcript");
  co_await scene->close();
}
TEST(HttpTransport, WhatASessionWatchesComesOnItsGetStream) {
  net::run_test(watched);
}

// ---- Without one.

awaitable<void> stateless() {
  const auto scene = co_await Scene::open();
  const auto listed = co_await scene->post(modern("tools/list"), modern_headers("tools/list"));
  EXPECT_EQ(listed.status, 200);
  EXPECT_EQ(listed.header("Mcp-Session-Id"), "");
  EXPECT_EQ(Json::parse(listed.body)["result"]["resultType"], "complete");
  const auto read = co_await scene->post(modern("resources/read", R"(,"uri":"call://9/transcript")"),
                                         modern_headers("resources/read", "call://9/transcript"));
  EXPECT_EQ(Json::parse(read.body)["error"]["code"], kInvalidParams);
  struct Refused {
    std::string body;
    std::vector<Header> headers;
    int status;
    int code;
  };
  for (const auto& [body, headers, status, code] : std::vector<Refused>{
           {modern("tools/list"), modern_headers("prompts/list"), 400, kHeaderMismatch},
           {modern("nonsense"), modern_headers("nonsense"), 404, kMethodNotFound},
           {modern("ping"), modern_headers("ping"), 404, kMethodNotFound},
           {modern("initialize"), modern_headers("initialize"), 404, kMethodNotFound},
           {request("tools/list"), modern_headers("tools/list"), 400, kInvalidParams},
           {modern("tools/call", R"(,"name":"ask")"), modern_headers("tools/call", "ask"), 400, kMissingCapability},
           {"{", modern_headers("tools/list"), 400, kParseError}}) {
    const auto answer = co_await scene->post(body, headers);
    EXPECT_EQ(answer.status, status) << body;
    EXPECT_EQ(Json::parse(answer.body)["error"]["code"], code) << answer.body;
  }
  co_await scene->close();
}
TEST(HttpTransport, AStatelessRequestStandsForItself) {
  net::run_test(stateless);
}

awaitable<void> rounds() {
  const auto scene = co_await Scene::open();
  const auto headers = modern_headers("tools/call", "ask");
  constexpr const char* kForms = R"({"elicitation":{}})";
  const auto first =
      Json::parse((co_await scene->post(modern("tools/call", R"(,"name":"ask")", kForms), headers)).body)["result"];
  EXPECT_EQ(first["resultType"], "input_required");
  EXPECT_EQ(first["inputRequests"]["name"]["method"], "elicitation/create");
  const std::string state = first["requestState"];
  const auto answer = [&](std::string_view with_state, std::string_view arguments) {
    return modern("tools/call",
                  fmt::format(R"(,"name":"ask","arguments":{},"requestState":"{}","inputResponses":)"
                              R"({{"name":{{"action":"accept","content":{{"name":"Ada"}}}}}})",
                              arguments, with_state),
                  kForms);
  };
  const auto second = co_await scene->post(answer(state, "{}"), headers);
  EXPECT_EQ(Json::parse(second.body)["result"]["content"][0]["text"], R"(hello Ada{"n":1})") << second.body;
  for (const auto& [with_state, arguments] :
       {std::pair{state + "x", "{}"}, {state, R"({"other":1})"}, {std::string("none"), "{}"}}) {
    const auto refused = co_await scene->post(answer(with_state, arguments), headers);
    EXPECT_EQ(refused.status, 400);
    EXPECT_EQ(Json::parse(refused.body)["error"]["code"], kInvalidParams);
  }
  co_await scene->close();
}
TEST(HttpTransport, AQuestionIsARoundTripWhoseStateTheClientCarries) {
  net::run_test(rounds);
}

awaitable<void> change_soon(ChangeHub& hub) {
  while (hub.listeners() == 0) co_await sleep_for(milliseconds(1));
  hub.resource_changed("call://1/transcript", "");
  hub.tools_changed();
}

awaitable<void> listening() {
  const auto scene = co_await Scene::open();
  const auto executor = co_await asio::this_coro::executor;
  TaskGroup tasks(executor);
  tasks.spawn(change_soon(scene->hub));
  std::string body;
  asio::cancellation_signal enough;
  const auto on_body = [&](std::string_view piece) {
    body += piece;
    if (body.find("resources/updated") != std::string::npos) enough.emit(asio::cancellation_type::terminal);
  };
  auto headers = modern_headers("subscriptions/listen");
  headers.push_back({"Content-Type", "application/json"});
  auto stream = scene->client.stream(
      {.method = "POST",
       .url = scene->url(),
       .headers = std::move(headers),
       .body = modern("subscriptions/listen", R"(,"notifications":{"resourceSubscriptions":["call://1/transcript"]})")},
      in_time(), on_body);
  try {
    co_await asio::co_spawn(executor, std::move(stream),
                            asio::bind_cancellation_slot(enough.slot(), asio::use_awaitable));
  } catch (const boost::system::system_error& error) {
    EXPECT_EQ(error.code(), asio::error::operation_aborted) << "it has come";
  }
  const auto events = events_of(body);
  EXPECT_EQ(events.size(), 2U) << body;
  EXPECT_EQ(events.front()["method"], "notifications/subscriptions/acknowledged");
  for (const auto& event : events) EXPECT_EQ(event["params"]["_meta"][kMetaSubscription], 1);
  co_await tasks.join();
  while (scene->hub.listeners() > 0) co_await sleep_for(milliseconds(1));  // The client has left.
  co_await scene->close();
}
TEST(HttpTransport, ASubscriptionIsAcknowledgedFirstAndToldOnlyWhatItAskedFor) {
  net::run_test(listening);
}

awaitable<void> leaves() {
  const auto scene = co_await Scene::open();
  const auto id = co_await scene->initialize();
  for (const bool in_session : {false, true}) {
    asio::ip::tcp::socket socket(co_await asio::this_coro::executor);
    co_await socket.async_connect({asio::ip::make_address("127.0.0.1"), scene->port}, asio::use_awaitable);
    const auto body =
        in_session ? request("tools/call", R"({"name":"wait"})") : modern("tools/call", R"(,"name":"wait")");
    const auto more = in_session
                          ? "Mcp-Session-Id: " + id.value
                          : std::string("MCP-Protocol-Version: 2026-07-28\r\nMcp-Method: tools/call\r\nMcp-Name: wait");
    co_await net::write_text(socket,
                             fmt::format("POST /mcp HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                                         "Content-Length: {}\r\n{}\r\n\r\n{}",
                                         body.size(), more, body));
    while (scene->seen.started == (in_session ? 1 : 0)) co_await scene->seen.changed.wait(in_time());
    socket.close();
    while (scene->seen.unwound < scene->seen.started) co_await scene->seen.changed.wait(in_time());
  }
  EXPECT_EQ(scene->seen.unwound, 2);
  co_await scene->close();
}
TEST(HttpTransport, AClientThatLeavesCancelsItsRequest) {
  net::run_test(leaves);
}

// ---- Who may.

awaitable<void> strangers() {
  const auto scene = co_await Scene::open();
  const auto with = [&](std::vector<Header> headers) {
    return scene->post(modern("tools/list"), [&] {
      for (auto& header : modern_headers("tools/list")) headers.push_back(header);
      return headers;
    }());
  };
  EXPECT_EQ((co_await with({{"Origin", "http://localhost:3000"}})).status, 200);
  EXPECT_EQ((co_await with({{"Origin", "http://evil.example.com"}})).status, 403);
  EXPECT_EQ((co_await with({{"Content-Type", "text/plain"}})).status, 415);
  EXPECT_EQ((co_await with({{"Accept", "text/html"}})).status, 406);
  EXPECT_EQ((co_await scene->send("PUT", "", {})).status, 405);
  EXPECT_EQ((co_await scene->send("GET", "", {})).status, 405);
  asio::ip::tcp::socket socket(co_await asio::this_coro::executor);
  co_await socket.async_connect({asio::ip::make_address("127.0.0.1"), scene->port}, asio::use_awaitable);
  co_await net::write_text(socket, "POST /mcp HTTP/1.1\r\nHost: evil.example.com\r\nContent-Length: 0\r\n\r\n");
  std::array<char, 12> status{};
  co_await asio::async_read(socket, asio::buffer(status), asio::use_awaitable);
  EXPECT_EQ(std::string_view(status.data(), status.size()), "HTTP/1.1 421");
  co_await scene->close();
}
TEST(HttpTransport, PagesAndNamesOfOthersAreRefused) {
  net::run_test(strangers);
}

// CVE-2026-52869: a session is its principal's, whoever knows its id.
awaitable<void> principals() {
  NameAuthorizer authorizer;
  const auto scene = co_await Scene::open(&authorizer);
  const Header ada{"Authorization", "Bearer ada"}, eve{"Authorization", "Bearer eve"},
      reader{"Authorization", "Bearer reader"};
  const auto nobody = co_await scene->post(modern("tools/list"), modern_headers("tools/list"));
  EXPECT_EQ(nobody.status, 401);
  EXPECT_EQ(nobody.header("WWW-Authenticate"), "Bearer realm=\"test\"");
  const auto id = co_await scene->initialize("{}", {ada});
  const auto hers = co_await scene->post(request("tools/call", R"({"name":"hello"})"), {id, ada});
  EXPECT_EQ(Json::parse(hers.body)["result"]["content"][0]["text"], "hello ada");
  EXPECT_EQ((co_await scene->post(request("tools/list"), {id, eve})).status, 404);
  EXPECT_EQ((co_await scene->send("DELETE", "", {id, eve})).status, 404);
  EXPECT_EQ((co_await scene->post(request("tools/list"), {id, ada})).status, 200) << "still hers";

  auto headers = modern_headers("tools/call", "place");
  headers.push_back(reader);
  const auto refused = co_await scene->post(modern("tools/call", R"(,"name":"place")"), headers);
  EXPECT_EQ(refused.status, 403);
  EXPECT_THAT(std::string(refused.header("WWW-Authenticate")), HasSubstr("scope=\"place\""));
  const auto readers = co_await scene->initialize("{}", {reader});
  EXPECT_EQ((co_await scene->post(request("tools/call", R"({"name":"place"})"), {readers, reader})).status, 403);

  // A state belongs to who was asked.
  constexpr const char* kForms = R"({"elicitation":{}})";
  auto asking = modern_headers("tools/call", "ask");
  asking.push_back(ada);
  const auto first = co_await scene->post(modern("tools/call", R"(,"name":"ask")", kForms), asking);
  const std::string state = Json::parse(first.body)["result"]["requestState"];
  asking.back() = eve;
  const auto stolen = co_await scene->post(
      modern("tools/call", fmt::format(R"(,"name":"ask","requestState":"{}")", state), kForms), asking);
  EXPECT_EQ(stolen.status, 400);
  co_await scene->close();
}
TEST(HttpTransport, WhatOnePrincipalHasNoOtherCanUse) {
  net::run_test(principals);
}

}  // namespace
}  // namespace call_agent::mcp

#include "livekit/api/twirp.h"

#include <gtest/gtest.h>

#include "livekit/api/dispatch.h"
#include "livekit/api/rooms.h"
#include "livekit/api/sip.h"
#include "net/imposter_server.h"

namespace call_agent::livekit::api {
namespace {

using asio::ip::tcp;
using net::ImposterServer;
using net::run_test;

Deadline in_time() {
  return Deadline::after(milliseconds(10'000));
}

TEST(TwirpError, CarriesWhatTheTelephoneNetworkSaid) {
  const auto error =
      parse_twirp_error(429, R"({"code":"resource_exhausted","msg":"twirp error unknown: sip status: 486: Busy here",)"
                             R"("meta":{"sip_status_code":"486","sip_status":"Busy here","error_details":"x"}})");
  EXPECT_EQ(error.code, "resource_exhausted");
  EXPECT_EQ(error.error.code, Errc::kOverloaded);
  EXPECT_EQ(error.http_status, 429);
  EXPECT_EQ(error.sip_status_code, 486);
  EXPECT_EQ(error.sip_status, "Busy here");
}

TEST(TwirpError, HasNoSipStatusWhereThereWasNone) {
  for (const auto* meta : {"null", "{}", R"({"sip_status_code":""})", R"({"sip_status_code":"9999999999999"})", "[]"}) {
    const auto error = parse_twirp_error(404, std::string(R"({"code":"not_found","msg":"m","meta":)") + meta + "}");
    EXPECT_EQ(error.sip_status_code, std::nullopt) << meta;
    EXPECT_EQ(error.error.code, Errc::kNotFound);
  }
}

TEST(TwirpError, OfAProxyIsJudgedByItsStatus) {
  const auto code = [](int status) { return parse_twirp_error(status, "<html>no</html>").error.code; };
  EXPECT_EQ(code(401), Errc::kPermission);
  EXPECT_EQ(code(404), Errc::kNotFound);
  EXPECT_EQ(code(429), Errc::kOverloaded);
  EXPECT_EQ(code(502), Errc::kUnavailable);
  EXPECT_EQ(code(302), Errc::kUnavailable);
  EXPECT_EQ(parse_twirp_error(502, "<html>no</html>").code, "");
  EXPECT_LT(parse_twirp_error(500, std::string(10'000, 'x')).error.what.size(), 400U);
}

TEST(ApiBase, TakesEveryFormOfLivekitUrl) {
  EXPECT_EQ(*api_base("ws://127.0.0.1:7880"), "http://127.0.0.1:7880");
  EXPECT_EQ(*api_base("wss://my.livekit.cloud/"), "https://my.livekit.cloud");
  EXPECT_EQ(*api_base("https://example.com/livekit/"), "https://example.com/livekit");
  EXPECT_EQ(*api_base("http://[::1]:7880/a/b"), "http://[::1]:7880/a/b");
  for (const auto* bad : {"", "my.livekit.cloud", "ftp://a", "wss://a?token=b", "wss://a:b@c"}) {
    const auto base = api_base(bad);
    ASSERT_FALSE(base) << bad;
    EXPECT_TRUE(base.error().what.starts_with("LIVEKIT_URL")) << base.error().what;
  }
}

std::unique_ptr<TwirpClient> client_of(const asio::any_io_executor& executor, std::string url) {
  auto client = TwirpClient::create(executor, {.url = std::move(url), .key = {.key = "k", .secret = "s"}});
  if (!client) throw std::runtime_error(client.error().what);
  return std::move(*client);
}

TEST(TwirpClient, NamesTheVariableThatIsWrong) {
  run_test([]() -> awaitable<void> {
    const auto executor = co_await asio::this_coro::executor;
    const auto what = [&](TwirpClient::Config config) {
      return TwirpClient::create(executor, std::move(config)).error().what;
    };
    EXPECT_TRUE(what({.url = "x", .key = {"k", "s"}}).starts_with("LIVEKIT_URL"));
    EXPECT_TRUE(what({.url = "ws://a", .key = {"", "s"}}).starts_with("LIVEKIT_API_KEY"));
    EXPECT_TRUE(what({.url = "ws://a", .key = {"k", ""}}).starts_with("LIVEKIT_API_SECRET"));
  });
}

awaitable<void> is_unavailable(tcp::socket socket) {
  co_await net::read_request(socket);
  co_await net::write_text(socket, net::response(503, R"({"code":"unavailable","msg":"starting"})"));
}

awaitable<void> breaks_off(tcp::socket socket) {
  co_await net::read_request(socket);
}

awaitable<void> answers_with_an_empty_message(tcp::socket socket) {
  while (!(co_await net::read_request(socket)).empty()) co_await net::write_text(socket, net::response(200, "{}"));
}

awaitable<void> answers_with_nonsense(tcp::socket socket) {
  while (!(co_await net::read_request(socket)).empty()) co_await net::write_text(socket, net::response(200, "[]"));
}

awaitable<void> repeats_the_request(tcp::socket socket) {
  while (true) {
    const auto request = co_await net::read_request(socket);
    if (request.empty()) co_return;
    const std::string target = request.substr(0, request.find("\r\n"));
    co_await net::write_text(socket, net::response(200, dump_json({{"metadata", target}, {"name", "r"}})));
  }
}

TEST(TwirpClient, PostsToTheServiceUnderThePrefix) {
  run_test([]() -> awaitable<void> {
    const auto executor = co_await asio::this_coro::executor;
    ImposterServer server(executor, {repeats_the_request});
    const auto client = client_of(executor, server.url("ws", "/behind/proxy/"));
    RoomService rooms(*client);
    const auto room = co_await rooms.create({.name = "r"}, in_time());
    EXPECT_EQ(room->metadata, "POST /behind/proxy/twirp/livekit.RoomService/CreateRoom HTTP/1.1");
    co_await server.stop();
  });
}

TEST(TwirpClient, RepeatsWhatMayBeRepeated) {
  run_test([]() -> awaitable<void> {
    const auto executor = co_await asio::this_coro::executor;
    ImposterServer server(executor, {is_unavailable, breaks_off, answers_with_an_empty_message});
    const auto client = client_of(executor, server.url("ws"));
    RoomService rooms(*client);
    EXPECT_TRUE(co_await rooms.participants("r", in_time()));
    EXPECT_EQ(server.connections(), 3U);
    co_await server.stop();
  });
}

TEST(TwirpClient, GivesUpAfterThreeAttempts) {
  run_test([]() -> awaitable<void> {
    const auto executor = co_await asio::this_coro::executor;
    ImposterServer server(executor, {is_unavailable});
    const auto client = client_of(executor, server.url("ws"));
    RoomService rooms(*client);
    const auto result = co_await rooms.participants("r", in_time());
    EXPECT_EQ(result.error().code, "unavailable");
    EXPECT_EQ(server.connections(), 3U);
    co_await server.stop();
  });
}

TEST(TwirpClient, NeverRepeatsADialOrADispatch) {
  run_test([]() -> awaitable<void> {
    const auto executor = co_await asio::this_coro::executor;
    ImposterServer server(executor, {is_unavailable, breaks_off, is_unavailable, breaks_off});
    const auto client = client_of(executor, server.url("ws"));
    SipService sip(*client);
    DispatchService dispatches(*client);
    const SipDial dial{.trunk_id = "ST_1", .call_to = "+1", .room = "r", .participant_identity = "c"};
    EXPECT_EQ((co_await sip.dial(dial)).error().http_status, 503);
    EXPECT_EQ((co_await sip.dial(dial)).error().http_status, 0);
    const DispatchService::Create request{.room = "r", .agent_name = "a"};
    EXPECT_EQ((co_await dispatches.create(request, in_time())).error().http_status, 503);
    EXPECT_EQ((co_await dispatches.create(request, in_time())).error().http_status, 0);
    EXPECT_EQ(server.connections(), 4U);
    co_await server.stop();
  });
}

TEST(TwirpClient, DoesNotCallAnAnswerWhatIsNoMessage) {
  run_test([]() -> awaitable<void> {
    const auto executor = co_await asio::this_coro::executor;
    ImposterServer server(executor, {answers_with_nonsense});
    const auto client = client_of(executor, server.url("ws"));
    RoomService rooms(*client);
    const auto result = co_await rooms.participants("r", in_time());
    EXPECT_EQ(result.error().error.code, Errc::kUnavailable);
    co_await server.stop();
  });
}

}  // namespace
}  // namespace call_agent::livekit::api

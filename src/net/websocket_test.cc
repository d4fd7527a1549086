#include "net/websocket.h"

#include <gtest/gtest.h>

#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/websocket/stream.hpp>

#include "net/imposter_server.h"
#include "net/test_deadline.h"

namespace call_agent::net {
namespace {

namespace ws = boost::beast::websocket;
using asio::ip::tcp;
using boost::system::error_code;
using Server = ws::stream<tcp::socket>;

awaitable<void> echoes(tcp::socket socket) {
  Server server(std::move(socket));
  co_await server.async_accept(asio::use_awaitable);
  error_code error;
  while (true) {
    boost::beast::flat_buffer buffer;
    co_await server.async_read(buffer, asio::redirect_error(asio::use_awaitable, error));
    if (error) co_return;
    server.binary(server.got_binary());
    co_await server.async_write(buffer.data(), asio::use_awaitable);
  }
}

awaitable<void> says_goodbye(tcp::socket socket) {
  Server server(std::move(socket));
  co_await server.async_accept(asio::use_awaitable);
  co_await server.async_close({ws::close_code::going_away, "restarting"}, asio::use_awaitable);
}

awaitable<void> vanishes(tcp::socket socket) {
  Server server(std::move(socket));
  co_await server.async_accept(asio::use_awaitable);
  server.next_layer().close();
}

awaitable<void> sends_a_huge_message(tcp::socket socket) {
  Server server(std::move(socket));
  co_await server.async_accept(asio::use_awaitable);
  server.auto_fragment(false);
  const std::string huge(17 * 1024 * 1024, 'x');
  error_code ignored;
  co_await server.async_write(asio::buffer(huge), asio::redirect_error(asio::use_awaitable, ignored));
}

/// Pings, and hangs up when the pong is there.
awaitable<void> pings(tcp::socket socket) {
  Server server(std::move(socket));
  co_await server.async_accept(asio::use_awaitable);
  bool answered = false;
  server.control_callback([&](ws::frame_type type, boost::beast::string_view payload) {
    answered = type == ws::frame_type::pong && payload == "are you there";
    server.next_layer().close();
  });
  co_await server.async_ping("are you there", asio::use_awaitable);
  boost::beast::flat_buffer buffer;
  error_code ignored;
  co_await server.async_read(buffer, asio::redirect_error(asio::use_awaitable, ignored));
  EXPECT_TRUE(answered);
}

awaitable<void> shakes_hands_and_never_reads(tcp::socket socket) {
  Server server(std::move(socket));
  co_await server.async_accept(asio::use_awaitable);
  co_await asio::steady_timer(server.get_executor(), TimePoint::max()).async_wait(asio::use_awaitable);
}

awaitable<void> never_answers(tcp::socket socket) {
  co_await read_request(socket);
  co_await until_closed(socket);
}

template <int kStatus>
awaitable<void> refuses(tcp::socket socket) {
  co_await read_request(socket);
  co_await write_text(socket, response(kStatus, "no"));
  co_await until_closed(socket);
}

awaitable<void> answers_with_its_head(tcp::socket socket) {
  boost::beast::http::request<boost::beast::http::string_body> request;
  boost::beast::flat_buffer buffer;
  co_await boost::beast::http::async_read(socket, buffer, request, asio::use_awaitable);
  Server server(std::move(socket));
  co_await server.async_accept(request, asio::use_awaitable);
  const std::string said = std::string(request.target()) + " " + std::string(request["Authorization"]);
  co_await server.async_write(asio::buffer(said), asio::use_awaitable);
  boost::beast::flat_buffer rest;
  error_code ignored;
  co_await server.async_read(rest, asio::redirect_error(asio::use_awaitable, ignored));
}

awaitable<std::unique_ptr<WebSocket>> connected(const ImposterServer& server) {
  auto socket = co_await WebSocket::connect(server.url("ws"), {}, in_time());
  if (!socket) throw std::runtime_error(socket.error().what);
  co_return std::move(*socket);
}

TEST(WebSocket, CarriesTextAndBinaryInOrder) {
  run_test([]() -> awaitable<void> {
    ImposterServer server(co_await asio::this_coro::executor, {echoes});
    const auto socket = co_await connected(server);
    for (int i = 0; i < 50; ++i) {
      EXPECT_TRUE(co_await socket->send({.data = std::to_string(i), .binary = i % 2 == 1}));
    }
    for (int i = 0; i < 50; ++i) {
      const auto message = co_await socket->read();
      if (!message) throw std::runtime_error(message.error().what);
      EXPECT_EQ(message->data, std::to_string(i));
      EXPECT_EQ(message->binary, i % 2 == 1);
    }
    co_await socket->close();
    co_await server.stop();
  });
}

TEST(WebSocket, SendsTheCallersHeadersAndPath) {
  run_test([]() -> awaitable<void> {
    ImposterServer server(co_await asio::this_coro::executor, {answers_with_its_head});
    const std::vector<Header> headers{{"Authorization", "Bearer x"}};
    const auto socket = co_await WebSocket::connect(server.url("ws", "/agent?a=b"), headers, in_time());
    const auto message = co_await (*socket)->read();
    EXPECT_EQ(message->data, "/agent?a=b Bearer x");
    co_await (*socket)->close();
    co_await server.stop();
  });
}

TEST(WebSocket, TellsThatTheServerClosed) {
  run_test([]() -> awaitable<void> {
    ImposterServer server(co_await asio::this_coro::executor, {says_goodbye, vanishes});
    for (int i = 0; i < 2; ++i) {
      const auto socket = co_await connected(server);
      const auto message = co_await socket->read();
      EXPECT_EQ(message.error().code, Errc::kUnavailable);
      if (i == 0) EXPECT_TRUE(message.error().what.contains("restarting")) << message.error().what;
      const auto sent = co_await socket->send({.data = "late"});
      EXPECT_EQ(sent.error().code, Errc::kUnavailable);
      const auto again = co_await socket->read();
      EXPECT_EQ(again.error().code, Errc::kUnavailable);
      co_await socket->close();
    }
    co_await server.stop();
  });
}

TEST(WebSocket, NamesWhyTheUpgradeFailed) {
  run_test([]() -> awaitable<void> {
    ImposterServer server(co_await asio::this_coro::executor,
                          {refuses<401>, refuses<403>, refuses<404>, refuses<429>, refuses<500>, refuses<200>});
    for (const auto expected : {Errc::kPermission, Errc::kPermission, Errc::kNotFound, Errc::kOverloaded,
                                Errc::kUnavailable, Errc::kUnavailable}) {
      const auto socket = co_await WebSocket::connect(server.url("ws"), {}, in_time());
      EXPECT_EQ(socket.error().code, expected);
    }
    co_await server.stop();
  });
}

TEST(WebSocket, GivesUpConnectingAtTheDeadline) {
  run_test([]() -> awaitable<void> {
    ImposterServer server(co_await asio::this_coro::executor, {never_answers});
    const auto socket = co_await WebSocket::connect(server.url("ws"), {}, Deadline::after(milliseconds(40)));
    EXPECT_EQ(socket.error().code, Errc::kDeadline);
    co_await server.stop();
  });
}

TEST(WebSocket, RefusesBadArguments) {
  run_test([]() -> awaitable<void> {
    const auto http = co_await WebSocket::connect("http://127.0.0.1:1", {}, in_time());
    EXPECT_EQ(http.error().code, Errc::kInvalidArgument);
    const std::vector<Header> split{{"A", "b\r\nC: d"}};
    const auto header = co_await WebSocket::connect("ws://127.0.0.1:1", split, in_time());
    EXPECT_EQ(header.error().code, Errc::kInvalidArgument);
  });
}

TEST(WebSocket, AnswersPingsWhileItReads) {
  run_test([]() -> awaitable<void> {
    ImposterServer server(co_await asio::this_coro::executor, {pings});
    const auto socket = co_await connected(server);
    EXPECT_EQ((co_await socket->read()).error().code, Errc::kUnavailable);
    co_await server.stop();
  });
}

TEST(WebSocket, RefusesAMessageThatIsTooLarge) {
  run_test([]() -> awaitable<void> {
    ImposterServer server(co_await asio::this_coro::executor, {sends_a_huge_message});
    const auto socket = co_await connected(server);
    const auto message = co_await socket->read();
    EXPECT_EQ(message.error().code, Errc::kOverloaded) << message.error().what;
    co_await server.stop();
  });
}

TEST(WebSocket, BoundsWhatIsUnsentAndClosesAllTheSame) {
  run_test([]() -> awaitable<void> {
    ImposterServer server(co_await asio::this_coro::executor, {shakes_hands_and_never_reads});
    const auto socket = co_await connected(server);
    Result<void> sent;
    for (int i = 0; i < 20 && sent; ++i) sent = co_await socket->send({.data = std::string(1024 * 1024, 'x')});
    EXPECT_EQ(sent.error().code, Errc::kOverloaded);
    const auto started = Clock::now();
    co_await socket->close();
    EXPECT_LT(Clock::now() - started, std::chrono::seconds(5));
    co_await server.stop();
  });
}

awaitable<void> record_read(WebSocket& socket, std::optional<Errc>& out) {
  const auto message = co_await socket.read();
  out = message ? Errc::kInternal : message.error().code;
}

TEST(WebSocket, CloseEndsAPendingRead) {
  run_test([]() -> awaitable<void> {
    const auto executor = co_await asio::this_coro::executor;
    ImposterServer server(executor, {echoes});
    const auto socket = co_await connected(server);
    TaskGroup tasks(executor);
    std::optional<Errc> error;
    tasks.spawn(record_read(*socket, error));
    co_await asio::post(executor, asio::use_awaitable);
    co_await socket->close();
    co_await tasks.join();
    EXPECT_EQ(error, Errc::kUnavailable);
    co_await server.stop();
  });
}

TEST(WebSocket, ACancelledReadReturnsAndBreaksTheConnection) {
  run_test([]() -> awaitable<void> {
    const auto executor = co_await asio::this_coro::executor;
    ImposterServer server(executor, {echoes});
    const auto socket = co_await connected(server);
    TaskGroup tasks(executor);
    std::optional<Errc> error;
    tasks.spawn(record_read(*socket, error));
    co_await asio::post(executor, asio::use_awaitable);
    tasks.cancel();
    co_await tasks.join();
    EXPECT_EQ(error, Errc::kCancelled);
    const auto sent = co_await socket->send({.data = "late"});
    EXPECT_EQ(sent.error().code, Errc::kUnavailable);
    co_await server.stop();
  });
}

TEST(WebSocket, MayBeDestroyedWithAReadAndWritesPending) {
  run_test([]() -> awaitable<void> {
    const auto executor = co_await asio::this_coro::executor;
    ImposterServer server(executor, {shakes_hands_and_never_reads});
    auto socket = co_await connected(server);
    TaskGroup tasks(executor);
    std::optional<Errc> error;
    tasks.spawn(record_read(*socket, error));
    for (int i = 0; i < 3; ++i) EXPECT_TRUE(co_await socket->send({.data = std::string(1024 * 1024, 'x')}));
    co_await asio::post(executor, asio::use_awaitable);
    socket.reset();
    co_await tasks.join();
    EXPECT_EQ(error, Errc::kUnavailable);
    co_await server.stop();
  });
}

}  // namespace
}  // namespace call_agent::net

#include "net/http_server.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <boost/asio/connect.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/asio/write.hpp>

#include "core/channel.h"
#include "core/task_group.h"
#include "net/imposter_server.h"
#include "net/test_certificate.h"
#include "net/test_deadline.h"

namespace call_agent::net {
namespace {

using asio::ip::tcp;
using boost::system::error_code;

/// What the handlers below saw, for the one test that runs.
struct Seen {
  explicit Seen(const asio::any_io_executor& executor) : changed(executor) { current = this; }
  ~Seen() { current = nullptr; }
  awaitable<void> until(const bool& fact) {
    while (!fact) co_await changed.wait(in_time());
  }
  static Seen* current;
  Notifier changed;
  bool began = false;
  bool unwound = false;
  bool write_failed = false;
  bool released = false;
  std::string peer;
};
Seen* Seen::current = nullptr;

awaitable<void> echoes(ServerRequest request, ServerReply& reply) {
  std::string body = fmt::format("{} {} {}", request.method, request.target, request.body);
  co_await reply.send({.status = 200, .headers = {{"X-Host", std::string(request.header("host"))}}, .body = body});
}

awaitable<void> streams_three_pieces(ServerRequest, ServerReply& reply) {
  co_await reply.begin(200, {{"Content-Type", "text/event-stream"}});
  for (const auto* piece : {"one", "two", "three"}) co_await reply.write(piece);
}

awaitable<void> waits_for_ever(ServerRequest request, ServerReply& reply) {
  if (request.path() == "/stream") co_await reply.begin(200, {});
  Seen& seen = *Seen::current;
  seen.peer = request.peer;
  seen.began = true;
  seen.changed.notify();
  const std::shared_ptr<void> unwinding(nullptr, [&seen](void*) {
    seen.unwound = true;
    seen.changed.notify();
  });
  Notifier never(co_await asio::this_coro::executor);
  while (true) co_await never.wait();
}

awaitable<void> waits_to_be_released(ServerRequest, ServerReply& reply) {
  Seen& seen = *Seen::current;
  seen.began = true;
  seen.changed.notify();
  co_await seen.until(seen.released);
  co_await reply.send({.body = "finished"});
}

awaitable<void> release(Seen& seen) {
  seen.released = true;
  seen.changed.notify();
  co_return;
}

awaitable<void> writes_for_ever(ServerRequest, ServerReply& reply) {
  const std::string piece(64 * 1024, 'x');
  co_await reply.begin(200, {});
  while (co_await reply.write(piece)) {
  }
  Seen::current->write_failed = true;
  Seen::current->changed.notify();
}

awaitable<void> throws(ServerRequest, ServerReply&) {
  throw std::runtime_error("a defect");
  co_return;
}

// As a wait throws that somebody else has ended.
awaitable<void> throws_aborted(ServerRequest, ServerReply&) {
  throw boost::system::system_error(asio::error::operation_aborted);
  co_return;
}

awaitable<void> shows_headers(ServerRequest request, ServerReply& reply) {
  std::string body;
  for (const auto& header : request.headers) body += fmt::format("{}={};", header.name, header.value);
  co_await reply.send({.body = body});
}

awaitable<void> says_nothing(ServerRequest, ServerReply&) {
  co_return;
}

awaitable<void> splits(ServerRequest, ServerReply& reply) {
  const auto sent = co_await reply.send({.headers = {{"X", "a\r\nSet-Cookie: b"}}});
  EXPECT_EQ(sent.error().code, Errc::kInvalidArgument);
}

/// A server on a free port of loopback.
class Scene {
 public:
  static awaitable<std::unique_ptr<Scene>> open(HttpServer::Handler handler, HttpServer::Options options = {}) {
    auto scene = std::make_unique<Scene>(co_await asio::this_coro::executor);
    scene->server = HttpServer::create(scene->executor, std::move(options), std::move(handler)).value();
    scene->port = scene->server->listen("127.0.0.1", 0).value();
    co_return scene;
  }
  explicit Scene(const asio::any_io_executor& given) : executor(given), seen(given) {}

  awaitable<tcp::socket> connect() const {
    tcp::socket socket(executor);
    co_await socket.async_connect({asio::ip::make_address("127.0.0.1"), port}, asio::use_awaitable);
    co_return socket;
  }
  /// Sends `text` and returns what comes until the server closes.
  awaitable<std::string> all_of(std::string text) const {
    auto socket = co_await connect();
    co_await write_text(socket, std::move(text));
    std::string answer;
    error_code error;
    co_await asio::async_read(socket, asio::dynamic_buffer(answer), asio::redirect_error(asio::use_awaitable, error));
    co_return answer;
  }
  std::string url(std::string_view path) const { return fmt::format("http://127.0.0.1:{}{}", port, path); }
  awaitable<void> close() const { co_await server->stop(Deadline::after(milliseconds(0))); }

  asio::any_io_executor executor;
  Seen seen;
  std::unique_ptr<HttpServer> server;
  std::uint16_t port = 0;
};

constexpr std::string_view kGet = "GET / HTTP/1.1\r\nHost: localhost\r\n";
std::string last(std::string_view request) {
  return std::string(request) + "Connection: close\r\n\r\n";
}

awaitable<void> whole_answers() {
  const auto scene = co_await Scene::open(echoes);
  HttpClient client(scene->executor);
  for (const auto* body : {"", "hello"}) {
    const auto answer =
        co_await client.send({.method = "POST", .url = scene->url("/mcp?a=b"), .headers = {}, .body = body}, in_time());
    EXPECT_EQ(answer.value().status, 200);
    EXPECT_EQ(answer->body, fmt::format("POST /mcp?a=b {}", body));
  }
  EXPECT_EQ(scene->server->connections(), 1U) << "kept alive";
  co_await scene->close();
}
TEST(HttpServer, AnswersRequestAfterRequestOnOneConnection) {
  run_test(whole_answers);
}

awaitable<void> streamed() {
  const auto scene = co_await Scene::open(streams_three_pieces);
  const auto chunked = co_await scene->all_of(last(kGet));
  EXPECT_TRUE(chunked.ends_with("\r\n\r\n3\r\none\r\n3\r\ntwo\r\n5\r\nthree\r\n0\r\n\r\n")) << chunked;
  const auto old = co_await scene->all_of("GET / HTTP/1.0\r\n\r\n");
  EXPECT_TRUE(old.ends_with("\r\n\r\nonetwothree")) << "HTTP/1.0 knows no chunks: " << old;
  const auto head = co_await scene->all_of(last("HEAD / HTTP/1.1\r\nHost: a\r\n"));
  EXPECT_TRUE(head.ends_with("\r\n\r\n") && head.find("one") == std::string::npos) << head;
  co_await scene->close();
}
TEST(HttpServer, StreamsPieceByPiece) {
  run_test(streamed);
}

awaitable<void> pipelined() {
  const auto scene = co_await Scene::open(echoes);
  const auto answers = co_await scene->all_of("POST /1 HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nab" +
                                              std::string("GET /2 HTTP/1.1\r\nHost: a\r\n\r\n") +
                                              last("GET /3 HTTP/1.1\r\nHost: a\r\n"));
  const auto first = answers.find("POST /1 ab"), second = answers.find("GET /2 "), third = answers.find("GET /3 ");
  EXPECT_TRUE(first < second && second < third && third != std::string::npos) << answers;
  co_await scene->close();
}
TEST(HttpServer, PipelinedRequestsAreAnsweredInOrder) {
  run_test(pipelined);
}

awaitable<void> forms() {
  const auto scene = co_await Scene::open(echoes);
  const auto absolute = co_await scene->all_of(last("GET http://right.example/x?y HTTP/1.1\r\nHost: wrong\r\n"));
  EXPECT_NE(absolute.find("X-Host: right.example\r\n"), std::string::npos) << absolute;
  EXPECT_TRUE(absolute.ends_with("GET /x?y ")) << absolute;
  const auto chunked = co_await scene->all_of(
      "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n"
      "Connection: close\r\n\r\n3;note=1\r\nabc\r\n0\r\nX-Sum: 1\r\n\r\n");
  EXPECT_TRUE(chunked.ends_with("POST / abc")) << chunked;
  const auto expecting = co_await scene->all_of(
      "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nExpect: 100-continue\r\nConnection: close\r\n\r\nx");
  EXPECT_TRUE(expecting.ends_with("POST / x")) << expecting;
  co_await scene->close();
}
TEST(HttpServer, TakesEveryFormARequestMayHave) {
  run_test(forms);
}

struct Bad {
  const char* request;
  int status;
};
constexpr Bad kBad[] = {
    {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400},
    {"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n0\r\n\r\n", 400},
    {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nxx", 400},
    {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\nx", 400},
    {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n", 400},
    {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1e3\r\n\r\n", 400},
    {"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", 400},
    {"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", 501},
    {"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: xchunked\r\n\r\n", 501},
    {"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding:\r\nContent-Length: 1\r\n\r\nx", 400},
    {"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding:\r\n\r\n", 501},
    {"POST / HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 501},
    {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1, 1\r\n\r\nx", 400},
    {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: +1\r\n\r\nx", 400},
    {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 18446744073709551617\r\n\r\nx", 400},
    {"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0x1\r\na\r\n0\r\n\r\n", 400},
    {"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1\nab\r\n0\r\n\r\n", 400},
    {"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nab\r\n0\r\n\r\n", 400},
    {"GET / HTTP/1.1\nHost: a\n\n\r\n\r\n", 400},
    {"GET / HTTP/1.1\r\nHost: a\r\nX: a\rb\r\n\r\n", 400},
    {"GET / HTTP/1.1\r\n\r\n", 400},
    {"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400},
    {"GET / HTTP/1.1\r\nHost : a\r\n\r\n", 400},
    {"GET / HTTP/1.1\r\nHost: a\r\nX\r\n\r\n", 400},
    {"GET / HTTP/1.1\r\nHost: a\r\nExpect: a miracle\r\n\r\n", 417},
    {"GET relative HTTP/1.1\r\nHost: a\r\n\r\n", 400},
    {"CONNECT a:1 HTTP/1.1\r\nHost: a\r\n\r\n", 400},
    {"GET / HTTP/2.7\r\nHost: a\r\n\r\n", 400},
    {"G\x01T / HTTP/1.1\r\nHost: a\r\n\r\n", 400},
    {"\x16\x03\x01\x02hello, I speak TLS\r\n\r\n", 400},
    {"not HTTP at all\r\n\r\n", 400},
};

awaitable<void> refused() {
  const auto scene = co_await Scene::open(echoes);
  for (const auto& bad : kBad) {
    const auto answer = co_await scene->all_of(bad.request);
    EXPECT_TRUE(answer.starts_with(fmt::format("HTTP/1.1 {} ", bad.status))) << bad.request << " -> " << answer;
    EXPECT_EQ(answer.find("HTTP/1.1", 1), std::string::npos) << "nothing after it is answered: " << answer;
  }
  co_await scene->close();
}
TEST(HttpServer, RefusesWhatAnotherServerMightReadOtherwise) {
  run_test(refused);
}

awaitable<void> too_much() {
  const auto scene = co_await Scene::open(echoes, {.max_head = 1000, .max_body = 100});
  const auto head = co_await scene->all_of(std::string(kGet) + "X: " + std::string(2000, 'x') + "\r\n\r\n");
  EXPECT_TRUE(head.starts_with("HTTP/1.1 431 ")) << head;
  const auto body = co_await scene->all_of("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 101\r\n\r\n");
  EXPECT_TRUE(body.starts_with("HTTP/1.1 413 ")) << body;
  const auto chunks = co_await scene->all_of(fmt::format(
      "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n{:x}\r\n{}\r\n", 101, std::string(101, 'x')));
  EXPECT_TRUE(chunks.starts_with("HTTP/1.1 413 ")) << chunks;
  constexpr std::string_view kChunked = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
  for (const auto* what : {"1;", "0\r\nX: "}) {  // Around the body: a chunk's extension, a trailer.
    const auto around = co_await scene->all_of(fmt::format("{}{}{}", kChunked, what, std::string(100'000, 'x')));
    EXPECT_TRUE(around.starts_with("HTTP/1.1 431 ")) << what << " -> " << around;
  }
  co_await scene->close();
}
TEST(HttpServer, WhatIsTooLongIsRefusedBeforeItIsKept) {
  run_test(too_much);
}

awaitable<void> slow() {
  const milliseconds brief{40};
  const auto scene = co_await Scene::open(echoes, {.head_limit = brief, .body_limit = brief, .idle_limit = brief});
  EXPECT_EQ(co_await scene->all_of(""), "") << "idle";
  for (const auto* unfinished : {"GET / HTTP/1.1\r\nX", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nx"}) {
    const auto answer = co_await scene->all_of(unfinished);
    EXPECT_TRUE(answer.starts_with("HTTP/1.1 408 ")) << unfinished << " -> " << answer;
  }
  co_await scene->close();
}
TEST(HttpServer, AClientThatTakesItsTimeIsLeft) {
  run_test(slow);
}

awaitable<void> drips() {
  const auto scene = co_await Scene::open(echoes, {.head_limit = milliseconds{60}, .idle_limit = milliseconds{5000}});
  auto socket = co_await scene->connect();
  error_code error;
  const std::string byte = "X";
  co_await write_text(socket, "GET / HTTP/1.1\r\nX: ");
  while (socket.available() == 0 && !error) {  // Each byte comes in time; the head as a whole does not.
    co_await sleep_for(milliseconds{5});
    co_await asio::async_write(socket, asio::buffer(byte), asio::redirect_error(asio::use_awaitable, error));
  }
  co_await scene->close();
}
TEST(HttpServer, AHeadThatDripsIsCutAtItsLimit) {
  run_test(drips);
}

awaitable<void> leaves() {
  for (const auto* path : {"/", "/stream"}) {
    const auto scene = co_await Scene::open(waits_for_ever);
    auto socket = co_await scene->connect();
    co_await write_text(socket, fmt::format("GET {} HTTP/1.1\r\nHost: a\r\n\r\n", path));
    co_await scene->seen.until(scene->seen.began);
    EXPECT_EQ(scene->seen.peer, "127.0.0.1");
    socket.close();
    co_await scene->seen.until(scene->seen.unwound);
    EXPECT_TRUE(scene->seen.unwound);
    co_await scene->close();
  }
}
TEST(HttpServer, ARequestWhoseClientLeavesIsCancelled) {
  run_test(leaves);
}

awaitable<void> reads_nothing() {
  const auto scene = co_await Scene::open(writes_for_ever, {.write_limit = milliseconds{50}});
  auto socket = co_await scene->connect();
  co_await write_text(socket, std::string(kGet) + "\r\n");
  co_await scene->seen.until(scene->seen.write_failed);
  EXPECT_TRUE(scene->seen.write_failed);
  co_await scene->close();
}
TEST(HttpServer, AClientThatReadsNothingHoldsNothingUp) {
  run_test(reads_nothing);
}

constexpr std::size_t kMuch = 32 * 1024 * 1024;  // More than the sockets' own buffers hold.

awaitable<void> sends_much(ServerRequest, ServerReply& reply) {
  co_await reply.send({.body = std::string(kMuch, 'x')});
}

awaitable<void> reads_slowly() {
  const milliseconds limit{400};
  const auto scene = co_await Scene::open(sends_much, {.write_limit = limit});
  auto socket = co_await scene->connect();
  co_await write_text(socket, last(kGet));
  std::string piece(512 * 1024, '\0');
  std::size_t got = 0;
  error_code error;
  const auto began = Clock::now();
  while (!error) {  // A slow line, which takes something all the time.
    co_await sleep_for(milliseconds{15});
    got += co_await asio::async_read(socket, asio::buffer(piece), asio::redirect_error(asio::use_awaitable, error));
  }
  EXPECT_GT(got, kMuch) << "head and body";
  EXPECT_GT(Clock::now() - began, 2 * limit) << "the whole took longer than one write may";
  co_await scene->close();
}
TEST(HttpServer, ASlowLineGetsAllOfALongAnswer) {
  run_test(reads_slowly);
}

awaitable<void> crowded() {
  const auto scene = co_await Scene::open(echoes, {.max_connections = 3, .max_per_peer = 2});
  auto first = co_await scene->connect();
  auto second = co_await scene->connect();
  EXPECT_EQ(co_await scene->all_of(last(kGet)), "") << "the third of this address";
  co_await write_text(first, last(kGet));
  co_await until_closed(first);
  std::string answer;
  while (answer.empty()) answer = co_await scene->all_of(last(kGet));
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 200 ")) << "a place is free again";
  co_await scene->close();
}
TEST(HttpServer, TooManyConnectionsAreClosedAtOnce) {
  run_test(crowded);
}

awaitable<void> defects() {
  for (const HttpServer::Handler& handler : {HttpServer::Handler(throws), HttpServer::Handler(throws_aborted),
                                             HttpServer::Handler(says_nothing), HttpServer::Handler(splits)}) {
    const auto scene = co_await Scene::open(handler);
    const auto answer = co_await scene->all_of(last(kGet));
    EXPECT_TRUE(answer.starts_with("HTTP/1.1 500 ")) << answer;
    EXPECT_EQ(answer.find("Set-Cookie"), std::string::npos);
    co_await scene->close();
  }
}
TEST(HttpServer, AHandlerThatFailsIsAnsweredFor) {
  run_test(defects);
}

awaitable<void> trailers() {
  const auto scene = co_await Scene::open(shows_headers);
  const auto answer = co_await scene->all_of(
      "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n"
      "0\r\nAuthorization: Bearer forged\r\n\r\n");
  EXPECT_TRUE(answer.ends_with("\r\n\r\nHost=a;Transfer-Encoding=chunked;Connection=close;")) << answer;
  co_await scene->close();
}
TEST(HttpServer, ATrailerIsNoHeader) {
  run_test(trailers);
}

awaitable<void> finishes() {
  const auto scene = co_await Scene::open(waits_to_be_released);
  auto busy = co_await scene->connect();
  co_await write_text(busy, std::string(kGet) + "\r\n");
  co_await scene->seen.until(scene->seen.began);
  TaskGroup releasing(scene->executor);
  releasing.spawn(release(scene->seen));
  const auto deadline = Deadline::after(milliseconds(10'000));
  co_await scene->server->stop(deadline);
  EXPECT_GT(deadline.left(), milliseconds(5'000)) << "it stops with the last request";
  std::string answer;
  error_code error;
  co_await asio::async_read(busy, asio::dynamic_buffer(answer), asio::redirect_error(asio::use_awaitable, error));
  EXPECT_TRUE(answer.ends_with("\r\n\r\nfinished")) << answer;
  co_await releasing.join();
}
TEST(HttpServer, StoppingLetsARequestFinish) {
  run_test(finishes);
}

awaitable<void> stops() {
  const auto scene = co_await Scene::open(waits_for_ever);
  auto idle = co_await scene->connect();
  auto busy = co_await scene->connect();
  co_await write_text(busy, std::string(kGet) + "\r\n");
  co_await scene->seen.until(scene->seen.began);
  co_await scene->server->stop(Deadline::after(milliseconds{30}));
  EXPECT_TRUE(scene->seen.unwound) << "it was given its time";
  EXPECT_EQ(scene->server->connections(), 0U);
  co_await until_closed(idle);
  co_await until_closed(busy);
}
TEST(HttpServer, StoppingEndsWhatIsIdleAtOnceAndTheRestAtTheDeadline) {
  run_test(stops);
}

awaitable<void> addresses() {
  const auto scene = co_await Scene::open(echoes);
  EXPECT_EQ(scene->server->listen("127.0.0.1", scene->port).error().code, Errc::kConflict);
  EXPECT_EQ(scene->server->listen("nowhere", 0).error().code, Errc::kInvalidArgument);
  EXPECT_TRUE(scene->server->listen("::1", 0));
  co_await scene->close();
}
TEST(HttpServer, SaysWhyItCannotListen) {
  run_test(addresses);
}

awaitable<void> secured() {
  const TestCertificate certificate("IP:127.0.0.1");
  const auto scene =
      co_await Scene::open(echoes, {.certificate_file = certificate.path(), .key_file = certificate.path()});
  HttpClient client(scene->executor, {.ca_file = certificate.path()});
  for (int i = 0; i < 3; ++i) {
    const auto answer =
        co_await client.send({.url = fmt::format("https://127.0.0.1:{}/{}", scene->port, i)}, in_time());
    EXPECT_EQ(answer.value().body, fmt::format("GET /{} ", i));
  }
  EXPECT_EQ(scene->server->connections(), 1U) << "watching for the peer's leaving does not upset the stream";
  const auto plain = co_await scene->all_of(last(kGet));
  EXPECT_EQ(plain.find("HTTP/1.1 200"), std::string::npos) << plain;
  co_await scene->close();
}
TEST(HttpServer, SpeaksTls) {
  run_test(secured);
}

TEST(HttpServer, NamesTheCertificateFileThatCannotBeUsed) {
  asio::io_context io(1);
  const auto made = HttpServer::create(io.get_executor(), {.certificate_file = "/no/such.pem"}, echoes);
  ASSERT_FALSE(made);
  EXPECT_NE(made.error().what.find("/no/such.pem"), std::string::npos);
}

}  // namespace
}  // namespace call_agent::net

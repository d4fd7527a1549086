#include <gtest/gtest.h>

#include "core/channel.h"
#include "net/http.h"
#include "net/imposter_server.h"
#include "net/test_deadline.h"

namespace call_agent::net {
namespace {

using asio::ip::tcp;

const auto kSoon = milliseconds(40);
awaitable<void> answers_every_request(tcp::socket socket) {
  while (true) {
    const auto request = co_await read_request(socket);
    if (request.empty()) co_return;
    co_await write_text(socket, response(200, request, "X-Said: yes\r\n"));
  }
}

awaitable<void> never_answers(tcp::socket socket) {
  co_await read_request(socket);
  co_await until_closed(socket);
}

awaitable<void> closes_at_once(tcp::socket socket) {
  co_await read_request(socket);
  socket.close();
}

awaitable<void> answers_then_closes_on_the_next_request(tcp::socket socket) {
  co_await read_request(socket);
  co_await write_text(socket, response(200, "first"));
  co_await read_request(socket);
  socket.close();
}

awaitable<void> answers_and_closes(tcp::socket socket) {
  co_await read_request(socket);
  co_await write_text(socket, response(200, "first"));
  socket.close();
}

awaitable<void> breaks_off_in_the_body(tcp::socket socket) {
  co_await read_request(socket);
  co_await write_text(socket, "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nonly this");
  socket.close();
}

awaitable<void> stalls_in_the_body(tcp::socket socket) {
  co_await read_request(socket);
  co_await write_text(socket, "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nonly this");
  co_await until_closed(socket);
}

awaitable<void> sends_chunks_one_byte_at_a_time(tcp::socket socket) {
  co_await read_request(socket);
  const std::string text =
      "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n"
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n4;note=1\r\ndefg\r\n0\r\nX-Sum: 1\r\n\r\n";
  for (const char c : text) co_await write_text(socket, std::string(1, c));
  co_await until_closed(socket);
}

awaitable<void> ends_the_body_by_closing(tcp::socket socket) {
  co_await read_request(socket);
  co_await write_text(socket, "HTTP/1.0 200 OK\r\n\r\nuntil the end");
  socket.close();
}

awaitable<void> sends_more_than_allowed(tcp::socket socket) {
  co_await read_request(socket);
  co_await write_text(socket, response(200, std::string(5'000, 'x')));
  co_await until_closed(socket);
}

awaitable<void> speaks_something_else(tcp::socket socket) {
  co_await read_request(socket);
  co_await write_text(socket, "220 mail.example.com ESMTP\r\n");
  co_await until_closed(socket);
}

awaitable<void> sends_endless_headers(tcp::socket socket) {
  co_await read_request(socket);
  co_await write_text(socket, "HTTP/1.1 200 OK\r\n");
  for (int i = 0; i < 200; ++i) co_await write_text(socket, "X-More: " + std::string(1'000, 'x') + "\r\n");
  co_await until_closed(socket);
}

awaitable<void> refuses_in_words(tcp::socket socket) {
  co_await read_request(socket);
  co_await write_text(socket, response(503, "busy now"));
  co_await until_closed(socket);
}

awaitable<Errc> error_of_get(ImposterServer::Script script, milliseconds limit, std::size_t max_body = 4'096) {
  const auto executor = co_await asio::this_coro::executor;
  ImposterServer server(executor, {std::move(script)});
  HttpClient client(executor, {.max_body = max_body});
  const auto got = co_await client.send({.url = server.url("http")}, Deadline::after(limit));
  co_await server.stop();
  EXPECT_FALSE(got);
  co_return got ? Errc::kInternal : got.error().code;
}

TEST(HttpClient, SendsARequestAndReadsItsAnswer) {
  run_test([]() -> awaitable<void> {
    const auto executor = co_await asio::this_coro::executor;
    ImposterServer server(executor, {answers_every_request});
    HttpClient client(executor);
    HttpRequest request{
        .method = "POST", .url = server.url("http", "/a?b=c"), .headers = {{"X-Mine", "1"}}, .body = "hi"};
    const auto got = co_await client.send(request, in_time());
    co_await server.stop();
    if (!got) throw std::runtime_error(got.error().what);
    EXPECT_EQ(got->status, 200);
    EXPECT_EQ(got->header("x-said"), "yes");
    EXPECT_EQ(got->header("absent"), "");
    EXPECT_TRUE(got->body.starts_with("POST /a?b=c HTTP/1.1\r\nHost: 127.0.0.1:")) << got->body;
    EXPECT_TRUE(got->body.contains("\r\nX-Mine: 1\r\n"));
    EXPECT_TRUE(got->body.ends_with("\r\nContent-Length: 2\r\n\r\nhi"));
  });
}

TEST(HttpClient, KeepsAConnectionForTheNextRequest) {
  run_test([]() -> awaitable<void> {
    const auto executor = co_await asio::this_coro::executor;
    ImposterServer server(executor, {answers_every_request});
    HttpClient client(executor);
    for (int i = 0; i < 3; ++i) EXPECT_TRUE(co_await client.send({.url = server.url("http")}, in_time()));
    EXPECT_EQ(server.connections(), 1U);
    co_await server.stop();
  });
}

TEST(HttpClient, RepeatsAGetThatMetTheEndOfAKeptConnection) {
  run_test([]() -> awaitable<void> {
    const auto executor = co_await asio::this_coro::executor;
    ImposterServer server(executor, {answers_then_closes_on_the_next_request, answers_every_request});
    HttpClient client(executor);
    EXPECT_TRUE(co_await client.send({.url = server.url("http")}, in_time()));
    EXPECT_TRUE(co_await client.send({.url = server.url("http")}, in_time()));
    EXPECT_EQ(server.connections(), 2U);
    co_await server.stop();
  });
}

TEST(HttpClient, NeverRepeatsAPost) {
  run_test([]() -> awaitable<void> {
    const auto executor = co_await asio::this_coro::executor;
    ImposterServer server(executor, {answers_then_closes_on_the_next_request, answers_every_request});
    HttpClient client(executor);
    EXPECT_TRUE(co_await client.send({.method = "POST", .url = server.url("http")}, in_time()));
    const auto second = co_await client.send({.method = "POST", .url = server.url("http")}, in_time());
    EXPECT_EQ(second.error().code, Errc::kUnavailable);
    EXPECT_EQ(server.connections(), 1U);
    co_await server.stop();
  });
}

TEST(HttpClient, DoesNotUseAKeptConnectionTheServerHasClosed) {
  run_test([]() -> awaitable<void> {
    const auto executor = co_await asio::this_coro::executor;
    ImposterServer server(executor, {answers_and_closes, answers_every_request});
    HttpClient client(executor);
    EXPECT_TRUE(co_await client.send({.method = "POST", .url = server.url("http")}, in_time()));
    EXPECT_TRUE(co_await client.send({.method = "POST", .url = server.url("http")}, in_time()));
    EXPECT_EQ(server.connections(), 2U);
    co_await server.stop();
  });
}

TEST(HttpClient, ReadsChunksTrailersAndInterimAnswers) {
  run_test([]() -> awaitable<void> {
    const auto executor = co_await asio::this_coro::executor;
    ImposterServer server(executor, {sends_chunks_one_byte_at_a_time});
    HttpClient client(executor);
    const auto got = co_await client.send({.url = server.url("http")}, in_time());
    co_await server.stop();
    if (!got) throw std::runtime_error(got.error().what);
    EXPECT_EQ(got->status, 200);
    EXPECT_EQ(got->body, "abcdefg");
    EXPECT_EQ(got->header("link"), "");
  });
}

TEST(HttpClient, ReadsABodyThatEndsWithTheConnection) {
  run_test([]() -> awaitable<void> {
    const auto executor = co_await asio::this_coro::executor;
    ImposterServer server(executor, {ends_the_body_by_closing});
    HttpClient client(executor);
    const auto got = co_await client.send({.url = server.url("http")}, in_time());
    co_await server.stop();
    EXPECT_EQ(got->body, "until the end");
  });
}

TEST(HttpClient, StreamsABodyAsItComes) {
  run_test([]() -> awaitable<void> {
    const auto executor = co_await asio::this_coro::executor;
    ImposterServer server(executor, {sends_chunks_one_byte_at_a_time});
    HttpClient client(executor);
    std::string heard;
    int pieces = 0;
    const auto got = co_await client.stream({.url = server.url("http")}, in_time(), [&](std::string_view piece) {
      heard += piece;
      ++pieces;
    });
    co_await server.stop();
    EXPECT_EQ(got->body, "");
    EXPECT_EQ(heard, "abcdefg");
    EXPECT_GE(pieces, 2);
  });
}

TEST(HttpClient, CollectsABodyThatIsNotToBeStreamed) {
  run_test([]() -> awaitable<void> {
    const auto executor = co_await asio::this_coro::executor;
    ImposterServer server(executor, {sends_chunks_one_byte_at_a_time});
    HttpClient client(executor);
    int status = 0;
    const auto got = co_await client.stream(
        {.url = server.url("http")}, in_time(), [](std::string_view) { FAIL(); },
        [&status](const HttpResponse& head) {
          status = head.status;
          return false;
        });
    if (!got) ADD_FAILURE() << got.error().what;
    co_await server.stop();
    EXPECT_EQ(status, 200);
    EXPECT_EQ(got->body, "abcdefg");
  });
}

TEST(HttpClient, KeepsTheWordsOfARefusedStream) {
  run_test([]() -> awaitable<void> {
    const auto executor = co_await asio::this_coro::executor;
    ImposterServer server(executor, {refuses_in_words});
    HttpClient client(executor);
    const auto got = co_await client.stream({.url = server.url("http")}, in_time(), [](std::string_view) { FAIL(); });
    co_await server.stop();
    EXPECT_EQ(got->status, 503);
    EXPECT_EQ(got->body, "busy now");
  });
}

TEST(HttpClient, SaysWhatWentWrong) {
  run_test([]() -> awaitable<void> {
    EXPECT_EQ(co_await error_of_get(never_answers, kSoon), Errc::kDeadline);
    EXPECT_EQ(co_await error_of_get(stalls_in_the_body, kSoon), Errc::kDeadline);
    EXPECT_EQ(co_await error_of_get(closes_at_once, milliseconds(10'000)), Errc::kUnavailable);
    EXPECT_EQ(co_await error_of_get(breaks_off_in_the_body, milliseconds(10'000)), Errc::kUnavailable);
    EXPECT_EQ(co_await error_of_get(speaks_something_else, milliseconds(10'000)), Errc::kUnavailable);
    EXPECT_EQ(co_await error_of_get(sends_endless_headers, milliseconds(10'000)), Errc::kUnavailable);
    EXPECT_EQ(co_await error_of_get(sends_more_than_allowed, milliseconds(10'000)), Errc::kOverloaded);
  });
}

TEST(HttpClient, SaysThatNobodyListens) {
  run_test([]() -> awaitable<void> {
    const auto executor = co_await asio::this_coro::executor;
    // Bound and not listening: nobody else can take the port meanwhile.
    tcp::acceptor bound(executor);
    bound.open(tcp::v4());
    bound.bind({asio::ip::make_address("127.0.0.1"), 0});
    HttpClient client(executor);
    const std::string url = "http://127.0.0.1:" + std::to_string(bound.local_endpoint().port());
    const auto got = co_await client.send({.url = url}, in_time());
    EXPECT_EQ(got.error().code, Errc::kUnavailable);
    EXPECT_TRUE(got.error().what.contains("refused")) << got.error().what;
  });
}

TEST(HttpClient, RefusesWhatCouldSplitARequest) {
  run_test([]() -> awaitable<void> {
    HttpClient client(co_await asio::this_coro::executor);
    const std::string url = "http://127.0.0.1:1/";
    const std::vector<HttpRequest> bad = {
        {.method = "GET /x HTTP/1.1\r\nA: b", .url = url},
        {.url = url, .headers = {{"A", "b\r\nC: d"}}},
        {.url = url, .headers = {{"A:", "b"}}},
        {.url = url, .headers = {{"content-length", "7"}}},
        {.url = "ws://127.0.0.1:1/"},
        {.url = "127.0.0.1"},
    };
    for (const auto& request : bad) {
      const auto got = co_await client.send(request, in_time());
      EXPECT_EQ(got.error().code, Errc::kInvalidArgument);
    }
  });
}

awaitable<void> record_error(HttpClient& client, std::string url, Notifier& heard, std::optional<Errc>& out) {
  const auto got =
      co_await client.stream({.url = std::move(url)}, in_time(), [&](std::string_view) { heard.notify(); });
  out = got ? Errc::kInternal : got.error().code;
}

TEST(HttpClient, StopsWhenItsCallerIsCancelled) {
  run_test([]() -> awaitable<void> {
    const auto executor = co_await asio::this_coro::executor;
    ImposterServer server(executor, {stalls_in_the_body, answers_every_request});
    HttpClient client(executor);
    TaskGroup tasks(executor);
    Notifier heard(executor);
    std::optional<Errc> error;
    tasks.spawn(record_error(client, server.url("http"), heard, error));
    co_await heard.wait();
    tasks.cancel();
    co_await tasks.join();
    EXPECT_EQ(error, Errc::kCancelled);
    // The broken-off exchange is not used again.
    EXPECT_TRUE(co_await client.send({.url = server.url("http")}, in_time()));
    EXPECT_EQ(server.connections(), 2U);
    co_await server.stop();
  });
}

TEST(HttpClient, ARequestMayOutliveItsClient) {
  run_test([]() -> awaitable<void> {
    const auto executor = co_await asio::this_coro::executor;
    ImposterServer server(executor, {answers_every_request});
    auto client = std::make_unique<HttpClient>(executor);
    auto sent = client->send({.url = server.url("http")}, in_time());
    client.reset();
    EXPECT_TRUE(co_await std::move(sent));
    co_await server.stop();
  });
}

}  // namespace
}  // namespace call_agent::net

#include <fmt/format.h>

#include <array>
#include <boost/beast/http/error.hpp>
#include <optional>

#include "net/connection_pool.h"
#include "net/dial.h"
#include "net/header_rules.h"
#include "net/http.h"
#include "net/response_parser.h"
#include "net/watchdog.h"

namespace call_agent::net {
namespace {

using boost::system::error_code;

constexpr std::size_t kReadSize = 16 * 1024;

/// The request's head. Errors: kInvalidArgument for anything that could end it early (request splitting).
Result<std::string> make_head(const HttpRequest& request, const Url& url) {
  if (!is_token(request.method)) return fail(Errc::kInvalidArgument, "malformed HTTP method");
  std::string head = fmt::format("{} {} HTTP/1.1\r\nHost: {}\r\n", request.method, url.target, url.authority());
  bool has_agent = false;
  for (const auto& header : request.headers) {
    if (auto fine = check_header(header); !fine) return pass(fine);
    has_agent = has_agent || same_name(header.name, "User-Agent");
    head += fmt::format("{}: {}\r\n", header.name, header.value);
  }
  if (!has_agent) head += "User-Agent: call-agent\r\n";
  const bool expects_body = request.method != "GET" && request.method != "HEAD" && request.method != "DELETE";
  if (expects_body || !request.body.empty()) head += fmt::format("Content-Length: {}\r\n", request.body.size());
  return head + "\r\n";
}

/// One request on one connection.
struct Exchange {
  Url url;
  std::string head;
  std::string body;
  Deadline deadline = Deadline::never();
  ResponseParser::Options parsing;

  struct Outcome {
    Result<HttpResponse> response;
    bool keep = false;       ///< The connection can carry another request.
    bool untouched = false;  ///< It broke before any byte of a response.
  };
};

Exchange::Outcome broken(const Exchange& exchange, error_code error, bool expired, bool untouched) {
  const auto code = error == boost::beast::http::error::body_limit ? Errc::kOverloaded : Errc::kUnavailable;
  if (error.category() == boost::beast::http::make_error_code(boost::beast::http::error::body_limit).category()) {
    auto what = code == Errc::kOverloaded
                    ? fmt::format("{}: response over {} bytes", exchange.url.authority(), exchange.parsing.max_body)
                    : fmt::format("{}: broken HTTP response: {}", exchange.url.authority(), error.message());
    return {.response = fail(code, std::move(what))};
  }
  return {.response = std::unexpected(explain(exchange.url, error, expired, "request to")),
          .untouched = untouched && !expired && error != asio::error::operation_aborted};
}

awaitable<Exchange::Outcome> run(const Exchange& exchange, Connection& connection) {
  error_code error;
  const Watchdog watchdog(co_await asio::this_coro::executor, exchange.deadline, [&connection] { connection.abort(); });
  co_await connection.write(exchange.head, exchange.body, error);
  if (error) co_return broken(exchange, error, watchdog.expired(), true);

  std::optional<ResponseParser> parser(std::in_place, exchange.parsing);
  std::string unread;
  std::array<char, kReadSize> piece;
  bool untouched = true;
  while (true) {
    const std::size_t got = co_await connection.read_some(piece.data(), piece.size(), error);
    if (error == asio::error::eof && parser->got_some()) {
      parser->put_eof(error);
      if (error) co_return broken(exchange, error, false, false);
      co_return Exchange::Outcome{.response = parser->take()};
    }
    if (error) co_return broken(exchange, error, watchdog.expired(), untouched);
    untouched = false;
    unread.append(piece.data(), got);
    while (!unread.empty()) {
      const std::size_t used = parser->put(unread, error);
      if (error) co_return broken(exchange, error, false, false);
      unread.erase(0, used);
      if (parser->is_done() && !parser->interim()) {
        // Bytes past the end belong to no request: that connection is out of step.
        const bool keep = parser->keep_alive() && unread.empty();
        co_return Exchange::Outcome{.response = parser->take(), .keep = keep};
      }
      if (parser->is_done()) {
        parser.emplace(exchange.parsing);
      } else if (used == 0) {
        break;
      }
    }
  }
}

}  // namespace

struct HttpClient::Impl {
  explicit Impl(Options given) : options(std::move(given)), pool(options.idle_per_origin) {}
  Options options;
  ConnectionPool pool;

  static awaitable<Result<HttpResponse>> run(std::shared_ptr<Impl> self, HttpRequest request, Deadline deadline,
                                             OnBody on_body, Streams streams);
};

awaitable<Result<HttpResponse>> HttpClient::Impl::run(std::shared_ptr<Impl> self, HttpRequest request,
                                                      Deadline deadline, OnBody on_body, Streams streams) {
  auto url = parse_url(request.url);
  if (!url) co_return pass(url);
  if (url->websocket) co_return fail(Errc::kInvalidArgument, "URL scheme must be http or https");
  auto head = make_head(request, *url);
  if (!head) co_return pass(head);
  const bool idempotent = request.method == "GET" || request.method == "HEAD";
  const Exchange exchange{.url = *url,
                          .head = std::move(*head),
                          .body = std::move(request.body),
                          .deadline = deadline,
                          .parsing = {.max_body = self->options.max_body,
                                      .to_head = request.method == "HEAD",
                                      .on_body = std::move(on_body),
                                      .streams = std::move(streams)}};

  auto connection = self->pool.take(*url);
  bool kept = connection != nullptr;
  while (true) {
    if (!connection) {
      auto opened = co_await Connection::open(*url, self->options.ca_file, deadline);
      if (!opened) co_return pass(opened);
      connection = std::move(*opened);
    }
    auto outcome = co_await net::run(exchange, *connection);
    if (outcome.keep) self->pool.put(*url, std::move(connection));
    if (!outcome.untouched || !kept || !idempotent) co_return std::move(outcome.response);
    connection = nullptr;
    kept = false;
  }
}

HttpClient::HttpClient(asio::any_io_executor, Options options) : impl_(std::make_shared<Impl>(std::move(options))) {}
HttpClient::~HttpClient() = default;

awaitable<Result<HttpResponse>> HttpClient::send(HttpRequest request, Deadline deadline) {
  return Impl::run(impl_, std::move(request), deadline, nullptr, nullptr);
}

awaitable<Result<HttpResponse>> HttpClient::stream(HttpRequest request, Deadline deadline, OnBody on_body,
                                                   Streams streams) {
  return Impl::run(impl_, std::move(request), deadline, std::move(on_body), std::move(streams));
}

}  // namespace call_agent::net

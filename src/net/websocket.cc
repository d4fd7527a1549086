#include "net/websocket.h"

#include <fmt/format.h>

#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/websocket/ssl.hpp>
#include <boost/beast/websocket/stream.hpp>
#include <deque>

#include "core/channel.h"
#include "net/dial.h"
#include "net/header_rules.h"
#include "net/tls.h"
#include "net/watchdog.h"

namespace call_agent::net {
namespace {

namespace http = boost::beast::http;
namespace ws = boost::beast::websocket;
using boost::system::error_code;

constexpr std::size_t kMaxMessage = 16 * 1024 * 1024;
constexpr std::size_t kMaxUnsent = 4 * 1024 * 1024;
constexpr milliseconds kPolite{1'000};
/// A silent peer is pinged after half of this and given up after all of it.
constexpr std::chrono::seconds kIdle{30};

/// What the WebSocket and its writes under way share. The writer is a chain of completion handlers, not a coroutine: it
/// belongs to the connection, whoever sends, and a cancelled sender cannot leave half a frame behind.
template <class Stream>
struct Link : std::enable_shared_from_this<Link<Stream>> {
  explicit Link(Stream next) : stream(std::move(next)), written(stream.get_executor()) {
    // The handshake has the caller's deadline.
    stream.set_option(ws::stream_base::timeout{
        .handshake_timeout = ws::stream_base::none(), .idle_timeout = kIdle, .keep_alive_pings = true});
    // read() keeps the limit itself: Beast's error for it gets lost when the peer is still sending.
    stream.read_message_max(0);
  }

  /// Ends everything pending. Idempotent.
  void abort() {
    closed = true;
    error_code ignored;
    boost::beast::get_lowest_layer(stream).close(ignored);
    written.notify();
  }

  void write_next() {
    writing = !closed && !queue.empty();
    if (!writing) {
      written.notify();
      return;
    }
    stream.binary(queue.front().binary);
    stream.async_write(asio::buffer(queue.front().data),
                       [self = this->shared_from_this()](error_code error, std::size_t) {
                         self->unsent -= self->queue.front().data.size();
                         self->queue.pop_front();
                         if (error) self->abort();
                         self->write_next();
                       });
  }

  /// No compression: audio does not shrink, and its windows cost 300 KiB a connection.
  ws::stream<Stream, false> stream;
  std::deque<WebSocket::Message> queue;
  std::size_t unsent = 0;
  bool writing = false;
  bool closing = false;
  bool closed = false;
  Notifier written;
};

template <class Stream>
class BeastWebSocket final : public WebSocket {
 public:
  BeastWebSocket(std::shared_ptr<Link<Stream>> link, Url url) : link_(std::move(link)), url_(std::move(url)) {}
  ~BeastWebSocket() override { link_->abort(); }

  awaitable<Result<Message>> read() override {
    const auto link = link_;
    const Url url = url_;
    if (link->closed) co_return fail(Errc::kUnavailable, fmt::format("connection to {} is closed", url.authority()));
    boost::beast::flat_buffer buffer;
    error_code error;
    do {
      co_await link->stream.async_read_some(buffer, 0, asio::redirect_error(asio::use_awaitable, error));
    } while (!error && !link->stream.is_message_done() && buffer.size() <= kMaxMessage);
    if (!error && buffer.size() > kMaxMessage) {
      link->abort();
      co_return fail(Errc::kOverloaded, fmt::format("message from {} over {} bytes", url.authority(), kMaxMessage));
    }
    if (!error) {
      const auto bytes = buffer.cdata();
      co_return Message{.data = std::string(static_cast<const char*>(bytes.data()), bytes.size()),
                        .binary = link->stream.got_binary()};
    }
    const bool ours = link->closing || link->closed;
    if (!link->closing) link->abort();
    if (ours || error == ws::error::closed) {
      const auto& reason = link->stream.reason();
      co_return fail(Errc::kUnavailable, fmt::format("connection to {} closed by {} (code {}) {}", url.authority(),
                                                     ours ? "us" : "the server", static_cast<int>(reason.code),
                                                     std::string_view(reason.reason.data(), reason.reason.size())));
    }
    co_return std::unexpected(explain(url, error, false, "reading from"));
  }

  awaitable<Result<void>> send(Message message) override {
    if (link_->closed || link_->closing) {
      co_return fail(Errc::kUnavailable, fmt::format("connection to {} is closed", url_.authority()));
    }
    if (link_->unsent + message.data.size() > kMaxUnsent) {
      co_return fail(Errc::kOverloaded, fmt::format("{} does not take what is sent", url_.authority()));
    }
    link_->unsent += message.data.size();
    link_->queue.push_back(std::move(message));
    if (!link_->writing) link_->write_next();
    co_return Result<void>{};
  }

  awaitable<void> close() override {
    const auto link = link_;
    if (link->closed || link->closing) co_return;
    link->closing = true;
    {
      const Watchdog watchdog(link->stream.get_executor(), Deadline::after(kPolite), [link] { link->abort(); });
      while (link->writing) co_await link->written.wait();
      error_code ignored;
      if (!link->closed) {
        co_await link->stream.async_close(ws::close_code::normal, asio::redirect_error(asio::use_awaitable, ignored));
      }
    }
    link->abort();
  }

 private:
  std::shared_ptr<Link<Stream>> link_;
  Url url_;
};

Error refused(const Url& url, int status) {
  const auto code = status == 401 || status == 403 ? Errc::kPermission
                    : status == 404                ? Errc::kNotFound
                    : status == 429                ? Errc::kOverloaded
                                                   : Errc::kUnavailable;
  return {code, fmt::format("{} refused the WebSocket: HTTP {}", url.authority(), status)};
}

template <class Stream>
awaitable<Result<std::unique_ptr<WebSocket>>> upgrade(Stream next, Url url, std::vector<Header> headers,
                                                      Deadline deadline) {
  const auto link = std::make_shared<Link<Stream>>(std::move(next));
  link->stream.set_option(ws::stream_base::decorator([&headers](ws::request_type& request) {
    request.set(http::field::user_agent, "call-agent");
    for (const auto& [name, value] : headers) request.set(name, value);
  }));
  error_code error;
  ws::response_type response;
  const Watchdog watchdog(link->stream.get_executor(), deadline, [link] { link->abort(); });
  co_await link->stream.async_handshake(response, url.authority(), url.target,
                                        asio::redirect_error(asio::use_awaitable, error));
  link->stream.set_option(ws::stream_base::decorator([](ws::request_type&) {}));
  if (error == ws::error::upgrade_declined)
    co_return std::unexpected(refused(url, static_cast<int>(response.result_int())));
  if (error) co_return std::unexpected(explain(url, error, watchdog.expired(), "opening a WebSocket to"));
  co_return std::make_unique<BeastWebSocket<Stream>>(link, std::move(url));
}

}  // namespace

awaitable<Result<std::unique_ptr<WebSocket>>> WebSocket::connect(std::string url_text, std::vector<Header> headers,
                                                                 Deadline deadline, std::string ca_file) {
  auto url = parse_url(url_text);
  if (!url) co_return pass(url);
  if (!url->websocket) co_return fail(Errc::kInvalidArgument, "URL scheme must be ws or wss");
  for (const auto& header : headers) {
    if (auto fine = check_header(header); !fine) co_return pass(fine);
  }
  auto socket = co_await dial(*url, deadline);
  if (!socket) co_return pass(socket);
  if (!url->secure) {
    co_return co_await upgrade(std::move(*socket), std::move(*url), std::move(headers), deadline);
  }
  auto tls = co_await start_tls(std::move(*socket), *url, std::move(ca_file), deadline);
  if (!tls) co_return pass(tls);
  co_return co_await upgrade(std::move(**tls), std::move(*url), std::move(headers), deadline);
}

}  // namespace call_agent::net

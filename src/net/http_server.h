#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/asio.h"
#include "core/clock.h"
#include "core/result.h"
#include "net/http.h"

/// HTTP/1.1 for servers (RFC 9110, RFC 9112).
namespace call_agent::net {

/// One request, whole.
struct ServerRequest {
  std::string method;
  std::string target;           ///< Origin form: the path, and the query after `?`. Always begins with `/`, or is `*`.
  std::vector<Header> headers;  ///< Not the trailers.
  std::string body;
  std::string peer;  ///< The address it came from, such as "127.0.0.1".

  std::string_view path() const { return std::string_view(target).substr(0, target.find('?')); }
  /// Case-insensitive; the first of that name, empty if absent.
  std::string_view header(std::string_view name) const;
  std::size_t count(std::string_view name) const;
};

struct ServerResponse {
  int status = 200;
  std::vector<Header> headers;  ///< Without those the server sets: Content-Length, Transfer-Encoding, Connection, Date.
  std::string body;

  static ServerResponse text(int status, std::string body) {
    return {.status = status, .headers = {{"Content-Type", "text/plain; charset=utf-8"}}, .body = std::move(body)};
  }
};

/// The answer to one request, on its way. Belongs to the handler's coroutine; send() once, or begin() and then write()
/// any number of times; a handler that returns without either has failed, and 500 is said for it.
class ServerReply {
 public:
  virtual ~ServerReply() = default;

  /// The whole answer. Errors, of all three: kUnavailable (the peer has gone, or reads nothing for write_limit),
  /// kConflict (an answer has begun already), kInvalidArgument (a header that could split the answer).
  virtual awaitable<Result<void>> send(ServerResponse response) = 0;

  /// Begins an answer without an end of its own, such as server-sent events; it ends when the handler returns.
  virtual awaitable<Result<void>> begin(int status, std::vector<Header> headers) = 0;
  /// Returns once the peer's side of the connection has taken it: that is the backpressure.
  virtual awaitable<Result<void>> write(std::string_view piece) = 0;

  virtual bool begun() const = 0;
};

/// An HTTP server on one executor; not thread-safe. One request of a connection at a time.
///
/// What a peer sends is bounded in size and time, and what is not HTTP gets a 4xx and the end of its connection: both a
/// length and chunks (request smuggling), a missing or second Host, a broken chunk, a head that never ends.
class HttpServer {
 public:
  /// Runs one request; must not be a capturing lambda that is itself a coroutine. Cancelled through its cancellation
  /// slot once the peer has gone, even before it has answered: what must go on belongs to somebody else's task group.
  /// `reply` lives as long as the coroutine. An exception is logged and answered with 500.
  using Handler = std::function<awaitable<void>(ServerRequest request, ServerReply& reply)>;

  struct Options {
    std::size_t max_head = 16 * 1024;        ///< Bytes of request line and headers; 431 beyond.
    std::size_t max_body = 4 * 1024 * 1024;  ///< 413 beyond.
    std::size_t max_connections = 4096;      ///< More are closed at once.
    std::size_t max_per_peer = 4096;         ///< Connections of one address.
    milliseconds head_limit{10'000};         ///< From a request's first byte to the end of its head; 408 beyond.
    milliseconds body_limit{30'000};         ///< From there to the end of its body.
    milliseconds idle_limit{75'000};         ///< Between requests.
    milliseconds write_limit{30'000};        ///< For the next 64 KiB, or less, to be taken.
    std::string certificate_file;            ///< PEM chain; empty: plain HTTP.
    std::string key_file;                    ///< PEM.
  };

  /// Errors: kInvalidArgument (a certificate or key that cannot be used, with its file).
  static Result<std::unique_ptr<HttpServer>> create(asio::any_io_executor executor, Options options, Handler handler);
  ~HttpServer();
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;

  /// Listens on `host` (an address, or "localhost") and `port`; 0 chooses one. Returns the port. May be called again.
  /// Errors: kInvalidArgument (no address), kConflict (the port is taken), kPermission, kUnavailable.
  Result<std::uint16_t> listen(const std::string& host, std::uint16_t port);

  std::size_t connections() const;

  /// Reads the certificate and key again, which may have been renewed, for connections to come. Nothing without TLS.
  /// Errors: as create(); the old ones serve on.
  Result<void> reload_certificate();

  /// Takes no more connections, lets requests under way finish until the deadline, then cancels them. Call before it is
  /// destroyed.
  awaitable<void> stop(Deadline deadline);

 private:
  struct Impl;
  explicit HttpServer(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace call_agent::net

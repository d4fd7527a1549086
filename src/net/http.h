#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/asio.h"
#include "core/clock.h"
#include "core/result.h"

/// HTTP, WebSocket and server-sent events for clients. The only module that includes Beast, and only in its .cc files.
namespace call_agent::net {

struct Header {
  std::string name;
  std::string value;
};

struct HttpRequest {
  std::string method = "GET";
  std::string url;  ///< http:// or https://, absolute.
  std::vector<Header> headers;
  std::string body;
};

struct HttpResponse {
  int status = 0;
  std::vector<Header> headers;
  std::string body;
  /// Case-insensitive; empty if absent.
  std::string_view header(std::string_view name) const;
};

/// Keeps connections alive per origin. Lives on one executor; not thread-safe. Any number of requests at a time, each
/// on its own connection. A request still under way may outlive the client object.
///
/// HTTP/1.1 without redirects, compression or proxies: the services we speak to need none of them.
class HttpClient {
 public:
  struct Options {
    std::size_t max_body = 8 * 1024 * 1024;
    std::size_t idle_per_origin = 4;
    std::string ca_file;  ///< PEM. Empty: the system's certificates.
  };
  HttpClient(asio::any_io_executor executor, Options options);
  explicit HttpClient(asio::any_io_executor executor) : HttpClient(std::move(executor), Options{}) {}
  ~HttpClient();
  HttpClient(const HttpClient&) = delete;
  HttpClient& operator=(const HttpClient&) = delete;

  /// Any status is a result. Errors: kInvalidArgument (the URL, or a header that could split the request), kUnavailable
  /// (could not connect, or the connection broke: whether the server acted is unknown), kDeadline, kCancelled,
  /// kOverloaded (body too large). A kept-alive connection that turns out dead before any byte of the response is
  /// retried once for idempotent methods (GET, HEAD) only.
  awaitable<Result<HttpResponse>> send(HttpRequest request, Deadline deadline);

  /// The same, with a response body that arrives in pieces: `on_body` gets each as it comes, on this executor; the
  /// returned body is then empty, and a streamed body has no limit. The next piece is not read before `on_body`
  /// returns. `streams` is shown the head before the body and says whether it comes in pieces or whole, as by send().
  /// Neither may throw.
  using OnBody = std::function<void(std::string_view)>;
  using Streams = std::function<bool(const HttpResponse& head)>;
  awaitable<Result<HttpResponse>> stream(HttpRequest request, Deadline deadline, OnBody on_body,
                                         Streams streams = succeeded);
  /// Whether the status is 2xx.
  static bool succeeded(const HttpResponse& head) { return head.status >= 200 && head.status < 300; }

 private:
  struct Impl;
  std::shared_ptr<Impl> impl_;
};

/// Server-sent events out of a byte stream, in pieces of any size. Pure; no I/O.
class SseParser {
 public:
  struct Event {
    std::string event;  ///< Empty means "message".
    std::string data;
    std::string id;
  };
  static constexpr std::size_t kMaxEvent = std::size_t{1024} * 1024;
  explicit SseParser(std::size_t max_event = kMaxEvent) : max_event_(max_event) {}

  /// Events completed by `bytes`. An event over `max_event` bytes is dropped and counted.
  std::vector<Event> push(std::string_view bytes);
  std::size_t dropped() const { return dropped_; }

 private:
  void take_line(std::vector<Event>& out);
  void take_field(std::string_view line);
  void end_event(std::vector<Event>& out);
  void drop_event();

  std::size_t max_event_;
  std::string line_;
  Event event_;
  bool first_line_ = true;
  bool any_data_ = false;
  bool skip_newline_ = false;
  bool overlong_ = false;       ///< The current event is being dropped.
  bool overlong_line_ = false;  ///< The current line of it had bytes, though none are kept.
  std::size_t dropped_ = 0;
};

}  // namespace call_agent::net

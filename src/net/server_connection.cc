#include "net/server_connection.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <array>
#include <boost/asio/error.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/beast/http/status.hpp>
#include <boost/system/system_error.hpp>
#include <exception>
#include <utility>

#include "core/log.h"
#include "net/header_rules.h"
#include "net/request_parser.h"
#include "net/watchdog.h"

namespace call_agent::net {
namespace {

using boost::system::error_code;

constexpr std::size_t kReadSize = 8 * 1024;
// One write's limit is for so much: a long answer to a slow line is not what it is against.
constexpr std::size_t kWriteSize = 64 * 1024;
// While a request runs only the peer's leaving is of interest, and thousands of streams wait like this.
constexpr std::size_t kWatchSize = 256;
// What a client may send ahead of the answer before it is no longer read.
constexpr std::size_t kMostAhead = 64 * 1024;
// After a refusal: what the client is still sending is read and dropped for so long, so that it sees why.
constexpr milliseconds kLastWords{1'000};

Result<std::string> make_head(int status, const std::vector<Header>& headers, std::string_view framing, bool keep) {
  std::string head = fmt::format("HTTP/1.1 {} {}\r\n", status,
                                 std::string_view(boost::beast::http::obsolete_reason(
                                     boost::beast::http::int_to_status(static_cast<unsigned>(status)))));
  for (const auto& header : headers) {
    if (auto fine = check_header(header); !fine) return pass(fine);
    head += fmt::format("{}: {}\r\n", header.name, header.value);
  }
  head += fmt::format("Date: {:%a, %d %b %Y %H:%M:%S} GMT\r\n", fmt::gmtime(std::time(nullptr)));
  head += framing;
  if (!keep) head += "Connection: close\r\n";
  return head + "\r\n";
}

bool has_body(int status) {
  return status >= 200 && status != 204 && status != 304;
}

}  // namespace

/// What a handler answers, written as it comes.
class ServerConnection::Reply final : public ServerReply {
 public:
  Reply(Connection& stream, milliseconds write_limit, bool to_head, bool keep, bool chunks)
      : stream_(stream), write_limit_(write_limit), to_head_(to_head), keep_(keep), chunks_(chunks) {}

  awaitable<Result<void>> send(ServerResponse response) override {
    if (begun_) co_return fail(Errc::kConflict, "this request has been answered already");
    const auto framing = has_body(response.status) ? fmt::format("Content-Length: {}\r\n", response.body.size()) : "";
    const auto head = make_head(response.status, response.headers, framing, keep_);
    if (!head) co_return pass(head);
    begun_ = ended_ = true;
    const bool body = has_body(response.status) && !to_head_;
    co_return co_await put(*head, body ? std::string_view(response.body) : std::string_view());
  }

  awaitable<Result<void>> begin(int status, std::vector<Header> headers) override {
    if (begun_) co_return fail(Errc::kConflict, "this request has been answered already");
    if (!chunks_) keep_ = false;  // To HTTP/1.0 the end of the connection is the end of the answer.
    const auto head = make_head(status, headers, chunks_ ? "Transfer-Encoding: chunked\r\n" : "", keep_);
    if (!head) co_return pass(head);
    begun_ = true;
    ended_ = to_head_;
    co_return co_await put(*head, {});
  }

  awaitable<Result<void>> write(std::string_view piece) override {
    if (!begun_ || ended_) co_return fail(Errc::kConflict, "no answer is under way");
    if (piece.empty()) co_return Result<void>{};
    if (!chunks_) co_return co_await put({}, piece);
    const std::string chunk = fmt::format("{:x}\r\n{}\r\n", piece.size(), piece);
    co_return co_await put({}, chunk);
  }

  /// Whether the connection is in step after it.
  awaitable<bool> finish() {
    if (!begun_) {
      co_await send(ServerResponse::text(500, "internal error\n"));
    } else if (!std::exchange(ended_, true) && chunks_) {
      co_await put("0\r\n\r\n", {});
    }
    co_return keep_ && !broken_;
  }

  bool begun() const override { return begun_; }

 private:
  awaitable<Result<void>> put(std::string_view head, std::string_view body) {
    if (broken_) co_return fail(Errc::kUnavailable, "the client has gone");
    do {
      const auto piece = body.substr(0, kWriteSize);
      error_code error;
      const Watchdog watchdog(co_await asio::this_coro::executor, Deadline::after(write_limit_),
                              [&stream = stream_] { stream.abort(); });
      co_await stream_.write(head, piece, error);
      if (error) {
        broken_ = true;
        co_return fail(Errc::kUnavailable, watchdog.expired() ? "the client reads nothing" : "the client has gone");
      }
      head = {};
      body.remove_prefix(piece.size());
    } while (!body.empty());
    co_return Result<void>{};
  }

  Connection& stream_;
  const milliseconds write_limit_;
  const bool to_head_;
  bool keep_;
  const bool chunks_;
  bool begun_ = false;
  bool ended_ = false;
  bool broken_ = false;
};

awaitable<void> ServerConnection::serve() {
  while (!finishing_) {
    auto incoming = co_await read_request();
    if (!incoming || !co_await answer(std::move(*incoming))) break;
  }
  stream_->abort();
}

void ServerConnection::finish() {
  finishing_ = true;
  if (waiting_) stream_->abort();
}

awaitable<std::optional<ServerConnection::Incoming>> ServerConnection::read_request() {
  RequestParser parser(options_.max_head, options_.max_body);
  auto deadline = Deadline::after(options_.idle_limit);
  bool continued = false;
  bool head_done = false;
  while (true) {
    if (!unread_.empty()) {
      const bool fresh = !parser.started();
      const std::size_t used = parser.put(unread_);
      unread_.erase(0, used);
      if (parser.refusal()) {
        co_await refuse(*parser.refusal());
        co_return std::nullopt;
      }
      if (parser.done()) {
        Incoming incoming{.request = {}, .keep_alive = parser.keep_alive(), .knows_chunks = parser.knows_chunks()};
        incoming.request = parser.take();
        incoming.request.peer = peer_;
        co_return incoming;
      }
      if (fresh) deadline = Deadline::after(options_.head_limit);
      if (parser.head_done() && !std::exchange(head_done, true)) deadline = Deadline::after(options_.body_limit);
      if (head_done && parser.expects_continue() && !std::exchange(continued, true)) {
        error_code error;
        co_await stream_->write("HTTP/1.1 100 Continue\r\n\r\n", {}, error);
        if (error) co_return std::nullopt;
      }
    }
    waiting_ = unread_.empty() && !parser.started();
    const bool more = co_await read_more(deadline);
    waiting_ = false;
    if (more) continue;
    if (timed_out_ && parser.started()) {
      co_await refuse(ServerResponse::text(408, "this took too long to send\n"));
    }
    co_return std::nullopt;
  }
}

awaitable<bool> ServerConnection::read_more(Deadline deadline) {
  error_code error;
  // The answer to a request that came too slowly still has to be written: the connection stays open.
  const Watchdog watchdog(co_await asio::this_coro::executor, deadline, [this] { stream_->cancel(); });
  std::array<char, kReadSize> piece;
  const std::size_t got = co_await stream_->read_some(piece.data(), piece.size(), error);
  timed_out_ = watchdog.expired();
  if (error) co_return false;
  unread_.append(piece.data(), got);
  co_return true;
}

awaitable<void> ServerConnection::refuse(ServerResponse response) {
  Reply reply(*stream_, options_.write_limit, /*to_head=*/false, /*keep=*/false, /*chunks=*/true);
  co_await reply.send(std::move(response));
  // A connection closed over unread bytes is reset, and the client never sees the answer.
  stream_->finish_writing();
  const auto deadline = Deadline::after(kLastWords);
  do {
    unread_.clear();
  } while (!deadline.passed() && co_await read_more(deadline));
}

awaitable<bool> ServerConnection::answer(Incoming incoming) {
  using namespace asio::experimental::awaitable_operators;
  const bool keep = incoming.keep_alive && !finishing_;
  Reply reply(*stream_, options_.write_limit, incoming.request.method == "HEAD", keep, incoming.knows_chunks);
  bool left = false;
  co_await (run_handler(std::move(incoming.request), reply) || until_peer_leaves(left));
  if (left) co_return false;
  co_return co_await reply.finish();
}

awaitable<void> ServerConnection::run_handler(ServerRequest request, Reply& reply) {
  std::string failure;
  try {
    co_await handler_(std::move(request), reply);
  } catch (const std::exception& error) {
    failure = error.what();
  }
  const auto state = co_await asio::this_coro::cancellation_state;
  // How a request whose client has left unwinds is nobody's defect.
  if (!failure.empty() && state.cancelled() == asio::cancellation_type::none)
    log::error("a request failed: {}", failure);
}

// Returns only once the peer has gone.
awaitable<void> ServerConnection::until_peer_leaves(bool& left) {
  std::array<char, kWatchSize> piece;
  error_code error;
  while (unread_.size() < kMostAhead) {
    const std::size_t got = co_await stream_->read_some(piece.data(), piece.size(), error);
    if (error == asio::error::operation_aborted) {
      const auto state = co_await asio::this_coro::cancellation_state;
      if (state.cancelled() != asio::cancellation_type::none) co_return;
    }
    if (error) {
      left = true;
      co_return;
    }
    unread_.append(piece.data(), got);
  }
  co_await sleep_until(TimePoint::max());
}

}  // namespace call_agent::net

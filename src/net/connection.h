#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <memory>
#include <string>
#include <string_view>

#include "core/asio.h"
#include "core/clock.h"
#include "net/tls.h"
#include "net/url.h"

namespace call_agent::net {

/// A byte stream to a server, plain or TLS. One operation at a time.
class Connection {
 public:
  /// Connects and, for a secure URL, shakes hands. Errors: as dial() and start_tls().
  static awaitable<Result<std::unique_ptr<Connection>>> open(Url url, std::string ca_file, Deadline deadline);

  explicit Connection(asio::ip::tcp::socket plain) : plain_(std::move(plain)) {}
  explicit Connection(std::unique_ptr<TlsStream> tls) : plain_(tls->get_executor()), tls_(std::move(tls)) {}
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  /// Writes both parts. `error` as the socket gave it.
  awaitable<void> write(std::string_view head, std::string_view body, boost::system::error_code& error);
  /// Up to `size` bytes into `data`; at the end of the stream 0, with `error` eof.
  awaitable<std::size_t> read_some(char* data, std::size_t size, boost::system::error_code& error);

  /// Whether an idle connection can still carry a request: open, and the server has sent nothing (its close, or an
  /// answer nobody asked for). A TLS session ticket that comes late also counts as something: it costs a reconnect.
  bool reusable();
  /// Nothing more will be written; the peer may still be. Not of TLS, whose own end would be missing.
  void finish_writing();
  /// Ends everything pending with operation_aborted.
  void cancel();
  /// The same, and closes.
  void abort();

  TimePoint idle_since{};  ///< For the pool that keeps it.

 private:
  asio::ip::tcp::socket& socket() { return tls_ ? tls_->next_layer() : plain_; }

  asio::ip::tcp::socket plain_;
  std::unique_ptr<TlsStream> tls_;
};

}  // namespace call_agent::net

#include "net/connection.h"

#include <array>
#include <boost/asio/write.hpp>

#include "net/dial.h"

namespace call_agent::net {

using boost::system::error_code;

awaitable<Result<std::unique_ptr<Connection>>> Connection::open(Url url, std::string ca_file, Deadline deadline) {
  auto socket = co_await dial(url, deadline);
  if (!socket) co_return pass(socket);
  if (!url.secure) co_return std::make_unique<Connection>(std::move(*socket));
  auto tls = co_await start_tls(std::move(*socket), url, std::move(ca_file), deadline);
  if (!tls) co_return pass(tls);
  co_return std::make_unique<Connection>(std::move(*tls));
}

awaitable<void> Connection::write(std::string_view head, std::string_view body, error_code& error) {
  const std::array<asio::const_buffer, 2> parts{asio::buffer(head), asio::buffer(body)};
  auto token = asio::redirect_error(asio::use_awaitable, error);
  if (tls_) {
    co_await asio::async_write(*tls_, parts, token);
  } else {
    co_await asio::async_write(plain_, parts, token);
  }
}

awaitable<std::size_t> Connection::read_some(char* data, std::size_t size, error_code& error) {
  auto token = asio::redirect_error(asio::use_awaitable, error);
  if (tls_) co_return co_await tls_->async_read_some(asio::buffer(data, size), token);
  co_return co_await plain_.async_read_some(asio::buffer(data, size), token);
}

bool Connection::reusable() {
  error_code error;
  socket().non_blocking(true, error);
  if (error) return false;
  char byte = 0;
  socket().receive(asio::buffer(&byte, 1), asio::socket_base::message_peek, error);
  return error == asio::error::would_block;
}

void Connection::finish_writing() {
  error_code ignored;
  if (!tls_) plain_.shutdown(asio::socket_base::shutdown_send, ignored);
}

void Connection::cancel() {
  error_code ignored;
  socket().cancel(ignored);
}

void Connection::abort() {
  error_code ignored;
  socket().close(ignored);
}

}  // namespace call_agent::net

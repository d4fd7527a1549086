#include "net/imposter_server.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <array>
#include <boost/asio/read.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/write.hpp>
#include <charconv>

namespace call_agent::net {

using asio::ip::tcp;
using boost::system::error_code;

ImposterServer::ImposterServer(const asio::any_io_executor& executor, std::vector<Script> scripts)
    : acceptor_(executor, tcp::endpoint(asio::ip::make_address("127.0.0.1"), 0)),
      scripts_(std::move(scripts)),
      tasks_(executor) {
  tasks_.spawn(accept());
}

std::string ImposterServer::url(std::string_view scheme, std::string_view path) const {
  return fmt::format("{}://127.0.0.1:{}{}", scheme, acceptor_.local_endpoint().port(), path);
}

awaitable<void> ImposterServer::accept() {
  while (true) {
    tcp::socket socket = co_await acceptor_.async_accept(asio::use_awaitable);
    socket.set_option(tcp::no_delay(true));
    const auto& script = scripts_[std::min(connections_, scripts_.size() - 1)];
    ++connections_;
    tasks_.spawn(script(std::move(socket)));
  }
}

awaitable<void> ImposterServer::stop() {
  tasks_.cancel();
  co_await tasks_.join();
}

awaitable<std::string> read_request(tcp::socket& socket) {
  std::string text;
  error_code error;
  const std::size_t head = co_await asio::async_read_until(socket, asio::dynamic_buffer(text), "\r\n\r\n",
                                                           asio::redirect_error(asio::use_awaitable, error));
  if (error) co_return std::string{};
  constexpr std::string_view kLength = "Content-Length: ";
  std::size_t length = 0;
  if (const auto at = text.find(kLength); at != std::string::npos) {
    std::from_chars(text.data() + at + kLength.size(), text.data() + text.size(), length);
  }
  const std::size_t missing = head + length - text.size();
  co_await asio::async_read(socket, asio::dynamic_buffer(text), asio::transfer_exactly(missing),
                            asio::redirect_error(asio::use_awaitable, error));
  co_return text;
}

awaitable<void> write_text(tcp::socket& socket, std::string text) {
  error_code ignored;
  co_await asio::async_write(socket, asio::buffer(text), asio::redirect_error(asio::use_awaitable, ignored));
}

awaitable<void> until_closed(tcp::socket& socket) {
  std::array<char, 4096> bytes{};
  error_code error;
  while (!error) {
    co_await socket.async_read_some(asio::buffer(bytes), asio::redirect_error(asio::use_awaitable, error));
  }
}

std::string response(int status, std::string_view body, std::string_view headers) {
  return fmt::format("HTTP/1.1 {} Said\r\n{}Content-Length: {}\r\n\r\n{}", status, headers, body.size(), body);
}

void run_test(awaitable<void> (*test)()) {
  asio::io_context context(1);
  bool finished = false;
  asio::co_spawn(context, test(), [&](std::exception_ptr error) {
    finished = true;
    if (error) {
      try {
        std::rethrow_exception(error);
      } catch (const std::exception& e) {
        ADD_FAILURE() << e.what();
      }
    }
  });
  context.run_for(std::chrono::seconds(20));
  ASSERT_TRUE(finished) << "the test is still waiting";
}

}  // namespace call_agent::net
